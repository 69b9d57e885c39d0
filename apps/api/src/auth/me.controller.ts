import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Patch, Post, Put, Query, Req, Res } from '@nestjs/common'
import { ApiAcceptedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { formatInstant } from '@saitaku/calendar'
import { uuid, type CodeSentAnswer, type OpenedSessionAnswer, type ProfileAnswer } from '@saitaku/contracts'
import { Database } from '@saitaku/database'
import { listSubstitutes, type Identity, type SessionIdentity } from '@saitaku/identity'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { CurrentSession } from '../identity.js'
import { notFound, unauthenticated } from '../problems.js'
import { IDENTITY } from '../tokens.js'
import {
  AddressedDto, CodeSentDto, EmailConfirmationDto, OpenedSessionDto, OpenIdLinkListDto, OpenIdLinkQueryDto, PasswordChangeDto, ProfileChangeDto, ProfileDto, SessionListDto, SessionsEndedDto, SubstituteListDto,
} from './bodies.js'
import { Door, sessionAnswer } from './door.js'
import { UuidParam } from './ids.js'
import { granted } from './refusals.js'
import { written } from './written.js'

/** What people see and set of their own account. What is delicate asks for a proof of the last ten minutes (403 `stepUpNeeded`). */
@ApiTags('me')
@Controller('api/v1/me')
export class MeController {
  constructor(
    @Inject(IDENTITY) private readonly identity: Identity,
    private readonly door: Door,
    private readonly database: Database,
  ) {}

  @ApiOperation({ summary: 'One’s own account: name, language, factors, roles in force, and the session' })
  @ApiOkResponse({ type: ProfileDto.Output })
  @Get()
  async read(@CurrentSession() by: SessionIdentity, @Req() request: FastifyRequest): Promise<ProfileAnswer> {
    const profile = await this.identity.profile.read(by)
    const { csrfToken } = this.door.state(request)
    if (!profile || csrfToken === null) throw unauthenticated()
    return { ...profile, roles: profile.roles.map(written), session: sessionAnswer(by), csrfToken }
  }

  @ApiOperation({ summary: 'Change one’s name, its reading, or the language of mails and pages' })
  @ApiOkResponse({ type: ProfileDto.Output })
  @Patch()
  async change(@CurrentSession() by: SessionIdentity, @Body() { name, kana, lang }: ProfileChangeDto, @Req() request: FastifyRequest): Promise<ProfileAnswer> {
    await this.identity.profile.change(by, { ...(name === undefined ? {} : { name }), ...(kana === undefined ? {} : { kana }), ...(lang === undefined ? {} : { lang }) })
    return this.read(by, request)
  }

  @ApiOperation({ summary: 'One’s own sessions, the most recently used first' })
  @ApiOkResponse({ type: SessionListDto.Output })
  @Get('sessions')
  async sessions(@CurrentSession() by: SessionIdentity): Promise<{ items: object[] }> {
    return { items: (await this.identity.sessions.list(by)).map(written) }
  }

  @ApiOperation({ summary: 'End one of one’s own sessions: it is unknown at once' })
  @ApiNoContentResponse()
  @HttpCode(204)
  @UuidParam()
  @Delete('sessions/:id')
  async endSession(@CurrentSession() by: SessionIdentity, @Param('id') id: string): Promise<void> {
    if (!uuid.safeParse(id).success) throw notFound('このサインインはありません', 'There is no such session')
    granted(await this.identity.sessions.end(by, id.toLowerCase()))
  }

  @ApiOperation({ summary: 'End all of one’s own sessions but this one' })
  @ApiOkResponse({ type: SessionsEndedDto.Output })
  @Delete('sessions')
  async endOtherSessions(@CurrentSession() by: SessionIdentity): Promise<{ ended: number }> {
    return { ended: await this.identity.sessions.endOthers(by) }
  }

  @ApiOperation({ summary: 'Set or change the password', description: 'All other sessions end, this one goes on under a new cookie.' })
  @ApiOkResponse({ type: OpenedSessionDto.Output })
  @Put('password')
  async password(@Req() request: FastifyRequest, @CurrentSession() by: SessionIdentity, @Body() { current, next }: PasswordChangeDto, @Res({ passthrough: true }) reply: FastifyReply): Promise<OpenedSessionAnswer> {
    const given = { next, ...(current === undefined ? {} : { current }) }
    return this.door.renew(reply, granted(await this.identity.passwords.change(by, given, this.door.visit(request)), { '/password': '/next' }))
  }

  @ApiOperation({ summary: 'Begin to change the address: a code goes to the new one' })
  @ApiAcceptedResponse({ type: CodeSentDto.Output })
  @HttpCode(202)
  @Post('email')
  async email(@Req() request: FastifyRequest, @CurrentSession() by: SessionIdentity, @Body() typed: AddressedDto): Promise<CodeSentAnswer> {
    const { flow, expiresAt } = granted(await this.identity.emailChange.begin(by, typed, this.door.visit(request)))
    return { flow, expiresAt: formatInstant(expiresAt) }
  }

  @ApiOperation({ summary: 'Change the address by the code that came to the new one; the former one is told' })
  @ApiOkResponse({ type: OpenedSessionDto.Output })
  @HttpCode(200)
  @Post('email/confirm')
  async confirmEmail(@CurrentSession() by: SessionIdentity, @Body() given: EmailConfirmationDto, @Res({ passthrough: true }) reply: FastifyReply): Promise<OpenedSessionAnswer> {
    return this.door.renew(reply, granted(await this.identity.emailChange.confirm(by, given)))
  }

  @ApiOperation({ summary: 'The accounts at OpenID providers that sign in to this one' })
  @ApiOkResponse({ type: OpenIdLinkListDto.Output })
  @Get('openid-links')
  async openIdLinks(@CurrentSession() by: SessionIdentity): Promise<{ items: object[] }> {
    return { items: (await this.identity.openId.links(by)).map(written) }
  }

  @ApiOperation({ summary: 'Remove the link to an account at an OpenID provider' })
  @ApiNoContentResponse()
  @HttpCode(204)
  @Delete('openid-links')
  async unlink(@CurrentSession() by: SessionIdentity, @Query() which: OpenIdLinkQueryDto): Promise<void> {
    granted(await this.identity.openId.unlink(by, which))
  }

  @ApiOperation({ summary: 'Who stands in for me, and for whom I stand in, now and in time to come' })
  @ApiOkResponse({ type: SubstituteListDto.Output })
  @Get('substitutes')
  async substitutes(@CurrentSession() by: SessionIdentity): Promise<{ items: object[] }> {
    return { items: (await listSubstitutes(this.database, by.personId)).map(written) }
  }
}
