import Fraction from 'fraction.js'
import type { MoneyCode } from './money-problem.js'

/** A share of the cost, exactly: as text (`2/3`, `0.5`, `50%`, `3分の2`), or a number for what binary holds, such as 0.5. */
export type RateLike = string | number

// At most 15 digits: exact, and no text can make the arithmetic slow.
const DIGITS = String.raw`\d{1,15}`
const QUOTIENT = new RegExp(`^(${DIGITS})/(${DIGITS})$`)
const JAPANESE_QUOTIENT = new RegExp(`^(${DIGITS})分の(${DIGITS})$`)
const DECIMAL = new RegExp(String.raw`^(${DIGITS})(?:\.(${DIGITS}))?(%)?$`)

/** The rate, or the code of what is wrong with it. */
export function readRate(value: unknown): Fraction | MoneyCode {
  if (value === undefined || value === null || value === '') return 'required'
  if (typeof value !== 'string' && typeof value !== 'number') return 'notARate'
  const rate = fraction(String(value).normalize('NFKC').trim().replace('⁄', '/'))
  if (rate === undefined) return 'notARate'
  return rate.gt(1) ? 'rateOutOfRange' : rate
}

function fraction(text: string): Fraction | undefined {
  const [, numerator, denominator] = QUOTIENT.exec(text) ?? []
  if (numerator !== undefined) return quotient(numerator, denominator)
  const [, below, above] = JAPANESE_QUOTIENT.exec(text) ?? []
  if (above !== undefined) return quotient(above, below)
  const [, whole, decimals = '', percent] = DECIMAL.exec(text) ?? []
  if (whole === undefined) return undefined
  return new Fraction(BigInt(whole + decimals), 10n ** BigInt(decimals.length) * (percent === undefined ? 1n : 100n))
}

function quotient(numerator: string, denominator = '0'): Fraction | undefined {
  const d = BigInt(denominator)
  return d === 0n ? undefined : new Fraction(BigInt(numerator), d)
}
