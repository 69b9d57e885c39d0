import Fraction from 'fraction.js'
import type { AssignInput, InfeasibleReason } from '@saitaku/review'

/** Every assignment there is, tried one by one. */

interface Named {
  id: string
  min: number
  max: number
  fields: string[]
}

/** What holds; by default everything. Used to see whether fewer constraints can hold together. */
export interface Holding {
  perApplication: boolean
  balance: boolean
  expertise: boolean
  conflicts: { reviewer: string; application: string }[]
  fixed: { reviewer: string; application: string }[]
  max: string[]
  min: string[]
  apart: string[][]
  together: string[][]
}

type Assignment = Map<string, string[]>

const applicationsOf = (input: AssignInput): { id: string; fields: string[] }[] => input.applications.map((a) => (typeof a === 'string' ? { id: a, fields: [] } : { id: a.id, fields: a.fields ?? [] }))
const reviewersOf = (input: AssignInput): Named[] => input.reviewers.map((r) => (typeof r === 'string' ? { id: r, min: 0, max: Infinity, fields: [] } : { id: r.id, min: r.min ?? 0, max: r.max ?? Infinity, fields: r.fields ?? [] }))
const membersOf = (entry: NonNullable<AssignInput['keepApart']>[number]): string[] => ('applications' in entry ? entry.applications : entry.reviewers)

export function everything(input: AssignInput): Holding {
  const ids = reviewersOf(input).map((r) => r.id)
  return {
    perApplication: true, balance: true, expertise: true, conflicts: input.conflicts ?? [], fixed: input.fixed ?? [], max: ids, min: ids,
    apart: (input.keepApart ?? []).map(membersOf), together: (input.keepTogether ?? []).map(membersOf),
  }
}

export function reasonsAlone(reasons: InfeasibleReason[]): Holding {
  const of = (code: InfeasibleReason['code']): InfeasibleReason | undefined => reasons.find((r) => r.code === code)
  return {
    perApplication: of('perApplication') !== undefined, balance: of('balance') !== undefined, expertise: of('expertise') !== undefined,
    conflicts: of('conflicts')?.pairs ?? [], fixed: of('fixed')?.pairs ?? [], max: of('max')?.reviewers ?? [], min: of('min')?.reviewers ?? [],
    apart: of('apart')?.members ?? [], together: of('together')?.members ?? [],
  }
}

/** Each way to give up one constraint of these. */
export function withOneLess(holding: Holding): Holding[] {
  const lists = ['conflicts', 'fixed', 'max', 'min', 'apart', 'together'] as const
  const switches = ['perApplication', 'balance', 'expertise'] as const
  return [
    ...switches.filter((name) => holding[name]).map((name) => ({ ...holding, [name]: false })),
    ...lists.flatMap((name) => holding[name].map((_, i) => ({ ...holding, [name]: holding[name].filter((__, j) => j !== i) }))),
  ]
}

/** The most that can be reached: kept assignments first (unless they have a worth of their own), then affinity. Null where nothing fulfils all. */
export function bestAssignment(input: AssignInput, holding: Holding): { objective: number; kept: number; worth: number } | null {
  let best: { objective: Fraction; kept: number; worth: Fraction } | null = null
  for (const assignment of assignments(input, holding)) {
    const objective = objectiveOf(input, assignment)
    const kept = (input.previous ?? []).filter((p) => assignment.get(p.application)?.includes(p.reviewer)).length
    const worth = input.stability === undefined ? objective : objective.add(new Fraction(String(input.stability)).mul(kept))
    const better = best === null || (input.stability === undefined && kept !== best.kept ? kept > best.kept : worth.compare(best.worth) > 0)
    if (better) best = { objective, kept, worth }
  }
  return best && { objective: best.objective.valueOf(), kept: best.kept, worth: best.worth.valueOf() }
}

export function feasible(input: AssignInput, holding: Holding): boolean {
  for (const _ of assignments(input, holding)) return true
  return false
}

export function objectiveOf(input: AssignInput, assignment: Assignment): Fraction {
  const reviewers = reviewersOf(input)
  const weight = new Fraction(String(input.expertise?.weight ?? 1))
  return applicationsOf(input).reduce((total, { id, fields }) => (assignment.get(id) ?? []).reduce((sum, r) => {
    const affinity = (input.affinity ?? []).find((a) => a.application === id && a.reviewer === r)
    const expert = reviewers.find((x) => x.id === r)?.fields.some((f) => fields.includes(f)) === true
    return sum.add(new Fraction(String(affinity?.value ?? 0))).add(expert ? weight : 0)
  }, total), new Fraction(0))
}

function* assignments(input: AssignInput, holding: Holding, chosen: Assignment = new Map()): Generator<Assignment> {
  const applications = applicationsOf(input)
  const next = applications[chosen.size]
  if (next === undefined) {
    if (holds(input, holding, chosen)) yield chosen
    return
  }
  for (const subset of subsets(reviewersOf(input).map((r) => r.id))) {
    if (holding.perApplication && subset.length !== input.perApplication) continue
    if (holding.conflicts.some((c) => c.application === next.id && subset.includes(c.reviewer))) continue
    if (holding.fixed.some((f) => f.application === next.id && !subset.includes(f.reviewer))) continue
    yield* assignments(input, holding, new Map([...chosen, [next.id, subset]]))
  }
}

function subsets(ids: string[]): string[][] {
  return ids.reduce<string[][]>((all, id) => all.flatMap((s) => [s, [...s, id]]), [[]])
}

function holds(input: AssignInput, holding: Holding, assignment: Assignment): boolean {
  const [applications, reviewers] = [applicationsOf(input), reviewersOf(input)]
  const load = (r: string): number => [...assignment.values()].filter((list) => list.includes(r)).length
  const loads = reviewers.map((r) => load(r.id))
  const [least, most] = [Math.min(...loads), Math.max(...loads)]
  const balance = input.balance === undefined ? 1 : input.balance
  // With a difference of at most 1 everybody has the even share, rounded down or up.
  const share = (applications.length * input.perApplication) / reviewers.length
  const even = balance === 1 ? least >= Math.floor(share) && most <= Math.ceil(share) : most - least <= (balance ?? Infinity)
  const judged = (r: string): string[] => applications.map((a) => a.id).filter((a) => assignment.get(a)?.includes(r))
  const isApplication = (id: string): boolean => applications.some((a) => a.id === id)
  const same = (lists: string[][]): boolean => lists.every((list) => list.join() === lists[0]?.join())
  return (
    (!holding.balance || loads.length === 0 || even) &&
    reviewers.every((r) => (!holding.max.includes(r.id) || load(r.id) <= r.max) && (!holding.min.includes(r.id) || load(r.id) >= r.min)) &&
    (!holding.expertise || applications.every((a) => (assignment.get(a.id) ?? []).filter((r) => reviewers.find((x) => x.id === r)?.fields.some((f) => a.fields.includes(f))).length >= (input.expertise?.atLeast ?? 0))) &&
    holding.apart.every((ids) => (isApplication(ids[0] ?? '') ? reviewers.every((r) => judged(r.id).filter((a) => ids.includes(a)).length <= 1) : applications.every((a) => (assignment.get(a.id) ?? []).filter((r) => ids.includes(r)).length <= 1))) &&
    holding.together.every((ids) => same(ids.map((id) => (isApplication(id) ? (assignment.get(id) ?? []) : judged(id)))))
  )
}
