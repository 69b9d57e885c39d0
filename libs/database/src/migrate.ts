import pg from 'pg'
import { Database, SERVICE_ROLE } from './database.js'

/** Any two processes that migrate at once queue up here. */
const MIGRATION_LOCK = 7_260_173_001

/**
 * Brings the schema up to date, under an advisory lock, and sets the service's rights. Returns the names
 * of the migrations that ran. Throws what PostgreSQL says when one fails; that one is rolled back whole.
 */
export async function migrate(url: string): Promise<string[]> {
  const lock = new pg.Client({ connectionString: url })
  await lock.connect()
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK])
    const database = await Database.connect({ url, asOwner: true, poolSize: 2, entities: [] })
    try {
      const ran = await database.source.runMigrations({ transaction: 'each' })
      await grantServiceRights(database)
      return ran.map((migration) => migration.name)
    } finally {
      await database.close()
    }
  } finally {
    await lock.end()
  }
}

/** Whether every known migration has run; the service refuses to start on an older schema. */
export async function pendingMigrations(database: Database): Promise<boolean> {
  const [found] = await database.query<{ found: boolean }>(`SELECT to_regclass('schema_migration') IS NOT NULL AS found`)
  if (!found?.found) return true
  const ran = await database.query<{ name: string }>('SELECT name FROM schema_migration')
  const names = new Set(ran.map((row) => row.name))
  return database.source.migrations.some((migration) => !names.has(migration.name ?? ''))
}

async function grantServiceRights(database: Database): Promise<void> {
  await database.query(`DO $$ BEGIN CREATE ROLE ${SERVICE_ROLE} NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`)
  await database.query(`GRANT ${SERVICE_ROLE} TO CURRENT_USER`)
  await database.query(`GRANT USAGE ON SCHEMA public TO ${SERVICE_ROLE}`)
  await database.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${SERVICE_ROLE}`)
  await database.query(`GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ${SERVICE_ROLE}`)
  await database.query(`REVOKE UPDATE, DELETE, TRUNCATE ON case_event, programme_version, identity_event, committee_record, case_message, organisation_merge FROM ${SERVICE_ROLE}`)
  await database.query(`REVOKE INSERT, UPDATE, DELETE ON schema_migration FROM ${SERVICE_ROLE}`)
}
