import type { Database, Row } from '@saitaku/database'
import type { NoticeKind } from './notice-kind.js'

/** A notice in its person's inbox. */
export interface InboxItem {
  id: string
  sentAt: Date
  kind: NoticeKind
  subject: string
  caseId: string
  programme: string
  caseTitle: string
  lang: string
  readAt: Date | null
}
export interface InboxNotice extends InboxItem {
  text: string
  html: string
}

export interface MailAddress {
  email: string
  lang: 'ja' | 'en'
  bounce: { at: Date; reason: string } | null
}

interface ItemRow extends Row, InboxItem {}
interface NoticeRow extends Row, InboxNotice {}

const COLUMNS = `n.id, n.sent_at AS "sentAt", n.kind, n.subject, n.case_id AS "caseId", c.programme, c.title AS "caseTitle", n.lang, n.read_at AS "readAt"`

/** What one person was told, newest first: mailed or not. Nobody else's notices can be asked for. */
export class Inbox {
  constructor(private readonly database: Database) {}

  async list(personId: string, { limit, before, unread = false }: { limit: number; before?: string | undefined; unread?: boolean | undefined }): Promise<InboxItem[]> {
    return this.database.query<ItemRow>(
      `SELECT ${COLUMNS} FROM notice n JOIN cases c ON c.id = n.case_id
       WHERE n.person_id = $1 AND ($2::bigint IS NULL OR n.id < $2) AND (NOT $4 OR n.read_at IS NULL) ORDER BY n.id DESC LIMIT $3`,
      [personId, before ?? null, limit, unread],
    )
  }

  async unread(personId: string): Promise<number> {
    const [row] = await this.database.query<{ n: number }>('SELECT count(*)::int AS n FROM notice WHERE person_id = $1 AND read_at IS NULL', [personId])
    return row?.n ?? 0
  }

  async read(personId: string, id: string): Promise<InboxNotice | undefined> {
    const [row] = await this.database.query<NoticeRow>(
      `SELECT ${COLUMNS}, n.body_text AS text, n.body_html AS html FROM notice n JOIN cases c ON c.id = n.case_id WHERE n.person_id = $1 AND n.id = $2`, [personId, id],
    )
    return row
  }

  /** Where mails to this person go, in which language, and what became of the last one where it did not arrive. */
  async address(personId: string): Promise<MailAddress | undefined> {
    const [row] = await this.database.query<{ email: string; lang: 'ja' | 'en'; at: Date | null; reason: string | null }>(
      `SELECT p.email, p.lang, last.at, last.reason FROM person p LEFT JOIN LATERAL (
         SELECT id, bounced_at AS at, bounce AS reason FROM (
           (SELECT id, bounced_at, bounce FROM notice WHERE person_id = p.id AND channel = 'smtp' AND address = p.email ORDER BY id DESC LIMIT 1)
           UNION ALL
           (SELECT id, bounced_at, bounce FROM notice_digest WHERE person_id = p.id AND address = p.email AND (sent_at IS NOT NULL OR bounced_at IS NOT NULL) ORDER BY id DESC LIMIT 1)) mails
         ORDER BY id DESC LIMIT 1) last ON true WHERE p.id = $1`, [personId],
    )
    if (!row) return undefined
    const { email, lang, at, reason } = row
    return { email, lang, bounce: at === null ? null : { at, reason: reason ?? '' } }
  }

  /** Marks one as read, or with `upTo` all that came until then; how many were not read before. */
  async markRead(personId: string, which: { id: string } | { upTo: string }): Promise<number> {
    const rows = await this.database.query(
      `UPDATE notice SET read_at = app_now() WHERE person_id = $1 AND read_at IS NULL AND ${'id' in which ? 'id = $2' : 'id <= $2'} RETURNING id`, [personId, 'id' in which ? which.id : which.upTo],
    )
    return rows.length
  }
}
