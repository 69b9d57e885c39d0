import { addDuration, tokyoInstant } from '@saitaku/calendar'
import type { JsonObject } from '@saitaku/statechart'
import type { DemoFile, Review } from './demo-schema.js'
import { reviewWithIds } from './review-keys.js'
import { DemoProblem } from './demo-problem.js'
import type { DemoSource } from './read-demo.js'
import { stableId } from './stable-id.js'

export interface PlannedPerson {
  id: string
  name: string
  kana: string
  email: string
  lang: 'ja' | 'en'
}
export interface PlannedOrganisation {
  id: string
  name: string
  kana: string
  corporateNumber: string | null
  kind: string | null
  ward: string | null
}

export interface PlannedCase {
  id: string
  programme: string
  chart: string
  key: string
  parent: PlannedCase | undefined
  organisation: PlannedOrganisation | undefined
  applicant: PlannedPerson | undefined
  title: string | undefined
  attributes: JsonObject
  form: JsonObject | undefined
  place: string
}

interface Actor {
  id: string
  roles: readonly string[]
}

export type Deed =
  | { kind: 'begin' }
  | { kind: 'event'; event: string; actor: { id: string; roles: readonly string[] }; data: JsonObject; refused: boolean }
  | { kind: 'form'; form: string | undefined; answers: JsonObject; author: string | null }
  | { kind: 'review'; actor: Actor; review: Review }
  | { kind: 'sheet'; actor: Actor; stage: string; points: JsonObject; note: string }

/** One thing that somebody did to one case at one instant. */
export interface PlannedInput {
  at: Date
  case: PlannedCase
  /** Its place among the inputs of its case: with the instant, its idempotency key. */
  index: number
  deed: Deed
  /** One row of a table among many alike: its instant need not be kept to the minute. */
  alike: boolean
  place: string
}

/** The inputs of all programmes in one order, and who and what they speak of. */
export interface DemoPlan {
  startsAt: Date
  endsAt: Date
  people: PlannedPerson[]
  grants: { personId: string; programme: string; role: string }[]
  inputs: PlannedInput[]
}

/** Which of an event's data speak of cases by key, as its chart declares: those of type `outcomes`. */
export type OutcomesOf = (programme: string, chart: string, event: string) => readonly string[]

/** Makes one plan of all the programmes' years. Throws DemoProblem naming file and line of what does not fit together. */
export function planDemo(sources: readonly { programme: string; demo: DemoSource }[], outcomesOf: OutcomesOf): DemoPlan {
  const planner = new Planner(outcomesOf)
  // Organisations are named across programmes in any order, so all of them are known before any is looked up.
  for (const { demo } of sources) planner.readOrganisations(demo)
  for (const { programme, demo } of sources) planner.readProgramme(programme, demo)
  return planner.plan(sources.map(({ demo }) => demo.file))
}

type Application = DemoFile['applications'][number]
type Doing = Omit<DemoFile['calls'][number]['events'][number], 'at'>
interface Written extends Doing {
  at: Date
  place: string
}
/** Where a case is written: under which other, on which line, and whether as one of a table. */
interface Setting {
  of: string | undefined
  alike: boolean
}

class Planner {
  private readonly people = new Map<string, PlannedPerson>()
  private readonly applicants = new Map<string, PlannedPerson>()
  private readonly organisations = new Map<string, PlannedOrganisation>()
  private readonly grants: DemoPlan['grants'] = []
  private readonly inputs: PlannedInput[] = []

  constructor(private readonly outcomesOf: OutcomesOf) {}

  readOrganisations({ file, tables, placeOf }: DemoSource): void {
    file.applications.forEach(({ organisation }, i) => {
      if (typeof organisation === 'object') this.organisation(organisation.key, organisation, placeOf(['applications', i, 'organisation']))
    })
    for (const { rows } of tables)
      for (const { row, place } of rows) if (row.organisation !== '') this.organisation(row.key, { ...row, name: row.organisation }, place)
  }

  readProgramme(programme: string, source: DemoSource): void {
    const { file, tables, placeOf } = source
    const office = new Map(file.people.map((person, i) => [person.key, { id: this.person(person, placeOf(['people', i])).id, roles: person.roles }]))
    for (const { id, roles } of office.values()) for (const role of roles) this.grants.push({ personId: id, programme, role })
    const one = new ProgrammePlanner(programme, office, this.outcomesOf)
    file.calls.forEach(({ key, chart, createdAt, title, attributes, events }, i) => {
      const place = placeOf(['calls', i])
      const begun = { programme, key, chart, title: typeof title === 'object' ? title.ja : title, attributes: attributes ?? {}, form: undefined, organisation: undefined, applicant: undefined, place }
      const beginning = tokyoInstant(createdAt ?? events[0]?.at ?? file.startsAt)
      one.add(begun, { of: undefined, alike: false }, beginning, events.map((event, n) => ({ ...event, at: tokyoInstant(event.at), place: placeOf(['calls', i, 'events', n]) })))
    })
    file.applications.forEach((application, i) => {
      const place = placeOf(['applications', i])
      one.add(this.application(programme, application, place), { of: application.of, alike: false }, tokyoInstant(application.createdAt),
        application.events.map((event, n) => ({ ...event, at: tokyoInstant(event.at), place: placeOf(['applications', i, 'events', n]) })))
    })
    for (const { chart, rows } of tables) for (const { row, form, place } of rows) this.addRow(one, file, { programme, chart, row, form, place })
    for (const sheet of source.sheets) one.addSheet(sheet)
    this.inputs.push(...one.linked())
  }

  plan(files: readonly DemoFile[]): DemoPlan {
    const instants = (of: (file: DemoFile) => string): number[] => files.map((file) => tokyoInstant(of(file)).getTime())
    const inputs = this.inputs.map((input, order) => ({ input, order, depth: depthOf(input.case) }))
    // At one instant a call comes before what is filed under it; within a case, and else, as written.
    inputs.sort((a, b) => a.input.at.getTime() - b.input.at.getTime() || a.depth - b.depth || a.order - b.order)
    return {
      startsAt: new Date(Math.min(...instants((file) => file.startsAt))), endsAt: new Date(Math.max(...instants((file) => file.endsAt))),
      people: [...this.people.values()], grants: this.grants, inputs: inputs.map(({ input }) => input),
    }
  }

  private addRow(one: ProgrammePlanner, file: DemoFile, { programme, chart, row, form, place }: { programme: string; chart: string; row: DemoSource['tables'][number]['rows'][number]['row']; form: JsonObject; place: string }): void {
    const path = file.paths[row.path]
    if (!path) throw new DemoProblem(`${place} ${row.key}: there is no path ${row.path}`)
    const at = tokyoInstant(row.at)
    const applicant = row.email === '' ? undefined : this.applicant({ name: row.applicant, email: row.email, lang: row.lang || 'ja' }, place)
    const organisation = row.organisation === '' ? undefined : this.organisations.get(row.key)
    one.add({ programme, key: row.key, chart, title: row.title || undefined, attributes: {}, form, organisation, applicant, place }, { of: row.of, alike: true }, at,
      path.map(({ after, ...doing }) => ({ ...doing, at: addDuration(at, after), place })))
  }

  private application(programme: string, { key, chart, title, attributes, form, organisation, applicant }: Application, place: string): Begun {
    const known = typeof organisation === 'string' ? this.organisations.get(organisation) : organisation && this.organisations.get(organisation.key)
    if (organisation !== undefined && !known) throw new DemoProblem(`${place} ${key}: no programme's demo describes the organisation ${typeof organisation === 'string' ? organisation : organisation.key}`)
    return { programme, key, chart, title, attributes: attributes ?? {}, form, organisation: known, applicant: applicant && this.applicant(applicant, place), place }
  }

  private organisation(key: string, given: { name: string; kana?: string | undefined; corporateNumber?: string | null | undefined; kind?: string | null | undefined; ward?: string | null | undefined }, place: string): void {
    const planned = { id: stableId('organisation', key), name: given.name, kana: given.kana ?? '', corporateNumber: given.corporateNumber || null, kind: given.kind || null, ward: given.ward || null }
    agree(this.organisations, key, planned, `${place} the organisation ${key} is described differently elsewhere`)
  }

  private person({ key, name, kana, email, lang }: DemoFile['people'][number], place: string): PlannedPerson {
    return agree(this.people, key, { id: stableId('person', key), name, kana: kana ?? '', email, lang }, `${place} the person ${key} is described differently elsewhere`)
  }

  /** Applicants are told apart by their address. */
  private applicant({ name, kana, email, lang }: { name: string; kana?: string | undefined; email: string; lang: 'ja' | 'en' }, place: string): PlannedPerson {
    const known = this.applicants.get(email)
    if (known && known.name !== name) throw new DemoProblem(`${place} ${email} is the address of ${known.name} elsewhere`)
    const planned = known ?? { id: stableId('person', email), name, kana: kana ?? '', email, lang }
    this.applicants.set(email, planned)
    return planned
  }
}

function agree<T extends object>(known: Map<string, T>, key: string, given: T, otherwise: string): T {
  const before = known.get(key)
  if (before && JSON.stringify(before) !== JSON.stringify(given)) throw new DemoProblem(otherwise)
  if (!before) known.set(key, given)
  return before ?? given
}

function depthOf({ parent }: PlannedCase): number {
  return parent ? depthOf(parent) + 1 : 0
}

type Begun = Omit<PlannedCase, 'id' | 'parent'>

/** The cases of one programme; a case may be written before the one that holds it. */
class ProgrammePlanner {
  private readonly cases = new Map<string, { planned: PlannedCase; of: string | undefined; inputs: PlannedInput[] }>()

  constructor(
    private readonly programme: string,
    private readonly office: ReadonlyMap<string, { id: string; roles: readonly string[] }>,
    private readonly outcomesOf: OutcomesOf,
  ) {}

  add(begun: Begun, { of, alike }: Setting, beginning: Date, written: readonly Written[]): void {
    if (this.cases.has(begun.key)) throw new DemoProblem(`${begun.place} the key ${begun.key} is taken`)
    const planned: PlannedCase = { ...begun, id: stableId('case', `${this.programme}/${begun.key}`), parent: undefined }
    const inputs: PlannedInput[] = [{ at: beginning, case: planned, index: 0, deed: { kind: 'begin' }, alike, place: begun.place }]
    let latest = beginning
    for (const [n, doing] of written.entries()) {
      if (doing.at < latest) throw new DemoProblem(`${doing.place} ${begun.key}: ${doing.event ?? 'the form'} comes before what stands above it`)
      latest = doing.at
      inputs.push({ at: doing.at, case: planned, index: n + 1, deed: this.deed(planned, doing), alike, place: doing.place })
    }
    this.cases.set(begun.key, { planned, of, inputs })
  }

  /** Once all are known: who holds whom, and keys in the data become ids. */
  linked(): PlannedInput[] {
    for (const { planned, of } of this.cases.values()) {
      if (of === undefined) continue
      planned.parent = this.cases.get(of)?.planned
      if (!planned.parent) throw new DemoProblem(`${planned.place} ${planned.key}: there is no ${of} that could hold it`)
    }
    return [...this.cases.values()].flatMap(({ inputs }) => inputs.map((input) => this.withIds(input)))
  }

  /** A sheet belongs to the application that it judges, after whatever else happened there until then. */
  addSheet({ row, points, place }: DemoSource['sheets'][number]): void {
    const judged = this.cases.get(row.application)
    if (!judged) throw new DemoProblem(`${place}: there is no application ${row.application}`)
    const deed: Deed = { kind: 'sheet', actor: this.actor(judged.planned, row.reviewer, place), stage: row.stage, points, note: row.note }
    judged.inputs.push({ at: tokyoInstant(row.at), case: judged.planned, index: judged.inputs.length, deed, alike: false, place })
  }

  private deed(planned: PlannedCase, { event, by, data, expect, form, formName, review, place }: Written): Deed {
    if (review !== undefined) return { kind: 'review', actor: this.actor(planned, by ?? '', place), review }
    if (event === undefined) return { kind: 'form', form: formName, answers: form ?? {}, author: planned.applicant?.id ?? null }
    return { kind: 'event', event, actor: this.actor(planned, by ?? '', place), data: data ?? {}, refused: expect === 'refused' }
  }

  private actor({ applicant, key }: PlannedCase, by: string, place: string): { id: string; roles: readonly string[] } {
    // The engine finds the applicant's role in the case itself.
    const actor = by === 'applicant' && applicant ? { id: applicant.id, roles: [] } : this.office.get(by)
    if (!actor) throw new DemoProblem(`${place} ${key}: ${by} is nobody whom the file describes`)
    return actor
  }

  private withIds(input: PlannedInput): PlannedInput {
    const { deed, case: planned, place } = input
    if (deed.kind === 'review') {
      const keys = { application: (key: string) => this.idOf(key, place), isApplication: (key: string) => this.cases.has(key), person: (key: string) => this.actor(planned, key, place).id }
      return { ...input, deed: { ...deed, review: reviewWithIds(deed.review, keys) } }
    }
    if (deed.kind !== 'event') return input
    const data = { ...deed.data }
    for (const name of this.outcomesOf(this.programme, planned.chart, deed.event)) {
      const outcomes = data[name]
      if (outcomes !== null && typeof outcomes === 'object' && !Array.isArray(outcomes))
        data[name] = Object.fromEntries(Object.entries(outcomes).map(([key, outcome]) => [this.idOf(key, `${place} ${planned.key}, ${name}`), outcome]))
    }
    return { ...input, deed: { ...deed, data } }
  }

  private idOf(key: string, place: string): string {
    const meant = this.cases.get(key)
    if (!meant) throw new DemoProblem(`${place}: there is no application ${key}`)
    return meant.planned.id
  }
}
