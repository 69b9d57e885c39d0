import { Body, Controller, HttpCode, Post } from '@nestjs/common'
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { mayDo } from '@saitaku/access'
import { CaseViews, see, type SeenCase } from '@saitaku/applications'
import { bulkCommand, bulkResult, type BulkCommand, type BulkOutcome, type BulkResult } from '@saitaku/contracts'
import { Database } from '@saitaku/database'
import { Engine } from '@saitaku/engine'
import { createZodDto } from 'nestjs-zod'
import { personalKey } from './case.commands.js'
import { TakesKey } from './described.js'
import { CurrentPerson, type Person } from './identity.js'
import { unknownCase } from './problems.js'
import { WriteConditions, type Conditions } from './requests.js'

class BulkCommandDto extends createZodDto(bulkCommand) {}
class BulkResultDto extends createZodDto(bulkResult) {}

/** Trials that read facts at once. */
const AT_ONCE = 16

@ApiTags('applications')
@Controller('api/v1/applications/bulk')
export class BulkController {
  constructor(
    private readonly database: Database,
    private readonly engine: Engine,
    private readonly views: CaseViews,
  ) {}

  @ApiOperation({ summary: 'Send an event to many cases: each is taken or refused by itself; with `dryRun` it is only tried (office)' })
  @TakesKey()
  @ApiOkResponse({ type: BulkResultDto.Output })
  @HttpCode(200)
  @Post()
  async send(@CurrentPerson() person: Person, @Body() command: BulkCommandDto, @WriteConditions() { key }: Conditions): Promise<BulkResult> {
    const ids = [...new Set(command.ids.map((id) => id.toLowerCase()))]
    const outcomes: BulkOutcome[] = []
    if (command.dryRun) for (let i = 0; i < ids.length; i += AT_ONCE) outcomes.push(...(await Promise.all(ids.slice(i, i + AT_ONCE).map((id) => this.attempt(person, id, command, key)))))
    else outcomes.push(...(await Promise.all(ids.map((id) => this.attempt(person, id, command, key)))))
    const succeeded = outcomes.filter(({ ok }) => ok).length
    return { dryRun: command.dryRun, succeeded, failed: outcomes.length - succeeded, outcomes }
  }

  private async attempt(person: Person, id: string, { type, data, dryRun }: BulkCommand, key: string | undefined): Promise<BulkOutcome> {
    const seen = await see(this.database, person, id)
    if (!seen || seen.parentId === null) {
      const { code, reason } = unknownCase()
      return { id, ok: false, code, reason }
    }
    const allowed = mayDo(seen.capacities, 'bulkEvents')
    if (!allowed.ok) return { id, ok: false, code: 'role', reason: allowed.reason }
    if (dryRun) return this.tried(seen, person, type)
    const answer = await this.engine.dispatch({ caseId: id, type, actor: { id: person.personId, roles: seen.commandRoles }, ...(data ? { data } : {}), ...(key === undefined ? {} : { key: personalKey(person, key) }) })
    if (!answer.ok) return { id, ok: false, code: answer.refused.code, reason: answer.refused.reason }
    return { id, ok: true, publicStatus: answer.publicStatus, ...(seen.sight === 'office' ? { version: answer.version } : {}) }
  }

  /** What would come of it as things stand: whether the event is available, and nothing blocks it. */
  private async tried(seen: SeenCase, person: Person, type: string): Promise<BulkOutcome> {
    const { availableEvents } = await this.views.case(seen, person.personId)
    const event = availableEvents.find((one) => one.type === type)
    if (!event) return { id: seen.id, ok: false, code: 'notAvailable', reason: { ja: 'いまは、この操作はできません', en: 'This is not possible now' } }
    return event.blocked ? { id: seen.id, ok: false, code: 'guard', reason: event.blocked } : { id: seen.id, ok: true }
  }
}
