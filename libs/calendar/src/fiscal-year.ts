import { civilDate, dayNumber, dayOfInstant, instantOf, isoDate, quoted } from './tokyo-day.js';

/** A fiscal year (年度), named by the calendar year in which it starts. */
export interface FiscalYear {
  year: number;
  /** Its first instant. */
  start: Date;
  /** The first instant of the next fiscal year: the end, itself not included. */
  end: Date;
  /** Its last day as an ISO date, for example 2027-03-31. */
  lastDay: string;
}

const MONTH_AND_DAY = /^(\d{2})-(\d{2})$/;

/**
 * The fiscal year in which an instant falls by Tokyo's calendar.
 *
 * @param startsOn month and day of the first day, default `04-01`; a day that every year has.
 * @throws RangeError for an invalid `Date` or start.
 * @example fiscalYearOf(tokyoInstant('2027-03-31T23:59')).year // 2026
 */
export function fiscalYearOf(instant: Date, startsOn = '04-01'): FiscalYear {
  const today = dayOfInstant(instant);
  const { month, day } = monthAndDay(startsOn);
  const calendarYear = civilDate(today).year;
  const year = today < firstDayOf(calendarYear, month, day) ? calendarYear - 1 : calendarYear;
  const next = firstDayOf(year + 1, month, day);
  return { year, start: instantOf(firstDayOf(year, month, day)), end: instantOf(next), lastDay: isoDate(next - 1) };
}

function monthAndDay(startsOn: string): { month: number; day: number } {
  const parts = MONTH_AND_DAY.exec(startsOn);
  const month = Number(parts?.[1]);
  const day = Number(parts?.[2]);
  // 2023 has no 29 February, so a day that 2023 has is one that every year has.
  if (parts && dayNumber(2023, month, day) !== undefined) return { month, day };
  throw new RangeError(`${quoted(startsOn)} is no start of a fiscal year: expected a month and day such as "04-01".`);
}

function firstDayOf(year: number, month: number, day: number): number {
  const number = dayNumber(year, month, day);
  if (number === undefined) throw new RangeError('The fiscal year lies outside the years 0001 to 9999.');
  return number;
}
