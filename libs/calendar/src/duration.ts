import { civilDate, dayNumber, dayOfInstant, daysInMonth, instantOf, quoted, timeOfDay } from './tokyo-day.js';

/** An ISO 8601 duration of whole numbers: `P10D`, `P2W`, `P3M`, `P1Y`, `PT17H30M`, `-P30D`. */
export type IsoDuration = string;

/** The parts as written, nothing carried over: 90 minutes stay 90 minutes. */
export interface DurationParts {
  years: number;
  months: number;
  weeks: number;
  days: number;
  hours: number;
  minutes: number;
  seconds: number;
}

// Seven digits: more than the calendar's 3.6 million days, and far from what a number loses digits at.
const DURATION =
  /^(-)?P(?=\d|T\d)(?:(\d{1,7})Y)?(?:(\d{1,7})M)?(?:(\d{1,7})W)?(?:(\d{1,7})D)?(?:T(?=\d)(?:(\d{1,7})H)?(?:(\d{1,7})M)?(?:(\d{1,7})S)?)?$/;

/**
 * Reads an ISO 8601 duration. Whole numbers only, since half a month has no calendar meaning; weeks may
 * stand beside other parts. A leading minus makes every part negative.
 *
 * @throws RangeError saying what was expected.
 * @example parseDuration('PT17H30M') // { years: 0, months: 0, weeks: 0, days: 0, hours: 17, minutes: 30, seconds: 0 }
 */
export function parseDuration(text: string): DurationParts {
  const parts = DURATION.exec(text);
  if (!parts) {
    throw new RangeError(
      `${quoted(text)} is no ISO 8601 duration: expected for example P10D, P2W, P3M, P1Y or PT17H30M, ` +
        'in whole numbers of at most seven digits.',
    );
  }
  const sign = parts[1] === undefined ? 1 : -1;
  return {
    years: signed(sign, parts[2]),
    months: signed(sign, parts[3]),
    weeks: signed(sign, parts[4]),
    days: signed(sign, parts[5]),
    hours: signed(sign, parts[6]),
    minutes: signed(sign, parts[7]),
    seconds: signed(sign, parts[8]),
  };
}

/** Whether `parseDuration` reads the text. A negative duration counts; `deadlineProblem` is stricter. */
export function isDuration(text: string): boolean {
  return DURATION.test(text);
}

/**
 * Adds a duration on Tokyo's calendar: first years and months, then weeks and days, then the time. The
 * time of day stays; a day that the month lacks becomes the month's last. This is exact addition; for
 * when a period ends by the rules of deadlines, see `dueAt`.
 *
 * @throws RangeError for a malformed duration, or a result outside the years 1 to 9999.
 * @example addDuration(tokyoInstant('2026-01-31T10:00'), 'P1M') // 2026-02-28T10:00:00+09:00
 */
export function addDuration(from: Date, duration: IsoDuration): Date {
  const { years, months, weeks, days, hours, minutes, seconds } = parseDuration(duration);
  const start = civilDate(dayOfInstant(from));
  const { year, month } = shiftMonth(start.year, start.month, years * 12 + months);
  const day = dayNumber(year, month, Math.min(start.day, daysInMonth(year, month)));
  if (day === undefined) throw new RangeError(`${quoted(duration)} leads outside the years 0001 to 9999.`);
  const time = ((hours * 60 + minutes) * 60 + seconds) * 1000;
  return instantOf(day + weeks * 7 + days, timeOfDay(from) + time);
}

export function shiftMonth(year: number, month: number, months: number): { year: number; month: number } {
  const index = year * 12 + (month - 1) + months;
  const shiftedYear = Math.floor(index / 12);
  return { year: shiftedYear, month: index - shiftedYear * 12 + 1 };
}

/** Keeps minus zero out of the parts: it equals 0 but does not compare as the same value in records. */
function signed(sign: 1 | -1, digits: string | undefined): number {
  const value = Number(digits ?? 0);
  return value === 0 ? 0 : sign * value;
}
