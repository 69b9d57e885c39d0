import type { OutboxRow } from '@saitaku/engine'
import type { Json } from '@saitaku/statechart'
import type { Database, Tx } from '@saitaku/database'
import { attachedDocument, renderDocument, type IssuedDocument } from './issue-document.js'
import { readNoticeCase, templateContext, type NoticeCase, type NoticeVersions, type Person, type Surroundings } from './notice-context.js'
import type { Attachment, Mailer } from './smtp.js'
import type { Rendered } from './templates.js'

interface Letter extends Rendered {
  person: Person
  template: string
  messageId: string
}

type Channel = 'mailbox' | 'smtp'

/** Writes notices for everybody a row names, into the local mailbox: with the effect's outcome in one transaction. */
export async function notifyByMailbox(tx: Tx, versions: NoticeVersions, around: Surroundings, row: OutboxRow): Promise<Json> {
  const subject = await recipients(tx, versions, row)
  const attached = row.payload.attach === undefined ? undefined : await attachedDocument(tx, versions, around, row)
  const letters = subject.people.map((person) => write(subject, row, person, around, attached?.document))
  await record(tx, row, letters, 'mailbox')
  return { channel: 'mailbox', sent: letters.length, ...(attached ? { documentId: attached.document.id } : {}) }
}

/**
 * Sends a mail to everybody a row names. Each that the server took is recorded at once, so that a retry writes
 * only to the rest; a crash between the two repeats one mail under the same Message-ID. Nobody waits for
 * another's address: all are tried, then the failures are thrown.
 */
export async function notifyBySmtp(database: Database, versions: NoticeVersions, around: Surroundings, mailer: Mailer, crashHere: (point: 'AFTER_SEND_BEFORE_RECORD') => void, row: OutboxRow): Promise<Json> {
  const subject = await recipients(database, versions, row)
  const attached = row.payload.attach === undefined ? undefined : await database.transaction((tx) => attachedDocument(tx, versions, around, row))
  const reached = new Set((await database.query<{ person_id: string }>('SELECT person_id FROM notice WHERE outbox_id = $1', [row.id])).map((notice) => notice.person_id))
  const failures: Error[] = []
  await Promise.all(subject.people.filter((person) => !reached.has(person.id)).map(async (person) => {
    try {
      const letter = write(subject, row, person, around, attached?.document)
      await mailer.send({ ...letter, to: { name: person.name, address: person.email }, attachments: attached ? attachments(subject, attached.row, attached.document, letter, around) : [] })
      crashHere('AFTER_SEND_BEFORE_RECORD')
      await record(database, row, [letter], 'smtp')
    } catch (error) {
      failures.push(error instanceof Error ? error : new Error(String(error)))
    }
  }))
  if (failures[0]) throw failures.find((failure) => failure.name === 'Defect') ?? failures[0]
  return { channel: 'smtp', sent: subject.people.length, ...(attached ? { documentId: attached.document.id } : {}) }
}

function recipients(on: Pick<Tx, 'query'>, versions: NoticeVersions, row: OutboxRow): Promise<NoticeCase> {
  const to = row.payload.to as string | string[]
  return readNoticeCase(on, versions, row.caseId, typeof to === 'string' ? [to] : to)
}

function write(subject: NoticeCase, row: OutboxRow, person: Person, around: Surroundings, document: IssuedDocument | undefined): Letter {
  const template = row.payload.template as string
  const lang = subject.version.templates.langOf(template, person.lang)
  const context = templateContext(subject, row, lang, person, around)
  const withDocument = document ? { ...context, document: { number: document.number ?? '', title: document.title, issuedAt: row.at } } : context
  return { ...subject.version.templates.render(template, lang, withDocument), person, template, messageId: messageId(row, person, around) }
}

/** The same for every attempt: a mail that was sent twice shows as one. */
function messageId(row: OutboxRow, person: Person, around: Surroundings): string {
  return `<o-${row.id}-${person.id}@${new URL(around.baseUrl).hostname}>`
}

function attachments(subject: NoticeCase, row: OutboxRow, document: IssuedDocument, letter: Letter, around: Surroundings): Attachment[] {
  const original = { filename: `${document.title}.html`, html: document.html }
  if (letter.lang === 'ja' || subject.version.templates.langOf(document.template, letter.lang) === 'ja') return [original]
  const translation = renderDocument(subject, row, letter.lang, around)
  return [original, { filename: `${translation.subject}.html`, html: translation.html }]
}

async function record(on: Pick<Tx, 'query'>, row: OutboxRow, letters: readonly Letter[], channel: Channel): Promise<void> {
  if (letters.length === 0) return
  await on.query(
    `INSERT INTO notice (outbox_id, case_id, person_id, address, lang, template, subject, body_text, body_html, message_id, channel, sent_at)
     SELECT $1, $2, l.*, $3, app_now() FROM unnest($4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[]) AS l
     ON CONFLICT (outbox_id, person_id) DO NOTHING`,
    [
      row.id, row.caseId, channel, letters.map((letter) => letter.person.id), letters.map((letter) => letter.person.email), letters.map((letter) => letter.lang),
      letters.map((letter) => letter.template), letters.map((letter) => letter.subject), letters.map((letter) => letter.text), letters.map((letter) => letter.html), letters.map((letter) => letter.messageId),
    ])
}
