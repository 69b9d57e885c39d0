import { createHash } from 'node:crypto'
import { evaluateForm, fieldsOf, type FormDefinition, type FormEvaluation } from '@saitaku/forms'
import { canonicalJson, holdsUnstorable, type CaseState, type JsonObject } from '@saitaku/statechart'
import type { Row } from '@saitaku/database'
import type { Connection } from './connection.js'
import type { FormRevision } from './form-revision.js'
import { mergePatch } from './merge-patch.js'
import { openFields, type OpenFields } from './open-fields.js'
import { chartOf } from './programme-charts.js'

export interface FormChange {
  caseId: string
  form: string
  /** RFC 7396: what is null is taken away. */
  patch: JsonObject
  authorId: string | null
  /** Refused as stale unless this is the newest revision; 0 where nothing was saved yet. */
  expectedRevision?: number | undefined
  /** Roles of the author on this case; an applicant's unless given. */
  roles?: readonly string[]
  /** The office writes for the applicant, who is asked to agree: any field may be changed as long as the case is not over. */
  onBehalf?: boolean
}

type Sentence = { ja: string; en: string }
export type FormRefusal = {
  ok: false
  code: 'unknownCase' | 'unknownForm' | 'stale' | 'closed' | 'lockedFields' | 'badInput' | 'tooLarge'
  reason: Sentence
  /** Fields that may be changed now. */
  open: OpenFields
  errors: { field: string; message: Sentence }[]
  current?: FormRevision | undefined
}
export type FormSaved = { ok: true; saved: FormRevision; problems: FormEvaluation['problems']; open: OpenFields; changed: boolean }

/** The most that the answers of one form may weigh, in characters of JSON. */
export const MAX_ANSWERS = 400_000
/** Autosaves of one form that arrive at once, and events that move the case meanwhile, are each tried again. */
const MAX_TRIES = 8

/**
 * Appends a revision of a case's form: the newest answers with the patch applied, read by the form of the
 * case's programme version. A patch that changes nothing appends nothing. This is not an event: it has a
 * version of its own, so that a deadline that fires never answers an autosave with a conflict.
 */
export async function saveForm(on: Connection, change: FormChange): Promise<FormSaved | FormRefusal> {
  for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
    const result = await attemptToSave(on, change)
    if (result !== 'again') return result
  }
  return refusal('stale', 'ほかの人が同時に編集しています。もう一度保存してください', 'Others are changing this form at the same time; save it again', 'none')
}

async function attemptToSave(on: Connection, change: FormChange): Promise<FormSaved | FormRefusal | 'again'> {
  const found = await read(on, change)
  if (!found) return refusal('unknownCase', '案件が見つかりません', 'There is no such case', 'none')
  const chart = await chartOf(on, { id: found.versionId, hash: found.versionHash }, found.chart)
  const definition = chart.definition.forms[change.form]
  if (!definition) return refusal('unknownForm', `様式「${change.form}」はありません`, `There is no form ${change.form}`, 'none')
  const open = change.onBehalf ? (found.done ? 'none' : 'all') : openFields(chart, found, change.form, change.roles ?? ['applicant'])
  const { latest } = found
  if (change.expectedRevision !== undefined && change.expectedRevision !== (latest?.revision ?? 0))
    return { ...refusal('stale', '別の画面で先に保存されています。最新の内容を確認してください', 'This form has been saved since; look at its present answers', open), current: latest }
  const answers = mergePatch(latest?.answers ?? {}, change.patch)
  const refused = judge(definition, latest?.answers ?? {}, answers, change.patch, open)
  if (refused) return { ...refused, current: latest }
  const evaluation = evaluateForm(definition, answers)
  if (latest && canonicalJson(answers) === canonicalJson(latest.answers)) return { ok: true, saved: latest, problems: evaluation.problems, open, changed: false }
  const saved = await append(on, change, found, answers, evaluation)
  return saved ? { ok: true, saved, problems: evaluation.problems, open, changed: true } : 'again'
}

interface Found {
  version: number
  versionId: number
  versionHash: string
  chart: string
  state: CaseState
  phase: string | null
  done: boolean
  movedAt: Date
  latest: FormRevision | undefined
}

async function read(on: Connection, { caseId, form }: FormChange): Promise<Found | undefined> {
  const [row] = await on.query<Omit<Found, 'latest'> & FormRevision & Row>(
    `SELECT c.version, c.version_id AS "versionId", v.hash AS "versionHash", c.chart, c.state, c.phase, c.done, c.moved_at AS "movedAt",
            r.form, r.revision, r.answers, r.computed, r.complete, r.missing, r.hash, r.at
     FROM cases c JOIN programme_version v ON v.id = c.version_id
     LEFT JOIN LATERAL (SELECT * FROM form_revision f WHERE f.case_id = c.id AND f.form = $2 ORDER BY f.revision DESC LIMIT 1) r ON true
     WHERE c.id = $1`,
    [caseId, form],
  )
  if (!row) return undefined
  const { revision, answers, computed, complete, missing, hash, at, ...found } = row
  const saved = revision as number | null
  return { ...found, latest: saved === null ? undefined : { form, revision: saved, answers, computed, complete, missing, hash, at } }
}

function judge(definition: FormDefinition, before: JsonObject, after: JsonObject, patch: JsonObject, open: OpenFields): FormRefusal | undefined {
  const errors = [...unstorable(patch), ...unanswerable(definition, patch)]
  if (errors.length > 0) return { ...refusal('badInput', '入力内容を確認してください', 'Some of the answers cannot be taken', open), errors }
  if (canonicalJson(after).length > MAX_ANSWERS) return refusal('tooLarge', '入力が長すぎて保存できません', 'The answers are too long to be saved', open)
  const changed = Object.keys(patch).filter((field) => canonicalJson(before[field]) !== canonicalJson(after[field]))
  if (changed.length === 0) return undefined
  if (open === 'none') return refusal('closed', 'この様式は、いまは変更できません', 'This form cannot be changed now', open)
  const locked = open === 'all' ? [] : changed.filter((field) => !open.includes(field) && !isNewlyAsked(definition, field, before, after, open))
  if (locked.length === 0) return undefined
  return {
    ...refusal('lockedFields', '補正をお願いした項目だけを変更できます', 'Only the fields that the remarks ask about may be changed', open),
    errors: locked.map((field) => ({ field, message: { ja: 'この項目は、いまは変更できません', en: 'this field may not be changed now' } })),
  }
}

/** A correction may bring up a field that was not asked before; it would otherwise be required and locked at once. */
function isNewlyAsked(definition: FormDefinition, field: string, before: JsonObject, after: JsonObject, open: readonly string[]): boolean {
  if (before[field] !== undefined) return false
  const corrected = Object.fromEntries(Object.entries(after).filter(([name]) => open.includes(name) || before[name] !== undefined))
  return evaluateForm(definition, corrected).missing.includes(field)
}

function unstorable(patch: JsonObject): FormRefusal['errors'] {
  return Object.entries(patch)
    .filter(([field, answer]) => holdsUnstorable(answer) || holdsUnstorable(field))
    .map(([field]) => ({ field, message: { ja: '保存できない文字が含まれています', en: 'it holds characters that cannot be stored' } }))
}

function unanswerable(definition: FormDefinition, patch: JsonObject): FormRefusal['errors'] {
  const kinds = new Map(fieldsOf(definition).map((field) => [field.id, field.kind]))
  return Object.keys(patch).flatMap((field) => {
    if (!kinds.has(field)) return [{ field, message: { ja: 'この様式にない項目です', en: 'the form has no such field' } }]
    return kinds.get(field) === 'computed' ? [{ field, message: { ja: '自動計算の項目には入力できません', en: 'this field is computed and takes no answer' } }] : []
  })
}

/** Nothing is appended when another revision came first, or when the case has moved on and the form may be closed. */
async function append(on: Connection, { caseId, form, authorId }: FormChange, { version, latest }: Found, answers: JsonObject, evaluation: FormEvaluation): Promise<FormRevision | undefined> {
  const revision = (latest?.revision ?? 0) + 1
  const hash = createHash('sha256').update(canonicalJson(answers)).digest('hex')
  const { complete, missing, values } = evaluation
  const [row] = await on.query<{ at: Date }>(
    `INSERT INTO form_revision (case_id, form, revision, answers, computed, complete, missing, hash, author_id, at)
     SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, app_now() FROM (SELECT 1 FROM cases WHERE id = $1 AND version = $10 FOR SHARE) AS unmoved
     ON CONFLICT DO NOTHING RETURNING at`,
    [caseId, form, revision, JSON.stringify(answers), JSON.stringify(values), complete, missing, hash, authorId, version],
  )
  return row && { form, revision, answers, computed: values, complete, missing, hash, at: row.at }
}

function refusal(code: FormRefusal['code'], ja: string, en: string, open: OpenFields): FormRefusal {
  return { ok: false, code, reason: { ja, en }, open, errors: [] }
}
