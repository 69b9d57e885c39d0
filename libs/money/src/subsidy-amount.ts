import type Fraction from 'fraction.js'
import { MoneyError, moneyProblem, type MoneyProblem } from './money-problem.js'
import { readRate, type RateLike } from './rate.js'
import { readYen, type Yen, type YenLike } from './yen.js'

/** What a subsidy's amount follows from. All amounts in yen, 0 or more. */
export interface SubsidyTerms {
  /** Eligible cost: estimated before, actual after. */
  cost: YenLike
  /** Share of the cost, from 0 to 1. */
  rate: RateLike
  /** The most that the programme gives. */
  cap?: YenLike | null
  /** The amount of the grant decision: what is settled can be less, never more. */
  decided?: YenLike | null
  /** Other income for the same cost. */
  income?: YenLike | null
  /** Cost × rate is rounded down to a multiple of this; ¥1,000 unless told. */
  floor?: YenLike | null
}

export type LimitName = 'decided' | 'cap' | 'rate' | 'balance'

/** One of the amounts of which the least is paid. */
export interface SubsidyLimit {
  /** `rate`: cost × rate rounded down; `balance`: cost − other income, not below 0. */
  by: LimitName
  yen: Yen
}

export interface SubsidyAmount {
  yen: Yen
  /** The limit that decided: the first of the least, in the order of `limits`. */
  by: LimitName
  /** All that applied: decided amount, cap, rate, balance. */
  limits: SubsidyLimit[]
}

export type AmountOutcome = { ok: true; result: SubsidyAmount } | { ok: false; problems: MoneyProblem[] }

const DEFAULT_UNIT = 1000

/**
 * The amount of a subsidy with what limited it, from values as a form or a command line gives them: the least of
 * decided amount, cap, cost × rate rounded down to the unit, and cost − other income; never below 0. Exact. Options that
 * are undefined or null do not apply. Every value that is wrong is a problem, none is guessed.
 *
 * @example
 * amount({ cost: '1,234,567円', rate: '2/3' }) // → { ok: true, result: { yen: 823000, by: 'rate', limits: [...] } }
 */
export function amount(terms: { [Name in keyof SubsidyTerms]?: unknown }): AmountOutcome {
  const problems: MoneyProblem[] = []
  const yen = (field: keyof SubsidyTerms, otherwise?: Yen): Yen | undefined => {
    const value = terms[field]
    if (value == null && field !== 'cost') return otherwise
    const read = readYen(value)
    if (typeof read === 'number') return read
    problems.push(moneyProblem(field, read))
    return undefined
  }
  const cost = yen('cost')
  const rate = readRate(terms.rate)
  if (typeof rate === 'string') problems.push(moneyProblem('rate', rate))
  const [cap, decided, income, unit] = [yen('cap'), yen('decided'), yen('income', 0), yen('floor', DEFAULT_UNIT)]
  if (unit === 0) problems.push(moneyProblem('floor', 'unitBelowOne'))
  if (problems.length > 0 || cost === undefined || typeof rate === 'string' || income === undefined || unit === undefined) return { ok: false, problems }
  return { ok: true, result: least(limitsOf({ cost, rate, cap, decided, income, unit })) }
}

/**
 * The amount of a subsidy in yen, as `amount` gives it, from terms that the caller vouches for.
 *
 * @throws MoneyError for the first value that is no amount or no rate
 * @example
 * subsidyAmount({ cost: 1_800_000, rate: '2/3', cap: 1_000_000 }) // → 1000000
 */
export function subsidyAmount(terms: SubsidyTerms): Yen {
  const outcome = amount(terms)
  if (outcome.ok) return outcome.result.yen
  const [first = moneyProblem('cost', 'required')] = outcome.problems
  throw new MoneyError(first)
}

interface ReadTerms {
  cost: Yen
  rate: Fraction
  cap: Yen | undefined
  decided: Yen | undefined
  income: Yen
  unit: Yen
}

function limitsOf({ cost, rate, cap, decided, income, unit }: ReadTerms): SubsidyLimit[] {
  return [
    ...(decided === undefined ? [] : [{ by: 'decided' as const, yen: decided }]),
    ...(cap === undefined ? [] : [{ by: 'cap' as const, yen: cap }]),
    { by: 'rate', yen: roundedDown(cost, rate, unit) },
    { by: 'balance', yen: Math.max(0, cost - income) },
  ]
}

/** Both cost and rate are 0 or more, so that bigint's division truncates downwards; the result is not above the cost. */
function roundedDown(cost: Yen, rate: Fraction, unit: Yen): Yen {
  const step = BigInt(unit)
  return Number(((BigInt(cost) * rate.n) / (rate.d * step)) * step)
}

function least(limits: SubsidyLimit[]): SubsidyAmount {
  const lowest = limits.reduce((a, b) => (b.yen < a.yen ? b : a))
  return { ...lowest, limits }
}
