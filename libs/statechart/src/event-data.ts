import { parseDate, tokyoInstant, isDuration } from '@saitaku/calendar'
import type { ValueType } from './definition.js'
import { atPath, type Json, type JsonObject } from './json.js'
import { Rational } from './rational.js'

type Message = { ja: string; en: string }
export interface DataProblem {
  path: string
  message: Message
}

const MAX_TEXT = 20_000

/** NUL cannot be stored and half a surrogate pair is no text; both come from broken clients. */
 
const UNSTORABLE = /\u0000|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/

const isText = (value: Json): boolean => typeof value === 'string' && value.length <= MAX_TEXT
const isInstant = (value: Json): boolean => {
  if (typeof value !== 'string') return false
  try {
    return !Number.isNaN(tokyoInstant(value).getTime())
  } catch {
    return false
  }
}
const isFraction = (value: Json): boolean => {
  try {
    return typeof value === 'string' && Rational.parse(value) !== undefined
  } catch {
    return false
  }
}
const isObject = (value: Json): value is JsonObject => value !== null && typeof value === 'object' && !Array.isArray(value)

const READABLE: Record<ValueType, { accepts: (value: Json) => boolean; wanted: Message }> = {
  string: { accepts: isText, wanted: { ja: '文字で入力してください', en: 'give a text' } },
  int: { accepts: (v) => Number.isSafeInteger(v), wanted: { ja: '整数で入力してください', en: 'give a whole number' } },
  yen: { accepts: (v) => Number.isSafeInteger(v), wanted: { ja: '円単位の整数で入力してください', en: 'give whole yen' } },
  bool: { accepts: (v) => typeof v === 'boolean', wanted: { ja: 'はい・いいえで答えてください', en: 'give true or false' } },
  fraction: { accepts: isFraction, wanted: { ja: '「2/3」のような分数で入力してください', en: 'give a fraction such as "2/3"' } },
  timestamp: { accepts: isInstant, wanted: { ja: '日時を「2026-06-23T17:00」の形で入力してください', en: 'give an instant such as 2026-06-23T17:00' } },
  date: { accepts: (v) => typeof v === 'string' && parseDate(v).ok && /^\d{4}-\d\d-\d\d$/.test(v), wanted: { ja: '日付を「2026-06-23」の形で入力してください', en: 'give a date such as 2026-06-23' } },
  duration: { accepts: (v) => typeof v === 'string' && isDuration(v), wanted: { ja: '期間を「P10D」の形で入力してください', en: 'give a duration such as P10D' } },
  strings: { accepts: (v) => Array.isArray(v) && v.every(isText), wanted: { ja: '文字の一覧で入力してください', en: 'give a list of texts' } },
  remarks: {
    accepts: (v) => Array.isArray(v) && v.every((item) => isObject(item) && typeof item.text === 'string' && item.text.trim() !== '' && (item.field === undefined || typeof item.field === 'string')),
    wanted: { ja: '指摘を「項目」と「内容」の一覧で入力してください', en: 'give a list of remarks, each with a field and a text' },
  },
  outcomes: {
    accepts: (v) => isObject(v) && Object.values(v).every((item) => isObject(item) && typeof item.event === 'string' && (item.data === undefined || isObject(item.data))),
    wanted: { ja: '申請ごとの結果を入力してください', en: 'give an event for each application' },
  },
}

/** Whether a value, or what is missing, counts as given. Blank text and empty lists do not. */
export function isGiven(value: Json | undefined): boolean {
  if (value === undefined || value === null) return false
  if (typeof value === 'string') return value.trim() !== ''
  if (Array.isArray(value)) return value.length > 0
  return typeof value !== 'object' || Object.keys(value).length > 0
}

/** Checks what came with an event against what the event takes: known names, readable values, storable text. */
export function checkData(data: JsonObject, types: Record<string, { type: ValueType; optional: boolean }>, requires: readonly string[]): DataProblem[] {
  const allowed = new Set([...Object.keys(types), ...requires.map((path) => path.split('.')[0] as string)])
  const problems: DataProblem[] = []
  for (const [name, value] of Object.entries(data)) {
    if (!allowed.has(name)) problems.push({ path: `/${name}`, message: { ja: 'この操作では使わない項目です', en: 'this event does not take it' } })
    else if (holdsUnstorable(value)) problems.push({ path: `/${name}`, message: { ja: '保存できない文字が含まれています', en: 'it holds characters that cannot be stored' } })
    else {
      const readable = types[name] ? READABLE[types[name].type] : undefined
      if (readable && value !== null && !readable.accepts(value)) problems.push({ path: `/${name}`, message: readable.wanted })
    }
  }
  for (const [name, { optional }] of Object.entries(types))
    if (!optional && !requires.includes(name) && !isGiven(data[name])) problems.push({ path: `/${name}`, message: { ja: '入力が必要です', en: 'it is required' } })
  return problems
}

/** Which of the required paths are not given. `form.<name>` is asked of the facts, not of the data. */
export function missingRequirements(data: JsonObject, requires: readonly string[], formComplete: (name: string) => boolean): string[] {
  return requires.filter((path) => {
    const keys = path.split('.')
    return keys[0] === 'form' && keys[1] !== undefined ? !formComplete(keys[1]) : !isGiven(atPath(data, keys))
  })
}

/** Whether some text inside cannot be stored: NUL, or half of a surrogate pair. Keys count too. */
export function holdsUnstorable(value: Json): boolean {
  if (typeof value === 'string') return UNSTORABLE.test(value)
  if (Array.isArray(value)) return value.some(holdsUnstorable)
  if (value !== null && typeof value === 'object') return Object.entries(value).some(([key, item]) => UNSTORABLE.test(key) || holdsUnstorable(item))
  return false
}
