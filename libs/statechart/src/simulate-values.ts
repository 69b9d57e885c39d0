import { addDuration, formatInstant, tokyoDate } from '@saitaku/calendar'
import { fieldsOf } from '@saitaku/forms'
import type { CompiledTransition } from './compile.js'
import type { ValueType } from './definition.js'
import type { Json, JsonObject } from './json.js'
import type { Reading, SimulatedCase } from './simulate-case.js'
import type { Chance } from './simulate-chance.js'

/** What a guard compares a value with: chance alone would never find an amount that fits. */
export interface Hints {
  numbers: number[]
  instants: number[]
  texts: string[]
}

const DAY = 86_400_000
export const NO_HINTS: Hints = { numbers: [], instants: [], texts: [] }

/** The values that the transition's guards read beside `event.<name>`, and the literals they hold. */
export function hintsFor(transition: CompiledTransition, name: string, reading: Reading): Hints {
  const hints: Hints = { numbers: [], instants: [], texts: [] }
  for (const { if: guard } of transition.guards)
    if (guard.reads.some(([root, read]) => root === 'event' && read === name)) addHints(hints, guard.source, guard.reads.filter((path) => !(path[0] === 'event' && path[1] === name)), reading)
  return hints
}

const LITERAL_NUMBER = /(?<![\w.])\d+(?![\w.])/g
const LITERAL_TEXT = /"([^"\\]*)"|'([^'\\]*)'/g
const INSTANT = /^\d{4}-\d\d-\d\d(T|$)/

export function addHints(hints: Hints, source: string, paths: readonly (readonly string[])[], reading: Reading): void {
  for (const path of paths) {
    const value = reading.at(path)
    if (typeof value === 'number') hints.numbers.push(value)
    else if (typeof value === 'string' && INSTANT.test(value)) hints.instants.push(new Date(value).getTime())
    else if (typeof value === 'string') hints.texts.push(value)
  }
  for (const [literal] of source.replace(LITERAL_TEXT, '""').matchAll(LITERAL_NUMBER)) hints.numbers.push(Number(literal))
  for (const [, double, single] of source.matchAll(LITERAL_TEXT)) hints.texts.push(double ?? single ?? '')
}

/** A whole number at, near or below something it is compared with. */
export function numberNear(chance: Chance, hints: readonly number[]): number | undefined {
  const positive = hints.filter((hint) => hint > 0)
  const bound = chance.happens(0.6) ? Math.min(...positive) : chance.pick(positive)
  if (bound === undefined || !Number.isFinite(bound)) return hints.length > 0 ? (chance.pick(hints) ?? 0) + chance.int(-1, 1) : undefined
  if (chance.happens(0.25)) return bound
  if (chance.happens(0.15)) return bound + chance.int(-1, 2)
  const below = bound * Math.sqrt(chance.next())
  return bound >= 10_000 ? Math.floor(below / 1000) * 1000 : Math.floor(below)
}

function instantNear(chance: Chance, hints: readonly number[], now: number): number {
  const bounds = [now, ...hints].sort((a, b) => a - b)
  const gap = chance.int(-1, bounds.length - 1)
  const from = gap < 0 ? (bounds[0] as number) - 20 * DAY : (bounds[gap] as number)
  const to = bounds[gap + 1] ?? from + 30 * DAY
  const at = from + (to - from) * chance.next()
  return Math.floor(at / 60_000) * 60_000
}

/** What somebody who knows the rules would enter, most of the time. */
export function syntheticValue(chance: Chance, type: ValueType, hints: Hints, now: number): Json {
  switch (type) {
    case 'string':
      return hints.texts.length > 0 && chance.happens(0.5) ? (chance.pick(hints.texts) ?? '') : `確認済み ${chance.int(1, 99)}`
    case 'int':
      return numberNear(chance, hints.numbers) ?? chance.int(1, 10)
    case 'yen':
      return numberNear(chance, hints.numbers) ?? chance.spread(10_000, 3_000_000)
    case 'bool':
      return chance.happens(0.7)
    case 'fraction':
      return `${chance.int(1, 3)}/${chance.int(3, 4)}`
    case 'timestamp':
      return formatInstant(new Date(hints.instants.length > 0 ? instantNear(chance, hints.instants, now) : now + chance.int(7, 60) * DAY))
    case 'date':
      return tokyoDate(new Date(hints.instants.length > 0 ? instantNear(chance, hints.instants, now) : now))
    case 'duration':
      return `P${chance.int(3, 30)}D`
    case 'strings':
      return Array.from({ length: chance.int(1, 3) }, (_, i) => `条件${i + 1}`)
    case 'remarks':
      return [{ text: '内容を確認してください' }]
    case 'outcomes':
      return {}
  }
}

/** Everything that an event must or may carry, but for the outcomes of children, which only the run knows. */
export function syntheticData(chance: Chance, one: SimulatedCase, transition: CompiledTransition, reading: Reading, now: number): JsonObject {
  const data: JsonObject = {}
  for (const [name, { type, optional }] of Object.entries(transition.data)) {
    if (name === 'note' || type === 'outcomes' || (optional && chance.happens(0.3))) continue
    data[name] = type === 'remarks' ? remarks(chance, one) : syntheticValue(chance, type, hintsFor(transition, name, reading), now)
  }
  for (const path of transition.source.requires ?? []) if (!path.startsWith('form.')) require(data, path.split('.'))
  return data
}

/** A required path that nothing gives a type: what is ticked off in a list, a document that must be there. */
function require(data: JsonObject, path: readonly string[]): void {
  const [name, ...rest] = path
  if (name === undefined) return
  if (rest.length === 0) data[name] ??= '確認済み'
  else {
    const inner = data[name]
    const object = inner !== null && typeof inner === 'object' && !Array.isArray(inner) ? inner : {}
    data[name] = object
    require(object, rest)
  }
}

function remarks(chance: Chance, one: SimulatedCase): Json {
  const name = one.plan.chart.chart.form
  const form = name === undefined ? undefined : one.plan.chart.definition.forms[name]
  const fields = form ? fieldsOf(form) : []
  return Array.from({ length: chance.int(1, 3) }, (): Json => {
    const field = chance.pick(fields)
    return { ...(field ? { field: field.id } : {}), text: '内容を確認してください' }
  })
}

/** Attributes of a new case; instants follow each other in the order of the file, weeks apart. */
export function givenAttributes(chance: Chance, given: readonly { name: string; type: ValueType }[], now: number, shuffled: boolean): JsonObject {
  const attributes: JsonObject = {}
  const order = shuffled ? [...given].map((item) => ({ item, key: chance.next() })).sort((a, b) => a.key - b.key).map(({ item }) => item) : given
  let at = now
  for (const { name, type } of order) {
    if (type === 'timestamp' || type === 'date') {
      at += chance.int(20, 60) * DAY
      const day = tokyoDate(new Date(at))
      attributes[name] = type === 'date' ? day : addDuration(new Date(`${day}T00:00:00+09:00`), 'PT17H').toISOString()
    } else if (type === 'yen') attributes[name] = chance.int(2, 20) * 1_000_000
    else if (type !== 'outcomes' && type !== 'remarks') attributes[name] = syntheticValue(chance, type, NO_HINTS, now)
  }
  return attributes
}
