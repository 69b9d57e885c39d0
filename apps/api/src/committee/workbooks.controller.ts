import { Body, Controller, Get, Headers, HttpCode, Param, Post, Res, UseFilters } from '@nestjs/common'
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger'
import { Committee } from '@saitaku/committee'
import type { WorkbookResult } from '@saitaku/contracts'
import type { FastifyReply } from 'fastify'
import { CurrentPerson, type Person } from '../identity.js'
import { CaseIdPipe } from '../requests.js'
import { WorkbookResultDto } from './committee.answers.js'
import { CommitteeDesk } from './committee.desk.js'
import { CommitteeRefusalFilter } from './committee.filter.js'
import { StageParams, WorkbookDto } from './committee.requests.js'

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

/** Score sheets as workbooks, for scoring without a connection. */
@ApiTags('review')
@UseFilters(CommitteeRefusalFilter)
@Controller('api/v1/calls/:id/reviews/:stage')
export class WorkbooksController {
  constructor(
    private readonly committee: Committee,
    private readonly desk: CommitteeDesk,
  ) {}

  @ApiOperation({ summary: 'One’s own score sheets of a stage as a workbook, with what has been saved so far' })
  @ApiProduces(XLSX)
  @ApiOkResponse({ content: { [XLSX]: { schema: { type: 'string', format: 'binary' } } } })
  @StageParams()
  @Get('workbook')
  async write(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) callId: string, @Param('stage') stage: string, @Headers('accept-language') languages: string | undefined, @Res() reply: FastifyReply): Promise<void> {
    const actor = await this.desk.actor(person, callId)
    const file = await this.committee.workbooks.write({ callId, stage }, actor, /^en\b/i.test(languages ?? '') ? 'en' : 'ja')
    void reply.type(XLSX).header('content-disposition', 'attachment; filename="score-sheets.xlsx"').header('cache-control', 'private, no-store').send(file)
  }

  @ApiOperation({ summary: 'Hand in the sheets of a workbook, all of them or none', description: '422 names each line and column that cannot be taken.' })
  @ApiOkResponse({ type: WorkbookResultDto.Output })
  @StageParams()
  @HttpCode(200)
  @Post('workbook')
  async read(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) callId: string, @Param('stage') stage: string, @Body() { file, dryRun }: WorkbookDto): Promise<WorkbookResult> {
    const actor = await this.desk.actor(person, callId)
    return this.committee.workbooks.read({ callId, stage }, actor, Buffer.from(file, 'base64'), { dryRun })
  }
}
