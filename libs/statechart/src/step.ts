import { may } from '@saitaku/access'
import { addDuration, dueAt, fiscalYearOf, formatInstant, type DeadlineRule } from '@saitaku/calendar'
import type { CompiledChart, CompiledDeadline, CompiledEffect, CompiledTransition, Decision } from './compile.js'
import type { Effect } from './definition.js'
import { fromCel, type Expression } from './expression.js'
import { atPath, type Json, type JsonObject } from './json.js'
import { FactsNeeded, type Approval, type CaseState, type CaseView, type Configuration, type EffectIntent, type Facts, type NumberRequest, type Refusal, type RefusalCode, type StepEvent, type Stepped, type TimerSet } from './case-state.js'
import { checkData, missingRequirements } from './event-data.js'
import { enabledOn, enterOn, moveOn, type Arrival } from './course.js'
import { standingOf, type Standing } from './standing.js'

const NOBODY = { id: null, roles: [] }
/** Where facts come from a revision, which one, and the files that it names: recorded with what was read of it. */
const PROVENANCE = ['@revision', '@hash', '@files']

/**
 * Begins a case: its first configuration, with what entering it makes happen. Attributes are what the caller
 * sets from the start (a call's closesAt). Throws `FactsNeeded` when a root of facts must be loaded first.
 */
export function begin(chart: CompiledChart, attributes: JsonObject, facts: Facts, now: Date): Stepped {
  const state: CaseState = { at: { value: {} }, attributes: { ...attributes, createdAt: now.toISOString() }, actors: {}, approvals: {} }
  return new Stepper(chart, state, { type: '@create', actor: NOBODY }, facts, now).begin()
}

/**
 * Takes one event from outside. Pure: the same arguments give the same answer. `Refusal` where the chart
 * does not take it, with a sentence and what the actor may do instead. Only events that the programme
 * declares come in here; XState's own (`xstate.after…`, `xstate.done…`) are unknown events.
 * Throws `FactsNeeded` when a root of facts must be loaded first.
 */
export function step(chart: CompiledChart, state: CaseState, event: StepEvent, facts: Facts, now: Date): Stepped | Refusal {
  return new Stepper(chart, state, event, facts, now).take()
}

/**
 * A timer's own door: fires the armed timer with this key, due at `dueAt`. Null where the case no longer has it.
 * Its transitions have no actor; guards decide which of them is taken, or that none is.
 */
export function fire(chart: CompiledChart, state: CaseState, key: string, dueAt: Date, facts: Facts, now: Date): Stepped | null {
  return new Stepper(chart, state, { type: key, data: { dueAt: dueAt.toISOString() }, actor: NOBODY }, facts, now).fire(key)
}

/** Armed timers whose instant has changed because a fact did: what must be set anew. `after` timers keep their instant. */
export function recompute(chart: CompiledChart, state: CaseState, armed: readonly TimerSet[], facts: Facts, now: Date): { set: TimerSet[]; read: JsonObject } {
  return new Stepper(chart, state, { type: '@recompute', actor: NOBODY }, facts, now).recompute(armed)
}

export interface AvailableEvent {
  type: string
  /** What its data must or may hold. */
  asks: Record<string, { type: string; optional: boolean }>
  requires: string[]
  confirm: boolean
  /** Why it would be refused now, where roles allow it but a guard does not. */
  blocked?: { ja: string; en: string }
}

/** The events this actor's roles allow in this state, each with what it asks for and why it might be refused. */
export function availableEvents(chart: CompiledChart, state: CaseState, actor: StepEvent['actor'], facts: Facts, now: Date): AvailableEvent[] {
  return new Stepper(chart, state, { type: '@list', actor }, facts, now).available()
}

/** XState's ids of the active states of a configuration. */
export function activeNodes(chart: CompiledChart, at: Configuration): ReadonlySet<string> {
  return standingOf(chart, at).active
}

/** Where a case in this configuration stands, as lists and people see it. */
export function viewAt(chart: CompiledChart, at: Configuration): CaseView {
  return standingOf(chart, at).view
}

type Verdict = { ok: true } | { ok: false; code: RefusalCode; reason: { ja: string; en: string }; details?: Refusal['details'] }
const PASSES: Verdict = { ok: true }

/** One decision: everything it reads and everything it wants, in one place, thrown away afterwards. */
class Stepper implements Decision {
  private readonly attributes: JsonObject
  private readonly actors: Record<string, string>
  private approvals: Record<string, Approval[]>
  private remarks: CaseState['remarks']
  private readonly read: JsonObject = {}
  private readonly effects: EffectIntent[] = []
  private readonly numbers: NumberRequest[] = []
  private readonly verdicts = new Map<number, Verdict>()
  private needed: FactsNeeded | undefined
  private readonly lookups: Record<string, Json> = {}

  constructor(
    private readonly chart: CompiledChart,
    private readonly state: CaseState,
    private readonly event: StepEvent,
    private readonly facts: Facts,
    private readonly now: Date,
  ) {
    this.attributes = { ...state.attributes }
    this.actors = { ...state.actors }
    this.approvals = { ...state.approvals }
    this.remarks = state.remarks
  }

  begin(): Stepped {
    return this.stepped(this.settled(enterOn(this.chart, this)), true)
  }

  take(): Stepped | Refusal {
    const standing = standingOf(this.chart, this.state.at)
    const candidates = this.chart.events.get(this.event.type)
    if (!candidates) return this.refusal(standing, 'unknownEvent', { ja: `「${this.event.type}」という操作はありません`, en: `There is no event ${this.event.type}` })
    const enabled = this.enabled(standing, this.event.type)
    const chosen = enabled[0]
    if (!chosen) return this.explain(standing, candidates)
    const pending = this.approve(standing, chosen)
    if (pending) return pending
    return this.move(standing, this.event.type, enabled)
  }

  fire(key: string): Stepped | null {
    const standing = standingOf(this.chart, this.state.at)
    const declared = this.chart.timers.get(key)
    if (!declared || !standing.active.has(declared.node)) return null
    const enabled = this.enabled(standing, key)
    const stepped = enabled.length > 0 ? this.move(standing, key, enabled) : this.stepped({ standing, timers: [] }, false)
    if (!stepped.timers.set.some((timer) => timer.key === key) && !stepped.timers.cancel.includes(key)) stepped.timers.cancel.push(key)
    return stepped
  }

  recompute(armed: readonly TimerSet[]): { set: TimerSet[]; read: JsonObject } {
    const set = armed.flatMap((timer) => {
      const deadline = this.chart.deadlines.get(timer.deadline)
      if (!deadline?.at || readsTheMoment(deadline.at)) return []
      const due = this.due(deadline)
      return due?.getTime() === timer.due?.getTime() ? [] : [{ ...timer, due }]
    })
    return { set, read: this.read }
  }

  available(): AvailableEvent[] {
    const { here } = standingOf(this.chart, this.state.at)
    const byType = new Map<string, CompiledTransition[]>()
    for (const one of here) if (this.mayTake(one).ok) byType.set(one.trigger, [...(byType.get(one.trigger) ?? []), one])
    return [...byType].map(([type, list]) => {
      const first = list[0] as CompiledTransition
      const verdicts = list.map((one) => this.guardsHold(one))
      const blocked = verdicts.every((verdict) => !verdict.ok) ? verdicts[0] : undefined
      const item: AvailableEvent = { type, asks: first.data, requires: first.source.requires ?? [], confirm: first.source.confirm ?? false }
      return blocked && !blocked.ok ? { ...item, blocked: blocked.reason } : item
    })
  }

  // ── what XState asks ─────────────────────────────────────────────────────────────────────────────────

  permits(index: number): boolean {
    const one = this.chart.transitions[index]
    return one !== undefined && this.unlessNeeding(() => this.verdict(one).ok, false)
  }

  perform(list: readonly CompiledEffect[], source: CompiledTransition | undefined): void {
    this.unlessNeeding(() => {
      for (const { effect, sets } of list) {
        if ('set' in effect) for (const { attribute, value } of sets) this.set(attribute, value)
        else this.want(effect, source)
      }
    }, undefined)
  }

  /** XState wraps what a guard throws; so the need for facts is kept, and thrown once XState has returned. */
  private unlessNeeding<T>(work: () => T, otherwise: T): T {
    try {
      return work()
    } catch (error) {
      if (!(error instanceof FactsNeeded)) throw error
      this.needed ??= error
      return otherwise
    }
  }

  // ── deciding ─────────────────────────────────────────────────────────────────────────────────────────

  private enabled(standing: Standing, type: string): readonly CompiledTransition[] {
    return this.settled(enabledOn(this.chart, standing, type, this))
  }

  private move(standing: Standing, type: string, taken: readonly CompiledTransition[]): Stepped {
    this.noteActor()
    const arrival = this.settled(moveOn(this.chart, standing, type, this))
    this.dropApprovals(standing, arrival.standing, taken)
    const moved = taken.some((one) => one.source.target !== undefined) || !sameNodes(standing, arrival.standing)
    return this.stepped(arrival, moved)
  }

  /** A result of XState's holds unless facts turned out to be missing on the way. */
  private settled<T>(result: T): T {
    if (this.needed) throw this.needed
    return result
  }

  private stepped({ standing, timers }: Arrival, moved: boolean): Stepped {
    return {
      ok: true,
      state: { at: standing.at, attributes: this.attributes, actors: this.actors, approvals: this.approvals, ...(this.remarks ? { remarks: this.remarks } : {}) },
      view: standing.view,
      moved,
      effects: this.effects,
      numbers: this.numbers,
      timers: this.timersOf(timers, standing.view.done),
      read: this.read,
    }
  }

  private timersOf(touched: Arrival['timers'], done: boolean): Stepped['timers'] {
    const set = new Map<string, TimerSet>()
    const cancel = new Set<string>()
    for (const { key, cancelled } of touched) {
      if (cancelled) {
        set.delete(key)
        cancel.add(key)
      } else {
        const timer = this.timer(key)
        if (timer) set.set(key, timer)
      }
    }
    if (done) set.clear()
    for (const key of set.keys()) cancel.delete(key)
    return { set: [...set.values()], cancel: [...cancel] }
  }

  private timer(key: string): TimerSet | undefined {
    const one = this.chart.timers.get(key)
    const deadline = one && this.chart.deadlines.get(one.trigger)
    if (!deadline) return undefined
    const due = this.due(deadline)
    // a reminder whose day has passed before its deadline was set is not sent late
    return deadline.before !== undefined && due !== null && due <= this.now ? undefined : { key, deadline: deadline.name, due }
  }

  private due(deadline: CompiledDeadline): Date | null {
    const instant = this.dueOf(deadline)
    return instant && deadline.before !== undefined ? addDuration(instant, `-${deadline.before}`) : instant
  }

  private dueOf({ deadline, at }: CompiledDeadline): Date | null {
    if (at) {
      const value = this.evaluate(at)
      return value instanceof Date ? value : null
    }
    const after = this.durationOf(deadline.after ?? '')
    if (after === null) return null
    const dueAtText = this.event.data?.dueAt
    const from = deadline.from === 'due' && typeof dueAtText === 'string' ? new Date(dueAtText) : this.now
    const rule: DeadlineRule = { after }
    if (deadline.calendar) rule.calendar = deadline.calendar
    if (deadline.firstDayCounts !== undefined) rule.firstDayCounts = deadline.firstDayCounts
    if (deadline.time) rule.at = deadline.time
    return dueAt(from, rule)
  }

  private durationOf(text: string): string | null {
    if (!text.startsWith('params.')) return text
    const value = this.lookup(['params', text.slice('params.'.length)])
    return typeof value === 'string' ? value : null
  }

  // ── one transition's conditions ──────────────────────────────────────────────────────────────────────

  private verdict(one: CompiledTransition): Verdict {
    const known = this.verdicts.get(one.index)
    if (known && one.kind === 'event') return known // always and onDone are asked again after each action
    const verdict = one.kind === 'event' ? this.judge(one) : this.guardsHold(one)
    this.verdicts.set(one.index, verdict)
    return verdict
  }

  private judge(one: CompiledTransition): Verdict {
    const access = this.mayTake(one)
    if (!access.ok) return access
    const data = this.event.data ?? {}
    const requires = one.source.requires ?? []
    const problems = checkData(data, one.data, requires)
    if (problems.length > 0) return { ok: false, code: 'badInput', reason: { ja: '入力内容を確認してください', en: 'Some of the data cannot be taken' }, details: problems }
    const missing = missingRequirements(data, requires, (name) => this.lookup([name === this.chart.chart.form ? 'form' : name, 'complete']) === true)
    if (missing.length > 0)
      return {
        ok: false, code: 'requires', reason: { ja: `必要な項目がありません: ${missing.join('、')}`, en: `Missing: ${missing.join(', ')}` },
        details: missing.map((path) => ({ path: `/${path.replaceAll('.', '/')}`, message: { ja: '入力が必要です', en: 'it is required' } })),
      }
    return this.guardsHold(one)
  }

  private mayTake(one: CompiledTransition): Verdict {
    const access = may(this.event.actor, { by: one.source.by ?? [], ...(one.source.separateFrom ? { separateFrom: one.source.separateFrom } : {}) }, this.state.actors)
    if (access.ok) return PASSES
    if (access.code === 'role') return { ok: false, code: 'role', reason: { ja: `この操作ができるのは${this.roleNames(access.needs, 'ja')}です`, en: `Only ${this.roleNames(access.needs, 'en')} may do this` } }
    const event = this.chart.definition.events[access.conflictsWith]
    return {
      ok: false, code: 'separation',
      reason: { ja: `「${event?.ja ?? access.conflictsWith}」をした人は、この操作ができません`, en: `Whoever did "${event?.en ?? access.conflictsWith}" may not do this` },
    }
  }

  private guardsHold(one: CompiledTransition): Verdict {
    for (const guard of one.guards)
      if (this.evaluate(guard.if) !== true)
        return { ok: false, code: 'guard', reason: guard.else ?? { ja: '条件を満たしていません', en: `The condition is not met: ${guard.if.source}` } }
    return PASSES
  }

  // ── approvals ────────────────────────────────────────────────────────────────────────────────────────

  /** Records this approval; a result where the chain goes on or refuses, undefined where it is complete now. */
  private approve(standing: Standing, one: CompiledTransition): Stepped | Refusal | undefined {
    const name = one.source.approvals
    const chain = name === undefined ? undefined : this.chart.definition.approvals[name]
    if (name === undefined || !chain) return undefined
    const amountOf = this.chart.approvalAmounts.get(name)
    const amount = amountOf ? this.evaluate(amountOf) : undefined
    const fitting = typeof amount === 'bigint' ? chain.tiers.find((tier) => tier.upTo === undefined || amount <= BigInt(tier.upTo)) : undefined
    const tier = fitting ?? chain.tiers[chain.tiers.length - 1]
    const given = this.approvals[one.trigger] ?? []
    const wanted = tier?.steps[given.length]
    if (!tier || wanted === undefined) return undefined
    if (!this.event.actor.roles.includes(wanted))
      return this.refusal(standing, 'approval', { ja: `次の決裁は${this.roleNames([wanted], 'ja')}の番です`, en: `The next approval is that of ${this.roleNames([wanted], 'en')}` })
    if (given.some((approval) => approval.actor === this.event.actor.id))
      return this.refusal(standing, 'approval', { ja: '同じ人が二つの段階で決裁することはできません', en: 'One person cannot approve at two steps' })
    const approvals = [...given, { step: wanted, actor: this.event.actor.id, at: this.now.toISOString() }]
    this.approvals = { ...this.approvals, [one.trigger]: approvals }
    const next = tier.steps[approvals.length]
    if (next === undefined) return undefined
    if (chain.notify) this.effects.push({ topic: 'notify', payload: { template: chain.notify, to: [next], ...this.context(one) } })
    this.noteActor()
    return this.stepped({ standing, timers: [] }, false)
  }

  /** Approvals last as long as the state that asks for them: a return invalidates them, and so does completion. */
  private dropApprovals(before: Standing, after: Standing, taken: readonly CompiledTransition[]): void {
    for (const type of Object.keys(this.approvals)) {
      const asking = (this.chart.events.get(type) ?? []).filter((one) => one.source.approvals)
      const leaves = asking.some((one) => before.active.has(one.node) && !after.active.has(one.node)) || taken.some((one) => one.trigger === type || one.source.reenter === true)
      if (leaves) {
        const { [type]: dropped, ...kept } = this.approvals
        if (dropped) this.approvals = kept
      }
    }
  }

  // ── effects ──────────────────────────────────────────────────────────────────────────────────────────

  private set(attribute: string, value: Expression): void {
    const result = this.evaluate(value)
    if (result === undefined) delete this.attributes[attribute]
    else this.attributes[attribute] = fromCel(result)
  }

  private want(effect: Exclude<Effect, { set: unknown }>, source: CompiledTransition | undefined): void {
    if ('assignNumber' in effect) {
      this.numbers.push({ name: effect.assignNumber })
      return
    }
    const [topic, params] = Object.entries(effect)[0] as [string, Json]
    const payload: JsonObject = typeof params === 'string' ? { event: params } : { ...(params as JsonObject) }
    if (topic === 'issueDocument' && typeof payload.number === 'string') this.numbers.push({ name: payload.number, effect: this.effects.length })
    this.effects.push({ topic, payload: topic === 'notify' || topic === 'issueDocument' ? { ...payload, ...this.context(source) } : payload })
  }

  /** What a mail or letter may speak of: the event that caused it, or the deadline. */
  private context(source: CompiledTransition | undefined): JsonObject {
    const context: JsonObject = {}
    if (!this.event.type.startsWith('@') && !this.event.type.startsWith('xstate.')) context.cause = { type: this.event.type, data: this.event.data ?? {} }
    const deadline = source?.kind === 'after' ? this.chart.deadlines.get(source.trigger) : undefined
    if (deadline) {
      const due = this.dueForNotice(deadline)
      context.deadline = { name: deadline.name, label: (deadline.label ?? null) as Json, dueAt: due }
    }
    return context
  }

  /** A reminder speaks of the deadline to come, an expiry of the instant that has passed. */
  private dueForNotice(deadline: CompiledDeadline): Json {
    const fired = typeof this.event.data?.dueAt === 'string' ? new Date(this.event.data.dueAt) : this.now
    return formatInstant(deadline.before === undefined ? fired : addDuration(fired, deadline.before))
  }

  private noteActor(): void {
    const { actor, type, data } = this.event
    if (actor.id !== null) this.actors[type] = actor.id
    if (Array.isArray(data?.remarks)) this.remarks = { at: this.now.toISOString(), items: data.remarks }
  }

  // ── reading ──────────────────────────────────────────────────────────────────────────────────────────

  /** The value, or undefined where something it needs is missing: a guard is then false, a deadline waits. */
  private evaluate(expression: Expression): unknown {
    const result = expression.evaluate((path) => this.lookup(path))
    return result.ok ? result.value : undefined
  }

  private lookup(path: readonly string[]): Json | undefined {
    const [root, ...rest] = path as [string, ...string[]]
    switch (root) {
      case 'now':
        return this.now.toISOString()
      case 'case':
      case this.chart.name:
        return atPath(this.attributes, rest)
      case 'event':
        return rest[0] === 'receivedAt' ? (this.event.receivedAt ?? this.now).toISOString() : atPath(this.event.data ?? {}, rest)
      case 'fiscalYear':
        return atPath(this.fiscalYear(), rest)
      case 'amounts':
        return this.amount(rest[0] ?? '')
      case 'params':
        return this.param(rest[0] ?? '')
      default:
        return this.fact(root, rest)
    }
  }

  private fact(root: string, rest: readonly string[]): Json | undefined {
    if (!Object.hasOwn(this.facts, root)) throw new FactsNeeded(root === 'facts' ? `facts.${rest[0] ?? ''}` : root)
    if (root === 'facts' && !Object.hasOwn(this.facts.facts as JsonObject, rest[0] ?? '')) throw new FactsNeeded(`facts.${rest[0] ?? ''}`)
    const value = atPath(this.facts[root], rest)
    this.read[[root, ...rest].join('.')] = value ?? null
    for (const mark of PROVENANCE) {
      const kept = atPath(this.facts[root], [mark])
      if (kept !== undefined) this.read[`${root}.${mark}`] = kept
    }
    return value
  }

  /** A call may override the guideline's numbers: its attribute `params` comes before the programme's value. */
  private param(name: string): Json | undefined {
    const parent = this.chart.chart.childOf
    const override = parent === undefined ? atPath(this.attributes, ['params', name]) : this.fact(parent, ['params', name])
    return override ?? this.chart.definition.params[name]?.value
  }

  private amount(name: string): Json | undefined {
    const expression = this.chart.amounts.get(name)
    const value = expression ? this.evaluate(expression) : undefined
    return typeof value === 'bigint' ? Number(value) : undefined
  }

  private fiscalYear(): JsonObject {
    return (this.lookups.fiscalYear ??= fiscalYearJson(this.now, this.chart.definition.fiscalYear.startsOn)) as JsonObject
  }

  // ── refusing ─────────────────────────────────────────────────────────────────────────────────────────

  private explain(standing: Standing, candidates: readonly CompiledTransition[]): Refusal {
    const here = standing.here.filter((one) => candidates.includes(one))
    if (here.length === 0) {
      const label = this.chart.definition.events[this.event.type]
      const { view } = standing
      const names = view.states.map((place) => [...this.chart.nodes.values()].find((node) => node.place === place)?.node.label)
      return this.refusal(standing, 'notAvailable', {
        ja: `いまは「${names.map((n) => n?.ja).filter(Boolean).join('・') || view.states.join('・')}」の段階のため、「${label?.ja ?? this.event.type}」はできません`,
        en: `"${label?.en ?? this.event.type}" is not possible in ${names.map((n) => n?.en).filter(Boolean).join(', ') || view.states.join(', ')}`,
      })
    }
    const verdicts = here.map((one) => this.verdict(one))
    const rank: RefusalCode[] = ['guard', 'requires', 'badInput', 'separation', 'role']
    const failed = verdicts.filter((verdict) => !verdict.ok).sort((a, b) => rank.indexOf(a.code) - rank.indexOf(b.code))[0]
    if (!failed || failed.ok) throw new Error(`event ${this.event.type} is enabled by every rule and yet not taken`)
    return this.refusal(standing, failed.code, failed.reason, failed.details)
  }

  private refusal({ view, here }: Standing, code: RefusalCode, reason: { ja: string; en: string }, details?: Refusal['details']): Refusal {
    const available = [...new Set(here.filter((one) => this.mayTake(one).ok).map((one) => one.trigger))]
    return { ok: false, code, event: this.event.type, states: view.states, reason, available, ...(details ? { details } : {}) }
  }

  private roleNames(roles: readonly string[], lang: 'ja' | 'en'): string {
    return roles.map((role) => this.chart.definition.roles[role]?.[lang] ?? this.chart.definition.charts[role]?.title?.[lang] ?? role).join(lang === 'ja' ? '、' : ', ')
  }
}

/** Read at the instant it is set, and never again: an expression of `now` or of the event. */
function readsTheMoment(expression: Expression): boolean {
  return expression.reads.some(([root]) => root === 'now' || root === 'event' || root === 'fiscalYear')
}

function sameNodes(a: Standing, b: Standing): boolean {
  return a === b || (a.nodes.length === b.nodes.length && b.nodes.every((id) => a.active.has(id)))
}

function fiscalYearJson(now: Date, startsOn: string): JsonObject {
  const { year, start, end } = fiscalYearOf(now, startsOn)
  return { year, start: start.toISOString(), end: end.toISOString() }
}
