import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { simpleParser } from 'mailparser'
import pg from 'pg'
import { SMTPServer } from 'smtp-server'
import { appNow, Database } from '@saitaku/database'
import { Engine, Invariants, Registry, publishProgramme, verifyAudit, type Answer } from '@saitaku/engine'
import { CRASH_POINTS, type CrashPoint } from '@saitaku/queue'
import { createTestDatabase, toyProgramme, type TestDatabase } from '@saitaku/testkit'
import { ensureBuild } from '../../scripts/build.mjs'
import { ServiceProcess } from './service-process.js'

/** An own database of the test Redis, which these tests empty. */
const redisUrl = process.env.TEST_REDIS_URL && process.env.TEST_REDIS_URL.replace(/\/\d*$/, '/9')
/** Each way through a crash takes seconds: all of them on both backends in the long run, here half on each. */
const long = process.env.SAITAKU_LONG === '1'
const onRedis: CrashPoint[] = ['AFTER_ADD_BEFORE_MARK', 'AFTER_TIMER_ADD_BEFORE_MARK', 'AFTER_RESET_BEFORE_MARKER']
const runs = CRASH_POINTS.flatMap((point) => {
  const backends = long ? ['PostgreSQL', 'Redis'] : [onRedis.includes(point) && redisUrl ? 'Redis' : 'PostgreSQL']
  return backends.map((backend) => ({ point, backend }))
})

const DRAFTS = 8
const SUBMITTED = 8

describe('A worker', () => {
  let place: TestDatabase
  let database: Database
  let mail: SMTPServer
  const mails: string[] = []
  const workers: ServiceProcess[] = []
  const person = randomUUID()
  const clerk = { id: randomUUID(), roles: ['secretariat'] }
  const applicant = { id: person, roles: ['applicant'] }

  beforeAll(async () => {
    await ensureBuild()
    mail = new SMTPServer({
      authOptional: true, disabledCommands: ['STARTTLS', 'AUTH'], logger: false, closeTimeout: 50,
      onData: (stream, _, done) => { simpleParser(stream).then(({ messageId }) => { mails.push(messageId ?? ''); done() }, done) },
    })
    mail.on('error', () => undefined) // the killed worker's connections
    await new Promise<void>((resolve) => { mail.listen(0, '127.0.0.1', resolve) })
  }, 120_000)
  afterAll(() => new Promise<void>((resolve) => { mail.close(resolve) }))
  beforeEach(async () => {
    mails.length = 0
    place = await createTestDatabase()
    database = await Database.connect({ url: place.url, poolSize: 6 })
    if (redisUrl) {
      const redis = new Redis(redisUrl)
      await redis.flushdb()
      await redis.quit()
    }
  })
  afterEach(async () => {
    for (const worker of workers.splice(0)) worker.kill('SIGKILL')
    await database.close()
    await place.close()
  })

  const start = (variables: Record<string, string | undefined> = {}): ServiceProcess => {
    const worker = new ServiceProcess('worker', { DATABASE_URL: place.url, BASE_URL: 'http://localhost', ...variables })
    workers.push(worker)
    return worker
  }
  const caseOf = (answer: Answer): string => {
    if (!answer.ok) throw new Error(`${answer.refused.code}: ${answer.refused.reason.en}`)
    return answer.caseId
  }
  /** A call that closes in two seconds, with drafts that lapse then and submitted applications that are told so. */
  const file = async (): Promise<void> => {
    await database.query(`INSERT INTO person (id, name, email) VALUES ($1, '川崎 太郎', 'taro@example.jp')`, [person])
    const published = await publishProgramme(database, toyProgramme)
    if (!published.ok) throw new Error(JSON.stringify(published.problems))
    const engine = new Engine(database, new Registry())
    const closesAt = new Date((await appNow(database)).getTime() + 2_000).toISOString()
    const call = caseOf(await engine.create({ programme: 'toy', chart: 'call', attributes: { closesAt }, actor: clerk }))
    caseOf(await engine.dispatch({ caseId: call, type: 'open', actor: clerk }))
    const organisations = await database.query<{ id: string }>(`INSERT INTO organisation (name) SELECT '組織' || n FROM generate_series(1, $1) n RETURNING id`, [DRAFTS + SUBMITTED])
    const ids = (await engine.createMany(organisations.map(({ id }) => ({ programme: 'toy', chart: 'application', parentId: call, organisationId: id, parties: [[person, 'applicant']], actor: applicant })))).map(caseOf)
    const answers = await engine.dispatchMany(ids.slice(DRAFTS).map((caseId) => ({ caseId, type: 'submit', data: { amount: 1_000 }, actor: applicant })))
    answers.forEach(caseOf)
  }
  const killedAtStart = async (variables: Record<string, string | undefined>, point: CrashPoint): Promise<ServiceProcess> => {
    await file()
    return start({ ...variables, SAITAKU_CRASH_AT: point })
  }
  /** Filed once it works, so that the deadlines are still to come when it sees them. */
  const killedAtWork = async (variables: Record<string, string | undefined>, point: CrashPoint): Promise<ServiceProcess> => {
    const worker = start({ ...variables, SAITAKU_CRASH_AT: point })
    await worker.says('Working')
    await file()
    return worker
  }
  const quiet = async (): Promise<boolean> => {
    const [row] = await database.query<{ open: boolean }>(
      `SELECT EXISTS (SELECT 1 FROM timer WHERE due_at IS NOT NULL) OR EXISTS (
         SELECT 1 FROM outbox o WHERE NOT EXISTS (SELECT 1 FROM effect_outcome e WHERE e.outbox_id = o.id AND e.state = 'done')) AS open`)
    return row?.open === false
  }

  it.each(runs)('killed at $point on $backend loses nothing and does nothing twice', async ({ point, backend }) => {
    const variables = {
      ...(backend === 'Redis' ? { REDIS_URL: redisUrl } : {}),
      ...(point === 'AFTER_SEND_BEFORE_RECORD' ? { SMTP_URL: `smtp://127.0.0.1:${(mail.server.address() as AddressInfo).port}` } : {}),
    }
    const first = point === 'AFTER_RESET_BEFORE_MARKER' ? await killedAtStart(variables, point) : await killedAtWork(variables, point)
    expect((await first.ended).signal).toBe('SIGKILL')

    const second = start(variables)
    while (!(await quiet())) await sleep(50)
    const [figures] = await database.query(
      `SELECT (SELECT count(*)::int FROM cases WHERE 'lapsed' = ANY (states)) AS lapsed, (SELECT count(*)::int FROM cases WHERE chart = 'call' AND 'closed' = ANY (states)) AS closed,
        (SELECT count(*)::int FROM case_event WHERE door = 'timer') AS fired, (SELECT count(*)::int FROM notice) AS notices, (SELECT count(DISTINCT case_id)::int FROM notice) AS told`)
    expect(figures).toEqual({ lapsed: DRAFTS, closed: 1, fired: DRAFTS + 1, notices: DRAFTS + SUBMITTED, told: DRAFTS + SUBMITTED })
    expect(await new Invariants(database).check()).toEqual([])
    expect((await verifyAudit(database)).fault).toBeNull()
    if (point === 'AFTER_SEND_BEFORE_RECORD') expect(new Set(mails).size).toBe(DRAFTS + SUBMITTED)

    second.kill('SIGTERM')
    expect(await second.ended).toMatchObject({ code: 0, stderr: '' })
  }, 60_000)

  it('waits for a database that is not migrated, says so, and stops when told', async () => {
    const admin = new pg.Client({ connectionString: process.env.TEST_DATABASE_URL })
    await admin.connect()
    const name = `bare_${randomUUID().replaceAll('-', '')}`
    await admin.query(`CREATE DATABASE ${name}`)
    const url = new URL(place.url)
    url.pathname = `/${name}`
    const worker = start({ DATABASE_URL: url.href })
    await worker.says('Waiting: the database lacks migrations; run \\"saitaku migrate\\" (npm run saitaku -- migrate).')
    worker.kill('SIGTERM')
    expect(await worker.ended).toMatchObject({ code: 0, stderr: '' })
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`)
    await admin.end()
  })

  it('does not start with a variable that is wrong, and names each', async () => {
    expect(await start({ DATABASE_URL: 'mysql://x', REDIS_URL: 'http://x', JOB_LOCK_SECONDS: '0' }).ended).toEqual({
      code: 1, signal: null, stdout: '',
      stderr: 'DATABASE_URL: must be an address that begins with postgres://; REDIS_URL: must be an address that begins with redis:// or rediss://; JOB_LOCK_SECONDS: Too small: expected number to be >=1\n',
    })
  })
})
