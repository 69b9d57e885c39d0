import type { FormDefinition } from './definition.js'
import type { FormEvaluation } from './evaluate-form.js'

/** How far a section is: what the task list shows. */
export interface SectionState {
  id: string
  /** `empty`: nothing was answered. `complete`: nothing required is missing and nothing is wrong. */
  state: 'empty' | 'started' | 'complete'
  /** Fields that are answered, of those that count. */
  answered: number
  missing: string[]
  problems: number
}

/** The state of each section, in the order of the form. Fields that do not count and computed ones are left out. */
export function sectionStates(form: FormDefinition, { missing, problems, values }: Pick<FormEvaluation, 'missing' | 'problems' | 'values'>): SectionState[] {
  return form.sections.map(({ id, fields }) => {
    const asked = fields.filter(({ kind }) => kind !== 'computed').map((field) => field.id)
    const answered = asked.filter((field) => values[field] !== undefined || problems.some((problem) => problem.field === field && problem.code !== 'required'))
    const lacking = missing.filter((field) => asked.includes(field))
    const wrong = problems.filter((problem) => problem.severity === 'error' && fields.some((field) => field.id === problem.field))
    return { id, answered: answered.length, missing: lacking, problems: wrong.length, state: lacking.length + wrong.length === 0 ? 'complete' : answered.length === 0 ? 'empty' : 'started' }
  })
}
