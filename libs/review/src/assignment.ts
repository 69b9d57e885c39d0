import { inUnits, readDecimal, type Decimal } from './exact.js'
import type { ReadAssignInput } from './assign-input.js'
import { indexIds, NAMES, problem, type Path, type Problem } from './problems.js'

/** An assignment problem with its ids resolved: pairs are application × reviewers + reviewer. */
export interface Assignment {
  applications: string[]
  reviewers: { id: string; min: number; max: number | null }[]
  perApplication: number
  balance: number | null
  conflicts: number[]
  fixed: number[]
  together: Several[]
  apart: Several[]
  /** By application: reviewers who share a field with it; only where `expertiseAtLeast` is above 0. */
  experts: number[][]
  expertiseAtLeast: number
  /** Affinity and expertise of each pair, whole, in units of 10^−worthPlaces. */
  worth: Map<number, number>
  worthPlaces: number
  previous: Set<number>
  /** What a kept pair adds, in the same unit. */
  stability: number
  seed: number
}

export type Several = { kind: 'applications' | 'reviewers'; members: number[] }

/** The sums of such numbers over thousands of assignments are exact in doubles, and far above the solver's tolerances. */
const MOST_WORTH = 1e10

export function readAssignment(input: ReadAssignInput): Assignment | Problem[] {
  const reading = new AssignmentReading(input)
  const assignment = reading.read()
  return reading.problems.length > 0 ? reading.problems : assignment
}

class AssignmentReading {
  readonly problems: Problem[] = []
  private readonly input: ReadAssignInput
  // Both in the order of their ids, so that the answer does not hang on the order of the lists.
  private readonly applications: { id: string; fields: string[] }[]
  private readonly reviewers: { id: string; min: number; max: number | null; fields: string[] }[]
  private readonly applicationIndex: Map<string, number>
  private readonly reviewerIndex: Map<string, number>

  constructor(input: ReadAssignInput) {
    this.input = input
    const applications = input.applications.map((a) => (typeof a === 'string' ? { id: a, fields: [] } : { id: a.id, fields: a.fields ?? [] }))
    const reviewers = input.reviewers.map((r) => (typeof r === 'string' ? { id: r, min: 0, max: null, fields: [] } : { id: r.id, min: r.min ?? 0, max: r.max ?? null, fields: r.fields ?? [] }))
    this.checkIds(applications, NAMES.application, 'applications')
    this.checkIds(reviewers, NAMES.reviewer, 'reviewers')
    this.checkRanges(reviewers)
    this.applications = applications.sort(byId)
    this.reviewers = reviewers.sort(byId)
    this.applicationIndex = new Map(this.applications.map(({ id }, i) => [id, i]))
    this.reviewerIndex = new Map(this.reviewers.map(({ id }, i) => [id, i]))
  }

  read(): Assignment {
    const { input, reviewers, applications } = this
    const experts = applications.map(({ fields }) => reviewers.flatMap((r, i) => (r.fields.some((f) => fields.includes(f)) ? [i] : [])))
    const previous = this.present(input.previous)
    return {
      applications: applications.map((a) => a.id),
      reviewers: reviewers.map(({ id, min, max }) => ({ id, min, max })),
      perApplication: input.perApplication,
      balance: input.balance,
      conflicts: this.pairs('conflicts', input.conflicts),
      fixed: this.pairs('fixed', input.fixed),
      together: this.several('keepTogether', input.keepTogether),
      apart: this.several('keepApart', input.keepApart),
      experts: input.expertise.atLeast > 0 ? experts : [],
      expertiseAtLeast: input.expertise.atLeast,
      previous,
      seed: input.seed,
      ...this.worth(experts, previous.size > 0),
    }
  }

  private checkIds(list: readonly { id: string }[], what: (typeof NAMES)['reviewer'], name: string): void {
    this.problems.push(...indexIds(list.map((entry) => entry.id), what, (i) => [name, i]).problems)
  }

  private checkRanges(reviewers: readonly { id: string; min: number; max: number | null }[]): void {
    reviewers.forEach(({ id, min, max }, i) => {
      if (max !== null && min > max) this.problems.push(problem(['reviewers', i], 'rangeReversed', { id }))
    })
  }

  private pairs(list: 'conflicts' | 'fixed' | 'affinity', rows: readonly { reviewer: string; application: string }[]): number[] {
    const seen = new Set<number>()
    return rows.flatMap((row, i) => {
      const reviewer = this.find(this.reviewerIndex, row.reviewer, NAMES.reviewer, [list, i, 'reviewer'])
      const application = this.find(this.applicationIndex, row.application, NAMES.application, [list, i, 'application'])
      if (reviewer === undefined || application === undefined) return []
      const pair = application * this.reviewers.length + reviewer
      if (seen.has(pair)) this.problems.push(problem([list, i], 'duplicatePair', row))
      seen.add(pair)
      return [pair]
    })
  }

  private find(index: Map<string, number>, id: string, what: (typeof NAMES)['reviewer'], path: Path): number | undefined {
    if (!index.has(id)) this.problems.push(problem(path, 'unknownId', { what, id }))
    return index.get(id)
  }

  private several(list: 'keepTogether' | 'keepApart', entries: ReadAssignInput['keepApart']): Several[] {
    const read = entries.map((entry, i): Several => {
      const kind = 'applications' in entry ? 'applications' : 'reviewers'
      const ids = 'applications' in entry ? entry.applications : entry.reviewers
      const [index, what] = kind === 'applications' ? [this.applicationIndex, NAMES.application] : [this.reviewerIndex, NAMES.reviewer]
      this.problems.push(...indexIds(ids, what, (n) => [list, i, kind, n]).problems)
      return { kind, members: ids.flatMap((id, n) => this.find(index, id, what, [list, i, kind, n]) ?? []).sort((a, b) => a - b) }
    })
    return read.sort((a, b) => (`${a.kind} ${a.members.join(' ')}` < `${b.kind} ${b.members.join(' ')}` ? -1 : 1))
  }

  private present(rows: readonly { reviewer: string; application: string }[]): Set<number> {
    return new Set(rows.flatMap((row) => {
      const [reviewer, application] = [this.reviewerIndex.get(row.reviewer), this.applicationIndex.get(row.application)]
      return reviewer === undefined || application === undefined ? [] : [application * this.reviewers.length + reviewer]
    }))
  }

  private decimal(value: number | string, path: Path): Decimal {
    const read = readDecimal(value)
    if (typeof read !== 'string') return read
    this.problems.push(problem(path, read, { value }))
    return { digits: 0n, places: 0 }
  }

  private worth(experts: readonly number[][], hasPrevious: boolean): Pick<Assignment, 'worth' | 'worthPlaces' | 'stability'> {
    const { affinity, expertise, stability } = this.input
    const pairs = this.pairs('affinity', affinity)
    const values = affinity.map(({ value }, i) => this.decimal(value, ['affinity', i, 'value']))
    const weight = this.decimal(expertise.weight, ['expertise', 'weight'])
    const given = stability === undefined ? null : this.decimal(stability, ['stability'])
    const places = Math.max(weight.places, given?.places ?? 0, ...values.map((v) => v.places))
    const worth = new Map<number, number>()
    const add = (pair: number, value: Decimal): void => void worth.set(pair, (worth.get(pair) ?? 0) + Number(inUnits(value, places)))
    pairs.forEach((pair, i) => add(pair, values[i] ?? weight))
    experts.forEach((reviewers, application) => reviewers.forEach((reviewer) => add(application * this.reviewers.length + reviewer, weight)))
    const kept = given === null ? (hasPrevious ? this.aboveAll(worth) : 0) : Number(inUnits(given, places))
    const most = [...worth.values()].reduce((a, b) => Math.max(a, Math.abs(b)), Math.abs(kept))
    if (most > MOST_WORTH) this.problems.push(problem(['affinity'], 'tooLong', { value: 'affinity' }))
    return { worth, worthPlaces: places, stability: kept }
  }

  /** More than all that other assignments could gain together. */
  private aboveAll(worth: Map<number, number>): number {
    let [least, most] = [0, 0]
    for (const value of worth.values()) [least, most] = [Math.min(least, value), Math.max(most, value)]
    return 1 + (most - least) * this.input.perApplication * this.applications.length
  }
}

function byId(a: { id: string }, b: { id: string }): number {
  return a.id < b.id ? -1 : 1
}
