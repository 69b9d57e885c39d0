import type { CompiledChart, CompiledProgramme, CompiledTransition, NodeInfo } from './compile.js'
import type { Effect, FactDeclaration, ValueType } from './definition.js'
import type { CaseView } from './case-state.js'
import type { Expression } from './expression.js'

/**
 * What a programme says of its simulation before any of it runs: who can do what in which state, what a case
 * is given when it begins, whose timers move with which attribute. Worked out once, read at every step.
 */

/** A transition that somebody can bring about by sending its event. */
export interface Option {
  transition: CompiledTransition
  type: string
  /** Declared roles that may send it, by people. */
  people: string[]
  /** Charts that may send it. */
  charts: string[]
  /** No chart of this programme sends it, so that it comes from another one: of an organisation's case in force, whose standing has changed there. */
  fromOutside: boolean
  /** How often people do this, as against what else they may do. */
  weight: number
  /** Roots of the forms that its sender fills in for it. */
  fills: string[]
  /** Guards that neither the data nor the forms can change: false now, whatever the sender enters. */
  settled: Expression[]
  readsData: boolean
  readsReview: boolean
}

/** Counts of cases that facts speak of. */
export interface CountedFact {
  name: string
  kind: 'children' | 'others'
  chart: string
  inPhase: string | undefined
  inTag: string | undefined
  sameCall: boolean
}

export interface ChartPlan {
  chart: CompiledChart
  children: ChartPlan[]
  parent: string | undefined
  /** Cases of it are counted, as against the parents that only hold them. */
  counted: boolean
  /** Some state takes new children only while it is open. */
  opens: boolean
  given: { name: string; type: ValueType }[]
  /** Own attributes that instants of its deadlines read. */
  watched: Set<string>
  /** Some deadline's instant reads what is neither an attribute of the case nor of its parent. */
  watchesFacts: boolean
  /** Attributes that deadlines of its children read. */
  watchedByChildren: Set<string>
  counts: CountedFact[]
  membership: string[]
  optionsIn(view: CaseView): readonly Option[]
  /** Which child events `eventFrom` may name, and of which children. */
  outcomesOf(data: string, transition: CompiledTransition): { chart: string | undefined; inPhase: string | undefined; inTag: string | undefined }[]
}

export interface ProgrammePlan {
  charts: Map<string, ChartPlan>
  /** Charts that stand alone, and those that hold others, in the order of the file. */
  roots: ChartPlan[]
  /** Some effect of the sender names this event; what it does not name comes in lists of outcomes. */
  isSentByName(sender: string, receiver: string, event: string): boolean
}

export function planProgramme(programme: CompiledProgramme): ProgrammePlan {
  const sent = sentWithin(programme)
  const charts = new Map<string, ChartPlan>()
  for (const chart of programme.charts.values()) charts.set(chart.name, planChart(programme, chart, sent))
  for (const plan of charts.values()) {
    const parent = plan.parent === undefined ? undefined : charts.get(plan.parent)
    if (parent) parent.children.push(plan)
  }
  for (const plan of charts.values()) plan.counted = plan.parent !== undefined || plan.children.length === 0
  return { charts, roots: [...charts.values()].filter((plan) => plan.parent === undefined), isSentByName: (sender, receiver, event) => sent.byName.has(`${sender}>${receiver}.${event}`) }
}

function planChart(programme: CompiledProgramme, chart: CompiledChart, sent: Sent): ChartPlan {
  const known = new Map<string, readonly Option[]>()
  const options = optionsByNode(programme, chart, sent)
  const byPlace = new Map([...chart.nodes.values()].map((node): [string, NodeInfo] => [node.place, node]))
  const parent = chart.chart.childOf
  const reads = [...chart.deadlines.values()].flatMap(({ at }) => at?.reads ?? [])
  const own = new Set(['case', chart.name])
  return {
    chart, parent, children: [], counted: true,
    opens: [...chart.nodes.values()].some(({ node }) => node.tags?.includes('open')),
    given: givenAtTheStart(chart),
    watched: new Set(reads.flatMap(([root, name]) => (root !== undefined && own.has(root) && name !== undefined ? [name] : []))),
    watchesFacts: reads.some(([root]) => root !== undefined && !own.has(root) && root !== parent && !['now', 'event', 'fiscalYear', 'params'].includes(root)),
    watchedByChildren: watchedByChildren(programme, chart),
    counts: countsOf(programme.definition.facts),
    membership: Object.entries(programme.definition.facts).flatMap(([name, fact]) => ('membership' in fact ? [name] : [])),
    optionsIn(view) {
      const key = view.states.join(' ')
      let found = known.get(key)
      if (!found) {
        found = optionsOf(view, byPlace, chart, options)
        known.set(key, found)
      }
      return found
    },
    outcomesOf: (data, transition) => outcomesOf(chart, data, transition),
  }
}

// ── who can do what ────────────────────────────────────────────────────────────────────────────────────────

function optionsOf(view: CaseView, byPlace: Map<string, NodeInfo>, chart: CompiledChart, options: Map<string, Option[]>): readonly Option[] {
  const active = new Map<string, NodeInfo>()
  for (const place of view.states)
    for (let node = byPlace.get(place); node && !active.has(node.id); node = node.parent === undefined ? undefined : chart.nodes.get(node.parent)) active.set(node.id, node)
  const found = [...active.values()].sort((a, b) => b.depth - a.depth || a.order - b.order).flatMap((node) => options.get(node.id) ?? [])
  const onlyWay = !found.some((option) => (option.people.length > 0 ? option.transition.source.confirm !== true : !option.fromOutside))
  return found.map((option) => inTurn(option, view, chart, onlyWay))
}

function optionsByNode(programme: CompiledProgramme, chart: CompiledChart, sent: Sent): Map<string, Option[]> {
  const options = new Map<string, Option[]>()
  for (const transition of chart.transitions) {
    if (transition.kind !== 'event') continue
    const option = optionFor(programme, chart, transition, sent)
    if (option.people.length > 0 || option.charts.length > 0) options.set(transition.node, [...(options.get(transition.node) ?? []), option])
  }
  return options
}

function optionFor(programme: CompiledProgramme, chart: CompiledChart, transition: CompiledTransition, sent: Sent): Option {
  const { definition } = programme
  const by = transition.source.by ?? []
  const people = by.filter((role) => Object.hasOwn(definition.roles, role))
  const charts = by.filter((role) => !people.includes(role) && programme.charts.has(role))
  const reads = transition.guards.flatMap((guard) => guard.if.reads)
  const fills = formsFilledFor(chart, transition)
  return {
    transition, type: transition.trigger, people, charts,
    fromOutside: charts.length > 0 && !charts.some((sender) => sent.byName.has(`${sender}>${chart.name}.${transition.trigger}`) || sent.byOutcome.has(`${sender}>${chart.name}`)),
    weight: weightOf(transition),
    fills,
    settled: transition.guards.map((guard) => guard.if).filter((guard) => !guard.reads.some(([root, name]) => readsEntered(root, name) || (root !== undefined && fills.includes(root)) || root === 'amounts')),
    readsData: reads.some(([root, name]) => readsEntered(root, name)),
    readsReview: reads.some(([root]) => root === 'review'),
  }
}

const readsEntered = (root: string | undefined, name: string | undefined): boolean => root === 'event' && name !== 'receivedAt' && name !== 'dueAt'

const GIVING_UP = 0.04

/** People seldom ask back or refuse, seldom do what changes nothing, and very seldom give up. */
function weightOf({ source }: CompiledTransition): number {
  const asksBack = (source.requires ?? []).some((path) => path === 'reason' || path === 'remarks')
  return (source.confirm ? GIVING_UP : 1) * (asksBack ? 0.35 : 1) * (source.target === undefined ? 0.08 : 1)
}

/** Mostly those act whose turn it is. Where a case waits for others, hardly anybody gives up. */
function inTurn(option: Option, view: CaseView, chart: CompiledChart, onlyWay: boolean): Option {
  const { turn } = view
  const isRole = turn !== null && Object.hasOwn(chart.definition.roles, turn)
  const theirs = turn === null || (isRole ? option.people.includes(turn) : option.transition.source.confirm !== true)
  // where the only way on asks for a confirmation, it is no giving up
  const way = onlyWay && theirs && option.transition.source.confirm ? 1 / GIVING_UP : 1
  return { ...option, fromOutside: option.fromOutside && view.tags.includes('inForce'), weight: option.weight * way * (theirs ? 1 : 0.25) }
}

/** A sender who must have completed a form is the one who fills it in; whoever else reads it takes it as it is. */
function formsFilledFor(chart: CompiledChart, transition: CompiledTransition): string[] {
  const required = (transition.source.requires ?? []).flatMap((path) => {
    const [root, form] = path.split('.')
    return root === 'form' && form !== undefined ? [form === chart.chart.form ? 'form' : form] : []
  })
  const asked = transition.guards.flatMap((guard) => guard.if.reads.flatMap(([root, name]) => (root !== undefined && (name === 'complete' || name === 'remarksAnswered') ? [root] : [])))
  return [...new Set([...required, ...asked])]
}

// ── what charts send each other ────────────────────────────────────────────────────────────────────────────

interface Sent {
  /** `sender>receiver.event` */
  byName: Set<string>
  /** `sender>receiver`, where a list of outcomes names the events */
  byOutcome: Set<string>
}

function sentWithin(programme: CompiledProgramme): Sent {
  const sent: Sent = { byName: new Set(), byOutcome: new Set() }
  for (const chart of programme.charts.values()) for (const effect of effectsOf(chart)) noteSent(programme, chart, effect, sent)
  return sent
}

function noteSent(programme: CompiledProgramme, chart: CompiledChart, effect: Effect, sent: Sent): void {
  if ('sendToChildren' in effect) {
    const { event, eventFrom, chart: only } = effect.sendToChildren
    const receivers = [...programme.charts.values()].filter((child) => child.chart.childOf === chart.name && (only === undefined || child.name === only))
    for (const { name } of receivers) {
      if (event !== undefined) sent.byName.add(`${chart.name}>${name}.${event}`)
      if (eventFrom !== undefined) sent.byOutcome.add(`${chart.name}>${name}`)
    }
  } else if ('sendToParent' in effect && chart.chart.childOf !== undefined) sent.byName.add(`${chart.name}>${chart.chart.childOf}.${effect.sendToParent}`)
  else if ('sendToOrganisation' in effect && effect.sendToOrganisation.programme === programme.definition.name)
    sent.byName.add(`${chart.name}>${effect.sendToOrganisation.chart}.${effect.sendToOrganisation.event}`)
}

function effectsOf(chart: CompiledChart): Effect[] {
  return [...chart.transitions.flatMap((one) => one.effects), ...chart.entryEffects.flat()].map(({ effect }) => effect)
}

function outcomesOf(chart: CompiledChart, data: string, transition: CompiledTransition): ReturnType<ChartPlan['outcomesOf']> {
  const kept = transition.effects.flatMap((effect) => effect.sets.filter((set) => set.value.reads.some(([root, name]) => root === 'event' && name === data)).map((set) => set.attribute))
  const sends = effectsOf(chart).flatMap((effect) => ('sendToChildren' in effect && effect.sendToChildren.eventFrom !== undefined ? [effect.sendToChildren] : []))
  const fitting = sends.filter((send) => kept.includes(send.eventFrom as string) || send.eventFrom === data)
  return (fitting.length > 0 ? fitting : sends).map(({ chart: only, inPhase, inTag }) => ({ chart: only, inPhase, inTag }))
}

// ── attributes, facts and deadlines ────────────────────────────────────────────────────────────────────────

/** What is entered with a new case: what the chart never sets, and of a chart without a parent the instants that its events only move. */
function givenAtTheStart(chart: CompiledChart): ChartPlan['given'] {
  const sets = [...chart.transitions.flatMap((one) => one.effects), ...chart.entryEffects.flat()].flatMap(({ sets: list }) => list)
  return Object.entries(chart.chart.attributes ?? {}).flatMap(([name, { type }]) => {
    const own = sets.filter((set) => set.attribute === name)
    const moved = chart.chart.childOf === undefined && (type === 'timestamp' || type === 'date') && own.every((set) => set.value.reads.some(([root]) => root === 'event'))
    return own.length === 0 || moved ? [{ name, type }] : []
  })
}

function watchedByChildren(programme: CompiledProgramme, chart: CompiledChart): Set<string> {
  const watched = new Set<string>()
  for (const child of programme.charts.values())
    if (child.chart.childOf === chart.name)
      for (const { at } of child.deadlines.values()) for (const [root, name] of at?.reads ?? []) if (root === chart.name && name !== undefined) watched.add(name)
  return watched
}

function countsOf(facts: Record<string, FactDeclaration>): CountedFact[] {
  return Object.entries(facts).flatMap(([name, fact]): CountedFact[] => {
    if ('membership' in fact) return []
    if ('children' in fact) return [{ name, kind: 'children', chart: fact.children.chart, inPhase: fact.children.inPhase, inTag: fact.children.inTag, sameCall: false }]
    return [{ name, kind: 'others', chart: fact.others.chart, inPhase: fact.others.inPhase, inTag: fact.others.inTag, sameCall: fact.others.sameCall ?? false }]
  })
}
