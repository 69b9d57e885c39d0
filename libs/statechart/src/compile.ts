import { assign, createMachine, type AnyStateMachine } from 'xstate'
import { Language, type CelType, type Expression } from './expression.js'
import { PHASES, type Chart, type Deadline, type Effect, type Label, type ProgrammeDefinition, type StateNode, type Tag, type Transition, type ValueType } from './definition.js'
import { chartScope, dataTypes, eventScope, leafOf } from './scope.js'

export type YamlPath = readonly (string | number)[]

/** Something wrong in a programme, where it stands. `offset` counts characters into the text at the path. */
export interface Finding {
  path: YamlPath
  code: string
  message: string
  severity: 'error' | 'warning'
  offset?: number
  /** At the word before the colon and not at what follows it: the name of a state, an event, a deadline. */
  at?: 'key'
}

export interface CompiledGuard {
  if: Expression
  else: Label | undefined
}
export interface CompiledEffect {
  effect: Effect
  /** For `set`: what each attribute becomes. */
  sets: { attribute: string; value: Expression }[]
}
export type TransitionKind = 'event' | 'after' | 'always' | 'onDone'
export interface CompiledTransition {
  index: number
  kind: TransitionKind
  /** The event's type, or the deadline's name. */
  trigger: string
  /** XState's id of the state that declares it. */
  node: string
  path: YamlPath
  source: Transition
  guards: CompiledGuard[]
  effects: CompiledEffect[]
  data: Record<string, { type: ValueType; optional: boolean }>
}
export interface CompiledDeadline {
  name: string
  deadline: Deadline
  at: Expression | undefined
  /** For a reminder: ISO duration before the deadline of the same name. */
  before: string | undefined
  label: Label | undefined
}
export interface NodeInfo {
  id: string
  /** The state's place in the chart, dotted; '' for the chart itself. */
  place: string
  path: YamlPath
  node: StateNode
  parent: string | undefined
  depth: number
  order: number
}
export interface CompiledChart {
  name: string
  chart: Chart
  definition: ProgrammeDefinition
  machine: AnyStateMachine
  transitions: CompiledTransition[]
  entryEffects: CompiledEffect[][]
  deadlines: Map<string, CompiledDeadline>
  nodes: Map<string, NodeInfo>
  /** Transitions by event type. */
  events: Map<string, CompiledTransition[]>
  /** Transitions by XState's id of the timer that triggers them; several where an `after` has alternatives. */
  timers: Map<string, CompiledTransition>
  amounts: Map<string, Expression>
  approvalAmounts: Map<string, Expression>
  cell: { current: Decision | undefined }
}
export interface CompiledProgramme {
  definition: ProgrammeDefinition
  charts: Map<string, CompiledChart>
  findings: Finding[]
}

/**
 * What XState asks while it takes a step. Facts and now reach guards and actions through here and not through
 * the event or the context: after `always` and `onDone` XState hands them its own event.
 */
export interface Decision {
  permits(transition: number): boolean
  perform(list: readonly CompiledEffect[], transition: CompiledTransition | undefined): void
}

/** Compiles every chart of a programme; what cannot be compiled becomes findings, all at once. */
export function compileProgramme(definition: ProgrammeDefinition): CompiledProgramme {
  const findings: Finding[] = []
  const charts = new Map<string, CompiledChart>()
  for (const name of Object.keys(definition.charts)) charts.set(name, new ChartCompiler(definition, name, findings).compile())
  return { definition, charts, findings }
}

interface MachineConfig {
  [key: string]: unknown
}

class ChartCompiler {
  private readonly language: Language
  private readonly plain: Language
  private readonly chart: Chart
  private readonly transitions: CompiledTransition[] = []
  private readonly entryEffects: CompiledEffect[][] = []
  private readonly deadlines = new Map<string, CompiledDeadline>()
  private readonly nodes = new Map<string, NodeInfo>()
  private readonly events = new Map<string, CompiledTransition[]>()
  private readonly timers = new Map<string, CompiledTransition>()
  private readonly eventLanguages = new Map<string, Language>()
  private readonly cell: CompiledChart['cell'] = { current: undefined }
  private order = 0

  constructor(
    private readonly definition: ProgrammeDefinition,
    private readonly name: string,
    private readonly findings: Finding[],
  ) {
    this.chart = definition.charts[name] as Chart
    this.plain = new Language(chartScope(definition, name, true))
    this.language = this.plain.extend(eventScope([]))
  }

  compile(): CompiledChart {
    this.readEvents()
    const amounts = this.compileNamed(this.definition.amounts, ['amounts'])
    const approvalAmounts = new Map<string, Expression>()
    for (const [name, chain] of Object.entries(this.definition.approvals))
      if (chain.amount !== undefined && this.usesApprovals(name)) {
        const amount = this.expression(this.anyEventLanguage(), chain.amount, ['approvals', name, 'amount'], 'int')
        if (amount) approvalAmounts.set(name, amount)
      }
    const config = this.state(this.chart, ['charts', this.name], this.name, '', undefined, 0)
    const machine = this.machine(config)
    return {
      name: this.name, chart: this.chart, definition: this.definition, machine, transitions: this.transitions, entryEffects: this.entryEffects,
      deadlines: this.deadlines, nodes: this.nodes, events: this.events, timers: this.timers, amounts, approvalAmounts, cell: this.cell,
    }
  }

  private machine(config: MachineConfig): AnyStateMachine {
    const cell = this.cell
    const delays = Object.fromEntries([...this.deadlines.keys()].map((name) => [name, 1])) // the instant is ours to compute; XState only needs a number
    const build = (machineConfig: MachineConfig): AnyStateMachine =>
      createMachine(machineConfig as never, {
        guards: { permits: (_: unknown, params: unknown) => cell.current?.permits((params as { index: number }).index) ?? false },
        // assign runs at its place among the microsteps, so that a later guard sees what an earlier action has set
        actions: {
          perform: assign((_: unknown, params: unknown) => {
            const { index, list } = params as { index?: number; list?: number }
            const transition = index === undefined ? undefined : this.transitions[index]
            cell.current?.perform(transition ? transition.effects : (this.entryEffects[list ?? 0] ?? []), transition)
            return {}
          }),
        },
        delays,
      } as never)
    try {
      return build({ ...config, id: this.name })
    } catch (error) {
      this.report(['charts', this.name], 'chart-unreadable', error instanceof Error ? error.message : String(error))
      return build({ id: this.name })
    }
  }

  /** Which transitions each event has, before anything is compiled: an event's data is the sum of what they ask for. */
  private readEvents(): void {
    const byType = new Map<string, Transition[]>()
    const walk = (node: StateNode): void => {
      for (const [type, transitions] of Object.entries(node.on ?? {})) byType.set(type, [...(byType.get(type) ?? []), ...transitions])
      for (const child of Object.values(node.states ?? {})) walk(child)
    }
    walk(this.chart)
    for (const [type, transitions] of byType) this.eventLanguages.set(type, this.plain.extend(eventScope(transitions)))
  }

  private anyEventLanguage(): Language {
    const all: Transition[] = []
    const walk = (node: StateNode): void => {
      for (const transitions of Object.values(node.on ?? {})) all.push(...transitions)
      for (const child of Object.values(node.states ?? {})) walk(child)
    }
    walk(this.chart)
    return this.plain.extend(eventScope(all))
  }

  private usesApprovals(name: string): boolean {
    const uses = (node: StateNode): boolean =>
      Object.values(node.on ?? {}).some((list) => list.some((one) => one.approvals === name)) || Object.values(node.states ?? {}).some(uses)
    return uses(this.chart)
  }

  /** One state; its children in turn. `place` is its dotted name, `id` what XState will call it. */
  private state(node: StateNode, path: YamlPath, id: string, place: string, parent: string | undefined, depth: number): MachineConfig {
    this.nodes.set(id, { id, place, path, node, parent, depth, order: this.order++ })
    const config: MachineConfig = {}
    if (depth > 0 && node.id) config.id = node.id
    if (node.type) config.type = node.type
    if (node.history) config.history = node.history
    if (node.type === 'history' && node.target) config.target = node.target
    if (node.initial) config.initial = node.initial
    if (node.states) {
      config.states = Object.fromEntries(
        Object.entries(node.states).map(([key, child]) => [
          key,
          this.child(child, [...path, 'states', key], place === '' ? key : `${place}.${key}`, id, depth + 1),
        ]),
      )
    }
    if (node.entry) config.entry = [this.effectList(node.entry, [...path, 'entry'])]
    if (node.exit) config.exit = [this.effectList(node.exit, [...path, 'exit'])]
    if (node.on)
      config.on = Object.fromEntries(
        Object.entries(node.on).map(([type, list]) => [type, this.transitionList('event', type, list, id, [...path, 'on', type], this.eventLanguages.get(type) ?? this.language)]),
      )
    if (node.always) config.always = this.transitionList('always', '', node.always, id, [...path, 'always'], this.language)
    if (node.onDone) config.onDone = this.transitionList('onDone', '', node.onDone, id, [...path, 'onDone'], this.language)
    if (node.after) config.after = this.after(node.after, id, path)
    return config
  }

  /** XState names a state by its place from the machine down, also below a state with an id of its own. */
  private child(node: StateNode, path: YamlPath, place: string, parent: string, depth: number): MachineConfig {
    return this.state(node, path, node.id ?? `${this.name}.${place}`, place, parent, depth)
  }

  private after(after: Record<string, Transition[]>, id: string, path: YamlPath): MachineConfig {
    const config: MachineConfig = {}
    for (const [name, list] of Object.entries(after)) {
      const at = [...path, 'after', name]
      const deadline = Object.hasOwn(this.definition.deadlines, name) ? this.definition.deadlines[name] : undefined
      if (!deadline) {
        this.findings.push({ path: at, code: 'unknown-deadline', message: `no deadline is called ${name}, and an unresolved delay would fire at once; declare it under deadlines`, severity: 'error', at: 'key' })
        continue
      }
      this.deadline(name, deadline)
      config[name] = this.transitionList('after', name, list, id, at, this.language)
      for (const before of deadline.remind?.before ?? []) {
        const reminder = `${name}~${before}`
        const { template, to } = deadline.remind as NonNullable<Deadline['remind']>
        config[reminder] = this.transitionList('after', reminder, [{ do: [{ notify: { template, to } }] }], id, at, this.language)
      }
    }
    return config
  }

  private deadline(name: string, deadline: Deadline): void {
    if (this.deadlines.has(name)) return
    const at = deadline.at === undefined ? undefined : this.expression(this.language, deadline.at, ['deadlines', name, 'at'], 'timestamp')
    this.deadlines.set(name, { name, deadline, at, before: undefined, label: deadline.label })
    for (const before of deadline.remind?.before ?? []) this.deadlines.set(`${name}~${before}`, { name: `${name}~${before}`, deadline, at, before, label: deadline.label })
  }

  private effectList(list: readonly Effect[], path: YamlPath): MachineConfig {
    this.entryEffects.push(this.effects(list, (i) => [...path, i, 'set'], this.language))
    return { type: 'perform', params: { list: this.entryEffects.length - 1 } }
  }

  private transitionList(kind: TransitionKind, trigger: string, list: readonly Transition[], node: string, path: YamlPath, language: Language): MachineConfig[] {
    return list.map((source, position) => {
      const at = this.listPath(path, list, position)
      const compiled: CompiledTransition = {
        index: this.transitions.length, kind, trigger, node, path: at, source,
        guards: [], effects: [], data: kind === 'event' ? dataTypes(source) : {},
      }
      this.transitions.push(compiled)
      if (kind === 'after' && !this.timers.has(timerKey(trigger, node))) this.timers.set(timerKey(trigger, node), compiled)
      if (kind === 'event') this.events.set(trigger, [...(this.events.get(trigger) ?? []), compiled])
      compiled.guards = this.guards(source, at, language)
      compiled.effects = [...(source.set ? this.effects([{ set: source.set }], () => [...at, 'set'], language) : []), ...this.effects(source.do ?? [], (i) => [...at, 'do', i, 'set'], language)]
      return {
        ...(source.target === undefined ? {} : { target: source.target }),
        ...(source.reenter === undefined ? {} : { reenter: source.reenter }),
        guard: { type: 'permits', params: { index: compiled.index } },
        actions: [{ type: 'perform', params: { index: compiled.index } }],
      }
    })
  }

  /** A single transition stands in YAML without its list. */
  private listPath(path: YamlPath, list: readonly Transition[], position: number): YamlPath {
    return list.length === 1 ? path : [...path, position]
  }

  private guards(source: Transition, path: YamlPath, language: Language): CompiledGuard[] {
    const clauses = source.guard ?? []
    return clauses.flatMap((clause, i) => {
      const at = clauses.length === 1 ? [...path, 'guard', 'if'] : [...path, 'guard', i, 'if']
      const compiled = this.expression(language, clause.if, at, 'bool')
      return compiled ? [{ if: compiled, else: clause.else }] : []
    })
  }

  private effects(list: readonly Effect[], setAt: (position: number) => YamlPath, language: Language): CompiledEffect[] {
    return list.map((effect, position) => {
      const path = setAt(position)
      const sets = 'set' in effect ? Object.entries(effect.set) : []
      return {
        effect,
        sets: sets.flatMap(([attribute, source]) => {
          const { attributes = {} } = this.chart
          const declared = Object.hasOwn(attributes, attribute) ? attributes[attribute] : undefined
          if (!declared) this.findings.push({ path: [...path, attribute], code: 'unknown-attribute', message: `chart ${this.name} has no attribute ${attribute}; declare it under attributes`, severity: 'error', at: 'key' })
          const expected: CelType | undefined = declared ? leafOf(declared.type).leaf : undefined
          const value = this.expression(language, source, [...path, attribute], expected)
          return value ? [{ attribute, value }] : []
        }),
      }
    })
  }

  private compileNamed(sources: Record<string, string>, path: YamlPath): Map<string, Expression> {
    const language = new Language(chartScope(this.definition, this.name, false)).extend(eventScope([]))
    const used = this.namesUsed()
    const compiled = new Map<string, Expression>()
    for (const [name, source] of Object.entries(sources)) {
      if (!used.has(name)) continue // an amount of another chart reads what this one does not have
      const expression = this.expression(language, source, [...path, name], 'int')
      if (expression) compiled.set(name, expression)
    }
    return compiled
  }

  private namesUsed(): Set<string> {
    const text = JSON.stringify([this.chart, this.definition.approvals])
    return new Set([...text.matchAll(/\bamounts\.\??([a-z][A-Za-z0-9]*)/g)].map((match) => match[1] as string))
  }

  private expression(language: Language, source: string, path: YamlPath, expected?: CelType): Expression | undefined {
    const compiled = language.compile(source, expected)
    if (compiled.ok) return compiled.expression
    for (const problem of compiled.problems) this.report(path, problem.code, problem.message, problem.offset)
    return undefined
  }

  private report(path: YamlPath, code: string, message: string, offset?: number): void {
    const key = JSON.stringify([path, code, message])
    if (this.findings.some((finding) => JSON.stringify([finding.path, finding.code, finding.message]) === key)) return
    this.findings.push({ path, code, message, severity: 'error', ...(offset === undefined ? {} : { offset }) })
  }
}

/** XState's id of the delayed event of an `after` in a state. */
export function timerKey(deadline: string, node: string): string {
  return `xstate.after.${deadline}.${node}`
}

/** The tags of the phases, of which a state has the deepest one. */
export const isPhase = (tag: Tag): boolean => (PHASES as readonly string[]).includes(tag)
