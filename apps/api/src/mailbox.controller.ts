import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common'
import { ApiExcludeEndpoint, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { MailDto, MailPageDto } from './answers.js'
import { RowParam } from './described.js'
import { Open } from './identity.js'
import { Mailbox, type Mail, type MailItem } from './mailbox.js'
import { listPage, MAILBOX_POLICY, mailPage } from './mailbox.pages.js'
import { MailboxQueryDto, RowIdPipe } from './requests.js'

@ApiTags('mailbox')
@Open()
@Controller()
export class MailboxController {
  constructor(private readonly mailbox: Mailbox) {}

  @ApiOperation({ summary: 'The local mailbox, newest first: only without a mail server, and only on this machine' })
  @ApiOkResponse({ type: MailPageDto.Output })
  @Get('api/v1/mailbox')
  async list(@Req() request: FastifyRequest, @Query() query: MailboxQueryDto): Promise<{ items: MailItem[]; next: string | null }> {
    this.mailbox.openTo(request)
    return this.mailbox.list(query)
  }

  @ApiOperation({ summary: 'One mail of the local mailbox' })
  @ApiOkResponse({ type: MailDto.Output })
  @RowParam()
  @Get('api/v1/mailbox/:id')
  async read(@Req() request: FastifyRequest, @Param('id', RowIdPipe) id: string): Promise<Mail> {
    this.mailbox.openTo(request)
    return this.mailbox.read(id)
  }

  @ApiExcludeEndpoint()
  @Get('mailbox')
  async listPage(@Req() request: FastifyRequest, @Query() query: MailboxQueryDto, @Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    this.mailbox.openTo(request)
    const { items, next } = await this.mailbox.list(query)
    return html(reply, listPage(items, next))
  }

  @ApiExcludeEndpoint()
  @Get('mailbox/:id')
  async mailPage(@Req() request: FastifyRequest, @Param('id', RowIdPipe) id: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    this.mailbox.openTo(request)
    return html(reply, mailPage(await this.mailbox.read(id)))
  }
}

function html(reply: FastifyReply, page: string): string {
  void reply.type('text/html; charset=utf-8').header('content-security-policy', MAILBOX_POLICY).header('cache-control', 'no-store')
  return page
}
