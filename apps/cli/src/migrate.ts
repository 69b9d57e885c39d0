import { migrate } from '@saitaku/database'
import { openQueues } from '@saitaku/queue'
import { FINE, printJson, SystemProblem, type Console } from './command-line.js'
import { asSystemProblem, databaseUrl } from './with-database.js'

/** `saitaku migrate [--json]` */
export async function migrateCommand(console: Console, { json }: { json?: true }): Promise<number> {
  const ran = await migrateAll(console)
  if (json) printJson(console, { ran })
  else console.out(ran.length === 0 ? 'The database is up to date.\n' : ran.map((name) => `${name}\n`).join(''))
  return FINE
}

/** The record's schema, and that of the queue: opening it brings it up to date, or refuses a Redis that is not fit for it. */
export async function migrateAll(console: Console): Promise<string[]> {
  // migrating locks by session, which a pooler in transaction mode does not keep
  const url = console.variables.DIRECT_DATABASE_URL?.trim() || databaseUrl(console)
  const redisUrl = console.variables.REDIS_URL?.trim() || undefined
  const ran = await migrate(url).catch((error: unknown) => {
    throw asSystemProblem(error)
  })
  const queues = await openQueues({ databaseUrl: url, ...(redisUrl === undefined ? {} : { redisUrl }), allowUnsafeRedis: console.variables.ALLOW_UNSAFE_REDIS === '1', onError: () => undefined }).catch((error: unknown) => {
    throw new SystemProblem(error instanceof Error ? error.message : String(error))
  })
  await queues.close()
  return ran
}
