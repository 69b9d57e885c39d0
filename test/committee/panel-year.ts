import { randomUUID } from 'node:crypto'
import { createOrganisation, createPerson, grantRole, registerApplications, saveForm } from '@saitaku/applications'
import { Database } from '@saitaku/database'
import { Engine, publishProgramme, Registry } from '@saitaku/engine'
import { registerNotices } from '@saitaku/notices'
import { createTestDatabase, type TestDatabase } from '@saitaku/testkit'
import { Committee, registerCommittee, type Actor } from '@saitaku/committee'
import { PANEL_PROGRAMME } from './panel-programme.js'

export interface ApplicationSpec {
  title: string
  requested: number
  organisation?: { name: string; kana?: string; corporateNumber?: string }
  applicant?: string
  answers?: Record<string, string | object[]>
}

/** A call that is being scored, with its people: what specs of the committee start from. */
export class PanelYear {
  readonly secretary: Actor = { id: randomUUID(), roles: ['secretariat'] }
  readonly chair: Actor = { id: randomUUID(), roles: ['chair', 'reviewer'] }
  readonly head: Actor = { id: randomUUID(), roles: ['approver', 'sectionHead'] }
  readonly director: Actor = { id: randomUUID(), roles: ['approver', 'departmentHead'] }
  readonly reviewers: Actor[] = []
  readonly applications: string[] = []
  readonly applicants: string[] = []
  callId = ''

  private constructor(
    private readonly server: TestDatabase,
    readonly database: Database,
    readonly engine: Engine,
    readonly committee: Committee,
    readonly programme: string,
  ) {}

  get key(): { callId: string; stage: string } {
    return { callId: this.callId, stage: 'panel' }
  }

  get url(): string {
    return this.server.url
  }

  static async begin({ files = PANEL_PROGRAMME, reviewers = 3, budget = 2_000_000, applications = [] as ApplicationSpec[] } = {}): Promise<PanelYear> {
    const server = await createTestDatabase()
    const database = await Database.connect({ url: server.url, poolSize: 6 })
    const registry = new Registry()
    registerApplications(registry)
    registerCommittee(registry)
    registerNotices(registry, { database, baseUrl: 'http://localhost', officeName: '事務局' })
    const engine = new Engine(database, registry)
    const published = await publishProgramme(database, files)
    if (!published.ok) throw new Error(published.problems.map(({ file, line, message }) => `${file}:${line} ${message}`).join('\n'))
    const year = new PanelYear(server, database, engine, new Committee(engine), published.programme)
    await year.introduce(reviewers)
    const call = await engine.create({ programme: published.programme, chart: 'call', title: '令和8年度', attributes: { scoringEndsAt: '2099-01-01T17:00', budget }, actor: { id: null, roles: [] } })
    if (!call.ok) throw new Error(call.refused.reason.en)
    year.callId = call.caseId
    for (const application of applications) await year.apply(application)
    await year.committee.panels.set(year.key, year.secretary, [year.chair, ...year.reviewers].map(({ id }, i) => ({ personId: id, role: i === 0 ? 'chair' : 'member', maxLoad: null, fields: [] })))
    return year
  }

  private async introduce(reviewers: number): Promise<void> {
    for (let i = 1; i < reviewers; i++) this.reviewers.push({ id: randomUUID(), roles: ['reviewer'] })
    const people = [[this.secretary, '事務 花子'], [this.chair, '長谷 修'], [this.head, '課長 一'], [this.director, '部長 二'], ...this.reviewers.map((actor, i) => [actor, `委員 ${i + 1}`] as const)] as [Actor, string][]
    for (const [{ id, roles }, name] of people) {
      await createPerson(this.database, { id, name, email: `${id}@example.jp` })
      for (const role of roles) await grantRole(this.database, id, this.programme, role)
    }
  }

  async apply({ title, requested, organisation, applicant = '応募 太郎', answers = {} }: ApplicationSpec): Promise<string> {
    const personId = await createPerson(this.database, { name: applicant, email: `${randomUUID()}@applicant.example` })
    const organisationId = organisation && (await createOrganisation(this.database, organisation))
    const created = await this.engine.create({
      programme: this.programme, chart: 'application', parentId: this.callId, title, attributes: { requestedAmount: requested }, parties: [[personId, 'applicant']], actor: { id: personId, roles: ['applicant'] },
      ...(organisationId === undefined ? {} : { organisationId }),
    })
    if (!created.ok) throw new Error(created.refused.reason.en)
    // written as the revision that a submission would have left: in this chart the form is closed from the beginning
    const saved = await saveForm(this.database, { caseId: created.caseId, form: 'plan', patch: { summary: `${title}の概要`, ...answers }, authorId: personId })
    if (!saved.ok && saved.code !== 'closed') throw new Error(saved.reason.en)
    if (!saved.ok)
      await this.database.query(`INSERT INTO form_revision (case_id, form, revision, answers, computed, complete, missing, hash, author_id, at) VALUES ($1, 'plan', 1, $2, '{}', true, '{}', $3, $4, app_now())`,
        [created.caseId, JSON.stringify({ summary: `${title}の概要`, ...answers }), `hash of ${title}`, personId])
    this.applications.push(created.caseId)
    this.applicants.push(personId)
    return created.caseId
  }

  get panel(): Actor[] {
    return [this.chair, ...this.reviewers]
  }

  /** Everybody judges everything: points of `need` and `effect` by application, the same from everyone unless told. */
  async scoreAll(points: readonly (readonly [need: string, effect: number])[], by: readonly Actor[] = this.panel): Promise<void> {
    await this.committee.assignments.assign(this.key, this.secretary, {})
    for (const actor of by)
      for (const [i, [need, effect]] of points.entries()) {
        const key = { ...this.key, applicationId: this.applications[i] ?? '', reviewerId: actor.id }
        await this.committee.sheets.save(key, { points: { need, effect }, comments: Number(need) < 2 ? { need: '根拠が足りません' } : {}, note: '' })
        await this.committee.sheets.submit(key, actor)
      }
  }

  /** Does what the queue would do: performs every effect that is open. */
  async settle(): Promise<void> {
    for (;;) {
      const open = await this.database.query<{ id: string }>(`SELECT o.id FROM outbox o WHERE NOT EXISTS (SELECT 1 FROM effect_outcome e WHERE e.outbox_id = o.id AND e.state IN ('done', 'dead')) ORDER BY o.id`)
      if (open.length === 0) return
      for (const { id } of open) await this.engine.performEffect(id)
    }
  }

  async send(actor: Actor, type: string, data: object = {}, caseId = this.callId): Promise<string> {
    const answer = await this.engine.dispatch({ caseId, type, data: data as never, actor })
    return answer.ok ? 'ok' : answer.refused.code
  }

  async end(): Promise<void> {
    await this.engine.idle()
    await this.database.close()
    await this.server.close()
  }
}

/** Of what was thrown, the code; `nothing` where nothing was. */
export const refusalOf = (work: Promise<unknown>): Promise<string> => work.then(() => 'nothing', (error: { code?: string; message: string }) => error.code ?? error.message)
