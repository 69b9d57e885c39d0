import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common'
import { ApiExtraModels, ApiOkResponse, ApiOperation, ApiTags, getSchemaPath } from '@nestjs/swagger'
import { CaseViews, see } from '@saitaku/applications'
import { tokyoInstant } from '@saitaku/calendar'
import type { CaseAsOf, CaseView, CommandResult, HistoryEntry } from '@saitaku/contracts'
import { Database } from '@saitaku/database'
import type { FastifyReply } from 'fastify'
import { CaseAsOfDto, CaseDto, CommandResultDto, HistoryDto } from './answers.js'
import { CaseCommands } from './case.commands.js'
import { CaseParam, ETAG, TakesConditions } from './described.js'
import { caseTag } from './etags.js'
import { CurrentPerson, type Person } from './identity.js'
import { notFound, unknownCase } from './problems.js'
import { AsOfQueryDto, CaseIdPipe, CommandDto, WriteConditions, type Conditions } from './requests.js'

@ApiTags('cases')
@Controller('api/v1/cases')
export class CasesController {
  constructor(
    private readonly database: Database,
    private readonly views: CaseViews,
    private readonly commands: CaseCommands,
  ) {}

  @ApiOperation({ summary: 'A case as this person may see it, now or (asOf) as it stood at an instant', description: 'With `asOf` the answer is a CaseAsOf, rebuilt from the events.' })
  @ApiExtraModels(CaseDto.Output, CaseAsOfDto.Output)
  @ApiOkResponse({ schema: { anyOf: [{ $ref: getSchemaPath(CaseDto.Output) }, { $ref: getSchemaPath(CaseAsOfDto.Output) }] }, headers: ETAG })
  @CaseParam()
  @Get(':id')
  async read(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string, @Query() { asOf }: AsOfQueryDto, @Res({ passthrough: true }) reply: FastifyReply): Promise<CaseView | CaseAsOf> {
    const seen = await see(this.database, person, id)
    if (!seen) throw unknownCase()
    if (asOf !== undefined) {
      const then = await this.views.asOf(seen, tokyoInstant(asOf))
      if (!then) throw notFound('その時点では、まだ始まっていません', 'The case had not begun by then')
      return then
    }
    const view = await this.views.case(seen, person.personId)
    // an application's tag covers its forms too: it is read at /applications
    if (seen.sight === 'office' || seen.parentId === null) void reply.header('etag', await caseTag(this.views, seen, person.personId, view))
    return view
  }

  @ApiOperation({ summary: 'What happened, oldest first; to an applicant, what they did and what became visible' })
  @ApiOkResponse({ type: HistoryDto.Output })
  @CaseParam()
  @Get(':id/history')
  async history(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string): Promise<{ items: HistoryEntry[] }> {
    const seen = await see(this.database, person, id)
    if (!seen) throw unknownCase()
    return { items: await this.views.history.entries(seen, person.personId) }
  }

  @ApiOperation({ summary: 'Send an event', description: 'Refused with 409 and the events that are available. `If-Match` with the ETag of the case answers 412 when it has moved on.' })
  @TakesConditions()
  @ApiOkResponse({ type: CommandResultDto.Output, headers: ETAG })
  @CaseParam()
  @HttpCode(200)
  @Post(':id/events')
  async send(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string, @Body() command: CommandDto, @WriteConditions() conditions: Conditions, @Res({ passthrough: true }) reply: FastifyReply): Promise<CommandResult> {
    const result = await this.commands.send(person, id, command, conditions)
    if (result.etag !== undefined) void reply.header('etag', result.etag)
    return result
  }
}
