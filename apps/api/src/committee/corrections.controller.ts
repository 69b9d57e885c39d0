import { Body, Controller, Get, HttpCode, Param, Post, Query, UseFilters } from '@nestjs/common'
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { formatInstant } from '@saitaku/calendar'
import { Committee } from '@saitaku/committee'
import type { AftermathView } from '@saitaku/contracts'
import { CaseParam } from '../described.js'
import { CurrentPerson, type Person } from '../identity.js'
import { CaseIdPipe } from '../requests.js'
import { AftermathDto, WrittenDto } from './committee.answers.js'
import { CommitteeDesk } from './committee.desk.js'
import { CommitteeRefusalFilter } from './committee.filter.js'
import { CorrectionDto, DecisionParam, ReviewAnswerDto, ReviewRequestDto, SequencePipe, StageQueryDto } from './committee.requests.js'

/** After publication: requests for review (審査請求), and corrections that stand beside the first decision. */
@ApiTags('decision')
@UseFilters(CommitteeRefusalFilter)
@Controller('api/v1/calls/:id/corrections')
export class CorrectionsController {
  constructor(
    private readonly committee: Committee,
    private readonly desk: CommitteeDesk,
  ) {}

  @ApiOperation({ summary: 'Corrections of published decisions, and requests for review with their answers' })
  @ApiOkResponse({ type: AftermathDto.Output })
  @CaseParam()
  @Get()
  async list(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string, @Query() { stage }: StageQueryDto): Promise<AftermathView> {
    const actor = await this.desk.actor(person, id)
    const { corrections, requests } = await this.committee.corrections.list(await this.desk.stage(id, stage), actor)
    return { corrections: corrections.map((one) => ({ ...one, draftedAt: formatInstant(one.draftedAt), approvedAt: one.approvedAt && formatInstant(one.approvedAt) })), requests }
  }

  @ApiOperation({ summary: 'Draft a correction of a published decision (chair, secretariat)' })
  @ApiCreatedResponse({ type: WrittenDto.Output })
  @CaseParam()
  @Post()
  async draft(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string, @Query() { stage }: StageQueryDto, @Body() body: CorrectionDto): Promise<{ seq: number }> {
    const actor = await this.desk.actor(person, id)
    return this.committee.corrections.draft(await this.desk.stage(id, stage), actor, { ...body, application: body.application.toLowerCase() })
  }

  @ApiOperation({ summary: 'Approve a correction (an approver who did not draft it)' })
  @ApiNoContentResponse()
  @DecisionParam()
  @HttpCode(204)
  @Post(':decision/approve')
  async approve(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string, @Param('decision', SequencePipe) seq: number, @Query() { stage }: StageQueryDto): Promise<void> {
    await this.committee.corrections.approve(await this.desk.stage(id, stage), await this.desk.actor(person, id), seq)
  }

  @ApiOperation({ summary: 'Take down a request for review (secretariat)' })
  @ApiCreatedResponse({ type: WrittenDto.Output })
  @CaseParam()
  @Post('requests')
  async receive(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string, @Query() { stage }: StageQueryDto, @Body() body: ReviewRequestDto): Promise<{ seq: number }> {
    const actor = await this.desk.actor(person, id)
    return this.committee.corrections.receive(await this.desk.stage(id, stage), actor, { ...body, application: body.application.toLowerCase() })
  }

  @ApiOperation({ summary: 'Answer a request for review (approver)' })
  @ApiNoContentResponse()
  @DecisionParam()
  @HttpCode(204)
  @Post('requests/:decision/answer')
  async answer(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string, @Param('decision', SequencePipe) seq: number, @Query() { stage }: StageQueryDto, @Body() { verdict, answer }: ReviewAnswerDto): Promise<void> {
    await this.committee.corrections.answer(await this.desk.stage(id, stage), await this.desk.actor(person, id), seq, verdict, answer)
  }
}
