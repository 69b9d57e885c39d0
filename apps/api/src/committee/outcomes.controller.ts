import { createHash } from 'node:crypto'
import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, Res, UseFilters } from '@nestjs/common'
import { ApiBody, ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { Committee, type RankingView, type SelectionView } from '@saitaku/committee'
import type { ActResult, DecisionDraftResult, DecisionsView, DeliberationAct, DeliberationDetail } from '@saitaku/contracts'
import type { FastifyReply } from 'fastify'
import { ZodValidationPipe } from 'nestjs-zod'
import { CaseParam, ETAG, TakesConditions, TakesIfMatch } from '../described.js'
import { versionTag } from '../etags.js'
import { CurrentPerson, type Person } from '../identity.js'
import { CaseIdPipe, WriteConditions, type Conditions } from '../requests.js'
import { ActResultDto, AllocationDto, ApproveResultDto, DecisionDraftDto, DecisionsDto, DeliberationDto, RankingDto } from './committee.answers.js'
import { CommitteeDesk } from './committee.desk.js'
import { CommitteeRefusalFilter } from './committee.filter.js'
import { AllocationQueryDto, DecisionParam, DecisionDraftBodyDto, DeliberationActDto, expectedVersion, ProposeDto, RankingQueryDto, ReasonDto, SequencePipe, StageQueryDto } from './committee.requests.js'
import { decisionsDetail, deliberationDetail } from './deliberation.views.js'

/** What a panel recommends and what is decided: the ranking, who it adopts, the deliberation, and decisions. */
@ApiTags('decision')
@UseFilters(CommitteeRefusalFilter)
@Controller('api/v1/calls/:id')
export class OutcomesController {
  /** A ranking of a thousand is written out once and not for everyone who asks. */
  private readonly written = new WeakMap<RankingView, string>()

  constructor(
    private readonly committee: Committee,
    private readonly desk: CommitteeDesk,
  ) {}

  @ApiOperation({ summary: 'The ranking as it stands (panel, secretariat, approvers)', description: 'Exact; with the rule that decided each tie and the panel’s own changes. `provisional=true` ranks what is handed in so far. During scoring only to the secretariat.' })
  @ApiOkResponse({ type: RankingDto.Output, headers: ETAG })
  @CaseParam()
  @Get('ranking')
  async ranking(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string, @Query() { stage, provisional }: RankingQueryDto, @Headers('if-none-match') known: string | undefined, @Res() reply: FastifyReply): Promise<void> {
    const actor = await this.desk.actor(person, id)
    const { view, stamp } = await this.committee.outcomes.ranking(await this.desk.stage(id, stage), actor, { provisional: provisional === 'true' })
    const etag = `"${createHash('sha256').update(stamp).digest('base64url').slice(0, 22)}"`
    void reply.header('etag', etag).header('cache-control', 'private, no-cache')
    if (known === etag) return void reply.code(304).send()
    let text = this.written.get(view)
    if (text === undefined) this.written.set(view, (text = JSON.stringify(view)))
    void reply.type('application/json; charset=utf-8').send(text)
  }

  @ApiOperation({ summary: 'Who is chosen from the ranking: by the budget, by places, or by prizes', description: '`budget`, `policy` and `places` ask what other figures would give (chair, secretariat).' })
  @ApiOkResponse({ type: AllocationDto.Output })
  @CaseParam()
  @Get('allocation')
  async allocation(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string, @Query() { stage, provisional, budget, policy, places }: AllocationQueryDto): Promise<SelectionView> {
    const actor = await this.desk.actor(person, id)
    return this.committee.outcomes.selection(await this.desk.stage(id, stage), actor, {
      provisional: provisional === 'true', policy, budget: budget === undefined ? undefined : Number(budget), places: places === undefined ? undefined : Number(places),
    })
  }

  @ApiOperation({ summary: 'The deliberation: agenda, who must leave the room, changes of ranks, ballots, minutes' })
  @ApiOkResponse({ type: DeliberationDto.Output, headers: ETAG })
  @CaseParam()
  @Get('deliberation')
  async deliberation(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string, @Query() { stage }: StageQueryDto, @Res({ passthrough: true }) reply: FastifyReply): Promise<DeliberationDetail> {
    const actor = await this.desk.actor(person, id)
    const view = await this.committee.deliberations.read(await this.desk.stage(id, stage), actor)
    void reply.header('etag', versionTag(view.stage.version))
    return deliberationDetail(view)
  }

  @ApiOperation({ summary: 'One act of the deliberation', description: 'Opening a meeting or an item, a change of ranks with its reason, a vote, the minutes, or taking an act back. Each is written down for good.' })
  @ApiBody({ type: DeliberationActDto })
  @ApiCreatedResponse({ type: ActResultDto.Output })
  @CaseParam()
  @TakesConditions()
  @Post('deliberation')
  async act(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string, @Query() { stage }: StageQueryDto, @Body(new ZodValidationPipe(DeliberationActDto)) act: DeliberationAct, @WriteConditions() conditions: Conditions): Promise<ActResult> {
    const actor = await this.desk.actor(person, id)
    const { seq, repeated } = await this.committee.deliberations.act(await this.desk.stage(id, stage), actor, act, { expectedVersion: expectedVersion(conditions), idempotencyKey: conditions.key })
    return { seq, version: seq, repeated }
  }

  @ApiOperation({ summary: 'Decisions of a stage, oldest first: their outcomes, approvals, and what each application said to them' })
  @ApiOkResponse({ type: DecisionsDto.Output, headers: ETAG })
  @CaseParam()
  @Get('decisions')
  async decisions(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string, @Query() { stage }: StageQueryDto, @Res({ passthrough: true }) reply: FastifyReply): Promise<DecisionsView> {
    const actor = await this.desk.actor(person, id)
    const key = await this.desk.stage(id, stage)
    const [{ version, decisions }, { rubric }] = await Promise.all([this.committee.decisions.list(key, actor), this.committee.stages.read(key)])
    void reply.header('etag', versionTag(version))
    return decisionsDetail(rubric, version, decisions)
  }

  @ApiOperation({ summary: 'Draft a decision from the ranking (chair, secretariat)', description: '`dryRun` says what every application would get, and whether its chart would take it, and writes nothing.' })
  @ApiCreatedResponse({ type: DecisionDraftDto.Output })
  @CaseParam()
  @TakesIfMatch()
  @Post('decisions')
  async draft(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string, @Query() { stage }: StageQueryDto, @Body() { dryRun }: DecisionDraftBodyDto, @WriteConditions() conditions: Conditions): Promise<DecisionDraftResult> {
    const actor = await this.desk.actor(person, id)
    return this.committee.decisions.draft(await this.desk.stage(id, stage), actor, { dryRun, expectedVersion: expectedVersion(conditions) })
  }

  @ApiOperation({ summary: 'Put the newest draft to the approvers, with the minutes (by the chart’s own event)' })
  @ApiNoContentResponse()
  @DecisionParam()
  @HttpCode(204)
  @Post('decisions/:decision/propose')
  async propose(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string, @Param('decision', SequencePipe) seq: number, @Query() { stage }: StageQueryDto, @Body() { minutes }: ProposeDto): Promise<void> {
    const actor = await this.desk.actor(person, id)
    await this.committee.decisions.propose(await this.desk.stage(id, stage), actor, seq, minutes)
  }

  @ApiOperation({ summary: 'One approval of the chain', description: 'Whoever drafted or proposed the decision cannot approve it.' })
  @ApiOkResponse({ type: ApproveResultDto.Output })
  @DecisionParam()
  @HttpCode(200)
  @Post('decisions/:decision/approve')
  async approve(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string, @Param('decision', SequencePipe) seq: number, @Query() { stage }: StageQueryDto): Promise<{ complete: boolean }> {
    const actor = await this.desk.actor(person, id)
    return this.committee.decisions.approve(await this.desk.stage(id, stage), actor, seq)
  }

  @ApiOperation({ summary: 'Send the proposed decision back, with a reason: approvals given so far stay on record and count no more' })
  @ApiNoContentResponse()
  @CaseParam()
  @HttpCode(204)
  @Post('decisions/send-back')
  async sendBack(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string, @Query() { stage }: StageQueryDto, @Body() { reason }: ReasonDto): Promise<void> {
    await this.committee.decisions.move(await this.desk.stage(id, stage), await this.desk.actor(person, id), 'sendBack', reason)
  }

  @ApiOperation({ summary: 'Take an approved decision back before it is published, with a reason' })
  @ApiNoContentResponse()
  @CaseParam()
  @HttpCode(204)
  @Post('decisions/withdraw')
  async withdraw(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string, @Query() { stage }: StageQueryDto, @Body() { reason }: ReasonDto): Promise<void> {
    await this.committee.decisions.move(await this.desk.stage(id, stage), await this.desk.actor(person, id), 'withdraw', reason)
  }

  @ApiOperation({ summary: 'Publish the approved decision now' })
  @ApiNoContentResponse()
  @CaseParam()
  @HttpCode(204)
  @Post('decisions/publish')
  async publish(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string, @Query() { stage }: StageQueryDto): Promise<void> {
    await this.committee.decisions.move(await this.desk.stage(id, stage), await this.desk.actor(person, id), 'publish')
  }
}
