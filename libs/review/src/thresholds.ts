import Fraction from 'fraction.js'
import { fractionOf, readDecimal, reduced } from './exact.js'
import { problem, type Path, type Problem } from './problems.js'
import type { Method } from './rubric.js'
import type { ReadScoreInput } from './score-input.js'
import type { TableCriterion } from './scale.js'
import type { ScoreTable } from './score-table.js'
import { pointsFigure, scoredCount } from './standings.js'

type Op = '<' | '<='

/** The threshold as it was given, or the knock-out of a criterion. */
export type BrokenRule =
  | { scope: 'total' | 'reviewer'; op: Op; value: number | string }
  | { scope: 'criterion'; criterion: string; op: Op; value: number | string }
  | { scope: 'knockOut'; criterion: string; op: Op; value: number | string; by: 'any' | 'majority' | 'mean' }

export interface Rejected {
  application: string
  /** The first that it fell under; knock-outs come after the thresholds. */
  threshold: BrokenRule
  /** What was compared: the total, the mean of the criterion (with the weight), or the lowest reviewer's total. */
  figure: string
  /** For a reviewer's threshold, and a knock-out by any reviewer: the first who gave that figure. */
  reviewer?: string
}

type Verdict = Pick<Rejected, 'figure' | 'reviewer'> | null
type Rule = { broken: BrokenRule; judge: (application: number) => Verdict }

/**
 * Which applications a threshold or a knock-out rejects, always on unrounded figures.
 *
 * @param method the one that applies, for a threshold on the total: the sum, the trimmed mean, or else the mean
 */
export function rejections(table: ScoreTable, input: Pick<ReadScoreInput, 'thresholds' | 'criteria' | 'method'>, method: Method): Map<number, Rejected> | Problem[] {
  const lacking = lackingCriteria(table, input)
  const sums = input.method === 'sum' && method !== 'sum' ? input.thresholds.flatMap((t, i) => (t.scope === 'total' ? [problem(['thresholds', i], 'sumThreshold')] : [])) : []
  if (lacking.length + sums.length > 0) return [...sums, ...lacking]
  const rules = [...input.thresholds.map((threshold) => thresholdRule(table, threshold, method)), ...knockOutRules(table)]
  const rejected = new Map<number, Rejected>()
  table.applications.forEach(({ id }, application) => {
    for (const { broken, judge } of rules) {
      const verdict = judge(application)
      if (verdict === null) continue
      rejected.set(application, { application: id, threshold: broken, ...verdict })
      return
    }
  })
  return rejected
}

function thresholdRule(table: ScoreTable, threshold: ReadScoreInput['thresholds'][number], method: Method): Rule {
  const { op } = threshold
  const value = unsignedZero(threshold.value)
  const limit = limitOf(value)
  if (threshold.scope === 'criterion') {
    const { criterion } = threshold
    const index = table.criteria.findIndex((c) => c.id === criterion)
    return { broken: { scope: 'criterion', criterion, op, value }, judge: (a) => verdict(criterionMean(table, index, a), op, limit) }
  }
  const { scope } = threshold
  const figure = method === 'sum' || method === 'trimmedMean' ? method : 'mean'
  return { broken: { scope, op, value }, judge: scope === 'total' ? (a) => verdict(pointsFigure(figure, table, a), op, limit) : (a) => lowestVerdict(table, a, op, limit) }
}

function knockOutRules(table: ScoreTable): Rule[] {
  return table.criteria.flatMap(({ id, weight, knockOut }, index): Rule[] => {
    if (knockOut === undefined) return []
    const limit = fractionOf(knockOut.value).mul(fractionOf(weight))
    const broken: BrokenRule = { scope: 'knockOut', criterion: id, op: knockOut.op, value: unsignedZero(knockOut.given), by: knockOut.by }
    return [{ broken, judge: (application) => knockOutVerdict(table, index, application, knockOut, limit) }]
  })
}

function knockOutVerdict(table: ScoreTable, criterion: number, application: number, { op, by }: NonNullable<TableCriterion['knockOut']>, limit: Fraction): Verdict {
  const mean = criterionMean(table, criterion, application)
  if (by === 'mean') return verdict(mean, op, limit)
  const points = table.points[criterion]?.[application] ?? []
  const under = points.flatMap((value, reviewer) => (value !== null && breaks(new Fraction(value, table.unit), op, limit) ? [{ value, reviewer }] : []))
  const [first] = under
  if (first === undefined) return null
  if (by === 'majority') return 2 * under.length > scoredCount(points) ? { figure: reduced(mean) } : null
  return { figure: reduced(new Fraction(first.value, table.unit)), reviewer: table.reviewers[first.reviewer] ?? '' }
}

function lowestVerdict(table: ScoreTable, application: number, op: Op, limit: Fraction): Verdict {
  const totals = table.totals[application] ?? []
  const lowest = totals.reduce((a, b) => (a === null || (b !== null && b < a) ? b : a), null)
  if (lowest === null) return null
  const found = verdict(new Fraction(lowest, table.unit), op, limit)
  return found && { ...found, reviewer: table.reviewers[totals.indexOf(lowest)] ?? '' }
}

function verdict(figure: Fraction, op: Op, limit: Fraction): Verdict {
  return breaks(figure, op, limit) ? { figure: reduced(figure) } : null
}

function breaks(figure: Fraction, op: Op, limit: Fraction): boolean {
  return op === '<' ? figure.lt(limit) : figure.lte(limit)
}

/** JSON would lose the sign of −0, and the stored result would not be the computed one. */
function unsignedZero(value: number | string): number | string {
  return value === 0 ? 0 : value
}

/** Thresholds were read before, so that this reads. */
function limitOf(value: number | string): Fraction {
  const read = readDecimal(value)
  return typeof read === 'string' ? new Fraction(0) : fractionOf(read)
}

/** The mean over its reviewers, with the weight. */
export function criterionMean({ points, unit }: ScoreTable, criterion: number, application: number): Fraction {
  const given = (points[criterion]?.[application] ?? []).filter((value) => value !== null)
  return new Fraction(given.reduce((a, b) => a + b, 0n), unit * BigInt(Math.max(1, given.length)))
}

function lackingCriteria(table: ScoreTable, { thresholds, criteria }: Pick<ReadScoreInput, 'thresholds' | 'criteria'>): Problem[] {
  const read: { criterion: string; path: Path }[] = [
    ...thresholds.flatMap((t, i) => (t.scope === 'criterion' ? [{ criterion: t.criterion, path: ['thresholds', i, 'criterion'] }] : [])),
    ...criteria.flatMap((c, i) => (c.knockOut === undefined ? [] : [{ criterion: c.id, path: ['criteria', i, 'knockOut'] }])),
  ]
  return read.flatMap(({ criterion, path }) => totalsOnly(table, criterion, table.applications.map((_, a) => a), path))
}

/** A problem for each score that is a total alone, where the criterion is needed. */
export function totalsOnly(table: ScoreTable, criterion: string, applications: readonly number[], path: Path): Problem[] {
  const points = table.points[table.criteria.findIndex((c) => c.id === criterion)]
  return applications.flatMap((application) =>
    (table.totals[application] ?? []).flatMap((total, reviewer) =>
      total === null || points?.[application]?.[reviewer] != null ? [] : [problem(path, 'needsCriteria', { criterion, reviewer: table.reviewers[reviewer] ?? '', application: table.applications[application]?.id ?? '' })],
    ),
  )
}
