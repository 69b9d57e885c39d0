import type { ProgrammeDefinition, StateNode } from '../definition.js'
import { nameOf, pathUp, resolveTarget, type ChartTree, type Place } from './chart-tree.js'
import { listed, type Report } from './report.js'

/** What is so broken that the walk of the chart must go round it, and may not conclude from it. */
export interface Damage {
  /** Dotted places that have a way out which cannot be read: nothing is said about where they lead. */
  openEnds: Set<string>
  /** Some state may look unreachable because what leads there is misspelt. */
  uncertain: boolean
  /** How to make XState read the rest. */
  repairs: ((definition: ProgrammeDefinition) => void)[]
}

/** The shape of a chart: what XState would throw at, one at a time, or pass over in silence. */
export function checkStructure(tree: ChartTree, definition: ProgrammeDefinition, report: Report): Damage {
  const damage: Damage = { openEnds: new Set(), uncertain: false, repairs: [] }
  checkIds(tree, report, damage)
  for (const place of tree.places) {
    checkType(place, report, damage)
    checkInitial(place, report, damage)
    checkHistory(tree, place, report, damage)
    for (const name of Object.keys(place.node.after ?? {})) if (!Object.hasOwn(definition.deadlines, name)) {
      damage.openEnds.add(place.place)
      damage.uncertain = true
    }
  }
  checkTargets(tree, report, damage)
  return damage
}

/** The same node in another copy of the definition; where an outer one has been taken out already, nothing is left to mend. */
function nodeIn(definition: ProgrammeDefinition, place: Place): StateNode {
  return place.path.reduce<unknown>((here, key) => (here as Record<string, unknown> | undefined)?.[key], definition) as StateNode | undefined ?? {}
}

function checkIds(tree: ChartTree, report: Report, damage: Damage): void {
  const first = new Map<string, Place>()
  for (const place of tree.places) {
    const known = first.get(place.id)
    if (!known) {
      first.set(place.id, place)
      continue
    }
    report.error([...place.path, 'id'], 'duplicate-id', `id ${place.id} is already that of ${nameOf(known)}; a target #${place.id} could mean either, so give ${nameOf(place)} another`)
    damage.uncertain = true
    damage.repairs.push((definition) => delete nodeIn(definition, place).id)
  }
}

function checkType(place: Place, report: Report, damage: Damage): void {
  const { node, path } = place
  const withoutStates = (): void => {
    damage.uncertain = true
    damage.repairs.push((definition) => {
      const copy = nodeIn(definition, place)
      delete copy.states
      delete copy.initial
    })
  }
  if (place.parent === undefined) {
    if (node.type === 'final' || node.type === 'history') {
      damage.repairs.push((definition) => delete nodeIn(definition, place).type)
      report.error([...path, 'type'], 'misplaced-type', `${nameOf(place)} is the whole chart and cannot be of type ${node.type}; give the type to one of its states`)
    }
    if (place.children.size === 0) report.error(path, 'chart-without-states', `${nameOf(place)} has no states; name them under states`, 'key')
    return
  }
  if (node.type === 'parallel' && place.children.size === 0) report.error([...path, 'type'], 'parallel-without-regions', `${nameOf(place)} is parallel and has no states to run beside each other; add them under states`)
  if (node.type === 'final' && place.children.size > 0) {
    report.error([...path, 'states'], 'final-with-children', `${nameOf(place)} is final and cannot have states inside; move them out, or drop type: final`, 'key')
    withoutStates()
  }
  if (node.type === 'final')
    for (const word of ['on', 'always', 'after', 'onDone'] as const)
      if (node[word]) report.error([...path, word], 'final-with-transitions', `${nameOf(place)} is final, so its ${word} can never happen; drop it, or drop type: final`, 'key')
  if (node.type === 'history' && place.children.size > 0) {
    report.error([...path, 'states'], 'history-with-children', `${nameOf(place)} is a history and cannot have states inside; move them out`, 'key')
    withoutStates()
  }
  if (node.type === 'history')
    for (const word of ['on', 'always', 'after', 'onDone', 'entry', 'exit'] as const)
      if (node[word]) report.error([...path, word], 'history-with-transitions', `${nameOf(place)} is a history and nobody ever stands in it, so its ${word} can never happen; drop it`, 'key')
  if (node.onDone && node.type !== 'final' && node.type !== 'history') checkDone(place, report)
}

/** `onDone` follows a final state inside; without one it never comes. */
function checkDone(place: Place, report: Report): void {
  const ends = (region: Place): boolean => [...region.children.values()].some((child) => child.node.type === 'final')
  const children = [...place.children.values()]
  const done = place.node.type === 'parallel' ? children.length > 0 && children.every((region) => region.node.type === 'final' || ends(region) || region.node.type === 'parallel') : ends(place)
  if (!done) {
    const missing = place.node.type === 'parallel' ? 'a final state in each of its regions' : 'a final state inside'
    report.error([...place.path, 'onDone'], 'on-done-never', `${nameOf(place)} has onDone, which needs ${missing}; mark one with type: final`, 'key')
  }
}

function checkInitial(place: Place, report: Report, damage: Damage): void {
  const { node, path, children } = place
  const candidates = [...children.values()].filter((child) => child.node.type !== 'history').map((child) => child.key)
  const repair = (): void => {
    damage.uncertain = true
    const [first] = candidates
    damage.repairs.push((definition) => {
      if (first === undefined) delete nodeIn(definition, place).initial
      else nodeIn(definition, place).initial = first
    })
  }
  if (node.initial === undefined) {
    if (children.size === 0 || node.type === 'parallel' || node.type === 'final' || node.type === 'history') return
    report.error(path, 'missing-initial', `${nameOf(place)} does not say where it begins; add initial, ${listed(candidates)}`, 'key')
    repair()
    return
  }
  if (node.type === 'parallel') report.error([...path, 'initial'], 'misplaced-initial', `${nameOf(place)} is parallel and enters all its states at once; drop initial`, 'key')
  else if (!children.has(node.initial)) {
    report.error([...path, 'initial'], 'unknown-initial', `${nameOf(place)} begins in ${node.initial}, which is not one of its states; ${listed(candidates)}`)
    repair()
  } else if (children.get(node.initial)?.node.type === 'history') {
    report.error([...path, 'initial'], 'initial-is-history', `${nameOf(place)} begins in a history, and at the beginning there is none; begin in a state, ${listed(candidates)}`)
    repair()
  }
}

function checkHistory(tree: ChartTree, place: Place, report: Report, damage: Damage): void {
  const { node, path } = place
  if (node.type !== 'history') {
    if (node.history !== undefined) {
      damage.repairs.push((definition) => delete nodeIn(definition, place).history) // XState would take it for a history
      report.error([...path, 'history'], 'misplaced-history', `${nameOf(place)} is not of type history; add type: history, or drop the word`, 'key')
    }
    if (node.target !== undefined) report.error([...path, 'target'], 'misplaced-target', `${nameOf(place)} has a target of its own, which only a history may; put it under on, always or after`, 'key')
    return
  }
  if (node.target === undefined) return
  const target = resolveTarget(tree, place, node.target)
  if (!target) unknownTarget(tree, place, node.target, [...path, 'target'], report, damage)
  else if (place.parent && !pathUp(target).slice(1).includes(place.parent))
    report.error([...path, 'target'], 'history-target-outside', `${nameOf(place)} remembers ${nameOf(place.parent)}, and its target ${node.target} stands outside of that; name a state inside`)
}

function checkTargets(tree: ChartTree, report: Report, damage: Damage): void {
  for (const one of tree.transitions) {
    const { target } = one.transition
    if (target === undefined || resolveTarget(tree, one.place, target)) continue
    unknownTarget(tree, one.place, target, [...one.path, 'target'], report, damage)
    damage.openEnds.add(one.place.place)
  }
}

function dropTargets(node: StateNode, target: string): void {
  const lists = [node.always, node.onDone, ...Object.values(node.on ?? {}), ...Object.values(node.after ?? {})]
  for (const transition of lists.flatMap((list) => list ?? [])) if (transition.target === target) delete transition.target
  if (node.target === target) delete node.target
}

function unknownTarget(tree: ChartTree, place: Place, target: string, path: Place['path'], report: Report, damage: Damage): void {
  damage.uncertain = true
  damage.repairs.push((definition) => dropTargets(nodeIn(definition, place), target))
  const beside = place.parent ? [...place.parent.children.keys()] : []
  const named = tree.places.flatMap(({ node, parent }) => (node.id !== undefined && parent ? [`#${node.id}`] : []))
  const below = [...place.children.keys()].map((key) => `.${key}`)
  const choices = target.startsWith('#') ? named : target.startsWith('.') ? below : beside
  report.error(path, 'unknown-target', `${nameOf(place)} has no state ${target} to go to; ${listed(choices)}`)
}
