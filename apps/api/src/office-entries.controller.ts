import { Body, Controller, Get, HttpCode, Param, Post, Res } from '@nestjs/common'
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { shownAnswers } from '@saitaku/access'
import { answerConsent, CaseViews, copyableAnswers, createOrganisation, createPerson, formView, noteIntake, noteOrigin, partiesOf, provenanceOf, readConsents, saveForm, saveOnBehalf, shownForm, takesApplications, type Provenance, type SeenCase } from '@saitaku/applications'
import { tokyoInstant } from '@saitaku/calendar'
import { consentAnswer, consentRequest, copyOf, intake, intakeView, moveTo, onBehalf, uuid, type ApplicationView, type ConsentRequest, type FormView, type Intake, type Json } from '@saitaku/contracts'
import { Database } from '@saitaku/database'
import { Engine } from '@saitaku/engine'
import type { JsonObject } from '@saitaku/statechart'
import type { FastifyReply } from 'fastify'
import { createZodDto } from 'nestjs-zod'
import { z } from 'zod'
import { ApplicationDto, FormDto } from './answers.js'
import { personalKey } from './case.commands.js'
import { derivedId } from './derived-id.js'
import { BEGUN, CaseParam, ETAG, TakesKey } from './described.js'
import { caseTag, revisionTag } from './etags.js'
import { CurrentPerson, type Person } from './identity.js'
import { NewApplications } from './new-applications.js'
import { badInput, HttpProblem, notFound } from './problems.js'
import { formProblem, refusedProblem } from './refusals.js'
import { CaseIdPipe, WriteConditions, type Conditions } from './requests.js'
import { must, SeenCases } from './seen-cases.js'

class OnBehalfDto extends createZodDto(onBehalf) {}
class ConsentListDto extends createZodDto(z.object({ items: z.array(consentRequest) })) {}
class ConsentAnswerDto extends createZodDto(consentAnswer) {}
class ConsentOutcomeDto extends createZodDto(z.object({ outcome: z.enum(['agreed', 'refused']) })) {}
class IntakeDto extends createZodDto(intake) {}
class CopyDto extends createZodDto(copyOf) {}
class MoveDto extends createZodDto(moveTo) {}
class ProvenanceDto extends createZodDto(z.object({
  intake: intakeView.nullable(),
  origin: z.object({ caseId: uuid, kind: z.enum(['copy', 'move']), reason: z.string(), at: z.iso.datetime({ offset: true }) }).nullable(),
}).meta({ id: 'Provenance' })) {}

const callClosed = (): HttpProblem => new HttpProblem(409, 'callClosed', { ja: 'この募集は、いまは申請を受け付けていません', en: 'This call takes no applications now' })

/** What the office enters for applicants, and applications that are made from others. */
@ApiTags('applications')
@Controller('api/v1')
export class OfficeEntriesController {
  constructor(
    private readonly database: Database,
    private readonly engine: Engine,
    private readonly views: CaseViews,
    private readonly cases: SeenCases,
    private readonly beginnings: NewApplications,
  ) {}

  @ApiOperation({ summary: 'Write into a form for its applicant, with a reason: they are asked to agree (secretariat)' })
  @ApiOkResponse({ type: FormDto.Output, headers: ETAG })
  @CaseParam()
  @HttpCode(200)
  @Post('applications/:id/form/on-behalf')
  async writeOnBehalf(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string, @Body() body: OnBehalfDto, @Res({ passthrough: true }) reply: FastifyReply): Promise<FormView> {
    const seen = await this.cases.application(person, id, 'editOnBehalf')
    const chart = await this.views.chart(seen)
    const form = body.form ?? chart.chart.form
    if (form === undefined) throw notFound('様式が見つかりません', 'There is no such form')
    this.mustSee(seen, body.patch)
    const result = await saveOnBehalf(this.database, { caseId: seen.id, form, patch: body.patch, reason: body.reason, clerkId: person.personId })
    if (!result.ok) throw formProblem(result, revisionTag(result.current?.revision ?? 0), (answers) => shownAnswers(answers, seen.restricted, seen.shownFields))
    void reply.header('etag', revisionTag(result.saved.revision))
    return shownForm(seen, formView(chart, form, result.saved, result.open))
  }

  @ApiOperation({ summary: 'What the office wrote for the applicant, and whether they agreed' })
  @ApiOkResponse({ type: ConsentListDto.Output })
  @CaseParam()
  @Get('applications/:id/consents')
  async consents(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string): Promise<{ items: ConsentRequest[] }> {
    const seen = await this.cases.application(person, id, 'readMessages')
    const items = await readConsents(this.database, seen.id)
    const shown = (fields: string[]): string[] => Object.keys(shownAnswers(Object.fromEntries(fields.map((field) => [field, true])), seen.restricted, seen.shownFields))
    return { items: items.map((item) => ({ ...item, fields: shown(item.fields) })) }
  }

  @ApiOperation({ summary: 'Agree to what the office wrote, or get the answers back that were there before (applicant)' })
  @ApiOkResponse({ type: ConsentOutcomeDto.Output })
  @CaseParam()
  @HttpCode(200)
  @Post('applications/:id/consents')
  async answer(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string, @Body() body: ConsentAnswerDto): Promise<{ outcome: 'agreed' | 'refused' }> {
    const seen = await this.cases.application(person, id, 'consent')
    const outcome = await answerConsent(this.database, seen.id, person.personId, body)
    if (!outcome) throw notFound('同意を求められている変更がありません', 'Nothing of this revision waits for an answer')
    return { outcome }
  }

  @ApiOperation({ summary: 'Enter an application that came on paper or by mail (secretariat)' })
  @TakesKey()
  @ApiCreatedResponse({ type: ApplicationDto.Output, headers: BEGUN })
  @CaseParam()
  @Post('calls/:id/intake')
  async enter(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string, @Body() body: IntakeDto, @WriteConditions() { key }: Conditions, @Res({ passthrough: true }) reply: FastifyReply): Promise<ApplicationView> {
    const call = await this.cases.call(person, id, 'intake')
    if (tokyoInstant(body.receivedAt) > call.now) throw badInput('受付日時が未来になっています', 'It cannot have been received in the future', [{ pointer: '/receivedAt', detail: 'lies in the future' }], 422)
    const chart = await this.beginnings.chartFor(call, body.chart)
    const { form } = (await this.beginnings.compiled(call, chart)).chart
    const applicant = body.applicant && (await createPerson(this.database, { id: derivedId(key, 'intake applicant', person.personId, call.id), ...body.applicant }))
    const organisationId = body.organisation && (await createOrganisation(this.database, { ...body.organisation, id: derivedId(key, 'intake organisation', person.personId, call.id) }))
    const caseId = derivedId(key, 'intake', person.personId, call.id)
    const seen = await this.beginnings.begin(person, {
      caseId, call, chart, title: body.title, organisationId, parties: applicant === undefined ? [] : [[applicant, 'applicant']], actor: { id: person.personId, roles: call.commandRoles }, key: key && personalKey(person, key),
    })
    await noteIntake(this.database, seen.id, body, person.personId)
    if (form !== undefined && Object.keys(body.answers).length > 0) await this.fill(seen, form, body.answers, person)
    if (body.event !== undefined) await this.sendFor(seen, body.event, person, body, key)
    return this.begun(person, seen.id, reply)
  }

  @ApiOperation({ summary: 'How an application came to be: entered by the office, copied, or moved from another call' })
  @ApiOkResponse({ type: ProvenanceDto.Output })
  @CaseParam()
  @Get('applications/:id/provenance')
  async provenance(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string): Promise<Provenance> {
    const seen = await this.cases.application(person, id, 'readMessages')
    const found = await provenanceOf(this.database, seen.id)
    return seen.parts.has('officeNotes') || found.intake === null ? found : { ...found, intake: { ...found.intake, note: '' } }
  }

  @ApiOperation({ summary: 'Begin a draft from a former application: its answers as far as the new form asks for the same; pledges and files are left empty' })
  @TakesKey()
  @ApiCreatedResponse({ type: ApplicationDto.Output, headers: BEGUN })
  @CaseParam()
  @Post('applications/:id/copy')
  async copy(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string, @Body() body: CopyDto, @WriteConditions() { key }: Conditions, @Res({ passthrough: true }) reply: FastifyReply): Promise<ApplicationView> {
    const source = await this.cases.application(person, id, 'copy')
    const call = await this.openCall(person, body.call)
    const seen = await this.another(person, source, call, {
      chart: body.chart, title: body.title ?? source.title, parties: [[person.personId, 'applicant']], caseId: derivedId(key, 'copy', person.personId, source.id, call.id), key: key && personalKey(person, key), roles: ['applicant'],
    })
    await noteOrigin(this.database, seen.id, { caseId: source.id, kind: 'copy', reason: '', by: person.personId })
    return this.begun(person, seen.id, reply)
  }

  @ApiOperation({ summary: 'Move an application to another call: a new one there, and the given event for the old one (secretariat)' })
  @TakesKey()
  @ApiCreatedResponse({ type: ApplicationDto.Output, headers: BEGUN })
  @CaseParam()
  @Post('applications/:id/move')
  async move(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string, @Body() body: MoveDto, @WriteConditions() { key }: Conditions, @Res({ passthrough: true }) reply: FastifyReply): Promise<ApplicationView> {
    const source = await this.cases.application(person, id, 'moveToCall')
    const call = await this.openCall(person, body.call)
    must(call.capacities, 'moveToCall')
    if (call.id === source.parentId) throw badInput('すでにこの募集の申請です', 'It belongs to this call already', [{ pointer: '/call', detail: 'the same call' }], 422)
    const { transitions } = await this.views.chart(source)
    const asksWhy = transitions.some(({ trigger, source: { requires } }) => trigger === body.event && requires?.includes('reason'))
    const ended = await this.engine.dispatch({ caseId: source.id, type: body.event, ...(asksWhy ? { data: { reason: body.reason } } : {}), actor: { id: person.personId, roles: [...source.commandRoles, 'applicant'] }, ...(key === undefined ? {} : { key: personalKey(person, key) }) })
    if (!ended.ok) throw refusedProblem(ended.refused, source, null)
    const seen = await this.another(person, source, call, {
      chart: source.chart, title: source.title, parties: await partiesOf(this.database, source.id), caseId: derivedId(key, 'move', person.personId, source.id, call.id), key: key && personalKey(person, key), roles: call.commandRoles,
    })
    await noteOrigin(this.database, seen.id, { caseId: source.id, kind: 'move', reason: body.reason, by: person.personId })
    return this.begun(person, seen.id, reply)
  }

  private async openCall(person: Person, id: string): Promise<SeenCase> {
    const call = await this.cases.call(person, id.toLowerCase())
    if (!takesApplications(call)) throw callClosed()
    return call
  }

  private async another(
    person: Person, source: SeenCase, call: SeenCase,
    { chart: wanted, title, parties, caseId, key, roles }: { chart: string | undefined; title: string; parties: readonly (readonly [string, string])[]; caseId: string; key: string | undefined; roles: readonly string[] },
  ): Promise<SeenCase> {
    const chart = await this.beginnings.chartFor(call, wanted)
    const copied = await copyableAnswers(this.database, { caseId: source.id, chart: await this.views.chart(source) }, await this.beginnings.compiled(call, chart))
    const seen = await this.beginnings.begin(person, { caseId, call, chart, title, organisationId: source.organisationId ?? undefined, parties, actor: { id: person.personId, roles }, key })
    if (copied && Object.keys(copied.answers).length > 0) await this.fill(seen, copied.form, copied.answers, person)
    return seen
  }

  private async fill(seen: SeenCase, form: string, answers: Record<string, Json>, person: Person): Promise<void> {
    const result = await saveForm(this.database, { caseId: seen.id, form, patch: answers, authorId: person.personId, roles: ['applicant'] })
    if (!result.ok) throw formProblem(result, revisionTag(0), (all) => all)
  }

  private async sendFor(seen: SeenCase, type: string, person: Person, { channel, reference }: Intake, key: string | undefined): Promise<void> {
    const sent = await this.engine.dispatch({ caseId: seen.id, type, actor: { id: person.personId, roles: [...seen.commandRoles, 'applicant'] }, ...(key === undefined ? {} : { key: personalKey(person, `${key} ${channel} ${reference}`.slice(0, 100)) }) })
    if (!sent.ok) throw refusedProblem(sent.refused, seen, null)
  }

  private async begun(person: Person, id: string, reply: FastifyReply): Promise<ApplicationView> {
    const seen = await this.cases.application(person, id)
    const view = await this.views.application(seen, person.personId)
    void reply.header('location', `/api/v1/applications/${seen.id}`).header('etag', await caseTag(this.views, seen, person.personId, view))
    return view
  }

  private mustSee(seen: SeenCase, patch: JsonObject): void {
    const hidden = Object.keys(patch).filter((field) => !(field in shownAnswers({ [field]: true }, seen.restricted, seen.shownFields)))
    if (hidden.length > 0) throw new HttpProblem(409, 'lockedFields', { ja: 'この項目は、いまは変更できません', en: 'Some of these fields may not be changed now' }, { errors: hidden.map((field) => ({ pointer: `/patch/${field}`, detail: 'this field may not be changed now' })) })
  }
}
