import { randomUUID } from 'node:crypto'
import type { NestFastifyApplication } from '@nestjs/platform-fastify'
import { Database, setClock } from '@saitaku/database'
import { Engine, Invariants, Registry, verifyAudit } from '@saitaku/engine'
import { grantRole, registerApplications } from '@saitaku/applications'
import { problem as problemShape, applicationView, callView, caseView, commandResult, formView, type ApplicationView, type CallView, type CaseView, type CommandResult, type FormView, type HistoryEntry, type Problem } from '@saitaku/contracts'
import { createTestDatabase, type TestDatabase } from '@saitaku/testkit'
import { pino } from 'pino'
import { createApi } from './api.js'

const SECRET = 'a secret of the tests, which is long enough'

const smallGrant = {
  'programme.yaml': `
name: small-grant
title: { ja: 小さな補助金, en: Small grant }
roles:
  applicant: { ja: 申請者, en: Applicant }
  secretariat: { ja: 事務局, en: Secretariat }
  head: { ja: 課長, en: Head }
events:
  open: { ja: 募集を始める, en: Open }
  extend: { ja: 延長する, en: Extend }
  closeOut: { ja: 完了する, en: Close }
  submit: { ja: 提出する, en: Submit }
  return: { ja: 補正を依頼する, en: Return }
  resubmit: { ja: 再提出する, en: Resubmit }
  propose: { ja: 起案する, en: Propose }
  note: { ja: 記録する, en: Note }
  approve: { ja: 決裁する, en: Approve }
  sendBack: { ja: 差し戻す, en: Send back }
  report: { ja: 報告する, en: Report }
  withdraw: { ja: 取り下げる, en: Withdraw }
numbers:
  receiptNo: { format: "R{era}-{seq:4}", per: [programme, fiscalYear] }
params:
  rate: { type: fraction, value: 2/3 }
publicStatuses:
  open: { ja: 募集中, en: Open }
  closed: { ja: 募集終了, en: Closed }
  preparing: { ja: 作成中, en: In preparation }
  checking: { ja: 確認中, en: Being checked }
  correcting: { ja: 補正をお願いしています, en: Correction requested }
  granted: { ja: 交付決定, en: Granted }
  ended: { ja: 終了, en: Ended }
charts:
  call:
    initial: planned
    attributes: { closesAt: { type: timestamp }, budget: { type: yen } }
    states:
      planned: { label: { ja: 準備中, en: Planned }, turn: secretariat, on: { open: { target: accepting, by: [secretariat] } } }
      accepting:
        label: { ja: 募集中, en: Accepting }
        tags: [open]
        publicStatus: open
        turn: applicant
        after: { closing: closed }
        on: { extend: { by: [secretariat], requires: [reason], asks: { until: { type: timestamp } }, set: { closesAt: event.until } } }
      closed:
        label: { ja: 審査中, en: Closed }
        publicStatus: closed
        turn: secretariat
        on: { closeOut: { target: done, by: [secretariat] } }
      done: { type: final, label: { ja: 完了, en: Done }, publicStatus: closed }
  application:
    childOf: call
    form: application
    initial: draft
    attributes: { amount: { type: yen } }
    states:
      draft:
        label: { ja: 下書き, en: Draft }
        tags: [preparing]
        publicStatus: preparing
        turn: applicant
        after: { draftClosing: "#lapsed" }
        on:
          submit:
            target: submitted
            by: [applicant]
            guard:
              - { if: event.receivedAt < call.closesAt, else: { ja: 募集は終了しました, en: The call is closed } }
              - { if: form.complete, else: { ja: 未入力の項目があります, en: Some answers are missing } }
            do: [{ assignNumber: receiptNo }, { notify: { template: received, to: applicant } }]
          withdraw: { target: "#lapsed", by: [applicant], confirm: true }
      submitted:
        tags: [submitted]
        publicStatus: checking
        turn: secretariat
        initial: screening
        states:
          screening:
            label: { ja: 書類確認, en: Screening }
            on:
              note: { by: [secretariat] }
              return: { target: returned, by: [secretariat], requires: [remarks] }
              propose: { target: proposed, by: [secretariat], requires: [amount], set: { amount: event.amount } }
          returned:
            label: { ja: 補正待ち, en: Returned }
            publicStatus: correcting
            turn: applicant
            entry: [{ notify: { template: returned, to: applicant } }]
            after: { correction: "#lapsed" }
            on:
              resubmit:
                target: screening
                by: [applicant]
                guard: { if: form.remarksAnswered && form.complete, else: { ja: 補正が済んでいません, en: Some remarks are unanswered } }
          proposed:
            label: { ja: 決裁待ち, en: Proposed }
            turn: head
            on:
              note: { by: [secretariat] }
              approve: { target: "#granted", by: [head], separateFrom: [propose], do: [{ notify: { template: granted, to: applicant } }] }
              sendBack: { target: screening, by: [head], requires: [reason] }
      granted:
        id: granted
        label: { ja: 交付決定, en: Granted }
        tags: [adopted, decided.adopted]
        publicStatus: granted
        turn: applicant
        after: { reporting: { do: [{ notify: { template: late, to: applicant } }] } }
        on: { report: { target: ended, by: [applicant], requires: [form.report], do: [{ notify: { template: ended, to: applicant } }] } }
      ended: { type: final, label: { ja: 完了, en: Ended }, tags: [closed, decided.adopted], publicStatus: ended }
      lapsed: { id: lapsed, type: final, label: { ja: 終了, en: Lapsed }, tags: [closed], publicStatus: ended, entry: [{ notify: { template: ended, to: applicant } }] }
deadlines:
  closing: { at: case.closesAt, label: { ja: 締切, en: Closing } }
  draftClosing: { at: call.closesAt, label: { ja: 締切, en: Closing } }
  correction: { after: P10D, calendar: business, label: { ja: 補正の期限, en: Correction due } }
  reporting: { after: P30D, label: { ja: 報告の期限, en: Report due } }
`,
  'form.yaml': `
forms:
  application:
    title: { ja: 申請書, en: Application }
    sections:
      - id: plan
        title: { ja: 計画, en: Plan }
        fields:
          - { id: projectTitle, kind: text, label: { ja: 名称, en: Title } }
          - { id: cost, kind: yen, min: 1, label: { ja: 経費, en: Cost } }
          - { id: shared, kind: yesNo, required: false, label: { ja: 共同, en: Shared } }
          - { id: partner, kind: text, when: "shared.orValue(false)", label: { ja: 相手, en: Partner } }
          - { id: half, kind: computed, type: int, expression: cost / 2, label: { ja: 半額, en: Half } }
  report:
    title: { ja: 報告書, en: Report }
    sections:
      - id: result
        title: { ja: 結果, en: Result }
        fields: [{ id: outcome, kind: longText, label: { ja: 成果, en: Outcome } }]
`,
  ...Object.fromEntries(
    ['received', 'returned', 'granted', 'late', 'ended'].flatMap((name) => [
      [`notices/${name}.ja.md`, `---\nsubject: お知らせ ${name}\n---\nお知らせします。\n`],
      [`notices/${name}.en.md`, `---\nsubject: Notice ${name}\n---\nPlease note.\n`],
    ]),
  ),
}

const START = new Date('2026-06-01T00:00:00Z')
const CLOSES = '2026-06-23T17:00'

interface Who {
  person?: string
  roles?: string[]
}
type Conflict = Omit<Problem, 'since'> & { since: HistoryEntry[] }
interface Reply<T> {
  status: number
  type: string
  etag: string | null
  location: string | null
  body: T
}

describe('the API', () => {
  let server: TestDatabase
  let database: Database
  let app: NestFastifyApplication
  let url: string
  let worker: Engine
  const logged: { level: number; msg: string; err?: { message: string } }[] = []

  const applicant = { person: randomUUID() }
  const other = { person: randomUUID() }
  const clerk = { person: randomUUID(), roles: ['secretariat'] }
  const head = { person: randomUUID(), roles: ['head'] }
  const administrator = { person: randomUUID(), roles: ['administrator'] }

  const send = async <T = Problem>(who: Who | null, method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply<T>> => {
    const identity: Record<string, string> = who ? { 'x-dev-identity': JSON.stringify(who) } : {}
    const content = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }
    const response = await fetch(`${url}${path}`, { method, headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...identity, ...headers }, ...content })
    const text = await response.text()
    const type = response.headers.get('content-type') ?? ''
    return { status: response.status, type, etag: response.headers.get('etag'), location: response.headers.get('location'), body: (type.includes('json') ? JSON.parse(text) : text) as T }
  }
  const get = <T = Problem>(who: Who | null, path: string): Promise<Reply<T>> => send<T>(who, 'GET', path)
  const event = <T = CommandResult>(who: Who, caseId: string, type: string, data?: object, headers: Record<string, string> = {}): Promise<Reply<T>> =>
    send<T>(who, 'POST', `/api/v1/cases/${caseId}/events`, data ? { type, data } : { type }, headers)
  const refused = async (reply: Promise<Reply<unknown>>): Promise<[number, string]> => {
    const { status, type, body } = (await reply) as Reply<Problem>
    expect(type).toBe('application/problem+json; charset=utf-8')
    const { code, status: said } = problemShape.parse(body)
    expect(said).toBe(status)
    return [status, code]
  }
  /** What the worker does with a deadline: sets the clock past it and fires what is due. */
  const passTo = async (instant: string): Promise<void> => {
    await setClock(database, new Date(instant))
    await worker.fireTimers(await database.query<{ id: string; generation: number }>('SELECT id, generation FROM timer WHERE due_at <= app_now()'))
  }

  const newCall = async (closesAt = CLOSES): Promise<string> => {
    const { status, body } = await send<CallView>(clerk, 'POST', '/api/v1/calls', { programme: 'small-grant', title: '令和8年度', attributes: { closesAt, budget: 5_000_000 } })
    expect(status).toBe(201)
    expect((await event(clerk, body.id, 'open')).status).toBe(200)
    return body.id
  }
  const newDraft = async (call: string, who: Who = applicant): Promise<string> => {
    const { status, body } = await send<ApplicationView>(who, 'POST', `/api/v1/calls/${call}/applications`, { title: '緑の教室', organisation: { name: '緑の会' } })
    expect(status).toBe(201)
    return body.id
  }
  const save = (who: Who, id: string, patch: object, headers: Record<string, string> = {}, query = ''): Promise<Reply<FormView>> => send<FormView>(who, 'PATCH', `/api/v1/applications/${id}/form${query}`, patch, headers)
  const newSubmitted = async (call: string, who: Who = applicant): Promise<string> => {
    const id = await newDraft(call, who)
    await save(who, id, { projectTitle: '緑の教室', cost: 300_000 })
    expect((await event(who, id, 'submit')).status).toBe(200)
    return id
  }

  beforeAll(async () => {
    server = await createTestDatabase()
    database = await Database.connect({ url: server.url, poolSize: 3 })
    await setClock(database, START)
    const registry = new Registry()
    registerApplications(registry)
    worker = new Engine(database, registry)
    const logger = pino({ level: 'warn' }, { write: (entry: string) => void logged.push(JSON.parse(entry) as (typeof logged)[number]) })
    app = await createApi({ databaseUrl: server.url, port: 0, host: '127.0.0.1', baseUrl: 'http://localhost:3000', sendsMail: false, logLevel: 'warn', poolSize: 6, devIdentity: true, trustedProxies: [], secrets: [SECRET], openId: undefined }, await Database.connect({ url: server.url, poolSize: 6 }), logger)
    await app.listen(0, '127.0.0.1')
    url = await app.getUrl()
    const published = await send(administrator, 'POST', '/api/v1/programmes/small-grant/versions', { files: smallGrant })
    expect([published.status, published.body, logged.filter(({ level }) => level >= 50)]).toMatchObject([201, { name: 'small-grant', version: 1, fresh: true }, []])
  })
  afterAll(async () => {
    await app?.close()
    await database?.close()
    await server?.close()
  })
  beforeEach(() => setClock(database, START))

  it('drives a whole call to its end over HTTP, and the record verifies', async () => {
    const call = await newCall()
    expect((await get<CallView>(null, `/api/v1/calls/${call}`)).body).toMatchObject({ open: true, closesAt: '2026-06-23T17:00:00+09:00', publicStatus: 'open', applicationCharts: [{ chart: 'application', form: 'application' }] })
    const id = await newDraft(call)
    expect((await save(applicant, id, { projectTitle: '緑の教室' })).body).toMatchObject({ revision: 1, complete: false, missing: ['cost'], open: 'all' })
    expect(await refused(event(applicant, id, 'submit'))).toEqual([409, 'guard'])
    expect((await save(applicant, id, { cost: '３０万１千円' })).body).toMatchObject({ revision: 2, complete: false })
    expect((await save(applicant, id, { cost: '３０1,０００円' })).body).toMatchObject({ revision: 3, complete: true, computed: { cost: 301_000, half: 150_500 } })
    expect((await event(applicant, id, 'submit')).body).toEqual({ caseId: id, at: expect.any(String) as string, moved: true, repeated: false, publicStatus: 'checking' })
    expect((await get<ApplicationView>(applicant, `/api/v1/applications/${id}`)).body).toMatchObject({ number: 'R8-0001', publicStatus: 'checking', turn: 'office', availableEvents: [], nextDeadline: null, form: { open: 'none' } })

    expect((await event(clerk, id, 'return', { remarks: [{ field: 'cost', text: '内訳と合いません' }] })).status).toBe(200)
    expect((await get<ApplicationView>(applicant, `/api/v1/applications/${id}`)).body).toMatchObject({ publicStatus: 'correcting', turn: 'applicant', nextDeadline: { name: 'correction' }, form: { open: ['cost'] }, remarks: { items: [{ field: 'cost', text: '内訳と合いません' }] } })
    expect(await refused(event(applicant, id, 'resubmit'))).toEqual([409, 'guard'])
    expect(await refused(save(applicant, id, { projectTitle: '別の名称' }))).toEqual([409, 'lockedFields'])
    expect((await save(applicant, id, { cost: 299_000 })).status).toBe(200)
    expect((await event(applicant, id, 'resubmit')).status).toBe(200)

    expect((await event(clerk, id, 'propose', { amount: 199_000 })).body).toMatchObject({ states: ['submitted.proposed'], phase: 'submitted', version: 5, etag: '"5"' })
    expect((await event(head, id, 'approve')).body).toMatchObject({ states: ['granted'], phase: 'adopted' })
    await passTo('2026-06-23T08:00:00Z')
    expect((await get<CallView>(clerk, `/api/v1/calls/${call}`)).body).toMatchObject({ open: false, publicStatus: 'closed', office: { states: ['closed'], phases: { adopted: 1 } } })
    expect((await save(applicant, id, { outcome: '50人が参加した' }, {}, '?form=report')).body).toMatchObject({ name: 'report', complete: true, open: 'all' })
    expect((await event(applicant, id, 'report')).body.publicStatus).toBe('ended')
    expect((await event(clerk, call, 'closeOut')).body).toMatchObject({ states: ['done'] })

    expect(await verifyAudit(database)).toMatchObject({ fault: null })
    expect(await new Invariants(database).check()).toEqual([])
  })

  it('answers in the shapes of the contracts', async () => {
    const call = await newCall()
    const id = await newDraft(call)
    expect(callView.strict().safeParse((await get(clerk, `/api/v1/calls/${call}`)).body).error).toBeUndefined()
    for (const who of [applicant, clerk]) {
      expect(applicationView.strict().safeParse((await get(who, `/api/v1/applications/${id}`)).body).error).toBeUndefined()
      expect(caseView.strict().safeParse((await get(who, `/api/v1/cases/${id}`)).body).error).toBeUndefined()
    }
    expect(formView.strict().safeParse((await save(applicant, id, { projectTitle: 'あ' })).body).error).toBeUndefined()
    expect(commandResult.strict().safeParse((await event(applicant, id, 'withdraw')).body).error).toBeUndefined()
  })

  describe('identity', () => {
    it('asks for a sign-in wherever something is not public', async () => {
      const id = randomUUID()
      for (const [method, path] of [
        ['GET', '/api/v1/applications'], ['GET', `/api/v1/applications/${id}`], ['PATCH', `/api/v1/applications/${id}/form`], ['GET', `/api/v1/cases/${id}`], ['GET', `/api/v1/cases/${id}/history`],
        ['POST', `/api/v1/cases/${id}/events`], ['POST', '/api/v1/calls'], ['POST', `/api/v1/calls/${id}/applications`], ['POST', '/api/v1/programmes/small-grant/versions'], ['POST', '/api/v1/programmes/small-grant/check'],
        ['GET', '/api/v1/admin/dead-letters'], ['POST', '/api/v1/admin/dead-letters/1/retry'],
      ] as const)
        expect([path, ...(await refused(send(null, method, path, method === 'GET' ? undefined : {})))]).toEqual([path, 401, 'unauthenticated'])
    })

    it('says loudly that the development header is trusted, and refuses one that it cannot read', async () => {
      expect(logged.filter(({ level, msg }) => level === 40 && msg.startsWith('SAITAKU_DEV_IDENTITY=1'))).toHaveLength(1)
      for (const header of ['{}', 'x', '{"person":"1"}', `{"person":"${randomUUID()}","roles":["a b"]}`])
        expect(await refused(send(null, 'GET', '/api/v1/applications', undefined, { 'x-dev-identity': header }))).toEqual([400, 'badInput'])
    })

    it('does not read the header where it is switched off', async () => {
      const closed = await createApi({ databaseUrl: server.url, port: 0, host: '127.0.0.1', baseUrl: 'http://localhost:3000', sendsMail: true, logLevel: 'silent', poolSize: 2, devIdentity: false, trustedProxies: [], secrets: [SECRET], openId: undefined }, await Database.connect({ url: server.url, poolSize: 2 }))
      await closed.listen(0, '127.0.0.1')
      const address = await closed.getUrl()
      const statusOf = async (path: string): Promise<number> => (await fetch(`${address}${path}`, { headers: { 'x-dev-identity': JSON.stringify(administrator) } })).status
      expect(await Promise.all(['/api/v1/applications', '/api/v1/admin/dead-letters', '/api/v1/programmes', '/api/v1/calls', '/health', '/ready', '/mailbox', '/api/v1/mailbox'].map(statusOf))).toEqual([401, 401, 200, 200, 200, 200, 404, 404])
      await closed.close()
    })

    it('lets roles be granted in a programme too', async () => {
      const granted = { person: randomUUID() }
      const call = await newCall()
      const id = await newSubmitted(call)
      await get(granted, '/api/v1/applications') // makes the person known
      expect(await refused(get(granted, `/api/v1/cases/${id}`))).toEqual([404, 'unknownCase'])
      await grantRole(database, granted.person, 'small-grant', 'secretariat')
      expect((await get<CaseView>(granted, `/api/v1/cases/${id}`)).body.office?.states).toEqual([{ name: 'submitted.screening', label: { ja: '書類確認', en: 'Screening' } }])
      expect((await event(granted, id, 'propose', { amount: 1 })).status).toBe(200)
    })

    it('does not take the role of an applicant from a sign-in', async () => {
      const id = await newDraft(await newCall())
      expect(await refused(event({ person: other.person, roles: ['applicant'] }, id, 'withdraw'))).toEqual([404, 'unknownCase'])
    })
  })

  describe('what a person may see', () => {
    it('gives the same answer for a case that is not theirs and for one that is not there', async () => {
      const id = await newSubmitted(await newCall())
      const absent = randomUUID()
      const without = (reply: Reply<Problem>): object => ({ ...reply.body, instance: '' })
      for (const path of ['/api/v1/applications/X', '/api/v1/applications/X/form', '/api/v1/cases/X', '/api/v1/cases/X/history', '/api/v1/cases/X?asOf=2026-06-01T09:00:00%2B09:00']) {
        const [theirs, nobodys] = await Promise.all([get(other, path.replace('X', id)), get(other, path.replace('X', absent))])
        expect([theirs.status, without(theirs)]).toEqual([404, without(nobodys)])
      }
      for (const target of [id, absent, 'x', '%00', '1'.repeat(150)]) {
        expect(await refused(event(other, target, 'withdraw'))).toEqual([404, 'unknownCase'])
        expect(await refused(send(other, 'PATCH', `/api/v1/applications/${target}/form`, { cost: 1 }))).toEqual([404, 'unknownCase'])
      }
      expect((await get<{ items: object[] }>(other, '/api/v1/applications')).body.items).toEqual([])
    })

    it('lets nothing that an applicant can observe tell two internal states apart', async () => {
      const id = await newSubmitted(await newCall())
      const observe = async (): Promise<unknown[]> => [
        await get(applicant, `/api/v1/applications/${id}`), await get(applicant, `/api/v1/cases/${id}`), await get(applicant, `/api/v1/cases/${id}/history`), await get(applicant, `/api/v1/applications/${id}/form`),
        await get(applicant, '/api/v1/applications?phase=submitted'), await get(applicant, `/api/v1/applications?publicStatus=checking`),
        await Promise.all(['approve', 'propose', 'note', 'return', 'submit', 'nothingOfTheKind'].map((type) => event(applicant, id, type))),
        await save(applicant, id, { cost: 1 }),
      ]
      const screening = await observe()
      expect((await event(clerk, id, 'note', { note: '内部の記録' })).body.moved).toBe(false)
      expect(await observe()).toEqual(screening)
      await event(clerk, id, 'propose', { amount: 100 })
      expect(await observe()).toEqual(screening)
      await event(head, id, 'sendBack', { reason: '金額の根拠が足りない' })
      expect(await observe()).toEqual(screening)
      expect(JSON.stringify(screening)).not.toMatch(/screening|書類確認|proposed|決裁待ち|金額の根拠|内部の記録|"version"|"phase"|"tags"|"attributes"|"seq"/)
    })

    it("shows an applicant's history as what they did and what became visible, and the office every event", async () => {
      const id = await newSubmitted(await newCall())
      await event(clerk, id, 'propose', { amount: 100 })
      await event(head, id, 'approve')
      const seen = (await get<{ items: HistoryEntry[] }>(applicant, `/api/v1/cases/${id}/history`)).body.items
      expect(seen.map(({ type, publicStatus, own }) => [type, publicStatus, own])).toEqual([['@create', 'preparing', true], ['submit', 'checking', true], [undefined, 'granted', false]])
      const all = (await get<{ items: HistoryEntry[] }>(clerk, `/api/v1/cases/${id}/history`)).body.items
      expect(all.map(({ seq, type, publicStatus }) => [seq, type, publicStatus])).toEqual([[1, '@create', 'preparing'], [2, 'submit', 'checking'], [3, 'propose', 'checking'], [4, 'approve', 'granted']])
      expect(all[2]?.actor).toMatchObject({ id: clerk.person, roles: ['secretariat'] })
    })

    it('rebuilds a case as of an instant', async () => {
      const id = await newSubmitted(await newCall())
      await setClock(database, new Date('2026-06-10T00:00:00Z'))
      await event(clerk, id, 'propose', { amount: 100 })
      const then = encodeURIComponent('2026-06-05T00:00:00+09:00')
      expect((await get(clerk, `/api/v1/cases/${id}?asOf=${then}`)).body).toMatchObject({ asOf: '2026-06-05T00:00:00+09:00', states: ['submitted.screening'], version: 2, publicStatus: 'checking' })
      expect((await get(applicant, `/api/v1/cases/${id}?asOf=${then}`)).body).toEqual({
        id, programme: 'small-grant', chart: 'application', title: '緑の教室', number: null, parentId: expect.any(String) as string, asOf: '2026-06-05T00:00:00+09:00', publicStatus: 'checking', turn: 'office', done: false,
      })
      expect(await refused(get(clerk, `/api/v1/cases/${id}?asOf=2020-01-01T00:00:00Z`))).toEqual([404, 'notFound'])
    })

    it('pages and filters lists, and never lets an applicant filter by what they may not see', async () => {
      const call = await newCall()
      const mine = { person: randomUUID() }
      const ids = [await newDraft(call, mine), await newSubmitted(call, mine), await newSubmitted(call, mine)].sort()
      const page = async (who: Who, query: string): Promise<{ items: { id: string }[]; next: string | null }> => (await get<{ items: { id: string }[]; next: string | null }>(who, `/api/v1/applications?${query}`)).body
      const first = await page(clerk, `call=${call}&limit=2`)
      expect(first.items.map(({ id }) => id)).toEqual(ids.slice(0, 2))
      expect(await page(clerk, `call=${call}&limit=2&after=${first.next}`)).toMatchObject({ items: [{ id: ids[2], phase: expect.any(String) as string }], next: null })
      expect((await page(clerk, `call=${call}&phase=submitted&programme=small-grant&chart=application`)).items).toHaveLength(2)
      expect((await page(mine, '')).items.map(({ id }) => id)).toEqual(ids)
      expect((await page(mine, 'publicStatus=checking')).items).toHaveLength(2)
      expect((await page(mine, 'phase=submitted')).items).toEqual([])
      expect(await refused(get(clerk, '/api/v1/applications?sort=secret'))).toEqual([400, 'badInput'])
    })
  })

  describe('refusals', () => {
    it('say what is wrong and what is available, and write nothing', async () => {
      const id = await newSubmitted(await newCall())
      const before = await database.query('SELECT version, state FROM cases WHERE id = $1', [id])
      const role = await event<Problem>(head, id, 'propose', { amount: 1 })
      expect([role.status, role.body]).toMatchObject([403, { code: 'role', available: [], states: ['submitted.screening'] }])
      const state = await event<Problem>(clerk, id, 'resubmit')
      expect([state.status, state.body]).toMatchObject([409, { code: 'notAvailable', available: ['note', 'return', 'propose'], type: 'urn:saitaku:problem:notAvailable', title: 'Conflict', instance: `/api/v1/cases/${id}/events` }])
      expect(await refused(event(clerk, id, 'nothingOfTheKind'))).toEqual([409, 'unknownEvent'])
      expect(await refused(event(clerk, id, 'xstate'))).toEqual([409, 'unknownEvent'])
      const missing = await event<Problem>(clerk, id, 'propose')
      expect([missing.status, missing.body.errors.map(({ pointer }) => pointer)]).toEqual([422, ['/data/amount']])
      const wrong = await event<Problem>(clerk, id, 'propose', { amount: '100', more: 1 })
      expect([wrong.status, wrong.body.code, wrong.body.errors.map(({ pointer }) => pointer).sort()]).toEqual([422, 'badInput', ['/data/amount', '/data/more']])
      expect(await database.query('SELECT version, state FROM cases WHERE id = $1', [id])).toEqual(before)
    })

    it('keep the one who drafted from deciding', async () => {
      const both = { person: randomUUID(), roles: ['secretariat', 'head'] }
      const id = await newSubmitted(await newCall())
      await event(both, id, 'propose', { amount: 1 })
      expect(await refused(event(both, id, 'approve'))).toEqual([409, 'separation'])
    })

    it('speak the language that the request prefers', async () => {
      const english = await send(null, 'GET', '/api/v1/applications', undefined, { 'accept-language': 'en-GB,en;q=0.9,ja;q=0.1' })
      expect([english.body.detail, english.body.reason]).toEqual(['Please sign in', { ja: 'サインインしてください', en: 'Please sign in' }])
      expect((await get(null, '/api/v1/applications')).body.detail).toBe('サインインしてください')
    })

    it('judge the closing time by the instant of receipt, whatever the state of the call says', async () => {
      const call = await newCall()
      const id = await newDraft(call)
      await save(applicant, id, { projectTitle: 'あ', cost: 1 })
      await setClock(database, new Date('2026-06-23T08:00:00.000Z'))
      expect((await get<CallView>(clerk, `/api/v1/calls/${call}`)).body).toMatchObject({ open: false, office: { states: ['accepting'] } })
      expect(await refused(event(applicant, id, 'submit'))).toEqual([409, 'guard'])
      expect(await refused(send(applicant, 'POST', `/api/v1/calls/${call}/applications`, {}))).toEqual([409, 'callClosed'])
    })

    it('let only the office of a programme begin its calls, with attributes that its chart declares', async () => {
      const body = { programme: 'small-grant', title: 'x', attributes: {} as object }
      expect(await refused(send(applicant, 'POST', '/api/v1/calls', body))).toEqual([403, 'role'])
      expect(await refused(send({ person: clerk.person, roles: ['sorcerer'] }, 'POST', '/api/v1/calls', body))).toEqual([403, 'role'])
      expect(await refused(send(clerk, 'POST', '/api/v1/calls', { ...body, programme: 'no-such' }))).toEqual([403, 'role'])
      expect(await refused(send(clerk, 'POST', '/api/v1/calls', { ...body, chart: 'application' }))).toEqual([404, 'notFound'])
      const wrong = await send(clerk, 'POST', '/api/v1/calls', { ...body, attributes: { closesAt: 'soon', budget: 1.5, colour: 'red', params: { rate: '2/0', speed: 1 } } })
      expect([wrong.status, wrong.body.errors.map(({ pointer }) => pointer)]).toEqual([422, ['/attributes/closesAt', '/attributes/budget', '/attributes/colour', '/attributes/params/rate', '/attributes/params/speed']])
    })

    it('let no one name an organisation that they have not applied for', async () => {
      const call = await newCall()
      const id = await newDraft(call)
      const [row] = await database.query<{ organisation_id: string }>('SELECT organisation_id FROM cases WHERE id = $1', [id])
      const body = { organisationId: row?.organisation_id }
      expect(await refused(send(other, 'POST', `/api/v1/calls/${call}/applications`, body))).toEqual([422, 'badInput'])
      expect((await send(applicant, 'POST', `/api/v1/calls/${call}/applications`, body)).status).toBe(201)
      expect(await refused(send(applicant, 'POST', `/api/v1/calls/${call}/applications`, { ...body, organisation: { name: 'x' } }))).toEqual([400, 'badInput'])
    })
  })

  describe('repetitions and conflicts', () => {
    it('answers the same key again with the first answer, and another use of it with a problem', async () => {
      const call = await newCall()
      const id = await newSubmitted(call)
      const key = { 'idempotency-key': 'k-1' }
      const first = await event(clerk, id, 'propose', { amount: 100 }, key)
      const again = await event(clerk, id, 'propose', { amount: 100 }, { ...key, 'if-match': '"2"' })
      expect([again.status, again.body]).toEqual([200, { ...first.body, repeated: true }])
      expect(await refused(event(clerk, id, 'propose', { amount: 200 }, key))).toEqual([422, 'keyReused'])
      expect(await refused(event({ person: randomUUID(), roles: ['secretariat'] }, id, 'propose', { amount: 100 }, key))).toEqual([409, 'notAvailable'])
      expect(await refused(event(clerk, id, 'note', {}, { 'idempotency-key': 'x'.repeat(151) }))).toEqual([400, 'badInput'])
    })

    it('begins one draft, one organisation and one call for one key', async () => {
      const call = await newCall()
      const key = { 'idempotency-key': randomUUID() }
      const body = { title: '一度だけ', organisation: { name: '一度の会' } }
      const begin = (): Promise<Reply<ApplicationView>> => send<ApplicationView>(applicant, 'POST', `/api/v1/calls/${call}/applications`, body, key)
      const replies: Reply<ApplicationView>[] = await Promise.all([begin(), begin(), begin()])
      expect(replies.map(({ status }) => status)).toEqual([201, 201, 201])
      expect(new Set(replies.map(({ body: { id } }) => id)).size).toBe(1)
      expect(replies[0]?.location).toBe(`/api/v1/applications/${replies[0]?.body.id}`)
      expect(await database.query(`SELECT count(*)::int AS n FROM organisation WHERE name = '一度の会'`)).toEqual([{ n: 1 }])
      expect(await refused(send(applicant, 'POST', `/api/v1/calls/${call}/applications`, { title: '別' }, key))).toEqual([422, 'keyReused'])
      const beginCall = (): Promise<Reply<CallView>> => send<CallView>(clerk, 'POST', '/api/v1/calls', { programme: 'small-grant', title: 't', attributes: { closesAt: CLOSES } }, key)
      expect((await beginCall()).body.id).toBe((await beginCall()).body.id)
    })

    it('answers 412 to the office when the case moved on, with what happened since', async () => {
      const id = await newSubmitted(await newCall())
      const { etag } = await get(clerk, `/api/v1/applications/${id}`)
      expect(etag).toBe('"2"')
      expect((await event(clerk, id, 'note', { note: 'x' }, { 'if-match': '"2"' })).etag).toBe('"3"')
      const conflict = await event<Conflict>(clerk, id, 'propose', { amount: 1 }, { 'if-match': '"2"' })
      expect([conflict.status, conflict.body.code, conflict.body.etag, conflict.body.since.map(({ seq, type }) => [seq, type])]).toEqual([412, 'stale', '"3"', [[3, 'note']]])
      for (const tag of ['W/"3"', '"9"', 'x', '""']) expect(await refused(event(clerk, id, 'note', {}, { 'if-match': tag }))).toEqual([412, 'stale'])
      expect((await event(clerk, id, 'note', {}, { 'if-match': '"1", "3"' })).status).toBe(200)
      expect((await event(clerk, id, 'note', {}, { 'if-match': '*' })).status).toBe(200)
    })

    it("keeps an applicant's ETag while nothing that they see has changed, and tells them only what they may know when it has", async () => {
      const call = await newCall()
      const id = await newSubmitted(call)
      const tag = async (): Promise<string> => (await get(applicant, `/api/v1/applications/${id}`)).etag ?? ''
      const submitted = await tag()
      await event(clerk, id, 'note', { note: '内部' })
      expect(await tag()).toBe(submitted)
      await event(clerk, id, 'return', { remarks: [{ field: 'cost', text: 'x' }] })
      await save(applicant, id, { cost: 5 })
      const conflict = await event<Conflict>(applicant, id, 'resubmit', undefined, { 'if-match': submitted })
      expect(conflict.status).toBe(412)
      expect(conflict.body.since).toEqual([{ at: expect.any(String) as string, own: false, publicStatus: 'correcting', publicStatusLabel: { ja: '補正をお願いしています', en: 'Correction requested' } }])
      expect(conflict.body.etag).toBe(await tag())
      const key = { 'idempotency-key': 'mine', 'if-match': await tag() }
      expect((await event(applicant, id, 'resubmit', undefined, key)).body).toMatchObject({ repeated: false })
      expect((await event(applicant, id, 'resubmit', undefined, key)).body).toMatchObject({ repeated: true })
    })

    it('does not let two tabs overwrite each other, and a deadline never conflicts with an autosave', async () => {
      const id = await newDraft(await newCall())
      expect((await get(applicant, `/api/v1/applications/${id}/form`)).etag).toBe('"r0"')
      expect((await save(applicant, id, { projectTitle: 'a' }, { 'if-match': '"r0"' })).etag).toBe('"r1"')
      const conflict = (await save(applicant, id, { projectTitle: 'b' }, { 'if-match': '"r0"' })) as unknown as Reply<Problem>
      expect([conflict.status, conflict.body.etag, conflict.body.since]).toMatchObject([412, '"r1"', [{ revision: 1, answers: { projectTitle: 'a' } }]])
      expect((await save(applicant, id, { projectTitle: 'a' }, { 'if-match': '"r1"' })).etag).toBe('"r1"')
      expect((await save(applicant, id, { projectTitle: null }, { 'content-type': 'application/merge-patch+json' })).body).toMatchObject({ revision: 2, answers: {} })
      expect((await get(applicant, `/api/v1/applications/${id}/form?form=report`)).body).toMatchObject({ name: 'report', open: 'none' })
      expect(await refused(save(applicant, id, { outcome: 'x' }, {}, '?form=report'))).toEqual([409, 'closed'])
      expect(await refused(save(applicant, id, {}, {}, '?form=nothing'))).toEqual([404, 'notFound'])
      expect(await refused(save(applicant, id, { colour: 1, half: 2 }))).toEqual([422, 'badInput'])
    })
  })

  describe('programmes', () => {
    it('are published by administrators alone, in versions that never change', async () => {
      expect(await refused(send(clerk, 'POST', '/api/v1/programmes/small-grant/versions', { files: smallGrant }))).toEqual([403, 'role'])
      expect(await refused(send(clerk, 'POST', '/api/v1/programmes/small-grant/check', { files: smallGrant }))).toEqual([403, 'role'])
      expect((await send(administrator, 'POST', '/api/v1/programmes/small-grant/versions', { files: smallGrant })).status).toBe(200)
      expect((await get<{ items: object[] }>(null, '/api/v1/programmes')).body.items).toMatchObject([{ name: 'small-grant', version: 1, title: { en: 'Small grant' } }])
      expect((await get(null, '/api/v1/programmes/small-grant')).body).toMatchObject({ versions: [{ version: 1 }] })
      expect((await get(null, '/api/v1/programmes/small-grant/versions/1')).body).toMatchObject({ definition: { name: 'small-grant' } })
      for (const path of ['no-such', 'small-grant/versions/2', 'small-grant/versions/x', 'small-grant/versions/99999999999', '%00', 'A']) expect((await refused(get(null, `/api/v1/programmes/${path}`)))[0]).toBe(404)
    })

    it('are checked with every problem at once, and a broken one is not published', async () => {
      const files = { ...smallGrant, 'programme.yaml': smallGrant['programme.yaml'].replace('target: submitted', 'target: nowhere').replace('form.complete', 'form.compleet') }
      const { body } = await send<{ problems: { file: string; line: number; column: number; code: string }[] }>(administrator, 'POST', '/api/v1/programmes/small-grant/check', { files })
      expect(body.problems.filter(({ file, line, column }) => file === 'programme.yaml' && line > 1 && column > 0).length).toBeGreaterThanOrEqual(2)
      const refusedToPublish = await send(administrator, 'POST', '/api/v1/programmes/small-grant/versions', { files })
      expect([refusedToPublish.status, refusedToPublish.body.code]).toEqual([422, 'badInput'])
      expect(refusedToPublish.body.errors[0]?.detail).toMatch(/^programme\.yaml:\d+:\d+ error /)
      expect(await refused(send(administrator, 'POST', '/api/v1/programmes/other/versions', { files: smallGrant }))).toEqual([422, 'badInput'])
      expect(await database.query('SELECT number FROM programme_version')).toEqual([{ number: 1 }])
    })
  })

  describe('administration', () => {
    it('shows dead effects to administrators and gives one another life', async () => {
      await newSubmitted(await newCall())
      const [effect] = await database.query<{ id: string }>(`SELECT id FROM outbox WHERE topic = 'notify' ORDER BY id DESC LIMIT 1`)
      const id = effect?.id ?? ''
      await worker.buryEffect(id, 'the mail server was away')
      expect(await refused(get(clerk, '/api/v1/admin/dead-letters'))).toEqual([403, 'role'])
      expect((await get<{ items: object[] }>(administrator, '/api/v1/admin/dead-letters')).body.items).toMatchObject([{ id, topic: 'notify', state: 'dead', error: 'the mail server was away' }])
      expect(await refused(send(clerk, 'POST', `/api/v1/admin/dead-letters/${id}/retry`))).toEqual([403, 'role'])
      expect((await send(administrator, 'POST', `/api/v1/admin/dead-letters/${id}/retry`)).status).toBe(204)
      expect(await refused(send(administrator, 'POST', `/api/v1/admin/dead-letters/${id}/retry`))).toEqual([404, 'notFound'])
      expect(await database.query('SELECT generation, relayed_at FROM outbox WHERE id = $1', [id])).toEqual([{ generation: 2, relayed_at: null }])
      expect(await refused(send(administrator, 'POST', '/api/v1/admin/dead-letters/9999999999999999999/retry'))).toEqual([404, 'notFound'])
    })

    it('shows the local mailbox on this machine alone, with what is in a mail as text', async () => {
      const id = await newSubmitted(await newCall())
      await database.query(
        `INSERT INTO notice (outbox_id, case_id, person_id, address, lang, template, subject, body_text, body_html, message_id, channel, sent_at)
         VALUES (1, $1, $2, 'a@example.jp', 'ja', 'received', '<b>受付</b>', '本文', '<p onclick="x()">本文</p>', '<1@x>', 'mailbox', app_now())`,
        [id, applicant.person],
      )
      const list = (await get<{ items: { id: string; subject: string }[]; next: null }>(null, '/api/v1/mailbox')).body
      expect(list).toMatchObject({ items: [{ subject: '<b>受付</b>', to: 'a@example.jp' }], next: null })
      const mail = list.items[0]?.id ?? ''
      expect((await get(null, `/api/v1/mailbox/${mail}`)).body).toMatchObject({ text: '本文', messageId: '<1@x>' })
      for (const path of ['/mailbox', `/mailbox/${mail}`]) {
        const page = await get<string>(null, path)
        expect([page.status, page.type]).toEqual([200, 'text/html; charset=utf-8'])
        expect(page.body).toContain('&#60;b&#62;受付&#60;/b&#62;')
        expect(page.body).not.toMatch(/<b>|<p onclick/)
      }
      for (const header of ['x-forwarded-for', 'forwarded']) expect(await refused(send(null, 'GET', '/mailbox', undefined, { [header]: 'for=10.0.0.1' }))).toEqual([404, 'notFound'])
      for (const path of ['/mailbox/0', '/mailbox/x', '/api/v1/mailbox/99999', '/api/v1/mailbox?to=%00', '/api/v1/mailbox?limit=0']) expect((await refused(get(null, path)))[0]).toBeGreaterThanOrEqual(400)
    })
  })

  describe('bad requests', () => {
    const deep = (open: string, close: string, levels: number): string => open.repeat(levels) + '1' + close.repeat(levels)
    const bodies: [string, string][] = [
      ['nothing', ''], ['no JSON', '{'], ['a number', '1'], ['a text', '"x"'], ['null', 'null'], ['a list', '[]'], ['an empty object', '{}'],
      ['NUL', '{"type":"a\\u0000","title":"a\\u0000","projectTitle":"\\u0000","programme":"small-grant","files":{"programme.yaml":"\\u0000"}}'], ['NUL in a key', '{"a\\u0000":1}'],
      ['half a surrogate pair', '{"type":"submit","data":{"x":"\\ud800"},"title":"\\udc00"}'], ['a number beyond all', '{"type":"submit","data":{"amount":1e999},"cost":1e999}'],
      ['deep lists', deep('[', ']', 50_000)], ['deep objects', deep('{"a":', '}', 20_000)], ['deep data', `{"type":"submit","data":${deep('{"a":', '}', 40)}}`], ['a prototype', '{"__proto__":{"x":1},"constructor":{"prototype":1}}'],
      ['wrong types', '{"type":[],"data":"x","title":{},"attributes":[],"programme":7,"files":[],"organisation":"x","organisationId":"x","cost":{"a":[1]},"projectTitle":{}}'],
      ['10 MB', `{"type":"submit","title":"${'x'.repeat(10_000_000)}"}`], ['a long text', JSON.stringify({ type: 'submit', title: 'x'.repeat(1_000_000), projectTitle: 'x'.repeat(1_000_000), programme: 'small-grant', attributes: {} })],
      ['YAML that is none', '{"files":{"programme.yaml":": : :\\n\\t- {","form.yaml":"&a [*a]","rubric.yaml":"- - -","notices/x.ja.md":""}}'], ['a path upwards', '{"files":{"../x":"y"}}'],
      ['a bomb of aliases', JSON.stringify({ files: { 'programme.yaml': `a: &a [x,x,x,x,x,x,x,x]\n${'bcdefgh'.split('').map((name, i) => `${name}: &${name} [${`*${'abcdefg'[i]},`.repeat(8)}x]`).join('\n')}` } })],
    ]

    it('get a problem with a status below 500, on every route, and move nothing', async () => {
      const call = await newCall()
      const id = await newDraft(call)
      const routes: [string, string][] = [
        ['POST', '/api/v1/calls'], ['POST', `/api/v1/calls/${call}/applications`], ['PATCH', `/api/v1/applications/${id}/form`], ['POST', `/api/v1/cases/${id}/events`],
        ['POST', '/api/v1/programmes/small-grant/versions'], ['POST', '/api/v1/programmes/small-grant/check'], ['POST', '/api/v1/admin/dead-letters/1/retry'],
      ]
      const everyone = { person: applicant.person, roles: ['secretariat', 'administrator'] }
      const surprises: unknown[] = []
      for (const [method, path] of routes)
        for (const [what, body] of bodies) {
          const { status, type } = await send(everyone, method, path, body)
          const taken = status < 300 && (what === 'an empty object' || (path.endsWith('/check') && type.startsWith('application/json')))
          if (!taken && !(status >= 400 && status < 500 && type.startsWith('application/problem+json'))) surprises.push([method, path, what, status, type])
        }
      expect(surprises).toEqual([])
      expect(await database.query('SELECT version FROM cases WHERE id = $1', [id])).toEqual([{ version: 1 }])
      expect(logged.filter(({ level }) => level >= 50)).toEqual([])
    })

    it('of another kind than JSON are refused as such', async () => {
      const id = await newDraft(await newCall())
      for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/xml', 'x'])
        expect(await refused(send(applicant, 'POST', `/api/v1/cases/${id}/events`, 'type=submit', { 'content-type': type }))).toEqual([415, 'mediaType'])
      expect(await refused(send(applicant, 'POST', `/api/v1/cases/${id}/events`, `{"type":"submit","x":"${'x'.repeat(3_000_000)}"}`))).toEqual([413, 'tooLarge'])
    })

    it('in the address are refused too', async () => {
      for (const path of [
        '/api/v1/applications?limit=0', '/api/v1/applications?limit=1e9', '/api/v1/applications?after=x', '/api/v1/applications?call=%00', '/api/v1/applications?phase=%00', '/api/v1/applications?phase=a&phase=b',
        '/api/v1/calls?open=perhaps', '/api/v1/calls?programme=%F0%28', '/api/v1/admin/dead-letters?after=99999999999999999999', `/api/v1/cases/${randomUUID()}?asOf=yesterday`, `/api/v1/cases/${'9'.repeat(5000)}`, '/%', '/api/v1/%E0%A4%A', '/api/v2',
      ]) {
        const { status, type } = await get(administrator, path)
        expect([path, status >= 400 && status < 500, type]).toEqual([path, true, 'application/problem+json; charset=utf-8'])
      }
    })
  })

  it('describes itself in OpenAPI 3.1, and shows it on a page that loads nothing from elsewhere', async () => {
    interface Document {
      openapi: string
      components: { schemas: Record<string, unknown> }
    }
    const { body, type } = await get<Document>(null, '/api/openapi.json')
    expect([type, body.openapi]).toEqual(['application/json; charset=utf-8', '3.1.0'])
    const references = [...JSON.stringify(body).matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1] ?? '')
    expect(references.filter((reference) => !Object.hasOwn(body.components.schemas, reference.replace('#/components/schemas/', '')))).toEqual([])
    expect(JSON.stringify(body)).not.toContain('x-nestjs_zod')
    const page = await get<string>(null, '/api/docs')
    expect(page.body).not.toMatch(/https?:/)
    for (const asset of [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '')) expect([asset, (await fetch(`${url}${asset}`)).status]).toEqual([asset, 200])
  })
})
