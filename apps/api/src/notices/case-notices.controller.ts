import { Controller, Get, Param, Query } from '@nestjs/common'
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { visibleParts, type Grant, type Part } from '@saitaku/access'
import { CaseScopes, EVERY_PROGRAMME, see } from '@saitaku/applications'
import { Database } from '@saitaku/database'
import { CaseNotices, type CaseNotice } from '@saitaku/notices'
import { written } from '../auth/written.js'
import { CaseParam } from '../described.js'
import { CurrentPerson, type Person } from '../identity.js'
import { forbidden, notFound, unknownCase } from '../problems.js'
import { CaseIdPipe, RowIdPipe } from '../requests.js'
import { CaseNoticePageDto, CaseNoticesQueryDto, CaseNoticeWithTextDto, NoticeParam, UnreachedListDto } from './bodies.js'

/** Addresses and texts tell who applies, what was done, and what was decided. */
const TOLD_BY_NOTICES: readonly Part[] = ['parties', 'fullHistory', 'decision', 'officeNotes']

const MOST_UNREACHED = 200

/** Whether this grant sees all that notices tell, of drafts and before results are published too. */
function seesAllNotices({ capacity }: Grant): boolean {
  const parts = visibleParts([capacity], { kind: 'application', embargoed: true, preparing: true, announced: false })
  return TOLD_BY_NOTICES.every((part) => parts.has(part))
}

/** What was sent to whom in a case: for an office that sees all that notices tell. */
@ApiTags('cases')
@Controller('api/v1')
export class CaseNoticesController {
  private readonly notices: CaseNotices

  constructor(private readonly database: Database) {
    this.notices = new CaseNotices(database)
  }

  @ApiOperation({
    summary: 'What was sent to whom, newest first; what has not gone out; and whom mails do not reach (the office)',
    description: 'For somebody whom mails do not reach there are other ways: a newer address, what the case’s forms say, who else applies.',
  })
  @ApiOkResponse({ type: CaseNoticePageDto.Output })
  @CaseParam()
  @Get('cases/:id/notices')
  async list(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string, @Query() { limit, after }: CaseNoticesQueryDto): Promise<object> {
    await this.mustSeeRecord(person, id)
    const [found, pending, unreached] = await Promise.all([this.notices.list(id, { limit: limit + 1, before: after }), this.notices.pending(id), this.notices.unreached(id)])
    const shown = found.slice(0, limit)
    return { items: shown.map(shownNotice), next: found.length > limit ? (shown.at(-1)?.id ?? null) : null, pending: pending.map(written), unreached: unreached.map(written) }
  }

  @ApiOperation({ summary: 'What one of them said (the office)' })
  @ApiOkResponse({ type: CaseNoticeWithTextDto.Output })
  @CaseParam()
  @NoticeParam()
  @Get('cases/:id/notices/:notice')
  async read(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string, @Param('notice', RowIdPipe) notice: string): Promise<object> {
    await this.mustSeeRecord(person, id)
    const found = await this.notices.read(id, notice)
    if (!found) throw notFound('このお知らせはありません', 'There is no such notice')
    return shownNotice(found)
  }

  @ApiOperation({ summary: 'Whom mails do not reach in the running cases of one’s programmes (the office)', description: 'Nobody who has another address since, or was reached at the same one. Each case says how else to reach them.' })
  @ApiOkResponse({ type: UnreachedListDto.Output })
  @Get('notices/unreached')
  async unreached(@CurrentPerson() person: Person): Promise<{ items: object[] }> {
    const { grants } = await CaseScopes.of(this.database).read(person)
    const programmes = grants.filter(seesAllNotices).map(({ programme }) => programme)
    const found = programmes.length === 0 ? [] : await this.notices.unreachedIn(programmes.includes(EVERY_PROGRAMME) ? 'all' : programmes, MOST_UNREACHED)
    return { items: found.map(written) }
  }

  private async mustSeeRecord(person: Person, id: string): Promise<void> {
    const seen = await see(this.database, person, id)
    if (!seen) throw unknownCase()
    if (!TOLD_BY_NOTICES.every((part) => seen.parts.has(part))) throw forbidden('お知らせの記録を見られるのは、担当の事務局だけです', 'Only the office of this case sees the record of its notices')
  }
}

const shownNotice = (notice: CaseNotice): object => ({ ...written(notice), bounce: notice.bounce && written(notice.bounce) })
