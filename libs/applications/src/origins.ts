import type { Intake } from '@saitaku/contracts'
import type { Database } from '@saitaku/database'
import { fieldsOf } from '@saitaku/forms'
import type { CompiledChart, JsonObject } from '@saitaku/statechart'
import { formatInstant } from '@saitaku/calendar'
import type { Connection } from './connection.js'
import { latestRevisions } from './form-revision.js'

/** What is pledged or attached is pledged and attached anew. */
const NOT_COPIED = new Set(['declaration', 'file', 'computed'])

/** Answers of one application's own form, as far as another's form asks for the same in the same way. */
export async function copyableAnswers(on: Connection, from: { caseId: string; chart: CompiledChart }, to: CompiledChart): Promise<{ form: string; answers: JsonObject } | undefined> {
  const [source, target] = [from.chart.chart.form, to.chart.form]
  if (source === undefined || target === undefined) return undefined
  const before = from.chart.definition.forms[source]
  const after = to.definition.forms[target]
  const saved = (await latestRevisions(on, from.caseId)).get(source)
  if (!before || !after || !saved) return undefined
  const kinds = new Map(fieldsOf(before).map((field) => [field.id, field.kind]))
  const same = fieldsOf(after).filter((field) => !NOT_COPIED.has(field.kind) && kinds.get(field.id) === field.kind).map((field) => field.id)
  return { form: target, answers: Object.fromEntries(same.flatMap((id) => (saved.answers[id] === undefined ? [] : [[id, saved.answers[id]]]))) }
}

export async function noteOrigin(on: Connection, caseId: string, from: { caseId: string; kind: 'copy' | 'move'; reason: string; by: string }): Promise<void> {
  await on.query('INSERT INTO case_origin (case_id, from_case_id, kind, reason, by_id) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING', [caseId, from.caseId, from.kind, from.reason, from.by])
}

export async function partiesOf(on: Connection, caseId: string): Promise<[string, string][]> {
  const rows = await on.query<{ person: string; role: string }>(`SELECT person_id AS person, role FROM case_party WHERE case_id = $1 AND role IN ('applicant', 'editor', 'viewer') ORDER BY role, person_id`, [caseId])
  return rows.map(({ person, role }) => [person, role])
}

export async function noteIntake(on: Connection, caseId: string, { channel, receivedAt, reference, note }: Pick<Intake, 'channel' | 'receivedAt' | 'reference' | 'note'>, enteredBy: string): Promise<void> {
  await on.query('INSERT INTO case_intake (case_id, channel, received_at, reference, note, entered_by) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING', [caseId, channel, receivedAt, reference, note, enteredBy])
}

export interface Provenance {
  intake: { channel: 'paper' | 'email'; receivedAt: string; reference: string; note: string; enteredAt: string } | null
  origin: { caseId: string; kind: 'copy' | 'move'; reason: string; at: string } | null
}

/** How an application came to be, where not by its applicant's own hand. */
export async function provenanceOf(database: Database, caseId: string): Promise<Provenance> {
  const [row] = await database.query<{ channel: 'paper' | 'email' | null; receivedAt: Date; reference: string; note: string; enteredAt: Date; fromId: string | null; kind: 'copy' | 'move'; reason: string; at: Date }>(
    `SELECT i.channel, i.received_at AS "receivedAt", i.reference, i.note, i.entered_at AS "enteredAt", o.from_case_id AS "fromId", o.kind, o.reason, o.at
     FROM (SELECT $1::uuid AS id) c LEFT JOIN case_intake i ON i.case_id = c.id LEFT JOIN case_origin o ON o.case_id = c.id`, [caseId])
  if (!row) return { intake: null, origin: null }
  const { channel, receivedAt, reference, note, enteredAt, fromId, kind, reason, at } = row
  return {
    intake: channel === null ? null : { channel, receivedAt: formatInstant(receivedAt), reference, note, enteredAt: formatInstant(enteredAt) },
    origin: fromId === null ? null : { caseId: fromId, kind, reason, at: formatInstant(at) },
  }
}
