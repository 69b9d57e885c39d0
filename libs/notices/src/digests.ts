import type { Database, Row, Tx } from '@saitaku/database'
import { finalRefusal } from './bounces.js'
import { digestText, type DigestEntry } from './digest-text.js'
import type { Surroundings } from './notice-context.js'
import { DEFAULTS } from './preferences.js'
import type { Mailer } from './smtp.js'
import type { Lang } from './templates.js'

interface DueRow extends Row {
  personId: string
  name: string
  email: string
  lang: Lang
  notices: (Omit<DigestEntry, 'sentAt'> & { id: string; sentAt: string })[]
}

interface WaitingRow extends Row {
  id: string
  name: string
  address: string
  subject: string
  text: string
  html: string
  messageId: string
  attempts: number
}

const AT_A_TIME = 50
/** Seconds after which a mail that was not recorded as sent is tried again, doubled each time. */
const LEASE = 60
/** About three weeks; then its notices count as not delivered. */
const MOST_ATTEMPTS = 100
/** The end of the last day's mail, by each person's hour: what came until then is due. */
const SLOT = `SELECT (today - CASE WHEN today > local THEN interval '1 day' ELSE interval '0' END) AT TIME ZONE 'Asia/Tokyo' AS at FROM
  (SELECT now.local, date_trunc('day', now.local) + make_interval(hours => coalesce(p.digest_hour, ${DEFAULTS.digestHour})) AS today FROM (SELECT app_now() AT TIME ZONE 'Asia/Tokyo' AS local) now) slot`
const DUE = `SELECT q.id AS "personId", q.name, q.email, q.lang,
    jsonb_agg(jsonb_build_object('id', n.id::text, 'subject', n.subject, 'caseId', n.case_id, 'caseTitle', c.title, 'sentAt', n.sent_at) ORDER BY n.id) AS notices
  FROM notice n JOIN person q ON q.id = n.person_id JOIN cases c ON c.id = n.case_id LEFT JOIN notice_preference p ON p.person_id = n.person_id, LATERAL (${SLOT}) slot
  WHERE n.channel = 'digest' AND n.digest_id IS NULL AND n.sent_at < slot.at GROUP BY q.id LIMIT ${AT_A_TIME}`

/**
 * The day's one mail to those who want it. It is made in one transaction with the notices that it holds, then sent until
 * the server takes it or refuses it for good; one that was sent twice shows as one by its Message-ID.
 */
export class Digests {
  constructor(
    private readonly database: Database,
    private readonly around: Surroundings,
    /** Without one they stay in the local mailbox. */
    private readonly mailer: Mailer | undefined,
  ) {}

  /** Makes what is due and sends what waits; how many were made. Any number of workers may do so at once. */
  async tend(): Promise<number> {
    const made = await this.make()
    if (this.mailer) await this.send(this.mailer)
    return made
  }

  private async make(): Promise<number> {
    return this.database.transaction(async (tx) => {
      const [lock] = await tx.query<{ mine: boolean }>(`SELECT pg_try_advisory_xact_lock(hashtextextended('saitaku.notices.digests', 0)) AS mine`)
      if (!lock?.mine) return 0
      const due = await tx.query<DueRow>(DUE)
      for (const person of due) await this.write(tx, person)
      return due.length
    })
  }

  private async write(tx: Tx, { personId, name, email, lang, notices }: DueRow): Promise<void> {
    const { subject, text, html } = digestText(lang, name, notices.map((entry) => ({ ...entry, sentAt: new Date(entry.sentAt) })), this.around)
    const host = new URL(this.around.baseUrl).hostname
    const [row] = await tx.query<{ id: string }>(
      `INSERT INTO notice_digest (id, person_id, address, lang, subject, body_text, body_html, message_id, channel, made_at, next_at, sent_at)
       SELECT id, $1, $2, $3, $4, $5, $6, '<d-' || id || '@' || $7 || '>', $8, app_now(), clock_timestamp(), CASE WHEN $8 = 'mailbox' THEN app_now() END
       FROM (SELECT nextval(pg_get_serial_sequence('notice', 'id')) AS id) one RETURNING id`,
      [personId, email, lang, subject, text, html, host, this.mailer ? 'smtp' : 'mailbox'],
    )
    await tx.query('UPDATE notice SET digest_id = $1 WHERE id = ANY($2::bigint[])', [row?.id, notices.map(({ id }) => id)])
  }

  private async send(mailer: Mailer): Promise<void> {
    const waiting = await this.database.query<WaitingRow>(
      `UPDATE notice_digest d SET attempts = d.attempts + 1, next_at = clock_timestamp() + make_interval(secs => $2 * power(2, least(d.attempts, 8)))
       FROM person p WHERE p.id = d.person_id AND d.id IN (
         SELECT id FROM notice_digest WHERE sent_at IS NULL AND bounced_at IS NULL AND next_at <= clock_timestamp() ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED)
       RETURNING d.id, p.name, d.address, d.subject, d.body_text AS text, d.body_html AS html, d.message_id AS "messageId", d.attempts`,
      [AT_A_TIME, LEASE],
    )
    const failures = (await Promise.all(waiting.map((digest) => this.post(mailer, digest)))).filter((failure) => failure !== undefined)
    if (failures[0]) throw failures[0]
  }

  private async post(mailer: Mailer, { id, name, address, subject, text, html, messageId, attempts }: WaitingRow): Promise<Error | undefined> {
    try {
      await mailer.send({ to: { name, address }, subject, text, html, messageId })
      await this.database.query('UPDATE notice_digest SET sent_at = app_now() WHERE id = $1', [id])
      return undefined
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(String(error))
      const bounce = finalRefusal(error) ?? (attempts >= MOST_ATTEMPTS ? failure.message : undefined)
      if (bounce === undefined) return failure
      await this.database.query('UPDATE notice_digest SET bounced_at = app_now(), bounce = $2 WHERE id = $1', [id, bounce])
      return undefined
    }
  }
}
