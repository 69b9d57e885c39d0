import { tokyoInstant } from './instant.js';
import { civilDate, dayOfInstant, isoDate, quoted, type CivilDate } from './tokyo-day.js';

/** A Japanese era with the days this library counts in it, both included, as ISO dates. */
export interface Era {
  name: string;
  letter: string;
  /** The Gregorian year of its first year (元年). */
  firstYear: number;
  from: string;
  /** Undefined for the present era. */
  until: string | undefined;
}

/**
 * Newest first. The day of a change belongs to the new era alone: the edicts of 1912 and 1926 renamed the
 * day itself (so 1926-12-25 is 昭和元年), those of 1989 and 2019 began with the next.
 *
 * 明治 starts here with 明治6年1月1日, when Japan adopted the Gregorian calendar. An earlier era date names
 * a day of the lunisolar calendar, up to two months away from the Gregorian day of the same numbers;
 * reading or writing it as Gregorian would be silently wrong.
 */
export const ERAS: readonly Era[] = [
  { name: '令和', letter: 'R', firstYear: 2019, from: '2019-05-01', until: undefined },
  { name: '平成', letter: 'H', firstYear: 1989, from: '1989-01-08', until: '2019-04-30' },
  { name: '昭和', letter: 'S', firstYear: 1926, from: '1926-12-25', until: '1989-01-07' },
  { name: '大正', letter: 'T', firstYear: 1912, from: '1912-07-30', until: '1926-12-24' },
  { name: '明治', letter: 'M', firstYear: 1868, from: '1873-01-01', until: '1912-07-29' },
];

export interface EraYear {
  /** 令和 */
  era: string;
  /** R */
  letter: string;
  /** 1 for 元年. */
  year: number;
  /** 令和元年, 令和8年 */
  label: string;
}

const ENGLISH_MONTHS = [
  'January', 'February', 'March', 'April', 'May', 'June',
  'July', 'August', 'September', 'October', 'November', 'December',
] as const;

/**
 * The era and its year of a date, or of an instant's date in Tokyo.
 *
 * @param instantOrIsoDate a `Date`, an ISO date, or any other text that `tokyoInstant` reads.
 * @throws RangeError before 1873-01-01 (see `ERAS`) and for what is no date.
 * @example eraYear('2019-05-01') // { era: "令和", letter: "R", year: 1, label: "令和元年" }
 */
export function eraYear(instantOrIsoDate: Date | string): EraYear {
  const day = dayOf(instantOrIsoDate);
  const found = eraOf(day);
  if (found) return found;
  throw new RangeError(`${quoted(isoDate(day))} has no era date: eras are counted from 1873-01-01 on.`);
}

/**
 * A date as Japanese readers expect it: `web` 2026年11月24日(令和8年), `era` 令和8年11月24日, `short` R8.11.24.
 * Before 1873-01-01, where there is no era date, the Gregorian date stands alone (1871年4月1日, 1871.4.1).
 * `parseDate` reads all three back.
 *
 * @param instantOrIsoDate a `Date`, an ISO date, or any other text that `tokyoInstant` reads.
 * @throws RangeError for what is no date.
 * @example formatJapaneseDate('2019-05-01', 'era') // "令和元年5月1日"
 */
export function formatJapaneseDate(instantOrIsoDate: Date | string, style: 'web' | 'era' | 'short' = 'web'): string {
  const day = dayOf(instantOrIsoDate);
  const date = civilDate(day);
  const era = eraOf(day);
  if (style === 'short') return `${era ? era.letter + era.year : date.year}.${date.month}.${date.day}`;
  const gregorian = `${date.year}年${monthAndDay(date)}`;
  if (!era) return gregorian;
  return style === 'era' ? `${era.label}${monthAndDay(date)}` : `${gregorian}(${era.label})`;
}

/**
 * A date for English readers.
 *
 * @param instantOrIsoDate a `Date`, an ISO date, or any other text that `tokyoInstant` reads.
 * @throws RangeError for what is no date.
 * @example formatEnglishDate('2026-11-24') // "24 November 2026"
 */
export function formatEnglishDate(instantOrIsoDate: Date | string): string {
  const { year, month, day } = civilDate(dayOf(instantOrIsoDate));
  return `${day} ${ENGLISH_MONTHS[month - 1]} ${year}`;
}

/** Whether an ISO date is one of the era's days. ISO dates of four-digit years compare as texts. */
export function isInEra(era: Era, date: string): boolean {
  return date >= era.from && (era.until === undefined || date <= era.until);
}

function eraOf(day: number): EraYear | undefined {
  const date = isoDate(day);
  const era = ERAS.find((candidate) => isInEra(candidate, date));
  if (!era) return undefined;
  const year = civilDate(day).year - era.firstYear + 1;
  return { era: era.name, letter: era.letter, year, label: `${era.name}${year === 1 ? '元' : year}年` };
}

function dayOf(instantOrIsoDate: Date | string): number {
  return dayOfInstant(typeof instantOrIsoDate === 'string' ? tokyoInstant(instantOrIsoDate) : instantOrIsoDate);
}

function monthAndDay(date: CivilDate): string {
  return `${date.month}月${date.day}日`;
}
