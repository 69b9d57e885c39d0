import type { FieldKind, FormDefinition } from './definition.js'
import { evaluateForm } from './evaluate-form.js'
import { fieldsOf } from './fields-of.js'
import type { Label } from './identifier.js'
import type { Json } from './problems.js'
import { isRecord } from './reading.js'

/** A difference between two submissions. `spelling`: it reads the same and was typed otherwise. */
export interface AnswerChange {
  field: string
  section: string
  label: Label
  kind: FieldKind
  change: 'added' | 'removed' | 'changed' | 'spelling'
  before: Json | null
  after: Json | null
  /** Of a table: rows by number from 1, and which of their columns changed. */
  rows?: { row: number; change: 'added' | 'removed' | 'changed'; columns: string[] }[]
}

/** What is different between two submissions of a form, in its order, by what was read of the answers. Computed fields are told where they differ too. */
export function answerChanges(form: FormDefinition, before: Readonly<Record<string, Json>>, after: Readonly<Record<string, Json>>): AnswerChange[] {
  const [was, is] = [evaluateForm(form, before).values, evaluateForm(form, after).values]
  const sectionOf = new Map(form.sections.flatMap(({ id, fields }) => fields.map((field) => [field.id, id] as const)))
  return fieldsOf(form).flatMap((field): AnswerChange[] => {
    const read = [was[field.id] ?? null, is[field.id] ?? null] as const
    const typed = [before[field.id] ?? null, after[field.id] ?? null] as const
    const unread = read[0] === null && read[1] === null
    if (unread ? same(typed[0], typed[1]) : same(read[0], read[1]) && same(typed[0], typed[1])) return []
    const [old, now] = unread ? typed : read
    const change = old === null ? 'added' : now === null ? 'removed' : same(old, now) ? 'spelling' : 'changed'
    const rows = field.kind === 'table' && Array.isArray(old) && Array.isArray(now) && change === 'changed' ? rowChanges(old, now) : undefined
    return [{ field: field.id, section: sectionOf.get(field.id) ?? '', label: field.label, kind: field.kind, change, before: old, after: now, ...(rows ? { rows } : {}) }]
  })
}

function rowChanges(before: readonly Json[], after: readonly Json[]): NonNullable<AnswerChange['rows']> {
  return Array.from({ length: Math.max(before.length, after.length) }, (_, i) => i).flatMap((i): NonNullable<AnswerChange['rows']> => {
    const [old, now] = [before[i], after[i]]
    if (old === undefined || now === undefined) return [{ row: i + 1, change: old === undefined ? 'added' : 'removed', columns: [] }]
    const [a, b] = [isRecord(old) ? old : {}, isRecord(now) ? now : {}]
    const columns = [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((column) => !same(a[column] ?? null, b[column] ?? null)).sort()
    return columns.length === 0 ? [] : [{ row: i + 1, change: 'changed', columns }]
  })
}

/** Equal as JSON, whatever the order of members. */
function same(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => same(item, b[i]))
  if (!isRecord(a) || !isRecord(b)) return a === b
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]))
}
