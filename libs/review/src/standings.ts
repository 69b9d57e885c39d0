import Fraction from 'fraction.js'
import { display, leastCommonMultiple, reduced, rounded, type Rounding } from './exact.js'
import { comparePlaces, firstsOf, listPlaces, partsOf, placesOf, type Places } from './places.js'
import { doubledRank, type ReviewerRanks } from './reviewer-ranks.js'
import type { Method } from './rubric.js'
import type { ScoreTable } from './score-table.js'
import { ZScores } from './z-scores.js'

/** What is shown of an application's figure. */
export interface Figure {
  /** In lowest terms; null where it is no fraction. */
  exact: string | null
  display: string
  /** The mean z-score, and 50 + 10 z. */
  score?: number
  tScore?: number
  /** Shares of the first, second, … places. */
  places?: string[]
}

/** The order that a method gives, before ties are broken. */
export interface Standings {
  /** Below 0 where `a` stands before `b`, 0 where they are equal. */
  compare(a: number, b: number): number
  figure(application: number): Figure
}

export interface Ranking {
  table: ScoreTable
  /** Applications that no threshold rejected. */
  inPlay: readonly number[]
  /** Of each reviewer, over the applications in play. */
  ranks: readonly ReviewerRanks[]
  rounding: Rounding
  rankOn: 'unrounded' | 'rounded'
}

/**
 * The method that applies. Sums over reviewers would favour whoever more of them scored, so where somebody is recused, or
 * applications have different numbers of scores, `sum` becomes the mean and `rankSum` the mean relative rank.
 */
export function appliedMethod(method: Method, even: boolean): Method {
  if (even) return method
  if (method === 'sum') return 'mean'
  return method === 'rankSum' ? 'meanRelativeRank' : method
}

/** Whether nobody is recused and each application has as many scores as the others; and for ranks, each reviewer too. */
export function isEven(table: ScoreTable, method: Method): boolean {
  if (table.recused) return false
  const perApplication = table.totals.map(scoredCount)
  if (perApplication.some((n) => n !== perApplication[0])) return false
  return method !== 'rankSum' || perApplication.every((n) => n === table.reviewers.length)
}

export function scoredCount(totals: readonly (bigint | null)[]): number {
  return totals.reduce((count, total) => count + (total === null ? 0 : 1), 0)
}

export function standingsOf(method: Method, ranking: Ranking, even: boolean): Standings {
  switch (method) {
    case 'sum':
    case 'mean':
    case 'trimmedMean':
      return byFraction(ranking, 'highest', (a) => pointsFigure(method, ranking.table, a))
    case 'rankSum':
      return byFraction(ranking, 'lowest', (a) => new Fraction(ranking.ranks.reduce((sum, ranks) => sum + doubledRank(ranks, a), 0), 2))
    case 'meanRelativeRank':
      return byFraction(ranking, 'lowest', relativeRanks(ranking))
    case 'zScore':
      return byZScore(ranking)
    case 'firstPlaces':
      return byPlaces(ranking, even)
  }
}

/**
 * The points of an application over its reviewers: sum, mean, or the mean without one highest and one lowest where at
 * least 5 scored it.
 */
export function pointsFigure(method: 'sum' | 'mean' | 'trimmedMean', { totals, unit }: ScoreTable, application: number): Fraction {
  const scores = (totals[application] ?? []).filter((total) => total !== null)
  const sum = scores.reduce((a, b) => a + b, 0n)
  if (method === 'sum') return new Fraction(sum, unit)
  if (method === 'mean' || scores.length < TRIMMED_FROM) return new Fraction(sum, unit * BigInt(scores.length))
  const [first = 0n] = scores
  const highest = scores.reduce((a, b) => (b > a ? b : a), first)
  const lowest = scores.reduce((a, b) => (b < a ? b : a), first)
  return new Fraction(sum - highest - lowest, unit * BigInt(scores.length - 2))
}

const TRIMMED_FROM = 5

/** The mean over reviewers of (rank − ½)/k, in one common denominator. */
function relativeRanks({ table, ranks }: Ranking): (application: number) => Fraction {
  const multiple = leastCommonMultiple(ranks.filter((r) => r.count > 0).map((r) => BigInt(r.count)))
  const perRank = ranks.map((r) => (r.count === 0 ? 0n : multiple / BigInt(r.count)))
  return (application) => {
    const sum = ranks.reduce((total, r, reviewer) => total + (r.place[application] === 0 ? 0n : BigInt(doubledRank(r, application) - 1) * (perRank[reviewer] ?? 0n)), 0n)
    return new Fraction(sum, 2n * multiple * BigInt(scoredCount(table.totals[application] ?? [])))
  }
}

function byFraction({ inPlay, rankOn, rounding }: Ranking, wins: 'highest' | 'lowest', valueOf: (application: number) => Fraction): Standings {
  const values = new Map(inPlay.map((application) => [application, valueOf(application)]))
  const value = (application: number): Fraction => values.get(application) ?? ZERO
  const ranked = rankOn === 'rounded' ? new Map([...values].map(([application, v]) => [application, rounded(v, rounding)])) : values
  const order = wins === 'highest' ? -1 : 1
  return {
    compare: (a, b) => order * (ranked.get(a) ?? ZERO).compare(ranked.get(b) ?? ZERO),
    figure: (application) => ({ exact: reduced(value(application)), display: display(value(application), rounding) }),
  }
}

const ZERO = new Fraction(0)

function byZScore({ table, inPlay, rankOn, rounding }: Ranking): Standings {
  const scores = new ZScores(table, inPlay)
  const roundedScores = rankOn === 'rounded' ? new Map(inPlay.map((a) => [a, rounded(scores.figure(a), rounding)])) : null
  return {
    compare: (a, b) => (roundedScores === null ? scores.compare(a, b) : (roundedScores.get(b) ?? ZERO).compare(roundedScores.get(a) ?? ZERO)),
    figure: (a) => ({ exact: null, display: display(scores.figure(a), rounding), score: scores.double(a), tScore: 50 + 10 * scores.double(a) }),
  }
}

function byPlaces({ table, inPlay, ranks, rankOn, rounding }: Ranking, even: boolean): Standings {
  const reading = placesIn({ table, ranks }, even)
  const places = new Map(inPlay.map((a) => [a, reading(a)]))
  const of = (application: number): Places => places.get(application) ?? { pieces: [], whole: 1n }
  const whole = places.values().next().value?.whole ?? 1n
  const seen = remembered((share) => rounded(new Fraction(share, whole), rounding))
  const write = remembered((share) => reduced(new Fraction(share, whole)))
  const order = rankOn === 'rounded' ? (a: bigint, b: bigint): number => seen(b).compare(seen(a)) : undefined
  return {
    compare: (a, b) => comparePlaces(of(a), of(b), order),
    figure: (a) => {
      const firsts = firstsOf(of(a))
      return { exact: reduced(firsts), display: display(firsts, rounding), places: listPlaces(of(a), inPlay.length, write) }
    },
  }
}

/** Few shares occur, and often: most places of most applications have none. */
function remembered<T>(make: (share: bigint) => T): (share: bigint) => T {
  const made = new Map<bigint, T>()
  return (share) => {
    let one = made.get(share)
    if (one === undefined) made.set(share, (one = make(share)))
    return one
  }
}

/** Counts of places, or means over those who scored it where that number differs. */
export function placesIn({ table, ranks }: Pick<Ranking, 'table' | 'ranks'>, even: boolean): (application: number) => Places {
  const divisor = (application: number): number => (even ? 1 : scoredCount(table.totals[application] ?? []))
  const whole = partsOf(ranks, table.applications.map((_, a) => divisor(a)))
  return (application) => placesOf(ranks, application, divisor(application), whole)
}
