import { parseDate } from '@saitaku/calendar'

export interface DateParts { year: string; month: string; day: string }

const STORED = /^([^-]*)-([^-]*)-([^-]*)$/
const plain = (text: string): string => text.normalize('NFKC').trim()

/** The three boxes of what was saved, finished or not. */
export function partsOfDate(saved: unknown): DateParts {
  const [, year = '', month = '', day = ''] = STORED.exec(typeof saved === 'string' ? saved : '') ?? []
  return { year, month: month.replace(/^0(?=\d)/, ''), day: day.replace(/^0(?=\d)/, '') }
}

/**
 * The answer for what stands in the three boxes: `YYYY-MM-DD` for a day of the calendar, also where the year is 令和8,
 * R8 or in full width; what is no day yet is kept as it was typed; undefined where all are empty.
 */
export function dateFromParts({ year, month, day }: DateParts): string | undefined {
  if ([year, month, day].every((part) => part.trim() === '')) return undefined
  const parsed = parseDate(`${plain(year).replace(/年$/, '')}年${plain(month).replace(/月$/, '')}月${plain(day).replace(/日$/, '')}日`)
  return parsed.ok ? parsed.date : `${year}-${month}-${day}`
}

/** A whole date that was pasted into one box. */
export function partsOfPasted(text: string): DateParts | undefined {
  const parsed = parseDate(text)
  return parsed.ok ? partsOfDate(parsed.date) : undefined
}
