import type { YamlPath } from '../compile.js'
import type { Effect } from '../definition.js'
import { isLeaf, nameOf, pathUp, type ChartTree, type Place } from './chart-tree.js'
import type { Configuration, Exploration, Way } from './exploration.js'
import { innermost, leading, provider } from './paths.js'
import type { Report } from './report.js'

const APPLICANT = 'applicant'

/** What applicants learn, and what they must not learn yet: decisions are told, embargoed ones show nowhere. */
export function checkSecrecy(tree: ChartTree, exploration: Exploration, report: Report): void {
  const written = new Map<Effect, { path: YamlPath; place: Place }>(tree.effects.map(({ effect, path, place }) => [effect, { path, place }]))
  const shown = new Set<Configuration>()
  for (const way of exploration.ways) {
    if (isApplicationLike(tree)) checkTold(tree, way, report)
    if (isEmbargoed(way.to)) {
      checkNotices(tree, way, written, report)
      if (checkStatus(tree, way, report)) shown.add(way.to)
    }
  }
  checkOffers(tree, { ...exploration, configurations: exploration.configurations.filter((one) => !shown.has(one)) }, report)
}

/** A chart whose cases an applicant has: filled in with a form, or held by a call. */
export function isApplicationLike({ chart }: ChartTree): boolean {
  return chart.form !== undefined || chart.childOf !== undefined
}

const isEmbargoed = (one: Configuration): boolean => one.view.tags.includes('embargoed')

function tells(effect: Effect): boolean {
  return 'notify' in effect && effect.notify.to.includes(APPLICANT)
}

/** A decision that the applicant can see comes with a notice to the applicant. */
function checkTold(tree: ChartTree, way: Way, report: Report): void {
  const { from, to } = way
  if (!from || isEmbargoed(to) || from.view.publicStatus === to.view.publicStatus) return
  const decision = decisionIn(from, to, way)
  const transition = leading(way)
  if (decision === undefined || !transition || way.effects.some(({ effect }) => tells(effect))) return
  const place = innermost(tree, to)
  report.error(transition.path, 'silent-decision', `${way.trigger} brings a case to ${nameOf(place)} (${decision}), and the applicant is not told; add notify to applicant here, or to the entry of that state`)
}

function decisionIn(from: Configuration, to: Configuration, way: Way): string | undefined {
  const decided = to.view.tags.find((tag) => tag.startsWith('decided.') && (isEmbargoed(from) || !from.view.tags.includes(tag)))
  if (decided !== undefined) return decided
  if (to.view.phase === 'adopted' && from.view.phase !== 'adopted') return 'adopted'
  const byOffice = way.senders.some((sender) => sender !== APPLICANT)
  return byOffice && to.view.phase === 'closed' && from.view.phase !== 'closed' ? 'closed by the office' : undefined
}

/** No notice to the applicant on the way into an embargoed state, between such states, or by what belongs to one. */
function checkNotices(tree: ChartTree, way: Way, written: ReadonlyMap<Effect, { path: YamlPath; place: Place }>, report: Report): void {
  const moves = way.from !== way.to
  for (const { effect, source } of way.effects) {
    if (!tells(effect)) continue
    const at = written.get(effect) ?? { path: source?.path ?? tree.root.path, place: tree.places.find((place) => place.id === source?.node) ?? tree.root }
    const belongs = pathUp(at.place).some((place) => place.node.tags?.includes('embargoed'))
    if (moves || belongs) report.error(at.path, 'embargo-leak', `this notice would tell the applicant while ${nameOf(innermost(tree, way.to))} is embargoed; send it when the result is published`)
  }
}

/** Nor does what the applicant sees change on the way in. True where it does. */
function checkStatus(tree: ChartTree, way: Way, report: Report): boolean {
  const { from, to } = way
  if (!from || from.view.publicStatus === to.view.publicStatus) return false
  const place = provider(tree, to, ({ node }) => node.publicStatus !== undefined)
  report.error(place ? [...place.path, 'publicStatus'] : innermost(tree, to).path, 'embargo-leak', `the public status changes from ${String(from.view.publicStatus)} to ${String(to.view.publicStatus)} as a case enters ${nameOf(innermost(tree, to))}, which is embargoed; show the same status until the result is published`)
  return true
}

interface Offer {
  events: string[]
  deadlines: string[]
}

/** States that look the same to an applicant must also let the applicant do the same: where one of them is embargoed, the difference tells. */
function checkOffers(tree: ChartTree, exploration: Exploration, report: Report): void {
  const byStatus = new Map<string, Configuration[]>()
  for (const one of exploration.configurations) if (one.view.publicStatus !== null) byStatus.set(one.view.publicStatus, [...(byStatus.get(one.view.publicStatus) ?? []), one])
  for (const [status, list] of byStatus) {
    const usual = mostOften(list.map((one) => JSON.stringify(offerIn(tree, exploration, one))))
    const embargoed = list.some(isEmbargoed)
    for (const one of list) {
      const offer = offerIn(tree, exploration, one)
      if (JSON.stringify(offer) === usual) continue
      const place = innermost(tree, one)
      if (!isLeaf(place)) continue
      const { events, deadlines } = JSON.parse(usual) as Offer
      const message = `${nameOf(place)} shows the status ${status} and offers the applicant ${said(offer)}, while other states of that status offer ${said({ events, deadlines })}`
      if (embargoed) report.error(place.path, 'embargo-distinguishable', `${message}; the difference would tell what is embargoed, so offer the same or show another status`, 'key')
      else report.warning(place.path, 'status-offers-differ', `${message}; show another status, or offer the same`, 'key')
    }
  }
}

function offerIn(tree: ChartTree, { chart }: Exploration, one: Configuration): Offer {
  const here = chart.transitions.filter((transition) => one.nodes.has(transition.node))
  const names = (list: string[]): string[] => [...new Set(list)].sort()
  return {
    events: names(here.filter((transition) => transition.kind === 'event' && transition.source.by?.includes(APPLICANT)).map((transition) => transition.trigger)),
    deadlines: names(here.filter((transition) => transition.kind === 'after' && isShown(tree, one, transition.node)).map((transition) => transition.trigger.replace(/~.*/, ''))),
  }
}

/** An applicant is shown the deadlines of states in which it is the applicant's turn, by their own word or that of what is inside. */
function isShown(tree: ChartTree, one: Configuration, id: string): boolean {
  const place = tree.places.find((candidate) => candidate.id === id)
  const turn = place && pathUp(place).find(({ node }) => node.turn !== undefined)?.node.turn
  if (turn !== undefined) return turn === APPLICANT
  return tree.places.some((inside) => one.nodes.has(inside.id) && inside.node.turn === APPLICANT && place !== undefined && pathUp(inside).includes(place))
}

function said({ events, deadlines }: Offer): string {
  return `${events.length > 0 ? events.join(', ') : 'nothing'}${deadlines.length > 0 ? ` until ${deadlines.join(', ')}` : ''}`
}

function mostOften(all: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const one of all) counts.set(one, (counts.get(one) ?? 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? ''
}
