import Fraction from 'fraction.js'
import { comparePlaces } from './places.js'
import { problem, type Problem } from './problems.js'
import type { TieRule } from './score-input.js'
import { placesIn, type Ranking } from './standings.js'
import { criterionMean, totalsOnly } from './thresholds.js'

/** Applications that are still equal. */
export type Group = readonly number[]

interface Step {
  /** As it is stored with what it decided: `criterion:novelty`, `chair`. */
  name: string
  /** Below 0 where `a` is better. */
  compare(a: number, b: number): number
  /** What the rule would need to judge these, and does not have. */
  lacks(group: Group): Problem[]
}

export interface BrokenTies {
  groups: Group[]
  /** The last rule that set an application apart from one that had been equal to it. */
  decidedBy: Map<number, string>
  problems: Problem[]
}

/** Breaks ties by an ordered chain: each rule sees only those that all rules before it left equal. */
export function breakTies(groups: readonly Group[], rules: readonly TieRule[], ranking: Ranking, even: boolean): BrokenTies {
  const decidedBy = new Map<number, string>()
  const problems: Problem[] = []
  let open = [...groups]
  rules.forEach((rule, index) => {
    if (problems.length > 0 || open.every((group) => group.length === 1)) return
    const step = stepOf(rule, index, ranking, even)
    open = open.flatMap((group) => {
      if (group.length === 1) return [group]
      const lacks = step.lacks(group)
      problems.push(...lacks)
      if (lacks.length > 0) return [group]
      const parts = partition(group, (a, b) => step.compare(a, b))
      if (parts.length > 1) for (const application of group) decidedBy.set(application, step.name)
      return parts
    })
  })
  return { groups: open, decidedBy, problems }
}

/** Sorts, and puts what compares as 0 into one group. */
export function partition(applications: Group, compare: (a: number, b: number) => number): Group[] {
  const groups: number[][] = []
  for (const application of [...applications].sort(compare)) {
    const last = groups.at(-1)
    if (last?.[0] !== undefined && compare(last[0], application) === 0) last.push(application)
    else groups.push([application])
  }
  return groups
}

const complete = (): Problem[] => []

/** Sorting asks for the same application's key many times. */
function once<Key>(keyOf: (application: number) => Key): (application: number) => Key {
  const keys = new Map<number, Key>()
  return (application) => {
    let key = keys.get(application)
    if (key === undefined) keys.set(application, (key = keyOf(application)))
    return key
  }
}

function stepOf(rule: TieRule, index: number, ranking: Ranking, even: boolean): Step {
  const { table } = ranking
  switch (rule.rule) {
    case 'criterion': {
      const criterion = table.criteria.findIndex((c) => c.id === rule.criterion)
      const mean = once((a) => criterionMean(table, criterion, a))
      return { name: `criterion:${rule.criterion}`, compare: (a, b) => mean(b).compare(mean(a)), lacks: (group) => totalsOnly(table, rule.criterion, group, ['ties', index]) }
    }
    case 'lowerRequest':
      return {
        name: 'lowerRequest',
        compare: (a, b) => ascending(requested(ranking, a), requested(ranking, b)),
        lacks: (group) => group.filter((a) => table.applications[a]?.requested === null).map((a) => problem(['applications', a], 'needsRequest', { application: table.applications[a]?.id ?? '' })),
      }
    case 'firstPlaces': {
      const places = once(placesIn(ranking, even))
      return { name: 'firstPlaces', compare: (a, b) => comparePlaces(places(a), places(b)), lacks: complete }
    }
    case 'firstRankersMean': {
      const mean = once((a) => firstRankersMean(ranking, a))
      return { name: 'firstRankersMean', compare: (a, b) => compareMeans(mean(a), mean(b)), lacks: complete }
    }
    case 'chair':
      return { name: 'chair', compare: byPosition(ranking, rule.order), lacks: complete }
    case 'panelVote': {
      const votes = new Map(rule.votes.map((v) => [v.application, v.votes]))
      const of = (a: number): number => votes.get(table.applications[a]?.id ?? '') ?? 0
      return { name: 'panelVote', compare: (a, b) => of(b) - of(a), lacks: complete }
    }
    case 'lot':
      return { name: 'lot', compare: rule.seed === undefined ? byPosition(ranking, rule.order) : byLot(ranking, rule.order, rule.seed), lacks: complete }
  }
}

function requested({ table }: Ranking, application: number): bigint {
  return table.applications[application]?.requested ?? 0n
}

function ascending(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** The mean of the totals that those gave who ranked it first, alone or with others; null where nobody did. */
function firstRankersMean({ table, ranks }: Ranking, application: number): Fraction | null {
  const totals = (table.totals[application] ?? []).filter((total, reviewer): total is bigint => total !== null && ranks[reviewer]?.place[application] === 1)
  return totals.length === 0 ? null : new Fraction(totals.reduce((a, b) => a + b, 0n), table.unit * BigInt(totals.length))
}

/** Who was ranked first by nobody comes after who was. */
function compareMeans(a: Fraction | null, b: Fraction | null): number {
  if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0)
  return b.compare(a)
}

/** In the order named; those that are not named come after, and remain equal. */
function byPosition({ table }: Ranking, order: readonly string[]): (a: number, b: number) => number {
  const position = new Map(order.map((id, i) => [id, i]))
  const of = (application: number): number => position.get(table.applications[application]?.id ?? '') ?? order.length
  return (a, b) => of(a) - of(b)
}

/** What was not drawn by hand is drawn from the seed: the same for the same ids, in whatever order they are given. */
function byLot(ranking: Ranking, order: readonly string[], seed: number): (a: number, b: number) => number {
  const drawn = byPosition(ranking, order)
  const id = (application: number): string => ranking.table.applications[application]?.id ?? ''
  const number = once((a) => lotNumber(seed, id(a)))
  return (a, b) => drawn(a, b) || number(a) - number(b) || (id(a) < id(b) ? -1 : 1)
}

/** A number from 0 to 2^32 − 1 that looks drawn: FNV-1a over seed and id, and a mixing of its bits. */
export function lotNumber(seed: number, id: string): number {
  let hash = 0x811c9dc5
  for (const character of `${seed}:${id}`) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
