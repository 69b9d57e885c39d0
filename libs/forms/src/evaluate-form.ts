import { Optional } from '@marcbachmann/cel-js'
import { toCel } from './cel-value.js'
import type { FieldDefinition, FieldOf, FormDefinition } from './definition.js'
import { fieldsOf } from './fields-of.js'
import { MAX_INT } from './limits.js'
import { compileForm, type CompiledForm, type Context, type Outcome } from './expressions.js'
import { partName, totalName, totalNames } from './field-types.js'
import { problem, type FormProblem, type Json, type ProblemCode } from './problems.js'
import { own, readAnswer } from './read-answer.js'
import { isRecord, type Reading } from './reading.js'

export interface FormEvaluation {
  /** Nothing required is missing and no problem is an error. */
  complete: boolean
  /** Ids of required fields that are unanswered, or answered in part, in the order of the form. */
  missing: string[]
  problems: FormProblem[]
  /** Normalised answers of the fields that count, their totals, and the computed fields. */
  values: Record<string, Json>
}

/**
 * Reads a form's answers: normalises each, decides which fields count (`when`), computes totals and computed
 * fields, and says what is missing or wrong. Any JSON may be given as answers; none makes it throw. An answer
 * of a field that does not count is neither checked nor among the values.
 *
 * @param form a form that `checkForms` passes; an expression that cannot be evaluated is a problem of its field
 * @param answers by field id, as they were typed; `null` and blanks are no answer
 * @example
 * evaluateForm(form, { cost: '１，２３４，５６７円' }).values // → { cost: 1234567 }
 */
export function evaluateForm(form: FormDefinition, answers: Readonly<Record<string, unknown>>): FormEvaluation {
  const given: unknown = answers
  const record = isRecord(given) ? given : {}
  const compiled = compileForm(form)
  const results = evaluateFields(compiled, record)
  const inFormOrder = fieldsOf(form).map((field) => results.get(field.id) ?? NOT_COUNTED)
  const problems = [...(isRecord(given) ? [] : [problem([], 'notAnObject')]), ...inFormOrder.flatMap((result) => result.problems), ...strangers(form, record)]
  const missing = fieldsOf(form).filter((field) => results.get(field.id)?.missing).map((field) => field.id)
  return {
    complete: missing.length === 0 && problems.every((p) => p.severity === 'warning'),
    missing,
    problems,
    values: Object.fromEntries(inFormOrder.flatMap((result) => result.values)),
  }
}

interface FieldResult {
  values: [string, Json][]
  problems: FormProblem[]
  missing: boolean
}

const NOT_COUNTED: FieldResult = { values: [], problems: [], missing: false }

function evaluateFields(compiled: CompiledForm, answers: Record<string, unknown>): Map<string, FieldResult> {
  const context: Context = Object.create(null) as Context
  const results = new Map<string, FieldResult>()
  for (const field of compiled.ordered) {
    const { result, settled } = evaluateField(compiled, field, answers, context)
    results.set(field.id, result)
    for (const [name, value] of result.values) learn(compiled, context, name, value)
    if (settled) for (const name of [field.id, ...totalNames(field)]) learnAbsence(compiled, context, name)
  }
  return results
}

function learn({ types }: CompiledForm, context: Context, name: string, value: Json): void {
  const type = types[name]
  if (type === undefined) return // a checklist's own answers are not for expressions
  const known = toCel(type.type, value)
  context[name] = type.optional ? Optional.of(known) : known
}

function learnAbsence({ types }: CompiledForm, context: Context, name: string): void {
  if (types[name]?.optional && !(name in context)) context[name] = Optional.none()
}

/** `settled`: what the field lacks now it lacks for good, as far as the answers go; false while its own conditions are unknown. */
interface Evaluated {
  result: FieldResult
  settled: boolean
}

function evaluateField(compiled: CompiledForm, field: FieldDefinition, answers: Record<string, unknown>, context: Context): Evaluated {
  if (compiled.cyclic.has(field.id)) return { result: broken(field, 'expressionFailed'), settled: false }
  const condition = compiled.when.get(field.id)?.run(context) ?? { is: 'value', value: true }
  if (condition.is === 'unknown') return { result: NOT_COUNTED, settled: false }
  if (condition.is === 'failed' || typeof condition.value !== 'boolean') return { result: broken(field, 'expressionFailed'), settled: false }
  if (!condition.value) return { result: NOT_COUNTED, settled: true }
  if (field.kind === 'computed') return { result: compute(field, compiled.computed.get(field.id)?.run(context) ?? { is: 'failed' }), settled: false }
  const reading = readAnswer(field, own(answers, field.id))
  return { result: fromReading(field, reading), settled: !field.required && reading.problems.length === 0 }
}

function broken(field: FieldDefinition, code: ProblemCode): FieldResult {
  return { values: [], problems: [problem([field.id], code)], missing: false }
}

function compute(field: FieldOf<'computed'>, outcome: Outcome): FieldResult {
  if (outcome.is === 'unknown') return NOT_COUNTED
  if (outcome.is === 'failed') return broken(field, 'expressionFailed')
  const { value } = outcome
  if (field.type === 'int' && typeof value === 'bigint') {
    const int = Number(value)
    return Math.abs(int) > MAX_INT ? broken(field, 'outOfRange') : { values: [[field.id, int]], problems: [], missing: false }
  }
  if (typeof value === 'string' || typeof value === 'boolean') {
    const right = field.type === (typeof value === 'string' ? 'string' : 'bool')
    return right ? { values: [[field.id, value]], problems: [], missing: false } : broken(field, 'expressionFailed')
  }
  return broken(field, 'expressionFailed')
}

function fromReading(field: Exclude<FieldDefinition, { kind: 'computed' }>, reading: Reading): FieldResult {
  if (reading.value === undefined) {
    return { values: [], problems: reading.problems, missing: field.required && reading.problems.length === 0 }
  }
  const totals = totalsOf(field, reading.value)
  const tooLarge = totals.some(([, total]) => Math.abs(total) > MAX_INT)
  return {
    values: [[field.id, reading.value], ...(tooLarge ? [] : totals)],
    problems: tooLarge ? [...reading.problems, problem([field.id], 'outOfRange')] : reading.problems,
    missing: field.required && reading.incomplete === true,
  }
}

function totalsOf(field: FieldDefinition, value: Json): [string, number][] {
  if (field.kind === 'table' && field.sums.length > 0 && Array.isArray(value)) return tableTotals(field, value)
  if (field.kind === 'checklist' && isPoints(value)) return checklistTotals(field, value)
  return []
}

function tableTotals(field: FieldOf<'table'>, rows: Json[]): [string, number][] {
  const sums = field.sums.map((id): [string, number] => [partName(field, id), sum(rows.map((row) => cell(row, id)))])
  return [...sums, [totalName(field), sum(sums.map(([, total]) => total))]]
}

function cell(row: Json, column: string): number {
  const value = isRecord(row) ? row[column] : undefined
  return typeof value === 'number' ? value : 0
}

function checklistTotals(field: FieldOf<'checklist'>, points: Record<string, Json>): [string, number][] {
  const weighted = field.items.map((item) => ({ group: item.group, points: cell(points, item.id) * item.weight }))
  const groups = field.groups.map((group): [string, number] => [
    partName(field, group.id),
    sum(weighted.filter((item) => item.group === group.id).map((item) => item.points)),
  ])
  return [...groups, [totalName(field), sum(weighted.map((item) => item.points))]]
}

function isPoints(value: Json): value is Record<string, Json> {
  return isRecord(value)
}

/** At most 200 rows of ±2^53: what leaves the exact range on the way is far outside of it at the end, or cancels to a wrong sum; hence bigint. */
function sum(numbers: number[]): number {
  return Number(numbers.reduce((total, n) => total + BigInt(n), 0n))
}

function strangers(form: FormDefinition, answers: Record<string, unknown>): FormProblem[] {
  const kinds = new Map<string, FieldDefinition['kind']>(fieldsOf(form).map((field) => [field.id, field.kind]))
  return Object.keys(answers).flatMap((key): FormProblem[] => {
    const kind = kinds.get(key)
    if (kind === undefined) return [problem([key], 'unknownField')]
    return kind === 'computed' ? [problem([key], 'notAnswerable')] : []
  })
}
