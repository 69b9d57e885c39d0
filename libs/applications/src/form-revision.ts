import type { JsonObject } from '@saitaku/statechart'
import type { Row } from '@saitaku/database'
import type { Connection } from './connection.js'

/** A form as it was saved once. Answers are as typed, computed are the normalised values with totals. */
export interface FormRevision {
  form: string
  revision: number
  answers: JsonObject
  computed: JsonObject
  complete: boolean
  missing: string[]
  hash: string
  at: Date
}

/** The newest revision of each form of a case. */
export async function latestRevisions(on: Connection, caseId: string): Promise<Map<string, FormRevision>> {
  const rows = await on.query<FormRevision & Row>(
    `SELECT DISTINCT ON (form) form, revision, answers, computed, complete, missing, hash, at FROM form_revision WHERE case_id = $1 ORDER BY form, revision DESC`,
    [caseId],
  )
  return new Map(rows.map((row) => [row.form, row]))
}
