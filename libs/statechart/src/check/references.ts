import { fiscalYearOf, isDuration } from '@saitaku/calendar'
import { fieldsOf } from '@saitaku/forms'
import type { YamlPath } from '../compile.js'
import type { Effect, ProgrammeDefinition, ValueType } from '../definition.js'
import { Rational } from '../rational.js'
import { WELL_KNOWN_DATA, dataTypes } from '../scope.js'
import { nameOf, type ChartTree, type PlacedTransition } from './chart-tree.js'
import { listed, type Report } from './report.js'

/** Words for whose turn it is beside the roles. */
const TURNS = ['nobody', 'office', 'reviewers']

/** Names that other parts of a programme must have: roles, numbers, forms, statuses, chains of approvals. */
export function checkReferences(trees: ReadonlyMap<string, ChartTree>, definition: ProgrammeDefinition, otherCharts: ReadonlySet<string>, report: Report): void {
  const senders = new Set([...Object.keys(definition.roles), ...trees.keys(), ...otherCharts])
  for (const tree of trees.values()) {
    checkChart(tree, definition, report)
    checkData(tree, report)
    for (const one of tree.transitions) if (one.kind === 'event') checkEvent(tree, one, definition, senders, report)
    for (const one of tree.transitions) if (one.kind !== 'event') checkOwnMove(one, report)
    for (const { effect, path } of tree.effects) checkEffect(effect, path, definition, report)
    checkAudience(tree, report)
  }
  checkApprovals(definition, report)
  checkParams(definition, report)
  checkRoles(definition, report)
  const { startsOn } = definition.fiscalYear
  if (!holds(() => fiscalYearOf(new Date(0), startsOn))) report.error(['fiscalYear', 'startsOn'], 'bad-date', `${startsOn} is not a month and day that every year has; write for example "04-01"`)
  for (const [name, { format }] of Object.entries(definition.numbers))
    for (const [placeholder] of format.matchAll(/\{[^}]*\}?/g))
      if (!/^\{(era|fy|seq(:\d)?)\}$/.test(placeholder)) report.error(['numbers', name, 'format'], 'unknown-placeholder', `number ${name} has ${placeholder}, which nothing fills; there are {era}, {fy}, {seq} and {seq:4}`)
}

function holds(work: () => unknown): boolean {
  try {
    work()
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

function unknown(known: Iterable<string>, name: string): boolean {
  return ![...known].includes(name)
}

function checkChart(tree: ChartTree, definition: ProgrammeDefinition, report: Report): void {
  const { chart, root } = tree
  if (chart.form !== undefined && unknown(Object.keys(definition.forms), chart.form))
    report.error([...root.path, 'form'], 'unknown-form', `chart ${tree.name} is filled in with the form ${chart.form}, which form.yaml does not have; ${listed(Object.keys(definition.forms))}`)
  if (chart.childOf !== undefined) checkParent(tree, definition, report)
  const turns = [...Object.keys(definition.roles), ...TURNS]
  for (const place of tree.places) {
    const { publicStatus, turn } = place.node
    if (publicStatus !== undefined && unknown(Object.keys(definition.publicStatuses), publicStatus))
      report.error([...place.path, 'publicStatus'], 'unknown-public-status', `${nameOf(place)} shows the status ${publicStatus}, which is not declared; add it under publicStatuses, or choose another: ${listed(Object.keys(definition.publicStatuses))}`)
    if (turn !== undefined && unknown(turns, turn)) report.error([...place.path, 'turn'], 'unknown-turn', `${nameOf(place)} is the turn of ${turn}, whom the programme does not know; ${listed(turns)}`)
  }
}

function checkParent(tree: ChartTree, definition: ProgrammeDefinition, report: Report): void {
  const { chart, root, name } = tree
  const path = [...root.path, 'childOf']
  if (unknown(Object.keys(definition.charts), chart.childOf ?? '')) {
    report.error(path, 'unknown-chart', `chart ${name} belongs to ${String(chart.childOf)}, which is not a chart; ${listed(Object.keys(definition.charts))}`)
    return
  }
  const seen = new Set<string>()
  let above: string | undefined = chart.childOf
  while (above !== undefined && above !== name && !seen.has(above)) {
    seen.add(above)
    above = Object.hasOwn(definition.charts, above) ? definition.charts[above]?.childOf : undefined
  }
  if (above === name) report.error(path, 'child-of-itself', `chart ${name} would belong to itself in the end; one of the charts must have no childOf`)
}

function checkEvent(tree: ChartTree, one: PlacedTransition, definition: ProgrammeDefinition, senders: ReadonlySet<string>, report: Report): void {
  const { transition, path, trigger, place } = one
  if (!transition.by) report.error(path, 'nobody-may-send', `nobody may send ${trigger} in ${nameOf(place)}; name roles or charts under by`)
  for (const [position, sender] of (transition.by ?? []).entries())
    if (!senders.has(sender)) report.error([...path, 'by', position], 'unknown-role', `${trigger} may be sent by ${sender}, which is neither a role nor a chart; ${listed(senders)}`)
  for (const [position, guard] of (transition.guard ?? []).entries())
    if (!guard.else) report.error([...path, 'guard', position], 'guard-without-else', `when this guard of ${trigger} fails, people read nothing; add else with ja and en`)
  const events = new Set(tree.transitions.flatMap((other) => (other.kind === 'event' ? [other.trigger] : [])))
  for (const [position, event] of (transition.separateFrom ?? []).entries())
    if (!events.has(event)) report.error([...path, 'separateFrom', position], 'unknown-event', `${trigger} is kept apart from ${event}, which chart ${tree.name} does not have; ${listed(events)}`)
  if (transition.approvals !== undefined && unknown(Object.keys(definition.approvals), transition.approvals))
    report.error([...path, 'approvals'], 'unknown-approvals', `${trigger} needs the approvals ${transition.approvals}, which are not declared; ${listed(Object.keys(definition.approvals))}`)
  for (const [position, requirement] of (transition.requires ?? []).entries()) checkRequirement(one, requirement, [...path, 'requires', position], definition, report)
  if (transition.asks && Object.hasOwn(transition.asks, 'receivedAt')) report.error([...path, 'asks', 'receivedAt'], 'reserved-name', 'event.receivedAt is the instant of receipt; choose another name', 'key')
}

/** What an event brings is the sum of what its transitions ask for, so a name has one type all over a chart. */
function checkData(tree: ChartTree, report: Report): void {
  const known = new Map<string, { type: ValueType; place: string }>()
  for (const { kind, trigger, transition, path, place } of tree.transitions) {
    if (kind !== 'event') continue
    for (const [name, { type }] of Object.entries(dataTypes(transition))) {
      const first = known.get(`${trigger} ${name}`)
      if (!first) known.set(`${trigger} ${name}`, { type, place: nameOf(place) })
      else if (first.type !== type) {
        const asked = Object.hasOwn(transition.asks ?? {}, name)
        report.error(asked ? [...path, 'asks', name] : path, 'asks-conflict', `${trigger} brings ${name} of type ${type} in ${nameOf(place)}, but of type ${first.type} in ${first.place}; give one of them another name`, asked ? 'key' : undefined)
      }
    }
  }
}

/** A call has no applicants: a notice to them there reaches nobody. */
function checkAudience(tree: ChartTree, report: Report): void {
  if (tree.chart.form !== undefined || tree.chart.childOf !== undefined || tree.transitions.some(({ transition }) => transition.by?.includes('applicant'))) return
  for (const { effect, path } of tree.effects)
    if ('notify' in effect && effect.notify.to.includes('applicant')) report.warning([...path, 'notify', 'to'], 'notice-to-nobody', `cases of chart ${tree.name} have no applicant, so nobody receives this; let the applications send it (sendToChildren), or name another role`)
}

function checkRequirement(one: PlacedTransition, requirement: string, path: YamlPath, definition: ProgrammeDefinition, report: Report): void {
  const [first, second] = requirement.split('.')
  if (first === 'form') {
    if (second === undefined || unknown(Object.keys(definition.forms), second))
      report.error(path, 'unknown-form', `${one.trigger} requires ${requirement}, but form.yaml has no such form; ${listed(Object.keys(definition.forms))}`)
  } else if (second === undefined && !Object.hasOwn(WELL_KNOWN_DATA, requirement) && !Object.hasOwn(one.transition.asks ?? {}, requirement))
    report.warning(path, 'untyped-requirement', `${one.trigger} requires ${requirement}, but nothing says of what type; add it under asks`)
}

/** Words that only an event has: on a deadline or an always they would be passed over in silence. */
function checkOwnMove({ transition, path, kind }: PlacedTransition, report: Report): void {
  for (const word of ['by', 'separateFrom', 'requires', 'asks', 'approvals', 'confirm'] as const)
    if (transition[word] !== undefined) report.error([...path, word], 'only-on-events', `${word} has no meaning on ${kind}, which no person does; drop it`, 'key')
}

function checkEffect(effect: Effect, path: YamlPath, definition: ProgrammeDefinition, report: Report): void {
  const number = (name: string, at: YamlPath): void => {
    if (unknown(Object.keys(definition.numbers), name)) report.error(at, 'unknown-number', `no number is called ${name}; declare it under numbers, ${listed(Object.keys(definition.numbers))}`)
  }
  if ('assignNumber' in effect) number(effect.assignNumber, [...path, 'assignNumber'])
  if ('issueDocument' in effect && effect.issueDocument.number !== undefined) number(effect.issueDocument.number, [...path, 'issueDocument', 'number'])
  if ('notify' in effect) checkRecipients(effect.notify.to, [...path, 'notify', 'to'], definition, report)
}

export function checkRecipients(to: readonly string[], path: YamlPath, definition: ProgrammeDefinition, report: Report): void {
  for (const [position, role] of to.entries())
    if (unknown(Object.keys(definition.roles), role)) report.error([...path, position], 'unknown-role', `a notice goes to ${role}, which is not a role; ${listed(Object.keys(definition.roles))}`)
}

function checkApprovals(definition: ProgrammeDefinition, report: Report): void {
  for (const [name, chain] of Object.entries(definition.approvals)) {
    const path = ['approvals', name, 'tiers']
    let below = 0
    for (const [position, tier] of chain.tiers.entries()) {
      const isLast = position === chain.tiers.length - 1
      if (tier.upTo !== undefined && isLast) report.error([...path, position, 'upTo'], 'last-tier-with-limit', `above ${tier.upTo} yen nobody would approve ${name}; drop upTo from the last tier`)
      else if (tier.upTo === undefined && !isLast) report.error([...path, position], 'tier-without-limit', `this tier of ${name} takes every amount, so those after it are never used; add upTo`)
      else if (tier.upTo !== undefined && tier.upTo <= below) report.error([...path, position, 'upTo'], 'tiers-not-ascending', `the tiers of ${name} must ascend, but ${tier.upTo} comes after ${below}; sort them`)
      below = tier.upTo ?? below
      for (const [at, role] of tier.steps.entries())
        if (unknown(Object.keys(definition.roles), role)) report.error([...path, position, 'steps', at], 'unknown-role', `a step of ${name} is for ${role}, which is not a role; ${listed(Object.keys(definition.roles))}`)
    }
    if (chain.tiers.length > 1 && chain.amount === undefined) report.error(['approvals', name], 'tiers-without-amount', `${name} has tiers but no amount to choose one by; add amount`, 'key')
  }
}

function checkParams(definition: ProgrammeDefinition, report: Report): void {
  const fits: Record<string, (value: string | number | boolean) => boolean> = {
    string: (value) => typeof value === 'string',
    int: (value) => Number.isSafeInteger(value),
    yen: (value) => Number.isSafeInteger(value),
    bool: (value) => typeof value === 'boolean',
    fraction: (value) => typeof value !== 'boolean' && holds(() => Rational.parse(String(value))),
    duration: (value) => typeof value === 'string' && isDuration(value),
  }
  for (const [name, { type, value }] of Object.entries(definition.params))
    if (!fits[type]?.(value)) report.error(['params', name, 'value'], 'bad-param', `param ${name} is of type ${type}, which ${JSON.stringify(value)} is not; correct the value or the type`)
}

function checkRoles(definition: ProgrammeDefinition, report: Report): void {
  const fields = new Set(Object.values(definition.forms).flatMap((form) => fieldsOf(form).map((field) => field.id)))
  for (const [name, { sees }] of Object.entries(definition.roles)) {
    if (Object.hasOwn(definition.charts, name)) report.error(['roles', name], 'id-collision', `${name} is a role and a chart, and by: [${name}] could mean either; rename the role`, 'key')
    for (const [position, field] of (sees ?? []).entries()) if (!fields.has(field)) report.error(['roles', name, 'sees', position], 'unknown-field', `role ${name} sees the field ${field}, which no form has; correct the field's id`)
  }
}


