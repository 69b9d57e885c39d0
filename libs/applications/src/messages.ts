import { formatInstant } from '@saitaku/calendar'
import type { Message } from '@saitaku/contracts'
import type { Row } from '@saitaku/database'
import type { Connection } from './connection.js'
import type { SeenCase } from './sight.js'

export interface NewMessage {
  authorId: string
  side: 'applicant' | 'office' | 'note'
  body: string
  /** The same key again writes nothing and gives the first message. */
  key?: string | undefined
}

interface MessageRow extends Row {
  id: string
  at: Date
  side: Message['side']
  authorId: string
  author: string | null
  body: string
  readUpTo: string | null
}

/** Messages of a case as this person may read them, oldest first from `after` on. To applicants the office is one, and its notes are not there. */
export async function readMessages(on: Connection, seen: SeenCase, personId: string, { after, limit }: { after?: string | undefined; limit: number }): Promise<{ items: Message[]; next: string | null }> {
  const sides = seen.parts.has('officeNotes') ? ['applicant', 'office', 'note'] : ['applicant', 'office']
  const rows = await on.query<MessageRow>(
    `SELECT m.id::text, m.at, m.side, m.author_id AS "authorId", p.name AS author, m.body, (SELECT r.message_id::text FROM case_message_read r WHERE r.case_id = $1 AND r.person_id = $2) AS "readUpTo"
     FROM case_message m LEFT JOIN person p ON p.id = m.author_id WHERE m.case_id = $1 AND m.side = ANY ($3) AND m.id > $4 ORDER BY m.id LIMIT $5`,
    [seen.id, personId, sides, after ?? '0', limit + 1])
  const shown = rows.slice(0, limit)
  return { items: shown.map((row) => messageAsSeen(row, seen, personId)), next: rows.length > limit ? (shown.at(-1)?.id ?? null) : null }
}

function messageAsSeen({ id, at, side, authorId, author, body, readUpTo }: MessageRow, { sight, capacities }: SeenCase, personId: string): Message {
  const fromOffice = side !== 'applicant'
  const named = sight === 'office' || !fromOffice || capacities.some((capacity) => capacity === 'finance' || capacity === 'officer')
  return { id, at: formatInstant(at), side, author: named ? { id: authorId, name: author ?? '' } : null, own: authorId === personId, read: authorId === personId || BigInt(readUpTo ?? '0') >= BigInt(id), body }
}

/** Writes a message and returns its id. */
export async function writeMessage(on: Connection, caseId: string, { authorId, side, body, key }: NewMessage): Promise<string> {
  const [written] = await on.query<{ id: string }>(
    `INSERT INTO case_message (case_id, author_id, side, body, key) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (case_id, author_id, key) WHERE key IS NOT NULL DO NOTHING RETURNING id::text`,
    [caseId, authorId, side, body, key ?? null])
  if (written) return written.id
  const [first] = await on.query<{ id: string }>('SELECT id::text FROM case_message WHERE case_id = $1 AND author_id = $2 AND key = $3', [caseId, authorId, key])
  if (!first) throw new Error(`A message of case ${caseId} was neither written nor there`)
  return first.id
}

/** Notes that a person has read up to a message; it never goes back. */
export async function markRead(on: Connection, caseId: string, personId: string, upTo: string): Promise<void> {
  await on.query(
    `INSERT INTO case_message_read (case_id, person_id, message_id) SELECT $1, $2, max(id) FROM case_message WHERE case_id = $1 AND id <= $3 HAVING max(id) IS NOT NULL
     ON CONFLICT (case_id, person_id) DO UPDATE SET message_id = greatest(case_message_read.message_id, excluded.message_id)`,
    [caseId, personId, upTo])
}
