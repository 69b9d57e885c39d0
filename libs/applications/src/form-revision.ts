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
  const [found] = await latestRevisionsOf(on, [caseId])
  return found ?? new Map<string, FormRevision>()
}

/** The same for each of these cases, in their order. */
export async function latestRevisionsOf(on: Connection, caseIds: readonly string[]): Promise<Map<string, FormRevision>[]> {
  const rows = await on.query<FormRevision & { caseId: string } & Row>(
    `SELECT DISTINCT ON (case_id, form) case_id AS "caseId", form, revision, answers, computed, complete, missing, hash, at FROM form_revision WHERE case_id = ANY ($1::uuid[]) ORDER BY case_id, form, revision DESC`,
    [caseIds],
  )
  const found = new Map<string, Map<string, FormRevision>>()
  for (const { caseId, ...row } of rows) found.set(caseId, (found.get(caseId) ?? new Map<string, FormRevision>()).set(row.form, row))
  return caseIds.map((id) => found.get(id) ?? new Map<string, FormRevision>())
}
