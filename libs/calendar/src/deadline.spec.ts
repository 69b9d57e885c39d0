import fc from 'fast-check';
import {
  addBusinessDays, addDuration, deadlineProblem, dueAt, formatInstant, tokyoDate, tokyoInstant, type DeadlineRule,
} from './index.js';

const instants = fc.date({ min: new Date('2000-01-01T00:00:00Z'), max: new Date('2045-12-31T00:00:00Z'), noInvalidDate: true });
const DAY_MS = 86_400_000;

function due(from: string, rule: DeadlineRule): string {
  return formatInstant(dueAt(tokyoInstant(from), rule));
}

describe('A deadline in calendar days', () => {
  it('does not count the first day and ends with the last', () => {
    expect(due('2026-06-01T15:00', { after: 'P10D' })).toBe('2026-06-12T00:00:00+09:00');
    expect(due('2026-06-01T15:00', { after: 'P2W' })).toBe('2026-06-16T00:00:00+09:00');
  });

  it('counts the first day if its rule says so', () => {
    expect(due('2026-06-01T15:00', { after: 'P10D', firstDayCounts: true })).toBe('2026-06-11T00:00:00+09:00');
    expect(due('2026-06-01T15:00', { after: 'P1D', firstDayCounts: true })).toBe('2026-06-02T00:00:00+09:00');
  });

  it('begins with the day in Tokyo, not in UTC', () => {
    expect(dueAt(new Date('2026-06-01T14:59:59Z'), { after: 'P1D' })).toEqual(new Date('2026-06-02T15:00:00Z'));
    expect(dueAt(new Date('2026-06-01T15:00:00Z'), { after: 'P1D' })).toEqual(new Date('2026-06-03T15:00:00Z'));
  });

  it('can end at an office hour of the last day', () => {
    expect(due('2026-06-01T15:00', { after: 'P10D', at: '17:00' })).toBe('2026-06-11T17:00:00+09:00');
    expect(due('2026-06-01T15:00', { after: 'P10D', at: '00:00' })).toBe('2026-06-11T00:00:00+09:00');
    expect(due('2026-06-01T15:00', { after: 'P10D', at: '24:00' })).toBe('2026-06-12T00:00:00+09:00');
  });

  it('ends today for P0D', () => {
    expect(due('2026-06-01T15:00', { after: 'P0D' })).toBe('2026-06-02T00:00:00+09:00');
  });

  it('may end on a holiday', () => {
    expect(due('2026-04-23T09:00', { after: 'P10D', at: '17:00' })).toBe('2026-05-03T17:00:00+09:00');
  });

  it('is the same all day long, in the future, and a day earlier if the first day counts', () => {
    fc.assert(
      fc.property(instants, fc.integer({ min: 1, max: 400 }), (from, days) => {
        const end = dueAt(from, { after: `P${days}D` });
        expect(end).toEqual(addDuration(tokyoInstant(tokyoDate(from)), `P${days + 1}D`));
        expect(dueAt(from, { after: `P${days}D`, firstDayCounts: true }).getTime()).toBe(end.getTime() - DAY_MS);
        expect(end.getTime() - from.getTime()).toBeGreaterThan(days * DAY_MS);
      }),
    );
  });
});

describe('A deadline in months or years', () => {
  it.each([
    ['2026-06-23T17:00', 'P3M', '2026-09-24T00:00:00+09:00', 'ends with the corresponding day'],
    ['2026-01-31T10:00', 'P1M', '2026-03-01T00:00:00+09:00', 'ends with February, which has no 31st'],
    ['2026-01-30T10:00', 'P1M', '2026-03-01T00:00:00+09:00', 'ends with February, as its first day counted is the 31st'],
    ['2026-01-29T10:00', 'P1M', '2026-03-01T00:00:00+09:00', 'ends with February, as its first day counted is the 30th'],
    ['2026-01-27T10:00', 'P1M', '2026-02-28T00:00:00+09:00', 'ends on 27 February'],
    ['2026-04-30T10:00', 'P1M', '2026-06-01T00:00:00+09:00', 'runs from 1 to 31 May'],
    ['2023-02-28T10:00', 'P1Y', '2024-03-01T00:00:00+09:00', 'ends with 29 February of a leap year'],
    ['2024-02-28T10:00', 'P1Y', '2025-03-01T00:00:00+09:00', 'ends with February of a common year'],
    ['2026-03-31T10:00', 'P3Y', '2029-04-01T00:00:00+09:00', 'covers three fiscal years'],
    ['2026-06-01T10:00', 'P1M10D', '2026-07-12T00:00:00+09:00', 'adds its days behind its months'],
  ])('from %s, %s, expires at %s: it %s', (from, after, expected) => {
    expect(due(from, { after })).toBe(expected);
  });

  it('ends the day before the corresponding day if the first day counts', () => {
    expect(due('2026-04-01T00:00', { after: 'P1Y', firstDayCounts: true })).toBe('2027-04-01T00:00:00+09:00');
    expect(due('2026-06-15T10:00', { after: 'P1M', firstDayCounts: true })).toBe('2026-07-15T00:00:00+09:00');
    expect(due('2026-01-31T10:00', { after: 'P1M', firstDayCounts: true })).toBe('2026-03-01T00:00:00+09:00');
  });

  it('can end at an office hour of the last day', () => {
    expect(due('2026-04-30T10:00', { after: 'P1M', at: '17:15' })).toBe('2026-05-31T17:15:00+09:00');
  });

  it('never comes earlier for a later beginning', () => {
    fc.assert(
      fc.property(instants, fc.integer({ min: 1, max: 40 }), fc.nat({ max: 3 * DAY_MS }), (from, months, later) => {
        const rule = { after: `P${months}M` };
        expect(dueAt(new Date(from.getTime() + later), rule).getTime()).toBeGreaterThanOrEqual(dueAt(from, rule).getTime());
      }),
    );
  });
});

describe('A deadline in hours', () => {
  it('is the exact instant', () => {
    expect(due('2026-06-01T15:00:01', { after: 'PT17H30M' })).toBe('2026-06-02T08:30:01+09:00');
    expect(due('2026-06-01T15:00:01', { after: 'P1DT1S' })).toBe('2026-06-02T15:00:02+09:00');
    expect(due('2026-06-01T15:00:01', { after: 'PT0S' })).toBe('2026-06-01T15:00:01+09:00');
  });

  it('can be moved to a wall time of the day in which it falls', () => {
    expect(due('2026-06-01T15:00', { after: 'PT48H', at: '17:00' })).toBe('2026-06-03T17:00:00+09:00');
  });
});

describe('A deadline in business days', () => {
  const tenDays: DeadlineRule = { after: 'P10D', calendar: 'business', at: '17:00' };

  it('of ten days crosses Golden Week', () => {
    expect(due('2026-04-24T09:00', tenDays)).toBe('2026-05-14T17:00:00+09:00');
    expect(due('2026-04-24T09:00', { ...tenDays, firstDayCounts: true })).toBe('2026-05-13T17:00:00+09:00');
  });

  it('crosses the year-end', () => {
    expect(due('2026-12-25T09:00', { after: 'P3D', calendar: 'business' })).toBe('2027-01-06T00:00:00+09:00');
  });

  it('after a call that closed on Friday 2023-06-23 at 17:00 ends on 7 July', () => {
    expect(due('2023-06-23T17:00', tenDays)).toBe('2023-07-07T17:00:00+09:00');
  });

  it('counts a first day that is open, and the next open one if it is not', () => {
    const oneDay: DeadlineRule = { after: 'P1D', calendar: 'business', firstDayCounts: true };
    expect(due('2026-06-05T09:00', oneDay)).toBe('2026-06-06T00:00:00+09:00');
    expect(due('2026-06-06T09:00', oneDay)).toBe('2026-06-09T00:00:00+09:00');
  });

  it('skips the days on which the office is closed besides', () => {
    const rule: DeadlineRule = { after: 'P1D', calendar: 'business', extraClosed: ['2026-07-01'] };
    expect(due('2026-06-30T09:00', rule)).toBe('2026-07-03T00:00:00+09:00');
  });

  it('is the end of the day that addBusinessDays names', () => {
    fc.assert(
      fc.property(instants, fc.integer({ min: 0, max: 120 }), (from, days) => {
        const lastDay = addBusinessDays(tokyoDate(from), days);
        expect(dueAt(from, { after: `P${days}D`, calendar: 'business' })).toEqual(tokyoInstant(`${lastDay}T24:00`));
      }),
    );
  });

  it('refuses to leave the holiday data', () => {
    expect(() => due('2050-12-20T09:00', tenDays)).toThrow(
      new RangeError(
        "Business days are known from 1970-01-01 to 2050-12-31, the range of the national holidays' data; 2051-01-01 lies outside.",
      ),
    );
  });
});

describe('deadlineProblem', () => {
  it.each<[DeadlineRule, string]>([
    [{ after: 'P2W', calendar: 'business' }, 'A deadline in business days takes whole days only, such as P10D, but has "P2W".'],
    [{ after: 'P1DT1H', calendar: 'business' }, 'A deadline in business days takes whole days only, such as P10D, but has "P1DT1H".'],
    [{ after: 'PT0S', calendar: 'business' }, 'A deadline in business days takes whole days only, such as P10D, but has "PT0S".'],
    [{ after: '-P3D' }, 'A deadline comes after its beginning, but "-P3D" is negative.'],
    [{ after: 'PT3H', firstDayCounts: true }, 'The first day cannot count in "PT3H": its end is an exact instant, not a day.'],
    [{ after: 'P0D', firstDayCounts: true }, 'The first day cannot count in "P0D": the period has no day.'],
    [{ after: 'P3D', at: '5pm' }, '"5pm" is no wall time: expected "00:00" to "24:00", for example "17:00".'],
    [{ after: 'P3D', at: '24:01' }, '"24:01" is no wall time: expected "00:00" to "24:00", for example "17:00".'],
    [{ after: 'P3D', extraClosed: ['2026-02-30'] }, '"2026-02-30" is no day of the calendar: expected for example "2026-11-24".'],
    [{ after: 'P3D', extraClosed: ['7/1'] }, '"7/1" is no ISO date: expected for example "2026-11-24".'],
  ])('says what dueAt throws for %j', (rule, problem) => {
    expect(deadlineProblem(rule)).toBe(problem);
    expect(() => dueAt(tokyoInstant('2026-06-01'), rule)).toThrow(new RangeError(problem));
  });

  it('names what a duration looks like', () => {
    expect(deadlineProblem({ after: 'ten days' })).toBe(
      '"ten days" is no ISO 8601 duration: expected for example P10D, P2W, P3M, P1Y or PT17H30M, in whole numbers of at most seven digits.',
    );
  });

  it('finds none in a rule that dueAt takes', () => {
    expect(deadlineProblem({ after: 'P10D', calendar: 'business', firstDayCounts: true, at: '17:00', extraClosed: ['2026-07-01'] })).toBeUndefined();
    expect(deadlineProblem({ after: 'P1Y' })).toBeUndefined();
  });
});
