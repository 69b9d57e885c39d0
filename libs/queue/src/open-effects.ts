import type { Database } from '@saitaku/database'

export type OpenEffect = {
  id: string
  topic: string
  generation: number
  /** Relayed so long ago that its job deserves a look. */
  overdue: boolean
}

const PAGE = 5_000
/** A job may rightly be on its way for so long before anyone wonders where it is. */
const OVERDUE = "interval '30 seconds'"
/** An id given out before this cannot belong to a transaction that is still to commit. */
const SETTLED = "interval '10 seconds'"
const FULL_EVERY_MS = 3_600_000
const REMEMBER_EVERY_MS = 1_000

const OPEN = `NOT EXISTS (SELECT 1 FROM effect_outcome e WHERE e.outbox_id = o.id AND e.state IN ('done', 'dead'))`
const COLUMNS = `o.id, o.topic, o.generation, coalesce(o.relayed_at < clock_timestamp() - ${OVERDUE}, false) AS overdue`

/**
 * Effects that have neither succeeded nor died. Remembers below which id all have ended, so that looking costs
 * what is open and not what ever was; a retried dead letter below it shows by its outcome. Looks at everything
 * again once an hour, and in a new process.
 */
export class OpenEffects {
  private endedBelow = '0'
  private fullAt = performance.now() + FULL_EVERY_MS
  private rememberAt = 0

  constructor(private readonly database: Database) {}

  /** Whether an effect is open or a timer due: asked in one statement, since each can end in the other. */
  async orDueTimers(): Promise<boolean> {
    await this.remember()
    const [row] = await this.database.query<{ open: boolean }>(
      `SELECT EXISTS (SELECT 1 FROM timer WHERE queued_at IS NULL AND due_at <= app_now()) OR EXISTS (SELECT 1 FROM timer WHERE queued_at IS NOT NULL AND due_at <= app_now()) OR EXISTS (SELECT 1 FROM outbox WHERE relayed_at IS NULL) OR EXISTS (SELECT 1 FROM effect_outcome WHERE state = 'failing')
           OR EXISTS (SELECT 1 FROM outbox o WHERE o.id >= $1 AND ${OPEN}) AS open`, [this.endedBelow])
    return row?.open ?? false
  }

  /** All of them, in pages. */
  async *pages(): AsyncGenerator<OpenEffect[]> {
    await this.remember()
    const retried = await this.database.query<OpenEffect>(
      `SELECT ${COLUMNS} FROM effect_outcome f JOIN outbox o ON o.id = f.outbox_id WHERE f.state = 'failing' AND f.outbox_id < $1`, [this.endedBelow])
    if (retried.length > 0) yield retried
    let from = this.endedBelow
    for (;;) {
      const rows = await this.database.query<OpenEffect>(`SELECT ${COLUMNS} FROM outbox o WHERE o.id >= $1 AND ${OPEN} ORDER BY o.id LIMIT ${PAGE}`, [from])
      if (rows.length > 0) yield rows
      const last = rows.at(-1)
      if (!last || rows.length < PAGE) return
      from = (BigInt(last.id) + 1n).toString()
    }
  }

  private async remember(): Promise<void> {
    const now = performance.now()
    if (now < this.rememberAt) return
    this.rememberAt = now + REMEMBER_EVERY_MS
    if (now >= this.fullAt) {
      this.endedBelow = '0'
      this.fullAt = now + FULL_EVERY_MS
    }
    const [row] = await this.database.query<{ below: string | null }>(
      `SELECT CASE WHEN settled IS NOT NULL THEN least(open, settled) END AS below FROM (SELECT
         (SELECT o.id FROM outbox o WHERE o.id >= $1 AND ${OPEN} ORDER BY o.id LIMIT 1) AS open,
         (SELECT max(id) FROM (SELECT id, relayed_at FROM outbox ORDER BY id DESC LIMIT 10000) AS newest
          WHERE relayed_at < clock_timestamp() - ${SETTLED}) AS settled) AS found`, [this.endedBelow])
    if (row?.below && BigInt(row.below) > BigInt(this.endedBelow)) this.endedBelow = row.below
  }
}
