import type { BlockList } from 'node:net'
import type { Database, Row } from '@saitaku/database'
import type { SealedSecrets } from './sealed-secrets.js'
import { sendMessage, type Attempt } from './send-message.js'

/** Seconds before each further attempt, as Standard Webhooks proposes: three days in all. */
export const RETRY_SECONDS: readonly number[] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]
const AT_ONCE = 16
/** Of one receiver: a slow one leaves room for the others. */
const OF_ONE = 4
/** Longer than an attempt takes; then another process may try. */
const LEASE = `interval '60 seconds'`
const GIVE_UP = `interval '5 days'`
const KEEP = `interval '90 days'`
const GONE = 410

export interface Disabled {
  id: string
  url: string
  programme: string
  reason: string
}

export interface DeliveryOptions {
  database: Database
  secrets: SealedSecrets
  allowed: BlockList
  /** Called when a webhook was switched off by itself: somebody is to be told. */
  onDisabled: (disabled: Disabled) => Promise<void>
  retrySeconds?: readonly number[]
  /** How long a receiver may fail without a success in between; an interval of PostgreSQL. */
  giveUpAfter?: string
}

interface Due extends Row {
  id: string
  webhookId: string
  messageId: string
  body: string
  attempts: number
  url: string
  sealedSecret: Buffer
  sealedFormerSecret: Buffer | null
}

/** Sends what is due. Any number of processes may do so at once: each message is leased to one of them. */
export class DeliveryWork {
  constructor(private readonly options: DeliveryOptions) {}

  /** Sends up to sixteen messages and returns how many; 0 where nothing is due. */
  async deliver(): Promise<number> {
    const due = await this.claim()
    await Promise.all(due.map((one) => this.send(one)))
    return due.length
  }

  /** Removes what ended long ago from the log. */
  async forget(): Promise<void> {
    await this.options.database.query(`DELETE FROM webhook_delivery WHERE state <> 'waiting' AND ended_at < clock_timestamp() - ${KEEP}`)
  }

  private claim(): Promise<Due[]> {
    return this.options.database.query<Due>(
      `UPDATE webhook_delivery d SET next_at = clock_timestamp() + ${LEASE}, attempts = d.attempts + 1 FROM webhook w
       WHERE w.id = d.webhook_id AND d.id IN (
         SELECT x.id FROM webhook_delivery x WHERE x.state = 'waiting' AND x.next_at <= clock_timestamp() AND x.id IN (
           SELECT id FROM (
             SELECT y.id, y.next_at, row_number() OVER (PARTITION BY y.webhook_id ORDER BY y.next_at, y.id) AS place
             FROM webhook_delivery y JOIN webhook v ON v.id = y.webhook_id WHERE y.state = 'waiting' AND y.next_at <= clock_timestamp() AND v.disabled_at IS NULL) AS ranked
           WHERE place <= ${OF_ONE} ORDER BY next_at LIMIT ${AT_ONCE})
         FOR UPDATE SKIP LOCKED)
       RETURNING d.id, d.webhook_id AS "webhookId", d.message_id AS "messageId", d.body, d.attempts, w.url, w.sealed_secret AS "sealedSecret",
         CASE WHEN w.former_until > clock_timestamp() THEN w.sealed_former_secret END AS "sealedFormerSecret"`)
  }

  private async send(due: Due): Promise<void> {
    const { secrets, allowed } = this.options
    const sealed = due.sealedFormerSecret ? [due.sealedSecret, due.sealedFormerSecret] : [due.sealedSecret]
    const attempt = await sendMessage({ url: due.url, messageId: due.messageId, body: due.body, secrets: sealed.map((one) => secrets.open(due.webhookId, one)) }, allowed, new Date())
    if (attempt.ok) await this.noteSuccess(due, attempt)
    else await this.noteFailure(due, attempt)
  }

  private async noteSuccess({ id, webhookId }: Due, { status, answer, ms }: Attempt): Promise<void> {
    const { database } = this.options
    await database.query(`UPDATE webhook_delivery SET state = 'delivered', next_at = NULL, ended_at = clock_timestamp(), last_status = $2, last_error = NULL, last_answer = $3, last_ms = $4 WHERE id = $1`, [id, status, answer, ms])
    await database.query('UPDATE webhook SET failing_since = NULL WHERE id = $1 AND failing_since IS NOT NULL', [webhookId])
  }

  private async noteFailure({ id, webhookId, attempts }: Due, { status, error, answer, ms }: Attempt): Promise<void> {
    const { database, retrySeconds = RETRY_SECONDS } = this.options
    const wait = status === GONE ? undefined : retrySeconds[attempts - 1]
    // up to a fifth later, so that what failed together does not come back together
    const seconds = wait === undefined ? null : wait * (1 + Math.random() / 5)
    await database.query(
      `UPDATE webhook_delivery SET state = CASE WHEN $2::float8 IS NULL THEN 'failed' ELSE 'waiting' END, next_at = clock_timestamp() + make_interval(secs => $2),
         ended_at = CASE WHEN $2::float8 IS NULL THEN clock_timestamp() END, last_status = $3, last_error = $4, last_answer = $5, last_ms = $6 WHERE id = $1`,
      [id, seconds, status, error, answer, ms])
    await database.query('UPDATE webhook SET failing_since = coalesce(failing_since, clock_timestamp()) WHERE id = $1', [webhookId])
    await this.switchOff(webhookId, status === GONE, error ?? '')
  }

  /** What says that it is gone is believed; what fails for days is given up. */
  private async switchOff(webhookId: string, gone: boolean, error: string): Promise<void> {
    const { database, giveUpAfter, onDisabled } = this.options
    const reason = gone ? 'The receiver answered 410: it is gone' : `It has failed for too long; the last answer: ${error}`
    const [disabled] = await database.query<Disabled & Row>(
      `UPDATE webhook SET disabled_at = clock_timestamp(), disabled_reason = $3 WHERE id = $1 AND disabled_at IS NULL AND ($2 OR failing_since < clock_timestamp() - ${giveUpAfter === undefined ? GIVE_UP : '$4::interval'})
       RETURNING id, url, programme, disabled_reason AS reason`, giveUpAfter === undefined ? [webhookId, gone, reason] : [webhookId, gone, reason, giveUpAfter])
    if (!disabled) return
    await database.query(`UPDATE webhook_delivery SET state = 'failed', next_at = NULL, ended_at = clock_timestamp() WHERE webhook_id = $1 AND state = 'waiting'`, [webhookId])
    await onDisabled(disabled)
  }
}
