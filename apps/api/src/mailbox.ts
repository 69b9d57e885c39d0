import { Inject, Injectable } from '@nestjs/common'
import { formatInstant } from '@saitaku/calendar'
import type { MailboxQuery } from '@saitaku/contracts'
import { Database, type Row } from '@saitaku/database'
import type { Identity, LocalMailItem } from '@saitaku/identity'
import type { FastifyRequest } from 'fastify'
import type { ApiConfig } from './config.js'
import { notFound } from './problems.js'
import { API_CONFIG, IDENTITY } from './tokens.js'

export interface MailItem {
  id: string
  sentAt: string
  to: string
  name: string
  lang: string
  subject: string
  template: string
  /** Null for a daily mail, which holds notices of several. */
  caseId: string | null
}
export interface Mail extends MailItem {
  text: string
  html: string
  messageId: string
}

/** A mail of sign-in, with a code or a link that works. */
export interface SignInMailItem {
  id: string
  sentAt: string
  to: string
  name: string
  lang: string
  kind: string
  subject: string
}
export interface SignInMail extends SignInMailItem {
  text: string
}

const ITEM = `n.id, n.sent_at AS "sentAt", n.address AS "to", p.name, n.lang, n.subject, n.template, n.case_id AS "caseId"`
const OF_NOTICE = 'id, person_id, sent_at, address, lang, subject, template, case_id, body_text, body_html, message_id'
const OF_DIGEST = `id, person_id, sent_at, address, lang, subject, 'digest' AS template, NULL::uuid AS case_id, body_text, body_html, message_id`
/** Notices that stayed here and daily mails, which share their numbers; each part finds its rows by its own index. */
const mails = (condition: string, limit: string): string => `(
  (SELECT ${OF_NOTICE} FROM notice WHERE channel = 'mailbox' AND ${condition} ORDER BY id DESC ${limit})
  UNION ALL (SELECT ${OF_DIGEST} FROM notice_digest WHERE channel = 'mailbox' AND ${condition} ORDER BY id DESC ${limit})) n JOIN person p ON p.id = n.person_id`

/**
 * Mails that would have been sent, where no mail server is configured. It shows everyone's mail without asking
 * who looks, so it answers only on this machine: from a loopback address, to a loopback name, through no proxy.
 *
 * Mails of sign-in open accounts to whoever reads them, so one thing more is asked before they are shown: that
 * `BASE_URL` names this machine, as it does where somebody tries the service or works on it. A service that people
 * reach from elsewhere never shows them, even where a proxy in front of it hides that it is one.
 */
@Injectable()
export class Mailbox {
  constructor(
    private readonly database: Database,
    @Inject(API_CONFIG) private readonly config: ApiConfig,
    @Inject(IDENTITY) private readonly identity: Identity,
  ) {}

  get baseUrl(): string {
    return this.config.baseUrl
  }

  /** Whether mails of sign-in are shown as well. */
  get showsSignIn(): boolean {
    return LOOPBACK_NAMES.includes(new URL(this.config.baseUrl).hostname)
  }

  /** Where it may not be seen, it is not there. */
  openTo(request: FastifyRequest): void {
    if (this.config.sendsMail || !isFromThisMachine(request)) throw notFound('見つかりません', 'There is nothing at this address')
  }

  async list({ limit, after, to }: MailboxQuery): Promise<{ items: MailItem[]; next: string | null }> {
    const rows = await this.database.query<MailRow>(
      `SELECT ${ITEM} FROM ${mails('($2::bigint IS NULL OR id < $2) AND ($3::text IS NULL OR address = $3)', 'LIMIT $1')} ORDER BY n.id DESC LIMIT $1`,
      [limit + 1, after ?? null, to ?? null],
    )
    const shown = rows.slice(0, limit).map(dated)
    return { items: shown, next: rows.length > limit ? (shown.at(-1)?.id ?? null) : null }
  }

  async read(id: string): Promise<Mail> {
    const [row] = await this.database.query<MailRow & { text: string; html: string; messageId: string }>(
      `SELECT ${ITEM}, n.body_text AS text, n.body_html AS html, n.message_id AS "messageId" FROM ${mails('id = $1', '')}`,
      [id],
    )
    if (!row) throw notFound('このメールはありません', 'There is no such mail')
    return { ...dated(row), text: row.text, html: row.html, messageId: row.messageId }
  }

  async listSignIn({ limit, after }: { limit: number; after?: string | undefined }): Promise<{ items: SignInMailItem[]; next: string | null }> {
    this.mustShowSignIn()
    const found = await this.identity.localMailbox.list({ limit: limit + 1, ...(after === undefined ? {} : { before: after }) })
    const items = found.slice(0, limit).map(signInItem)
    return { items, next: found.length > limit ? (items.at(-1)?.id ?? null) : null }
  }

  async readSignIn(id: string): Promise<SignInMail> {
    this.mustShowSignIn()
    const mail = await this.identity.localMailbox.read(id)
    if (!mail) throw notFound('このメールはありません', 'There is no such mail')
    return { ...signInItem(mail), text: mail.text }
  }

  private mustShowSignIn(): void {
    if (!this.showsSignIn) throw notFound('見つかりません', 'There is nothing at this address')
  }
}

const signInItem = ({ id, sentAt, to, lang, kind, subject }: LocalMailItem): SignInMailItem => ({ id, sentAt: formatInstant(sentAt), to: to.address, name: to.name, lang, kind, subject })
const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]']

interface MailRow extends Row, Omit<MailItem, 'sentAt'> {
  sentAt: Date
}

const dated = ({ id, sentAt, to, name, lang, subject, template, caseId }: MailRow): MailItem => ({ id, sentAt: formatInstant(sentAt), to, name, lang, subject, template, caseId })

function isFromThisMachine(request: FastifyRequest): boolean {
  const { headers, socket } = request
  if (headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined) return false
  const host = (headers.host ?? '').replace(/:\d+$/, '')
  return /^(::1|::ffff:127\.\d+\.\d+\.\d+|127\.\d+\.\d+\.\d+)$/.test(socket.remoteAddress ?? '') && LOOPBACK_NAMES.includes(host)
}
