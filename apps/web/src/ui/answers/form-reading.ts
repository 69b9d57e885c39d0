import { evaluateForm, type FieldDefinition, type FormDefinition, type FormProblem } from '@saitaku/forms'
import type { Schemas } from '../../api/client.js'

/** Answers by field. */
export type Answers = Record<string, unknown>

export type SectionDefinition = FormDefinition['sections'][number]

/** A form with what is in it now: which fields count, what is missing or wrong, what is computed. */
export interface FormReading {
  definition: FormDefinition
  answers: Answers
  values: Record<string, unknown>
  missing: ReadonlySet<string>
  problems: readonly FormProblem[]
  complete: boolean
}

export function readForm(definition: FormDefinition, answers: Answers): FormReading {
  const { values, missing, problems, complete } = evaluateForm(definition, answers)
  return { definition, answers, values, missing: new Set(missing), problems, complete }
}

/** Whether a field is asked for with these answers. A field without condition always is; else it shows in what was read. */
export function isAsked(reading: FormReading, field: FieldDefinition): boolean {
  if (!('when' in field) || field.when === undefined) return true
  if (field.id in reading.values || reading.missing.has(field.id) || reading.problems.some((problem) => problem.field === field.id)) return true
  // an optional field that counts and is empty leaves no trace: it counts if a required one in its place would be missing
  const asRequired = { ...reading.definition, sections: reading.definition.sections.map((section) => ({ ...section, fields: section.fields.map((each) => each.id === field.id ? { ...each, required: true } : each) })) }
  return evaluateForm(asRequired, reading.answers).missing.includes(field.id)
}

export interface SectionState { section: SectionDefinition; complete: boolean; open: boolean }

/** Each section with whether all of it is answered, and whether any of it may be changed now. */
export function sectionStates(reading: FormReading, open: Schemas['Form']['open']): SectionState[] {
  const wrong = new Set([...reading.missing, ...reading.problems.filter(({ severity }) => severity === 'error').map(({ field }) => field)])
  return reading.definition.sections.map((section) => ({
    section, complete: section.fields.every(({ id }) => !wrong.has(id)), open: section.fields.some(({ id }) => isOpen(open, id)),
  }))
}

export const isOpen = (open: Schemas['Form']['open'], field: string): boolean => open === 'all' || (open !== 'none' && open.includes(field))

/** What is wrong with a section in the order of its fields, each with the control it leads to. */
export function sectionProblems(reading: FormReading, section: SectionDefinition, say: (key: 'required' | 'rowRequired' | 'rowProblem' | 'problem', values: Record<string, string | number>) => string, label: (it: { ja: string; en: string }) => string): { field: string; id: string; text: string }[] {
  return section.fields.flatMap((field) => {
    const name = label(field.label)
    const own = reading.problems.filter((problem) => problem.field === field.id && problem.severity === 'error').map((problem) => {
      const [, at, columnId] = problem.path
      if (typeof at !== 'number') return { field: field.id, id: field.id, text: problem.code === 'required' ? say('required', { label: name }) : say('problem', { label: name, message: label(problem.message) }) }
      const column = field.kind === 'table' ? field.columns.find(({ id }) => id === columnId) : undefined
      const where = { label: column ? label(column.label) : name, row: at + 1 }
      return { field: field.id, id: cellId(field, at, columnId), text: problem.code === 'required' ? say('rowRequired', where) : say('rowProblem', { ...where, message: label(problem.message) }) }
    })
    return reading.missing.has(field.id) && own.length === 0 ? [{ field: field.id, id: field.id, text: say('required', { label: name }) }] : own
  })
}

function cellId(field: FieldDefinition, at: number, column: string | number | undefined): string {
  const isFirst = at === 0 && field.kind === 'table' && field.columns[0]?.id === column
  return isFirst || column === undefined ? field.id : `${field.id}-${at}-${String(column)}`
}
