import { randomBytes, randomUUID } from 'node:crypto'
import type { Server } from 'node:http'
import type { NestFastifyApplication } from '@nestjs/platform-fastify'
import { createPerson, grantRole } from '@saitaku/applications'
import type { ApplicationView, BulkResult, CallView, ConsentRequest, Duplicate, FormView, Message, OrganisationItem, Participants, PartyInvitation, Problem } from '@saitaku/contracts'
import { Database, setClock } from '@saitaku/database'
import { verifyAudit } from '@saitaku/engine'
import { createTestDatabase, type TestDatabase } from '@saitaku/testkit'
import { leakyProgramme } from './access-matrix.programme.js'
import { createApi } from './api.js'
import { readConfig } from './config.js'

interface Who {
  person: string
  roles?: string[]
}
interface Reply<T> {
  status: number
  etag: string | null
  body: T
}

describe('what surrounds an application', () => {
  let server: TestDatabase
  let database: Database
  let app: NestFastifyApplication
  let url: string
  let call: string
  const clerk: Who = { person: randomUUID() }
  let owner: Who
  let helper: Who
  const stranger: Who = { person: randomUUID() }

  const send = async <T = Problem>(who: Who, method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply<T>> => {
    const response = await fetch(`${url}/api/v1${path}`, {
      method, headers: { 'x-dev-identity': JSON.stringify(who), ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers }, ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, etag: response.headers.get('etag'), body: (text === '' ? undefined : JSON.parse(text)) as T }
  }
  const get = <T = Problem>(who: Who, path: string): Promise<Reply<T>> => send<T>(who, 'GET', path)
  const code = async (reply: Promise<Reply<unknown>>): Promise<[number, string]> => {
    const { status, body } = (await reply) as Reply<Problem>
    return [status, body.code]
  }
  const draft = async (): Promise<string> => (await send<ApplicationView>(owner, 'POST', `/calls/${call}/applications`, { title: '緑の教室', organisation: { name: '緑の会' } })).body.id
  const submitted = async (): Promise<string> => {
    const id = await draft()
    await send(owner, 'PATCH', `/applications/${id}/form`, { plan: '計画', bankAccount: '口座' })
    expect((await send(owner, 'POST', `/cases/${id}/events`, { type: 'submit' })).status).toBe(200)
    return id
  }
  const newCall = async (): Promise<string> => {
    const { body } = await send<CallView>(clerk, 'POST', '/calls', { programme: 'leaky', title: '募集' })
    expect((await send(clerk, 'POST', `/cases/${body.id}/events`, { type: 'open' })).status).toBe(200)
    return body.id
  }
  const invite = async (id: string, role: string, more: object = {}): Promise<PartyInvitation> => (await send<PartyInvitation>(owner, 'POST', `/applications/${id}/invitations`, { email: 'helper@example.jp', role, ...more })).body
  const accept = (invitation: PartyInvitation, who = helper): Promise<Reply<{ caseId: string }>> => send(who, 'POST', `/me/case-invitations/${invitation.id}`, { accept: true })

  beforeAll(async () => {
    server = await createTestDatabase()
    database = await Database.connect({ url: server.url, poolSize: 3 })
    await setClock(database, new Date('2026-06-01T03:00:00Z'))
    app = await createApi(readConfig({ DATABASE_URL: server.url, LOG_LEVEL: 'silent', SAITAKU_DEV_IDENTITY: '1', SESSION_SECRET: randomBytes(32).toString('base64') }), await Database.connect({ url: server.url, poolSize: 6 }))
    await app.listen(0, '127.0.0.1')
    url = await app.getUrl()
    const published = await send({ person: randomUUID(), roles: ['administrator'] }, 'POST', '/programmes/leaky/versions', { files: leakyProgramme })
    expect(published.status).toBe(201)
    await createPerson(database, { id: clerk.person, name: '担当 職員', email: 'clerk@example.jp' })
    await grantRole(database, clerk.person, 'leaky', 'secretariat')
    owner = { person: await createPerson(database, { name: '申請 花子', email: 'owner@example.jp' }) }
    helper = { person: await createPerson(database, { name: '手伝 太郎', email: 'Helper@Example.jp' }) }
    call = await newCall()
  })
  afterAll(async () => {
    const closing = app?.close()
    ;(app?.getHttpServer() as Server | undefined)?.closeAllConnections() // fetch may hold one that it never used, which no server takes for idle
    await closing
    await database?.close()
    await server?.close()
  })

  describe('messages', () => {
    it('go both ways; to the applicant the office has no names, and its notes are not there', async () => {
      const id = await submitted()
      expect((await send(owner, 'POST', `/applications/${id}/messages`, { body: '質問があります。' })).status).toBe(201)
      expect((await send(clerk, 'POST', `/applications/${id}/messages`, { body: 'お答えします。' })).status).toBe(201)
      expect((await send(clerk, 'POST', `/applications/${id}/messages`, { body: '要注意', note: true })).status).toBe(201)
      const toOwner = (await get<{ items: Message[] }>(owner, `/applications/${id}/messages`)).body.items
      expect(toOwner.map(({ side, author, own, read, body }) => [side, author?.name ?? null, own, read, body])).toEqual([['applicant', '申請 花子', true, true, '質問があります。'], ['office', null, false, false, 'お答えします。']])
      const toOffice = (await get<{ items: Message[] }>(clerk, `/applications/${id}/messages`)).body.items
      expect(toOffice.map(({ side, author, body }) => [side, author?.name, body])).toEqual([['applicant', '申請 花子', '質問があります。'], ['office', '担当 職員', 'お答えします。'], ['note', '担当 職員', '要注意']])
      expect((await send(owner, 'PUT', `/applications/${id}/messages/read`, { upTo: toOwner[1]?.id })).status).toBe(204)
      expect((await get<{ items: Message[] }>(owner, `/applications/${id}/messages`)).body.items.map(({ read }) => read)).toEqual([true, true])
    })

    it('are written once for one key, page by page, and by nobody else', async () => {
      const id = await submitted()
      const key = { 'idempotency-key': 'm1' }
      const first = await send<{ id: string }>(owner, 'POST', `/applications/${id}/messages`, { body: 'a' }, key)
      expect((await send<{ id: string }>(owner, 'POST', `/applications/${id}/messages`, { body: 'a' }, key)).body).toEqual(first.body)
      for (const body of ['b', 'c']) await send(owner, 'POST', `/applications/${id}/messages`, { body })
      const page = (await get<{ items: Message[]; next: string }>(owner, `/applications/${id}/messages?limit=2`)).body
      expect([page.items.map(({ body }) => body), (await get<{ items: Message[] }>(owner, `/applications/${id}/messages?limit=2&after=${page.next}`)).body.items.map(({ body }) => body)]).toEqual([['a', 'b'], ['c']])
      expect(await code(send(owner, 'POST', `/applications/${id}/messages`, { body: 'x', note: true }))).toEqual([403, 'role'])
      expect(await code(send(stranger, 'POST', `/applications/${id}/messages`, { body: 'x' }))).toEqual([404, 'unknownCase'])
      expect(await code(send({ person: randomUUID(), roles: ['auditor'] }, 'POST', `/applications/${id}/messages`, { body: 'x' }))).toEqual([403, 'role'])
      expect(await code(send({ person: randomUUID(), roles: ['reviewer'] }, 'GET', `/applications/${id}/messages`))).toEqual([403, 'role'])
    })
  })

  describe('participants', () => {
    it('are invited by address, and an editor writes but does not submit', async () => {
      const id = await draft()
      const invitation = await invite(id, 'editor')
      expect(invitation).toMatchObject({ role: 'editor', state: 'open', invitedBy: '申請 花子', title: '緑の教室', caseId: id })
      expect(await code(send(helper, 'PATCH', `/applications/${id}/form`, { plan: 'x' }))).toEqual([404, 'unknownCase'])
      expect((await get<{ items: PartyInvitation[] }>(helper, '/me/case-invitations')).body.items.map((one) => one.id)).toEqual([invitation.id])
      expect((await get<{ items: PartyInvitation[] }>(stranger, '/me/case-invitations')).body.items).toEqual([])
      expect(await code(accept(invitation, stranger))).toEqual([404, 'unknownInvitation'])
      expect((await accept(invitation)).body).toEqual({ caseId: id })
      expect((await send<FormView>(helper, 'PATCH', `/applications/${id}/form`, { plan: '共同で', bankAccount: '口座' })).body).toMatchObject({ complete: true, open: 'all' })
      expect((await get<ApplicationView>(helper, `/applications/${id}`)).body.availableEvents).toEqual([])
      expect(await code(send(helper, 'POST', `/cases/${id}/events`, { type: 'submit' }))).toEqual([403, 'role'])
      expect((await get<{ items: object[] }>(helper, '/applications')).body.items).toHaveLength(1)
      expect((await get<Participants>(owner, `/applications/${id}/participants`)).body.people.map(({ name, role }) => [name, role])).toEqual([['申請 花子', 'applicant'], ['手伝 太郎', 'editor']])
      expect(await code(send(helper, 'POST', `/applications/${id}/invitations`, { email: 'x@example.jp', role: 'viewer' }))).toEqual([403, 'role'])
      expect((await send(helper, 'DELETE', `/applications/${id}/participants/${helper.person}`)).status).toBe(204)
      expect(await code(get(helper, `/applications/${id}`))).toEqual([404, 'unknownCase'])
    })

    it('who may only look on cannot write', async () => {
      const id = await draft()
      await accept(await invite(id, 'viewer'))
      expect(await code(send(helper, 'PATCH', `/applications/${id}/form`, { plan: 'x' }))).toEqual([403, 'role'])
      expect(await code(send(helper, 'POST', `/applications/${id}/messages`, { body: 'x' }))).toEqual([403, 'role'])
      expect((await get<ApplicationView>(helper, `/applications/${id}`)).body).toMatchObject({ title: '緑の教室' })
    })

    it('who hold a mandate act for the applicant until its last day has passed in Tokyo', async () => {
      const id = await draft()
      await accept(await invite(id, 'agent', { mandateUntil: '2026-06-10' }))
      await send(helper, 'PATCH', `/applications/${id}/form`, { plan: 'x', bankAccount: '口座' })
      await setClock(database, new Date('2026-06-10T14:59:00Z'))
      expect((await get<ApplicationView>(helper, `/applications/${id}`)).body.availableEvents.map(({ type }) => type)).toEqual(['submit'])
      await setClock(database, new Date('2026-06-10T15:01:00Z'))
      expect(await code(send(helper, 'POST', `/cases/${id}/events`, { type: 'submit' }))).toEqual([404, 'unknownCase'])
      expect((await get<{ items: object[] }>(helper, '/applications')).body.items.some((item) => (item as { id: string }).id === id)).toBe(false)
      await setClock(database, new Date('2026-06-10T03:00:00Z'))
      expect((await send(helper, 'POST', `/cases/${id}/events`, { type: 'submit' })).status).toBe(200)
      await setClock(database, new Date('2026-06-01T03:00:00Z'))
    })

    it('never leave an application without its applicant, nor come in twice', async () => {
      const id = await draft()
      expect(await code(send(owner, 'DELETE', `/applications/${id}/participants/${owner.person}`))).toEqual([409, 'lastApplicant'])
      expect(await code(send(owner, 'POST', `/applications/${id}/invitations`, { email: 'OWNER@example.jp', role: 'viewer' }))).toEqual([409, 'alreadyThere'])
      expect(await code(send(owner, 'POST', `/applications/${id}/invitations`, { email: 'a@example.jp', role: 'viewer', mandateUntil: '2026-07-01' }))).toEqual([400, 'badInput'])
      expect(await code(send(owner, 'POST', `/applications/${id}/invitations`, { email: 'a@example.jp', role: 'agent', mandateUntil: '2026-05-01' }))).toEqual([422, 'pastMandate'])
      const first = await invite(id, 'viewer')
      await invite(id, 'editor')
      expect(await code(accept(first))).toEqual([404, 'unknownInvitation'])
      const { invitations } = (await get<Participants>(owner, `/applications/${id}/participants`)).body
      expect(invitations.map(({ role }) => role)).toEqual(['editor'])
      expect((await send(owner, 'DELETE', `/applications/${id}/invitations/${invitations[0]?.id ?? ''}`)).status).toBe(204)
    })
  })

  describe('what the office writes for an applicant', () => {
    it('asks for their consent, and is taken back where they refuse', async () => {
      const id = await submitted()
      expect(await code(send(clerk, 'PATCH', `/applications/${id}/form`, { plan: 'x' }))).toEqual([409, 'closed'])
      expect((await send<FormView>(clerk, 'POST', `/applications/${id}/form/on-behalf`, { patch: { plan: '誤字を直した計画' }, reason: '誤字の訂正' })).body).toMatchObject({ revision: 2, answers: { plan: '誤字を直した計画' } })
      const asked = (await get<{ items: ConsentRequest[] }>(owner, `/applications/${id}/consents`)).body.items
      expect(asked).toMatchObject([{ form: 'main', revision: 2, reason: '誤字の訂正', fields: ['plan'], outcome: null }])
      expect(await code(send(clerk, 'POST', `/applications/${id}/consents`, { form: 'main', revision: 2, agree: true }))).toEqual([403, 'role'])
      expect((await send<object>(owner, 'POST', `/applications/${id}/consents`, { form: 'main', revision: 2, agree: false })).body).toEqual({ outcome: 'refused' })
      expect((await get<FormView>(owner, `/applications/${id}/form`)).body).toMatchObject({ revision: 3, answers: { plan: '計画' } })
      expect(await code(send(owner, 'POST', `/applications/${id}/consents`, { form: 'main', revision: 2, agree: true }))).toEqual([404, 'notFound'])
      expect(await code(send(owner, 'POST', `/applications/${id}/form/on-behalf`, { patch: { plan: 'x' }, reason: 'y' }))).toEqual([403, 'role'])
      expect(await code(send(clerk, 'POST', `/applications/${id}/form/on-behalf`, { patch: { bankAccount: '別の口座' }, reason: 'y' }))).toEqual([409, 'lockedFields'])
    })

    it('may be a whole application that came on paper, marked as such', async () => {
      const body = { title: '紙の申請', organisation: { name: '紙の会' }, applicant: { name: '紙野 一郎', email: 'paper@example.jp' }, channel: 'paper', receivedAt: '2026-06-01T10:00:00+09:00', reference: '受付箱 12', answers: { plan: '手書き', bankAccount: '口座' }, event: 'submit' }
      const key = { 'idempotency-key': 'paper-1' }
      const entered = await send<ApplicationView>(clerk, 'POST', `/calls/${call}/intake`, body, key)
      expect([entered.status, entered.body.publicStatus, entered.body.office?.parties.map(({ name, role }) => [name, role])]).toEqual([201, 'reviewing', [['紙野 一郎', 'applicant']]])
      expect((await send<ApplicationView>(clerk, 'POST', `/calls/${call}/intake`, body, key)).body.id).toBe(entered.body.id)
      expect((await get(clerk, `/applications/${entered.body.id}/provenance`)).body).toMatchObject({ intake: { channel: 'paper', receivedAt: '2026-06-01T10:00:00+09:00', reference: '受付箱 12' }, origin: null })
      expect(await code(send(clerk, 'POST', `/calls/${call}/intake`, { ...body, receivedAt: '2030-01-01T00:00:00+09:00' }))).toEqual([422, 'badInput'])
      expect(await code(send(owner, 'POST', `/calls/${call}/intake`, body))).toEqual([403, 'role'])
    })
  })

  describe('another application', () => {
    it('begins from a former one, with what the new form asks for', async () => {
      const id = await submitted()
      const next = await newCall()
      const copied = await send<ApplicationView>(owner, 'POST', `/applications/${id}/copy`, { call: next })
      expect([copied.status, copied.body]).toMatchObject([201, { title: '緑の教室', parentId: next, publicStatus: 'preparing', form: { answers: { plan: '計画', bankAccount: '口座' } } }])
      expect((await get(owner, `/applications/${copied.body.id}/provenance`)).body).toMatchObject({ intake: null, origin: { caseId: id, kind: 'copy' } })
      expect(await code(send(clerk, 'POST', `/applications/${id}/copy`, { call: next }))).toEqual([403, 'role'])
      expect(await code(send(owner, 'POST', `/applications/${id}/copy`, { call: randomUUID() }))).toEqual([404, 'unknownCase'])
    })

    it('takes the place of one that is moved to another call', async () => {
      const id = await submitted()
      const next = await newCall()
      expect(await code(send(clerk, 'POST', `/applications/${id}/move`, { call: next, reason: '部門違い', event: 'nothing' }))).toEqual([409, 'unknownEvent'])
      const moved = await send<ApplicationView>(clerk, 'POST', `/applications/${id}/move`, { call: next, reason: '部門違い', event: 'note' })
      expect([moved.status, moved.body.parentId, moved.body.office?.organisation?.name, moved.body.office?.parties.map(({ name }) => name)]).toEqual([201, next, '緑の会', ['申請 花子']])
      expect((await get<ApplicationView>(owner, `/applications/${moved.body.id}`)).body).toMatchObject({ form: { answers: { plan: '計画' } } })
      expect(await code(send(clerk, 'POST', `/applications/${id}/move`, { call, reason: 'x', event: 'note' }))).toEqual([422, 'badInput'])
      expect(await code(send(owner, 'POST', `/applications/${id}/move`, { call: next, reason: 'x', event: 'note' }))).toEqual([403, 'role'])
    })
  })

  it('is one event for many cases, each taken or refused by itself, and first only tried', async () => {
    const [a, b, c] = [await submitted(), await submitted(), await draft()]
    const gone = randomUUID()
    const command = { ids: [a, b, c, gone, a], type: 'propose', data: { reason: '一括', verdict: 'よい' } }
    const trial = (await send<BulkResult>(clerk, 'POST', '/applications/bulk', { ...command, dryRun: true })).body
    expect([trial.succeeded, trial.failed, trial.outcomes.map(({ ok, code: why }) => [ok, why])]).toEqual([2, 2, [[true, undefined], [true, undefined], [false, 'notAvailable'], [false, 'unknownCase']]])
    expect((await database.query<{ version: number }>('SELECT version FROM cases WHERE id = $1', [a]))[0]?.version).toBe(2)
    const done = (await send<BulkResult>(clerk, 'POST', '/applications/bulk', command)).body
    expect(done.outcomes).toMatchObject([{ id: a, ok: true, version: 3, publicStatus: 'reviewing' }, { id: b, ok: true, version: 3 }, { id: c, ok: false, code: 'notAvailable' }, { id: gone, ok: false, code: 'unknownCase' }])
    expect((await send<BulkResult>(owner, 'POST', '/applications/bulk', { ids: [a], type: 'submit' })).body.outcomes).toMatchObject([{ ok: false, code: 'role' }])
    expect((await send<BulkResult>(stranger, 'POST', '/applications/bulk', { ids: [a], type: 'submit' })).body.outcomes).toMatchObject([{ ok: false, code: 'unknownCase' }])
  })

  it('belongs to an organisation that may turn out to be another', async () => {
    const [one, other] = await Promise.all([{ name: '株式会社 さくら環境', kana: '' }, { name: '（株）さくら環境', kana: 'サクラカンキョウ' }].map(async (organisation) => (await send<ApplicationView>(owner, 'POST', `/calls/${call}/applications`, { title: 'x', organisation })).body.id))
    const ids = (await database.query<{ id: string; of: string }>('SELECT organisation_id AS of, id FROM cases WHERE id = ANY ($1::uuid[])', [[one, other]])).reduce<Record<string, string>>((all, { id, of }) => ({ ...all, [id]: of }), {})
    const kept = ids[one ?? ''] ?? ''
    const merged = ids[other ?? ''] ?? ''
    expect((await get<{ items: OrganisationItem[] }>(clerk, `/organisations?q=${encodeURIComponent('さくらかんきょう')}`)).body.items).toEqual([])
    expect((await get<{ items: OrganisationItem[] }>(clerk, `/organisations?q=${encodeURIComponent('サクラ 環境')}`)).body.items.map(({ id }) => id).sort()).toEqual([kept, merged].sort())
    const { items } = (await get<{ items: Duplicate[] }>(clerk, '/organisations/duplicates')).body
    expect(items.some(({ organisations }) => organisations.map(({ id }) => id).sort().join() === [kept, merged].sort().join())).toBe(true)
    expect((await send<object>(clerk, 'POST', `/organisations/${merged}/merge`, { into: kept, reason: '同じ団体' })).body).toEqual({ kept, merged, movedCases: 1 })
    expect((await database.query('SELECT organisation_id FROM cases WHERE id = $1', [other]))[0]).toEqual({ organisation_id: kept })
    expect(await database.query('SELECT kana FROM organisation WHERE id = $1', [kept])).toEqual([{ kana: 'サクラカンキョウ' }])
    expect(await code(send(clerk, 'POST', `/organisations/${merged}/merge`, { into: kept, reason: 'x' }))).toEqual([409, 'mergedAlready'])
    expect(await code(send(clerk, 'POST', `/organisations/${kept}/merge`, { into: kept, reason: 'x' }))).toEqual([422, 'same'])
    expect(await code(send(owner, 'GET', '/organisations'))).toEqual([403, 'role'])
  })

  describe('a stream', () => {
    const open = async (who: Who, path: string, headers: Record<string, string> = {}): Promise<{ next: (ms?: number) => Promise<string | undefined>; close: () => void; status: number }> => {
      const leaving = new AbortController()
      const response = await fetch(`${url}/api/v1${path}`, { headers: { 'x-dev-identity': JSON.stringify(who), ...headers }, signal: leaving.signal })
      const reader = response.body?.getReader()
      const events: string[] = []
      const waiting: ((event: string | undefined) => void)[] = []
      let text = ''
      void (async () => {
        for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
          text += Buffer.from(part.value).toString()
          for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
            const event = /^event: (\w+)/m.exec(text.slice(0, end))?.[1]
            text = text.slice(end + 2)
            if (event !== undefined) (waiting.shift() ?? ((one) => void events.push(one ?? '')))(event)
          }
        }
      })().catch(() => undefined)
      const next = (ms = 4_000): Promise<string | undefined> => events.length > 0 ? Promise.resolve(events.shift()) : new Promise((settle) => {
        const arrived = (event: string | undefined): void => {
          clearTimeout(timer)
          settle(event)
        }
        const timer = setTimeout(() => {
          waiting.splice(waiting.indexOf(arrived), 1)
          settle(undefined)
        }, ms)
        waiting.push(arrived)
      })
      return { next, close: () => leaving.abort(), status: response.status }
    }

    it('tells of what a person sees to have changed, and of nothing else', async () => {
      const id = await submitted()
      const applicant = await open(owner, `/cases/${id}/stream`)
      const office = await open(clerk, `/cases/${id}/stream`)
      expect([await applicant.next(), await office.next()]).toEqual(['change', 'change'])
      await send(clerk, 'POST', `/cases/${id}/events`, { type: 'note', data: { note: '内部の記録' } })
      expect([await office.next(), await applicant.next(1_200)]).toEqual(['change', undefined])
      await send(clerk, 'POST', `/applications/${id}/messages`, { body: '要注意', note: true })
      expect([await office.next(), await applicant.next(1_200)]).toEqual(['change', undefined])
      await send(clerk, 'POST', `/applications/${id}/messages`, { body: 'お知らせ' })
      expect(await applicant.next()).toBe('change')
      applicant.close()
      office.close()
    })

    it('ends when the case is no longer theirs to see, and is not there for others', async () => {
      const id = await draft()
      await accept(await invite(id, 'viewer'))
      const stream = await open(helper, `/cases/${id}/stream`)
      expect(await stream.next()).toBe('change')
      await send(owner, 'DELETE', `/applications/${id}/participants/${helper.person}`)
      await send(owner, 'PATCH', `/applications/${id}/form`, { plan: '変更' })
      expect(await stream.next()).toBe('end')
      expect((await open(stranger, `/cases/${id}/stream`)).status).toBe(404)
    })

    it('of a list tells when its first page changes', async () => {
      const list = await open(clerk, `/applications/stream?call=${await newCall()}`)
      const mine = await open(owner, '/applications/stream?sort=-createdAt&limit=5')
      expect([await list.next(), await mine.next()]).toEqual(['change', 'change'])
      await draft()
      expect([await mine.next(), await list.next(100)]).toEqual(['change', undefined])
      list.close()
      mine.close()
    })
  })

  it('leaves a record that verifies', async () => {
    expect(await verifyAudit(database)).toMatchObject({ fault: null })
  })
})
