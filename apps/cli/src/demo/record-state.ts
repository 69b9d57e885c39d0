import { setClock, type Database } from '@saitaku/database'

/** What the record has under way, as far as what comes next must wait for it. */
export interface UnderWay {
  now: Date
  /** When the earliest armed timer is due. */
  due: Date | null
  /** Some case has still to be told of what happened to another. */
  spreading: boolean
}

/** Cases with those above them, and the organisations of all these: whom news from another case may reach. */
export interface Reached {
  cases: readonly string[]
  organisations: readonly string[]
}

/** Effects that only tell people: the cases stay as they are, whenever these are performed. */
const TELLING = ['notify', 'issueDocument']
const OPEN = `NOT EXISTS (SELECT 1 FROM effect_outcome e WHERE e.outbox_id = o.id AND e.state IN ('done', 'dead'))`

/**
 * Watches the record and moves its clock. Knows nothing of the process that works on the queue: it wakes it by
 * the notification that the outbox gives, and sees in the tables what has been done.
 */
export class RecordState {
  // Ids of the outbox up to which nothing is open, and what they become at the next look: a row of a lower id may
  // have been committed after a higher one.
  private spread = { before: '0', next: '0' }
  private ended = { before: '0', next: '0' }

  constructor(private readonly database: Database) {}

  async look(): Promise<UnderWay> {
    const [row] = await this.database.query<UnderWay & { latest: string } & Record<string, unknown>>(
      `SELECT app_now() AS now, least((SELECT min(due_at) FROM timer WHERE queued_at IS NULL), (SELECT min(due_at) FROM timer WHERE queued_at IS NOT NULL)) AS due, (SELECT coalesce(max(id), 0) FROM outbox) AS latest,
         EXISTS (SELECT 1 FROM outbox o WHERE o.id > $1 AND o.topic <> ALL ($2) AND ${OPEN}) AS spreading`, [this.spread.before, TELLING])
    if (!row) throw new Error('the database does not answer')
    if (!row.spreading) this.spread = { before: this.spread.next, next: row.latest }
    return row
  }

  /**
   * Whether news are on their way that may reach one of these: from a call to what lies under it, from a case to the
   * one above and from there to its neighbours, within an organisation and on to what lies under a case of it.
   */
  async isSpreadingTo({ cases, organisations }: Reached): Promise<boolean> {
    const [row] = await this.database.query<{ reached: boolean }>(
      `SELECT EXISTS (SELECT 1 FROM outbox o JOIN cases c ON c.id = o.case_id WHERE o.id > $1 AND o.topic <> ALL ($2) AND ${OPEN} AND CASE o.topic
         WHEN 'sendToOrganisation' THEN c.organisation_id = ANY ($4::uuid[])
         WHEN 'sendToParent' THEN c.parent_id = ANY ($3::uuid[])
         WHEN 'sendToChildren' THEN c.id = ANY ($3::uuid[]) WHEN 'recomputeChildren' THEN c.id = ANY ($3::uuid[])
         ELSE true END) AS reached`, [this.spread.before, TELLING, cases, organisations])
    return row?.reached ?? false
  }

  /** Whether any effect has still to end. */
  async hasOpenEffects(): Promise<boolean> {
    const [row] = await this.database.query<{ open: boolean; latest: string }>(
      // from the newest on: it ends last
      `SELECT EXISTS (SELECT 1 FROM (SELECT o.id FROM outbox o WHERE o.id > $1 AND ${OPEN} ORDER BY o.id DESC LIMIT 1) AS newest) AS open,
         (SELECT coalesce(max(id), 0) FROM outbox) AS latest`, [this.ended.before])
    if (!row) throw new Error('the database does not answer')
    if (!row.open) this.ended = { before: this.ended.next, next: row.latest }
    return row.open
  }

  async moveClock(instant: Date): Promise<void> {
    await setClock(this.database, instant)
  }

  /** Makes whoever works on the queue look at timers and outbox now. */
  async wake(): Promise<void> {
    await this.database.query(`SELECT pg_notify('saitaku_outbox', '')`)
  }

  /** What failed for good, for a message. */
  async deadEffect(): Promise<string | undefined> {
    const [row] = await this.database.query<{ text: string }>(
      `SELECT o.topic || ' ' || coalesce(o.payload->>'template', o.payload->>'event', '') || ' of case ' || o.case_id || ': ' || coalesce(e.error, 'unknown') AS text
       FROM effect_outcome e JOIN outbox o ON o.id = e.outbox_id WHERE e.state = 'dead' ORDER BY o.id LIMIT 1`)
    return row?.text
  }

  /** For a message: what is failing, and timers that are due and do not fire. */
  async trouble(): Promise<string[]> {
    const rows = await this.database.query<{ text: string }>(
      `(SELECT 'failing: ' || o.topic || ' of case ' || o.case_id || ': ' || coalesce(e.error, '') AS text FROM effect_outcome e JOIN outbox o ON o.id = e.outbox_id WHERE e.state = 'failing' LIMIT 3)
       UNION ALL (SELECT 'due since ' || due_at || ': ' || key || ' of case ' || case_id FROM timer WHERE due_at <= app_now() ORDER BY due_at LIMIT 3)`)
    return rows.map((row) => row.text)
  }
}
