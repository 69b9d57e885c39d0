import { Database } from '@saitaku/database'
import { createTestDatabase, type TestDatabase } from '@saitaku/testkit'
import { loadDemo, runDemo, type DemoReport } from '../../apps/cli/src/demo/run-demo.js'
import { reportText } from '../../apps/cli/src/demo/print-report.js'
import { TOY_DEMO, TOY_ROWS, toyWorkflows, type WorkflowsFolder } from './toy-year.js'

const redisUrl = process.env.TEST_REDIS_URL && process.env.TEST_REDIS_URL.replace(/\/\d*$/, '/11')
const BACKENDS: [name: string, redis: string | undefined][] = [['PostgreSQL', undefined], ...(redisUrl ? [['Redis', redisUrl] as [string, string]] : [])]

/** By hand from the toy's chart: 40 rows and 3 applications, of which one comes a minute late and 4 stay drafts. */
const FIGURES = {
  name: 'toy', title: { ja: '試験', en: 'Toy' }, applied: 38, screened: 31, judged: 31, adopted: 0, won: 0, grandPrizes: 0, prizes: {}, promoted: 0,
  inForce: 0, inForceAtStart: 0, active: 0, returns: 7, ended: { decided: 11 }, notices: 143, documents: 0,
  // fired: 5 drafts and the call close, 6 corrections, 31 works with a reminder each; cancelled: 38 submitted in time, 1 corrected
  deadlines: { fired: 74, cancelled: 39, armed: 0 },
}

describe('The demo year', () => {
  let workflows: WorkflowsFolder
  let server: TestDatabase
  let database: Database
  beforeAll(async () => { workflows = await toyWorkflows() })
  afterAll(() => workflows.remove())
  beforeEach(async () => {
    server = await createTestDatabase()
    database = await Database.connect({ url: server.url, poolSize: 4 })
  })
  afterEach(async () => {
    await database.close()
    await server.close()
  })
  const run = (): Promise<DemoReport> => runDemo({ databaseUrl: server.url, workflowsDir: workflows.dir })
  const rows = async (sql: string): Promise<unknown[][]> => (await database.query(sql)).map((row) => Object.values(row))
  const record = (): Promise<unknown[][]> => rows(`SELECT case_id, seq, type, at, encode(hash, 'hex') AS hash FROM case_event ORDER BY case_id, seq`)

  it.each(BACKENDS)('is lived through on the record’s clock, with the queue in %s, and counted in the record', async (_, redis) => {
    const report = await runDemo({ databaseUrl: server.url, workflowsDir: workflows.dir, redisUrl: redis, allowUnsafeRedis: true })
    expect(report).toMatchObject({ programmes: [FIGURES], audit: 'ok', invariants: [] })
    // each judged at its own minute: one before the call closed, one after
    expect(await rows(`SELECT p.email, e.type, to_char(e.at AT TIME ZONE 'Asia/Tokyo', 'MM-DD HH24:MI') AS at FROM case_event e JOIN cases c ON c.id = e.case_id
      JOIN case_party q ON q.case_id = c.id JOIN person p ON p.id = q.person_id WHERE p.email = 'late@example.jp' AND e.type = 'submit'`)).toEqual([['late@example.jp', 'submit', '06-23 16:59']])
    expect(await rows(`SELECT to_char(e.at AT TIME ZONE 'Asia/Tokyo', 'MM-DD HH24:MI') AS at, count(*)::int AS n FROM case_event e WHERE type LIKE 'xstate.after.correction%' GROUP BY 1`))
      .toEqual([['06-22 00:00', 6]]) // ten business days after 7 June
    expect(await rows(`SELECT n.template, count(*)::int AS n FROM notice n GROUP BY 1 ORDER BY 1`)).toEqual([['lapsed', 11], ['late', 31], ['noted', 32], ['received', 38], ['soon', 31]])
    expect(await rows(`SELECT count(*)::int AS n FROM notice n JOIN outbox o ON o.id = n.outbox_id WHERE (n.sent_at AT TIME ZONE 'Asia/Tokyo')::date <> (o.at AT TIME ZONE 'Asia/Tokyo')::date`)).toEqual([[0]])
    expect(await rows(`SELECT n.lang, n.subject FROM notice n WHERE n.address = 'a01@example.jp' AND n.template = 'received'`)).toEqual([['en', 'Received']])
  })

  it('changes nothing when it is run again over a finished year, not even the clock', async () => {
    const first = await run()
    const before = await record()
    const [clock] = await rows('SELECT shift FROM app_clock')
    const again = await run()
    expect({ ...again, seconds: 0 }).toEqual({ ...first, seconds: 0 })
    expect(await record()).toEqual(before)
    expect(await rows('SELECT shift FROM app_clock')).toEqual([clock])
    await loadDemo({ databaseUrl: server.url, workflowsDir: workflows.dir })
    expect(await record()).toEqual(before)
  })

  it('goes on where it was stopped', async () => {
    const stop = new Error('stopped')
    let seen = 0
    await expect(runDemo({ databaseUrl: server.url, workflowsDir: workflows.dir, onProgress: ({ done }) => { if ((seen = done) > 60) throw stop } })).rejects.toBe(stop)
    expect(seen).toBeGreaterThan(60)
    expect(await run()).toMatchObject({ programmes: [FIGURES], audit: 'ok', invariants: [] })
  })

  it('prints a table in either language', async () => {
    const report = await run()
    expect(reportText({ ...report, seconds: 1.25 }, 'en')).toBe(`programme  applied  screened  judged  adopted  won  in force (start→end)  returned  deadlines  cancelled  notices  letters
─────────  ───────  ────────  ──────  ───────  ───  ────────────────────  ────────  ─────────  ─────────  ───────  ───────
Toy             38        31      31        0                                    7         74         39      143        0

toy: ended: decided 11

audit: ok
invariants: all hold
1.3 seconds
`)
    expect(reportText(report, 'ja').split('\n')[2]).toMatch(/^試験 {2} +38 /)
  })

  it('goes into no database with cases of its own', async () => {
    await run()
    await database.query(`DELETE FROM command_key`)
    await expect(run()).rejects.toThrow('The database holds cases of its own. The demo year shifts the clock, so it goes only into a database without any.')
  })

  describe('stops with a sentence that names the line when', () => {
    const withDemo = async (demo: string, table = TOY_ROWS): Promise<string> => {
      const broken = await toyWorkflows()
      try {
        await broken.write('toy/demo/demo.yaml', demo)
        await broken.write('toy/demo/rows.csv', table)
        return await runDemo({ databaseUrl: server.url, workflowsDir: broken.dir }).then(() => 'nothing', (error: unknown) => (error as Error).message)
      } finally {
        await broken.remove()
      }
    }

    it.each([
      ['the chart refuses an input', TOY_DEMO.replace('event: propose, by: clerk }\n      - { at: "2023-06-27', 'event: propose, by: head }\n      - { at: "2023-06-27'),
        'toy/demo/demo.yaml:27 toy a01, propose at 2023-06-26T09:00:00+09:00: refused (role): Only Secretariat may do this In submitted.waiting; available: nothing.'],
      ['an input that should be refused is not', TOY_DEMO.replace('T17:01', 'T16:58'), 'toy/demo/demo.yaml:35 toy late, submit at 2023-06-23T16:58:00+09:00 should have been refused, but led to submitted.waiting.'],
      ['nobody is meant', TOY_DEMO.replace('event: publish, by: clerk', 'event: publish, by: nobody'), 'toy/demo/demo.yaml:13 main: nobody is nobody whom the file describes'],
      ['a case lies under none', TOY_DEMO.replace('of: main\n    organisation: o02', 'of: other\n    organisation: o02'), 'toy/demo/demo.yaml:36 again: there is no other that could hold it'],
      ['a key is written twice', TOY_DEMO.replace('key: again', 'key: a01'), 'toy/demo/demo.yaml:36 the key a01 is taken'],
      ['no organisation is meant', TOY_DEMO.replace('organisation: o02', 'organisation: o03'), "toy/demo/demo.yaml:36 again: no programme's demo describes the organisation o03"],
      ['an address has two owners', TOY_DEMO.replace('applicant: { name: 二川 二, email: late@example.jp }\n    createdAt: "2023-06-20T10:00"\n    events:\n      - { at: "2023-06-23T16:59"', 'applicant: { name: 三島 三, email: late@example.jp }\n    createdAt: "2023-06-20T10:00"\n    events:\n      - { at: "2023-06-23T16:59"'),
        'toy/demo/demo.yaml:36 late@example.jp is the address of 二川 二 elsewhere'],
      ['inputs of a case are out of order', TOY_DEMO.replace('"2023-06-07T13:05"', '"2023-06-07T12:05"'), 'toy/demo/demo.yaml:26 a01: resubmit comes before what stands above it'],
      ['a word is not of the format', TOY_DEMO.replace('title: 一番', 'heading: 一番'), 'toy/demo/demo.yaml:15 applications.0: Unrecognized key: "heading"'],
      ['an input is neither event nor form', TOY_DEMO.replace('event: resubmit, by: applicant', 'by: applicant'), 'toy/demo/demo.yaml:26 applications.0.events.3: an input is either an event with `by`, or a `form`, or a `review` with `by`'],
      ['the form does not take an answer', TOY_DEMO.replace('form: { purpose: 川の調査 }', 'form: { aim: 川の調査 }'),
        'toy/demo/demo.yaml:25 toy a01, form at 2023-06-07T13:00:00+09:00: the form application is refused (badInput): Some of the answers cannot be taken. aim: the form has no such field'],
    ])('%s', async (_, demo, message) => {
      expect(await withDemo(demo)).toBe(message)
    })

    it('a row goes a way that is not described', async () => {
      expect(await withDemo(TOY_DEMO, TOY_ROWS.replace(',granted,', ',grunted,'))).toBe('toy/demo/rows.csv:2 r00: there is no path grunted')
    })

    it('a row has a cell that cannot be read', async () => {
      expect(await withDemo(TOY_DEMO, TOY_ROWS.replace('"[3,11]"', '"[3,11"'))).toBe('toy/demo/rows.csv:2 [3,11 is not JSON')
    })
  })
})
