import type { CompiledTransition } from '../compile.js'
import { isLeaf, nameOf, pathUp, type ChartTree, type Place } from './chart-tree.js'
import type { Configuration, Exploration, Way } from './exploration.js'
import type { Report } from './report.js'
import type { Damage } from './structure.js'

/** What the walk of a chart shows: states nobody comes to, states without a way out, and states without a way on. */
export function checkPaths(tree: ChartTree, exploration: Exploration, damage: Damage, report: Report): void {
  const open = new Set(tree.places.filter(({ place }) => damage.openEnds.has(place)).map(({ id }) => id))
  const walked = { tree, exploration, report, isOpen: (one: Configuration) => [...one.nodes].some((id) => open.has(id)) }
  if (exploration.failure !== undefined) {
    report.error(tree.root.path, 'chart-unreadable', `chart ${tree.name} cannot be walked: ${exploration.failure}; mend what is reported of it, or write it another way`, 'key')
    return
  }
  if (!exploration.complete) {
    report.error(tree.root.path, 'too-many-configurations', `chart ${tree.name} can stand in more ways than can be walked through, so it is not proved; split it into charts, or take regions out of its parallel states`, 'key')
    return
  }
  if (!damage.uncertain) {
    checkReachable(walked)
    checkTaken(walked)
    checkSeparation(walked)
  }
  checkEnds(walked, checkStuck(walked))
}

interface Walked {
  tree: ChartTree
  exploration: Exploration
  report: Report
  /** Whether a way out cannot be read there. */
  isOpen: (configuration: Configuration) => boolean
}

function checkReachable({ tree, exploration, report }: Walked): void {
  const unreachable = (place: Place): boolean => place.node.type !== 'history' && place.parent !== undefined && !exploration.entered.has(place.id)
  for (const place of tree.places)
    if (unreachable(place) && !(place.parent && unreachable(place.parent)))
      report.error(place.path, 'unreachable-state', `${nameOf(place)} is never reached; give some transition the target ${place.node.id ? `#${place.node.id}` : place.key}, or drop the state`, 'key')
}

/** A transition that another one always comes before. */
function checkTaken({ tree, exploration, report }: Walked): void {
  const said = new Set(tree.places.filter((place) => place.node.type === 'final' || place.node.type === 'history').map((place) => place.id))
  const isSaid = (one: CompiledTransition): boolean => said.has(one.node) || one.trigger.includes('~') || (one.kind === 'onDone' && report.has('on-done-never', one.path))
  for (const one of exploration.chart.transitions)
    if (exploration.entered.has(one.node) && !exploration.taken.has(one) && !isSaid(one) && !(one.kind === 'event' && !one.source.by))
      report.warning(one.path, 'transition-never-taken', `${one.kind === 'event' ? `event ${one.trigger}` : one.kind} of ${one.node} is never taken here, as another comes before it; put this one first or drop it`)
}

/** `separateFrom` an event that cannot have happened yet separates nobody. */
function checkSeparation({ exploration, report }: Walked): void {
  const before = eventsBefore(exploration)
  for (const one of exploration.chart.transitions)
    for (const [position, event] of (one.source.separateFrom ?? []).entries()) {
      const here = exploration.configurations.filter((configuration) => configuration.nodes.has(one.node))
      if (!exploration.chart.events.has(event) || here.length === 0) continue
      if (!here.some((configuration) => before.get(configuration)?.has(event)))
        report.error([...one.path, 'separateFrom', position], 'separate-from-never', `${event} can never have happened before ${one.trigger}, so this separates nobody; name the event that prepares it`)
    }
}

function eventsBefore({ configurations }: Exploration): Map<Configuration, Set<string>> {
  const before = new Map(configurations.map((one) => [one, new Set<string>()]))
  const queue = [...configurations]
  for (let here = queue.pop(); here; here = queue.pop()) {
    const known = before.get(here) as Set<string>
    for (const way of here.ways) {
      const next = before.get(way.to) as Set<string>
      const size = next.size
      for (const event of known) next.add(event)
      if (way.kind === 'event') next.add(way.trigger)
      if (next.size > size) queue.push(way.to)
    }
  }
  return before
}

const rests = (one: Configuration): boolean => one.view.done || one.view.tags.includes('resting')

/** The engine's rule: neither final nor resting, no timer that will move it, and no event that anybody has. */
function checkStuck(walked: Walked): Set<Configuration> {
  const stuck = new Set<Configuration>()
  for (const one of walked.exploration.configurations) {
    if (rests(one) || walked.isOpen(one)) continue
    const { exploration } = walked
    if ([...exploration.chart.events.values()].some((list) => list.some((candidate) => one.nodes.has(candidate.node)))) continue
    const timers = exploration.chart.transitions.filter((candidate) => candidate.kind === 'after' && one.nodes.has(candidate.node) && candidate.source.target !== undefined)
    if (timers.some((timer) => !timer.source.guard)) continue
    const place = innermost(walked.tree, one)
    if (timers.length === 0) stuck.add(one)
    if (timers.length > 0)
      walked.report.warning(place.path, 'timer-may-not-move', `nobody can act in ${nameOf(place)}, and its deadlines move it only where their guards hold; add a way for when they do not, or tag it resting`, 'key')
    else walked.report.error(place.path, 'stuck', `nobody can act in ${nameOf(place)} and no deadline moves it; add an event, a deadline with a target, or the tag resting where waiting is right`, 'key')
  }
  return stuck
}

/** From everywhere some end must be within reach: a final state, or one where resting is right. What leads to a stuck state alone has been said. */
function checkEnds(walked: Walked, stuck: ReadonlySet<Configuration>): void {
  const { tree, exploration, report } = walked
  const lost = withoutEnd(walked, stuck)
  if (lost.size === 0) return
  const dead = new Set(tree.places.filter((place) => {
    const here = exploration.configurations.filter((one) => one.nodes.has(place.id))
    return here.length > 0 && here.every((one) => lost.has(one))
  }))
  const covered = new Set<Configuration>()
  for (const place of dead) {
    for (const one of lost) if (one.nodes.has(place.id)) covered.add(one)
    if (place.parent && dead.has(place.parent)) continue
    report.error(place.path, 'no-way-to-end', `from ${nameOf(place)} no final or resting state can be reached; add a way to one`, 'key')
  }
  for (const one of lost) {
    if (covered.has(one)) continue
    const place = innermost(tree, one)
    report.error(place.path, 'no-way-to-end', `from ${one.view.states.join(' together with ')} of chart ${tree.name} no final or resting state can be reached; add a way to one`, 'key')
  }
}

function withoutEnd({ exploration, isOpen }: Walked, stuck: ReadonlySet<Configuration>): Set<Configuration> {
  const back = new Map<Configuration, Way[]>()
  for (const way of exploration.ways) back.set(way.to, [...(back.get(way.to) ?? []), way])
  const ending = new Set(exploration.configurations.filter((one) => rests(one) || isOpen(one) || stuck.has(one)))
  const queue = [...ending]
  for (let here = queue.pop(); here; here = queue.pop())
    for (const { from } of back.get(here) ?? [])
      if (from && !ending.has(from)) {
        ending.add(from)
        queue.push(from)
      }
  return new Set(exploration.configurations.filter((one) => !ending.has(one)))
}

/** The first of the innermost states: where a finding about a whole configuration is placed. */
export function innermost(tree: ChartTree, configuration: Configuration): Place {
  const leaves = tree.places.filter((place) => isLeaf(place) && configuration.nodes.has(place.id))
  return leaves.find((place) => place.node.type !== 'final') ?? leaves[0] ?? tree.root
}

/** Which of the states in the configuration says a word that deeper states may replace. */
export function provider(tree: ChartTree, configuration: Configuration, says: (place: Place) => boolean): Place | undefined {
  const active = tree.places.filter((place) => configuration.nodes.has(place.id) && says(place))
  return active.sort((a, b) => pathUp(b).length - pathUp(a).length)[0]
}

/** The transition that a finding about a way points at: the one that says where it goes. */
export function leading(way: Way): CompiledTransition | undefined {
  const taken = [...way.taken]
  return taken.find((one) => (one.kind === 'event' || one.kind === 'after') && one.source.target !== undefined) ?? taken.find((one) => one.source.target !== undefined) ?? taken[0]
}
