import type { Database } from '@saitaku/database'
import type { CaseEngine } from '../src/case-engine.js'

/** Keeps the engine's promises on the same tables, with effects that a test scripts. */
export class ToyEngine implements CaseEngine {
  readonly performed: string[] = []
  /** Whether its effects may travel in groups. */
  kind: 'transaction' | 'outside' = 'outside'
  readonly registry = { handler: (): { kind: string } => ({ kind: this.kind }) }
  readonly fired: { id: string; lateMs: number }[] = []
  /** Called before an effect is recorded; throws to fail it. */
  effect: (outboxId: string, attempt: number) => Promise<void> | void = () => undefined
  /** Called with every group of timers. */
  firing: (group: { id: string; generation: number }[]) => Promise<void> | void = () => undefined
  private readonly attempts = new Map<string, number>()

  constructor(private readonly database: Database) {}

  async performEffect(outboxId: string): Promise<'done' | 'already'> {
    const attempt = (this.attempts.get(outboxId) ?? 0) + 1
    this.attempts.set(outboxId, attempt)
    try {
      await this.effect(outboxId, attempt)
    } catch (error) {
      await this.record(outboxId, 'failing', String((error as Error).message))
      throw error
    }
    const done = await this.record(outboxId, 'done', null)
    if (done) this.performed.push(outboxId)
    return done ? 'done' : 'already'
  }

  tries(outboxId: string): number {
    return this.attempts.get(outboxId) ?? 0
  }

  async buryEffect(outboxId: string, error: string): Promise<void> {
    await this.record(outboxId, 'dead', error)
  }

  async fireTimers(timers: { id: string; generation: number }[]): Promise<('fired' | 'early' | 'gone')[]> {
    await this.firing(timers)
    const ids = timers.map(({ id }) => id)
    const fired = await this.database.query<{ id: string; late: number }>(
      `DELETE FROM timer t USING unnest($1::bigint[], $2::int[]) AS j(id, generation)
       WHERE t.id = j.id AND t.generation = j.generation AND t.due_at <= app_now()
       RETURNING t.id, (extract(epoch FROM app_now() - t.due_at) * 1000)::float8 AS late`, [ids, timers.map(({ generation }) => generation)])
    this.fired.push(...fired.map((row) => ({ id: row.id, lateMs: row.late })))
    const left = await this.database.query<{ id: string }>('SELECT id FROM timer WHERE id = ANY ($1::bigint[])', [ids])
    return ids.map((id) => (fired.some((row) => row.id === id) ? 'fired' : left.some((row) => row.id === id) ? 'early' : 'gone'))
  }

  private async record(outboxId: string, state: string, error: string | null): Promise<boolean> {
    const rows = await this.database.query(
      `INSERT INTO effect_outcome AS old (outbox_id, state, attempts, error, at) VALUES ($1, $2, CASE WHEN $2 = 'dead' THEN 0 ELSE 1 END, $3, app_now())
       ON CONFLICT (outbox_id) DO UPDATE SET state = excluded.state, attempts = old.attempts + excluded.attempts, error = excluded.error, at = excluded.at
       WHERE old.state <> 'done' RETURNING 1`, [outboxId, state, error])
    return rows.length > 0
  }
}

export interface Outcome {
  state: string
  attempts: number
  error: string | null
}

/** Writes what the engine's commit writes: effects and timers, without a case. */
export class Rows {
  constructor(private readonly database: Database) {}

  async effects(count: number, topic = 'notify'): Promise<string[]> {
    const rows = await this.database.query<{ id: string }>(
      `INSERT INTO outbox (case_id, seq, topic, payload, at) SELECT gen_random_uuid(), 1, $2, '{}', app_now() FROM generate_series(1, $1) RETURNING id`, [count, topic])
    await this.database.query(`SELECT pg_notify('saitaku_outbox', '')`)
    return rows.map((row) => row.id)
  }

  async timers(count: number, dueInMs: number, apartMs = 1): Promise<string[]> {
    const rows = await this.database.query<{ id: string }>(
      `WITH start AS MATERIALIZED (SELECT app_now() AS at) INSERT INTO timer (case_id, key, deadline, due_at) SELECT gen_random_uuid(), 'k', 'closing', at + make_interval(secs => $2 + n * $3::float8) FROM start, generate_series(0, $1 - 1) AS n RETURNING id`,
      [count, dueInMs / 1_000, apartMs / 1_000])
    return rows.map((row) => row.id)
  }

  async outcome(outboxId: string): Promise<Outcome | undefined> {
    const [row] = await this.database.query<{ state: string; attempts: number; error: string | null }>('SELECT state, attempts, error FROM effect_outcome WHERE outbox_id = $1', [outboxId])
    return row
  }

  async unqueuedTimers(): Promise<number> {
    const [row] = await this.database.query<{ n: number }>('SELECT count(*)::int AS n FROM timer WHERE queued_at IS NULL')
    return row?.n ?? -1
  }
}
