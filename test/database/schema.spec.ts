import { APPLICATIONS_ENTITIES } from '@saitaku/applications'
import { COMMITTEE_ENTITIES } from '@saitaku/committee'
import { Database } from '@saitaku/database'
import { ENGINE_ENTITIES } from '@saitaku/engine'
import { FILES_ENTITIES } from '@saitaku/files'
import { IDENTITY_ENTITIES } from '@saitaku/identity'
import { NOTICES_ENTITIES } from '@saitaku/notices'
import { WEBHOOKS_ENTITIES } from '@saitaku/webhooks'
import { createTestDatabase, type TestDatabase } from '@saitaku/testkit'

const ENTITIES = [...ENGINE_ENTITIES, ...APPLICATIONS_ENTITIES, ...IDENTITY_ENTITIES, ...NOTICES_ENTITIES, ...FILES_ENTITIES, ...COMMITTEE_ENTITIES, ...WEBHOOKS_ENTITIES]

/** Every column, constraint and index of the tables that have an entity, as PostgreSQL itself spells them. */
const TABLES = `
  SELECT t.relname || ' ' || part AS line FROM pg_class t, LATERAL (
    SELECT 'column ' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
           || CASE a.attidentity WHEN 'a' THEN ' IDENTITY ALWAYS' WHEN 'd' THEN ' IDENTITY' ELSE '' END || coalesce(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '') AS part
    FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum WHERE a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL SELECT 'constraint ' || c.conname || ' ' || pg_get_constraintdef(c.oid) FROM pg_constraint c WHERE c.conrelid = t.oid
    UNION ALL SELECT 'index ' || pg_get_indexdef(i.indexrelid) FROM pg_index i WHERE i.indrelid = t.oid
  ) parts
  WHERE t.relnamespace = 'public'::regnamespace AND t.relkind = 'r' AND t.relname = ANY ($1) ORDER BY line`

/** Everything else that the migrations make. */
const BESIDE_TABLES = `
  SELECT 'table ' || relname AS line FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'm', 'p', 'f') AND NOT relname = ANY ($1)
  UNION ALL SELECT 'setting ' || relname || ' ' || array_to_string(reloptions, ' ') FROM pg_class WHERE relnamespace = 'public'::regnamespace AND reloptions IS NOT NULL
  UNION ALL SELECT 'function ' || proname FROM pg_proc p WHERE pronamespace = 'public'::regnamespace AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
  UNION ALL SELECT 'trigger ' || tgrelid::regclass || ' ' || tgname FROM pg_trigger WHERE NOT tgisinternal
  UNION ALL SELECT 'extension ' || extname FROM pg_extension WHERE extname <> 'plpgsql'
  UNION ALL SELECT 'type ' || typname FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd')
  ORDER BY line`

describe('the schema', () => {
  let migrated: TestDatabase
  let database: Database

  beforeAll(async () => {
    migrated = await createTestDatabase()
    database = await Database.connect({ url: migrated.url, entities: ENTITIES, poolSize: 2 })
  })
  afterAll(async () => {
    await database.close()
    await migrated.close()
  })

  const lines = async (on: Database, sql: string): Promise<string[]> => {
    const tables = on.source.entityMetadatas.map((entity) => entity.tableName)
    return (await on.query<{ line: string }>(sql, [tables])).map((row) => row.line)
  }

  it('that the migrations make leaves TypeORM nothing to change', async () => {
    const { upQueries } = await database.source.driver.createSchemaBuilder().log()
    expect(upQueries.map(({ query }) => query)).toEqual([])
  })

  it('is, in every column, constraint and index, the one that the entities make of an empty database', async () => {
    const fresh = await createTestDatabase()
    const made = await Database.connect({ url: fresh.url, entities: ENTITIES, poolSize: 2, asOwner: true })
    try {
      await made.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public')
      await made.query(`CREATE FUNCTION app_now() RETURNS timestamptz LANGUAGE sql STABLE AS 'SELECT now()'`)
      await made.source.synchronize()
      expect(await lines(made, TABLES)).toEqual(await lines(database, TABLES))
    } finally {
      await made.close()
      await fresh.close()
    }
  })

  it('holds beside what entities express exactly the clock, the guards of the record, what ends and limits ways in, the roles in force, and room for updates', async () => {
    expect(await lines(database, BESIDE_TABLES)).toEqual([
      'extension pg_trgm',
      'function app_now',
      'function count_attempt',
      'function end_sessions_of_disabled',
      'function note_case_search',
      'function note_organisation_search',
      'function note_session_end',
      'function queue_webhooks',
      'function refuse_change',
      'function search_grams',
      'function search_key',
      'function word_grams',
      'function write_case_search',
      'function write_role_grant',
      'setting cases fillfactor=60',
      'setting score_sheet fillfactor=70',
      'table app_clock',
      'table case_search',
      'table organisation_search',
      'table role_grant',
      'table schema_migration',
      'trigger account account_disabled',
      'trigger case_event append_only',
      'trigger case_message append_only',
      'trigger cases case_searched_changed',
      'trigger cases case_searched_new',
      'trigger cases tells_webhooks',
      'trigger committee_record append_only',
      'trigger identity_event append_only',
      'trigger organisation organisation_searched',
      'trigger organisation_merge append_only',
      'trigger programme_version append_only',
      'trigger role_grant writes_role_grant',
      'trigger session session_ended',
    ])
  })

  it('is reached by a connection that names no entities, through those of the libs that are loaded', async () => {
    const plain = await Database.connect({ url: migrated.url, poolSize: 1 })
    try {
      expect(new Set(plain.source.entityMetadatas.map((entity) => entity.target))).toEqual(new Set(ENTITIES))
    } finally {
      await plain.close()
    }
  })
})
