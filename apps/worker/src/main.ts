import 'reflect-metadata'
import { setTimeout as sleep } from 'node:timers/promises'
import { NestFactory } from '@nestjs/core'
import { Database, pendingMigrations, SERVICE_ROLE } from '@saitaku/database'
import { RedisUnreachable, UnsafeRedis } from '@saitaku/queue'
import { pino, type Logger } from 'pino'
import { ConfigProblem, readConfig, type WorkerConfig } from './config.js'
import { WorkerModule } from './worker.module.js'

const WAIT_MS = 60_000
const LOOK_EVERY_MS = 500
const MIGRATE = 'the database lacks migrations; run "saitaku migrate" (npm run saitaku -- migrate)'

class NotReady extends Error {}

try {
  await work(readConfig(process.env))
} catch (error) {
  const expected = error instanceof ConfigProblem || error instanceof NotReady || error instanceof UnsafeRedis || error instanceof RedisUnreachable
  process.stderr.write(`${expected ? error.message : error instanceof Error ? error.stack : String(error)}\n`)
  process.exit(1)
}

/** Starts to work; SIGTERM and SIGINT end what runs and exit with 0, what nobody caught exits with 3. */
async function work(config: WorkerConfig): Promise<void> {
  const log = pino({ level: config.logLevel, base: { process: 'worker' }, timestamp: pino.stdTimeFunctions.isoTime })
  exitOnUncaught(log)
  const stopped = new Promise<string>((resolve) => { for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, resolve) })
  const database = await Promise.race([whenMigrated(config, log), stopped])
  if (typeof database === 'string') return process.exit(0)
  const context = await NestFactory.createApplicationContext(WorkerModule.with(config, database, log), { logger: false, abortOnError: false })
  const signal = await stopped
  log.info({ signal }, 'Stopping: takes nothing new and ends what runs')
  await context.close()
  log.info({}, 'Stopped')
  process.exit(0)
}

function exitOnUncaught(log: Logger): void {
  for (const event of ['uncaughtException', 'unhandledRejection'])
    process.on(event, (error: unknown) => {
      log.fatal({ err: error }, 'Nobody caught this; the worker exits, and another takes over its jobs')
      process.exit(3)
    })
}

/** Waits for a database that another process is still starting or migrating. */
async function whenMigrated({ databaseUrl, poolSize }: WorkerConfig, log: Logger): Promise<Database> {
  const deadline = performance.now() + WAIT_MS
  for (let told = ''; ; await sleep(LOOK_EVERY_MS)) {
    const { database, lacks } = await attempt(databaseUrl, poolSize)
    if (database) return database
    if (performance.now() > deadline) throw new NotReady(`The worker did not start: ${lacks}.`)
    if (lacks !== told) log.warn({}, `Waiting: ${lacks}.`)
    told = lacks
  }
}

async function attempt(url: string, poolSize: number): Promise<{ database?: Database; lacks: string }> {
  let database: Database | undefined
  try {
    database = await Database.connect({ url, poolSize, applicationName: 'saitaku-worker' })
    if (!(await pendingMigrations(database))) return { database, lacks: '' }
    await database.close()
    return { lacks: MIGRATE }
  } catch (error) {
    await database?.close().catch(() => undefined)
    if (error instanceof Error && error.message.includes(SERVICE_ROLE)) return { lacks: MIGRATE } // the role comes with the first migration
    return { lacks: `the database cannot be reached (${error instanceof Error ? error.message : String(error)})` }
  }
}
