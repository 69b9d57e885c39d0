import { setTimeout as sleep } from 'node:timers/promises'
import { Database, pendingMigrations, SERVICE_ROLE } from '@saitaku/database'
import { createApi, createLogger } from './api.js'
import { ConfigProblem, readConfig, type ApiConfig } from './config.js'

const WAIT_MS = 60_000
const LOOK_EVERY_MS = 500
const MIGRATE = 'the database lacks migrations; run "saitaku migrate" (npm run saitaku -- migrate)'

class NotReady extends Error {}

try {
  const config = readConfig(process.env)
  const logger = createLogger(config)
  const database = await whenMigrated(config, (sentence) => logger.warn(sentence))
  const app = await createApi(config, database, logger)
  await app.listen(config.port, config.host)
  logger.info(`The API listens at ${await app.getUrl()}`)
} catch (error) {
  process.stderr.write(`${error instanceof ConfigProblem || error instanceof NotReady ? error.message : error instanceof Error ? error.stack : String(error)}\n`)
  process.exit(1)
}

/** Waits for a database that another process is still starting or migrating. */
async function whenMigrated({ databaseUrl, poolSize }: ApiConfig, say: (sentence: string) => void): Promise<Database> {
  const deadline = performance.now() + WAIT_MS
  for (let told = ''; ; await sleep(LOOK_EVERY_MS)) {
    const { database, lacks } = await attempt(databaseUrl, poolSize)
    if (database) return database
    if (performance.now() > deadline) throw new NotReady(`The API did not start: ${lacks}.`)
    if (lacks !== told) say(`Waiting: ${lacks}.`)
    told = lacks
  }
}

async function attempt(url: string, poolSize: number): Promise<{ database?: Database; lacks: string }> {
  let database: Database | undefined
  try {
    database = await Database.connect({ url, poolSize, applicationName: 'saitaku-api' })
    if (!(await pendingMigrations(database))) return { database, lacks: '' }
    await database.close()
    return { lacks: MIGRATE }
  } catch (error) {
    await database?.close().catch(() => undefined)
    if (error instanceof Error && error.message.includes(SERVICE_ROLE)) return { lacks: MIGRATE } // the role comes with the first migration
    return { lacks: `the database cannot be reached (${error instanceof Error ? error.message : String(error)})` }
  }
}
