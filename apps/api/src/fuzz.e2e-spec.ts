import { randomBytes, randomUUID } from 'node:crypto'
import type { NestFastifyApplication } from '@nestjs/platform-fastify'
import { addParty, createPerson } from '@saitaku/applications'
import { Database } from '@saitaku/database'
import { Invariants, verifyAudit } from '@saitaku/engine'
import type { CallView } from '@saitaku/contracts'
import { createTestDatabase, type TestDatabase } from '@saitaku/testkit'
import fc from 'fast-check'
import { pino } from 'pino'
import { leakyProgramme } from './access-matrix.programme.js'
import { createApi } from './api.js'
import { readConfig } from './config.js'
import { openApiDocument } from './openapi.js'

const REQUESTS = process.env.SAITAKU_LONG === '1' ? 10_000 : 500
const AT_ONCE = 8

type Schema = { $ref?: string; type?: string | string[]; enum?: unknown[]; const?: unknown; anyOf?: Schema[]; oneOf?: Schema[]; allOf?: Schema[]; properties?: Record<string, Schema>; required?: string[]; items?: Schema; format?: string; additionalProperties?: unknown; maximum?: number; minimum?: number }
interface Operation {
  operationId: string
  parameters?: { name: string; in: string; required?: boolean; schema?: Schema }[]
  requestBody?: { content: Record<string, { schema?: Schema }> }
}
interface Route {
  method: string
  path: string
  operation: Operation
}
interface Request {
  route: Route
  path: Record<string, unknown>
  query: Record<string, unknown>
  body: unknown
  headers: Record<string, string>
  who: number
}

/** Values that have broken something somewhere: at the edges of types, encodings and lengths. */
const NASTY = ['', ' ', '\u0000', '\ud800', '𠮷', '‮', "' OR 1=1 --", '%00', '../../etc/passwd', '<script>', '=1+1', 'null', '__proto__', '９９９', '1e999', 'a'.repeat(5_000), '9999-99-99', '2026-02-30', -1, 0, 1.5, 2 ** 53, -(2 ** 31) - 1, true, null, [], {}, [[[[]]]], { a: { b: { c: null } } }]
const HEADERS: Record<string, string>[] = [{}, {}, {}, { 'if-match': '"1"' }, { 'if-match': '*' }, { 'if-match': '"' }, { 'idempotency-key': 'k' }, { 'idempotency-key': '' }, { 'accept-language': 'xx;q=9' }, { 'content-type': 'application/merge-patch+json' }, { 'content-type': 'text/html' }, { 'x-dev-identity': '{' }]
/** They end or never answer by themselves: streams, and what would lock out the people of this test. */
const LEFT_OUT = /stream$/

describe('any request that the description allows, and many that it does not', () => {
  let server: TestDatabase
  let database: Database
  let app: NestFastifyApplication
  let url: string
  let routes: Route[]
  let schemas: Record<string, Schema>
  let people: object[]
  let known: string[]
  const errors: unknown[] = []

  beforeAll(async () => {
    server = await createTestDatabase()
    database = await Database.connect({ url: server.url, poolSize: 2 })
    const logger = pino({ level: 'error' }, { write: (entry: string) => void errors.push(JSON.parse(entry)) })
    app = await createApi(readConfig({ DATABASE_URL: server.url, LOG_LEVEL: 'error', SAITAKU_DEV_IDENTITY: '1', SESSION_SECRET: randomBytes(32).toString('base64') }), await Database.connect({ url: server.url, poolSize: 6 }), logger)
    await app.listen(0, '127.0.0.1')
    url = await app.getUrl()
    const owner = await createPerson(database, { name: '申請者', email: 'owner@example.jp' })
    people = [{ person: owner }, { person: randomUUID(), roles: ['secretariat', 'administrator'] }, { person: randomUUID(), roles: ['reviewer', 'chair', 'head'] }, { person: randomUUID() }]
    const send = async <T>(who: object, method: string, path: string, body: unknown): Promise<T> => (await (await fetch(`${url}/api/v1${path}`, { method, headers: { 'content-type': 'application/json', 'x-dev-identity': JSON.stringify(who) }, body: JSON.stringify(body) })).json()) as T
    await send(people[1] ?? {}, 'POST', '/programmes/leaky/versions', { files: leakyProgramme })
    const call = (await send<CallView>(people[1] ?? {}, 'POST', '/calls', { programme: 'leaky', title: '募集' })).id
    await send(people[1] ?? {}, 'POST', `/cases/${call}/events`, { type: 'open' })
    const draft = (await send<{ id: string }>(people[0] ?? {}, 'POST', `/calls/${call}/applications`, { title: 'x' })).id
    await addParty(database, call, owner, 'reviewer')
    known = [call, draft, owner]
    const document = openApiDocument(app)
    schemas = document.components?.schemas as Record<string, Schema>
    routes = Object.entries(document.paths).filter(([path]) => !LEFT_OUT.test(path)).flatMap(([path, methods]) => Object.entries(methods as Record<string, Operation>).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })))
  })
  afterAll(async () => {
    await app?.close()
    await database?.close()
    await server?.close()
  })

  const nasty = fc.constantFrom(...(NASTY as unknown[]))
  /** Mostly what the schema says, sometimes anything. */
  function valueOf(schema: Schema | undefined, depth = 0): fc.Arbitrary<unknown> {
    return fc.oneof({ weight: 5, arbitrary: rightValue(schema, depth) }, { weight: 1, arbitrary: nasty })
  }
  function rightValue(schema: Schema | undefined, depth: number): fc.Arbitrary<unknown> {
    if (!schema || depth > 5) return nasty
    if (schema.$ref) return rightValue(schemas[schema.$ref.replace('#/components/schemas/', '')], depth + 1)
    if (schema.const !== undefined) return fc.constant(schema.const)
    if (schema.enum) return fc.constantFrom(...schema.enum)
    const alternatives = schema.anyOf ?? schema.oneOf
    if (alternatives) return fc.oneof(...alternatives.map((one) => rightValue(one, depth + 1)))
    switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
      case 'object':
        return fc.record(Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, part]) => [name, valueOf(part, depth + 1)])), { requiredKeys: schema.required ?? [] })
      case 'array':
        return fc.array(valueOf(schema.items, depth + 1), { maxLength: 3 })
      case 'integer':
      case 'number':
        return fc.integer({ min: Math.max(schema.minimum ?? -5, -1_000_000), max: Math.min(schema.maximum ?? 50, 1_000_000) })
      case 'boolean':
        return fc.boolean()
      default:
        if (schema.format === 'uuid') return fc.oneof(fc.constantFrom(...known), fc.uuid())
        if (schema.format === 'date-time') return fc.constantFrom('2026-06-01T10:00:00+09:00', '1600-01-01T00:00:00Z', '9999-12-31T23:59:59Z')
        if (schema.format === 'date') return fc.constantFrom('2026-06-01', '0001-01-01')
        return fc.oneof(fc.constantFrom('leaky', 'application', 'main', 'submit', 'note', 'publish', 'plan', 'first', '題名', 'a@example.jp'), fc.string({ maxLength: 30 }))
    }
  }
  function requestOf(route: Route): fc.Arbitrary<Request> {
    const { parameters = [], requestBody } = route.operation
    const those = (place: string): typeof parameters => parameters.filter((one) => one.in === place)
    const record = (place: string, optional: boolean): fc.Arbitrary<Record<string, unknown>> =>
      fc.record(Object.fromEntries(those(place).map(({ name, schema }) => [name, valueOf(schema)])), optional ? { requiredKeys: [] } : {})
    return fc.record({
      route: fc.constant(route), path: record('path', false), query: record('query', true), body: requestBody ? valueOf(Object.values(requestBody.content)[0]?.schema) : fc.constant(undefined),
      headers: fc.constantFrom(...HEADERS), who: fc.nat({ max: people.length }),
    })
  }

  async function send({ route, path, query, body, headers, who }: Request): Promise<{ status: number; text: string }> {
    const address = Object.entries(path).reduce((text, [name, value]) => text.replace(`{${name}}`, encoded(value)), route.path)
    const search = Object.entries(query).map(([name, value]) => `${encodeURIComponent(name)}=${encoded(value)}`).join('&')
    const identity: Record<string, string> = people[who] ? { 'x-dev-identity': JSON.stringify(people[who]) } : {}
    const content = body === undefined || route.method === 'GET' || route.method === 'HEAD' ? {} : { body: JSON.stringify(body) ?? '' }
    const response = await fetch(`${url}${address}${search === '' ? '' : `?${search}`}`, { method: route.method, redirect: 'manual', headers: { ...('body' in content ? { 'content-type': 'application/json' } : {}), ...identity, ...headers }, ...content })
    return { status: response.status, text: await response.text() }
  }
  const encoded = (value: unknown): string => {
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    return encodeURIComponent(Buffer.from(text).toString()) // half of a pair cannot stand in an address
  }

  it(`is answered below 500, ${REQUESTS} times over all routes, and leaves a record that holds`, async () => {
    const requests = routes.flatMap((route, i) => fc.sample(requestOf(route), { numRuns: Math.ceil(REQUESTS / routes.length), seed: 4_000 + i }))
    expect(requests.length).toBeGreaterThanOrEqual(REQUESTS)
    const broken: unknown[] = []
    const statuses = new Map<number, number>()
    for (let i = 0; i < requests.length; i += AT_ONCE)
      await Promise.all(requests.slice(i, i + AT_ONCE).map(async (request) => {
        const { status, text } = await send(request)
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
        const away = status === 503 && !text.includes('"transient"') // what is not configured here says so
        if (status >= 500 && !away) broken.push([request.route.method, request.route.path, request.path, request.query, JSON.stringify(request.body)?.slice(0, 400), request.headers, status, text.slice(0, 300)])
      }))
    const defects = errors.map((error) => JSON.stringify(error).slice(0, 500)).filter((error) => !error.includes('"type":"HttpProblem"')) // a service that is not there is told as such
    expect([broken, defects]).toEqual([[], []])
    expect([...statuses.keys()].filter((status) => status < 300).length).toBeGreaterThanOrEqual(2) // some of them were taken
    expect(await verifyAudit(database)).toMatchObject({ fault: null })
    expect(await new Invariants(database).check()).toEqual([])
  }, process.env.SAITAKU_LONG === '1' ? 600_000 : 60_000)
})
