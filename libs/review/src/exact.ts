import Fraction from 'fraction.js'

/** `digits` × 10^−`places`, exactly as it was written. */
export interface Decimal {
  digits: bigint
  places: number
}

export type NotDecimal = 'notANumber' | 'notFinite' | 'fullWidthDigits' | 'tooLong'

const DECIMAL = /^(-?\d{1,15})(?:\.(\d{1,15}))?$/
const LONG_DECIMAL = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/

/** Reads a number that is meant exactly, or says why it is none. A double is taken by its decimal text: 0.1 is 1/10. */
export function readDecimal(value: unknown): Decimal | NotDecimal {
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) return { digits: BigInt(value), places: 0 }
    if (Number.isNaN(value)) return 'notANumber'
    return Number.isFinite(value) ? fromText(String(value)) : 'notFinite'
  }
  return typeof value === 'string' ? fromText(value) : 'notANumber'
}

function fromText(text: string): Decimal | NotDecimal {
  const [, whole, decimals = ''] = DECIMAL.exec(text) ?? []
  if (whole !== undefined) return { digits: BigInt(whole + decimals), places: decimals.length }
  if (text.length > 400) return 'notANumber'
  if (LONG_DECIMAL.test(text)) return Number.isFinite(Number(text)) ? 'tooLong' : 'notFinite'
  return DECIMAL.test(text.normalize('NFKC')) ? 'fullWidthDigits' : 'notANumber'
}

const QUOTIENT = /^(-?\d{1,30})\/([1-9]\d{0,29})$/

/** A decimal, or a fraction in text as a ranking gives it: `"137/1"`. */
export function readFraction(value: unknown): Fraction | NotDecimal {
  const [, numerator, denominator] = (typeof value === 'string' && QUOTIENT.exec(value)) || []
  if (numerator !== undefined && denominator !== undefined) return new Fraction(BigInt(numerator), BigInt(denominator))
  const decimal = readDecimal(value)
  return typeof decimal === 'string' ? decimal : fractionOf(decimal)
}

export function times(a: Decimal, b: Decimal): Decimal {
  return { digits: a.digits * b.digits, places: a.places + b.places }
}

/** The whole number of steps of 10^−`places` in a decimal that has no more places than that. */
export function inUnits({ digits, places }: Decimal, unitPlaces: number): bigint {
  return places === unitPlaces ? digits : digits * 10n ** BigInt(unitPlaces - places)
}

export const NOTHING: Decimal = { digits: 0n, places: 0 }

/** With as many places as the part that has most. */
export function sumOf(parts: readonly Decimal[]): Decimal {
  let places = 0
  for (const part of parts) if (part.places > places) places = part.places
  let digits = 0n
  for (const part of parts) digits += inUnits(part, places)
  return { digits, places }
}

export function fractionOf({ digits, places }: Decimal): Fraction {
  return new Fraction(digits, 10n ** BigInt(places))
}

/** Always with its denominator, in lowest terms: `137/1`, `-7/2`. */
export function reduced(value: Fraction): string {
  return `${value.s * value.n}/${value.d}`
}

export interface Rounding {
  digits: number
  mode: 'halfUp' | 'floor'
}

/** How many units of 10^−digits remain. `floor` goes down, `halfUp` takes a half up, both also below 0: −0.5 → 0. */
function roundedUnits(value: Fraction, { digits, mode }: Rounding): bigint {
  const scaled = value.s * value.n * 10n ** BigInt(digits)
  return mode === 'floor' ? floorDivide(scaled, value.d) : floorDivide(2n * scaled + value.d, 2n * value.d)
}

export function rounded(value: Fraction, rounding: Rounding): Fraction {
  return new Fraction(roundedUnits(value, rounding), 10n ** BigInt(rounding.digits))
}

/** The rounded value with exactly `digits` decimals, never "-0.00". */
export function display(value: Fraction, rounding: Rounding): string {
  const units = roundedUnits(value, rounding)
  const digits = String(units < 0n ? -units : units).padStart(rounding.digits + 1, '0')
  const point = digits.length - rounding.digits
  return `${units < 0n ? '-' : ''}${digits.slice(0, point)}${rounding.digits > 0 ? `.${digits.slice(point)}` : ''}`
}

function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b
  return a % b < 0n ? quotient - 1n : quotient
}

const DOUBLE_DIGITS = 30

/** The nearest double, also where numerator and denominator are beyond a double. */
export function toDouble(value: Fraction): number {
  return Number(`${(value.s * value.n * 10n ** BigInt(DOUBLE_DIGITS)) / value.d}e-${DOUBLE_DIGITS}`)
}

export function leastCommonMultiple(values: Iterable<bigint>): bigint {
  let multiple = 1n
  for (const value of values) if (multiple % value !== 0n) multiple = (multiple / greatestCommonDivisor(multiple, value)) * value
  return multiple
}

export function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, a % b]
  return a < 0n ? -a : a
}

/** ⌊√value⌋ for a value of 0 or more, by Newton's method from above. */
export function integerRoot(value: bigint): bigint {
  if (value < 2n) return value
  let root = 1n << BigInt(Math.ceil(value.toString(2).length / 2))
  for (;;) {
    const next = (root + value / root) >> 1n
    if (next >= root) return root
    root = next
  }
}
