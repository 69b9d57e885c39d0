import fc from 'fast-check';
import { DateTime } from 'luxon';
import { addDuration, formatInstant, isDuration, parseDuration, tokyoInstant, ZONE } from './index.js';

const NOTHING = { years: 0, months: 0, weeks: 0, days: 0, hours: 0, minutes: 0, seconds: 0 };

describe('parseDuration', () => {
  it.each([
    ['P10D', { days: 10 }],
    ['P3M', { months: 3 }],
    ['P1Y', { years: 1 }],
    ['PT17H30M', { hours: 17, minutes: 30 }],
    ['P2W', { weeks: 2 }],
    ['P1Y2M3W4DT5H6M7S', { years: 1, months: 2, weeks: 3, days: 4, hours: 5, minutes: 6, seconds: 7 }],
    ['PT90M', { minutes: 90 }],
    ['P0D', {}],
    ['-P0D', {}],
    ['-P1M30D', { months: -1, days: -30 }],
  ])('reads %s', (text, parts) => {
    expect(parseDuration(text)).toStrictEqual({ ...NOTHING, ...parts });
    expect(isDuration(text)).toBe(true);
  });

  it.each([
    '', 'P', 'PT', '-P', 'P1', 'P1DT', 'P1YT', '10D', 'p10d', 'P 10D', ' P10D', 'P10D\n', 'P1.5D', 'PT0,5H', 'P-1D', '+P1D',
    'P1D1M', 'P1H', 'PT1D', 'P1M1M', 'P12345678D', 'P１０D', '10 days',
  ])('refuses %j', (text) => {
    expect(isDuration(text)).toBe(false);
    expect(() => parseDuration(text)).toThrow(
      new RangeError(
        `${JSON.stringify(text)} is no ISO 8601 duration: expected for example P10D, P2W, P3M, P1Y or PT17H30M, ` +
          'in whole numbers of at most seven digits.',
      ),
    );
  });

  it('cuts an endless text in its message', () => {
    expect(() => parseDuration('9'.repeat(10_000))).toThrow(`"${'9'.repeat(40)}…" is no ISO 8601 duration`);
  });

  it('reads exactly what isDuration says, for any text near a duration', () => {
    const nearly = fc.string({ unit: fc.constantFrom(...'-PTYMWDHS019. '), maxLength: 8 });
    fc.assert(
      fc.property(nearly, (text) => {
        if (isDuration(text)) expect(Object.keys(parseDuration(text))).toEqual(Object.keys(NOTHING));
        else expect(() => parseDuration(text)).toThrow(RangeError);
      }),
    );
  });
});

describe('addDuration', () => {
  it.each([
    ['2026-01-31T10:00', 'P1M', '2026-02-28T10:00:00+09:00'],
    ['2024-01-31T10:00', 'P1M', '2024-02-29T10:00:00+09:00'],
    ['2024-02-29T10:00', 'P1Y', '2025-02-28T10:00:00+09:00'],
    ['2024-02-29T10:00', 'P4Y', '2028-02-29T10:00:00+09:00'],
    ['2026-11-30T00:30', 'P3M', '2027-02-28T00:30:00+09:00'],
    ['2026-06-01T15:00', 'P10D', '2026-06-11T15:00:00+09:00'],
    ['2026-06-01T15:00', 'P2W', '2026-06-15T15:00:00+09:00'],
    ['2026-06-01T15:00', 'PT17H30M', '2026-06-02T08:30:00+09:00'],
    ['2026-01-31T23:00', 'P1M1DT2H', '2026-03-02T01:00:00+09:00'],
    ['2026-03-31T09:00', '-P30D', '2026-03-01T09:00:00+09:00'],
    ['2026-03-31T09:00', '-P1M', '2026-02-28T09:00:00+09:00'],
    ['2026-01-15T09:00', '-P1M', '2025-12-15T09:00:00+09:00'],
    ['2026-01-15T00:00', '-PT1S', '2026-01-14T23:59:59+09:00'],
  ])('from %s, %s leads to %s', (from, duration, end) => {
    expect(formatInstant(addDuration(tokyoInstant(from), duration))).toBe(end);
  });

  it('takes the month from Tokyo, where the day has begun, and not from UTC', () => {
    expect(addDuration(new Date('2026-01-31T15:30:00Z'), 'P1M')).toEqual(new Date('2026-02-28T15:30:00Z'));
  });

  it('agrees with luxon in Asia/Tokyo', () => {
    const from = fc.date({ min: new Date('1990-01-01T00:00:00Z'), max: new Date('2100-01-01T00:00:00Z'), noInvalidDate: true });
    const upTo = (max: number) => fc.nat({ max });
    const parts = fc.record({
      years: upTo(30), months: upTo(40), weeks: upTo(60), days: upTo(400), hours: upTo(100), minutes: upTo(200), seconds: upTo(200),
    });
    fc.assert(
      fc.property(from, parts, fc.boolean(), (start, p, negative) => {
        const text = `P${p.years}Y${p.months}M${p.weeks}W${p.days}DT${p.hours}H${p.minutes}M${p.seconds}S`;
        const zoned = DateTime.fromJSDate(start, { zone: ZONE });
        const expected = negative ? zoned.minus(p) : zoned.plus(p);
        expect(addDuration(start, negative ? `-${text}` : text)).toEqual(expected.toJSDate());
      }),
    );
  });

  it('refuses a result outside the years 1 to 9999', () => {
    const from = tokyoInstant('2026-01-01');
    expect(() => addDuration(from, 'P7974Y')).toThrow(new RangeError('"P7974Y" leads outside the years 0001 to 9999.'));
    expect(() => addDuration(from, '-P9999999D')).toThrow(new RangeError('The date lies outside the years 0001 to 9999.'));
  });
});
