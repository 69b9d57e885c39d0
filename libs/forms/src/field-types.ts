import type { FieldDefinition, FieldKind, FieldOf, FormDefinition } from './definition.js'
import { fieldsOf } from './fields-of.js'

/** The CEL type of what an expression reads. A date is the instant at which it begins in Tokyo. */
export interface FieldType {
  type: 'int' | 'string' | 'bool' | 'timestamp' | 'list<int>' | 'list<string>' | 'list<map>'
  /** Whether a complete form may lack it: the field is not required, or counts only under a condition. */
  optional: boolean
}

const TYPES: Record<Exclude<FieldKind, 'computed' | 'checklist'>, FieldType['type']> = {
  text: 'string',
  longText: 'string',
  kana: 'string',
  email: 'string',
  number: 'int',
  yen: 'int',
  date: 'timestamp',
  choice: 'string',
  choices: 'list<string>',
  sdgs: 'list<int>',
  yesNo: 'bool',
  declaration: 'bool',
  corporateNumber: 'string',
  table: 'list<map>',
  file: 'list<map>',
}

/**
 * The CEL types of a form's fields, its computed fields, and the totals of its tables and checklists.
 * A checklist's own answers are not readable in expressions, its totals are.
 *
 * @example
 * formTypes(form).budgetTotal // → { type: 'int', optional: false }
 */
export function formTypes(form: FormDefinition): Record<string, FieldType> {
  return Object.fromEntries(fieldsOf(form).flatMap(typesOfField))
}

function typesOfField(field: FieldDefinition): [string, FieldType][] {
  if (field.kind === 'computed') return [[field.id, { type: field.type, optional: field.when !== undefined }]]
  const optional = !field.required || field.when !== undefined
  const totals = totalNames(field).map((name): [string, FieldType] => [name, { type: 'int', optional }])
  return field.kind === 'checklist' ? totals : [[field.id, { type: TYPES[field.kind], optional }], ...totals]
}

/** Names of the sums that a field yields beside its own value: `<field>Total` last, its parts before it. */
export function totalNames(field: FieldDefinition): string[] {
  if (field.kind === 'checklist') return [...field.groups.map((group) => partName(field, group.id)), totalName(field)]
  if (field.kind === 'table' && field.sums.length > 0) return [...field.sums.map((id) => partName(field, id)), totalName(field)]
  return []
}

export function totalName(field: FieldOf<'table'> | FieldOf<'checklist'>): string {
  return `${field.id}Total`
}

export function partName(field: FieldOf<'table'> | FieldOf<'checklist'>, part: string): string {
  return field.id + part.charAt(0).toUpperCase() + part.slice(1)
}
