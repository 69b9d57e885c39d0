/**
 * Days as integers: 0 is 1970-01-01, as Tokyo's calendar counts it. All date arithmetic of this
 * library happens on these numbers, never on local `Date` getters, so the host's time zone is of no
 * consequence.
 *
 * Tokyo is taken as +09:00 always. That is exact from 1951-09-08T15:00Z on, when the last summer
 * time ended. Before, it is Japan Standard Time continued backwards: the clocks people read showed one
 * hour more in the summers of 1948 to 1951, and before 1888 local mean time (+09:18:59). Calendar
 * dates without a time, such as birth dates in an era, are not touched by this.
 */

/** The zone of every date and wall time in this library. */
export const ZONE = 'Asia/Tokyo';

export const OFFSET_MS = 9 * 3_600_000;
export const DAY_MS = 86_400_000;

/** A day of the Gregorian calendar, continued backwards before its adoption in 1873. */
export interface CivilDate {
  year: number;
  month: number;
  day: number;
}

const FIRST_DAY = -719_162; // 0001-01-01
const LAST_DAY = 2_932_896; // 9999-12-31

const ISO_DATE = /^(\d{4})-(\d{2})-(\d{2})$/;

/** Quotes a text for an error message; an endless text is cut. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** The day's number, or undefined if there is no such day between 0001-01-01 and 9999-12-31. */
export function dayNumber(year: number, month: number, day: number): number | undefined {
  if (year < 1 || year > 9999 || month < 1 || month > 12) return undefined;
  if (day < 1 || day > daysInMonth(year, month)) return undefined;
  // Date.UTC would read the years 0 to 99 as 1900 to 1999.
  return new Date(0).setUTCFullYear(year, month - 1, day) / DAY_MS;
}

export function civilDate(day: number): CivilDate {
  const utc = new Date(day * DAY_MS);
  return { year: utc.getUTCFullYear(), month: utc.getUTCMonth() + 1, day: utc.getUTCDate() };
}

/** @throws RangeError if the day lies outside the years 1 to 9999. */
export function assertDay(day: number): number {
  if (day >= FIRST_DAY && day <= LAST_DAY) return day;
  throw new RangeError('The date lies outside the years 0001 to 9999.');
}

export function isoDate(day: number): string {
  const { year, month, day: dayOfMonth } = civilDate(assertDay(day));
  return `${String(year).padStart(4, '0')}-${twoDigits(month)}-${twoDigits(dayOfMonth)}`;
}

/** @throws RangeError if the text is no ISO date or no day of the calendar. */
export function dayOfIsoDate(text: string): number {
  const parts = ISO_DATE.exec(text);
  const day = parts ? dayNumber(Number(parts[1]), Number(parts[2]), Number(parts[3])) : undefined;
  if (day !== undefined) return day;
  const what = parts ? 'is no day of the calendar' : 'is no ISO date';
  throw new RangeError(`${quoted(text)} ${what}: expected for example "2026-11-24".`);
}

/** The Tokyo day in which the instant falls. @throws RangeError for an invalid `Date`. */
export function dayOfInstant(instant: Date): number {
  return assertDay(Math.floor((epochMs(instant) + OFFSET_MS) / DAY_MS));
}

/** Milliseconds since Tokyo's midnight, 0 to 86 399 999. */
export function timeOfDay(instant: Date): number {
  const local = epochMs(instant) + OFFSET_MS;
  return local - Math.floor(local / DAY_MS) * DAY_MS;
}

/** The instant at which Tokyo's clock has run `ms` milliseconds into the day. */
export function instantOf(day: number, ms = 0): Date {
  const epoch = day * DAY_MS + ms - OFFSET_MS;
  assertDay(Math.floor((epoch + OFFSET_MS) / DAY_MS));
  return new Date(epoch);
}

export function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

function epochMs(instant: Date): number {
  const ms = instant.getTime();
  if (Number.isNaN(ms)) throw new RangeError('The instant is an invalid Date.');
  return ms;
}
