import { formatInstant } from '@saitaku/calendar'
import type { ConsentRequest } from '@saitaku/contracts'
import type { Database, Row } from '@saitaku/database'
import { canonicalJson, type JsonObject } from '@saitaku/statechart'
import type { Connection } from './connection.js'
import { saveForm, type FormRefusal, type FormSaved } from './save-form.js'

export interface BehalfChange {
  caseId: string
  form: string
  patch: JsonObject
  reason: string
  clerkId: string
}

/** Writes into a form for its applicant, and asks them to agree. What changes nothing asks for nothing. */
export async function saveOnBehalf(database: Database, { caseId, form, patch, reason, clerkId }: BehalfChange): Promise<FormSaved | FormRefusal> {
  return database.transaction(async (tx) => {
    const result = await saveForm(tx, { caseId, form, patch, authorId: clerkId, onBehalf: true })
    if (result.ok && result.changed) await tx.query('INSERT INTO form_consent (case_id, form, revision, reason, asked_by) VALUES ($1, $2, $3, $4, $5)', [caseId, form, result.saved.revision, reason, clerkId])
    return result
  })
}

interface ConsentRow extends Row {
  form: string
  revision: number
  reason: string
  askedAt: Date
  outcome: ConsentRequest['outcome']
  answeredAt: Date | null
  before: JsonObject | null
  after: JsonObject
}

/** What the office wrote for an applicant, newest first, with the fields that it changed. */
export async function readConsents(on: Connection, caseId: string): Promise<ConsentRequest[]> {
  const rows = await on.query<ConsentRow>(
    `SELECT k.form, k.revision, k.reason, k.asked_at AS "askedAt", k.outcome, k.answered_at AS "answeredAt", r.answers AS after,
       (SELECT b.answers FROM form_revision b WHERE b.case_id = k.case_id AND b.form = k.form AND b.revision = k.revision - 1) AS before
     FROM form_consent k JOIN form_revision r USING (case_id, form, revision) WHERE k.case_id = $1 ORDER BY k.asked_at DESC, k.form, k.revision DESC`, [caseId])
  return rows.map(({ askedAt, answeredAt, before, after, ...row }) => ({
    form: row.form, revision: row.revision, reason: row.reason, outcome: row.outcome, askedAt: formatInstant(askedAt), answeredAt: answeredAt && formatInstant(answeredAt), fields: changedFields(before ?? {}, after),
  }))
}

const changedFields = (before: JsonObject, after: JsonObject): string[] => [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((field) => canonicalJson(before[field] ?? null) !== canonicalJson(after[field] ?? null)).sort()

/**
 * The applicant agrees, or refuses: then the fields get back the answers that they had, unless those were changed again
 * since. Undefined where nothing of that revision waits for an answer.
 */
export async function answerConsent(database: Database, caseId: string, personId: string, { form, revision, agree }: { form: string; revision: number; agree: boolean }): Promise<'agreed' | 'refused' | undefined> {
  return database.transaction(async (tx) => {
    const answered = await tx.query(
      `UPDATE form_consent SET outcome = $4, answered_by = $5, answered_at = app_now() WHERE case_id = $1 AND form = $2 AND revision = $3 AND outcome IS NULL RETURNING revision`,
      [caseId, form, revision, agree ? 'agreed' : 'refused', personId])
    if (answered.length === 0) return undefined
    if (agree) return 'agreed'
    const rows = await tx.query<{ revision: number; answers: JsonObject }>(
      `SELECT revision, answers FROM form_revision WHERE case_id = $1 AND form = $2 AND revision IN ($3, $3 - 1, (SELECT max(revision) FROM form_revision WHERE case_id = $1 AND form = $2)) ORDER BY revision`, [caseId, form, revision])
    const answersOf = (wanted: number): JsonObject => rows.find((row) => row.revision === wanted)?.answers ?? {}
    const [before, written, newest] = [answersOf(revision - 1), answersOf(revision), rows.at(-1)?.answers ?? {}]
    const back = changedFields(before, written).filter((field) => canonicalJson(newest[field] ?? null) === canonicalJson(written[field] ?? null))
    const patch = Object.fromEntries(back.map((field) => [field, before[field] ?? null]))
    if (back.length > 0) {
      const result = await saveForm(tx, { caseId, form, patch, authorId: personId, onBehalf: true })
      if (!result.ok) throw new Error(`The answers before revision ${revision} of ${caseId} could not be put back: ${result.code}`)
    }
    return 'refused'
  })
}
