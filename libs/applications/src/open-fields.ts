import { fieldsOf, type FormDefinition } from '@saitaku/forms'
import { activeNodes, type CaseState, type CompiledChart, type CompiledTransition } from '@saitaku/statechart'

/** Fields of a form that may be changed as the case stands: all, none, or those that open remarks ask about. */
export type OpenFields = 'all' | 'none' | string[]

/** What a guard asks of a form that somebody is to fill in. */
const FILLED_IN = new Set(['complete', 'remarksAnswered'])

export interface Standing {
  state: CaseState
  phase: string | null
  done: boolean
  movedAt: Date
}

/**
 * A form may be changed while the case is in preparation, and wherever an event that one of these roles may
 * send next asks for it: `requires: [form.report]`, or a guard that asks whether the form is complete or its
 * remarks answered. So whoever may submit may write, until they have submitted, and the chart alone says
 * when. What applicants are asked for anywhere is theirs alone, whatever the office judges by it.
 */
export function openFields(chart: CompiledChart, standing: Standing, form: string, roles: readonly string[]): OpenFields {
  const definition = chart.definition.forms[form]
  if (!definition || standing.done || !isAskedFor(chart, standing, form, roles)) return 'none'
  return remarkedFields(definition, standing) ?? 'all'
}

function isAskedFor(chart: CompiledChart, { state, phase }: Standing, form: string, roles: readonly string[]): boolean {
  const isMain = chart.chart.form === form
  const asking = chart.transitions.filter((one) => one.kind === 'event' && asksFor(one, form, isMain ? 'form' : form))
  const isApplicants = isMain || asking.some((one) => mayBeSentBy(one, ['applicant']))
  const writers = isApplicants ? roles.filter((role) => role === 'applicant') : roles
  if (writers.length === 0) return false
  if (isMain && phase === 'preparing') return true
  const active = activeNodes(chart, state.at)
  return asking.some((one) => active.has(one.node) && mayBeSentBy(one, writers))
}

const requires = ({ source }: CompiledTransition, form: string): boolean => (source.requires ?? []).includes(`form.${form}`)
const asksFor = (one: CompiledTransition, form: string, root: string): boolean => requires(one, form) || one.guards.some((guard) => guard.if.reads.some(([read, field]) => read === root && FILLED_IN.has(field ?? '')))
const mayBeSentBy = ({ source }: CompiledTransition, roles: readonly string[]): boolean => (source.by ?? []).some((role) => roles.includes(role))

/** Undefined where no remarks are open, or where one of them is about the form as a whole. Remarks are open until the case moves on. */
function remarkedFields(definition: FormDefinition, { state, movedAt }: Standing): string[] | undefined {
  const { remarks } = state
  if (!remarks || new Date(remarks.at) < movedAt) return undefined
  const fields = remarks.items.map((item) => fieldsMeant(definition, item))
  return fields.some((meant) => meant === undefined) ? undefined : [...new Set(fields.flatMap((meant) => meant ?? []))]
}

/** A remark names a field or a section of the form; another name, or none, means the whole form. */
function fieldsMeant(definition: FormDefinition, remark: unknown): string[] | undefined {
  const name = remark !== null && typeof remark === 'object' && 'field' in remark ? remark.field : undefined
  if (typeof name !== 'string') return undefined
  if (fieldsOf(definition).some((field) => field.id === name)) return [name]
  return definition.sections.find((section) => section.id === name)?.fields.map((field) => field.id)
}
