import { setTimeout as sleep } from 'node:timers/promises'
import { createOrganisation, createPerson, grantRole, saveForm } from '@saitaku/applications'
import { formatInstant, tokyoDate } from '@saitaku/calendar'
import type { Database } from '@saitaku/database'
import type { Answer, Engine } from '@saitaku/engine'
import { DemoProblem } from './demo-problem.js'
import type { Deed, DemoPlan, PlannedCase, PlannedInput } from './demo-plan.js'
import type { RecordState, UnderWay } from './record-state.js'
import { refusalText, ReviewDeeds } from './review-deeds.js'

export interface DemoProgress {
  at: Date
  done: number
  total: number
}

export interface DriveOptions {
  database: Database
  engine: Engine
  plan: DemoPlan
  /** The form that a chart's applicants fill in. */
  forms: (programme: string, chart: string) => string | undefined
  onProgress?: ((progress: DemoProgress) => void) | undefined
  /** What ended the worker for good, if anything did. */
  failure?: (() => Error | undefined) | undefined
}

const MOST_AT_ONCE = 500
const POLL_MS = { first: 1, most: 8 }
/** Nothing has come of due timers or open effects for so long: better say what hangs than hang with it. */
const PATIENCE_MS = 120_000
const WAKE_EVERY_MS = 100

/**
 * Lives through the plan on the record's own clock: goes to the next instant at which somebody does something or
 * a timer is due, sends what is done there, and lets the queue do the rest.
 */
export class DemoDriver {
  private readonly known = new Set<string>()
  private day = ''
  private readonly reviews: ReviewDeeds

  constructor(
    private readonly record: RecordState,
    private readonly options: DriveOptions,
  ) {
    this.reviews = new ReviewDeeds(options.engine)
  }

  async run(): Promise<void> {
    const { plan, onProgress } = this.options
    const { inputs } = plan
    let next = await this.begun()
    if (next === 'over') return
    while (next < inputs.length) {
      const { due } = await this.reach((inputs[next] as PlannedInput).at)
      const together = independent(inputs, next, due)
      await this.told(together)
      const { at } = together.at(-1) as PlannedInput
      await this.record.moveClock(at)
      await this.introduce(together)
      await Promise.all(together.map((input) => this.perform(input)))
      next += together.length
      onProgress?.({ at, done: next, total: inputs.length })
    }
    if ((await this.record.look()).now < plan.endsAt) {
      await this.reach(plan.endsAt)
      await this.record.moveClock(plan.endsAt)
    }
    await this.calm()
    await this.drained()
  }

  // ── where an earlier run stopped ───────────────────────────────────────────────────────────────────────

  /**
   * How many inputs an earlier run has certainly finished. Those of its last quarter of an hour are sent once more,
   * under the same keys: of those sent together any may have got through.
   */
  private async begun(): Promise<number | 'over'> {
    const { inputs, endsAt } = this.options.plan
    const [row] = await this.options.database.query<{ last: string | null; others: boolean; now: Date }>(
      `SELECT (SELECT max(key) FROM command_key WHERE key LIKE 'demo %') AS last, EXISTS (SELECT 1 FROM cases) AS others, app_now() AS now`)
    if (!row?.last) {
      if (row?.others) throw new DemoProblem('The database holds cases of its own. The demo year shifts the clock, so it goes only into a database without any.')
      await this.setUp()
      return 0
    }
    const last = new Date(row.last.split(' ')[1] as string)
    if (row.now >= endsAt && !inputs.some((input) => input.at > last)) return 'over'
    // It ran on while nobody worked; what comes next has its own instant again.
    await this.record.moveClock(last)
    return inputs.filter((input) => quarter(input.at) < quarter(last)).length
  }

  private async setUp(): Promise<void> {
    const { database, plan } = this.options
    await this.record.moveClock(plan.inputs[0]?.at ?? plan.startsAt)
    await database.transaction(async (tx) => {
      for (const person of plan.people) await createPerson(tx, person)
      for (const { personId, programme, role } of plan.grants) await grantRole(tx, personId, programme, role)
    })
  }

  // ── time ─────────────────────────────────────────────────────────────────────────────────────────────────

  /** Lets every timer fire that is due before an instant or at it. Says when the next one is due. */
  private async reach(instant: Date): Promise<{ due: Date | null }> {
    for (;;) {
      const { due } = await this.fired()
      await this.beginDay(due && due <= instant ? due : instant)
      if (!due || due > instant) return { due }
      await this.calm()
      await this.record.moveClock(due)
      await this.record.wake()
    }
  }

  /** Letters are written on the day of what they tell of: none is left over when another day begins. */
  private async beginDay(instant: Date): Promise<void> {
    const day = tokyoDate(instant)
    if (day === this.day) return
    this.day = day
    await this.drained()
  }

  private async fired(): Promise<UnderWay> {
    return this.lookUntil(({ due, now }) => due === null || due > now)
  }

  /** Waits until no timer is due and no case waits to be told of another. */
  private async calm(): Promise<UnderWay> {
    return this.lookUntil(({ due, now, spreading }) => !spreading && (due === null || due > now))
  }

  /** Waits for what these cases are still to be told. */
  private async told(inputs: readonly PlannedInput[]): Promise<void> {
    const cases = new Set<string>()
    const organisations = new Set<string>()
    for (const { case: planned } of inputs)
      for (let one: PlannedCase | undefined = planned; one; one = one.parent) {
        cases.add(one.id)
        if (one.organisation) organisations.add(one.organisation.id)
      }
    await this.waitWhile(() => this.record.isSpreadingTo({ cases: [...cases], organisations: [...organisations] }))
  }

  private async lookUntil(isEnough: (state: UnderWay) => boolean): Promise<UnderWay> {
    let state = await this.record.look()
    if (!isEnough(state))
      await this.waitWhile(async () => {
        state = await this.record.look()
        return !isEnough(state)
      })
    return state
  }

  private async drained(): Promise<void> {
    await this.waitWhile(() => this.record.hasOpenEffects())
    const dead = await this.record.deadEffect()
    if (dead !== undefined) throw new DemoProblem(`An effect failed for good: ${dead}`)
  }

  private async waitWhile(isBusy: () => Promise<boolean>): Promise<void> {
    if (!(await isBusy())) return
    const began = performance.now()
    let pause = POLL_MS.first
    let wakeAt = 0
    do {
      if (performance.now() >= wakeAt) {
        await this.record.wake()
        wakeAt = performance.now() + WAKE_EVERY_MS
      }
      await sleep(pause)
      pause = Math.min(pause * 1.5, POLL_MS.most)
      const failure = this.options.failure?.()
      if (failure) throw failure
      if (performance.now() - began > PATIENCE_MS) throw new DemoProblem(`Nothing moves any more. ${(await this.record.trouble()).join('; ')}`)
    } while (await isBusy())
  }

  // ── inputs ───────────────────────────────────────────────────────────────────────────────────────────────

  private async perform(input: PlannedInput): Promise<void> {
    const { case: planned, deed } = input
    if (deed.kind === 'begin') return this.begin(input)
    if (deed.kind === 'form') return this.save(input, deed.form ?? this.formOf(planned, input), deed.answers, deed.author)
    if (deed.kind === 'review' || deed.kind === 'sheet') return this.review(input, deed)
    const answer = await this.options.engine.dispatch({ caseId: planned.id, type: deed.event, data: deed.data, actor: deed.actor, key: keyOf(input) })
    if (!deed.refused) return must(answer, input)
    if (answer.ok) throw new DemoProblem(`${where(input)} should have been refused, but led to ${answer.states.join(', ')}.`)
  }

  private async review(input: PlannedInput, deed: Deed & { kind: 'review' | 'sheet' }): Promise<void> {
    const { id, parent } = input.case
    try {
      if (deed.kind === 'review') await this.reviews.perform(id, deed.actor, deed.review, keyOf(input))
      else await this.reviews.score({ callId: parent?.id ?? '', stage: deed.stage }, deed.actor, id, deed)
    } catch (error) {
      const refused = refusalText(error)
      throw refused === undefined ? error : new DemoProblem(`${where(input)}: ${refused}`)
    }
  }

  private async begin(input: PlannedInput): Promise<void> {
    const { case: planned } = input
    const { applicant, organisation, parent } = planned
    must(await this.options.engine.create({
      id: planned.id, programme: planned.programme, chart: planned.chart, attributes: planned.attributes, actor: { id: applicant?.id ?? null, roles: [] }, key: keyOf(input),
      ...(parent ? { parentId: parent.id } : {}), ...(organisation ? { organisationId: organisation.id } : {}), ...(planned.title === undefined ? {} : { title: planned.title }),
      parties: applicant ? [[applicant.id, 'applicant']] : [],
    }), input)
    if (planned.form) await this.save(input, this.formOf(planned, input), planned.form, applicant?.id ?? null)
  }

  /** Records people and organisations when they first appear. */
  private async introduce(inputs: readonly PlannedInput[]): Promise<void> {
    const isNew = (one: { id: string } | undefined): boolean => one !== undefined && !this.known.has(one.id) && this.known.add(one.id) !== undefined
    const applicants = inputs.flatMap(({ case: { applicant } }) => (applicant && isNew(applicant) ? [applicant] : []))
    const organisations = inputs.flatMap(({ case: { organisation } }) => (organisation && isNew(organisation) ? [organisation] : []))
    if (applicants.length + organisations.length === 0) return
    await this.options.database.transaction(async (tx) => {
      for (const applicant of applicants) await createPerson(tx, applicant)
      for (const organisation of organisations) await createOrganisation(tx, organisation)
    })
  }

  private async save(input: PlannedInput, form: string, answers: PlannedCase['attributes'], author: string | null): Promise<void> {
    const result = await saveForm(this.options.database, { caseId: input.case.id, form, patch: answers, authorId: author })
    if (result.ok) return
    throw new DemoProblem(`${where(input)}: the form ${form} is refused (${result.code}): ${result.reason.en}. ${result.errors.map(({ field, message }) => `${field}: ${message.en}`).join('; ')}`)
  }

  private formOf({ programme, chart }: PlannedCase, input: PlannedInput): string {
    const form = this.options.forms(programme, chart)
    if (form === undefined) throw new DemoProblem(`${where(input)}: the chart ${chart} has no form`)
    return form
  }
}

/**
 * As many of the inputs that follow as can be sent at once: none may depend on another, and they happen at the same
 * instant, or are alike and lie in one quarter of an hour with no deadline in between. Offices set their deadlines on
 * the quarter, so that also those which no timer keeps are judged as if each came at its own minute.
 */
function independent(inputs: readonly PlannedInput[], from: number, due: Date | null): PlannedInput[] {
  const first = inputs[from] as PlannedInput
  const touched = new Set<string>()
  const together: PlannedInput[] = []
  for (let i = from; i < inputs.length && together.length < MOST_AT_ONCE; i++) {
    const input = inputs[i] as PlannedInput
    const { id, parent, organisation } = input.case
    const isTogether = input.at.getTime() === first.at.getTime() || (input.alike && first.alike && quarter(input.at) === quarter(first.at) && (!due || input.at < due))
    if (!isTogether || touched.has(id) || (parent && touched.has(parent.id)) || (organisation && touched.has(organisation.id))) break
    for (const one of [id, organisation?.id]) if (one) touched.add(one)
    together.push(input)
  }
  return together
}

const quarter = (instant: Date): number => Math.floor(instant.getTime() / 900_000)

const keyOf = ({ at, index }: PlannedInput): string => `demo ${at.toISOString()} ${index}`

function where({ place, case: { programme, key }, deed, at }: PlannedInput): string {
  const what = deed.kind === 'event' ? deed.event : deed.kind === 'review' ? deed.review.do : deed.kind
  return `${place} ${programme} ${key}, ${what} at ${formatInstant(at)}`
}

function must(answer: Answer, input: PlannedInput): void {
  if (answer.ok) return
  const { code, reason, states, available, details } = answer.refused
  const more = details?.map(({ path, message }) => `${path}: ${message.en}`).join('; ')
  throw new DemoProblem(`${where(input)}: refused (${code}): ${reason.en}${more ? ` [${more}]` : ''} In ${states.join(', ') || 'no state'}; available: ${available.join(', ') || 'nothing'}.`)
}
