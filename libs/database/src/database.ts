import 'reflect-metadata'
import { createHash } from 'node:crypto'
import type pg from 'pg'
import { DataSource, getMetadataArgsStorage, type EntityManager, type QueryRunner } from 'typeorm'
import { migrations } from './migrations/index.js'

export type Row = Record<string, unknown>

/** An open transaction: a required argument of whatever writes, so that nothing writes beside one. */
export interface Tx {
  query<R extends Row = Row>(text: string, values?: readonly unknown[]): Promise<R[]>
  /** TypeORM's manager on the same connection, for paths where speed does not decide. */
  readonly manager: EntityManager
}

export type EntityClass = new () => object

export interface DatabaseOptions {
  url: string
  /** Connections of this process. */
  poolSize?: number
  /** Unless given, those of every lib that this process has loaded before it connects: whoever uses a table has its lib. */
  entities?: EntityClass[]
  applicationName?: string
  /** Connect as the owner: for migrations and tests that must get past the append-only rights. */
  asOwner?: boolean
}

/** The role the service works as: it may not change or delete what is append-only. */
export const SERVICE_ROLE = 'saitaku_service'

/** One process's door to PostgreSQL: a TypeORM DataSource and the pg pool inside it. */
export class Database {
  private constructor(
    readonly source: DataSource,
    readonly pool: pg.Pool,
  ) {}

  static async connect(options: DatabaseOptions): Promise<Database> {
    const source = new DataSource({
      type: 'postgres',
      url: options.url,
      entities: options.entities ?? loadedEntities(),
      migrations,
      migrationsTableName: 'schema_migration',
      poolSize: options.poolSize ?? 10,
      applicationName: options.applicationName ?? 'saitaku',
      installExtensions: false,
      uuidExtension: 'pgcrypto', // TypeORM's word for gen_random_uuid(), which needs no extension
      extra: options.asOwner ? {} : { options: `-c role=${SERVICE_ROLE}` },
    })
    await source.initialize()
    // TypeORM keeps its pg pool here; the hot path needs named statements, which only the pool offers.
    const pool = (source.driver as unknown as { master: pg.Pool }).master
    pool.on('acquire', (client) => {
      if (!client.listeners('error').includes(unheard)) client.on('error', unheard)
    })
    return new Database(source, pool)
  }

  async query<R extends Row = Row>(text: string, values: readonly unknown[] = []): Promise<R[]> {
    return (await this.pool.query<R>(statement(text, values))).rows
  }

  /** Commits what `work` did, or nothing of it. */
  async transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const runner = this.source.createQueryRunner()
    try {
      await runner.startTransaction()
      const result = await work(txOf(runner))
      await runner.commitTransaction()
      return result
    } catch (error) {
      if (runner.isTransactionActive) await runner.rollbackTransaction()
      throw error
    } finally {
      await runner.release()
    }
  }

  async close(): Promise<void> {
    await this.source.destroy()
  }
}

/**
 * A connection that dies between two queries of a transaction tells whoever holds it by an event, and Node ends
 * a process in which nobody listens. The next query on it fails all the same, which is where it is dealt with.
 */
const unheard = (): void => undefined

/** Decorators note each entity class when its file is loaded. */
function loadedEntities(): EntityClass[] {
  return getMetadataArgsStorage().tables.map(({ target }) => target as EntityClass)
}

function txOf(runner: QueryRunner): Tx {
  return {
    manager: runner.manager,
    async query<R extends Row>(text: string, values: readonly unknown[] = []): Promise<R[]> {
      const client = (await runner.connect()) as pg.PoolClient
      return (await client.query<R>(statement(text, values))).rows
    },
  }
}

const names = new Map<string, string>()

/**
 * With parameters: prepared once a connection and planned once, where planning was a quarter of what the server did
 * in the demo year. Texts are ours and few; whoever builds one from what a user sends must not come through here.
 */
function statement(text: string, values: readonly unknown[]): pg.QueryConfig {
  if (values.length === 0) return { text }
  let name = names.get(text)
  if (name === undefined) names.set(text, (name = `s${createHash('sha256').update(text).digest('hex').slice(0, 24)}`))
  return { name, text, values: values as unknown[] }
}

/** The database's own instant, shifted where a demo or a test shifts it. */
export async function appNow(on: Pick<Tx, 'query'>): Promise<Date> {
  const [row] = await on.query<{ now: Date }>('SELECT app_now() AS now')
  if (!row) throw new Error('app_clock is empty')
  return row.now
}

/** Puts the clock to `instant`, from which it runs on. For demos, simulations and tests only. */
export async function setClock(on: Pick<Tx, 'query'>, instant: Date): Promise<void> {
  await on.query(`UPDATE app_clock SET shift = $1::timestamptz - clock_timestamp()`, [instant.toISOString()])
}
