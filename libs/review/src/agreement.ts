import Fraction from 'fraction.js'
import { leastCommonMultiple, reduced, toDouble } from './exact.js'
import { doubledRank, rankByReviewer } from './reviewer-ranks.js'
import type { ScoreTable } from './score-table.js'
import { scoredCount } from './standings.js'

export interface Severity {
  reviewer: string
  /** Mean over the applications they scored of (their total − the panel's mean for it), in lowest terms: `-7/2`. Null for who scored none. */
  offset: string | null
  /** Standard deviation (of the population) of their totals. */
  spread: number | null
  scored: number
}

/** How far and which way each reviewer departs from the panel. Applications that were rejected count too. */
export function severityOf(table: ScoreTable): Severity[] {
  const counts = table.totals.map((totals) => BigInt(scoredCount(totals)))
  const multiple = leastCommonMultiple(counts.filter((n) => n > 0n))
  // An application's panel mean, as whole steps of unit × multiple.
  const means = table.totals.map((totals, a) => (sum(totals) * multiple) / (counts[a] || 1n))
  return table.reviewers.map((reviewer, r) => {
    const scores = table.totals.flatMap((totals, a) => (totals[r] == null ? [] : [{ total: totals[r], mean: means[a] ?? 0n }]))
    if (scores.length === 0) return { reviewer, offset: null, spread: null, scored: 0 }
    const departed = scores.reduce((total, score) => total + score.total * multiple - score.mean, 0n)
    return {
      reviewer,
      offset: reduced(new Fraction(departed, table.unit * multiple * BigInt(scores.length))),
      spread: deviation(scores.map((score) => score.total), table.unit),
      scored: scores.length,
    }
  })
}

export interface Disagreement {
  application: string
  lowest: string
  highest: string
  /** Standard deviation (of the population) of the totals it was given. */
  spread: number
}

/** How far the reviewers of each application lie apart. */
export function disagreementOf(table: ScoreTable): Disagreement[] {
  return table.applications.map(({ id }, a) => {
    const totals = (table.totals[a] ?? []).filter((total) => total !== null)
    const [first = 0n] = totals
    const lowest = totals.reduce((x, y) => (y < x ? y : x), first)
    const highest = totals.reduce((x, y) => (y > x ? y : x), first)
    return { application: id, lowest: reduced(new Fraction(lowest, table.unit)), highest: reduced(new Fraction(highest, table.unit)), spread: deviation(totals, table.unit) }
  })
}

/**
 * Kendall's W with the correction for ties, from 0 (none) to 1 (the same ranking). Null where somebody did not score
 * everything, for fewer than two reviewers or applications, and where all reviewers rank all applications equal.
 */
export function kendallW(table: ScoreTable): number | null {
  const [m, n] = [BigInt(table.reviewers.length), BigInt(table.applications.length)]
  if (m < 2n || n < 2n || table.totals.some((totals) => totals.includes(null))) return null
  const ranks = rankByReviewer(table, table.applications.map((_, a) => a))
  const squares = table.applications.reduce((total, _, a) => total + square(BigInt(ranks.reduce((s, r) => s + doubledRank(r, a), 0))), 0n)
  const ties = ranks.flatMap((r) => r.ties).reduce((total, t) => total + BigInt(t) ** 3n - BigInt(t), 0n)
  const most = m * m * n * (n * n - 1n) - m * ties
  // Of doubled ranks, so 3 ΣD² stands for 12 ΣR².
  return most === 0n ? null : toDouble(new Fraction(3n * squares - 3n * m * m * n * square(n + 1n), most))
}

export interface Alpha {
  criterion: string
  /** 1 for full agreement, 0 for what chance gives, below it for less. */
  alpha: number | null
}

/**
 * Krippendorff's α for interval data, by criterion: 1 − observed / expected disagreement, over the applications that at
 * least two scored. Null where there are none, where all points are equal, and where some scores are totals alone.
 */
export function krippendorffAlpha(table: ScoreTable): Alpha[] {
  return table.criteria.map(({ id }, c) => ({ criterion: id, alpha: alphaOf(table, c) }))
}

function alphaOf(table: ScoreTable, criterion: number): number | null {
  const units: Moments[] = []
  for (const [application, row] of (table.points[criterion] ?? []).entries()) {
    const moments = momentsOf(row)
    if (moments.n !== scoredCount(table.totals[application] ?? [])) return null
    if (moments.n >= 2) units.push(moments)
  }
  const all = units.reduce((a, b) => ({ n: a.n + b.n, sum: a.sum + b.sum, squares: a.squares + b.squares }), NONE)
  const expected = squaredDifferences(all)
  if (expected === 0n) return null
  const multiple = leastCommonMultiple(new Set(units.map(({ n }) => BigInt(n - 1))))
  const observed = units.reduce((total, unit) => total + (squaredDifferences(unit) * multiple) / BigInt(unit.n - 1), 0n)
  return toDouble(new Fraction(1).sub(new Fraction(observed * BigInt(all.n - 1), expected * multiple)))
}

interface Moments {
  n: number
  sum: bigint
  squares: bigint
}

const NONE: Moments = { n: 0, sum: 0n, squares: 0n }

function momentsOf(values: readonly (bigint | null)[]): Moments {
  let [n, sum, squares] = [0, 0n, 0n]
  for (const value of values) {
    if (value === null) continue
    n++
    sum += value
    squares += value * value
  }
  return { n, sum, squares }
}

/** Σ (x − y)² over all ordered pairs. */
function squaredDifferences({ n, sum, squares }: Moments): bigint {
  return 2n * (BigInt(n) * squares - sum * sum)
}

function deviation(values: readonly (bigint | null)[], unit: bigint): number {
  const moments = momentsOf(values)
  return Math.sqrt(toDouble(new Fraction(squaredDifferences(moments), 2n * BigInt(moments.n) ** 2n * unit * unit)))
}

function sum(values: readonly (bigint | null)[]): bigint {
  return values.reduce((total: bigint, value) => total + (value ?? 0n), 0n)
}

function square(value: bigint): bigint {
  return value * value
}
