import type { Database, Row } from '@saitaku/database'
import type { ProgrammeDefinition } from '@saitaku/statechart'
import type { NoticeKind } from './notice-kind.js'

/** How a notice went out: mailed by itself, in a daily mail or waiting for one, into the inbox alone, or refused for good by the address's server. */
export type Delivery = 'mailed' | 'inDigest' | 'waitsForDigest' | 'inboxOnly' | 'bounced'

/** What was sent to whom in a case, as the office sees it. */
export interface CaseNotice {
  id: string
  sentAt: Date
  personId: string
  name: string
  address: string
  lang: string
  kind: NoticeKind
  template: string
  subject: string
  delivery: Delivery
  readAt: Date | null
  bounce: { at: Date; reason: string } | null
}

/** A notice that has not gone out yet: its effect waits, is tried again, or waits for an administrator. */
export interface PendingNotice {
  template: string
  at: Date
  state: 'waiting' | 'failing' | 'dead'
  attempts: number
  error: string | null
}

/** Somebody whose address takes no mail, and what else is known of how to reach them. */
export interface Unreached {
  personId: string
  name: string
  address: string
  at: Date
  reason: string
  otherWays: OtherWay[]
}

/** One case of somebody whose address takes no mail. */
export interface UnreachedInCase {
  caseId: string
  programme: string
  caseTitle: string
  personId: string
  name: string
  address: string
  at: Date
  reason: string
}

/** Another address that they have since; what they answered in the case's forms; and who else applies in the case. */
export type OtherWay =
  | { kind: 'address'; value: string }
  | { kind: 'answer'; form: string; label: { ja: string; en: string }; value: string }
  | { kind: 'person'; personId: string; name: string; value: string }

interface NoticeRow extends Row {
  id: string
  sentAt: Date
  personId: string
  name: string
  address: string
  lang: string
  kind: NoticeKind
  template: string
  subject: string
  channel: 'mailbox' | 'smtp' | 'inbox' | 'digest'
  digestSentAt: Date | null
  readAt: Date | null
  bouncedAt: Date | null
  bounce: string | null
}

interface UnreachedRow extends Row {
  personId: string
  name: string
  address: string
  current: string
  at: Date
  reason: string
}

const NOTICES = `SELECT n.id, n.sent_at AS "sentAt", n.person_id AS "personId", p.name, n.address, n.lang, n.kind, n.template, n.subject, n.channel, d.sent_at AS "digestSentAt", n.read_at AS "readAt",
    coalesce(n.bounced_at, d.bounced_at) AS "bouncedAt", coalesce(n.bounce, d.bounce) AS bounce
  FROM notice n JOIN person p ON p.id = n.person_id LEFT JOIN notice_digest d ON d.id = n.digest_id`

/** The record of a case's notices, for its office: whoever calls it has asked whether the viewer is one. */
export class CaseNotices {
  constructor(private readonly database: Database) {}

  /** Newest first. */
  async list(caseId: string, { limit, before }: { limit: number; before?: string | undefined }): Promise<CaseNotice[]> {
    const rows = await this.database.query<NoticeRow>(`${NOTICES} WHERE n.case_id = $1 AND ($2::bigint IS NULL OR n.id < $2) ORDER BY n.id DESC LIMIT $3`, [caseId, before ?? null, limit])
    return rows.map(caseNotice)
  }

  /** What one of them said. */
  async read(caseId: string, id: string): Promise<(CaseNotice & { text: string; html: string }) | undefined> {
    const [row] = await this.database.query<NoticeRow & { text: string; html: string }>(
      NOTICES.replace('SELECT n.id,', 'SELECT n.body_text AS text, n.body_html AS html, n.id,') + ' WHERE n.case_id = $1 AND n.id = $2', [caseId, id],
    )
    return row && { ...caseNotice(row), text: row.text, html: row.html }
  }

  async pending(caseId: string): Promise<PendingNotice[]> {
    return this.database.query<Row & PendingNotice>(
      `SELECT o.payload->>'template' AS template, o.at, CASE WHEN e.state IN ('failing', 'dead') THEN e.state ELSE 'waiting' END AS state, coalesce(e.attempts, 0) AS attempts, e.error
       FROM outbox o LEFT JOIN effect_outcome e ON e.outbox_id = o.id WHERE o.case_id = $1 AND o.topic = 'notify' AND coalesce(e.state, 'waiting') <> 'done' ORDER BY o.id`,
      [caseId],
    )
  }

  /** People of the case to whose address the last mail could not be delivered, with other ways to reach them. */
  async unreached(caseId: string): Promise<Unreached[]> {
    const rows = await this.database.query<UnreachedRow>(
      `SELECT DISTINCT ON (n.person_id) n.person_id AS "personId", p.name, n.address, p.email AS current, coalesce(n.bounced_at, d.bounced_at) AS at, coalesce(n.bounce, d.bounce) AS reason
       FROM notice n JOIN person p ON p.id = n.person_id LEFT JOIN notice_digest d ON d.id = n.digest_id
       WHERE n.case_id = $1 AND (n.channel IN ('smtp', 'mailbox') OR d.sent_at IS NOT NULL OR d.bounced_at IS NOT NULL) ORDER BY n.person_id, n.id DESC`,
      [caseId],
    )
    const bounced = rows.filter(({ at }) => at !== null)
    if (bounced.length === 0) return []
    const [answers, applicants] = await Promise.all([this.contactAnswers(caseId), this.applicants(caseId)])
    return bounced.map(({ personId, name, address, current, at, reason }) => ({
      personId, name, address, at, reason,
      otherWays: [
        ...(current === address ? [] : [{ kind: 'address' as const, value: current }]),
        ...(applicants.some((applicant) => applicant.personId === personId) ? answers.filter(({ value }) => value !== address) : []),
        ...applicants.filter((applicant) => applicant.personId !== personId),
      ],
    }))
  }

  /**
   * In all running cases of these programmes, or of every one: whom mails do not reach, the newest first. Whoever has another
   * address since, or has been reached at the same one, is not among them.
   */
  async unreachedIn(programmes: readonly string[] | 'all', limit: number): Promise<UnreachedInCase[]> {
    return this.database.query<Row & UnreachedInCase>(
      `WITH bounced AS (
         SELECT id, person_id, case_id, address, bounced_at AS at, bounce AS reason FROM notice WHERE bounced_at IS NOT NULL
         UNION ALL SELECT d.id, n.person_id, n.case_id, d.address, d.bounced_at, d.bounce FROM notice_digest d JOIN notice n ON n.digest_id = d.id WHERE d.bounced_at IS NOT NULL)
       SELECT * FROM (
         SELECT DISTINCT ON (c.id, p.id) c.id AS "caseId", c.programme, c.title AS "caseTitle", p.id AS "personId", p.name, b.address, b.at, b.reason
         FROM bounced b JOIN person p ON p.id = b.person_id AND p.email = b.address JOIN cases c ON c.id = b.case_id AND NOT c.done
         WHERE ($1::text[] IS NULL OR c.programme = ANY($1))
           AND NOT EXISTS (SELECT 1 FROM notice later WHERE later.person_id = b.person_id AND later.id > b.id AND later.channel = 'smtp' AND later.bounced_at IS NULL AND later.address = b.address)
         ORDER BY c.id, p.id, b.id DESC) found ORDER BY at DESC, "caseId", "personId" LIMIT $2`,
      [programmes === 'all' ? null : programmes, limit],
    )
  }

  private async applicants(caseId: string): Promise<Extract<OtherWay, { kind: 'person' }>[]> {
    const rows = await this.database.query<{ personId: string; name: string; value: string }>(
      `SELECT p.id AS "personId", p.name, p.email AS value FROM case_party a JOIN person p ON p.id = a.person_id WHERE a.case_id = $1 AND a.role = 'applicant' ORDER BY p.name, p.id`, [caseId],
    )
    return rows.map((row) => ({ kind: 'person', ...row }))
  }

  private async contactAnswers(caseId: string): Promise<Extract<OtherWay, { kind: 'answer' }>[]> {
    const [found] = await this.database.query<{ definition: ProgrammeDefinition; answers: { form: string; answers: Record<string, unknown> }[] }>(
      `SELECT v.definition, ARRAY(SELECT jsonb_build_object('form', r.form, 'answers', r.answers) FROM (
           SELECT DISTINCT ON (form) form, answers FROM form_revision WHERE case_id = c.id ORDER BY form, revision DESC) r) AS answers
       FROM cases c JOIN programme_version v ON v.id = c.version_id WHERE c.id = $1`, [caseId],
    )
    return (found?.answers ?? []).flatMap(({ form, answers }) => {
      const fields = (found?.definition.forms[form]?.sections ?? []).flatMap((section) => section.fields)
      return fields.flatMap((field): Extract<OtherWay, { kind: 'answer' }>[] => {
        const value = answers[field.id]
        return isContact(field) && typeof value === 'string' && value.trim() !== '' ? [{ kind: 'answer', form, label: field.label, value }] : []
      })
    })
  }
}

/** Addresses and telephone numbers, by what kind of field it is, or by its name where it is plain text. */
function isContact({ id, kind }: { id: string; kind: string }): boolean {
  return ['email', 'postcode', 'address'].includes(kind) || (kind === 'text' && /(phone|tel|fax|address)$/i.test(id))
}

function caseNotice({ channel, digestSentAt, bouncedAt, bounce, ...row }: NoticeRow): CaseNotice {
  const { id, sentAt, personId, name, address, lang, kind, template, subject, readAt } = row
  return {
    id, sentAt, personId, name, address, lang, kind, template, subject, readAt, delivery: deliveryOf(channel, digestSentAt, bouncedAt),
    bounce: bouncedAt === null ? null : { at: bouncedAt, reason: bounce ?? '' },
  }
}

function deliveryOf(channel: NoticeRow['channel'], digestSentAt: Date | null, bouncedAt: Date | null): Delivery {
  if (bouncedAt !== null) return 'bounced'
  if (channel === 'inbox') return 'inboxOnly'
  if (channel === 'digest') return digestSentAt === null ? 'waitsForDigest' : 'inDigest'
  return 'mailed'
}
