import type { CrashHere, Database, Row, Tx } from '@saitaku/database'
import type { Json } from '@saitaku/statechart'
import { In, LessThan } from 'typeorm'
import { Defect, type Actor } from './command.js'
import type { EngineCrashPoint } from './crash-points.js'
import { EffectOutcomeEntity } from './entities/effect-outcome.entity.js'
import type { EffectHandler, OutboxRow, Registry } from './registry.js'

export interface EffectOutcome {
  outboxId: string
  caseId: string
  topic: string
  payload: { [key: string]: Json }
  state: 'going' | 'done' | 'failing' | 'dead'
  attempts: number
  result: Json
  error: string | null
  at: Date
}

/** Performs effects once each: their outcome is a row, and a job that runs twice finds it. */
export class Effects {
  constructor(
    private readonly database: Database,
    private readonly registry: Registry,
    private readonly crashHere: CrashHere<EngineCrashPoint>,
  ) {}

  /** Performs one effect, unless its outcome says that it is done. Throws what the handler throws, after noting it. */
  async perform(outboxId: string): Promise<'done' | 'already'> {
    const row = await this.load(outboxId)
    const handler = this.registry.handler(row.topic)
    try {
      if (!handler) throw new Defect(`No handler for the effect ${row.topic}`)
      return await this.performWith(handler, row)
    } catch (error) {
      await this.noteFailure(outboxId, error)
      throw error
    }
  }

  /** The last attempt has failed: it waits for an administrator. */
  async bury(outboxId: string, error: string): Promise<void> {
    await this.database.query(
      `INSERT INTO effect_outcome (outbox_id, state, attempts, error, at) VALUES ($1, 'dead', 1, $2, app_now())
       ON CONFLICT (outbox_id) DO UPDATE SET state = 'dead', error = excluded.error, at = excluded.at WHERE effect_outcome.state <> 'done'`,
      [outboxId, error],
    )
  }

  /** Gives a dead effect another life: a new generation, since a queue never runs an old job's id again. False when it is not dead. */
  async retry(outboxId: string, _actor: Actor): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const revived = await tx.query(`UPDATE effect_outcome SET state = 'failing', at = app_now() WHERE outbox_id = $1 AND state = 'dead' RETURNING outbox_id`, [outboxId])
      if (revived.length === 0) return false
      await tx.query('UPDATE outbox SET generation = generation + 1, relayed_at = NULL WHERE id = $1', [outboxId])
      await tx.query(`SELECT pg_notify('saitaku_outbox', '')`)
      return true
    })
  }

  /** Effects that failed for good, or are failing still; newest first. */
  async troubled(limit: number, before?: string): Promise<EffectOutcome[]> {
    const outcomes = await this.database.source.getRepository(EffectOutcomeEntity).find({
      where: { state: In(['dead', 'failing']), ...(before === undefined ? {} : { outboxId: LessThan(before) }) },
      relations: { effect: true },
      order: { outboxId: 'DESC' },
      take: limit,
    })
    return outcomes.map(({ outboxId, effect: { caseId, topic, payload }, state, attempts, result, error, at }) => ({ outboxId, caseId, topic, payload, state, attempts, result, error, at }))
  }

  private async load(outboxId: string): Promise<OutboxRow> {
    const [row] = await this.database.query<Row>('SELECT id, case_id, seq, topic, payload, at, generation FROM outbox WHERE id = $1', [outboxId])
    if (!row) throw new Defect(`There is no effect ${outboxId}`)
    return { id: row.id as string, caseId: row.case_id as string, seq: row.seq as number, topic: row.topic as string, payload: row.payload as OutboxRow['payload'], at: row.at as Date, generation: row.generation as number }
  }

  private async performWith(handler: EffectHandler, row: OutboxRow): Promise<'done' | 'already'> {
    if (handler.kind === 'transaction')
      return this.database.transaction(async (tx) => {
        if (!(await this.claim(tx, row.id))) return 'already'
        const result = await handler.perform(tx, row)
        this.crashHere('AFTER_EFFECT_BEFORE_OUTCOME')
        await this.finish(tx, row.id, result)
        return 'done'
      })
    if (await this.isDone(row.id)) return 'already'
    const result = await handler.perform(row)
    this.crashHere('AFTER_EFFECT_BEFORE_OUTCOME')
    await this.database.transaction((tx) => this.finish(tx, row.id, result))
    return 'done'
  }

  /**
   * Holds the effect for the length of the transaction, so that a twin job waits and then finds it done. Not its row: the
   * relay holds that until the whole batch is in the queue, and a job comes up before then.
   */
  private async claim(tx: Tx, outboxId: string): Promise<boolean> {
    await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('effect ' || $1, 0))`, [outboxId])
    const done = await tx.query(`SELECT 1 FROM effect_outcome WHERE outbox_id = $1 AND state = 'done'`, [outboxId])
    return done.length === 0
  }

  private async isDone(outboxId: string): Promise<boolean> {
    const done = await this.database.query(`SELECT 1 FROM effect_outcome WHERE outbox_id = $1 AND state = 'done'`, [outboxId])
    return done.length > 0
  }

  private async finish(tx: Tx, outboxId: string, result: Json): Promise<void> {
    await tx.query(
      `INSERT INTO effect_outcome (outbox_id, state, attempts, result, at) VALUES ($1, 'done', 1, $2, app_now())
       ON CONFLICT (outbox_id) DO UPDATE SET state = 'done', attempts = effect_outcome.attempts + 1, result = excluded.result, error = NULL, at = excluded.at`,
      [outboxId, JSON.stringify(result)],
    )
  }

  private async noteFailure(outboxId: string, error: unknown): Promise<void> {
    const text = error instanceof Error ? error.message : String(error)
    await this.database.query(
      `INSERT INTO effect_outcome (outbox_id, state, attempts, error, at) SELECT id, 'failing', 1, $2, app_now() FROM outbox WHERE id = $1
       ON CONFLICT (outbox_id) DO UPDATE SET attempts = effect_outcome.attempts + 1, error = excluded.error, at = excluded.at WHERE effect_outcome.state <> 'done'`,
      [outboxId, text.slice(0, 2000)],
    )
  }
}
