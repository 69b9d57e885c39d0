import { Database, pendingMigrations, SERVICE_ROLE } from '@saitaku/database'
import { SystemProblem, UsageProblem, type Console } from './command-line.js'

const MIGRATE = 'The database lacks migrations: run "saitaku migrate" first.'

/** The address of the database that a command works on. */
export function databaseUrl({ variables }: Console): string {
  const url = variables.DATABASE_URL?.trim()
  if (!url) throw new UsageProblem('DATABASE_URL is not set')
  if (!/^postgres(ql)?:\/\//.test(url)) throw new UsageProblem('DATABASE_URL must be an address that begins with postgres://')
  return url
}

/** Works on the migrated database and closes it again. */
export async function withDatabase<T>(console: Console, work: (database: Database) => Promise<T>): Promise<T> {
  const database = await connected(databaseUrl(console))
  try {
    if (await pendingMigrations(database)) throw new SystemProblem(MIGRATE)
    return await work(database)
  } finally {
    await database.close()
  }
}

async function connected(url: string): Promise<Database> {
  try {
    return await Database.connect({ url, poolSize: 4, applicationName: 'saitaku-cli' })
  } catch (error) {
    throw new SystemProblem(reasonOf(error))
  }
}

function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message.includes(SERVICE_ROLE) ? MIGRATE : `The database cannot be reached: ${message || 'no answer'}.` // the role comes with the first migration
}

/** Names a failure of the database in one sentence; a mistake of our own keeps its stack. */
export function asSystemProblem(error: unknown): unknown {
  const code = error !== null && typeof error === 'object' && 'code' in error ? error.code : undefined
  return typeof code === 'string' && !(error instanceof SystemProblem) ? new SystemProblem(`The database refused: ${error instanceof Error ? error.message : code}.`) : error
}
