import { randomUUID } from 'node:crypto'
import type { BlockList } from 'node:net'
import type { Database, Row } from '@saitaku/database'
import { TEST_TYPE } from './event-types.js'
import { findTarget } from './public-addresses.js'
import { newSecret, type SealedSecrets } from './sealed-secrets.js'

export interface Webhook {
  id: string
  programme: string
  url: string
  description: string
  eventTypes: string[]
  createdAt: Date
  formerUntil: Date | null
  failingSince: Date | null
  disabledAt: Date | null
  disabledReason: string | null
}

export interface NewWebhook {
  programme: string
  url: string
  description: string
  eventTypes: readonly string[]
  personId: string
}

export interface WebhookChange {
  url?: string | undefined
  description?: string | undefined
  eventTypes?: readonly string[] | undefined
  enabled?: boolean | undefined
}

export interface Delivery {
  id: string
  messageId: string
  type: string
  caseId: string | null
  body: string
  state: 'waiting' | 'delivered' | 'failed'
  attempts: number
  createdAt: Date
  nextAt: Date | null
  endedAt: Date | null
  lastStatus: number | null
  lastError: string | null
  lastAnswer: string | null
  lastMs: number | null
}

const COLUMNS = `id, programme, url, description, event_types AS "eventTypes", created_at AS "createdAt", CASE WHEN former_until > clock_timestamp() THEN former_until END AS "formerUntil",
  failing_since AS "failingSince", disabled_at AS "disabledAt", disabled_reason AS "disabledReason"`
const DELIVERY = `id, message_id AS "messageId", type, case_id AS "caseId", body, state, attempts, created_at AS "createdAt", next_at AS "nextAt", ended_at AS "endedAt",
  last_status AS "lastStatus", last_error AS "lastError", last_answer AS "lastAnswer", last_ms AS "lastMs"`
/** How long a former secret still signs beside the new one. */
const OVERLAP = `interval '24 hours'`

/** Who is told of what. Secrets leave once, when they are made. */
export class Webhooks {
  constructor(
    private readonly database: Database,
    private readonly secrets: SealedSecrets,
    /** Private networks that may be sent to. */
    private readonly allowed: BlockList,
  ) {}

  list(programme: string | undefined): Promise<Webhook[]> {
    return this.database.query<Webhook & Row>(`SELECT ${COLUMNS} FROM webhook WHERE $1::text IS NULL OR programme = $1 ORDER BY created_at, id LIMIT 1000`, [programme ?? null])
  }

  async find(id: string): Promise<Webhook | undefined> {
    const [row] = await this.database.query<Webhook & Row>(`SELECT ${COLUMNS} FROM webhook WHERE id = $1`, [id])
    return row
  }

  /** Throws `AddressRefused` where the URL leads to nowhere, or to where it must not. */
  async create({ programme, url, description, eventTypes, personId }: NewWebhook): Promise<{ webhook: Webhook; secret: string }> {
    const { url: read } = await findTarget(url, this.allowed)
    const [id, secret] = [randomUUID(), newSecret()]
    const [webhook] = await this.database.query<Webhook & Row>(
      `INSERT INTO webhook (id, programme, url, description, event_types, sealed_secret, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING ${COLUMNS}`,
      [id, programme, read.href, description, eventTypes, this.secrets.seal(id, secret), personId])
    if (!webhook) throw new Error('The webhook was not written')
    return { webhook, secret }
  }

  /** Enabling one that was switched off begins anew: what failed before is no reason any more. */
  async change(id: string, { url, description, eventTypes, enabled }: WebhookChange): Promise<Webhook | undefined> {
    const read = url === undefined ? undefined : (await findTarget(url, this.allowed)).url.href
    const [webhook] = await this.database.query<Webhook & Row>(
      `UPDATE webhook SET url = coalesce($2, url), description = coalesce($3, description), event_types = coalesce($4, event_types),
         disabled_at = CASE $5::boolean WHEN true THEN NULL WHEN false THEN coalesce(disabled_at, clock_timestamp()) ELSE disabled_at END,
         disabled_reason = CASE $5::boolean WHEN true THEN NULL WHEN false THEN coalesce(disabled_reason, 'switched off') ELSE disabled_reason END,
         failing_since = CASE WHEN $5::boolean THEN NULL ELSE failing_since END
       WHERE id = $1 RETURNING ${COLUMNS}`, [id, read ?? null, description ?? null, eventTypes ?? null, enabled ?? null])
    return webhook
  }

  async remove(id: string): Promise<boolean> {
    return (await this.database.query('DELETE FROM webhook WHERE id = $1 RETURNING id', [id])).length > 0
  }

  /** A new secret; the former one signs beside it for a day. */
  async rotate(id: string): Promise<{ webhook: Webhook; secret: string } | undefined> {
    const secret = newSecret()
    const [webhook] = await this.database.query<Webhook & Row>(
      `UPDATE webhook SET sealed_former_secret = sealed_secret, former_until = clock_timestamp() + ${OVERLAP}, sealed_secret = $2 WHERE id = $1 RETURNING ${COLUMNS}`, [id, this.secrets.seal(id, secret)])
    return webhook && { webhook, secret }
  }

  /** Newest first. */
  deliveries(id: string, limit: number, before: string | undefined): Promise<Delivery[]> {
    return this.database.query<Delivery & Row>(`SELECT ${DELIVERY} FROM webhook_delivery WHERE webhook_id = $1 AND ($2::bigint IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`, [id, before ?? null, limit])
  }

  /** Sends a message again, the same one under the same id. Undefined where the webhook has none of this number. */
  async resend(id: string, deliveryId: string): Promise<Delivery | undefined> {
    const [row] = await this.database.query<Delivery & Row>(
      `INSERT INTO webhook_delivery (webhook_id, message_id, type, case_id, body) SELECT webhook_id, message_id, type, case_id, body FROM webhook_delivery WHERE webhook_id = $1 AND id = $2 RETURNING ${DELIVERY}`, [id, deliveryId])
    return row
  }

  /** A message that says nothing, to try a receiver. */
  async test(id: string): Promise<Delivery | undefined> {
    const [row] = await this.database.query<Delivery & Row>(
      `INSERT INTO webhook_delivery (webhook_id, message_id, type, body) SELECT id, $2, $3, $4 FROM webhook WHERE id = $1 RETURNING ${DELIVERY}`,
      [id, `msg_${randomUUID().replaceAll('-', '')}`, TEST_TYPE, JSON.stringify({ type: TEST_TYPE, timestamp: new Date().toISOString(), data: {} })])
    return row
  }
}
