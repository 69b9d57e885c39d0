// The data alone: the package's main file would bring the same table plus a search that is linear in it.
import holidayData from '@holiday-jp/holiday_jp/lib/holidays.js';
import { dayNumber, dayOfIsoDate, isoDate } from './tokyo-day.js';

const HOLIDAYS: Readonly<Record<string, { readonly name: string; readonly name_en: string }>> = holidayData;

interface ClosedDays {
  firstYear: number;
  lastYear: number;
  firstDay: number;
  lastDay: number;
  /** One byte a day from `firstDay`: 1 if closed. */
  closed: Uint8Array;
}

let closedDays: ClosedDays | undefined;

/** The years whose national holidays are known, both included: 1970 to 2050 with the present data. */
export function holidayYears(): { first: number; last: number } {
  const { firstYear, lastYear } = knownDays();
  return { first: firstYear, last: lastYear };
}

/**
 * The national holiday of a date in both languages; substitute and citizens' holidays included, the
 * office's year-end not.
 *
 * @throws RangeError for a malformed date or a year without holiday data.
 * @example holidayName('2026-05-06') // { ja: "憲法記念日 振替休日", en: "Holiday in lieu" }
 */
export function holidayName(date: string): { ja: string; en: string } | undefined {
  assertKnown(dayOfIsoDate(date));
  const holiday = HOLIDAYS[date];
  return holiday && { ja: holiday.name, en: holiday.name_en };
}

/**
 * Whether the office is open: no Saturday, Sunday, national or substitute holiday, year-end (12-29 to
 * 01-03), nor one of `extraClosed` (ISO dates).
 *
 * @throws RangeError for a malformed date, or one outside `holidayYears()`: a holiday that is not known
 * must not pass for a business day.
 * @example isBusinessDay('2026-12-28') // true; on the 29th the year-end begins
 */
export function isBusinessDay(date: string, extraClosed?: string[]): boolean {
  const day = dayOfIsoDate(date);
  assertKnown(day);
  return isOpen(day, closedDaySet(extraClosed));
}

/**
 * The date `days` business days after `date`; `date` itself is not counted and need not be a business
 * day. Negative counts backwards; 0 gives `date` back.
 *
 * @throws RangeError for a malformed date, a count that is no integer, or a walk outside `holidayYears()`.
 * @example addBusinessDays('2026-04-24', 10) // "2026-05-14", across Golden Week
 */
export function addBusinessDays(date: string, days: number, extraClosed?: string[]): string {
  return isoDate(nthBusinessDay(dayOfIsoDate(date), days, closedDaySet(extraClosed)));
}

/**
 * How many business days lie after `from` up to and including `to`; before `from` if `to` is earlier, as
 * a negative number. It undoes `addBusinessDays`:
 * `businessDaysBetween(d, addBusinessDays(d, n, closed), closed) === n` for every n.
 *
 * @throws RangeError for a malformed date or one outside `holidayYears()`.
 * @example businessDaysBetween('2026-12-25', '2027-01-04') // 2: 28 December and 4 January
 */
export function businessDaysBetween(from: string, to: string, extraClosed?: string[]): number {
  const start = dayOfIsoDate(from);
  const end = dayOfIsoDate(to);
  assertKnown(start);
  assertKnown(end);
  const extra = closedDaySet(extraClosed);
  const step = start <= end ? 1 : -1;
  let count = 0;
  for (let day = start; day !== end; ) {
    day += step;
    if (isOpen(day, extra)) count += step;
  }
  return count;
}

/** `addBusinessDays` on day numbers. */
export function nthBusinessDay(start: number, days: number, extra: ReadonlySet<number> | undefined): number {
  if (!Number.isSafeInteger(days)) throw new RangeError(`${days} is no whole number of business days.`);
  assertKnown(start);
  const step = days < 0 ? -1 : 1;
  let day = start;
  for (let left = Math.abs(days); left > 0; ) {
    day += step;
    assertKnown(day);
    if (isOpen(day, extra)) left -= 1;
  }
  return day;
}

function isOpen(day: number, extra: ReadonlySet<number> | undefined): boolean {
  const known = knownDays();
  return known.closed[day - known.firstDay] === 0 && !extra?.has(day);
}

/** @throws RangeError if one of them is no ISO date. */
export function closedDaySet(extraClosed: string[] | undefined): ReadonlySet<number> | undefined {
  return extraClosed && extraClosed.length > 0 ? new Set(extraClosed.map(dayOfIsoDate)) : undefined;
}

function assertKnown(day: number): void {
  const { firstDay, lastDay } = knownDays();
  if (day >= firstDay && day <= lastDay) return;
  throw new RangeError(
    `Business days are known from ${isoDate(firstDay)} to ${isoDate(lastDay)}, the range of the national ` +
      `holidays' data; ${isoDate(day)} lies outside.`,
  );
}

function knownDays(): ClosedDays {
  return (closedDays ??= closedDaysOf(Object.keys(HOLIDAYS)));
}

/** Built once, on first use: about 30 kB and a few milliseconds, after which a day costs one array read. */
function closedDaysOf(holidays: readonly string[]): ClosedDays {
  const years = holidays.map((date) => Number(date.slice(0, 4)));
  const firstYear = Math.min(...years);
  const lastYear = Math.max(...years);
  const firstDay = existingDay(firstYear, 1, 1);
  const lastDay = existingDay(lastYear, 12, 31);
  const closed = new Uint8Array(lastDay - firstDay + 1);
  for (let day = firstDay; day <= lastDay; day += 1) closed[day - firstDay] = isWeekend(day) ? 1 : 0;
  for (const date of holidays) closed[dayOfIsoDate(date) - firstDay] = 1;
  for (let year = firstYear; year <= lastYear; year += 1) {
    for (const day of [1, 2, 3]) closed[existingDay(year, 1, day) - firstDay] = 1;
    for (const day of [29, 30, 31]) closed[existingDay(year, 12, day) - firstDay] = 1;
  }
  return { firstYear, lastYear, firstDay, lastDay, closed };
}

function isWeekend(day: number): boolean {
  const weekday = (((day + 4) % 7) + 7) % 7; // 1970-01-01 was a Thursday; 0 is Sunday
  return weekday === 0 || weekday === 6;
}

function existingDay(year: number, month: number, day: number): number {
  const number = dayNumber(year, month, day);
  if (number === undefined) throw new RangeError(`The holidays' data holds the impossible year ${year}.`);
  return number;
}
