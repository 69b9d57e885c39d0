import { createHash } from 'node:crypto'
import { Defect, type OutboxRow } from '@saitaku/engine'
import type { Json } from '@saitaku/statechart'
import type { Row, Tx } from '@saitaku/database'
import { readNoticeCase, templateContext, type NoticeCase, type NoticeVersions, type Person, type Surroundings } from './notice-context.js'
import type { Lang, Rendered } from './templates.js'

export interface IssuedDocument {
  id: string
  template: string
  number: string | null
  title: string
  html: string
  sha256: string
}

/** A letter is the office's: it is issued in Japanese, addressed to the case's first applicant. */
const LANG: Lang = 'ja'
const ADDRESSEES = ['applicant']

/**
 * Issues the document of an outbox row, or finds it issued: by its own job or by the notice that attaches it,
 * whichever came first. It is dated with the event that caused it, so both write the same.
 */
export async function issueDocument(tx: Tx, versions: NoticeVersions, around: Surroundings, row: OutboxRow): Promise<IssuedDocument> {
  const found = await findDocument(tx, row.id)
  if (found) return found
  const subject = await readNoticeCase(tx, versions, row.caseId, ADDRESSEES)
  const template = row.payload.template as string
  const number = numberOf(row)
  const { subject: title, text, html, lang } = renderDocument(subject, row, LANG, around)
  await tx.query(
    `INSERT INTO document (outbox_id, case_id, template, lang, number, title, body_text, body_html, sha256, issued_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (outbox_id) DO NOTHING`,
    [row.id, row.caseId, template, lang, number, title, text, html, sha256(html), row.at])
  const issued = await findDocument(tx, row.id)
  if (!issued) throw new Defect(`Document ${template} of effect ${row.id} was neither written nor found`)
  return issued
}

/** The document that a notice attaches: that of the same event, else the last one of its kind that was issued. */
export async function attachedDocument(tx: Tx, versions: NoticeVersions, around: Surroundings, notice: OutboxRow): Promise<{ row: OutboxRow; document: IssuedDocument }> {
  const template = notice.payload.attach as string
  const [row] = await tx.query<Row>(
    `SELECT id, case_id, seq, topic, payload, at, generation FROM outbox
     WHERE case_id = $1 AND topic = 'issueDocument' AND payload->>'template' = $2 AND seq <= $3 ORDER BY seq DESC, id DESC LIMIT 1`,
    [notice.caseId, template, notice.seq])
  if (!row) throw new Defect(`Notice ${notice.payload.template as string} attaches the document ${template}, which was never issued for case ${notice.caseId}`)
  const letter: OutboxRow = {
    id: row.id as string, caseId: row.case_id as string, seq: row.seq as number, topic: row.topic as string,
    payload: row.payload as OutboxRow['payload'], at: row.at as Date, generation: row.generation as number,
  }
  return { row: letter, document: await issueDocument(tx, versions, around, letter) }
}

/** The letter in a language, for the translation that goes with it. */
export function renderDocument(subject: NoticeCase, row: OutboxRow, lang: Lang, around: Surroundings): Rendered {
  const addressee: Pick<Person, 'name'> = subject.people[0] ?? { name: '' }
  const context = templateContext(subject, row, lang, addressee, around)
  return subject.version.templates.render(row.payload.template as string, lang, { ...context, document: { number: numberOf(row) ?? '', issuedAt: row.at } })
}

/** What the effect's outcome says of it. */
export function documentResult(document: IssuedDocument): Json {
  return { documentId: document.id, number: document.number, sha256: document.sha256 }
}

function numberOf(row: OutboxRow): string | null {
  return typeof row.payload.numberText === 'string' ? row.payload.numberText : null
}

async function findDocument(tx: Tx, outboxId: string): Promise<IssuedDocument | undefined> {
  const [row] = await tx.query<Row>('SELECT id, template, number, title, body_html, sha256 FROM document WHERE outbox_id = $1', [outboxId])
  return row && { id: row.id as string, template: row.template as string, number: row.number as string | null, title: row.title as string, html: row.body_html as string, sha256: row.sha256 as string }
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex')
}
