import { formTypes } from '@saitaku/forms'
import { rubricTypes } from '@saitaku/review'
import type { Chart, ProgrammeDefinition, Transition, ValueType } from './definition.js'
import type { Branch, CelType, Leaf, Scope } from './expression.js'

/** How each type of attribute, parameter or event data reads in expressions. Durations stay ISO text. */
const LEAVES: Record<ValueType, CelType> = {
  string: 'string', int: 'int', yen: 'int', bool: 'bool', fraction: 'Fraction', timestamp: 'timestamp', date: 'timestamp',
  duration: 'string', strings: 'list<string>', remarks: 'list<map>', outcomes: 'map',
}
/** What the well-known requirements put on an event; any other is named by `asks` to be readable. */
export const WELL_KNOWN_DATA: Record<string, ValueType> = {
  reason: 'string', minutes: 'string', findings: 'string', note: 'string', amount: 'yen', remarks: 'remarks', conditions: 'strings',
}

export const leafOf = (type: ValueType, optional = false): Leaf => ({ leaf: LEAVES[type], ...(optional ? { optional } : {}) })

/** Attributes that the engine itself keeps of each case. */
const ENGINE_ATTRIBUTES: Record<string, Leaf> = { createdAt: { leaf: 'timestamp' }, title: { leaf: 'string' } }

function attributesOf(definition: ProgrammeDefinition, chart: Chart): Branch {
  const own = Object.entries(chart.attributes ?? {}).map(([name, { type }]): [string, Leaf] => [name, leafOf(type)])
  const numbers = Object.keys(definition.numbers).map((name): [string, Leaf] => [name, { leaf: 'string' }])
  return { fields: { ...ENGINE_ATTRIBUTES, ...Object.fromEntries(numbers), ...Object.fromEntries(own) } }
}

function formBranch(definition: ProgrammeDefinition, name: string, main: boolean): Branch {
  const form = definition.forms[name]
  const fields: Record<string, Leaf> = { complete: { leaf: 'bool' } }
  if (main) fields.remarksAnswered = { leaf: 'bool' }
  for (const [field, { type, optional }] of Object.entries(form ? formTypes(form) : {})) fields[field] = optional ? { leaf: type, optional } : { leaf: type }
  return { fields }
}

function reviewBranch(definition: ProgrammeDefinition): Branch {
  const stages = definition.rubric ? rubricTypes(definition.rubric) : {}
  return {
    fields: Object.fromEntries(
      Object.entries(stages).map(([stage, types]) => [stage, { fields: Object.fromEntries(Object.entries(types).map(([name, leaf]) => [name, { leaf: leaf as CelType }])) }]),
    ),
  }
}

/** All that expressions of a chart may read, but for the event. `amounts` come last, since they read the rest. */
export function chartScope(definition: ProgrammeDefinition, chartName: string, withAmounts: boolean): Scope {
  const chart = definition.charts[chartName]
  if (!chart) return {}
  const own = attributesOf(definition, chart)
  const parent = chart.childOf ? definition.charts[chart.childOf] : undefined
  const main = chart.form
  const scope: Scope = {
    now: { leaf: 'timestamp' },
    case: own,
    [chartName]: own,
    ...(parent && chart.childOf ? { [chart.childOf]: attributesOf(definition, parent) } : {}),
    organisation: { fields: { name: { leaf: 'string' }, kind: { leaf: 'string', optional: true }, ward: { leaf: 'string', optional: true }, corporateNumber: { leaf: 'string', optional: true } } },
    fiscalYear: { fields: { start: { leaf: 'timestamp' }, end: { leaf: 'timestamp' }, year: { leaf: 'int' } } },
    params: { fields: Object.fromEntries(Object.entries(definition.params).map(([name, { type }]) => [name, leafOf(type)])) },
    facts: { fields: Object.fromEntries(Object.entries(definition.facts).map(([name, fact]) => [name, { leaf: 'membership' in fact ? 'bool' : 'int' }])) },
    review: reviewBranch(definition),
  }
  if (main) scope.form = formBranch(definition, main, true)
  for (const name of Object.keys(definition.forms)) if (name !== main && !Object.hasOwn(scope, name)) scope[name] = formBranch(definition, name, false)
  if (withAmounts) scope.amounts = { fields: Object.fromEntries(Object.keys(definition.amounts).map((name) => [name, { leaf: 'int' }])) }
  return scope
}

/** What `event` holds while any of these transitions is considered. */
export function eventScope(transitions: readonly Transition[]): Scope {
  const fields: Record<string, Leaf> = { receivedAt: { leaf: 'timestamp' }, dueAt: { leaf: 'timestamp', optional: true } }
  for (const transition of transitions) Object.assign(fields, dataLeaves(transition))
  return { event: { fields } }
}

function dataLeaves(transition: Transition): Record<string, Leaf> {
  const leaves: Record<string, Leaf> = {}
  for (const [name, asked] of Object.entries(dataTypes(transition))) leaves[name] = leafOf(asked.type, asked.optional)
  return leaves
}

/** The data that an event of this transition may carry, by name. */
export function dataTypes(transition: Transition): Record<string, { type: ValueType; optional: boolean }> {
  const types: Record<string, { type: ValueType; optional: boolean }> = { note: { type: 'string', optional: true } }
  for (const path of transition.requires ?? []) {
    const known = path.includes('.') ? undefined : WELL_KNOWN_DATA[path]
    if (known) types[path] = { type: known, optional: false }
  }
  for (const [name, asked] of Object.entries(transition.asks ?? {})) types[name] = { type: asked.type, optional: asked.optional ?? false }
  return types
}
