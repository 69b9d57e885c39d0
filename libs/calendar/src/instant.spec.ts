import fc from 'fast-check';
import { DateTime } from 'luxon';
import { formatInstant, tokyoDate, tokyoInstant, ZONE } from './index.js';

const SINCE_SUMMER_TIME_ENDED = { min: new Date('1951-09-09T00:00:00Z'), max: new Date('2200-01-01T00:00:00Z'), noInvalidDate: true };

describe('tokyoInstant', () => {
  it.each([
    ['2023-06-23T17:00', '2023-06-23T08:00:00.000Z'],
    ['2023-06-23 17:00', '2023-06-23T08:00:00.000Z'],
    ['2023-06-23T17:00:59.1239', '2023-06-23T08:00:59.123Z'],
    ['2023-06-23', '2023-06-22T15:00:00.000Z'],
    ['2023-06-23T24:00', '2023-06-23T15:00:00.000Z'],
    ['2023-06-23T17:00:00+09:00', '2023-06-23T08:00:00.000Z'],
    ['2023-06-23T17:00:00Z', '2023-06-23T17:00:00.000Z'],
    ['2023-06-23t17:00:00.5z', '2023-06-23T17:00:00.500Z'],
    ['2023-06-23T17:00-03:30', '2023-06-23T20:30:00.000Z'],
    ['0050-01-01', '0049-12-31T15:00:00.000Z'],
  ])('reads %s as %s', (text, utc) => {
    expect(tokyoInstant(text).toISOString()).toBe(utc);
  });

  it.each([
    ['', '"" is no instant'],
    ['17:00', '"17:00" is no instant'],
    ['2023-6-23', '"2023-6-23" is no instant'],
    ['2023-06-23Z', '"2023-06-23Z" is no instant'],
    ['2023-06-23T17', '"2023-06-23T17" is no instant'],
    ['2023-02-29', '"2023-02-29" is no day of the calendar'],
    ['2023-13-01T00:00', '"2023-13-01T00:00" is no day of the calendar'],
    ['2023-06-23T24:01', '"2023-06-23T24:01" is no time of the clock'],
    ['2023-06-23T17:60', '"2023-06-23T17:60" is no time of the clock'],
    ['2023-06-23T17:00:60', '"2023-06-23T17:00:60" is no time of the clock'],
    ['2023-06-23T17:00+24:00', '"2023-06-23T17:00+24:00" is no time of the clock'],
  ])('refuses %j and names the accepted forms', (text, what) => {
    expect(() => tokyoInstant(text)).toThrow(
      new RangeError(
        `${what}: expected a Tokyo time such as "2023-06-23T17:00", a date such as "2023-06-23", ` +
          'or RFC 3339 with an offset such as "2023-06-23T17:00:00+09:00".',
      ),
    );
  });
});

describe('formatInstant', () => {
  it('writes RFC 3339 with +09:00 and milliseconds only if there are any', () => {
    expect(formatInstant(new Date('2023-06-23T08:00:00Z'))).toBe('2023-06-23T17:00:00+09:00');
    expect(formatInstant(new Date('2023-06-23T15:04:05.070Z'))).toBe('2023-06-24T00:04:05.070+09:00');
  });

  it('agrees with Tokyo in the time zone database since summer time ended', () => {
    fc.assert(
      fc.property(fc.date(SINCE_SUMMER_TIME_ENDED), (instant) => {
        const expected = DateTime.fromJSDate(instant, { zone: ZONE });
        expect(formatInstant(instant)).toBe(expected.toISO({ suppressMilliseconds: true }));
        expect(tokyoDate(instant)).toBe(expected.toISODate());
      }),
    );
  });

  it('is read back to the same instant', () => {
    const between = { min: new Date('0002-01-01T00:00:00Z'), max: new Date('9999-01-01T00:00:00Z'), noInvalidDate: true };
    fc.assert(
      fc.property(fc.date(between), (instant) => {
        expect(tokyoInstant(formatInstant(instant))).toEqual(instant);
      }),
    );
  });

  it('keeps standard time through the summer times of 1948 to 1951', () => {
    expect(formatInstant(new Date('1950-07-01T03:00:00Z'))).toBe('1950-07-01T12:00:00+09:00');
  });

  it('refuses an invalid date and a year beyond 9999', () => {
    expect(() => formatInstant(new Date(Number.NaN))).toThrow(new RangeError('The instant is an invalid Date.'));
    expect(() => formatInstant(new Date('9999-12-31T15:00:00Z'))).toThrow(
      new RangeError('The date lies outside the years 0001 to 9999.'),
    );
  });
});

describe('tokyoDate', () => {
  it('changes at 15:00 UTC', () => {
    expect(tokyoDate(new Date('2026-11-23T14:59:59.999Z'))).toBe('2026-11-23');
    expect(tokyoDate(new Date('2026-11-23T15:00:00.000Z'))).toBe('2026-11-24');
    expect(tokyoDate(new Date('1969-12-31T14:59:59.999Z'))).toBe('1969-12-31');
  });
});
