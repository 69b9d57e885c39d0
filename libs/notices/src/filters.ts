import { formatEnglishDate, formatJapaneseDate, formatInstant, tokyoInstant } from '@saitaku/calendar'
import { printed } from './printed.js'

/** A day's end as the text that names its day: instants say 00:00 of the next, readers expect 24:00 of the last. */
const DAY_END = /^(\d{4}-\d{2}-\d{2})T24:00$/

/** What the office's templates may pipe a value through. Each gives '' for a value that is not set. */
export const FILTERS: Record<string, (value: unknown) => string> = {
  date_ja: (value) => onDay(value, (day) => formatJapaneseDate(day)),
  datetime_ja: (value) => onDay(value, (day, time) => `${formatJapaneseDate(day)}${time}`),
  era_date: (value) => onDay(value, (day) => formatJapaneseDate(day, 'era')),
  date_en: (value) => onDay(value, formatEnglishDate),
  datetime_en: (value) => onDay(value, (day, time) => `${formatEnglishDate(day)}${time === '' ? '' : `, ${time}`}`),
  yen: (value) => onYen(value, (digits) => `${digits}円`),
  yen_en: (value) => onYen(value, (digits) => `¥${digits}`),
}

/** Writes an instant that ends a day as that day's 24:00, which the date filters understand. */
export function asDayEnd(instant: string): string {
  const text = formatInstant(tokyoInstant(instant))
  if (!text.includes('T00:00:00+')) return text
  const dayBefore = formatInstant(new Date(tokyoInstant(instant).getTime() - 1)).slice(0, 10)
  return `${dayBefore}T24:00`
}

function onDay(value: unknown, format: (day: string, time: string) => string): string {
  const text = value instanceof Date ? formatInstant(value) : printed(value)
  if (text === '') return ''
  const end = DAY_END.exec(text)
  if (end?.[1]) return format(end[1], '24:00')
  const instant = formatInstant(tokyoInstant(text))
  return format(instant.slice(0, 10), /^\d{4}-\d{2}-\d{2}$/.test(text) ? '' : instant.slice(11, 16))
}

function onYen(value: unknown, format: (digits: string) => string): string {
  const text = printed(value)
  if (text === '') return ''
  if (!/^-?\d+$/.test(text)) throw new RangeError(`${JSON.stringify(text)} is not an amount in whole yen`)
  return format(text.replace(/\B(?=(\d{3})+$)/g, ','))
}
