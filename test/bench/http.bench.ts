import { randomBytes, randomUUID } from 'node:crypto'
import { spawn, type ChildProcess } from 'node:child_process'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createAccount, createIdentity, grantRole, readEmail } from '@saitaku/identity'
import { against, settle, WARM_UP_SECONDS } from './against.js'
import { HttpConnections } from './http-connections.js'
import { closedLoop, type Row } from './measure.js'
import type { Settings } from './settings.js'
import { prepareScreening, type Screening } from './screening.js'
import { findPgbench, prepareYardstick } from './yardstick.js'

const CLIENTS = [
  { clients: 8, target: 0.5 },
  { clients: 32, target: 0.8 },
  { clients: 64, target: 1 },
]
const PROGRAMME = 'model-project-subsidy'
const READY_MS = 30_000

/** An authenticated transition over HTTP, `screen` of the subsidy, with the api and a worker running, against pgbench-hot; and the page on which an applicant's status is polled. */
export async function httpBench(server: string, { rounds, seconds }: Settings): Promise<Row[]> {
  const pgbench = findPgbench()
  if (!pgbench) throw new Error('pgbench was not found; set PGBENCH to it, or install PostgreSQL’s contributed programs')
  const yardstick = await prepareYardstick(server, pgbench, 100_000)
  const screening = await prepareScreening(server, 100_000)
  const rows: Row[] = []
  const service = await Service.start(screening)
  try {
    const screen = (): Promise<void> => service.screen(screening.take())
    await closedLoop(32, WARM_UP_SECONDS, screen)
    for (const { clients, target } of CLIENTS) rows.push(await against('http', clients, target, rounds, settle(screening, clients, seconds, screen), yardstick, seconds))
    rows.push(await statusPage(service, await screening.begin(), rounds, seconds))
  } finally {
    await service.stop()
    await screening.close()
  }
  return rows
}

const STATUS_TARGET = 5_000

/** The status page is held to a figure of its own: polls a second of one process, here with the load generator beside it. */
async function statusPage(service: Service, caseId: string, rounds: number, seconds: number): Promise<Row> {
  const runs: number[] = []
  for (let round = 0; round < rounds; round++) runs.push((await closedLoop(32, seconds, () => service.look(caseId))).perSecond)
  const ours = [...runs].sort((a, b) => a - b)[Math.floor(runs.length / 2)] ?? 0
  const row: Row = {
    bench: 'status', clients: 32, against: `${STATUS_TARGET}/s`, ratio: ours / STATUS_TARGET, p99Ratio: null, rounds: runs.map((one) => one / STATUS_TARGET), target: 1, met: ours >= STATUS_TARGET, ours, theirs: STATUS_TARGET,
  }
  console.log(`status            32 clients  ${Math.round(ours)}/s against ${STATUS_TARGET}/s ${row.met ? 'met' : 'short'}`)
  return row
}

/** The api and a worker as they are installed, and a member of the secretariat who is signed in. */
class Service {
  private constructor(
    private readonly processes: ChildProcess[],
    private readonly connections: HttpConnections,
    private readonly headers: Record<string, string>,
  ) {}

  static async start(screening: Screening): Promise<Service> {
    const port = await freePort()
    const secret = randomBytes(24).toString('hex')
    const variables = { DATABASE_URL: screening.url, PORT: String(port), SESSION_SECRET: secret, BASE_URL: `http://localhost:${port}` }
    const processes = ['api', 'worker'].map((app) => run(app, variables))
    const connections = new HttpConnections('127.0.0.1', port)
    await ready(connections)
    return new Service(processes, connections, await signIn(screening, connections, secret, port))
  }

  async screen(caseId: string): Promise<void> {
    const body = JSON.stringify({ type: 'screen', data: { partnerEvidence: '登録番号を確認' } })
    const { status, body: said } = await this.connections.send('POST', `/api/v1/cases/${caseId}/events`, { ...this.headers, 'idempotency-key': randomUUID() }, body)
    if (status !== 200) throw new Error(`${status} ${said}`)
  }

  async look(caseId: string): Promise<void> {
    const { status, body } = await this.connections.send('GET', `/api/v1/cases/${caseId}`, this.headers)
    if (status !== 200) throw new Error(`${status} ${body}`)
  }

  async stop(): Promise<void> {
    this.connections.close()
    const ended = this.processes.map((child) => new Promise((resolve) => child.once('close', resolve)))
    for (const child of this.processes) child.kill('SIGTERM')
    await Promise.all(ended)
  }
}

function run(app: string, variables: Record<string, string>): ChildProcess {
  const main = join(process.env.SAITAKU_ROOT ?? process.cwd(), 'dist/apps', app, 'src/main.js')
  const { PATH, HOME } = process.env
  return spawn(process.execPath, [main], { env: { PATH, HOME, ...variables }, stdio: ['ignore', 'ignore', 'inherit'] })
}

async function ready(connections: HttpConnections): Promise<void> {
  for (const deadline = performance.now() + READY_MS; ; await sleep(100)) {
    const status = await connections.send('GET', '/ready', {}).then((answer) => answer.status, () => 0)
    if (status === 200) return
    if (performance.now() > deadline) throw new Error('The api did not come up')
  }
}

async function signIn({ database }: Screening, connections: HttpConnections, secret: string, port: number): Promise<Record<string, string>> {
  const email = 'clerk@example.jp'
  const address = readEmail(email)
  if (!address) throw new Error(`${email} is no address`)
  const password = randomBytes(16).toString('base64url')
  const hashed = await createIdentity({ database, secrets: [secret], settings: { baseUrl: `http://localhost:${port}` } }).passwords.hash(password, { name: '事務局', kana: '', email })
  if (!hashed.ok) throw new Error(hashed.refused.code)
  await database.transaction(async (tx) => {
    const personId = await createAccount(tx, { name: '事務局', email: address, lang: 'ja', passwordHash: hashed.hash })
    if (personId === undefined) throw new Error('the clerk has an account already')
    await grantRole(tx, null, { personId, programme: PROGRAMME, role: 'secretariat' })
  })
  const origin = { origin: `http://localhost:${port}` }
  const { status, body, cookie } = await connections.send('POST', '/api/v1/auth/password', origin, JSON.stringify({ email, password }))
  if (status !== 200 || cookie === undefined) throw new Error(`Nobody could sign in: ${status} ${body}`)
  return { ...origin, cookie, 'x-csrf-token': (JSON.parse(body) as { csrfToken: string }).csrfToken }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
