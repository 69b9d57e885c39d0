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

  /** Marks one as read, or with `upTo` all that came until then; how many were not read before. */
  async markRead(personId: string, which: { id: string } | { upTo: string }): Promise<number> {
    const rows = await this.database.query(
      `UPDATE notice SET read_at = app_now() WHERE person_id = $1 AND read_at IS NULL AND ${'id' in which ? 'id = $2' : 'id <= $2'} RETURNING id`, [personId, 'id' in which ? which.id : which.upTo],
    )
    return rows.length
  }
}
