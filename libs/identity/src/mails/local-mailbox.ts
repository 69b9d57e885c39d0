import type { Database, Row } from '@saitaku/database'
import { z } from 'zod'
import type { KeyRing } from '../key-ring.js'
import type { IdentityMailer } from './mails.js'

/** A mail that stayed here, as a list names it. */
export interface LocalMailItem {
  id: string
  sentAt: Date
  kind: string
  to: { name: string; address: string }
  lang: string
  subject: string
}
export interface LocalMail extends LocalMailItem {
  text: string
}

/** Any mail whose text is plain; `kind` names its text. */
export type NewLocalMail = Omit<LocalMail, 'id' | 'sentAt'>

interface MailRow extends Row {
  id: string
  sealed: Buffer
  sentAt: Date
}

const letter = z.object({ kind: z.string(), to: z.object({ name: z.string(), address: z.string() }), lang: z.string(), subject: z.string(), text: z.string() })
const OWNER = 'identity_mailbox'
const COLUMNS = 'id, sealed, sent_at AS "sentAt"'

/**
 * Stands in for a mail server on a machine that has none: mails stay here to be read by whoever runs the service.
 * They open accounts, so they are sealed; whom to show them is for the caller.
 */
export class LocalMailbox implements IdentityMailer {
  constructor(
    private readonly database: Database,
    private readonly keys: KeyRing,
  ) {}

  /** Takes mails of other kinds too, for which there is no mail server either. */
  async deliver({ kind, to, lang, subject, text }: NewLocalMail): Promise<void> {
    await this.database.query('INSERT INTO identity_mailbox (sealed) VALUES ($1)', [this.keys.seal('mail', OWNER, JSON.stringify({ kind, to, lang, subject, text }))])
  }

  /** The newest first. What was sealed with a secret that is not given any more is left out. */
  async list({ limit, before }: { limit: number; before?: string }): Promise<LocalMailItem[]> {
    const rows = await this.database.query<MailRow>(`SELECT ${COLUMNS} FROM identity_mailbox WHERE $2::bigint IS NULL OR id < $2 ORDER BY id DESC LIMIT $1`, [limit, before ?? null])
    return rows.flatMap((row) => this.opened(row) ?? []).map(({ text: _, ...item }) => item)
  }

  async read(id: string): Promise<LocalMail | undefined> {
    const [row] = await this.database.query<MailRow>(`SELECT ${COLUMNS} FROM identity_mailbox WHERE id = $1`, [id])
    return row && this.opened(row)
  }

  private opened({ id, sealed, sentAt }: MailRow): LocalMail | undefined {
    try {
      return { id, sentAt, ...letter.parse(JSON.parse(this.keys.open('mail', OWNER, sealed))) }
    } catch {
      return undefined
    }
  }
}
