import { shapeProblems, type Outcome } from './problems.js'
import { scoreInputBesideRows } from './score-input.js'
import { readTable, type ScoreTable } from './score-table.js'

/** In which criterion an application came nearest to those that were adopted, and in which it fell farthest behind. */
export interface Strength {
  application: string
  strongest: string
  weakest: string
}

/**
 * Compares each application's mean of every criterion, with its weight, with the mean of those that were adopted (of all,
 * where none was). Of equal differences the criterion that stands first is named. For the reasons of a decision.
 *
 * @param input as `score` reads it, with scores by criterion
 * @example
 * strengthsOf(input, ['A']) // → { ok: true, result: [{ application: 'B', strongest: 'need', weakest: 'effect' }, …] }
 */
export function strengthsOf(input: unknown, adopted: readonly string[]): Outcome<Strength[]> {
  const parsed = scoreInputBesideRows.safeParse(input)
  if (!parsed.success) return { ok: false, problems: shapeProblems(parsed.error, input) }
  const table = readTable(parsed.data)
  if (Array.isArray(table)) return { ok: false, problems: table }
  const all = table.applications.map((_, a) => a)
  const chosen = all.filter((a) => adopted.includes(table.applications[a]?.id ?? ''))
  const level = table.criteria.map((_, c) => meanOver(table, c, chosen.length > 0 ? chosen : all))
  return { ok: true, result: table.criteria.length === 0 ? [] : all.map((a) => strengthOf(table, a, level)) }
}

/** A mean as it is: a whole number over a count. */
interface Mean {
  sum: bigint
  count: bigint
}

function strengthOf(table: ScoreTable, application: number, level: readonly Mean[]): Strength {
  const behind = table.criteria.map(({ id }, c) => ({ id, ...difference(meanOver(table, c, [application]), level[c] ?? NONE) }))
  const less = (x: Mean, y: Mean): boolean => x.sum * y.count < y.sum * x.count
  const [first = { id: '', ...NONE }] = behind
  const strongest = behind.reduce((best, one) => (less(best, one) ? one : best), first)
  const weakest = behind.reduce((worst, one) => (less(one, worst) ? one : worst), first)
  return { application: table.applications[application]?.id ?? '', strongest: strongest.id, weakest: weakest.id }
}

const NONE: Mean = { sum: 0n, count: 1n }

function difference(a: Mean, b: Mean): Mean {
  return { sum: a.sum * b.count - b.sum * a.count, count: a.count * b.count }
}

function meanOver({ points }: ScoreTable, criterion: number, applications: readonly number[]): Mean {
  let [sum, count] = [0n, 0n]
  for (const application of applications)
    for (const value of points[criterion]?.[application] ?? []) {
      if (value === null) continue
      sum += value
      count++
    }
  return count === 0n ? NONE : { sum, count }
}
