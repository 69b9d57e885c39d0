import holidays from '@holiday-jp/holiday_jp/lib/holidays.js';
import fc from 'fast-check';
import { DateTime } from 'luxon';
import { addBusinessDays, businessDaysBetween, holidayName, holidayYears, isBusinessDay } from './index.js';

const OUTSIDE = (date: string) =>
  new RangeError(
    `Business days are known from 1970-01-01 to 2050-12-31, the range of the national holidays' data; ${date} lies outside.`,
  );

const isoDates = fc
  .date({ min: new Date('1972-01-01T00:00:00Z'), max: new Date('2048-12-31T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));

function dayAfter(date: string, days = 1): string {
  return DateTime.fromISO(date, { zone: 'utc' }).plus({ days }).toFormat('yyyy-MM-dd');
}

describe('isBusinessDay', () => {
  it.each([
    ['2026-05-01', true, 'a Friday within Golden Week'],
    ['2026-05-02', false, 'a Saturday'],
    ['2026-05-03', false, 'a Sunday'],
    ['2026-05-04', false, 'みどりの日'],
    ['2026-05-06', false, 'the substitute for 3 May, a Sunday'],
    ['2026-05-07', true, 'the day after'],
    ['2026-09-22', false, 'the day between two holidays'],
    ['2019-05-01', false, 'the accession of 2019'],
    ['2021-07-23', false, 'the sports day moved for the Olympics'],
    ['2021-10-11', true, 'where the sports day had been in 2021'],
    ['2026-12-28', true, 'the last day before the year-end'],
    ['2026-12-29', false, 'the first day of the year-end'],
    ['2026-12-31', false, 'a Thursday'],
    ['2025-01-02', false, 'a Thursday after New Year'],
    ['2025-01-03', false, 'the last day of the year-end'],
    ['2027-01-04', true, 'the first day of work'],
  ])('of %s is %s: %s', (date, open) => {
    expect(isBusinessDay(date)).toBe(open);
  });

  it('is false for a day on which the office is closed besides', () => {
    expect(isBusinessDay('2026-07-01', ['2026-07-01'])).toBe(false);
    expect(isBusinessDay('2026-07-02', ['2026-07-01'])).toBe(true);
  });

  it.each(['2026-02-29', '2026-2-1', '', '20260201'])('refuses %j', (date) => {
    expect(() => isBusinessDay(date)).toThrow(RangeError);
    expect(() => isBusinessDay('2026-02-02', [date])).toThrow(RangeError);
  });

  it('refuses a year without holiday data rather than ignore its holidays', () => {
    expect(holidayYears()).toEqual({ first: 1970, last: 2050 });
    expect(isBusinessDay('1970-01-05')).toBe(true);
    expect(isBusinessDay('2050-12-28')).toBe(true);
    expect(() => isBusinessDay('1969-12-31')).toThrow(OUTSIDE('1969-12-31'));
    expect(() => isBusinessDay('2051-01-01')).toThrow(OUTSIDE('2051-01-01'));
  });
});

describe('The holidays that the data names', () => {
  const dates = Object.keys(holidays);

  it('leave no year out', () => {
    const years = new Set(dates.map((date) => Number(date.slice(0, 4))));
    expect([...years]).toEqual(Array.from({ length: 81 }, (_, index) => 1970 + index));
  });

  it('have a substitute for each on a Sunday since 1973-04-12: the next day that is no holiday itself', () => {
    const missing = dates.filter((date) => {
      if (date < '1973-04-12' || new Date(date).getUTCDay() !== 0) return false;
      let next = dayAfter(date);
      while (holidayName(next) && holidayName(next)?.en !== 'Holiday in lieu') next = dayAfter(next);
      return holidayName(next)?.en !== 'Holiday in lieu';
    });
    expect(missing).toEqual([]);
  });

  it('make a holiday of the weekday between two of them since 1986', () => {
    const known = new Set(dates);
    const missing = dates.filter((date) => {
      const between = dayAfter(date);
      return date >= '1986-01-01' && known.has(dayAfter(date, 2)) && new Date(between).getUTCDay() !== 0 && !known.has(between);
    });
    expect(missing).toEqual([]);
  });

  it('carry their names in both languages', () => {
    expect(holidayName('2026-09-22')).toEqual({ ja: '休日', en: "Citizen's Holiday" });
    expect(holidayName('2026-12-29')).toBeUndefined();
    expect(() => holidayName('2051-01-01')).toThrow(OUTSIDE('2051-01-01'));
  });
});

describe('addBusinessDays', () => {
  it.each([
    ['2026-04-24', 10, '2026-05-14', 'across Golden Week, with 29 April, 4 and 5 May and the substitute on the 6th'],
    ['2026-12-25', 2, '2027-01-04', 'across the year-end'],
    ['2026-09-18', 1, '2026-09-24', 'across the five days of a silver week'],
    ['2026-06-06', 1, '2026-06-08', 'from a Saturday'],
    ['2026-06-06', 0, '2026-06-06', 'by nothing, even from a Saturday'],
    ['2026-05-14', -10, '2026-04-24', 'backwards over the same days'],
    ['2027-01-04', -1, '2026-12-28', 'backwards across the year-end'],
  ])('from %s by %s is %s: %s', (date, days, expected) => {
    expect(addBusinessDays(date, days)).toBe(expected);
  });

  it('skips the days on which the office is closed besides', () => {
    expect(addBusinessDays('2026-06-05', 1, ['2026-06-08', '2026-06-09'])).toBe('2026-06-10');
  });

  it('refuses to walk beyond the holiday data, and counts that are no integers', () => {
    expect(addBusinessDays('2050-12-27', 1)).toBe('2050-12-28');
    expect(() => addBusinessDays('2050-12-28', 1)).toThrow(OUTSIDE('2051-01-01'));
    expect(() => addBusinessDays('2051-06-01', 0)).toThrow(OUTSIDE('2051-06-01'));
    expect(() => addBusinessDays('1970-01-02', -1)).toThrow(OUTSIDE('1969-12-31'));
    expect(() => addBusinessDays('2026-06-05', 1.5)).toThrow(new RangeError('1.5 is no whole number of business days.'));
    expect(() => addBusinessDays('2026-06-05', Number.NaN)).toThrow(new RangeError('NaN is no whole number of business days.'));
  });

  it('lands on a business day, with exactly the business days asked for on the way', () => {
    const closed = fc.array(isoDates, { maxLength: 3 });
    fc.assert(
      fc.property(isoDates, fc.integer({ min: -60, max: 60 }), closed, (date, days, extraClosed) => {
        const end = addBusinessDays(date, days, extraClosed);
        if (days !== 0) expect(isBusinessDay(end, extraClosed)).toBe(true);
        expect(businessDaysBetween(date, end, extraClosed)).toBe(days);
      }),
    );
  });
});

describe('businessDaysBetween', () => {
  it('counts the last day and not the first', () => {
    expect(businessDaysBetween('2026-06-01', '2026-06-05')).toBe(4);
    expect(businessDaysBetween('2026-06-05', '2026-06-01')).toBe(-4);
    expect(businessDaysBetween('2026-06-05', '2026-06-07')).toBe(0);
    expect(businessDaysBetween('2026-06-05', '2026-06-05')).toBe(0);
    expect(businessDaysBetween('2026-12-25', '2027-01-04')).toBe(2);
  });

  it('counts a whole year in Tokyo: 2026 has 240 business days', () => {
    // 365 days, less 104 at weekends, 17 holidays and substitutes on weekdays, and the year-end's 2 January and 29, 30, 31 December.
    expect(businessDaysBetween('2025-12-31', '2026-12-31')).toBe(240);
  });

  it('refuses a range that leaves the holiday data', () => {
    expect(() => businessDaysBetween('2050-12-01', '2051-01-01')).toThrow(OUTSIDE('2051-01-01'));
    expect(() => businessDaysBetween('1969-12-31', '1970-01-05')).toThrow(OUTSIDE('1969-12-31'));
  });
});
