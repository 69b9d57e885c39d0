import { Body, Controller, Get, Param, Patch, Query, Res } from '@nestjs/common'
import { ApiBody, ApiConsumes, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { hides, mayDo, shownAnswers } from '@saitaku/access'
import { CaseLists, CaseViews, formView, saveForm, see, shownForm, type Page, type SeenCase } from '@saitaku/applications'
import type { ApplicationItem, ApplicationView, FormView } from '@saitaku/contracts'
import { Database } from '@saitaku/database'
import type { FastifyReply } from 'fastify'
import { ApplicationDto, ApplicationPageDto, FormDto } from './answers.js'
import { CaseParam, ETAG, TakesIfMatch } from './described.js'
import { caseTag, revisionOf, revisionTag } from './etags.js'
import { CurrentPerson, type Person } from './identity.js'
import { forbidden, HttpProblem, notFound, unknownCase } from './problems.js'
import { formProblem } from './refusals.js'
import { ApplicationsQueryDto, CaseIdPipe, FormPatchDto, FormQueryDto, WriteConditions, type Conditions } from './requests.js'

@ApiTags('applications')
@Controller('api/v1/applications')
export class ApplicationsController {
  constructor(
    private readonly database: Database,
    private readonly views: CaseViews,
    private readonly lists: CaseLists,
  ) {}

  @ApiOperation({ summary: "The office's applications, or one's own" })
  @ApiOkResponse({ type: ApplicationPageDto.Output })
  @Get()
  list(@CurrentPerson() person: Person, @Query() query: ApplicationsQueryDto): Promise<Page<ApplicationItem>> {
    return this.lists.applications(person, query)
  }

  @ApiOperation({ summary: 'An application as this person may see it' })
  @ApiOkResponse({ type: ApplicationDto.Output, headers: ETAG })
  @CaseParam()
  @Get(':id')
  async read(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<ApplicationView> {
    const seen = await this.application(person, id)
    const view = await this.views.application(seen, person.personId)
    void reply.header('etag', await caseTag(this.views, seen, person.personId, view))
    return view
  }

  @ApiOperation({ summary: "The application's form, or with ?form= that of a later step" })
  @ApiOkResponse({ type: FormDto.Output, headers: ETAG })
  @CaseParam()
  @Get(':id/form')
  async form(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string, @Query() { form }: FormQueryDto, @Res({ passthrough: true }) reply: FastifyReply): Promise<FormView> {
    const seen = await this.application(person, id)
    const view = await this.views.form(seen, form)
    if (!view) throw notFound('様式が見つかりません', 'There is no such form')
    void reply.header('etag', revisionTag(view.revision))
    return view
  }

  @ApiOperation({ summary: 'Save answers (JSON merge patch)', description: '`If-Match` with the ETag of the form answers 412 when it was saved elsewhere. Answers 409 with the fields that are open where others may not be changed.' })
  @TakesIfMatch()
  @ApiConsumes('application/merge-patch+json', 'application/json')
  @ApiBody({ type: FormPatchDto })
  @ApiOkResponse({ type: FormDto.Output, headers: ETAG })
  @CaseParam()
  @Patch(':id/form')
  async save(
    @CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string, @Query() query: FormQueryDto, @Body() patch: FormPatchDto, @WriteConditions() { ifMatch }: Conditions,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<FormView> {
    const seen = await this.application(person, id)
    const chart = await this.views.chart(seen)
    const form = query.form ?? chart.chart.form
    if (form === undefined) throw notFound('様式が見つかりません', 'There is no such form')
    const allowed = mayDo(seen.capacities, 'writeForm')
    if (!allowed.ok) throw forbidden(allowed.reason.ja, allowed.reason.en)
    if (!seen.parts.has('answers')) throw notFound('様式が見つかりません', 'There is no such form')
    const hidden = Object.keys(patch).filter((field) => hides(field, seen.restricted, seen.shownFields))
    if (hidden.length > 0) throw new HttpProblem(409, 'lockedFields', { ja: 'この項目は、いまは変更できません', en: 'Some of these fields may not be changed now' }, { errors: hidden.map((field) => ({ pointer: `/${field}`, detail: 'this field may not be changed now' })) })
    const expectedRevision = expected(ifMatch)
    const result = await saveForm(this.database, { caseId: seen.id, form, patch, authorId: person.personId, roles: seen.formRoles, ...(expectedRevision === undefined ? {} : { expectedRevision }) })
    if (!result.ok) throw formProblem(result, revisionTag(result.current?.revision ?? 0), (answers) => shownAnswers(answers, seen.restricted, seen.shownFields))
    void reply.header('etag', revisionTag(result.saved.revision))
    return shownForm(seen, formView(chart, form, result.saved, result.open))
  }

  private async application(person: Person, id: string): Promise<SeenCase> {
    const seen = await see(this.database, person, id)
    if (!seen || seen.parentId === null) throw unknownCase()
    return seen
  }
}

/** No revision is -1: tags that are none of a form's match nothing. */
function expected(ifMatch: Conditions['ifMatch']): number | undefined {
  return Array.isArray(ifMatch) ? (ifMatch.map(revisionOf).find((revision) => revision !== undefined) ?? -1) : undefined
}
