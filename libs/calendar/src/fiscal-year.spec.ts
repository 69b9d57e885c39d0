import fc from 'fast-check';
import { fiscalYearOf, tokyoDate, tokyoInstant } from './index.js';

describe('fiscalYearOf', () => {
  it('changes as 1 April begins in Tokyo', () => {
    expect(fiscalYearOf(tokyoInstant('2027-03-31T23:59:59.999'))).toEqual({
      year: 2026,
      start: new Date('2026-03-31T15:00:00Z'),
      end: new Date('2027-03-31T15:00:00Z'),
      lastDay: '2027-03-31',
    });
    expect(fiscalYearOf(tokyoInstant('2027-04-01'))).toEqual({
      year: 2027,
      start: new Date('2027-03-31T15:00:00Z'),
      end: new Date('2028-03-31T15:00:00Z'),
      lastDay: '2028-03-31',
    });
  });

  it('can start on another day and is named by the year in which it starts', () => {
    expect(fiscalYearOf(tokyoInstant('2026-09-30'), '10-01')).toMatchObject({ year: 2025, lastDay: '2026-09-30' });
    expect(fiscalYearOf(tokyoInstant('2026-10-01'), '10-01')).toMatchObject({ year: 2026, lastDay: '2027-09-30' });
    expect(fiscalYearOf(tokyoInstant('2026-12-31'), '01-01')).toMatchObject({ year: 2026, lastDay: '2026-12-31' });
    expect(fiscalYearOf(tokyoInstant('2027-05-01'), '03-01')).toMatchObject({ year: 2027, lastDay: '2028-02-29' });
  });

  it.each(['4-1', '04-31', '13-01', '00-10', '02-29', 'April', ''])('refuses the start %j', (startsOn) => {
    expect(() => fiscalYearOf(tokyoInstant('2026-04-01'), startsOn)).toThrow(
      new RangeError(`${JSON.stringify(startsOn)} is no start of a fiscal year: expected a month and day such as "04-01".`),
    );
  });

  it('holds its instant, and joins the next without a gap', () => {
    const instants = fc.date({ min: new Date('1900-01-01T00:00:00Z'), max: new Date('2200-01-01T00:00:00Z'), noInvalidDate: true });
    fc.assert(
      fc.property(instants, fc.constantFrom('04-01', '01-01', '10-01', '02-28', '12-31'), (instant, startsOn) => {
        const fiscalYear = fiscalYearOf(instant, startsOn);
        expect(fiscalYear.start <= instant && instant < fiscalYear.end).toBe(true);
        expect(tokyoDate(fiscalYear.start)).toBe(`${fiscalYear.year}-${startsOn}`);
        const next = fiscalYearOf(fiscalYear.end, startsOn);
        expect([next.year, next.start]).toEqual([fiscalYear.year + 1, fiscalYear.end]);
      }),
    );
  });
});
