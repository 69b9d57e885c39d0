import { Inject, Injectable } from '@nestjs/common'
import { formatInstant } from '@saitaku/calendar'
import type { MailboxQuery } from '@saitaku/contracts'
import { Database, type Row } from '@saitaku/database'
import type { FastifyRequest } from 'fastify'
import type { ApiConfig } from './config.js'
import { notFound } from './problems.js'
import { API_CONFIG } from './tokens.js'

export interface MailItem {
  id: string
  sentAt: string
  to: string
  name: string
  lang: string
  subject: string
  template: string
  caseId: string
}
export interface Mail extends MailItem {
  text: string
  html: string
  messageId: string
}

const ITEM = `n.id, n.sent_at AS "sentAt", n.address AS "to", p.name, n.lang, n.subject, n.template, n.case_id AS "caseId"`

/**
 * Mails that would have been sent, where no mail server is configured. It shows everyone's mail without asking
 * who looks, so it answers only on this machine: from a loopback address, to a loopback name, through no proxy.
 */
@Injectable()
export class Mailbox {
  constructor(
    private readonly database: Database,
    @Inject(API_CONFIG) private readonly config: ApiConfig,
  ) {}

  /** Where it may not be seen, it is not there. */
  openTo(request: FastifyRequest): void {
    if (this.config.sendsMail || !isFromThisMachine(request)) throw notFound('見つかりません', 'There is nothing at this address')
  }

  async list({ limit, after, to }: MailboxQuery): Promise<{ items: MailItem[]; next: string | null }> {
    const rows = await this.database.query<MailRow>(
      `SELECT ${ITEM} FROM notice n JOIN person p ON p.id = n.person_id
       WHERE n.channel = 'mailbox' AND ($2::bigint IS NULL OR n.id < $2) AND ($3::text IS NULL OR n.address = $3) ORDER BY n.id DESC LIMIT $1`,
      [limit + 1, after ?? null, to ?? null],
    )
    const shown = rows.slice(0, limit).map(dated)
    return { items: shown, next: rows.length > limit ? (shown.at(-1)?.id ?? null) : null }
  }

  async read(id: string): Promise<Mail> {
    const [row] = await this.database.query<MailRow & { text: string; html: string; messageId: string }>(
      `SELECT ${ITEM}, n.body_text AS text, n.body_html AS html, n.message_id AS "messageId" FROM notice n JOIN person p ON p.id = n.person_id WHERE n.channel = 'mailbox' AND n.id = $1`,
      [id],
    )
    if (!row) throw notFound('このメールはありません', 'There is no such mail')
    return { ...dated(row), text: row.text, html: row.html, messageId: row.messageId }
  }
}

interface MailRow extends Row, Omit<MailItem, 'sentAt'> {
  sentAt: Date
}

const dated = ({ id, sentAt, to, name, lang, subject, template, caseId }: MailRow): MailItem => ({ id, sentAt: formatInstant(sentAt), to, name, lang, subject, template, caseId })

function isFromThisMachine(request: FastifyRequest): boolean {
  const { headers, socket } = request
  if (headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined) return false
  const host = (headers.host ?? '').replace(/:\d+$/, '')
  return /^(::1|::ffff:127\.\d+\.\d+\.\d+|127\.\d+\.\d+\.\d+)$/.test(socket.remoteAddress ?? '') && ['localhost', '127.0.0.1', '[::1]'].includes(host)
}
