import type { Database } from '@saitaku/database'
import type { CrashHere } from './crash-points.js'
import { effectJob, QUEUE_NAMES, type QueuedJob, type QueueName } from './jobs.js'
import type { OpenEffects } from './open-effects.js'
import type { Queues } from './queues.js'

const RECONCILE_LOCK = 7_260_173_003
/** Timers that a delayed job is to wake us for. */
const HELD = 'queued_at < due_at AND due_at > app_now()'
/** What was missing in the queue and is on its way again. */
export interface Restored {
  emptied: boolean
  effects: number
  timers: number
}

/**
 * Compares what the database has open with what the queue holds. Nothing is asked of the queue but its markers
 * and two counts while all is well: an emptied queue has lost its markers, and a single lost job shows as
 * an effect without an outcome, or as fewer delayed timers than rows say.
 */
export class Reconciliation {
  private fewerTimers = 0

  constructor(
    private readonly database: Database,
    private readonly queues: Queues,
    private readonly open: OpenEffects,
    private readonly crashHere: CrashHere,
  ) {}

  async reconcile(): Promise<Restored> {
    if (await this.queues.isEmptied()) return { emptied: true, ...(await this.restoreEmptied()) }
    return { emptied: false, effects: await this.restoreEffects(), timers: await this.restoreTimers() }
  }

  /** Puts every open row back to before the queue, under a lock, so that of several processes one does it. */
  private async restoreEmptied(): Promise<{ effects: number; timers: number }> {
    return this.database.transaction(async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock($1)', [RECONCILE_LOCK])
      if (!(await this.queues.isEmptied())) return { effects: 0, timers: 0 }
      const [restored] = await tx.query<{ effects: number; timers: number }>(
        `WITH timers AS (UPDATE timer SET queued_at = NULL WHERE queued_at IS NOT NULL RETURNING 1),
              effects AS (UPDATE outbox o SET relayed_at = NULL WHERE relayed_at IS NOT NULL
                AND NOT EXISTS (SELECT 1 FROM effect_outcome e WHERE e.outbox_id = o.id AND e.state IN ('done', 'dead')) RETURNING 1)
         SELECT (SELECT count(*)::int FROM effects) AS effects, (SELECT count(*)::int FROM timers) AS timers`)
      return restored ?? { effects: 0, timers: 0 }
    }).then(async (restored) => {
      this.crashHere('AFTER_RESET_BEFORE_MARKER')
      // Only now: without a marker the next run would do all this again, and harm nothing.
      await this.queues.mark()
      return restored
    })
  }

  /** Effects that were relayed a while ago and have not ended. Adding one whose job came up meanwhile does nothing. */
  private async restoreEffects(): Promise<number> {
    const busy = await this.busyQueues()
    let missing = 0
    for await (const page of this.open.pages()) {
      const gone = await this.withoutJob(page.filter((row) => row.overdue).map(effectJob).filter((job) => !busy.has(job.queue)))
      await this.queues.add(gone)
      missing += gone.length
    }
    return missing
  }

  /** Queues that jobs wait in: theirs may travel in a group that has not come up, and nobody can say which are missing. */
  private async busyQueues(): Promise<Set<QueueName>> {
    const waiting = await Promise.all(QUEUE_NAMES.map(async (name) => (await this.queues.counts(name)).waiting))
    return new Set(QUEUE_NAMES.filter((_, i) => (waiting[i] ?? 0) > 0))
  }

  /** Instants whose delayed jobs went missing. The sweep would fire them all the same, up to its rhythm late. */
  private async restoreTimers(): Promise<number> {
    const [row] = await this.database.query<{ held: number }>(`SELECT count(*)::int AS held FROM (SELECT 1 FROM timer WHERE ${HELD} GROUP BY due_at) AS instants`)
    const held = row?.held ?? 0
    const { delayed, waiting, active } = await this.queues.counts('timers')
    // Counted one after the other, so only what two runs find is believed.
    this.fewerTimers = delayed + waiting + active < held ? this.fewerTimers + 1 : 0
    if (this.fewerTimers < 2) return 0
    this.fewerTimers = 0
    // Which are missing does not matter: those that are there ignore being added.
    return (await this.database.query(`UPDATE timer SET queued_at = NULL WHERE ${HELD} RETURNING 1`)).length
  }

  private async withoutJob<J extends QueuedJob>(jobs: J[]): Promise<J[]> {
    const gone: J[] = []
    for (let i = 0; i < jobs.length; i += 100) {
      const page = jobs.slice(i, i + 100)
      const present = await Promise.all(page.map((job) => this.queues.has(job.queue, job.id)))
      gone.push(...page.filter((_, n) => !present[n]))
    }
    return gone
  }
}
