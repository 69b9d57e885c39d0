import { MAX_INT } from './limits.js'
import type { Label } from './identifier.js'
import type { ProblemCode } from './problems.js'

const MAX_TYPED_LENGTH = 64
const DIGITS = /^[+-]?(\d+|\d{1,3}(,\d{3})+)$/

/** How amounts are written: what may stand before or after the digits. */
export interface NumberStyle {
  yen?: boolean
  unit?: Label
}

/**
 * Reads a whole number as people type it: full-width digits, thousands separators, ¥ and 円, a field's unit,
 * minus as `-`, `−`, `▲` or `△`. Nothing is rounded.
 *
 * @returns the integer, within ±(2^53 − 1), or the code of the problem; `undefined` for nothing typed
 * @example
 * readInt('１，２３４，５６７円', { yen: true }) // → 1234567
 */
export function readInt(raw: unknown, style: NumberStyle = {}): number | ProblemCode | undefined {
  if (typeof raw === 'number') return whole(raw)
  if (typeof raw !== 'string') return 'notANumber'
  if (raw.length > MAX_TYPED_LENGTH) return 'notANumber'
  const typed = bare(raw.normalize('NFKC').trim().replace(/[−▲△]/, '-'), style)
  if (typed === '') return undefined
  if (/^[+-]?\d[\d,]*\.\d+$/.test(typed)) return 'notWhole'
  return DIGITS.test(typed) ? whole(Number(typed.replaceAll(',', ''))) : 'notANumber'
}

function whole(value: number): number | ProblemCode {
  if (Number.isNaN(value)) return 'notANumber'
  if (Math.abs(value) > MAX_INT) return 'outOfRange'
  if (!Number.isInteger(value)) return 'notWhole'
  return value === 0 ? 0 : value // never -0, which JSON would lose
}

function bare(typed: string, style: NumberStyle): string {
  const suffixes = [...(style.yen ? ['円'] : []), ...(style.unit ? [style.unit.ja, style.unit.en] : [])].map((s) => s.normalize('NFKC').trim())
  const suffix = suffixes.find((s) => s !== '' && typed.endsWith(s) && typed.length > s.length)
  const digits = suffix === undefined ? typed : typed.slice(0, -suffix.length).trimEnd()
  return style.yen ? digits.replace(/^([+-]?)¥\s*/, '$1').replace(/^¥\s*/, '') : digits
}
