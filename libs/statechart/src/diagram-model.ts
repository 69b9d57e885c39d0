import type { AnyStateMachine } from 'xstate'
import { isPhase, type CompiledChart, type CompiledTransition, type NodeInfo } from './compile.js'
import type { Label, Phase } from './definition.js'

export type DiagramLanguage = 'ja' | 'en'

/** A state as both kinds of diagram draw it. */
export interface DiagramState {
  id: string
  /** Dotted place; '' for the chart. */
  place: string
  name: string
  label: string
  kind: 'leaf' | 'compound' | 'parallel' | 'final' | 'history'
  deep: boolean
  initial: string | undefined
  children: DiagramState[]
  parent: DiagramState | undefined
  turn: { id: string; label: string } | undefined
  phase: Phase | undefined
  tags: readonly string[]
}
export interface DiagramTransition {
  from: DiagramState
  /** Undefined where the event changes no state. */
  to: DiagramState | undefined
  kind: CompiledTransition['kind']
  /** What happens: the event's or the deadline's label. */
  label: string
  /** Who may. */
  who: string[]
}
export interface DiagramModel {
  title: string
  programme: string
  root: DiagramState
  states: DiagramState[]
  transitions: DiagramTransition[]
}

const AUTOMATIC: Record<'always' | 'onDone', Label> = { always: { ja: '自動', en: 'automatically' }, onDone: { ja: 'すべて終わると', en: 'when all is done' } }
const TURNS: Record<string, Label> = {
  applicant: { ja: '申請者', en: 'Applicant' }, secretariat: { ja: '事務局', en: 'Secretariat' }, reviewers: { ja: '審査委員', en: 'Reviewers' },
  approver: { ja: '決裁権者', en: 'Approver' }, nobody: { ja: 'なし', en: 'Nobody' },
}

/** What a chart says, resolved and put into words; nothing of how it is drawn. */
export function diagramModel(chart: CompiledChart, lang: DiagramLanguage): DiagramModel {
  const states = new Map<string, DiagramState>()
  for (const node of chart.nodes.values()) {
    const parent = node.parent === undefined ? undefined : states.get(node.parent)
    const state = stateOf(chart, node, parent, lang)
    states.set(node.id, state)
    parent?.children.push(state)
  }
  for (const node of chart.nodes.values()) {
    const initial = node.node.initial
    const state = states.get(node.id) as DiagramState
    if (initial !== undefined) state.initial = state.children.find((child) => child.name === initial)?.id
  }
  const targets = targetsOf(chart)
  const transitions = chart.transitions.flatMap((one): DiagramTransition[] => {
    if (one.kind === 'after' && one.trigger.includes('~')) return [] // a reminder changes nothing and stands beside its deadline
    const from = states.get(one.node) as DiagramState
    const described = { kind: one.kind, label: transitionLabel(chart, one, lang), who: (one.source.by ?? []).map((role) => roleLabel(chart, role, lang)) }
    const to = (targets.get(one.index) ?? []).flatMap((id) => states.get(id) ?? [])
    return to.length === 0 ? [{ from, to: undefined, ...described }] : to.map((target) => ({ from, to: target, ...described }))
  })
  const root = states.get(chart.name) as DiagramState
  return { title: chart.chart.title?.[lang] ?? chart.name, programme: chart.definition.title[lang], root, states: [...states.values()], transitions }
}

function stateOf(chart: CompiledChart, { id, place, node }: NodeInfo, parent: DiagramState | undefined, lang: DiagramLanguage): DiagramState {
  const name = place === '' ? chart.name : (place.split('.').at(-1) as string)
  const kind = node.type ?? (node.states ? 'compound' : 'leaf')
  const phase = node.tags?.find(isPhase) as Phase | undefined
  return {
    id, place, name, kind, parent, children: [], initial: undefined,
    label: node.label?.[lang] ?? (place === '' ? (chart.chart.title?.[lang] ?? chart.name) : name),
    deep: node.history === 'deep',
    turn: node.turn === undefined ? undefined : { id: node.turn, label: chart.definition.roles[node.turn]?.[lang] ?? TURNS[node.turn]?.[lang] ?? node.turn },
    phase: phase ?? parent?.phase,
    tags: node.tags ?? [],
  }
}

function transitionLabel(chart: CompiledChart, one: CompiledTransition, lang: DiagramLanguage): string {
  switch (one.kind) {
    case 'event':
      return chart.definition.events[one.trigger]?.[lang] ?? one.trigger
    case 'after':
      return chart.definition.deadlines[one.trigger]?.label?.[lang] ?? one.trigger
    default:
      return (one.guards.length > 0 && one.source.guard?.[0]?.else?.[lang]) || AUTOMATIC[one.kind][lang]
  }
}

function roleLabel(chart: CompiledChart, role: string, lang: DiagramLanguage): string {
  return chart.definition.roles[role]?.[lang] ?? chart.definition.charts[role]?.title?.[lang] ?? role
}

/** Where each transition leads, as XState itself has resolved it. */
function targetsOf(chart: CompiledChart): Map<number, string[]> {
  const targets = new Map<number, string[]>()
  const note = (transition: { guard?: unknown; target?: readonly { id: string }[] | undefined }): void => {
    const index = (transition.guard as { params?: { index?: number } } | undefined)?.params?.index
    if (index !== undefined && transition.target) targets.set(index, transition.target.map((target) => target.id))
  }
  const walk = (node: AnyStateMachine['root']): void => {
    for (const list of node.transitions.values()) list.forEach(note)
    node.always?.forEach(note)
    for (const child of Object.values(node.states)) walk(child)
  }
  walk(chart.machine.root)
  return targets
}

/** Whether a state is another or holds it. */
export function holds(outer: DiagramState, inner: DiagramState): boolean {
  for (let state: DiagramState | undefined = inner; state; state = state.parent) if (state === outer) return true
  return false
}

/** Regions of a parallel state do not lead to each other. */
export function meetInParallel(from: DiagramState, to: DiagramState): boolean {
  for (let state: DiagramState | undefined = from.parent; state; state = state.parent) if (holds(state, to)) return state.kind === 'parallel'
  return false
}
