import { language, type Language } from './texts.js'

const zone = 'Asia/Tokyo'
const DAY = 86_400_000

interface Parts { year: number; month: number; day: number; hour: number; minute: number; weekday: number }

const numeric = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
const era = new Intl.DateTimeFormat('ja-JP-u-ca-japanese', { timeZone: zone, era: 'long', year: 'numeric' })
const english = new Intl.DateTimeFormat('en-GB', { timeZone: zone, day: 'numeric', month: 'long', year: 'numeric' })
const englishShort = new Intl.DateTimeFormat('en-GB', { timeZone: zone, weekday: 'short', day: 'numeric', month: 'short' })
const WEEKDAYS = '日月火水木金土'

function partsOf(instant: Date): Parts {
  const found = Object.fromEntries(numeric.formatToParts(instant).map(({ type, value }) => [type, Number(value)]))
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0 } = found
  return { year, month, day, hour, minute, weekday: new Date(Date.UTC(year, month - 1, day)).getUTCDay() }
}

/** `2026年11月24日(令和8年・火)`, `24 November 2026`. */
export function longDate(instant: Date, lang: Language = language()): string {
  if (lang === 'en') return english.format(instant)
  const { year, month, day, weekday } = partsOf(instant)
  return `${year}年${month}月${day}日(${era.format(instant)}・${WEEKDAYS[weekday]})`
}

/** `6月23日(火)17時`, `Tue, 23 Jun, 17:00`; the year is left out where it is the one of `around`. */
export function dateTime(instant: Date, around: Date, lang: Language = language()): string {
  return `${shortDate(instant, around, lang)}${lang === 'en' ? ', ' : ''}${timeOfDay(instant, lang)}`
}

export function shortDate(instant: Date, around: Date, lang: Language = language()): string {
  const { year, month, day, weekday } = partsOf(instant), sameYear = year === partsOf(around).year
  if (lang === 'en') return `${englishShort.format(instant)}${sameYear ? '' : ` ${year}`}`
  return `${sameYear ? '' : `${year}年`}${month}月${day}日(${WEEKDAYS[weekday]})`
}

/** `17時`, `16時41分`; `17:00` in English. */
export function timeOfDay(instant: Date, lang: Language = language()): string {
  const { hour, minute } = partsOf(instant)
  if (lang === 'en') return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`
  return minute === 0 ? `${hour}時` : `${hour}時${String(minute).padStart(2, '0')}分`
}

/** `14:02`. */
export function clockTime(instant: Date): string {
  return timeOfDay(instant, 'en')
}

/** How many days of Tokyo's calendar lie between: 0 on the same day, negative when it has passed. */
export function daysUntil(instant: Date, now: Date): number {
  return dayNumber(instant) - dayNumber(now)
}

function dayNumber(instant: Date): number {
  const { year, month, day } = partsOf(instant)
  return Date.UTC(year, month - 1, day) / DAY
}

/** `令和8年11月24日` beside a date that is being typed, so that it can be checked against a document. */
export function eraDate(isoDate: string): string {
  const instant = new Date(`${isoDate}T12:00:00+09:00`)
  if (Number.isNaN(instant.getTime())) return ''
  const { month, day } = partsOf(instant)
  return `${era.format(instant)}${month}月${day}日`
}

const grouped = new Intl.NumberFormat('ja-JP')
export const number = (value: number): string => grouped.format(value)
/** `823,000円`, `¥823,000`. */
export const yen = (value: number, lang: Language = language()): string => lang === 'en' ? `¥${grouped.format(value)}` : `${grouped.format(value)}円`

const KB = 1_000
/** `412 KB`, `1.1 MB`. */
export function fileSize(bytes: number): string {
  if (bytes < KB * KB) return `${Math.max(1, Math.round(bytes / KB))} KB`
  return `${(bytes / KB / KB).toFixed(1)} MB`
}
