import { MoneyError, moneyProblem, type MoneyCode, type MoneyProblem } from './money-problem.js'

/** Whole yen, within ±(2^53 − 1), which is far above any city's budget and exact in JSON and in a double. */
export type Yen = number

/** An amount as a caller may hold it: whole yen as a number or bigint, or text as people write it. */
export type YenLike = number | bigint | string

const MAX_YEN = BigInt(Number.MAX_SAFE_INTEGER)
const MAX_TYPED_LENGTH = 64
const WHOLE = /^(-)?(\d+|\d{1,3}(?:,\d{3})+)$/
const WITH_POINT = /^-?\d[\d,]*\.\d+$/

/** The amount, or the code of what is wrong with it. Nothing is rounded. */
export function readYen(value: unknown): Yen | MoneyCode {
  if (value === undefined || value === null) return 'required'
  if (typeof value === 'bigint') return within(value)
  if (typeof value === 'number') return fromNumber(value)
  return typeof value === 'string' ? fromText(value) : 'notAnAmount'
}

function fromNumber(value: number): Yen | MoneyCode {
  if (Number.isNaN(value)) return 'notAnAmount'
  if (value < 0) return 'negative'
  if (!Number.isFinite(value)) return 'tooLarge'
  return Number.isInteger(value) ? within(BigInt(value)) : 'fractionOfYen'
}

function fromText(text: string): Yen | MoneyCode {
  if (text.length > MAX_TYPED_LENGTH) return 'notAnAmount'
  const typed = text.normalize('NFKC').trim().replace(/^([▲△−])/, '-').replace(/円$/, '').trimEnd().replace(/^(-?)¥\s*/, '$1')
  if (typed === '') return 'required'
  if (WITH_POINT.test(typed)) return 'fractionOfYen'
  return WHOLE.test(typed) ? within(BigInt(typed.replaceAll(',', ''))) : 'notAnAmount'
}

function within(value: bigint): Yen | MoneyCode {
  if (value < 0n) return 'negative'
  return value > MAX_YEN ? 'tooLarge' : Number(value)
}

export type YenReading = { ok: true; yen: Yen } | { ok: false; problem: MoneyProblem }

/**
 * Reads an amount as people type it: full-width digits, thousands separators, ¥ or 円. A fraction of a yen, a
 * negative amount (`-`, `▲`) and anything else is a problem with its sentence; `field` names the value in it.
 *
 * @example
 * parseYen('１，２３４，５６７円') // → { ok: true, yen: 1234567 }
 */
export function parseYen(text: string, field = 'amount'): YenReading {
  const yen = readYen(text)
  return typeof yen === 'number' ? { ok: true, yen } : { ok: false, problem: moneyProblem(field, yen) }
}

/**
 * An amount that must be one.
 *
 * @throws MoneyError naming `field`, for NaN, Infinity, a negative amount, a fraction of a yen, or more than 2^53 − 1
 * @example
 * yenOf(1_000_000n, 'cap') // → 1000000
 */
export function yenOf(value: YenLike, field: string): Yen {
  const yen = readYen(value)
  if (typeof yen === 'number') return yen
  throw new MoneyError(moneyProblem(field, yen))
}

/**
 * Writes whole yen with separators, as tables (`plain`), letters (`kanji`, the default) or English pages (`mark`) have
 * them. A negative amount, such as a difference, keeps its minus before everything.
 *
 * @throws MoneyError if `yen` is not a safe integer
 * @example
 * formatYen(823000) // → '823,000円'
 */
export function formatYen(yen: Yen, style: 'kanji' | 'mark' | 'plain' = 'kanji'): string {
  const amount = yenOf(Math.abs(yen), 'yen')
  const sign = yen < 0 ? '-' : ''
  const digits = String(amount).replace(/\B(?=(\d{3})+$)/g, ',')
  if (style === 'mark') return `${sign}¥${digits}`
  return style === 'kanji' ? `${sign}${digits}円` : `${sign}${digits}`
}
