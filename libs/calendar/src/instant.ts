import { dayNumber, dayOfInstant, instantOf, isoDate, OFFSET_MS, quoted, timeOfDay, twoDigits } from './tokyo-day.js';

const INSTANT =
  /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?([Zz]|[+-]\d{2}:\d{2})?)?$/;

const MINUTE_MS = 60_000;

/**
 * The Tokyo calendar date of an instant, as an ISO date.
 *
 * @throws RangeError for an invalid `Date` or a year outside 1 to 9999.
 * @example tokyoDate(new Date('2026-11-23T15:00:00Z')) // "2026-11-24"
 */
export function tokyoDate(instant: Date): string {
  return isoDate(dayOfInstant(instant));
}

/**
 * Reads an instant: a Tokyo wall time (`2023-06-23T17:00`, with a space in place of the T, with
 * seconds and their fractions), a Tokyo date (its midnight), or RFC 3339 with an offset, which then
 * decides. `24:00` is the next midnight. Fractions below a millisecond are cut off.
 *
 * @throws RangeError naming the accepted forms, for anything else and for impossible dates and times.
 * @example tokyoInstant('2023-06-23T17:00').toISOString() // "2023-06-23T08:00:00.000Z"
 */
export function tokyoInstant(text: string): Date {
  const parts = INSTANT.exec(text);
  if (!parts) throw unreadable(text, 'is no instant');
  const [, year, month, day, hour, minute, second, fraction, offset] = parts;
  const date = dayNumber(Number(year), Number(month), Number(day));
  const ms = clockMs(Number(hour ?? 0), Number(minute ?? 0), Number(second ?? 0), fraction ?? '');
  const shift = offsetMs(offset);
  if (date === undefined) throw unreadable(text, 'is no day of the calendar');
  if (ms === undefined || shift === undefined) throw unreadable(text, 'is no time of the clock');
  return instantOf(date, ms + OFFSET_MS - shift);
}

/**
 * RFC 3339 with Tokyo's offset; milliseconds appear only if there are any. `tokyoInstant` reads it back.
 *
 * @throws RangeError for an invalid `Date` or a year outside 1 to 9999.
 * @example formatInstant(new Date('2023-06-23T08:00:00Z')) // "2023-06-23T17:00:00+09:00"
 */
export function formatInstant(instant: Date): string {
  const date = tokyoDate(instant);
  const ms = timeOfDay(instant);
  const seconds = Math.floor(ms / 1000);
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map(twoDigits).join(':');
  const fraction = ms % 1000 === 0 ? '' : `.${String(ms % 1000).padStart(3, '0')}`;
  return `${date}T${clock}${fraction}+09:00`;
}

/** Milliseconds into the day of a clock that runs from 00:00 to 24:00, or undefined. */
export function clockMs(hour: number, minute: number, second: number, fraction: string): number | undefined {
  if (hour > 24 || minute > 59 || second > 59) return undefined;
  const ms = ((hour * 60 + minute) * 60 + second) * 1000 + Number(fraction.slice(0, 3).padEnd(3, '0'));
  return ms > 24 * 60 * MINUTE_MS ? undefined : ms;
}

function offsetMs(offset: string | undefined): number | undefined {
  if (offset === undefined) return OFFSET_MS;
  if (offset === 'Z' || offset === 'z') return 0;
  const hours = Number(offset.slice(1, 3));
  const minutes = Number(offset.slice(4, 6));
  if (hours > 23 || minutes > 59) return undefined;
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * MINUTE_MS;
}

function unreadable(text: string, what: string): RangeError {
  return new RangeError(
    `${quoted(text)} ${what}: expected a Tokyo time such as "2023-06-23T17:00", a date such as "2023-06-23", ` +
      'or RFC 3339 with an offset such as "2023-06-23T17:00:00+09:00".',
  );
}
