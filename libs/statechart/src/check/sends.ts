import type { CompiledProgramme, CompiledTransition, YamlPath } from '../compile.js'
import type { Effect, ProgrammeDefinition } from '../definition.js'
import type { ChartTree, PlacedEffect } from './chart-tree.js'
import type { Exploration } from './exploration.js'
import { listed, type Report } from './report.js'

/** What charts send to each other: that the other chart knows the event, admits the sender, and can take it there. */
export function checkSends(trees: ReadonlyMap<string, ChartTree>, explorations: ReadonlyMap<string, Exploration>, definition: ProgrammeDefinition, others: readonly CompiledProgramme[], report: Report): void {
  const checker = new SendChecker(trees, explorations, definition, others, report)
  for (const tree of trees.values()) for (const one of tree.effects) checker.check(tree, one)
  for (const tree of trees.values()) checker.checkAwaited(tree)
  checkFacts(trees, explorations, definition, report)
  checkMemberships(definition, others, report)
}

/** An event that a chart may send to another. `event` is absent where an attribute names one for each child. */
interface Send {
  sender: string
  receiver: string
  event: string | undefined
}

class SendChecker {
  private readonly sends: Send[] = []

  constructor(
    private readonly trees: ReadonlyMap<string, ChartTree>,
    private readonly explorations: ReadonlyMap<string, Exploration>,
    private readonly definition: ProgrammeDefinition,
    private readonly others: readonly CompiledProgramme[],
    private readonly report: Report,
  ) {}

  check(tree: ChartTree, { effect, path }: PlacedEffect): void {
    if ('sendToChildren' in effect) this.toChildren(tree, effect, [...path, 'sendToChildren'])
    if ('sendToParent' in effect) this.toParent(tree, effect.sendToParent, [...path, 'sendToParent'])
    if ('sendToOrganisation' in effect) this.toOrganisation(tree, effect, [...path, 'sendToOrganisation'])
  }

  private toChildren(tree: ChartTree, { sendToChildren: send }: Extract<Effect, { sendToChildren: unknown }>, path: YamlPath): void {
    const children = [...this.trees.values()].filter((one) => one.chart.childOf === tree.name).map((one) => one.name)
    if ((send.event === undefined) === (send.eventFrom === undefined)) this.report.error(path, 'send-without-event', 'children are sent either an event or what an attribute says (eventFrom); name one of the two')
    if (send.limit !== undefined && send.orderBy === undefined) this.report.warning([...path, 'limit'], 'limit-without-order', 'which children are among the first is left to chance; add orderBy')
    if (send.eventFrom !== undefined) this.checkOutcomes(tree, send.eventFrom, [...path, 'eventFrom'])
    if (send.chart !== undefined && !this.trees.has(send.chart)) {
      this.report.error([...path, 'chart'], 'unknown-chart', `there is no chart ${send.chart}; ${listed(this.trees.keys())}`)
      return
    }
    if (send.chart !== undefined && !children.includes(send.chart)) {
      this.report.error([...path, 'chart'], 'not-a-child', `chart ${send.chart} does not belong to ${tree.name}; add childOf: ${tree.name} to it, or send to another`)
      return
    }
    const receivers = send.chart === undefined ? children : [send.chart]
    if (receivers.length === 0) {
      this.report.error(path, 'no-children', `no chart belongs to ${tree.name}, so this reaches nobody; drop it`)
      return
    }
    for (const receiver of receivers) this.sends.push({ sender: tree.name, receiver, event: send.event })
    if (send.orderBy !== undefined) this.checkOrder(send.orderBy, receivers, [...path, 'orderBy'])
    if (send.event !== undefined) this.checkReceived(tree.name, send.event, receivers, [...path, 'event'], (one) => (send.inPhase === undefined || one.view.phase === send.inPhase) && (send.inTag === undefined || one.view.tags.includes(send.inTag)))
  }

  private checkOutcomes(tree: ChartTree, attribute: string, path: YamlPath): void {
    const { attributes = {} } = tree.chart
    const declared = Object.hasOwn(attributes, attribute) ? attributes[attribute] : undefined
    if (!declared) this.report.error(path, 'unknown-attribute', `chart ${tree.name} has no attribute ${attribute} to take the events from; ${listed(Object.keys(attributes))}`)
    else if (declared.type !== 'outcomes') this.report.error(path, 'attribute-not-outcomes', `attribute ${attribute} is of type ${declared.type}; only outcomes name an event for each child`)
  }

  private checkOrder(attribute: string, receivers: readonly string[], path: YamlPath): void {
    const known = (name: string): boolean => Object.hasOwn(this.trees.get(name)?.chart.attributes ?? {}, attribute) || attribute === 'createdAt' || Object.hasOwn(this.definition.numbers, attribute)
    for (const receiver of receivers.filter((name) => !known(name))) this.report.error(path, 'unknown-attribute', `chart ${receiver} has no attribute ${attribute} to be sorted by; ${listed(Object.keys(this.trees.get(receiver)?.chart.attributes ?? {}))}`)
  }

  private toParent(tree: ChartTree, event: string, path: YamlPath): void {
    const { childOf } = tree.chart
    if (childOf === undefined) this.report.error(path, 'no-parent', `chart ${tree.name} belongs to no other, so ${event} reaches nobody; add childOf or drop it`)
    else if (this.trees.has(childOf)) {
      this.sends.push({ sender: tree.name, receiver: childOf, event })
      this.checkReceived(tree.name, event, [childOf], path, () => true)
    }
  }

  private toOrganisation(tree: ChartTree, { sendToOrganisation: send }: Extract<Effect, { sendToOrganisation: unknown }>, path: YamlPath): void {
    if (send.programme === this.definition.name) {
      if (!this.trees.has(send.chart)) this.report.error([...path, 'chart'], 'unknown-chart', `there is no chart ${send.chart}; ${listed(this.trees.keys())}`)
      else {
        this.sends.push({ sender: tree.name, receiver: send.chart, event: send.event })
        this.checkReceived(tree.name, send.event, [send.chart], [...path, 'event'], () => true)
      }
      return
    }
    if (this.others.length === 0) return
    const other = this.others.find((one) => one.definition.name === send.programme)
    if (!other) this.report.error([...path, 'programme'], 'unknown-programme', `there is no programme ${send.programme}; ${listed(this.others.map((one) => one.definition.name))}`)
    else this.abroad(tree, send, other, path)
  }

  private abroad(tree: ChartTree, send: { chart: string; event: string }, other: CompiledProgramme, path: YamlPath): void {
    const chart = other.charts.get(send.chart)
    if (!chart) {
      this.report.error([...path, 'chart'], 'unknown-chart', `programme ${other.definition.name} has no chart ${send.chart}; ${listed(other.charts.keys())}`)
      return
    }
    this.checkAdmitted(tree.name, send.event, `${send.chart} of ${other.definition.name}`, chart.events, [...path, 'event'])
  }

  private checkReceived(sender: string, event: string, receivers: readonly string[], path: YamlPath, standing: (one: Exploration['configurations'][number]) => boolean): void {
    const taking = receivers.filter((name) => this.explorations.get(name)?.chart.events.has(event))
    const [receiver] = taking.length > 0 ? taking : receivers
    const exploration = this.explorations.get(receiver ?? '')
    if (!exploration || !this.checkAdmitted(sender, event, receiver ?? '', exploration.chart.events, path)) return
    const admitted = (exploration.chart.events.get(event) ?? []).filter((one) => one.source.by?.includes(sender))
    if (exploration.complete && !exploration.configurations.some((one) => standing(one) && admitted.some(({ node }) => one.nodes.has(node))))
      this.report.error(path, 'never-taken-there', `no case of chart ${receiver} that this is sent to ever stands where it takes ${event}; correct inPhase, inTag or the event`)
    else if (admitted.every(needsData)) this.report.error(path, 'sent-without-data', `chart ${receiver} takes ${event} only with data, and this sends none; send it with eventFrom, or make its data optional`)
  }

  /** Whether the receiving chart takes the event from this sender; says so where not. */
  private checkAdmitted(sender: string, event: string, receiver: string, events: ReadonlyMap<string, CompiledTransition[]>, path: YamlPath): boolean {
    const taken = events.get(event)
    if (!taken) this.report.error(path, 'event-not-taken', `chart ${receiver} has no event ${event}; ${listed(events.keys())}`)
    else if (!taken.some((one) => one.source.by?.includes(sender))) {
      this.report.error(path, 'sender-not-admitted', `chart ${receiver} does not take ${event} from ${sender}; add ${sender} to its by`)
      return false
    }
    return taken !== undefined
  }

  /** An event awaited from a chart that never sends it. Where the other programmes are not known, only parents and children are asked. */
  checkAwaited(tree: ChartTree): void {
    for (const { kind, trigger, transition, path } of tree.transitions) {
      if (kind !== 'event') continue
      for (const [position, sender] of (transition.by ?? []).entries()) {
        if (Object.hasOwn(this.definition.roles, sender) || this.isSent(sender, tree.name, trigger)) continue
        if (this.others.length === 0 ? !this.isRelated(sender, tree) : !this.isChart(sender)) continue
        this.report.warning([...path, 'by', position], 'never-sent', `chart ${sender} never sends ${trigger} to ${tree.name}; send it, or name who does`)
      }
    }
  }

  private isRelated(name: string, tree: ChartTree): boolean {
    return tree.chart.childOf === name || this.trees.get(name)?.chart.childOf === tree.name
  }

  private isChart(name: string): boolean {
    return this.trees.has(name) || this.others.some((one) => one.charts.has(name))
  }

  private isSent(sender: string, receiver: string, event: string): boolean {
    return this.sends.some((one) => one.sender === sender && one.receiver === receiver && (one.event === undefined || one.event === event)) || this.others.some((one) => sendsHere(one, sender, this.definition.name, receiver, event))
  }
}

function needsData({ source }: CompiledTransition): boolean {
  return (source.requires ?? []).some((path) => !path.startsWith('form.')) || Object.values(source.asks ?? {}).some((asked) => asked.optional !== true)
}

function sendsHere(other: CompiledProgramme, sender: string, programme: string, receiver: string, event: string): boolean {
  const chart = other.charts.get(sender)
  const effects = [...(chart?.entryEffects.flat() ?? []), ...(chart?.transitions.flatMap((one) => one.effects) ?? [])]
  return effects.some(({ effect }) => 'sendToOrganisation' in effect && effect.sendToOrganisation.programme === programme && effect.sendToOrganisation.chart === receiver && effect.sendToOrganisation.event === event)
}

/** Counts that the engine loads: of charts that exist, and of children where the reading chart has them. */
function checkFacts(trees: ReadonlyMap<string, ChartTree>, explorations: ReadonlyMap<string, Exploration>, definition: ProgrammeDefinition, report: Report): void {
  for (const [name, fact] of Object.entries(definition.facts)) {
    const [word, counted] = 'children' in fact ? (['children', fact.children] as const) : 'others' in fact ? (['others', fact.others] as const) : (['', undefined] as const)
    if (!counted) continue
    const path = ['facts', name, word]
    const tree = trees.get(counted.chart)
    if (!tree) {
      report.error([...path, 'chart'], 'unknown-chart', `fact ${name} counts cases of chart ${counted.chart}, which is not there; ${listed(trees.keys())}`)
      continue
    }
    if (word === 'children') for (const reader of readers(name, explorations)) if (tree.chart.childOf !== reader) report.error([...path, 'chart'], 'not-a-child', `chart ${reader} reads facts.${name}, but chart ${counted.chart} does not belong to it; count a chart with childOf: ${reader}`)
    const exploration = explorations.get(counted.chart)
    const stands = (one: Exploration['configurations'][number]): boolean => (counted.inPhase === undefined || one.view.phase === counted.inPhase) && (counted.inTag === undefined || one.view.tags.includes(counted.inTag))
    if (exploration?.complete && !exploration.configurations.some(stands)) report.warning(path, 'counts-nothing', `no case of chart ${counted.chart} ever stands where fact ${name} counts; correct inPhase or inTag`)
  }
}

function checkMemberships(definition: ProgrammeDefinition, others: readonly CompiledProgramme[], report: Report): void {
  if (others.length === 0) return
  const known = new Set([definition.name, ...others.map((one) => one.definition.name)])
  for (const [name, fact] of Object.entries(definition.facts))
    for (const [position, programme] of ('membership' in fact ? fact.membership : []).entries())
      if (!known.has(programme)) report.error(['facts', name, 'membership', position], 'unknown-programme', `fact ${name} asks for cases in force of ${programme}, which is no programme; ${listed(known)}`)
}

function readers(fact: string, explorations: ReadonlyMap<string, Exploration>): string[] {
  return [...explorations.values()].flatMap(({ chart }) => {
    const expressions = [
      ...chart.transitions.flatMap((one) => [...one.guards.map((guard) => guard.if), ...one.effects.flatMap(({ sets }) => sets.map((set) => set.value))]),
      ...chart.entryEffects.flat().flatMap(({ sets }) => sets.map((set) => set.value)),
      ...[...chart.deadlines.values()].flatMap(({ at }) => (at ? [at] : [])),
      ...chart.amounts.values(),
    ]
    return expressions.some(({ reads }) => reads.some(([root, name]) => root === 'facts' && name === fact)) ? [chart.name] : []
  })
}
