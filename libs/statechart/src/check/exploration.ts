import type { AnyMachineSnapshot } from 'xstate'
import type { CaseView } from '../case-state.js'
import type { CompiledChart, CompiledEffect, CompiledTransition, Decision } from '../compile.js'
import type { Effect } from '../definition.js'
import { enterInitial, transitionOn } from '../interpret.js'
import { viewOf } from '../view.js'

/** One way a case can stand: the states it is in together, and what its histories remember. */
export interface Configuration {
  nodes: ReadonlySet<string>
  view: CaseView
  ways: Way[]
}
/** One way on: an event or a deadline, what it took by itself afterwards, and what that made happen. */
export interface Way {
  from: Configuration | undefined
  to: Configuration
  trigger: string
  kind: 'begin' | 'event' | 'after'
  /** For an event: who may have sent it. */
  senders: readonly string[]
  taken: ReadonlySet<CompiledTransition>
  effects: { effect: Effect; source: CompiledTransition | undefined }[]
}
export interface Exploration {
  chart: CompiledChart
  configurations: Configuration[]
  ways: Way[]
  /** XState's ids of all states that are ever entered, if only to be left at once. */
  entered: ReadonlySet<string>
  /** Of every transition that some way takes. */
  taken: ReadonlySet<CompiledTransition>
  /** False where the bound was hit: what is missing may then just not have been seen. */
  complete: boolean
  /** What XState said when it could not go on. */
  failure: string | undefined
}

/** Real charts have some dozens; three independent regions of ten states each have a thousand. */
export const MAX_CONFIGURATIONS = 2000
const MAX_WAYS = 30_000
const MAX_CHOICES = 256

/** A transition without `by` is walked through too: what is wrong with it has been said at its own place. */
const ANYBODY = '*'

/**
 * Walks every configuration that XState itself can bring a case to. Guards, and whatever else may refuse an
 * event, are free: both answers are tried, one after the other, also of those asked by `always` and `onDone`.
 */
export function explore(chart: CompiledChart, limit = MAX_CONFIGURATIONS): Exploration {
  return new Explorer(chart, limit).run()
}

type Answer = boolean | 'free'

/** Answers XState's questions from a script of choices, and remembers which it took. */
class Choices implements Decision {
  private script: boolean[] = []
  private position = 0
  private answers = new Map<number, boolean>()
  taken = new Set<CompiledTransition>()
  effects: Way['effects'] = []

  constructor(
    private readonly chart: CompiledChart,
    private readonly asked: (one: CompiledTransition) => void,
    private readonly admits: (one: CompiledTransition) => Answer,
  ) {}

  permits(index: number): boolean {
    const one = this.chart.transitions[index]
    if (!one) return false
    this.asked(one)
    const known = this.answers.get(index)
    if (known !== undefined && (one.kind === 'event' || one.kind === 'after')) return known
    const admitted = this.admits(one)
    const answer = admitted === 'free' ? this.choose() : admitted
    this.answers.set(index, answer)
    return answer
  }

  perform(list: readonly CompiledEffect[], source: CompiledTransition | undefined): void {
    if (source) this.taken.add(source)
    for (const { effect } of list) this.effects.push({ effect, source })
  }

  private choose(): boolean {
    if (this.position === this.script.length) this.script.push(true)
    return this.script[this.position++] as boolean
  }

  /** Sets the next script up; false once all have been played. */
  next(): boolean {
    while (this.script.at(-1) === false) this.script.pop()
    if (this.script.length === 0) return false
    this.script[this.script.length - 1] = false
    this.position = 0
    this.answers = new Map()
    this.taken = new Set()
    this.effects = []
    return true
  }
}

class Explorer {
  private readonly known = new Map<string, { configuration: Configuration; snapshot: AnyMachineSnapshot }>()
  private readonly queue: { configuration: Configuration; snapshot: AnyMachineSnapshot }[] = []
  private readonly ways: Way[] = []
  private readonly entered = new Set<string>()
  private readonly taken = new Set<CompiledTransition>()
  private readonly targets: ReadonlyMap<number, readonly string[]>
  private complete = true
  private failure: string | undefined

  constructor(
    private readonly chart: CompiledChart,
    private readonly limit: number,
  ) {
    this.targets = targetsOf(chart)
  }

  run(): Exploration {
    this.play(undefined, { kind: 'begin', trigger: '', senders: [] }, () => true, () => enterInitial(this.chart)[0])
    for (let here = this.queue.shift(); here; here = this.queue.shift()) {
      if (here.snapshot.status === 'done') continue
      for (const { type, senders, admitted } of this.eventsIn(here.configuration))
        this.send(here, { kind: 'event', trigger: type, senders }, type, (one) => admitted.has(one) && answerOf(one))
      for (const [key, { trigger, node }] of this.chart.timers)
        if (here.configuration.nodes.has(node)) this.send(here, { kind: 'after', trigger, senders: [] }, key, (one) => one.kind === 'after' && answerOf(one))
    }
    return {
      chart: this.chart, configurations: [...this.known.values()].map((one) => one.configuration), ways: this.ways,
      entered: this.entered, taken: this.taken, complete: this.complete, failure: this.failure,
    }
  }

  private send(here: { configuration: Configuration; snapshot: AnyMachineSnapshot }, cause: Pick<Way, 'kind' | 'trigger' | 'senders'>, type: string, admits: (one: CompiledTransition) => Answer): void {
    this.play(here.configuration, cause, admits, () => transitionOn(this.chart, here.snapshot, type)[0])
  }

  /** Plays one trigger with every answer that its guards can give. */
  private play(from: Configuration | undefined, cause: Pick<Way, 'kind' | 'trigger' | 'senders'>, admits: (one: CompiledTransition) => Answer, work: () => AnyMachineSnapshot): void {
    const byItself = (one: CompiledTransition): Answer => (one.kind === 'always' || one.kind === 'onDone' ? answerOf(one) : admits(one))
    const choices = new Choices(this.chart, (one) => this.noteAsked(one), byItself)
    for (let round = 0; ; round++) {
      if (round === MAX_CHOICES || this.ways.length === MAX_WAYS) {
        this.complete = false
        return
      }
      const snapshot = this.deciding(choices, work)
      if (!snapshot) return
      if (from === undefined || choices.taken.size > 0) this.note(from, cause, choices, snapshot)
      if (!choices.next()) return
    }
  }

  private deciding(choices: Choices, work: () => AnyMachineSnapshot): AnyMachineSnapshot | undefined {
    const { cell } = this.chart
    const outer = cell.current
    cell.current = choices
    try {
      const snapshot = work()
      if (snapshot.status === 'error') throw snapshot.error
      return snapshot
    } catch (error) {
      // XState throws plain errors at what it cannot read; any other kind would be a defect of ours
      if (!(error instanceof Error) || error.constructor !== Error) throw error
      this.failure ??= error.message
      this.complete = false
      return undefined
    } finally {
      cell.current = outer
    }
  }

  private note(from: Configuration | undefined, cause: Pick<Way, 'kind' | 'trigger' | 'senders'>, choices: Choices, snapshot: AnyMachineSnapshot): void {
    for (const one of choices.taken) {
      this.taken.add(one)
      for (const id of this.targets.get(one.index) ?? []) this.entered.add(id)
    }
    const to = this.configurationOf(snapshot)
    if (!to) return
    const way: Way = { from, to, ...cause, taken: choices.taken, effects: choices.effects }
    this.ways.push(way)
    from?.ways.push(way)
  }

  private configurationOf(snapshot: AnyMachineSnapshot): Configuration | undefined {
    const ids = snapshot._nodes.map((node) => node.id)
    for (const id of ids) this.entered.add(id)
    const histories = Object.entries(snapshot.historyValue as Record<string, { id: string }[]>).map(([id, nodes]) => [id, ...nodes.map((node) => node.id).sort()].join(' '))
    const key = [...ids.sort(), '|', ...histories.sort()].join('\n')
    const known = this.known.get(key)
    if (known) return known.configuration
    if (this.known.size === this.limit) {
      this.complete = false
      return undefined
    }
    const configuration: Configuration = { nodes: new Set(ids), view: viewOf(this.chart, ids, snapshot.status === 'done'), ways: [] }
    const entry = { configuration, snapshot }
    this.known.set(key, entry)
    this.queue.push(entry)
    return configuration
  }

  /** The state an `always` is asked of is entered, even when nobody ever rests there. */
  private noteAsked(one: CompiledTransition): void {
    if (one.kind !== 'always') return
    for (let id: string | undefined = one.node; id !== undefined; id = this.chart.nodes.get(id)?.parent) this.entered.add(id)
  }

  /** Each event once for every set of transitions that some sender may take. */
  private eventsIn({ nodes }: Configuration): { type: string; senders: string[]; admitted: ReadonlySet<CompiledTransition> }[] {
    const found: { type: string; senders: string[]; admitted: ReadonlySet<CompiledTransition> }[] = []
    for (const [type, list] of this.chart.events) {
      const active = list.filter((one) => nodes.has(one.node))
      const groups = new Map<string, { type: string; senders: string[]; admitted: ReadonlySet<CompiledTransition> }>()
      for (const sender of new Set(active.flatMap(sendersOf))) {
        const admitted = active.filter((one) => sendersOf(one).includes(sender))
        const key = admitted.map((one) => one.index).join()
        const group = groups.get(key) ?? { type, senders: [], admitted: new Set(admitted) }
        group.senders.push(sender)
        groups.set(key, group)
      }
      found.push(...groups.values())
    }
    return found
  }
}

function sendersOf(one: CompiledTransition): readonly string[] {
  return one.source.by ?? [ANYBODY]
}

/** Whether something may make this transition be passed over. A chain of approvals delays it and passes over nothing. */
function answerOf({ source }: CompiledTransition): Answer {
  const asksSomething = Object.values(source.asks ?? {}).some((asked) => asked.optional !== true)
  return source.guard || source.requires || source.separateFrom || asksSomething ? 'free' : true
}

/** By XState's own reading: the states each transition enters at first, those above them included. */
function targetsOf(chart: CompiledChart): Map<number, string[]> {
  const targets = new Map<number, string[]>()
  const visit = (node: StateLike): void => {
    for (const { guard, target } of [...[...node.transitions.values()].flat(), ...(node.always ?? [])]) {
      const index = guard?.params?.index
      if (index !== undefined) targets.set(index, (target ?? []).flatMap((one) => [...entry(one)]))
    }
    for (const child of Object.values(node.states)) visit(child)
  }
  visit(chart.machine.root as unknown as StateLike)
  return targets
}

/** As much of XState's state node as is read here; its own type leads through every generic of the machine. */
interface StateLike {
  id: string
  type: string
  parent?: StateLike
  states: Record<string, StateLike>
  initial?: { target?: readonly StateLike[] }
  transitions: Map<string, TransitionLike[]>
  always?: TransitionLike[]
}
interface TransitionLike {
  guard?: { params?: { index?: number } }
  target?: readonly StateLike[]
}

function entry(target: StateLike): Set<string> {
  const ids = new Set<string>()
  for (let here: StateLike | undefined = target; here; here = here.parent) ids.add(here.id)
  const enter = (node: StateLike): void => {
    ids.add(node.id)
    const inside = node.type === 'parallel' ? Object.values(node.states) : node.type === 'compound' ? (node.initial?.target ?? []) : []
    for (const child of inside) if (child.type !== 'history') enter(child)
  }
  enter(target)
  return ids
}
