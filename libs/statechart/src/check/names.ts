import { PHASES, ROOTS, type ProgrammeDefinition } from '../definition.js'
import { isLeaf, nameOf, pathUp, type ChartTree, type Place } from './chart-tree.js'
import type { Exploration } from './exploration.js'
import { innermost } from './paths.js'
import type { Report } from './report.js'
import { isApplicationLike } from './secrecy.js'
import type { Damage } from './structure.js'

/** Names that would hide each other in expressions. */
export function checkNames(trees: ReadonlyMap<string, ChartTree>, definition: ProgrammeDefinition, report: Report): void {
  const roots: readonly string[] = ROOTS
  for (const form of Object.keys(definition.forms)) {
    const chart = trees.get(form)
    if (roots.includes(form)) report.error(['forms', form], 'id-collision', `form ${form} could not be read in expressions, where ${form} means something else; rename the form`, 'key')
    else if (chart && chart.chart.form !== form) report.error(['forms', form], 'id-collision', `form ${form} could not be read in expressions, where ${form} is the case of that chart; rename the form`, 'key')
  }
  for (const tree of trees.values()) {
    if (roots.includes(tree.name)) report.error(tree.root.path, 'id-collision', `chart ${tree.name} could not be read in expressions, where ${tree.name} means something else; rename the chart`, 'key')
    checkAttributes(tree, definition, report)
  }
}

function checkAttributes(tree: ChartTree, definition: ProgrammeDefinition, report: Report): void {
  for (const name of Object.keys(tree.chart.attributes ?? {})) {
    const path = [...tree.root.path, 'attributes', name]
    if (name === 'createdAt' || name === 'title') report.error(path, 'reserved-attribute', `the engine keeps ${name} of every case; call this attribute something else`, 'key')
    else if (name === 'params' && tree.chart.childOf !== undefined) report.error(path, 'reserved-attribute', `params overrides the guideline's numbers, and is read from ${tree.chart.childOf}; declare it there, or call this something else`, 'key')
    else if (Object.hasOwn(definition.numbers, name)) report.error(path, 'attribute-is-number', `assignNumber writes the number ${name} where this attribute stands; rename one of the two`, 'key')
  }
}

/** Labels that people read: of the states a case can stand in, and of the events. */
export function checkLabels(trees: ReadonlyMap<string, ChartTree>, definition: ProgrammeDefinition, report: Report): void {
  const sent = new Map<string, { path: readonly (string | number)[]; byApplicant: boolean }>()
  for (const tree of trees.values()) {
    for (const place of tree.places)
      if (isLeaf(place) && !place.node.label && !place.node.always) report.warning(place.path, 'missing-label', `${nameOf(place)} has no name that people can read; add a label with ja and en`, 'key')
    for (const { kind, trigger, transition, path } of tree.transitions) {
      if (kind !== 'event' || Object.hasOwn(definition.events, trigger)) continue
      const byApplicant = transition.by?.includes('applicant') ?? false
      const known = sent.get(trigger)
      if (!known || (byApplicant && !known.byApplicant)) sent.set(trigger, { path, byApplicant })
    }
  }
  for (const [event, { path, byApplicant }] of sent) {
    const key = typeof path.at(-1) === 'number' ? path.slice(0, -1) : path
    const message = `event ${event} has no name that people can read; add ${event}: { ja: …, en: … } under events`
    if (byApplicant) report.error(key, 'event-without-label', `${message}: applicants may send it`, 'key')
    else report.warning(key, 'event-without-label', message, 'key')
  }
}

/** Every place where an application can stand has one phase and something that the applicant sees. */
export function checkPhases(tree: ChartTree, exploration: Exploration | undefined, damage: Damage, report: Report): void {
  if (!isApplicationLike(tree)) return
  const phases: readonly string[] = PHASES
  for (const place of tree.places) {
    const own = (place.node.tags ?? []).filter((tag) => phases.includes(tag))
    if (own.length > 1) report.error([...place.path, 'tags'], 'two-phases', `${nameOf(place)} is in the phases ${own.join(' and ')} at once; keep one`)
    if (!isLeaf(place) || place.node.always) continue
    if (!pathUp(place).some(({ node }) => node.tags?.some((tag) => phases.includes(tag)))) report.error(place.path, 'missing-phase', `${nameOf(place)} is in no phase, so tracking and statistics would lose it; tag it or a state around it with one of ${PHASES.join(', ')}`, 'key')
  }
  const open = new Set(tree.places.filter(({ place }) => damage.openEnds.has(place)).map(({ id }) => id))
  for (const one of exploration?.configurations ?? []) {
    if ([...one.nodes].some((id) => open.has(id))) continue
    const place = innermost(tree, one)
    if (one.view.publicStatus === null) report.warning(place.path, 'missing-public-status', `the applicant sees no status in ${nameOf(place)}; add publicStatus to it or to a state around it`, 'key')
    const [first, ...rest] = deepestPhased(tree, one.nodes)
    const other = rest.find(({ phase }) => phase !== first?.phase)
    if (first && other) report.error([...other.place.path, 'tags'], 'two-phases', `${nameOf(first.place)} is in the phase ${first.phase} and ${nameOf(other.place)} beside it in ${other.phase}; tag the state around them instead`)
  }
}

/** Of the active states, those that have a word in which phase the case is: the deepest. */
function deepestPhased(tree: ChartTree, nodes: ReadonlySet<string>): { place: Place; phase: string; depth: number }[] {
  const phases: readonly string[] = PHASES
  const tagged = tree.places.flatMap((place) => {
    const phase = nodes.has(place.id) ? place.node.tags?.find((tag) => phases.includes(tag)) : undefined
    return phase === undefined ? [] : [{ place, phase, depth: pathUp(place).length }]
  })
  const deepest = Math.max(0, ...tagged.map(({ depth }) => depth))
  return tagged.filter(({ depth }) => depth === deepest)
}
