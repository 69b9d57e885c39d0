import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Database, setClock } from '@saitaku/database'
import { Engine, ENGINE_CRASH_POINTS, Invariants, Registry, publishProgramme, verifyAudit, type Answer } from '@saitaku/engine'
import { createTestDatabase, toyProgramme, type TestDatabase } from '@saitaku/testkit'
import { ensureBuild } from '../../scripts/build.mjs'
import { ServiceProcess } from './service-process.js'

/** In the order in which they kill; of those with a number, the pass of the point that does. */
const API_CRASHES = ['AFTER_NUMBERS_BEFORE_COMMIT', 'AFTER_COMMIT_BEFORE_ANSWER', 'AFTER_READ_BEFORE_COMMIT:3']
const WORKER_CRASHES = ['AFTER_EFFECT_BEFORE_OUTCOME', 'IN_FANOUT_AFTER_TARGETS', 'IN_FANOUT_BEFORE_NOTE', 'IN_FANOUT_BETWEEN_BATCHES']

const START = new Date('2026-06-01T00:00:00Z')
const CLOSING = new Date('2026-06-23T08:00:00Z')
const BATCH = 256 // of a fan-out

it('kills at every point that the engine names', () => {
  expect([...API_CRASHES, ...WORKER_CRASHES].map((point) => point.split(':')[0]).sort()).toEqual([...ENGINE_CRASH_POINTS].sort())
})

describe('A process with an engine', () => {
  let place: TestDatabase
  let database: Database
  let engine: Engine
  let call: string
  const processes: ServiceProcess[] = []
  const applicant = { id: randomUUID(), roles: ['applicant'] }
  const clerk = { id: randomUUID(), roles: ['secretariat'] }

  beforeAll(() => ensureBuild(), 120_000)
  beforeEach(async () => {
    place = await createTestDatabase()
    database = await Database.connect({ url: place.url, poolSize: 6 })
    await setClock(database, START)
    await database.query(`INSERT INTO person (id, name, email) VALUES ($1, '川崎 太郎', 'taro@example.jp'), ($2, '宮前 花子', 'hanako@example.jp')`, [applicant.id, clerk.id])
    const published = await publishProgramme(database, toyProgramme)
    if (!published.ok) throw new Error(JSON.stringify(published.problems))
    engine = new Engine(database, new Registry())
    call = caseOf(await engine.create({ programme: 'toy', chart: 'call', attributes: { closesAt: CLOSING.toISOString() }, actor: clerk }))
    caseOf(await engine.dispatch({ caseId: call, type: 'open', actor: clerk }))
  })
  afterEach(async () => {
    for (const one of processes.splice(0)) one.kill('SIGKILL')
    await database.close()
    await place.close()
  })

  const caseOf = (answer: Answer): string => {
    if (!answer.ok) throw new Error(`${answer.refused.code}: ${answer.refused.reason.en}`)
    return answer.caseId
  }
  const drafts = async (count: number): Promise<string[]> => {
    const specs = Array.from({ length: count }, () => ({ programme: 'toy', chart: 'application', parentId: call, parties: [[applicant.id, 'applicant']] as const, actor: applicant }))
    return (await engine.createMany(specs)).map(caseOf)
  }
  const start = (app: 'api' | 'worker', crashAt: string | undefined): ServiceProcess => {
    const variables = { DATABASE_URL: place.url, BASE_URL: 'http://localhost', PORT: '0', SAITAKU_DEV_IDENTITY: '1', SAITAKU_CRASH_AT: crashAt }
    const started = new ServiceProcess(app, variables)
    processes.push(started)
    return started
  }
  const figures = async (...counts: string[]): Promise<number[]> => {
    const [row] = await database.query<{ n: number[] }>(`SELECT ARRAY[${counts.map((count) => `(SELECT count(*)::int FROM ${count})`).join(', ')}] AS n`)
    return row?.n ?? []
  }
  const holds = async (): Promise<void> => {
    expect(await new Invariants(database).check()).toEqual([])
    expect((await verifyAudit(database)).fault).toBeNull()
  }

  it('keeps what it acknowledged to 16 clients, and does nothing twice for one that sends its key again', async () => {
    const ids = await drafts(16)
    const plan = [{ type: 'submit', data: { amount: 300_000 }, actor: applicant }, ...['一', '二', '三', '四'].map((note) => ({ type: 'note', data: { note }, actor: clerk }))]
    let api = start('api', API_CRASHES[0])
    const answered: { caseId: string; step: number; version: number | undefined; repeated: boolean }[] = []

    const send = async (caseId: string, step: number): Promise<boolean> => {
      const { type, data, actor } = plan[step] as (typeof plan)[number]
      try {
        const response = await fetch(`${await api.says('The API listens at ')}/api/v1/cases/${caseId}/events`, {
          method: 'POST', body: JSON.stringify({ type, data }),
          headers: { 'content-type': 'application/json', 'x-dev-identity': JSON.stringify({ person: actor.id, roles: actor.roles }), 'idempotency-key': `step-${step}` },
        })
        const body = (await response.json()) as { version?: number; repeated: boolean }
        if (response.status !== 200) throw new Defective(`${response.status} ${JSON.stringify(body)}`)
        answered.push({ caseId, step, version: body.version, repeated: body.repeated })
        return true
      } catch (error) {
        if (error instanceof Defective) throw error
        return false // the API is gone: nobody knows what became of it
      }
    }
    const clients = Promise.all(ids.map(async (caseId) => {
      for (const step of plan.keys()) while (!(await send(caseId, step))) await sleep(20)
    }))

    const left: number[][] = []
    for (const next of [...API_CRASHES.slice(1), undefined]) {
      expect((await api.ended).signal).toBe('SIGKILL')
      left.push([answered.length, ...(await figures(`case_event WHERE type IN ('submit', 'note')`, 'number_issued', 'number_counter'))])
      api = start('api', next)
    }
    await clients

    expect(left[0]).toEqual([0, 0, 0, 0]) // numbers were taken and given back
    const [answeredThen, writtenThen = 0] = left[1] ?? []
    expect([answeredThen, writtenThen > 0]).toEqual([0, true]) // written, and nobody knew
    expect(answered.filter(({ repeated }) => repeated).length).toBeGreaterThanOrEqual(writtenThen)

    const events = await database.query<{ case_id: string; told: unknown }>(
      `SELECT case_id, jsonb_agg(jsonb_build_array(seq, type, payload->'data'->'note') ORDER BY seq) AS told FROM case_event WHERE case_id = ANY ($1::uuid[]) GROUP BY case_id`, [ids])
    const once = [[1, '@create', null], [2, 'submit', null], [3, 'note', '一'], [4, 'note', '二'], [5, 'note', '三'], [6, 'note', '四']]
    expect(new Map(events.map(({ case_id, told }) => [case_id, told]))).toEqual(new Map(ids.map((id) => [id, once])))
    expect(answered.filter(({ step }) => step > 0).map(({ version, step }) => version === step + 2)).toEqual(Array.from({ length: 64 }, () => true))
    expect(await database.query('SELECT value FROM number_issued ORDER BY value')).toEqual(ids.map((_, i) => ({ value: i + 1 })))
    expect(await figures('outbox')).toEqual([80])
    await holds()
  }, 120_000)

  it('performs each notice once and moves each child of a fan-out once, wherever it dies in between', async () => {
    const ids = await drafts(BATCH + 14)
    const submitted = ids.slice(0, 20)
    ;(await engine.dispatchMany(submitted.map((caseId) => ({ caseId, type: 'submit', data: { amount: 300_000 }, actor: applicant })))).map(caseOf)
    const dies = async (at: string): Promise<number[]> => {
      expect((await start('worker', at).ended).signal).toBe('SIGKILL')
      return figures('notice', `fanout_item WHERE outcome = 'pending'`, `fanout_item WHERE outcome <> 'pending'`, `case_event WHERE type = 'publish' AND case_id <> '${call}'`)
    }

    expect(await dies('AFTER_EFFECT_BEFORE_OUTCOME')).toEqual([0, 0, 0, 0])

    // only the call closes: its drafts stay, to refuse what is published to them
    await setClock(database, new Date(CLOSING.getTime() + 1_000))
    const closing = await database.query<{ id: string; generation: number }>('SELECT id, generation FROM timer WHERE case_id = $1', [call])
    expect(await engine.fireTimers(closing)).toEqual(['fired'])
    await setClock(database, START)
    caseOf(await engine.dispatch({ caseId: call, type: 'publish', actor: clerk }))

    const [, ...targets] = await dies('IN_FANOUT_AFTER_TARGETS')
    expect(targets).toEqual([BATCH + 14, 0, 0])
    const firstBatch = new Set([...ids].sort().slice(0, BATCH))
    const reached = submitted.filter((id) => firstBatch.has(id)).length
    const [, ...sent] = await dies('IN_FANOUT_BEFORE_NOTE')
    expect(sent).toEqual([BATCH + 14, 0, reached])
    const [, ...noted] = await dies('IN_FANOUT_BETWEEN_BATCHES')
    expect(noted).toEqual([14, BATCH, reached])

    start('worker', undefined)
    const open = `outbox o WHERE NOT EXISTS (SELECT 1 FROM effect_outcome e WHERE e.outbox_id = o.id AND e.state = 'done')`
    while ((await figures(open))[0] !== 0) await sleep(50)
    expect(await database.query('SELECT outcome, count(*)::int AS n FROM fanout_item GROUP BY outcome ORDER BY outcome')).toEqual([{ outcome: 'done', n: 20 }, { outcome: 'refused', n: BATCH - 6 }])
    const published = await database.query(`SELECT case_id, count(*)::int AS n FROM case_event WHERE type = 'publish' AND case_id <> $1 GROUP BY case_id ORDER BY case_id`, [call])
    expect(published).toEqual([...submitted].sort().map((case_id) => ({ case_id, n: 1 })))
    const notices = await database.query(`SELECT case_id, array_agg(template ORDER BY template) AS templates FROM notice GROUP BY case_id ORDER BY case_id`)
    expect(notices).toEqual([...submitted].sort().map((case_id) => ({ case_id, templates: ['noted', 'received'] })))
    await holds()
  }, 180_000)
})

/** An answer that a client would not send again for. */
class Defective extends Error {}
