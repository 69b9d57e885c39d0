import type { Database, Tx } from '@saitaku/database'
import type { CrashHere } from './crash-points.js'
import type { CaseEngine } from './case-engine.js'
import { timerJob, type TimerJob } from './jobs.js'
import type { Queues } from './queues.js'
import { asError, type Found } from './repeating-task.js'

const BATCH = 500
/** Groups on their way to the engine at once: one is decided while the other is written. */
const IN_FLIGHT = 2
/** Later deadlines wait in their rows, so that the queue stays small. */
const AHEAD = "interval '48 hours'"
/** After this a claim counts as abandoned, its process as dead. */
export const CLAIM_SECONDS = 30

type TimerRow = {
  id: string
  generation: number
}

/**
 * The truth about deadlines is the timer's row. The queue wakes us at the exact instant; the sweep finds
 * what no job woke us for. Both fire whatever is due, in groups, so that 10,000 deadlines of one instant are
 * 20 groups and not 10,000 jobs.
 *
 * queued_at tells how far a row has come: NULL is untouched, before due_at is held by a delayed job, at or
 * after due_at is claimed for firing. Instants are the database's throughout: a worker's clock can wake us
 * early or late, and decides nothing.
 */
export class TimerSweep {
  /** Whether more is due than one group holds. Effects wait for that: a deadline is an instant, a mail is not. */
  behind = false
  private firing: Promise<void> | undefined
  private asked: Promise<void> | undefined

  constructor(
    private readonly database: Database,
    private readonly queues: Queues,
    private readonly engine: CaseEngine,
    private readonly crashHere: CrashHere,
    private readonly onError: (error: Error) => void,
    /** After it was behind. */
    private readonly caughtUp: () => void,
    private readonly claimSeconds = CLAIM_SECONDS,
  ) {}

  /** Fires what is due, then hands one batch of coming timers to the queue. */
  async sweep(): Promise<Found> {
    await this.fireDue()
    return (await this.database.transaction((tx) => this.queueComing(tx))) === BATCH ? 'more' : 'nothing'
  }

  /** Fires every timer that is due by the database's clock at some instant after this call. */
  fireDue(): Promise<void> {
    // Those who ask while a pass runs share the next one: the running pass may have looked before their timer was due.
    if (!this.firing) return (this.firing = this.fireAll().finally(() => { this.firing = undefined }))
    this.asked ??= this.firing.catch(() => undefined).then(() => {
      this.asked = undefined
      return this.fireDue()
    })
    return this.asked
  }

  /**
   * For timers whose job came up: fires what is due and says, of those still waiting, in how many milliseconds
   * they are due. A timer that another process claimed, or that is gone, is absent.
   */
  async settle(timers: readonly TimerJob[]): Promise<Map<string, number>> {
    await this.fireDue()
    const early = await this.database.query<{ id: string; wait: number }>(
      `SELECT t.id, ceil(extract(epoch FROM t.due_at - app_now()) * 1000)::float8 AS wait
       FROM timer t JOIN unnest($1::bigint[], $2::int[]) AS j(id, generation) USING (id, generation) WHERE t.due_at > app_now()`,
      [timers.map((timer) => timer.timerId), timers.map((timer) => timer.generation)])
    return new Map(early.map((row) => [row.id, Math.max(1, row.wait)]))
  }

  private async queueComing(tx: Tx): Promise<number> {
    const rows = await tx.query<TimerRow & { due: string; wait: number }>(
      `SELECT id, generation, due_at::text AS due, ceil(extract(epoch FROM due_at - app_now()) * 1000)::float8 AS wait FROM timer
       WHERE queued_at IS NULL AND due_at > app_now() AND due_at <= app_now() + ${AHEAD} ORDER BY due_at LIMIT ${BATCH} FOR UPDATE SKIP LOCKED`)
    if (rows.length === 0) return 0
    // Whatever wakes us fires all that is due, so one job an instant will do: a call's closing can hold thousands.
    const instants = new Map(rows.map((row) => [row.due, row]))
    await this.queues.add([...instants.values()].map((row) => timerJob(row, Math.max(1, row.wait))))
    this.crashHere('AFTER_TIMER_ADD_BEFORE_MARK')
    // It may have come due while it was added; before due_at it is not taken for claimed.
    await tx.query(`UPDATE timer SET queued_at = least(app_now(), due_at - interval '1 millisecond') WHERE id = ANY ($1::bigint[])`, [rows.map((row) => row.id)])
    return rows.length
  }

  private async fireAll(): Promise<void> {
    try {
      await this.fireGroups()
    } finally {
      const wasBehind = this.behind
      this.behind = false
      if (wasBehind) this.caughtUp()
    }
  }

  private async fireGroups(): Promise<void> {
    const flights = new Set<Promise<void>>()
    for (;;) {
      const claimed = await this.claim()
      if (claimed.length === BATCH) this.behind = true
      if (claimed.length > 0) {
        this.crashHere('AFTER_CLAIM_BEFORE_FIRE')
        const flight: Promise<void> = this.fire(claimed).finally(() => flights.delete(flight))
        flights.add(flight)
      }
      if (claimed.length < BATCH) break
      if (flights.size >= IN_FLIGHT) await Promise.race(flights)
    }
    await Promise.all(flights)
  }

  private async claim(): Promise<TimerRow[]> {
    return this.database.query<TimerRow>(
      `UPDATE timer SET queued_at = app_now() WHERE id IN (
         SELECT id FROM timer WHERE (queued_at IS NULL AND due_at <= app_now())
           OR (queued_at IS NOT NULL AND due_at <= app_now() AND (queued_at < due_at OR queued_at < app_now() - make_interval(secs => $1)))
         ORDER BY due_at LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)
       RETURNING id, generation`, [this.claimSeconds])
  }

  /** A group that fails is halved until the timer that fails stands alone; its claim expires and it is tried again. */
  private async fire(timers: TimerRow[]): Promise<void> {
    try {
      const answers = await this.engine.fireTimers(timers)
      await this.release(timers.filter((_, i) => answers[i] === 'early'))
    } catch (error) {
      if (timers.length === 1) return this.onError(asError(error))
      const half = Math.ceil(timers.length / 2)
      await this.fire(timers.slice(0, half))
      await this.fire(timers.slice(half))
    }
  }

  /** Set to a later instant between claim and firing: waits for its job anew. */
  private async release(timers: TimerRow[]): Promise<void> {
    if (timers.length === 0) return
    await this.database.query('UPDATE timer SET queued_at = NULL WHERE id = ANY ($1::bigint[])', [timers.map((timer) => timer.id)])
  }
}
