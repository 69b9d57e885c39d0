import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common'
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { mayDo } from '@saitaku/access'
import { capacitiesIn, CaseLists, CaseScopes, CaseViews, checkAttributes, createOrganisation, hasActedFor, rolesIn, see, takesApplications, type Page, type SeenCase } from '@saitaku/applications'
import type { ApplicationView, CallItem, CallView, NewApplication } from '@saitaku/contracts'
import { Engine } from '@saitaku/engine'
import type { FastifyReply } from 'fastify'
import { ApplicationDto, CallDto, CallPageDto } from './answers.js'
import { personalKey } from './case.commands.js'
import { BEGUN, CaseParam, ETAG, TakesKey } from './described.js'
import { derivedId } from './derived-id.js'
import { caseTag } from './etags.js'
import { CurrentPerson, CurrentViewer, Open, type Person } from './identity.js'
import { badInput, forbidden, HttpProblem, notFound, unknownCase } from './problems.js'
import { NewApplications } from './new-applications.js'
import { CallsQueryDto, CaseIdPipe, NewApplicationDto, NewCallDto, WriteConditions, type Conditions } from './requests.js'
import type { Viewer } from '@saitaku/applications'

@ApiTags('calls')
@Controller('api/v1/calls')
export class CallsController {
  constructor(
    private readonly engine: Engine,
    private readonly views: CaseViews,
    private readonly lists: CaseLists,
    private readonly beginnings: NewApplications,
  ) {}

  @ApiOperation({ summary: 'Calls that are public, and for the office all of its programmes' })
  @ApiOkResponse({ type: CallPageDto.Output })
  @Open()
  @Get()
  list(@CurrentViewer() viewer: Viewer, @Query() query: CallsQueryDto): Promise<Page<CallItem>> {
    return this.lists.calls(viewer, query)
  }

  @ApiOperation({ summary: 'One call' })
  @ApiOkResponse({ type: CallDto.Output, headers: ETAG })
  @Open()
  @CaseParam()
  @Get(':id')
  async read(@CurrentViewer() viewer: Viewer, @Param('id', CaseIdPipe) id: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<CallView> {
    const seen = await this.call(viewer, id)
    const view = await this.views.call(seen, viewer.personId)
    if (seen.sight === 'office') void reply.header('etag', await caseTag(this.views, seen, viewer.personId, view))
    return view
  }

  @ApiOperation({ summary: 'Begin a call of the newest version of a programme (its office)' })
  @TakesKey()
  @ApiCreatedResponse({ type: CallDto.Output, headers: BEGUN })
  @Post()
  async create(@CurrentPerson() person: Person, @Body() body: NewCallDto, @WriteConditions() { key }: Conditions, @Res({ passthrough: true }) reply: FastifyReply): Promise<CallView> {
    const roles = await this.officeRoles(person, body.programme)
    const version = await this.engine.programmes.newest(body.programme)
    const chart = version?.compiled.charts.get(body.chart)
    if (!chart || chart.chart.childOf !== undefined) throw notFound('制度または様式が見つかりません', `There is no call chart ${body.chart} in a programme ${body.programme}`)
    const problems = checkAttributes(chart, body.attributes)
    if (problems.length > 0) throw badInput('入力内容を確認してください', 'Some of the attributes cannot be taken', problems.map(({ name, message }) => ({ pointer: `/attributes/${name}`, detail: message.en, message })), 422)
    const answer = await this.engine.create({
      id: derivedId(key, 'call', person.personId), programme: body.programme, chart: body.chart, title: body.title, attributes: body.attributes,
      actor: { id: person.personId, roles }, ...(key === undefined ? {} : { key: personalKey(person, key) }),
    })
    if (!answer.ok) throw new HttpProblem(answer.refused.code === 'keyReused' ? 422 : 409, answer.refused.code, answer.refused.reason)
    const seen = await this.call(person, answer.caseId)
    const view = await this.views.call(seen, person.personId)
    void reply.header('location', `/api/v1/calls/${seen.id}`).header('etag', await caseTag(this.views, seen, person.personId, view))
    return view
  }

  @ApiOperation({ summary: 'Begin a draft of an application, as its applicant' })
  @TakesKey()
  @ApiCreatedResponse({ type: ApplicationDto.Output, headers: BEGUN })
  @CaseParam()
  @Post(':id/applications')
  async apply(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string, @Body() body: NewApplicationDto, @WriteConditions() { key }: Conditions, @Res({ passthrough: true }) reply: FastifyReply): Promise<ApplicationView> {
    const call = await this.call(person, id)
    const chart = await this.beginnings.chartFor(call, body.chart)
    const caseId = derivedId(key, 'application', person.personId, call.id)
    const begun = key === undefined ? undefined : await see(this.engine.database, person, caseId)
    if (!begun && !takesApplications(call)) throw new HttpProblem(409, 'callClosed', { ja: 'この募集は、いまは申請を受け付けていません', en: 'This call takes no applications now' })
    const organisationId = await this.organisation(person, body, key, call)
    const seen = await this.beginnings.begin(person, {
      caseId, call, chart, title: body.title, organisationId, parties: [[person.personId, 'applicant']], actor: { id: person.personId, roles: ['applicant'] }, key: key && personalKey(person, key),
    })
    const view = await this.views.application(seen, person.personId)
    void reply.header('location', `/api/v1/applications/${seen.id}`).header('etag', await caseTag(this.views, seen, person.personId, view))
    return view
  }

  private async call(viewer: Viewer, id: string): Promise<SeenCase> {
    const seen = await see(this.engine.database, viewer, id)
    if (!seen || seen.parentId !== null) throw unknownCase()
    return seen
  }

  private async officeRoles(person: Person, programme: string): Promise<string[]> {
    const allowed = mayDo(capacitiesIn(await CaseScopes.of(this.engine.database).read(person), programme), 'beginCall')
    if (!allowed.ok || !(await this.engine.programmes.newest(programme))) throw forbidden('募集を始められるのは、この制度の事務局だけです', 'Only the office of this programme may begin a call')
    return rolesIn(this.engine.database, person, programme)
  }

  private async organisation(person: Person, { organisationId, organisation }: NewApplication, key: string | undefined, call: SeenCase): Promise<string | undefined> {
    if (organisation) return createOrganisation(this.engine.database, { ...organisation, id: derivedId(key, 'organisation', person.personId, call.id) })
    if (organisationId === undefined) return undefined
    if (!(await hasActedFor(this.engine.database, person.personId, organisationId)))
      throw badInput('団体が見つかりません', 'You have not applied for this organisation before', [{ pointer: '/organisationId', detail: 'no organisation of yours' }], 422)
    return organisationId.toLowerCase()
  }
}
