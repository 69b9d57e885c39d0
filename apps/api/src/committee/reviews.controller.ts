import { Body, Controller, Get, HttpCode, Param, Post, Put, Query, Res, UseFilters } from '@nestjs/common'
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { Committee } from '@saitaku/committee'
import type { MyReviewItem, ProgressView, ReviewDetail, SheetSavedView } from '@saitaku/contracts'
import type { FastifyReply } from 'fastify'
import { CaseParam, ETAG, TakesIfMatch } from '../described.js'
import { versionTag } from '../etags.js'
import { CurrentPerson, type Person } from '../identity.js'
import { CaseIdPipe, WriteConditions, type Conditions } from '../requests.js'
import { MyReviewsDto, ReviewDto, ReviewProgressDto, ScoreSheetDto, SheetSavedDto } from './committee.answers.js'
import { CommitteeDesk } from './committee.desk.js'
import { CommitteeRefusalFilter } from './committee.filter.js'
import { expectedVersion, ReopenDto, SheetChangeDto, SheetParams, StageQueryDto, SubmitDto } from './committee.requests.js'
import { myReviewItem, progressDetail, reviewDetail, sheetDetail } from './review.views.js'

@ApiTags('review')
@UseFilters(CommitteeRefusalFilter)
@Controller('api/v1')
export class ReviewsController {
  constructor(
    private readonly committee: Committee,
    private readonly desk: CommitteeDesk,
  ) {}

  @ApiOperation({ summary: 'What is assigned to this person, in all calls; what can be scored now comes first' })
  @ApiOkResponse({ type: MyReviewsDto.Output })
  @Get('reviews')
  async mine(@CurrentPerson() person: Person): Promise<{ items: MyReviewItem[] }> {
    return { items: (await this.committee.reviews.mine(person.personId)).map(myReviewItem) }
  }

  @ApiOperation({ summary: 'What is assigned to this person in one call' })
  @ApiOkResponse({ type: MyReviewsDto.Output })
  @CaseParam()
  @Get('calls/:id/reviews')
  async mineOfCall(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string): Promise<{ items: MyReviewItem[] }> {
    await this.desk.actor(person, id)
    return { items: (await this.committee.reviews.mine(person.personId, id)).map(myReviewItem) }
  }

  @ApiOperation({ summary: 'Who has handed in what (chair, secretariat)' })
  @ApiOkResponse({ type: ReviewProgressDto.Output })
  @CaseParam()
  @Get('calls/:id/reviews/progress')
  async progress(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string, @Query() { stage }: StageQueryDto): Promise<ProgressView> {
    const actor = await this.desk.actor(person, id)
    return progressDetail(await this.committee.reviews.progress(await this.desk.stage(id, stage), actor))
  }

  @ApiOperation({ summary: 'One’s own score sheet with the rubric and the application it judges; others’ sheets once one’s own is in', description: 'In a blind stage without anything that tells who applied.' })
  @ApiOkResponse({ type: ReviewDto.Output, headers: ETAG })
  @SheetParams()
  @Get('calls/:id/reviews/:stage/:application')
  async read(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) callId: string, @Param('stage') stage: string, @Param('application', CaseIdPipe) applicationId: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<ReviewDetail> {
    const actor = await this.desk.actor(person, callId)
    const view = await this.committee.reviews.read({ callId, stage, applicationId }, actor)
    void reply.header('etag', versionTag(view.sheet?.version ?? 0))
    return reviewDetail(view)
  }

  @ApiOperation({ summary: 'Save a draft of one’s own score sheet', description: 'Autosave: what is left out stays. `problems` says what is still to be filled in before it can be handed in.' })
  @ApiOkResponse({ type: SheetSavedDto.Output, headers: ETAG })
  @SheetParams()
  @TakesIfMatch()
  @Put('calls/:id/reviews/:stage/:application')
  async save(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) callId: string, @Param('stage') stage: string, @Param('application', CaseIdPipe) applicationId: string, @Body() body: SheetChangeDto, @WriteConditions() conditions: Conditions, @Res({ passthrough: true }) reply: FastifyReply): Promise<SheetSavedView> {
    const { version, total, savedAt, problems } = await this.committee.sheets.save({ callId, stage, applicationId, reviewerId: person.personId }, { ...body, expectedVersion: expectedVersion(conditions) })
    void reply.header('etag', versionTag(version))
    return { version, total, savedAt: savedAt.toISOString(), problems: [...problems] }
  }

  @ApiOperation({ summary: 'Hand one’s own score sheet in', description: 'Pinned to the revision of the application and the rubric. 422 with what is missing; 409 after the deadline.' })
  @ApiOkResponse({ type: ScoreSheetDto.Output, headers: ETAG })
  @SheetParams()
  @TakesIfMatch()
  @HttpCode(200)
  @Post('calls/:id/reviews/:stage/:application/submit')
  async submit(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) callId: string, @Param('stage') stage: string, @Param('application', CaseIdPipe) applicationId: string, @Body() { rubric }: SubmitDto, @WriteConditions() conditions: Conditions, @Res({ passthrough: true }) reply: FastifyReply): Promise<NonNullable<ReviewDetail['sheet']>> {
    const actor = { id: person.personId, roles: [] }
    const sheet = await this.committee.sheets.submit({ callId, stage, applicationId, reviewerId: person.personId }, actor, { rubric, expectedVersion: expectedVersion(conditions) })
    void reply.header('etag', versionTag(sheet.version))
    return sheetDetail(sheet)
  }

  @ApiOperation({ summary: 'Open a sheet again that is in, with a reason: one’s own, or (chair, secretariat) that of `reviewer`' })
  @ApiOkResponse({ type: SheetSavedDto.Output, headers: ETAG })
  @SheetParams()
  @HttpCode(200)
  @Post('calls/:id/reviews/:stage/:application/reopen')
  async reopen(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) callId: string, @Param('stage') stage: string, @Param('application', CaseIdPipe) applicationId: string, @Body() { reason, reviewer }: ReopenDto, @Res({ passthrough: true }) reply: FastifyReply): Promise<SheetSavedView> {
    const actor = await this.desk.actor(person, callId)
    const key = { callId, stage, applicationId, reviewerId: reviewer?.toLowerCase() ?? actor.id }
    const { version } = await this.committee.sheets.reopen(key, actor, reason)
    const sheet = await this.committee.sheets.read(key)
    void reply.header('etag', versionTag(version))
    return { version, total: reviewer === undefined ? (sheet?.total ?? null) : null, savedAt: (sheet?.savedAt ?? new Date()).toISOString(), problems: [] }
  }
}
