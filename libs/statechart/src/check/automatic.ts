import { nameOf, pathUp, resolveTarget, type ChartTree, type Place } from './chart-tree.js'
import type { Report } from './report.js'

/**
 * Cycles of what happens by itself: `always`, and `onDone` where a state is entered with its end. XState follows
 * such a cycle without end as long as its guards hold, and guards are free, so every cycle is refused.
 * Returns the places whose `always` and `onDone` the walk of the chart must leave out.
 */
export function checkAutomatic(tree: ChartTree, report: Report): Place[] {
  const edges = new Map(tree.places.filter(movesByItself).map((place) => [place, followers(tree, place)]))
  const cyclic = [...edges.keys()].filter((place) => leadsTo(place, place, edges))
  for (const place of cyclic) {
    const word = place.node.always ? 'always' : 'onDone'
    report.error([...place.path, word], 'always-cycle', `${word} of ${nameOf(place)} leads back to itself, which would never end; let an event or a deadline stand between`, 'key')
  }
  return cyclic
}

function movesByItself(place: Place): boolean {
  return place.node.always !== undefined || place.node.onDone !== undefined
}

function followers(tree: ChartTree, place: Place): Set<Place> {
  const next = new Set<Place>()
  for (const one of tree.transitions) {
    if (one.place !== place || (one.kind !== 'always' && one.kind !== 'onDone')) continue
    const target = one.transition.target === undefined ? undefined : resolveTarget(tree, place, one.transition.target)
    // without a target the state stays, and is asked again at once
    const entered = target ? enteredBy(tree, target) : one.kind === 'always' ? [place] : []
    for (const here of entered) {
      if (here.node.always) next.add(here)
      if (here.node.type !== 'final') continue
      const around = here.parent?.parent?.node.type === 'parallel' ? here.parent.parent : undefined
      for (const ended of [here.parent, around]) if (ended?.node.onDone) next.add(ended)
    }
  }
  return next
}

/** All that is active once a target is entered, whatever a history remembers. */
export function enteredBy(tree: ChartTree, target: Place): Set<Place> {
  const entered = new Set(pathUp(target))
  const enter = (place: Place): void => {
    if (entered.has(place) && place !== target) return
    entered.add(place)
    if (place.node.type === 'history') {
      const below = (parent: Place): Place[] => [...parent.children.values()].flatMap((child) => [child, ...below(child)])
      for (const one of place.parent ? below(place.parent) : []) entered.add(one)
    } else if (place.node.type === 'parallel') for (const child of place.children.values()) enter(child)
    else {
      const initial = place.node.initial === undefined ? undefined : place.children.get(place.node.initial)
      if (initial) enter(initial)
    }
  }
  enter(target)
  return entered
}

function leadsTo(from: Place, wanted: Place, edges: ReadonlyMap<Place, ReadonlySet<Place>>): boolean {
  const seen = new Set<Place>()
  const queue = [...(edges.get(from) ?? [])]
  for (let here = queue.pop(); here; here = queue.pop()) {
    if (here === wanted) return true
    if (seen.has(here)) continue
    seen.add(here)
    queue.push(...(edges.get(here) ?? []))
  }
  return false
}
