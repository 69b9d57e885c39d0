import { isDuration, parseDate, tokyoInstant } from '@saitaku/calendar'
import { holdsUnstorable, Rational, type CompiledChart, type Json, type JsonObject, type ValueType } from '@saitaku/statechart'

type Sentence = { ja: string; en: string }
export interface AttributeProblem {
  name: string
  message: Sentence
}

/** The longest text of an attribute, in characters; as for an event's data. */
const MAX_TEXT = 20_000

/** Checks what a case is begun with against the attributes that its chart declares. `params` may override the programme's numbers. */
export function checkAttributes(chart: CompiledChart, attributes: JsonObject): AttributeProblem[] {
  return Object.entries(attributes).flatMap(([name, value]): AttributeProblem[] => {
    const type = name === 'params' ? 'params' : chart.chart.attributes?.[name]?.type
    if (type === undefined) return [{ name, message: { ja: 'この様式にない項目です', en: `chart ${chart.name} has no such attribute` } }]
    if (holdsUnstorable(value)) return [{ name, message: { ja: '保存できない文字が含まれています', en: 'it holds characters that cannot be stored' } }]
    if (type === 'params') return overrides(chart, value)
    return reads(type, value) ? [] : [{ name, message: { ja: '値の形が正しくありません', en: `it is not of type ${type}` } }]
  })
}

function overrides(chart: CompiledChart, value: Json): AttributeProblem[] {
  if (!isObject(value)) return [{ name: 'params', message: { ja: '値の形が正しくありません', en: 'it is not an object' } }]
  return Object.entries(value).flatMap(([name, given]) => {
    const declared = chart.definition.params[name]
    if (!declared) return [{ name: `params/${name}`, message: { ja: 'この制度にない数値です', en: 'the programme has no such parameter' } }]
    return reads(declared.type, given) ? [] : [{ name: `params/${name}`, message: { ja: '値の形が正しくありません', en: `it is not of type ${declared.type}` } }]
  })
}

function reads(type: ValueType, value: Json): boolean {
  switch (type) {
    case 'int':
    case 'yen':
      return Number.isSafeInteger(value)
    case 'bool':
      return typeof value === 'boolean'
    case 'strings':
      return Array.isArray(value) && value.every(isText)
    case 'remarks':
      return Array.isArray(value) && value.every((item) => isObject(item) && typeof item.text === 'string')
    case 'outcomes':
      return isObject(value) && Object.values(value).every((item) => isObject(item) && typeof item.event === 'string')
    case 'string':
      return isText(value)
    case 'fraction':
      return isText(value) && accepted(() => Rational.parse(value) !== undefined)
    case 'timestamp':
      return isText(value) && accepted(() => !Number.isNaN(tokyoInstant(value).getTime()))
    case 'date':
      return isText(value) && /^\d{4}-\d\d-\d\d$/.test(value) && parseDate(value).ok
    case 'duration':
      return isText(value) && isDuration(value)
  }
}

const isText = (value: Json): value is string => typeof value === 'string' && value.length <= MAX_TEXT
const isObject = (value: Json): value is JsonObject => value !== null && typeof value === 'object' && !Array.isArray(value)

function accepted(check: () => boolean): boolean {
  try {
    return check()
  } catch {
    return false
  }
}
