import type { FieldType } from './field-types.js'
import type { Json } from './problems.js'

/** What an expression works on. */
export type CelValue = bigint | string | boolean | Date | CelValue[] | { [key: string]: CelValue } | null | number

/**
 * Turns a value of `evaluateForm` into what CEL computes with: integers become `bigint`, a date the instant
 * at which it begins in Tokyo. Dates inside of a table's rows stay text (`YYYY-MM-DD`, which compares well).
 *
 * @example
 * toCel('timestamp', '2024-03-31') // → the Date of 2024-03-30T15:00:00Z
 */
export function toCel(type: FieldType['type'], value: Json): CelValue {
  if (type === 'timestamp' && typeof value === 'string') return new Date(`${value}T00:00:00+09:00`)
  return withBigInts(value)
}

function withBigInts(value: Json): CelValue {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value
  if (Array.isArray(value)) return value.map(withBigInts)
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withBigInts(part)]))
  return value
}
