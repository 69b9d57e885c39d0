import { randomUUID } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { parseDocument } from 'yaml'
import { Database, migrate } from '@saitaku/database'
import { Engine, Registry, commitStatement, publishProgramme, type Command } from '@saitaku/engine'
import type { Json } from '@saitaku/statechart'

/**
 * The `screen` of the shipped subsidy, which is what targets.md measures: with a notice and a timer added to
 * it, since the shipped one has neither, an idempotency key, and all production indexes.
 */
export interface Screening {
  engine: Engine
  database: Database
  /** Where the database is. */
  url: string
  /** A case that is still being screened, and has not been given out. */
  take: () => string
  /** A draft with a history of its own: those given out are copies, whose events were never theirs. */
  begin: () => Promise<string>
  /** Sends `screen` to the next case that is still being screened. */
  once: () => Promise<void>
  /** Sends a random case to `screened` or back, so that few cases serve for any number of commands. */
  toggle: () => Promise<void>
  /** The same two statements on the same rows, with nothing decided: what the engine adds is the difference. */
  bare: () => Promise<void>
  /** Puts the cases that were screened back, and tidies the tables, so that rounds are alike. */
  reset: () => Promise<void>
  close: () => Promise<void>
}

const CLERK = { id: '00000000-0000-4000-8000-000000000001', roles: ['secretariat'] }

function programmeFiles(): Record<string, string> {
  const folder = join(process.env.SAITAKU_ROOT ?? process.cwd(), 'workflows', 'model-project-subsidy')
  const files: Record<string, string> = {}
  for (const name of ['programme.yaml', 'form.yaml', 'rubric.yaml']) files[name] = readFileSync(join(folder, name), 'utf8')
  for (const name of readdirSync(join(folder, 'notices'))) files[`notices/${name}`] = readFileSync(join(folder, 'notices', name), 'utf8')
  const document = parseDocument(files['programme.yaml'] as string)
  const application = ['charts', 'application', 'states', 'selection', 'states']
  document.setIn([...application, 'screening', 'on', 'screen', 'do'], document.createNode([{ notify: { template: 'received', to: 'applicant' } }]))
  document.setIn([...application, 'screened', 'on', 'screenAgain'], document.createNode({ target: 'screening', by: ['secretariat'], do: [{ notify: { template: 'received', to: 'applicant' } }] }))
  document.setIn(['events', 'screenAgain'], document.createNode({ ja: '形式審査に戻す', en: 'Screen again' }))
  document.setIn([...application, 'screened', 'after'], document.createNode({ benchTimer: { do: [] } }))
  document.setIn(['deadlines', 'benchTimer'], document.createNode({ after: 'P10D', calendar: 'business' }))
  files['programme.yaml'] = document.toString()
  return files
}

export async function prepareScreening(serverUrl: string, cases: number): Promise<Screening> {
  const name = `screening_${cases}`
  const admin = new pg.Client({ connectionString: serverUrl })
  await admin.connect()
  await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
  await admin.query(`CREATE DATABASE ${name}`)
  await admin.end()
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  await migrate(url.href)
  const database = await Database.connect({ url: url.href, poolSize: 6, asOwner: true })
  const engine = new Engine(database, new Registry())
  const published = await publishProgramme(database, programmeFiles())
  if (!published.ok) throw new Error(`the subsidy does not publish: ${published.problems.map((p) => `${p.file}:${p.line} ${p.message}`).join('; ')}`)
  const template = await oneInScreening(engine)
  const ids = await multiply(database, template, cases)
  let next = 0
  let current = ids
  const used: string[] = []
  const take = (): string => {
    const id = current[next++]
    if (id === undefined) throw new Error('the bench ran out of cases; use more cases or shorter rounds')
    used.push(id)
    return id
  }
  const screened = new Set<string>()
  const bare = new BareGroup(database)
  return {
    engine,
    database,
    url: url.href,
    take,
    begin: () => beginApplication(engine),
    async once() {
      const command: Command = { caseId: take(), type: 'screen', data: { partnerEvidence: '登録番号を確認' }, actor: CLERK, key: randomUUID() }
      const answer = await engine.dispatch(command)
      if (!answer.ok) throw new Error(`${answer.refused.code}: ${answer.refused.reason.en}`)
    },
    async toggle() {
      const id = ids[Math.floor(Math.random() * ids.length)] as string
      const back = screened.has(id)
      if (back) screened.delete(id)
      else screened.add(id)
      const command: Command = { caseId: id, type: back ? 'screenAgain' : 'screen', data: back ? {} : { partnerEvidence: '登録番号を確認' }, actor: CLERK, key: randomUUID() }
      const answer = await engine.dispatch(command)
      if (!answer.ok) throw new Error(`${answer.refused.code}: ${answer.refused.reason.en}`)
    },
    bare: () => bare.send(take()),
    async reset() {
      await database.query(`UPDATE cases c SET state = t.state, states = t.states, phase = t.phase, public_status = t.public_status, turn = t.turn, tags = t.tags FROM cases t WHERE t.id = $1 AND c.id = ANY ($2::uuid[])`, [template, used])
      await database.query('DELETE FROM timer WHERE case_id = ANY ($1::uuid[])', [used])
      // those not yet used come first, so that a case is not taken again while its pages are still hot
      current = [...current.slice(next), ...used]
      next = 0
      used.length = 0
      for (const table of ['cases', 'timer', 'outbox', 'command_key', 'case_event']) await database.query(`VACUUM ${table}`)
    },
    async close() {
      await engine.idle()
      await database.close()
    },
  }
}

async function beginApplication(engine: Engine): Promise<string> {
  const { database } = engine
  const [organisation] = await database.query<{ id: string }>(`INSERT INTO organisation (name) VALUES ('試験') RETURNING id`)
  const [person] = await database.query<{ id: string }>(`INSERT INTO person (name, email) VALUES ('試験', $1) RETURNING id`, [`${randomUUID()}@example.jp`])
  const call = await engine.create({ programme: 'model-project-subsidy', chart: 'call', actor: CLERK, attributes: { closesAt: '2099-01-01T00:00:00Z' } })
  if (!call.ok) throw new Error(call.refused.reason.en)
  const parties = [[person?.id as string, 'applicant']] as const
  const application = await engine.create({ programme: 'model-project-subsidy', chart: 'application', parentId: call.caseId, organisationId: organisation?.id, parties, actor: CLERK })
  if (!application.ok) throw new Error(application.refused.reason.en)
  return application.caseId
}

async function oneInScreening(engine: Engine): Promise<string> {
  const { database } = engine
  const id = await beginApplication(engine)
  // straight into the state under test: how it came there is not what is measured
  const version = await engine.programmes.newest('model-project-subsidy')
  const chart = version?.compiled.charts.get('application')
  const node = [...(chart?.nodes.values() ?? [])].find((one) => one.place === 'selection.screening')
  if (!node) throw new Error('the subsidy has no state selection.screening')
  await database.query(
    `UPDATE cases SET state = jsonb_set(state, '{at}', '{"value":{"selection":"screening"}}'), states = '{selection.screening}', phase = 'submitted', public_status = 'checking', turn = 'secretariat', tags = '{submitted}' WHERE id = $1`,
    [id],
  )
  await database.query('DELETE FROM timer WHERE case_id = $1', [id])
  return id
}

async function multiply(database: Database, template: string, cases: number): Promise<string[]> {
  await database.query('CREATE TABLE bench_ids AS SELECT gen_random_uuid() AS id FROM generate_series(1, $1::int)', [cases])
  const columns = 'programme, chart, began_version_id, version_id, parent_id, organisation_id, title, state, version, head, number, states, phase, public_status, turn, tags, done, created_at, moved_at, updated_at'
  await database.query(`INSERT INTO cases (id, ${columns}) SELECT b.id, ${columns.split(', ').map((c) => `c.${c}`).join(', ')} FROM bench_ids b, cases c WHERE c.id = $1`, [template])
  const event = 'seq, at, type, door, actor, payload, facts, numbers, version_id, prev, hash'
  await database.query(`INSERT INTO case_event (case_id, ${event}) SELECT b.id, ${event.split(', ').map((c) => `e.${c}`).join(', ')} FROM bench_ids b, case_event e WHERE e.case_id = $1`, [template])
  await database.query('INSERT INTO case_party (case_id, person_id, role) SELECT b.id, p.person_id, p.role FROM bench_ids b, case_party p WHERE p.case_id = $1', [template])
  await database.query('VACUUM ANALYZE')
  const rows = await database.query<{ id: string }>('SELECT id FROM bench_ids ORDER BY random()')
  return rows.map((row) => row.id)
}

/** Group commit with nothing between the read and the write: rows come back as they were, one version on. */
class BareGroup {
  private waiting: { id: string; done: () => void; fail: (error: unknown) => void }[] = []
  private flights = 0

  constructor(private readonly database: Database) {}

  send(id: string): Promise<void> {
    return new Promise((done, fail) => {
      this.waiting.push({ id, done, fail })
      setImmediate(() => this.pump())
    })
  }

  private pump(): void {
    while (this.flights < 2 && this.waiting.length > 0) {
      this.flights++
      const group = this.waiting.splice(0, 64)
      void this.fly(group.map((one) => one.id)).then(
        () => {
          for (const one of group) one.done()
        },
        (error: unknown) => {
          for (const one of group) one.fail(error)
        },
      ).finally(() => {
        this.flights--
        this.pump()
      })
    }
  }

  private async fly(ids: string[]): Promise<void> {
    const read = await this.database.pool.query<{ id: string; version: number; version_id: number; state: Json; head: string; now: Date }>({
      name: 'bare_read',
      text: `SELECT c.id, c.programme, c.chart, c.version_id, c.parent_id, c.organisation_id, c.state, c.version, encode(c.head, 'hex') AS head, c.title, c.number, c.updated_at, app_now() AS now
        FROM unnest($1::uuid[], $2::uuid[]) AS d(id, actor) JOIN cases c ON c.id = d.id`,
      values: [ids, ids.map(() => CLERK.id)],
    })
    const at = (read.rows[0]?.now ?? new Date(0)).toISOString()
    const c = read.rows.map((row) => ({
      id: row.id, v: row.version, vid: row.version_id, state: row.state, states: ['selection.screened'], phase: 'screened', ps: 'checking', turn: 'secretariat', tags: ['screened'], done: false,
      number: null, moved: true, at, ref: null, refv: null, new: null, parties: null, type: 'screen', door: 'event', actor: { id: CLERK.id, roles: ['secretariat'] }, payload: { data: { partnerEvidence: '登録番号を確認' } }, facts: {},
      numbers: null, prev: row.head, hash: row.head, key: randomUUID(), fp: '', answer: { ok: true, version: row.version + 1 },
    }))
    const group = {
      c, x: [], n: [],
      t: ids.map((id) => ({ id, key: 'xstate.after.benchTimer.application.selection.screened', deadline: 'benchTimer', due: at })),
      o: ids.map((id) => ({ id, seq: 2, topic: 'notify', payload: { template: 'received', to: ['applicant'], cause: { type: 'screen', data: {} } }, at })),
    }
    const statement = commitStatement({ single: false, births: false, refs: false, keys: true, cancels: false, timers: true, effects: true, numbers: false })
    await this.database.pool.query({ ...statement, values: [JSON.stringify(group)] })
  }
}
