import { randomBytes, randomUUID } from 'node:crypto'
import type { NestFastifyApplication } from '@nestjs/platform-fastify'
import { visibleParts, type Capacity, type Part } from '@saitaku/access'
import { addParty, createOrganisation, createPerson, grantRole, registerApplications, saveForm } from '@saitaku/applications'
import { Database } from '@saitaku/database'
import { Engine, publishProgramme, Registry } from '@saitaku/engine'
import type { JsonObject } from '@saitaku/statechart'
import { createTestDatabase, type TestDatabase } from '@saitaku/testkit'
import { AUDIENCES, type Audience } from './access-matrix.routes.js'
import { leakyProgramme } from './access-matrix.programme.js'
import { createApi } from './api.js'
import { readConfig } from './config.js'
import { openApiDocument } from './openapi.js'

/** What stands somewhere in a case, and which parts it belongs to: whoever sees one of them may read it. */
interface Secret {
  text: string
  parts: readonly Part[]
}
interface Planted {
  id: string
  owner: string
  embargoed: boolean
  preparing: boolean
  secrets: Secret[]
}
interface Asker {
  name: string
  header: object | null
  /** What they are to everybody's cases, and to those of `own`. */
  capacities: Capacity[]
  own?: Planted
  ownCapacity?: Capacity
  seesBankAccounts?: boolean
  /** Takes no part in any of the cases. */
  recused?: boolean
}

describe('every route, asked by everybody', () => {
  let server: TestDatabase
  let database: Database
  let app: NestFastifyApplication
  let url: string
  let engine: Engine
  let call: string
  let cases: Planted[]
  let askers: Asker[]
  const clerk = randomUUID()
  const head = randomUUID()
  const absent = randomUUID()
  const routes = Object.entries(AUDIENCES).flatMap(([audience, list]) => list.map((route) => ({ route, audience: audience as Audience })))

  const dispatch = async (caseId: string, type: string, id: string, roles: string[], data: JsonObject = {}): Promise<void> => {
    expect(await engine.dispatch({ caseId, type, data, actor: { id, roles } })).toMatchObject({ ok: true })
  }

  /** An application with a secret in every part, of which each is found nowhere else. */
  async function plant(mark: string, until: 'draft' | 'held'): Promise<Planted> {
    const owner = await createPerson(database, { name: `氏名${mark}`, email: `owner-${mark}@example.jp` })
    const organisationId = await createOrganisation(database, { name: `団体${mark}` })
    const { caseId } = await engine.create({ programme: 'leaky', chart: 'application', parentId: call, title: `題名${mark}`, organisationId, parties: [[owner, 'applicant']], actor: { id: owner, roles: ['applicant'] } }) as { caseId: string }
    expect(await saveForm(database, { caseId, form: 'main', patch: { plan: `回答${mark}`, bankAccount: `口座${mark}` }, authorId: owner })).toMatchObject({ ok: true })
    const secrets: Secret[] = [
      { text: `題名${mark}`, parts: ['title'] }, { text: `団体${mark}`, parts: ['organisation'] }, { text: `氏名${mark}`, parts: ['parties'] }, { text: `owner-${mark}@`, parts: ['parties'] },
      { text: `回答${mark}`, parts: ['answers'] }, { text: `口座${mark}`, parts: ['restrictedAnswers'] },
    ]
    if (until === 'draft') return { id: caseId, owner, embargoed: false, preparing: true, secrets }
    await dispatch(caseId, 'submit', owner, [])
    await dispatch(caseId, 'return', clerk, ['secretariat'], { remarks: [{ field: 'plan', text: `指摘${mark}` }] })
    await dispatch(caseId, 'note', clerk, ['secretariat'], { note: `内部記録${mark}` })
    await dispatch(caseId, 'propose', clerk, ['secretariat'], { reason: `起案理由${mark}`, verdict: `判定${mark}` })
    await dispatch(caseId, 'decide', head, ['head'])
    secrets.push(
      { text: `指摘${mark}`, parts: ['remarks', 'fullHistory'] }, { text: `内部記録${mark}`, parts: ['fullHistory'] }, { text: `起案理由${mark}`, parts: ['fullHistory'] },
      { text: `判定${mark}`, parts: ['attributes', 'fullHistory'] },
    )
    return { id: caseId, owner, embargoed: true, preparing: false, secrets }
  }

  beforeAll(async () => {
    server = await createTestDatabase()
    database = await Database.connect({ url: server.url, poolSize: 3 })
    const registry = new Registry()
    registerApplications(registry)
    engine = new Engine(database, registry)
    const published = await publishProgramme(database, leakyProgramme)
    expect(published.ok ? [] : published.problems).toEqual([])
    await createPerson(database, { id: clerk, name: '担当職員', email: 'clerk@example.jp' })
    await createPerson(database, { id: head, name: '決裁課長', email: 'head@example.jp' })
    call = (await engine.create({ programme: 'leaky', chart: 'call', title: '秘密の募集', actor: { id: clerk, roles: ['secretariat'] } })).caseId
    await dispatch(call, 'open', clerk, ['secretariat'])
    cases = [await plant('甲', 'held'), await plant('乙', 'held'), await plant('丙', 'draft')]
    askers = await everybody()
    app = await createApi(readConfig({ DATABASE_URL: server.url, LOG_LEVEL: 'silent', SAITAKU_DEV_IDENTITY: '1', SESSION_SECRET: randomBytes(32).toString('base64') }), await Database.connect({ url: server.url, poolSize: 6 }))
    await app.listen(0, '127.0.0.1')
    url = await app.getUrl()
  })
  afterAll(async () => {
    await app?.close()
    await database?.close()
    await server?.close()
  })

  async function everybody(): Promise<Asker[]> {
    const mine = cases[0]
    if (!mine) throw new Error('nothing was planted')
    const party = async (name: 'agent' | 'editor' | 'viewer'): Promise<Asker> => {
      const person = await createPerson(database, { name: `関係者${name}`, email: `${name}@example.jp` })
      await addParty(database, mine.id, person, name)
      return { name, header: { person }, capacities: [], own: mine, ownCapacity: name }
    }
    const office = (name: string, capacity: Capacity, more: Partial<Asker> = {}): Asker => ({ name, header: { person: randomUUID(), roles: [name] }, capacities: [capacity], ...more })
    const elsewhere = await createPerson(database, { name: '別制度の職員', email: 'elsewhere@example.jp' })
    await grantRole(database, elsewhere, 'another-programme', 'secretariat')
    const recused = await createPerson(database, { name: '利害のある委員', email: 'recused@example.jp' })
    for (const { id } of cases) await database.query(`INSERT INTO review_assignment (call_id, stage, application_id, reviewer_id, state, at) VALUES ($1, 'first', $2, $3, 'recused', app_now())`, [call, id, recused])
    return [
      { name: 'a recused reviewer', header: { person: recused, roles: ['reviewer'] }, capacities: ['reviewer'], recused: true },
      { name: 'nobody', header: null, capacities: [] }, { name: 'a stranger', header: { person: randomUUID() }, capacities: [] }, { name: 'a stranger with a role of no programme', header: { person: randomUUID(), roles: ['sorcerer'] }, capacities: [] },
      { name: 'the secretariat of another programme', header: { person: elsewhere }, capacities: [] }, { name: 'somebody who claims to apply', header: { person: randomUUID(), roles: ['applicant', 'agent', 'editor'] }, capacities: [] },
      { name: 'owner', header: { person: mine.owner }, capacities: [], own: mine, ownCapacity: 'owner' }, await party('agent'), await party('editor'), await party('viewer'),
      office('secretariat', 'secretariat'), office('jointSecretariat', 'jointSecretariat'), office('head', 'approver'), office('finance', 'finance', { seesBankAccounts: true }), office('surveyor', 'officer'),
      office('auditor', 'auditor'), office('reviewer', 'reviewer'), office('chair', 'chair'), office('administrator', 'administrator'),
    ]
  }

  interface Reply {
    status: number
    text: string
  }
  async function ask(asker: Asker, route: string, id: string, query = ''): Promise<Reply> {
    const [method = '', path = ''] = route.split(' ')
    const address = path.replace('{id}', id).replace('{name}', 'leaky').replace('{version}', '1').replace('{stage}', 'first').replace('{application}', cases[1]?.id ?? '').replaceAll(/\{\w+\}/g, absent) + query
    const body = ['GET', 'DELETE', 'HEAD', 'OPTIONS'].includes(method) ? {} : { body: JSON.stringify(BODIES[route] ?? {}) }
    const headers: Record<string, string> = { ...('body' in body ? { 'content-type': 'application/json' } : {}), ...(asker.header ? { 'x-dev-identity': JSON.stringify(asker.header) } : {}) }
    const leaving = new AbortController()
    const response = await fetch(`${url}${address}`, { method, headers, redirect: 'manual', signal: leaving.signal, ...body })
    const text = response.headers.get('content-type')?.startsWith('text/event-stream') ? await firstEvent(response) : await response.text()
    leaving.abort()
    return { status: response.status, text: `${[...response.headers].filter(([name]) => name !== 'date').map((pair) => pair.join(': ')).join('\n')}\n${text.replaceAll(address.split('?')[0] ?? '', '')}` }
  }

  /** A stream does not end: what it begins with is what it tells. */
  async function firstEvent({ body }: Response): Promise<string> {
    const reader = body?.getReader()
    let text = ''
    while (reader && !text.includes('event: ')) text += Buffer.from((await reader.read()).value ?? []).toString()
    return text
  }

  function partsOf(asker: Asker, planted: Planted): ReadonlySet<Part> {
    const capacities: Capacity[] = [...(asker.recused ? [] : asker.capacities), ...(asker.own === planted && asker.ownCapacity ? [asker.ownCapacity] : [])]
    const parts = new Set(visibleParts(capacities, { kind: 'application', embargoed: planted.embargoed, preparing: planted.preparing, announced: true }))
    if (asker.seesBankAccounts && parts.has('answers')) parts.add('restrictedAnswers')
    return parts
  }

  /** Everything in an answer that this person may not read. */
  function leaks(asker: Asker, { text }: Reply): string[] {
    const ofCases = cases.flatMap((planted) => planted.secrets.filter(({ parts }) => !parts.some((part) => partsOf(asker, planted).has(part))).map((secret) => secret.text).concat(partsOf(asker, planted).size === 0 ? [planted.id] : []))
    const seesStates = cases.some((planted) => planted.embargoed && partsOf(asker, planted).has('states'))
    const ofStates = seesStates ? [] : ['秘密の状態', '秘密の起案', '秘密の採択', 'Secretly adopted', '"held"', '"proposed"', 'decided.adopted', 'embargoed', '決裁課長']
    return [...ofCases, ...ofStates].filter((secret) => text.includes(secret))
  }

  it('stands in the table of audiences, and nothing else does', () => {
    const described = Object.entries(openApiDocument(app).paths).flatMap(([path, methods]) => Object.keys(methods as object).map((method) => `${method.toUpperCase()} ${path}`))
    expect(described.filter((route) => !routes.some((known) => known.route === route))).toEqual([])
    expect(routes.filter(({ route }) => !described.includes(route)).map(({ route }) => route)).toEqual([])
  })

  it('answers with nothing that its asker may not see', async () => {
    const found: unknown[] = []
    for (const asker of askers)
      for (const { route, audience } of routes) {
        if (audience === 'host' || PUBLIC_DEFINITION.has(route) || (!OF_CASES.has(audience) && !route.startsWith('GET ') && !BODIES[route] && !TYPICAL.has(asker.name))) continue
        const ids = audience === 'case' ? [...cases.map(({ id }) => id), call] : audience === 'call' ? [call] : [absent]
        await Promise.all(ids.map(async (id) => {
          const reply = await ask(asker, route, id)
          const secrets = leaks(asker, reply)
          if (secrets.length > 0 || reply.status === 500 || reply.text.includes('"transient"')) found.push([asker.name, route, reply.status, secrets])
        }))
      }
    expect(found).toEqual([])
  })

  it('shows each person what they may see: the secrets are really there', async () => {
    const seen = async (name: string, route: string): Promise<string[]> => {
      const asker = askers.find((one) => one.name === name)
      const mine = cases[0]
      if (!asker || !mine) throw new Error(`nobody is called ${name}`)
      const { text } = await ask(asker, route, mine.id)
      return mine.secrets.filter((secret) => text.includes(secret.text)).map((secret) => secret.text)
    }
    expect(await seen('owner', 'GET /api/v1/applications/{id}')).toEqual(['題名甲', '回答甲', '口座甲', '指摘甲'])
    expect(await seen('secretariat', 'GET /api/v1/applications/{id}')).toEqual(['題名甲', '団体甲', '氏名甲', '回答甲', '指摘甲', '判定甲'])
    expect(await seen('secretariat', 'GET /api/v1/cases/{id}/history')).toEqual(expect.arrayContaining(['指摘甲', '内部記録甲', '起案理由甲', '判定甲']))
    expect(await seen('finance', 'GET /api/v1/applications/{id}')).toEqual(['題名甲', '回答甲', '口座甲', '指摘甲'])
    expect(await seen('reviewer', 'GET /api/v1/applications/{id}')).toEqual([])
  })

  it('about a case that one may not see is answered as about one that is not there', async () => {
    const different: unknown[] = []
    for (const asker of askers)
      for (const { route } of routes.filter(({ audience }) => audience === 'case'))
        for (const planted of cases) {
          if (partsOf(asker, planted).size > 0) continue
          const [theirs, nobodys] = [await ask(asker, route, planted.id), await ask(asker, route, absent)]
          if (theirs.status !== nobodys.status || theirs.text !== nobodys.text || ![401, 404].includes(theirs.status)) different.push([asker.name, route, theirs, nobodys])
        }
    expect(different).toEqual([])
  })

  it('is refused to whom it is not for', async () => {
    const wrong: unknown[] = []
    for (const asker of askers)
      for (const { route, audience } of routes) {
        if (audience === 'anyone' || audience === 'host') continue
        if (audience === 'administrators' && !TYPICAL.has(asker.name) && !asker.name.includes('secretariat')) continue
        const { status } = await ask(asker, route, audience === 'case' ? (cases[0]?.id ?? '') : audience === 'call' ? call : '1')
        if (asker.header === null && status !== 401) wrong.push([asker.name, route, status])
        if (audience === 'administrators' && asker.name !== 'administrator' && asker.header !== null && ![401, 403].includes(status)) wrong.push([asker.name, route, status])
      }
    expect(wrong).toEqual([])
  })

  it('filters by nothing that its asker does not see', async () => {
    const found: unknown[] = []
    for (const asker of askers.filter(({ header }) => header !== null))
      for (const [query, part] of [['?phase=judged', 'states'], [`?phase=judged&call=${call}`, 'states'], ['?state=held', 'states'], ['?turn=secretariat&publicStatus=reviewing', 'states'], [`?q=${encodeURIComponent('題名')}`, 'title'], [`?q=${encodeURIComponent('団体')}`, 'title']] as const) {
        const { text } = await ask(asker, 'GET /api/v1/applications', absent, query)
        for (const planted of cases) if (text.includes(planted.id) && !partsOf(asker, planted).has(part)) found.push([asker.name, query, planted.id])
      }
    expect(found).toEqual([])
  })
})

/** Audiences whose answers are about cases: everybody is asked. Of the rest, what only writes is asked as a few. */
const OF_CASES = new Set<Audience>(['case', 'call'])
const TYPICAL = new Set(['nobody', 'a stranger', 'owner', 'reviewer', 'administrator'])

/** Definitions of programmes are public, with the names of their states. */
const PUBLIC_DEFINITION = new Set(['GET /api/v1/programmes/{name}/versions/{version}', 'POST /api/v1/programmes/{name}/check'])

/** What writes send: well formed, so that it is the access that answers; and such that it changes nothing of what others are asked about. */
const BODIES: Record<string, unknown> = {
  'POST /api/v1/cases/{id}/events': { type: 'publish', data: { nonsense: 1 } },
  'PATCH /api/v1/applications/{id}/form': { plan: '上書き' },
  'POST /api/v1/calls': { programme: 'leaky', title: '別の募集' },
  'POST /api/v1/programmes/{name}/check': { files: { 'programme.yaml': 'name: leaky' } },
  'POST /api/v1/programmes/{name}/versions': { files: { 'programme.yaml': 'name: leaky' } },
  'POST /api/v1/calls/{id}/applications': { title: '新しい申請' },
  'POST /api/v1/applications/{id}/messages': { body: 'こんにちは' },
  'PUT /api/v1/applications/{id}/messages/read': { upTo: '1' },
  'POST /api/v1/applications/{id}/invitations': { email: 'somebody@example.jp', role: 'viewer' },
  'POST /api/v1/applications/{id}/form/on-behalf': { patch: { nonsense: 1 }, reason: '試し' },
  'POST /api/v1/applications/{id}/consents': { form: 'main', revision: 9, agree: true },
  'POST /api/v1/applications/{id}/copy': { call: '00000000-0000-0000-0000-000000000000' },
  'POST /api/v1/applications/{id}/move': { call: '00000000-0000-0000-0000-000000000000', reason: '試し', event: 'nothing' },
}
