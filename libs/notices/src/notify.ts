import type { OutboxRow } from '@saitaku/engine'
import type { Json } from '@saitaku/statechart'
import type { Database, Row, Tx } from '@saitaku/database'
import { finalRefusal } from './bounces.js'
import { attachedDocument, renderDocument, type IssuedDocument } from './issue-document.js'
import { readNoticeCase, templateContext, type NoticeCase, type NoticeVersions, type Person, type Surroundings } from './notice-context.js'
import { kindOf, type NoticeCause, type NoticeKind } from './notice-kind.js'
import { DEFAULTS, readAllPreferences, type Way } from './preferences.js'
import type { Attachment, Mailer } from './smtp.js'
import type { Rendered } from './templates.js'

interface Letter extends Rendered {
  person: Person
  template: string
  messageId: string
  kind: NoticeKind
  way: Way
}

/** A notice of a row, with everybody it is for and how each wants to be told. */
interface Sending {
  subject: NoticeCase
  attached: { row: OutboxRow; document: IssuedDocument } | undefined
  /** To those whom an earlier attempt has not reached. */
  people: { person: Person; kind: NoticeKind; way: Way }[]
}

type Channel = 'mailbox' | 'smtp' | 'inbox' | 'digest'
type Posted = 'mailbox' | 'smtp'

/** Writes notices for everybody a row names, into inboxes and the local mailbox: with the effect's outcome in one transaction. */
export async function notifyByMailbox(tx: Tx, versions: NoticeVersions, around: Surroundings, row: OutboxRow): Promise<Json> {
  const sending = await prepare(tx, versions, around, row)
  const letters = sending.people.map((each) => write(sending, row, each, around))
  await record(tx, row, letters, 'mailbox')
  return summary('mailbox', sending, letters)
}

/**
 * Writes to everybody a row names: mails to those who want them at once, and into the inbox of all. Each that the server
 * took is recorded at once, so that a retry writes only to the rest; a crash between the two repeats one mail under
 * the same Message-ID. Nobody waits for another's address: all are tried, then the failures are thrown. An address that
 * its server will never take is no failure: the notice is recorded as bounced.
 */
export async function notifyBySmtp(database: Database, versions: NoticeVersions, around: Surroundings, mailer: Mailer, crashHere: (point: 'AFTER_SEND_BEFORE_RECORD') => void, row: OutboxRow): Promise<Json> {
  const sending = await database.transaction((tx) => prepare(tx, versions, around, row))
  const failures: Error[] = []
  const letters = (await Promise.all(sending.people.map(async (each) => {
    try {
      const letter = write(sending, row, each, around)
      const bounce = letter.way === 'atOnce' ? await post(mailer, sending, letter, around) : undefined
      if (letter.way === 'atOnce') crashHere('AFTER_SEND_BEFORE_RECORD')
      await record(database, row, [letter], 'smtp', bounce)
      return letter
    } catch (error) {
      failures.push(error instanceof Error ? error : new Error(String(error)))
      return undefined
    }
  }))).filter((letter) => letter !== undefined)
  if (failures[0]) throw failures.find((failure) => failure.name === 'Defect') ?? failures[0]
  return summary('smtp', sending, letters)
}

async function prepare(tx: Tx, versions: NoticeVersions, around: Surroundings, row: OutboxRow): Promise<Sending> {
  const to = row.payload.to as string | string[]
  const subject = await readNoticeCase(tx, versions, row.caseId, typeof to === 'string' ? [to] : to)
  const attached = row.payload.attach === undefined ? undefined : await attachedDocument(tx, versions, around, row)
  const cause = await causeOf(tx, row)
  const chosen = await readAllPreferences(tx, subject.people.map(({ id }) => id))
  const people = subject.people.filter(({ id }) => !cause.reached.includes(id)).map((person) => {
    const kind = kindOf(row, cause, person)
    return { person, kind, way: (chosen.get(person.id) ?? DEFAULTS).ways[kind] }
  })
  return { subject, attached, people }
}

/** Who brought the notice about, and whom it has reached already. */
async function causeOf(tx: Tx, row: OutboxRow): Promise<NoticeCause & { reached: string[] }> {
  const [found] = await tx.query<Row & NoticeCause & { reached: string[] }>(
    `SELECT e.actor->>'id' AS "actorId", coalesce(e.numbers, '{}') <> '{}' AS numbered, ARRAY(SELECT person_id::text FROM notice WHERE outbox_id = $3) AS reached
     FROM (SELECT 1) one LEFT JOIN case_event e ON e.case_id = $1 AND e.seq = $2`,
    [row.caseId, row.seq, row.id],
  )
  return { actorId: found?.actorId ?? null, numbered: found?.numbered ?? false, reached: found?.reached ?? [] }
}

function write({ subject, attached }: Sending, row: OutboxRow, { person, kind, way }: Sending['people'][number], around: Surroundings): Letter {
  const template = row.payload.template as string
  const lang = subject.version.templates.langOf(template, person.lang)
  const context = templateContext(subject, row, lang, person, around)
  const withDocument = attached ? { ...context, document: { number: attached.document.number ?? '', title: attached.document.title, issuedAt: row.at } } : context
  return { ...subject.version.templates.render(template, lang, withDocument), person, template, messageId: messageId(row, person, around), kind, way }
}

/** The same for every attempt: a mail that was sent twice shows as one. */
function messageId(row: OutboxRow, person: Person, around: Surroundings): string {
  return `<o-${row.id}-${person.id}@${new URL(around.baseUrl).hostname}>`
}

/** Mails it; what the server said where it never will. Throws what another attempt may overcome. */
async function post(mailer: Mailer, { subject, attached }: Sending, letter: Letter, around: Surroundings): Promise<string | undefined> {
  const { person: { name, email }, subject: title, text, html, messageId: id } = letter
  try {
    await mailer.send({ to: { name, address: email }, subject: title, text, html, messageId: id, attachments: attached ? attachments(subject, attached.row, attached.document, letter, around) : [] })
    return undefined
  } catch (error) {
    const said = finalRefusal(error)
    if (said === undefined) throw error
    return said
  }
}

function attachments(subject: NoticeCase, row: OutboxRow, document: IssuedDocument, letter: Letter, around: Surroundings): Attachment[] {
  const original = { filename: `${document.title}.html`, html: document.html }
  if (letter.lang === 'ja' || subject.version.templates.langOf(document.template, letter.lang) === 'ja') return [original]
  const translation = renderDocument(subject, row, letter.lang, around)
  return [original, { filename: `${translation.subject}.html`, html: translation.html }]
}

const CHANNEL = { atOnce: undefined, daily: 'digest', inbox: 'inbox' } as const
const channelOf = ({ way }: Letter, posted: Posted): Channel => CHANNEL[way] ?? posted

async function record(on: Pick<Tx, 'query'>, row: OutboxRow, letters: readonly Letter[], posted: Posted, bounce?: string): Promise<void> {
  if (letters.length === 0) return
  await on.query(
    `INSERT INTO notice (outbox_id, case_id, person_id, address, lang, template, subject, body_text, body_html, message_id, kind, channel, bounce, bounced_at, sent_at)
     SELECT $1, $2, l.*, $3, CASE WHEN $3::text IS NOT NULL THEN app_now() END, app_now()
     FROM unnest($4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[]) AS l
     ON CONFLICT (outbox_id, person_id) DO NOTHING`,
    [
      row.id, row.caseId, bounce ?? null, letters.map((letter) => letter.person.id), letters.map((letter) => letter.person.email), letters.map((letter) => letter.lang),
      letters.map((letter) => letter.template), letters.map((letter) => letter.subject), letters.map((letter) => letter.text), letters.map((letter) => letter.html), letters.map((letter) => letter.messageId),
      letters.map((letter) => letter.kind), letters.map((letter) => channelOf(letter, posted)),
    ])
}

function summary(channel: Posted, { attached }: Sending, letters: readonly Letter[]): Json {
  const count = (way: Way): number => letters.filter((letter) => letter.way === way).length
  return { channel, sent: count('atOnce'), inDigest: count('daily'), inboxOnly: count('inbox'), ...(attached ? { documentId: attached.document.id } : {}) }
}
