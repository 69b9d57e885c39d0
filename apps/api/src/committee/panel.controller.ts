import { Body, Controller, Get, HttpCode, Param, Post, Put, Query, Res, UseFilters } from '@nestjs/common'
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { Committee } from '@saitaku/committee'
import type { AssignedView, AssignmentsView, ConflictView, PanelView } from '@saitaku/contracts'
import type { FastifyReply } from 'fastify'
import { CaseParam, ETAG, TakesIfMatch } from '../described.js'
import { versionTag } from '../etags.js'
import { CurrentPerson, type Person } from '../identity.js'
import { CaseIdPipe, WriteConditions, type Conditions } from '../requests.js'
import { AssignedDto, AssignmentsDto, ConflictDto, ConflictMatchDto, ConflictsDto, PanelDto } from './committee.answers.js'
import { CommitteeDesk } from './committee.desk.js'
import { CommitteeRefusalFilter } from './committee.filter.js'
import { AffiliationsDto, AssignmentBodyDto, AssignmentByHandDto, CallAnd, ConflictBodyDto, ConflictVerdictDto, expectedVersion, PanelBodyDto, PreferencesDto, StageQueryDto } from './committee.requests.js'
import { conflictDetail, stageName } from './review.views.js'

/** Who judges: the panel of each stage, who is involved in what, and who judges which application. */
@ApiTags('review')
@UseFilters(CommitteeRefusalFilter)
@Controller('api/v1/calls/:id')
export class PanelController {
  constructor(
    private readonly committee: Committee,
    private readonly desk: CommitteeDesk,
  ) {}

  @ApiOperation({ summary: 'The panel of a stage' })
  @ApiOkResponse({ type: PanelDto.Output, headers: ETAG })
  @CaseParam()
  @Get('panel')
  async panel(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string, @Query() query: StageQueryDto, @Res({ passthrough: true }) reply: FastifyReply): Promise<PanelView> {
    const actor = await this.desk.actor(person, id)
    const key = await this.desk.stage(id, query.stage)
    const [{ version, members }, { rubric }] = await Promise.all([this.committee.panels.read(key, actor), this.committee.stages.read(key)])
    void reply.header('etag', versionTag(version))
    return { stage: stageName(rubric), version, members }
  }

  @ApiOperation({ summary: 'Set the panel of a stage (secretariat)' })
  @ApiOkResponse({ type: PanelDto.Output, headers: ETAG })
  @CaseParam()
  @TakesIfMatch()
  @Put('panel')
  async setPanel(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string, @Query() query: StageQueryDto, @Body() body: PanelBodyDto, @WriteConditions() conditions: Conditions, @Res({ passthrough: true }) reply: FastifyReply): Promise<PanelView> {
    const actor = await this.desk.actor(person, id)
    const key = await this.desk.stage(id, query.stage)
    await this.committee.panels.set(key, actor, body.members.map((member) => ({ ...member, personId: member.personId.toLowerCase() })), expectedVersion(conditions))
    return this.panel(person, id, { stage: key.stage }, reply)
  }

  @ApiOperation({ summary: 'Say what a reviewer belongs to: oneself, or (secretariat) anyone' })
  @ApiNoContentResponse()
  @CallAnd('person')
  @HttpCode(204)
  @Put('panel/:person/affiliations')
  async setAffiliations(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string, @Param('person', CaseIdPipe) about: string, @Query() query: StageQueryDto, @Body() body: AffiliationsDto): Promise<void> {
    const actor = await this.desk.actor(person, id)
    await this.committee.panels.setAffiliations(await this.desk.stage(id, query.stage), actor, about, body.affiliations)
  }

  @ApiOperation({ summary: 'Who judges what (chair, secretariat)' })
  @ApiOkResponse({ type: AssignmentsDto.Output, headers: ETAG })
  @CaseParam()
  @Get('assignments')
  async assignments(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string, @Query() query: StageQueryDto, @Res({ passthrough: true }) reply: FastifyReply): Promise<AssignmentsView> {
    const actor = await this.desk.actor(person, id)
    const key = await this.desk.stage(id, query.stage)
    const [{ version, applications }, { rubric }] = await Promise.all([this.committee.assignments.list(key, actor), this.committee.stages.read(key)])
    void reply.header('etag', versionTag(version))
    return { stage: stageName(rubric), version, applications }
  }

  @ApiOperation({ summary: 'Assign the panel to the applications (secretariat)', description: 'An optimum by integer programming, computed beside the requests; 409 `infeasible` with the smallest set of reasons. `dryRun` only says what would change.' })
  @ApiOkResponse({ type: AssignedDto.Output })
  @CaseParam()
  @TakesIfMatch()
  @HttpCode(200)
  @Post('assignments')
  async assign(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string, @Query() query: StageQueryDto, @Body() { dryRun, ...request }: AssignmentBodyDto, @WriteConditions() conditions: Conditions): Promise<AssignedView> {
    const actor = await this.desk.actor(person, id)
    return this.committee.assignments.assign(await this.desk.stage(id, query.stage), actor, request, { dryRun, expectedVersion: expectedVersion(conditions) })
  }

  @ApiOperation({ summary: 'Assign or release one reviewer by hand (secretariat)' })
  @ApiNoContentResponse()
  @CaseParam()
  @HttpCode(204)
  @Put('assignments')
  async assignByHand(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string, @Query() query: StageQueryDto, @Body() { application, reviewer, state }: AssignmentByHandDto): Promise<void> {
    const actor = await this.desk.actor(person, id)
    await this.committee.assignments.set(await this.desk.stage(id, query.stage), actor, { applicationId: application.toLowerCase(), reviewerId: reviewer.toLowerCase() }, state)
  }

  @ApiOperation({ summary: 'Say how gladly one would judge what (reviewer)' })
  @ApiNoContentResponse()
  @CaseParam()
  @HttpCode(204)
  @Put('assignments/preferences')
  async prefer(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string, @Query() query: StageQueryDto, @Body() { preferences }: PreferencesDto): Promise<void> {
    const actor = await this.desk.actor(person, id)
    await this.committee.assignments.prefer(await this.desk.stage(id, query.stage), actor, preferences.map(({ application, value }) => ({ applicationId: application.toLowerCase(), value })))
  }

  @ApiOperation({ summary: 'Conflicts of interest: all of the call’s to the chair and the secretariat, one’s own to a reviewer' })
  @ApiOkResponse({ type: ConflictsDto.Output })
  @CaseParam()
  @Get('conflicts')
  async conflicts(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string): Promise<{ items: ConflictView[] }> {
    const actor = await this.desk.actor(person, id)
    return { items: (await this.committee.conflicts.list(id, actor)).map(conflictDetail) }
  }

  @ApiOperation({ summary: 'Declare that one is involved in an application (reviewer)', description: 'Recuses at once, also in the middle of a review: the sheet is sealed and counts no more.' })
  @ApiCreatedResponse({ type: ConflictDto.Output })
  @CaseParam()
  @Post('conflicts')
  async declare(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string, @Body() { stage, application, reason }: ConflictBodyDto): Promise<ConflictView> {
    const actor = await this.desk.actor(person, id)
    return conflictDetail(await this.committee.conflicts.declare(await this.desk.stage(id, stage), actor, application.toLowerCase(), reason))
  }

  @ApiOperation({ summary: 'Look for conflicts by organisation, corporate number, name and address (secretariat)', description: 'What was raised before stays as it was decided.' })
  @ApiOkResponse({ type: ConflictMatchDto.Output })
  @CaseParam()
  @HttpCode(200)
  @Post('conflicts/match')
  async match(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string, @Query() query: StageQueryDto): Promise<{ found: number; raised: number }> {
    const actor = await this.desk.actor(person, id)
    return this.committee.conflicts.match(await this.desk.stage(id, query.stage), actor)
  }

  @ApiOperation({ summary: 'Confirm or dismiss a conflict of interest, with a reason (chair, secretariat)' })
  @ApiOkResponse({ type: ConflictDto.Output })
  @CallAnd('conflict')
  @HttpCode(200)
  @Post('conflicts/:conflict/decision')
  async decide(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string, @Param('conflict', CaseIdPipe) conflict: string, @Body() { stage, verdict, reason }: ConflictVerdictDto): Promise<ConflictView> {
    const actor = await this.desk.actor(person, id)
    return conflictDetail(await this.committee.conflicts.decide(await this.desk.stage(id, stage), actor, conflict, verdict, reason))
  }
}
