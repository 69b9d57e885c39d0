import { Body, Controller, Get, HttpCode, Inject, Param, Patch, Post, Query } from '@nestjs/common'
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import type { NoticePreferencesAnswer } from '@saitaku/contracts'
import { Database } from '@saitaku/database'
import type { Identity } from '@saitaku/identity'
import { changePreferences, CHOICES, Inbox, readPreferences } from '@saitaku/notices'
import { written } from '../auth/written.js'
import { RowParam } from '../described.js'
import { CurrentPerson, type Person } from '../identity.js'
import { notFound, unauthenticated } from '../problems.js'
import { RowIdPipe } from '../requests.js'
import { IDENTITY } from '../tokens.js'
import { InboxNoticeDto, InboxPageDto, InboxQueryDto, InboxReadUpToDto, InboxUnreadDto, NoticePreferencesChangeDto, NoticePreferencesDto } from './bodies.js'

/** What one was told, and how one wants to be told. */
@ApiTags('me')
@Controller('api/v1/me')
export class InboxController {
  private readonly inbox: Inbox

  constructor(
    private readonly database: Database,
    @Inject(IDENTITY) private readonly identity: Identity,
  ) {
    this.inbox = new Inbox(database)
  }

  @ApiOperation({ summary: 'One’s notices, newest first, mailed or not; and how many are not read' })
  @ApiOkResponse({ type: InboxPageDto.Output })
  @Get('notices')
  async list(@CurrentPerson() { personId }: Person, @Query() { limit, after, unread }: InboxQueryDto): Promise<{ items: object[]; next: string | null; unread: number }> {
    const [found, count] = await Promise.all([this.inbox.list(personId, { limit: limit + 1, before: after, unread }), this.inbox.unread(personId)])
    const shown = found.slice(0, limit)
    return { items: shown.map(written), next: found.length > limit ? (shown.at(-1)?.id ?? null) : null, unread: count }
  }

  @ApiOperation({ summary: 'What one of them says' })
  @ApiOkResponse({ type: InboxNoticeDto.Output })
  @RowParam()
  @Get('notices/:id')
  async read(@CurrentPerson() { personId }: Person, @Param('id', RowIdPipe) id: string): Promise<object> {
    const notice = await this.inbox.read(personId, id)
    if (!notice) throw notFound('このお知らせはありません', 'There is no such notice')
    return written(notice)
  }

  @ApiOperation({ summary: 'Mark one of them as read' })
  @ApiOkResponse({ type: InboxUnreadDto.Output })
  @RowParam()
  @HttpCode(200)
  @Post('notices/:id/read')
  async markRead(@CurrentPerson() { personId }: Person, @Param('id', RowIdPipe) id: string): Promise<{ unread: number }> {
    await this.inbox.markRead(personId, { id })
    return { unread: await this.inbox.unread(personId) }
  }

  @ApiOperation({ summary: 'Mark as read what came until a notice, this one included' })
  @ApiOkResponse({ type: InboxUnreadDto.Output })
  @HttpCode(200)
  @Post('notices/read')
  async markAllRead(@CurrentPerson() { personId }: Person, @Body() { upTo }: InboxReadUpToDto): Promise<{ unread: number }> {
    await this.inbox.markRead(personId, { upTo })
    return { unread: await this.inbox.unread(personId) }
  }

  @ApiOperation({ summary: 'How one is told, what may be chosen, and whether mails arrive' })
  @ApiOkResponse({ type: NoticePreferencesDto.Output })
  @Get('notice-preferences')
  async preferences(@CurrentPerson() { personId }: Person): Promise<NoticePreferencesAnswer> {
    const [preferences, address] = await Promise.all([readPreferences(this.database, personId), this.inbox.address(personId)])
    if (!address) throw unauthenticated()
    const { lang, email, bounce } = address
    const choices = { letter: [...CHOICES.letter], deadline: [...CHOICES.deadline], progress: [...CHOICES.progress], task: [...CHOICES.task], ownAct: [...CHOICES.ownAct] }
    return { lang, ...preferences, choices, address: { email, bounce: bounce && written(bounce) } }
  }

  @ApiOperation({ summary: 'Choose how one is told; what is left out stays' })
  @ApiOkResponse({ type: NoticePreferencesDto.Output })
  @Patch('notice-preferences')
  async choose(@CurrentPerson() person: Person, @Body() { lang, ways, digestHour }: NoticePreferencesChangeDto): Promise<NoticePreferencesAnswer> {
    if (lang !== undefined) await this.identity.profile.change(person, { lang })
    if (ways !== undefined || digestHour !== undefined) await changePreferences(this.database, person.personId, { ways: given(ways), digestHour })
    return this.preferences(person)
  }
}

/** Without the ways that a request leaves out. */
function given<T extends object>(ways: T | undefined): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(ways ?? {}).filter(([, way]) => way !== undefined)) as { [K in keyof T]?: NonNullable<T[K]> }
}
