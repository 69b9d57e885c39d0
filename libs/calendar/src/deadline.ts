import { closedDaySet, nthBusinessDay } from './business-day.js';
import { addDuration, parseDuration, shiftMonth, type DurationParts, type IsoDuration } from './duration.js';
import { clockMs } from './instant.js';
import { civilDate, dayNumber, dayOfInstant, instantOf, quoted } from './tokyo-day.js';

/** When something is due, counted from the instant at which its period begins. */
export interface DeadlineRule {
  /** How long: not negative. */
  after: IsoDuration;
  /** `business` counts open days alone and takes whole days only, such as `P10D`. Default: `calendar`. */
  calendar?: 'calendar' | 'business';
  /** Whether the day of the beginning is the first day counted. Default: no (初日不算入). */
  firstDayCounts?: boolean;
  /**
   * Wall time in Tokyo of the due day, `00:00` to `24:00`. Default: `24:00` of the last day, that is the
   * instant at which the next day starts; with hours, minutes or seconds in `after`, the exact instant.
   */
  at?: string;
  /** ISO dates on which the office is closed besides; only a business-day count asks for them. */
  extraClosed?: string[];
}

const WALL_TIME = /^(\d{2}):(\d{2})$/;

interface ReadRule {
  parts: DurationParts;
  atMs: number | undefined;
  extraClosed: ReadonlySet<number> | undefined;
}

/**
 * The instant at which a deadline expires. A period that ends with a day ends as the next day starts; that
 * instant is no longer part of it.
 *
 * Days are counted from the day after `from`, or from its own day if `firstDayCounts`. Weeks, months and
 * years follow the calendar as article 143 of the Civil Code has it: the period ends with the day before
 * the one that corresponds to the first day counted, or with the month's last day if none corresponds. So
 * one month from 30 April, first day not counted, runs from 1 to 31 May. That a last day on a holiday is
 * put off (article 142) is not assumed: such a rule is written with business days.
 *
 * @throws RangeError for a rule with a `deadlineProblem`, or a business-day count that leaves `holidayYears()`.
 * @example dueAt(tokyoInstant('2026-06-01T15:00'), { after: 'P10D' }) // 2026-06-12T00:00:00+09:00
 * @example dueAt(tokyoInstant('2026-04-24T09:00'), { after: 'P10D', calendar: 'business', at: '17:00' }) // 2026-05-14T17:00:00+09:00
 */
export function dueAt(from: Date, rule: DeadlineRule): Date {
  const { parts, atMs, extraClosed } = readRule(rule);
  if (hasTime(rule.after)) {
    const exact = addDuration(from, rule.after);
    return atMs === undefined ? exact : instantOf(dayOfInstant(exact), atMs);
  }
  const dayBefore = dayOfInstant(from) - (rule.firstDayCounts ? 1 : 0);
  const lastDay =
    rule.calendar === 'business'
      ? nthBusinessDay(dayBefore, parts.days, extraClosed)
      : lastCalendarDay(dayBefore + 1, parts, rule.after);
  return atMs === undefined ? instantOf(lastDay + 1) : instantOf(lastDay, atMs);
}

/**
 * Why `dueAt` would refuse the rule whatever the instant, or undefined if it would not. For checking a
 * programme before it is published.
 *
 * @example deadlineProblem({ after: 'P2W', calendar: 'business' }) // "A deadline in business days takes whole days …"
 */
export function deadlineProblem(rule: DeadlineRule): string | undefined {
  try {
    readRule(rule);
    return undefined;
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
}

function readRule(rule: DeadlineRule): ReadRule {
  const parts = parseDuration(rule.after);
  if (rule.after.startsWith('-')) {
    throw new RangeError(`A deadline comes after its beginning, but ${quoted(rule.after)} is negative.`);
  }
  if (rule.calendar === 'business' && !hasDaysOnly(rule.after, parts)) {
    throw new RangeError(
      `A deadline in business days takes whole days only, such as P10D, but has ${quoted(rule.after)}.`,
    );
  }
  if (rule.firstDayCounts) assertFirstDayCanCount(rule.after, parts);
  return {
    parts,
    atMs: rule.at === undefined ? undefined : wallTimeMs(rule.at),
    extraClosed: closedDaySet(rule.extraClosed),
  };
}

function assertFirstDayCanCount(after: IsoDuration, parts: DurationParts): void {
  if (hasTime(after)) {
    throw new RangeError(`The first day cannot count in ${quoted(after)}: its end is an exact instant, not a day.`);
  }
  if (parts.years + parts.months + parts.weeks + parts.days === 0) {
    throw new RangeError(`The first day cannot count in ${quoted(after)}: the period has no day.`);
  }
}

function wallTimeMs(at: string): number {
  const parts = WALL_TIME.exec(at);
  const ms = parts ? clockMs(Number(parts[1]), Number(parts[2]), 0, '') : undefined;
  if (ms === undefined) {
    throw new RangeError(`${quoted(at)} is no wall time: expected "00:00" to "24:00", for example "17:00".`);
  }
  return ms;
}

/** By the text, not the sum: PT0S is the exact instant too. */
function hasTime(after: IsoDuration): boolean {
  return after.includes('T');
}

function hasDaysOnly(after: IsoDuration, parts: DurationParts): boolean {
  return !hasTime(after) && parts.years === 0 && parts.months === 0 && parts.weeks === 0;
}

function lastCalendarDay(firstCounted: number, parts: DurationParts, after: IsoDuration): number {
  const afterMonths = correspondingDay(firstCounted, parts.years * 12 + parts.months, after);
  return afterMonths + parts.weeks * 7 + parts.days - 1;
}

/** The same day of a later month; if the month is too short, the first of the next, as its last day still counts. */
function correspondingDay(day: number, months: number, after: IsoDuration): number {
  if (months === 0) return day;
  const start = civilDate(day);
  const end = shiftMonth(start.year, start.month, months);
  const next = shiftMonth(end.year, end.month, 1);
  const corresponding = dayNumber(end.year, end.month, start.day) ?? dayNumber(next.year, next.month, 1);
  if (corresponding === undefined) throw new RangeError(`${quoted(after)} leads outside the years 0001 to 9999.`);
  return corresponding;
}
