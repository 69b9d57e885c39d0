import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common'
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { formatInstant } from '@saitaku/calendar'
import type { Identity, SessionIdentity } from '@saitaku/identity'
import { CurrentSession } from '../identity.js'
import { IDENTITY } from '../tokens.js'
import {
  AccountMadeDto, IdentityEventPageDto, IdentityEventsQueryDto, InvitationListDto, InvitationMadeDto, InvitationsQueryDto, NewAccountDto, NewInvitationDto, PeopleQueryDto, PersonPageDto, ReasonedDto, RecoveryDto, SessionsEndedDto,
} from './bodies.js'
import { InvitationParam, PersonIdPipe, UuidParam } from './ids.js'
import { granted } from './refusals.js'
import { RoleNames } from './role-names.js'
import { written } from './written.js'

/** Accounts of other people: for administrators, and what changes one asks for a proof of the last ten minutes. Each act leaves an entry in the record. */
@ApiTags('people')
@Controller('api/v1/admin')
export class PeopleController {
  constructor(
    @Inject(IDENTITY) private readonly identity: Identity,
    private readonly roleNames: RoleNames,
  ) {}

  @ApiOperation({ summary: 'Accounts, by name, reading or address' })
  @ApiOkResponse({ type: PersonPageDto.Output })
  @Get('people')
  async people(@CurrentSession() by: SessionIdentity, @Query() { search, after, limit }: PeopleQueryDto): Promise<{ items: object[]; next: string | null }> {
    const asked = { limit: limit + 1, ...(search === undefined ? {} : { search }), ...(after === undefined ? {} : { after }) }
    const { accounts } = granted(await this.identity.administration.accounts(by, asked))
    const shown = accounts.slice(0, limit)
    return { items: shown.map(written), next: accounts.length > limit ? (shown.at(-1)?.personId ?? null) : null }
  }

  @ApiOperation({ summary: 'Make an account without a mail: its person comes in by a code to the address' })
  @ApiCreatedResponse({ type: AccountMadeDto.Output })
  @Post('people')
  async create(@CurrentSession() by: SessionIdentity, @Body() { personId, name, kana, email, lang }: NewAccountDto): Promise<{ personId: string }> {
    const given = { name, email, ...(personId === undefined ? {} : { personId }), ...(kana === undefined ? {} : { kana }), ...(lang === undefined ? {} : { lang }) }
    return { personId: granted(await this.identity.administration.createAccount(by, given)).personId }
  }

  @ApiOperation({
    summary: 'Help somebody back into their account', description: 'All sessions end, the password is gone, and a link to set a new one goes to the person alone. Nobody can do this for themselves. The reason goes into the record.',
  })
  @ApiNoContentResponse()
  @HttpCode(204)
  @UuidParam()
  @Post('people/:id/recover')
  async recover(@CurrentSession() by: SessionIdentity, @Param('id', PersonIdPipe) personId: string, @Body() { reason, removeSecondFactors, newEmail }: RecoveryDto): Promise<void> {
    const wanted = { personId, reason, removeSecondFactors, ...(newEmail === undefined ? {} : { newEmail }) }
    granted(await this.identity.administration.recover(by, wanted), { '/email': '/newEmail' })
  }

  @ApiOperation({ summary: 'Close an account: its sessions end at once, and no way in opens it' })
  @ApiNoContentResponse()
  @HttpCode(204)
  @UuidParam()
  @Post('people/:id/disable')
  async disable(@CurrentSession() by: SessionIdentity, @Param('id', PersonIdPipe) personId: string, @Body() { reason }: ReasonedDto): Promise<void> {
    granted(await this.identity.administration.disable(by, personId, reason))
  }

  @ApiOperation({ summary: 'Open a closed account again' })
  @ApiNoContentResponse()
  @HttpCode(204)
  @UuidParam()
  @Post('people/:id/enable')
  async enable(@CurrentSession() by: SessionIdentity, @Param('id', PersonIdPipe) personId: string): Promise<void> {
    granted(await this.identity.administration.enable(by, personId))
  }

  @ApiOperation({ summary: 'Lift the lock that wrong attempts have brought about' })
  @ApiNoContentResponse()
  @HttpCode(204)
  @UuidParam()
  @Post('people/:id/unlock')
  async unlock(@CurrentSession() by: SessionIdentity, @Param('id', PersonIdPipe) personId: string): Promise<void> {
    granted(await this.identity.administration.unlock(by, personId))
  }

  @ApiOperation({ summary: 'End all sessions of a person' })
  @ApiOkResponse({ type: SessionsEndedDto.Output })
  @HttpCode(200)
  @UuidParam()
  @Post('people/:id/end-sessions')
  async endSessions(@CurrentSession() by: SessionIdentity, @Param('id', PersonIdPipe) personId: string): Promise<{ ended: number }> {
    return { ended: granted(await this.identity.administration.endSessions(by, personId)).ended }
  }

  @ApiOperation({ summary: 'Invitations that wait for an answer' })
  @ApiOkResponse({ type: InvitationListDto.Output })
  @Get('invitations')
  async invitations(@CurrentSession() by: SessionIdentity, @Query() { programme }: InvitationsQueryDto): Promise<{ items: object[] }> {
    return { items: granted(await this.identity.administration.openInvitations(by, programme)).invitations.map(written) }
  }

  @ApiOperation({ summary: 'Invite somebody to a role by mail', description: 'A former invitation of this address to the same role is void.' })
  @ApiCreatedResponse({ type: InvitationMadeDto.Output })
  @Post('invitations')
  async invite(@CurrentSession() by: SessionIdentity, @Body() { lang = 'ja', ...wanted }: NewInvitationDto): Promise<{ id: string; expiresAt: string }> {
    const label = (await this.roleNames.label(wanted.programme, wanted.role))[lang]
    const { id, expiresAt } = granted(await this.identity.administration.invite(by, { ...wanted, lang, label }))
    return { id, expiresAt: formatInstant(expiresAt) }
  }

  @ApiOperation({ summary: 'Withdraw an invitation: its link is void' })
  @ApiNoContentResponse()
  @HttpCode(204)
  @InvitationParam()
  @Delete('invitations/:id')
  async withdraw(@CurrentSession() by: SessionIdentity, @Param('id') id: string): Promise<void> {
    granted(await this.identity.administration.withdrawInvitation(by, id))
  }

  @ApiOperation({ summary: 'The record of accounts and roles, newest first: it is only ever added to' })
  @ApiOkResponse({ type: IdentityEventPageDto.Output })
  @Get('identity-events')
  async events(@CurrentSession() by: SessionIdentity, @Query() { personId, after, limit }: IdentityEventsQueryDto): Promise<{ items: object[]; next: string | null }> {
    const asked = { limit: limit + 1, ...(personId === undefined ? {} : { personId }), ...(after === undefined ? {} : { before: after }) }
    const { events } = granted(await this.identity.administration.events(by, asked))
    const shown = events.slice(0, limit)
    return { items: shown.map(written), next: events.length > limit ? (shown.at(-1)?.id ?? null) : null }
  }
}
