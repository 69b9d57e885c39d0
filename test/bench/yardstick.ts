import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import pg from 'pg'
import type { Measured } from './measure.js'

/** pgbench-hot: the six statements of one transition, prepared, on the same server. */
export const YARDSTICK = 'pgbench-hot'

const SCHEMA = `
DROP TABLE IF EXISTS outbox, app_event, application CASCADE;
CREATE TABLE application(
  id bigint PRIMARY KEY, state text NOT NULL DEFAULT 'draft', version int NOT NULL DEFAULT 0,
  snapshot jsonb NOT NULL, last_hash bytea NOT NULL, updated_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor=50);
CREATE TABLE app_event(
  application_id bigint NOT NULL, seq int NOT NULL, type text NOT NULL, actor uuid NOT NULL,
  payload jsonb NOT NULL, prev_hash bytea NOT NULL, hash bytea NOT NULL, at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY(application_id,seq));
CREATE TABLE outbox(
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, topic text NOT NULL, payload jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(), published_at timestamptz);
CREATE INDEX outbox_unpub ON outbox(id) WHERE published_at IS NULL;
`

export interface Yardstick {
  run(clients: number, seconds: number): Promise<Measured>
}

/** Where pgbench is, if it is anywhere: on the PATH, in PGBENCH, or where Debian puts it. */
export function findPgbench(): string | undefined {
  const debian = readdirOr('/usr/lib/postgresql').map((version) => `/usr/lib/postgresql/${version}/bin/pgbench`)
  return [process.env.PGBENCH ?? 'pgbench', ...debian].find((program) => spawnSync(program, ['--version']).status === 0)
}

function readdirOr(folder: string): string[] {
  try {
    return readdirSync(folder).sort((a, b) => Number(b) - Number(a))
  } catch {
    return []
  }
}

/** A database of its own beside ours, with `cases` rows. */
export async function prepareYardstick(serverUrl: string, pgbench: string, cases: number): Promise<Yardstick> {
  const url = new URL(serverUrl)
  const name = `hot_${cases}`
  const admin = new pg.Client({ connectionString: serverUrl })
  await admin.connect()
  await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
  await admin.query(`CREATE DATABASE ${name}`)
  await admin.end()
  url.pathname = `/${name}`
  const client = new pg.Client({ connectionString: url.href })
  await client.connect()
  await client.query(SCHEMA)
  await client.query(
    `INSERT INTO application(id,snapshot,last_hash)
     SELECT i, jsonb_build_object('value','draft','context',jsonb_build_object('title','Application '||i,'amount',i%100000,'reviews',jsonb_build_array(),'note',repeat('x',300))), sha256('0')
     FROM generate_series(1,$1::int) i`,
    [cases],
  )
  await client.query('VACUUM ANALYZE')
  await client.end()
  return {
    async run(clients, seconds) {
      const vacuum = new pg.Client({ connectionString: url.href })
      await vacuum.connect()
      await vacuum.query('VACUUM')
      await vacuum.end()
      return runPgbench(pgbench, url, cases, clients, seconds)
    },
  }
}

async function runPgbench(pgbench: string, url: URL, cases: number, clients: number, seconds: number): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'pgbench-'))
  const script = join(dirname(new URL(import.meta.url).pathname), 'hot.pgbench').replace(`${join('dist', 'test', 'bench')}`, join('test', 'bench'))
  const args = ['-n', '-M', 'prepared', '-f', script, '-D', `cases=${cases}`, '-c', String(clients), '-j', String(Math.min(clients, 2)), '-T', String(seconds), '-l', '--log-prefix', join(folder, 'log')]
  const env = { ...process.env, PGHOST: url.hostname, PGPORT: url.port, PGUSER: decodeURIComponent(url.username), PGPASSWORD: decodeURIComponent(url.password), PGDATABASE: url.pathname.slice(1) }
  const output = await new Promise<string>((resolve, reject) => {
    const child = spawn(pgbench, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    let text = ''
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()))
    child.once('error', reject)
    child.once('exit', (code) => (code === 0 ? resolve(text) : reject(new Error(`pgbench ended with ${code}: ${text}`))))
  })
  const latencies = readdirSync(folder)
    .flatMap((file) => readFileSync(join(folder, file), 'utf8').trim().split('\n'))
    .map((line) => Number(line.split(' ')[2]) / 1000)
    .sort((a, b) => a - b)
  rmSync(folder, { recursive: true, force: true })
  const tps = Number(/tps = ([\d.]+)/.exec(output)?.[1])
  return { perSecond: tps, p50: at(latencies, 0.5), p99: at(latencies, 0.99) }
}

const at = (sorted: readonly number[], quantile: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * quantile))] ?? Number.NaN
