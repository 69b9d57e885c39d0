import type { Database, Tx } from '@saitaku/database'
import type { CrashHere } from './crash-points.js'
import { effectJobs } from './jobs.js'
import type { Queues } from './queues.js'
import type { Found } from './repeating-task.js'

/** Rows a transaction: larger batches gain nothing on either backend and hold their locks longer. */
const BATCH = 500
/** A queue is not a store: beyond this the rows wait in the outbox. */
const BACKLOG_LIMIT = 20_000
/** How many rows may be relayed between two looks at the backlog. */
const UNCHECKED = 2_000

/**
 * Outbox → queue. Rows are added first and marked after: in a crash between the two the row is added again
 * under the same id, which the queue ignores, or in a job that finds the outcome. Any number of relays may run;
 * each takes rows that no other holds.
 */
export class OutboxRelay {
  private sinceCheck = 0

  constructor(
    private readonly database: Database,
    private readonly queues: Queues,
    private readonly mayGroup: (topic: string) => boolean,
    /** Where something more urgent is under way, the rows wait. */
    private readonly mustWait: () => boolean,
    private readonly crashHere: CrashHere,
  ) {}

  /** One batch. 'nothing' also where the queue is full or must not be filled now: the rows wait for the next turn. */
  async relay(): Promise<Found> {
    if (this.mustWait() || (await this.isFull())) return 'nothing'
    const relayed = await this.database.transaction((tx) => this.relayBatch(tx))
    this.sinceCheck += relayed
    return relayed === BATCH ? 'more' : 'nothing'
  }

  private async relayBatch(tx: Tx): Promise<number> {
    const rows = await tx.query<{ id: string; topic: string; generation: number }>(
      `SELECT id, topic, generation FROM outbox WHERE relayed_at IS NULL ORDER BY id LIMIT ${BATCH} FOR UPDATE SKIP LOCKED`)
    if (rows.length === 0) return 0
    await this.queues.add(effectJobs(rows, this.mayGroup))
    this.crashHere('AFTER_ADD_BEFORE_MARK')
    // The queue's bookkeeping runs on real time: a shifted clock must not make it look stale.
    await tx.query('UPDATE outbox SET relayed_at = clock_timestamp() WHERE id = ANY ($1::bigint[])', [rows.map((row) => row.id)])
    return rows.length
  }

  private async isFull(): Promise<boolean> {
    if (this.sinceCheck < UNCHECKED) return false
    if ((await this.queues.backlog()) > BACKLOG_LIMIT) return true
    this.sinceCheck = 0
    return false
  }
}
