import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Database, migrate } from '@saitaku/database'
import { Engine, Invariants, Registry, Transient, publishProgramme, verifyAudit, type Accepted, type Answer } from '@saitaku/engine'
import { toyProgramme } from '@saitaku/testkit'
import { ensureBuild } from '../../scripts/build.mjs'
import { startPostgres, startTemporaryPostgres, type Postgres } from '../../scripts/postgres.mjs'
import { ServiceProcess } from './service-process.js'

const KILLS = process.env.SAITAKU_LONG === '1' ? 100 : 2
const WRITERS = 16
/** Answers between two kills, so that each comes into the midst of work. */
const BETWEEN = 60
const NOTES = 3

/** Alternately the death of the server alone, and of everything at once (as `pg_ctl stop -m immediate`). */
const DEATHS = ['SIGKILL', 'SIGQUIT'] as const

type Step = readonly [caseId: string, key: string, attempt: (engine: Engine) => Promise<Answer>]

describe('PostgreSQL killed under 16 writers', () => {
  let server: Postgres & { folder: string }
  let running: Postgres
  let database: Database
  let engines: Engine[]
  let call: string
  let hot: string
  const person = randomUUID()
  const applicant = { id: person, roles: ['applicant'] }
  const clerk = { id: randomUUID(), roles: ['secretariat'] }

  beforeAll(async () => {
    server = await startTemporaryPostgres({ durable: true, name: 'saitaku-crash' })
    running = server
    await migrate(server.url)
    database = await Database.connect({ url: server.url, poolSize: 8 })
    await database.query(`INSERT INTO person (id, name, email) VALUES ($1, '川崎 太郎', 'taro@example.jp')`, [person])
    const published = await publishProgramme(database, toyProgramme)
    if (!published.ok) throw new Error(JSON.stringify(published.problems))
    engines = [new Engine(database, new Registry()), new Engine(database, new Registry())]
    call = accepted(await engine(0).create({ programme: 'toy', chart: 'call', attributes: { closesAt: '2099-01-01T00:00:00Z' }, actor: clerk })).caseId
    accepted(await engine(0).dispatch({ caseId: call, type: 'open', actor: clerk }))
    hot = randomUUID()
    for (const [, , attempt] of filing(hot)) accepted(await attempt(engine(0)))
  }, 120_000)
  afterAll(async () => {
    await database?.close()
    if (running !== server) await running?.stop()
    await server?.stop()
  })

  const engine = (writer: number): Engine => engines[writer % engines.length] as Engine
  const accepted = (answer: Answer): Accepted => {
    if (!answer.ok) throw new Error(`${answer.refused.code}: ${answer.refused.reason.en}`)
    return answer
  }
  /** Kills the server, waits until that is felt, and starts it again on the same port. */
  const killAndRestart = async (signal: NodeJS.Signals, felt: () => Promise<void>): Promise<void> => {
    const dead = running
    process.kill(dead.pid, signal)
    await felt()
    running = await startPostgres({ dataDir: dead.dataDir, port: dead.port, durable: true })
    expect(running.pid).not.toBe(dead.pid)
    if (dead !== server) await dead.stop()
  }
  const note = (caseId: string, text: string): Step => [caseId, text, (on) => on.dispatch({ caseId, type: 'note', data: { note: text }, actor: clerk, key: text })]
  const filing = (id: string): Step[] => [
    [id, 'create', (on) => on.create({ id, programme: 'toy', chart: 'application', parentId: call, parties: [[person, 'applicant']], actor: applicant, key: 'create' })],
    [id, 'submit', (on) => on.dispatch({ caseId: id, type: 'submit', data: { amount: 300_000 }, actor: applicant, key: 'submit' })],
  ]
  /** One application after another, each with its notes, and one note on a case that all write to. */
  const work = (writer: number, round: number): Step[] => {
    const id = randomUUID()
    return [...filing(id), ...Array.from({ length: NOTES }, (_, i) => note(id, `n${i}`)), note(hot, `w${writer}-${round}`)]
  }

  it('has lost nothing that was acknowledged and done nothing twice, when it is back', async () => {
    const acknowledged: (Accepted & { key: string })[] = []
    const planned = new Map<string, string[]>()
    let unknown = 0
    let foundDone = 0
    let stop = false

    const insist = async (writer: number, [caseId, key, attempt]: Step): Promise<void> => {
      for (let tries = 0; ; tries++) {
        try {
          const answer = accepted(await attempt(engine(writer)))
          acknowledged.push({ ...answer, caseId, key })
          if (answer.repeated) foundDone++
          return
        } catch (error) {
          if (!(error instanceof Transient)) throw error
          unknown++
          await sleep(50)
        }
      }
    }
    const write = async (writer: number): Promise<void> => {
      for (let round = 0; !stop; round++)
        for (const step of work(writer, round)) {
          planned.set(step[0], [...(planned.get(step[0]) ?? []), step[1]])
          await insist(writer, step)
        }
    }
    const writers = Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)))
    const more = async (): Promise<void> => {
      const enough = acknowledged.length + BETWEEN
      while (acknowledged.length < enough) await Promise.race([sleep(5), writers])
    }

    for (let kill = 0; kill < KILLS; kill++) {
      await more()
      const before = unknown
      await killAndRestart(DEATHS[kill % DEATHS.length] as NodeJS.Signals, async () => {
        while (unknown === before) await Promise.race([sleep(5), writers])
      })
    }
    await more()
    stop = true
    await writers
    for (const one of engines) await one.idle()

    expect(unknown).toBeGreaterThanOrEqual(KILLS)
    const events = await database.query<{ case_id: string; seq: number; at: Date; key: string }>(
      `SELECT case_id, seq, at, CASE type WHEN 'note' THEN payload->'data'->>'note' WHEN '@create' THEN 'create' ELSE type END AS key FROM case_event WHERE case_id <> $1 AND case_id <> $2 ORDER BY case_id, seq`, [call, hot])
    const onHot = await database.query<{ case_id: string; seq: number; at: Date; key: string }>(`SELECT case_id, seq, at, payload->'data'->>'note' AS key FROM case_event WHERE case_id = $1 AND type = 'note' ORDER BY seq`, [hot])
    const done = new Map<string, string[]>()
    for (const { case_id, key } of [...events, ...onHot]) done.set(case_id, [...(done.get(case_id) ?? []), key])
    // own cases in the very order; the shared one in whichever, each note once
    expect(done.get(hot)?.sort()).toEqual(planned.get(hot)?.sort())
    expect(done).toEqual(planned)

    const recorded = new Map([...events, ...onHot].map(({ case_id, seq, at, key }) => [`${case_id} ${seq}`, { key, at: at.toISOString() }]))
    expect(acknowledged.filter(({ caseId, version, at, key }) => { const found = recorded.get(`${caseId} ${version}`); return found?.key !== key || found.at !== at })).toEqual([])
    expect(acknowledged.length).toBe(recorded.size)

    const [numbers] = await database.query<{ n: number; last: number }>('SELECT count(*)::int AS n, max(value) AS last FROM number_issued')
    expect(numbers).toEqual({ n: planned.size, last: planned.size }) // each of the new cases has one, and so has the shared one
    expect(await new Invariants(database).check()).toEqual([])
    expect(await verifyAudit(database)).toEqual({ cases: planned.size + 1, events: recorded.size + 4, fault: null })
    process.stderr.write(`${KILLS} kills, ${acknowledged.length} acknowledged, ${unknown} unknown outcomes sent again, ${foundDone} of them found done\n`)
  }, 60_000 + KILLS * 20_000)

  it('is outlived by the API and the worker, which go on when it is back', async () => {
    await ensureBuild()
    const ids = Array.from({ length: 60 }, () => randomUUID())
    for (const step of [0, 1]) for (const answer of await Promise.all(ids.map((id) => (filing(id)[step] as Step)[2](engine(0))))) accepted(answer)
    const [worker, api] = (['worker', 'api'] as const).map((app) => new ServiceProcess(app, { DATABASE_URL: server.url, BASE_URL: 'http://localhost', PORT: '0', SAITAKU_DEV_IDENTITY: '1' })) as [ServiceProcess, ServiceProcess]
    try {
      const address = await api.says('The API listens at ')
      const ask = (id: string, init: RequestInit = {}): Promise<Response> =>
        fetch(`${address}/api/v1/cases/${id}`, { ...init, headers: { 'x-dev-identity': JSON.stringify({ person, roles: [] }), 'content-type': 'application/json' } })
      const answers = new Map<number, number>()
      let stop = false
      const askers = Promise.all(ids.slice(0, 4).map(async (id) => {
        while (!stop) {
          const { status } = await ask(id)
          answers.set(status, (answers.get(status) ?? 0) + 1)
          await sleep(5)
        }
      }))
      const notices = async (): Promise<number> => (await database.query<{ n: number }>(`SELECT count(*)::int AS n FROM notice WHERE case_id = ANY ($1::uuid[])`, [ids]))[0]?.n ?? 0
      while ((await notices()) < 5) await sleep(5)
      await killAndRestart('SIGKILL', async () => { while (!answers.has(503)) await Promise.race([sleep(5), askers]) })

      const withdrawn = await ask(`${ids[0] as string}/events`, { method: 'POST', body: JSON.stringify({ type: 'withdraw' }) })
      while ((await notices()) < ids.length) await sleep(50)
      stop = true
      await askers
      expect([...answers.keys()].sort()).toEqual([200, 503])
      expect(withdrawn.status).toBe(200)
      expect(await notices()).toBe(ids.length)
      for (const one of [worker, api]) one.kill('SIGTERM')
      expect([await worker.ended, await api.ended]).toMatchObject([{ code: 0, stderr: '' }, { signal: 'SIGTERM' }]) // neither had ended before
    } finally {
      for (const one of [worker, api]) one.kill('SIGKILL')
    }
  }, 120_000)
})
