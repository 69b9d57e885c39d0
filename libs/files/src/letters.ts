import type { Row } from '@saitaku/database'
import type { Connection } from './attachment.js'

/** A letter of the office as it was issued. */
export interface Letter {
  id: string
  caseId: string
  template: string
  title: string
  number: string | null
  sha256: string
  issuedAt: Date
}

const COLUMNS = `d.id, d.case_id AS "caseId", d.template, d.title, d.number, d.sha256, d.issued_at AS "issuedAt"`

/**
 * A letter is there for those to whom it went: once a notice to one of these roles has gone out that attaches it, or
 * that attaches another letter of the same event. Before that it tells of a decision that is not announced.
 */
const HAS_GONE_OUT = `EXISTS (
  SELECT 1 FROM outbox issue JOIN outbox sent ON sent.case_id = issue.case_id AND sent.topic = 'notify' AND sent.payload->>'attach' IS NOT NULL
      AND (sent.seq = issue.seq OR sent.seq > issue.seq AND sent.payload->>'attach' = d.template)
    JOIN effect_outcome e ON e.outbox_id = sent.id AND e.state = 'done'
  WHERE issue.id = d.outbox_id AND sent.payload->'to' ?| $2)`

/** For whom a letter is asked: the office sees all of them, others those that went to one of their roles. */
export type LetterReader = 'office' | readonly string[]

const readable = (reader: LetterReader): [condition: string, roles: readonly string[]] => (reader === 'office' ? ['$2::text[] IS NOT NULL', []] : [HAS_GONE_OUT, reader])

export async function lettersOf(on: Connection, caseId: string, reader: LetterReader): Promise<Letter[]> {
  const [condition, roles] = readable(reader)
  return on.query<Letter & Row>(`SELECT ${COLUMNS} FROM document d WHERE d.case_id = $1 AND ${condition} ORDER BY d.issued_at, d.id`, [caseId, roles])
}

/** The case of a letter, by which it is decided who may ask for it. */
export async function caseOfLetter(on: Connection, id: string): Promise<string | undefined> {
  const [row] = await on.query<{ caseId: string }>('SELECT case_id AS "caseId" FROM document WHERE id = $1', [id])
  return row?.caseId
}

export async function readLetter(on: Connection, id: string, reader: LetterReader): Promise<(Letter & { html: string }) | undefined> {
  const [condition, roles] = readable(reader)
  const [row] = await on.query<Letter & { html: string } & Row>(`SELECT ${COLUMNS}, d.body_html AS html FROM document d WHERE d.id = $1 AND ${condition}`, [id, roles])
  return row
}
