import { begin, fire, recompute, step } from './step.js'
import type { CompiledProgramme } from './compile.js'
import type { ActingPerson, EffectIntent, Stepped, TimerSet } from './case-state.js'
import type { Json, JsonObject } from './json.js'
import { Agenda } from './simulate-agenda.js'
import { isCounted, isOver, isResting, othersKey, Reading, refreshFacts, type Answers, type ArmedTimer, type Organisation, type SimulatedCase } from './simulate-case.js'
import { Chance } from './simulate-chance.js'
import { FormDesk } from './simulate-forms.js'
import { Office } from './simulate-office.js'
import { planProgramme, type ChartPlan, type Option, type ProgrammePlan } from './simulate-plan.js'
import { Tally } from './simulate-tally.js'
import { givenAttributes, syntheticData } from './simulate-values.js'

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** Cases that rest then are over; the others have the time after it to come to rest. */
export const HORIZON = 12 * 365 * DAY
const WIND_DOWN = 3 * 365 * DAY
/** Looks in vain after which a case without a timer is left alone until something happens to it. */
const PATIENCE = 14
const LONGEST_PAUSE = 90 * DAY
const TRIES = 6
/** How many cases an application holds in turn, in the mean, where its chart has children of its own. */
const GRANDCHILDREN = 4
/** Calls that are opened in place of others that closed before all applications had come. */
const MOST_REPLACED = 20
const MAX_RELAY = 100_000

type Item =
  | { kind: 'look'; one: SimulatedCase; number: number }
  | { kind: 'timer'; one: SimulatedCase; key: string; setting: number }
  | { kind: 'arrive'; plan: ChartPlan; parent: SimulatedCase | undefined }

interface Message {
  to: SimulatedCase
  type: string
  data: JsonObject
  from: string
}

/** One simulation: a clock, an agenda, and the cases. Everything that changes a case goes through the real step. */
export class Run {
  readonly cases: SimulatedCase[] = []
  readonly tally = new Tally()
  now: number
  private readonly plan: ProgrammePlan
  private readonly chance: Chance
  private readonly agenda = new Agenda<Item>()
  private readonly desks = new Map<string, FormDesk>()
  private readonly office: Office
  private readonly organisations: Organisation[] = []
  private readonly numbers = new Map<string, number>()
  private readonly named = new Map<string, number>()
  private mail: Message[] = []
  /** Counted cases still to be begun by a parent that has no place for them yet. */
  private unplaced: number
  private arriving = 0
  private closedParents = 0
  private replaced = 0
  private settings = 0
  private open = 0

  constructor(
    private readonly programme: CompiledProgramme,
    private readonly wanted: number,
    seed: number,
    private readonly start: Date,
    office: readonly ActingPerson[],
  ) {
    this.plan = planProgramme(programme)
    this.chance = new Chance(seed)
    this.office = new Office(programme, office, this.chance)
    this.now = start.getTime()
    this.unplaced = wanted
  }

  run(): void {
    this.openShop()
    const horizon = this.start.getTime() + HORIZON
    for (let next = this.agenda.next(); next; next = this.agenda.next()) {
      if (next.at > horizon && (this.open === 0 || next.at > horizon + WIND_DOWN)) break
      if (next.at > horizon && next.item.kind !== 'arrive' && isOver(next.item.one)) continue
      this.perform(next.item, next.at)
    }
  }

  private perform(item: Item, at: number): void {
    if (item.kind === 'look') {
      if (item.one.look?.number !== item.number) return
      this.now = at
      item.one.look = undefined
      this.look(item.one)
    } else if (item.kind === 'timer') {
      const timer = item.one.timers.get(item.key)
      if (timer?.setting !== item.setting) return
      this.now = at
      this.fire(item.one, timer)
    } else {
      this.now = at
      this.arrive(item)
    }
    this.deliver()
    this.replaceParents()
  }

  // ── cases come to be ─────────────────────────────────────────────────────────────────────────────────

  /** Parents that hold the cases begin over two years; cases of charts that stand alone, over one. */
  private openShop(): void {
    const holding = this.plan.roots.filter((root) => root.children.length > 0)
    const alone = this.plan.roots.filter((root) => root.children.length === 0)
    const ofAlone = holding.length === 0 ? this.wanted : Math.floor((this.wanted * alone.length) / this.plan.roots.length)
    for (let i = 0; i < ofAlone; i++) {
      const plan = alone[i % alone.length] as ChartPlan
      this.expect(plan, undefined, this.now + this.chance.next() * 365 * DAY)
    }
    this.unplaced -= ofAlone
    if (holding.length === 0 || this.unplaced === 0) return
    const parents = Math.min(this.unplaced, Math.max(2, Math.min(20, Math.ceil(this.unplaced / 50))))
    for (let i = 0; i < parents; i++) this.expect(holding[i % holding.length] as ChartPlan, undefined, this.now + (i * 730 * DAY) / parents)
    this.share = Math.ceil(this.unplaced / parents)
  }

  private share = 0

  /** Of the cases that fall to a parent, those that it holds itself: the rest are theirs in turn. */
  private directShare({ plan }: SimulatedCase): number {
    const deeper = plan.children.filter((child) => child.children.length > 0).length / plan.children.length
    return Math.ceil(this.share / (1 + GRANDCHILDREN * deeper))
  }

  private expect(plan: ChartPlan, parent: SimulatedCase | undefined, at: number): void {
    this.arriving++
    this.agenda.add(at, { kind: 'arrive', plan, parent })
  }

  private arrive({ plan, parent }: { plan: ChartPlan; parent: SimulatedCase | undefined }): void {
    this.arriving--
    if (parent && !this.takesChildren(parent)) {
      this.unplaced++
      return
    }
    const one = this.begin(plan, parent)
    if (parent && plan.children.length > 0) this.expectChildren(one, this.chance.int(0, 2 * GRANDCHILDREN), 45 * DAY)
  }

  private takesChildren(parent: SimulatedCase): boolean {
    return !parent.view.done && (!parent.plan.opens || parent.view.tags.includes('open'))
  }

  private expectChildren(parent: SimulatedCase, wanted: number, within: number): void {
    const coming = Math.min(wanted, this.unplaced)
    this.unplaced -= coming
    for (let i = 0; i < coming; i++) {
      const plan = this.chance.pick(parent.plan.children)
      if (plan) this.expect(plan, parent, this.now + this.chance.next() ** 2 * within)
    }
  }

  /** What found no open parent waits for one; calls that were called off are replaced. */
  private replaceParents(): void {
    if (this.unplaced === 0 || this.arriving > 0 || this.closedParents === 0) return
    const holding = this.plan.roots.filter((root) => root.children.length > 0)
    const plan = this.chance.pick(holding)
    if (!plan || this.replaced >= MOST_REPLACED || this.now > this.start.getTime() + HORIZON / 2) return
    this.replaced++
    this.closedParents = 0
    this.expect(plan, undefined, this.now + 30 * DAY)
  }

  private begin(plan: ChartPlan, parent: SimulatedCase | undefined): SimulatedCase {
    for (let attempt = 0; ; attempt++) {
      const one = this.draft(plan, parent)
      const attributes = { title: one.id, ...givenAttributes(this.chance, plan.given, this.now, attempt > 4) }
      const stepped = begin(plan.chart, attributes, one.facts, new Date(this.now))
      one.state = stepped.state
      one.view = stepped.view
      // instants that do not fit each other would leave a call closed for ever; an office would enter others
      if (plan.given.length > 0 && attempt < 12 && !stepped.view.done && !this.canBegin(one)) continue
      this.enter(one, stepped)
      return one
    }
  }

  private canBegin(one: SimulatedCase): boolean {
    const options = one.plan.optionsIn(one.view).filter((option) => option.people.length > 0 && option.weight >= 0.1)
    return options.length === 0 || options.some((option) => this.prepare(one, option) !== undefined)
  }

  private draft(plan: ChartPlan, parent: SimulatedCase | undefined): SimulatedCase {
    const organisation = parent?.parent && this.chance.happens(0.3) ? parent.organisation : this.organisation()
    const one: SimulatedCase = {
      id: `${plan.chart.name}-${(this.named.get(plan.chart.name) ?? 0) + 1}`,
      plan, parent, organisation, children: [],
      state: { at: { value: {} }, attributes: {}, actors: {}, approvals: {} },
      view: { states: [], phase: null, publicStatus: null, turn: null, tags: [], done: false },
      facts: { facts: {}, organisation: organisation.facts, review: this.review() }, answers: new Map(), counts: new Map(), timers: new Map(), taken: new Map(),
      look: undefined, awaited: parent === undefined && plan.opens, idle: 0, phase: null, phaseSince: this.now, phases: [],
    }
    for (const form of Object.keys(plan.chart.definition.forms)) one.facts[form === plan.chart.chart.form ? 'form' : form] ??= { complete: false }
    refreshFacts(one)
    return one
  }

  private enter(one: SimulatedCase, stepped: Stepped): void {
    this.named.set(one.plan.chart.name, (this.named.get(one.plan.chart.name) ?? 0) + 1)
    this.cases.push(one)
    one.parent?.children.push(one)
    if (one.plan.counted && !isOver(one)) this.open++
    this.count(one, 1)
    this.settle(one, stepped)
    if (one.parent === undefined && one.plan.children.length > 0 && this.takesChildren(one)) this.invite(one)
    this.lookAgain(one, this.chance.exponential(one.parent ? 6 : 3) * DAY)
  }

  private organisation(): Organisation {
    const known = this.chance.happens(0.12) ? this.chance.pick(this.organisations) : undefined
    if (known) return known
    const membership: Record<string, boolean> = {}
    for (const [name, fact] of Object.entries(this.programme.definition.facts)) if ('membership' in fact) membership[name] = this.chance.happens(0.8)
    const n = this.organisations.length + 1
    const facts: JsonObject = { name: `団体${n}`, kind: this.chance.pick(['company', 'npo', 'citizens', 'school', 'research']) ?? 'company' }
    if (this.chance.happens(0.6)) facts.corporateNumber = '7123456789012'
    const organisation = { facts, membership, counts: new Map<string, number>() }
    this.organisations.push(organisation)
    return organisation
  }

  private review(): JsonObject {
    const stages = this.programme.definition.rubric?.stages ?? []
    return Object.fromEntries(
      stages.map(({ id }) => {
        const missing = this.chance.happens(0.8) ? 0 : this.chance.int(1, 3)
        return [id, { missing, quorum: missing === 0 || this.chance.happens(0.5), submitted: this.chance.int(3, 9) }]
      }),
    )
  }

  // ── people act ───────────────────────────────────────────────────────────────────────────────────────

  /** Somebody looks at the case and does one of the things that can be done, or nothing. */
  private look(one: SimulatedCase): void {
    const rest = [...one.plan.optionsIn(one.view)].filter((option) => option.people.length > 0 || option.fromOutside)
    const weights = rest.map((option) => this.weight(one, option))
    while (rest.length > 0) {
      const nothing = this.weightOfNothing(one, weights)
      const chosen = this.chance.weighted([...weights, nothing])
      if (chosen < 0 || chosen === rest.length) break
      const [option] = rest.splice(chosen, 1)
      weights.splice(chosen, 1)
      if (option && this.attempt(one, option)) return
    }
    one.idle++
    this.lookLater(one)
  }

  private weight(one: SimulatedCase, option: Option): number {
    const tired = Math.max(0.1, 0.6 ** (one.taken.get(option.type) ?? 0))
    if (option.people.length === 0) return 0.02 * tired
    return option.weight * tired
  }

  /** The less there is to do, the more likely that all of it waits; but nobody waits for ever. */
  private weightOfNothing(one: SimulatedCase, weights: readonly number[]): number {
    if (rests(one)) return isAwaitingNobody(one) ? 3 : 1
    if (one.idle >= PATIENCE) return 0 // before it is left alone, all that can be done is tried
    const best = weights.reduce((most, weight) => Math.max(most, weight), 0)
    return (best < 0.06 ? 2 : best < 0.2 ? 0.3 : 0.05) * 0.75 ** one.idle
  }

  private attempt(one: SimulatedCase, option: Option): boolean {
    const prepared = this.prepare(one, option)
    if (!prepared) return false
    const { data, actor } = prepared
    const stepped = step(one.plan.chart, one.state, { type: option.type, data, actor }, one.facts, new Date(this.now))
    if (!stepped.ok) return false
    this.tally.took(option.type)
    one.taken.set(option.type, (one.taken.get(option.type) ?? 0) + 1)
    one.idle = 0
    this.apply(one, stepped)
    return true
  }

  /** Data and a person with which the guards hold, as far as a few tries can tell. */
  private prepare(one: SimulatedCase, option: Option): { data: JsonObject; actor: ActingPerson } | undefined {
    refreshFacts(one)
    if (option.readsReview) one.facts.review = this.review()
    const actor = option.people.length > 0 ? this.office.actorFor(one, option) : { id: null, roles: option.charts }
    if (!actor) return undefined
    const { guards } = option.transition
    if (!this.settledHold(one, option)) return undefined
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const data = this.dataFor(one, option)
      if (!this.fillForms(one, option, data)) return undefined
      const reading = new Reading(one, new Date(this.now), data)
      const failing = guards.find((guard) => reading.evaluate(guard.if) !== true)
      if (!failing) return { data, actor }
      if (!option.readsData && option.fills.length === 0) return undefined
    }
    return undefined
  }

  private settledHold(one: SimulatedCase, option: Option): boolean {
    const reading = new Reading(one, new Date(this.now), {})
    return option.settled.every((guard) => reading.evaluate(guard) === true || (this.partnershipChanges(one, guard.reads) && reading.evaluate(guard) === true))
  }

  private dataFor(one: SimulatedCase, option: Option): JsonObject {
    const reading = new Reading(one, new Date(this.now), {})
    const data = syntheticData(this.chance, one, option.transition, reading, this.now)
    for (const [name, { type }] of Object.entries(option.transition.data)) if (type === 'outcomes') data[name] = this.outcomes(one, name, option)
    return data
  }

  /** Organisations join and leave the programmes that a fact asks about. */
  private partnershipChanges(one: SimulatedCase, reads: readonly (readonly string[])[]): boolean {
    const name = reads.find(([root, fact]) => root === 'facts' && fact !== undefined && one.plan.membership.includes(fact))?.[1]
    if (name === undefined || !this.chance.happens(0.3)) return false
    one.organisation.membership[name] = one.organisation.membership[name] !== true
    refreshFacts(one)
    return true
  }

  /** Fills in what the sender has to fill in, and changes it until the guards hold; false where that cannot be done. */
  private fillForms(one: SimulatedCase, option: Option, data: JsonObject): boolean {
    for (const root of option.fills) {
      const desk = this.desk(one.plan, root)
      if (!desk) return false
      const held = one.answers.get(root)
      const answers = held?.facts.complete === true ? held : desk.fill(this.chance.happens(0.93), this.now)
      if (root === 'form') this.answerRemarks(one)
      const guards = option.transition.guards.map((guard) => guard.if).filter((guard) => guard.reads.some(([from]) => from === root))
      const readingOf = (tried: Answers): Reading => {
        this.hand(one, root, tried)
        return new Reading(one, new Date(this.now), data)
      }
      const mended = answers.facts.complete === true ? desk.mend(root, answers, guards, readingOf, this.now) : undefined
      const final = mended ?? answers
      one.answers.set(root, final)
      this.hand(one, root, final)
      if (!mended) return false
    }
    return true
  }

  private answerRemarks(one: SimulatedCase): void {
    const form = one.facts.form as JsonObject
    if (form.remarksAnswered !== true) one.facts.form = { ...form, remarksAnswered: this.chance.happens(0.85) }
  }

  private hand(one: SimulatedCase, root: string, answers: Answers): void {
    const answered = root === 'form' ? (one.facts.form as JsonObject).remarksAnswered : undefined
    one.facts[root] = answered === undefined ? answers.facts : { ...answers.facts, remarksAnswered: answered }
  }

  private desk(plan: ChartPlan, root: string): FormDesk | undefined {
    const name = root === 'form' ? plan.chart.chart.form : root
    const form = name === undefined ? undefined : plan.chart.definition.forms[name]
    if (name === undefined || !form) return undefined
    let desk = this.desks.get(name)
    if (!desk) this.desks.set(name, (desk = new FormDesk(form, this.chance)))
    return desk
  }

  /** For each child that the list is for, something that it would take from this case. */
  private outcomes(one: SimulatedCase, data: string, option: Option): JsonObject {
    const sends = one.plan.outcomesOf(data, option.transition)
    const sender = one.plan.chart.name
    const outcomes: JsonObject = {}
    for (const child of one.children) {
      if (child.view.done || !sends.some((send) => isWanted(child, send))) continue
      const options = child.plan.optionsIn(child.view).filter((choice) => choice.charts.includes(sender) && !this.plan.isSentByName(sender, child.plan.chart.name, choice.type))
      const outcome = this.outcome(child, options, sender)
      if (outcome) outcomes[child.id] = outcome
    }
    return outcomes
  }

  private outcome(child: SimulatedCase, options: readonly Option[], sender: string): JsonObject | undefined {
    refreshFacts(child)
    for (let attempt = 0; attempt < 2 * TRIES; attempt++) {
      const option = this.chance.pick(options)
      if (!option) return undefined
      const data = this.dataFor(child, option)
      const reading = new Reading(child, new Date(this.now), data)
      if (option.transition.guards.every((guard) => reading.evaluate(guard.if) === true) && option.charts.includes(sender)) return { event: option.type, data }
    }
    return undefined
  }

  // ── what a step has done ─────────────────────────────────────────────────────────────────────────────

  private apply(one: SimulatedCase, stepped: Stepped): void {
    const before = one.state.attributes
    const wasOpen = !isOver(one)
    const tookChildren = this.takesChildren(one)
    this.count(one, -1)
    one.state = stepped.state
    one.view = stepped.view
    this.count(one, 1)
    if (one.plan.counted) this.open += (isOver(one) ? 0 : 1) - (wasOpen ? 1 : 0)
    if (one.parent === undefined && !this.takesChildren(one) && (tookChildren || one.view.done)) this.closedParents++
    this.settle(one, stepped)
    if (one.parent === undefined && !tookChildren && this.takesChildren(one)) this.invite(one)
    this.moveTimers(one, before)
    if (one.parent && one.parent.idle > 0) this.hasten(one.parent)
    if (stepped.moved || one.look === undefined) this.lookAfterwards(one)
  }

  /** Applications come in while a call is open; where it never says so, in its first months. */
  private invite(parent: SimulatedCase): void {
    parent.awaited = false
    const closing = [...parent.timers.values()].flatMap(({ due }) => (due ? [due.getTime()] : []))
    const until = closing.length > 0 ? Math.max(...closing) : this.now + 60 * DAY
    this.expectChildren(parent, this.directShare(parent), Math.max(DAY, (until - this.now) * 0.9))
  }

  private settle(one: SimulatedCase, stepped: Stepped): void {
    for (const { name } of stepped.numbers) {
      const number = (this.numbers.get(name) ?? 0) + 1
      this.numbers.set(name, number)
      one.state.attributes[name] = String(number)
    }
    this.tally.stands(one.plan.chart.name, one.view)
    this.notePhase(one)
    for (const key of stepped.timers.cancel) this.disarm(one, key)
    for (const timer of stepped.timers.set) this.arm(one, timer)
    if (one.view.done) for (const key of [...one.timers.keys()]) this.disarm(one, key)
    for (const effect of stepped.effects) this.send(one, effect)
  }

  private notePhase(one: SimulatedCase): void {
    if (one.view.phase === one.phase) return
    if (one.phase !== null) this.tally.left(one.phase, one.phaseSince, this.now)
    one.phase = one.view.phase
    one.phaseSince = this.now
    if (one.phase !== null) one.phases.push(one.phase)
  }

  /** Keeps the counts that facts speak of; `by` is −1 before a change and 1 after it. */
  private count(one: SimulatedCase, by: 1 | -1): void {
    for (const fact of one.plan.counts) {
      if (!isCounted(fact, one.plan.chart.name, one.view)) continue
      const [counts, key] = fact.kind === 'children' ? [one.parent?.counts, fact.name] : [one.organisation.counts, othersKey(fact, one.parent)]
      counts?.set(key, (counts.get(key) ?? 0) + by)
    }
  }

  // ── timers ───────────────────────────────────────────────────────────────────────────────────────────

  private arm(one: SimulatedCase, timer: TimerSet): void {
    this.disarm(one, timer.key)
    const setting = this.settings++
    one.timers.set(timer.key, { ...timer, setting })
    if (timer.due) this.agenda.add(Math.max(timer.due.getTime(), this.now), { kind: 'timer', one, key: timer.key, setting })
  }

  private disarm(one: SimulatedCase, key: string): void {
    if (one.timers.delete(key)) this.tally.cancelled++
  }

  private fire(one: SimulatedCase, timer: ArmedTimer): void {
    one.timers.delete(timer.key)
    refreshFacts(one)
    const stepped = fire(one.plan.chart, one.state, timer.key, timer.due ?? new Date(this.now), one.facts, new Date(this.now))
    if (!stepped) return
    this.tally.fired++
    one.idle = 0
    this.apply(one, stepped)
  }

  /** Instants that read an attribute follow it, those of the children too. */
  private moveTimers(one: SimulatedCase, before: JsonObject): void {
    const after = one.state.attributes
    const changed = (name: string): boolean => JSON.stringify(before[name]) !== JSON.stringify(after[name])
    if (one.plan.watchesFacts || [...one.plan.watched].some(changed)) this.recompute(one)
    if ([...one.plan.watchedByChildren].some(changed)) for (const child of one.children) this.recompute(child)
  }

  private recompute(one: SimulatedCase): void {
    if (one.timers.size === 0) return
    refreshFacts(one)
    const { set } = recompute(one.plan.chart, one.state, [...one.timers.values()], one.facts, new Date(this.now))
    for (const timer of set) this.arm(one, { key: timer.key, deadline: timer.deadline, due: timer.due })
  }

  // ── messages ─────────────────────────────────────────────────────────────────────────────────────────

  private send(one: SimulatedCase, { topic, payload }: EffectIntent): void {
    const from = one.plan.chart.name
    const type = typeof payload.event === 'string' ? payload.event : ''
    if (topic === 'notify') this.tally.notices++
    else if (topic === 'sendToParent') {
      if (one.parent) this.mail.push({ to: one.parent, type, data: {}, from })
    } else if (topic === 'sendToChildren') this.sendToChildren(one, payload)
    else if (topic === 'sendToOrganisation' && payload.programme === this.programme.definition.name)
      for (const other of this.cases)
        if (other !== one && other.organisation === one.organisation && other.plan.chart.name === payload.chart && !other.view.done) this.mail.push({ to: other, type, data: {}, from })
  }

  private sendToChildren(one: SimulatedCase, payload: JsonObject): void {
    const { event, chart, inPhase, inTag, eventFrom, orderBy, limit } = payload
    const chosen = one.children.filter((child) => !child.view.done && isWanted(child, { chart, inPhase, inTag }))
    if (typeof orderBy === 'string') chosen.sort((a, b) => compare(a.state.attributes[orderBy], b.state.attributes[orderBy]))
    const outcomes = typeof eventFrom === 'string' ? one.state.attributes[eventFrom] : undefined
    for (const to of typeof limit === 'number' ? chosen.slice(0, limit) : chosen) {
      const outcome = isObject(outcomes) ? outcomes[to.id] : undefined
      const type = isObject(outcome) ? outcome.event : event
      const data = isObject(outcome) && isObject(outcome.data) ? outcome.data : {}
      if (typeof type === 'string') this.mail.push({ to, type, data, from: one.plan.chart.name })
    }
  }

  /** Messages arrive at the instant they are sent, in their order; one that finds nothing to do is lost, as in the engine. */
  private deliver(): void {
    for (let i = 0; i < this.mail.length && i < MAX_RELAY; i++) {
      const { to, type, data, from } = this.mail[i] as Message
      refreshFacts(to)
      const stepped = step(to.plan.chart, to.state, { type, data, actor: { id: null, roles: [from] } }, to.facts, new Date(this.now))
      if (!stepped.ok) {
        this.tally.messages.refused++
        continue
      }
      this.tally.messages.taken++
      this.tally.took(type)
      to.idle = 0
      this.apply(to, stepped)
    }
    this.mail = []
  }

  // ── when somebody looks next ─────────────────────────────────────────────────────────────────────────

  private lookAfterwards(one: SimulatedCase): void {
    one.look = undefined
    if (!one.view.done) this.lookAgain(one, this.pause(one))
  }

  /** Most things are done within days, some later than their deadline allows. */
  private pause(one: SimulatedCase): number {
    if (rests(one)) return this.rest(one)
    const mood = this.chance.next()
    if (mood < 0.8) return this.chance.exponential(2.5) * DAY
    if (mood < 0.95) return this.chance.exponential(12) * DAY
    const due = [...one.timers.values()].flatMap((timer) => (timer.due ? [timer.due.getTime() - this.now] : []))
    return (due.length > 0 ? Math.max(...due) : 20 * DAY) + this.chance.exponential(2) * DAY
  }

  private rest(one: SimulatedCase): number {
    return this.chance.exponential(isAwaitingNobody(one) ? 150 : 40) * DAY
  }

  private lookLater(one: SimulatedCase): void {
    if (one.timers.size === 0 && one.idle > PATIENCE && !rests(one)) return
    const pause = rests(one) ? this.rest(one) : Math.min(LONGEST_PAUSE, DAY * 2 ** Math.min(one.idle - 1, 10))
    this.lookAgain(one, pause * (0.5 + this.chance.next()))
  }

  private lookAgain(one: SimulatedCase, after: number): void {
    if (one.view.done || !one.plan.optionsIn(one.view).some((option) => option.people.length > 0 || option.fromOutside)) return
    const look = { at: this.now + Math.max(60_000, Math.round(after / 60_000) * 60_000), number: this.settings++ }
    one.look = look
    this.agenda.add(look.at, { kind: 'look', one, number: look.number })
  }

  /** Something has changed for a case at which nothing could be done: somebody looks again soon. */
  private hasten(one: SimulatedCase): void {
    if (one.look && one.look.at <= this.now + 2 * DAY) return
    one.idle = 1
    this.lookAgain(one, HOUR * this.chance.int(2, 40))
  }

  // ── at the end ───────────────────────────────────────────────────────────────────────────────────────

  /**
   * Whether nothing more can come of a case: neither over, nor a timer armed, nor an event that somebody could
   * send. A chart sends nothing more once the agenda is empty.
   */
  isStuck(one: SimulatedCase): boolean {
    if (isOver(one) || [...one.timers.values()].some((timer) => timer.due !== null)) return false
    return !one.plan.optionsIn(one.view).some((option) => (option.people.length > 0 || option.fromOutside) && this.wouldBeTaken(one, option))
  }

  private wouldBeTaken(one: SimulatedCase, option: Option): boolean {
    for (let attempt = 0; attempt < 4; attempt++) {
      const prepared = this.prepare(one, option)
      if (prepared && step(one.plan.chart, one.state, { type: option.type, ...prepared }, one.facts, new Date(this.now)).ok) return true
    }
    return false
  }
}

/** It rests, and it is nobody's turn: what happens then is rare. */
const isAwaitingNobody = (one: SimulatedCase): boolean => one.view.turn === null || !Object.hasOwn(one.plan.chart.definition.roles, one.view.turn)
const rests = (one: SimulatedCase): boolean => isResting(one) && !one.awaited

function isWanted(child: SimulatedCase, { chart, inPhase, inTag }: { chart?: Json | undefined; inPhase?: Json | undefined; inTag?: Json | undefined }): boolean {
  return (
    (chart === undefined || child.plan.chart.name === chart) &&
    (inPhase === undefined || child.view.phase === inPhase) &&
    (typeof inTag !== 'string' || child.view.tags.includes(inTag))
  )
}

function compare(a: Json | undefined, b: Json | undefined): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  const [x, y] = [typeof a === 'string' ? a : '', typeof b === 'string' ? b : '']
  return x < y ? -1 : x > y ? 1 : 0
}

function isObject(value: Json | undefined): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
