import type { TransitionKind, YamlPath } from '../compile.js'
import type { Chart, Effect, ProgrammeDefinition, StateNode, Transition } from '../definition.js'

/** A state at its place in a chart. The chart itself is the root, with an empty `place`. */
export interface Place {
  chart: string
  node: StateNode
  path: YamlPath
  /** XState's id. */
  id: string
  key: string
  /** Dotted; '' for the chart itself. */
  place: string
  parent: Place | undefined
  children: Map<string, Place>
}
export interface PlacedTransition {
  place: Place
  kind: TransitionKind
  trigger: string
  transition: Transition
  path: YamlPath
}
export interface PlacedEffect {
  effect: Effect
  path: YamlPath
  place: Place
  /** Absent for entry and exit. */
  transition: PlacedTransition | undefined
}
export interface ChartTree {
  name: string
  chart: Chart
  root: Place
  places: Place[]
  transitions: PlacedTransition[]
  effects: PlacedEffect[]
}

/** Every chart of a programme as a list of places, transitions and effects, each with where it is written. */
export function chartTrees(definition: ProgrammeDefinition): Map<string, ChartTree> {
  return new Map(Object.entries(definition.charts).map(([name, chart]) => [name, treeOf(name, chart)]))
}

function treeOf(name: string, chart: Chart): ChartTree {
  const places: Place[] = []
  const grow = (node: StateNode, key: string, path: YamlPath, parent: Place | undefined): Place => {
    const place = parent === undefined ? '' : parent.place === '' ? key : `${parent.place}.${key}`
    const id = parent === undefined ? name : (node.id ?? `${name}.${place}`)
    const grown: Place = { chart: name, node, path, id, key, place, parent, children: new Map() }
    places.push(grown)
    for (const [childKey, child] of Object.entries(node.states ?? {})) grown.children.set(childKey, grow(child, childKey, [...path, 'states', childKey], grown))
    return grown
  }
  const root = grow(chart, name, ['charts', name], undefined)
  const transitions = places.flatMap(transitionsOf)
  const effects = [...places.flatMap(ownEffects), ...transitions.flatMap(effectsOf)]
  return { name, chart, root, places, transitions, effects }
}

function transitionsOf(place: Place): PlacedTransition[] {
  const { node } = place
  const listed = (kind: TransitionKind, trigger: string, list: readonly Transition[], path: YamlPath): PlacedTransition[] =>
    list.map((transition, position) => ({ place, kind, trigger, transition, path: list.length === 1 ? path : [...path, position] }))
  return [
    ...Object.entries(node.on ?? {}).flatMap(([type, list]) => listed('event', type, list, [...place.path, 'on', type])),
    ...listed('always', '', node.always ?? [], [...place.path, 'always']),
    ...Object.entries(node.after ?? {}).flatMap(([name, list]) => listed('after', name, list, [...place.path, 'after', name])),
    ...listed('onDone', '', node.onDone ?? [], [...place.path, 'onDone']),
  ]
}

function ownEffects(place: Place): PlacedEffect[] {
  const each = (word: 'entry' | 'exit'): PlacedEffect[] =>
    (place.node[word] ?? []).map((effect, position) => ({ effect, path: [...place.path, word, position], place, transition: undefined }))
  return [...each('entry'), ...each('exit')]
}

function effectsOf(transition: PlacedTransition): PlacedEffect[] {
  return (transition.transition.do ?? []).map((effect, position) => ({ effect, path: [...transition.path, 'do', position], place: transition.place, transition }))
}

/**
 * The place a target names, by XState's rules: `#id` and `#id.child` from anywhere, `.child` below the state
 * itself, anything else beside it. Undefined where there is none; XState would throw at the first of them alone.
 */
export function resolveTarget(tree: ChartTree, from: Place, target: string): Place | undefined {
  if (target.startsWith('#')) {
    const [id, ...rest] = target.slice(1).split('.')
    return descend(tree.places.find((place) => place.id === id), rest)
  }
  if (target.startsWith('.')) return descend(from, target.slice(1).split('.'))
  return from.parent ? descend(from.parent, target.split('.')) : undefined
}

function descend(from: Place | undefined, keys: readonly string[]): Place | undefined {
  return keys.reduce<Place | undefined>((here, key) => here?.children.get(key), from)
}

/** The place and all above it, the innermost first. */
export function pathUp(place: Place): Place[] {
  const up: Place[] = []
  for (let here: Place | undefined = place; here; here = here.parent) up.push(here)
  return up
}

/** What a place is called in a message. */
export function nameOf(place: Place): string {
  return place.place === '' ? `chart ${place.chart}` : `state ${place.place} of chart ${place.chart}`
}

/** A state with others inside is entered at one of them; only these are where a case can stand. */
export function isLeaf(place: Place): boolean {
  return place.children.size === 0 && place.node.type !== 'history' && place.parent !== undefined
}
