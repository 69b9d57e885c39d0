import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common'
import { ApiExcludeEndpoint, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { MailDto, MailPageDto, SignInMailDto, SignInMailPageDto } from './answers.js'
import { RowParam } from './described.js'
import { Open } from './identity.js'
import { Mailbox, type Mail, type MailItem, type SignInMail, type SignInMailItem } from './mailbox.js'
import { listPage, MAILBOX_POLICY, mailPage, signInMailPage } from './mailbox.pages.js'
import { MailboxQueryDto, RowIdPipe, SignInMailboxQueryDto } from './requests.js'

/** As many of sign-in as a person looks through; the rest is over the API. */
const SIGN_IN_SHOWN = 20

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

  @ApiOperation({ summary: 'Mails of sign-in that stayed on this machine, newest first', description: 'Only where the local mailbox is shown, and only where `BASE_URL` names this machine: whoever reads them can sign in.' })
  @ApiOkResponse({ type: SignInMailPageDto.Output })
  @Get('api/v1/mailbox/sign-in')
  async listSignIn(@Req() request: FastifyRequest, @Query() query: SignInMailboxQueryDto): Promise<{ items: SignInMailItem[]; next: string | null }> {
    this.mailbox.openTo(request)
    return this.mailbox.listSignIn(query)
  }

  @ApiOperation({ summary: 'One mail of sign-in that stayed on this machine' })
  @ApiOkResponse({ type: SignInMailDto.Output })
  @RowParam()
  @Get('api/v1/mailbox/sign-in/:id')
  async readSignIn(@Req() request: FastifyRequest, @Param('id', RowIdPipe) id: string): Promise<SignInMail> {
    this.mailbox.openTo(request)
    return this.mailbox.readSignIn(id)
  }

  @ApiExcludeEndpoint()
  @Get('mailbox')
  async listPage(@Req() request: FastifyRequest, @Query() query: MailboxQueryDto, @Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    this.mailbox.openTo(request)
    const { items, next } = await this.mailbox.list(query)
    const signIn = this.mailbox.showsSignIn && query.after === undefined ? (await this.mailbox.listSignIn({ limit: SIGN_IN_SHOWN })).items : []
    return html(reply, listPage(items, next, signIn))
  }

  @ApiExcludeEndpoint()
  @Get('mailbox/sign-in/:id')
  async signInMailPage(@Req() request: FastifyRequest, @Param('id', RowIdPipe) id: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    this.mailbox.openTo(request)
    return html(reply, signInMailPage(await this.mailbox.readSignIn(id), this.mailbox.baseUrl))
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
