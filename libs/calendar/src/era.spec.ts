import fc from 'fast-check';
import { eraYear, formatEnglishDate, formatJapaneseDate, tokyoInstant } from './index.js';

describe('eraYear', () => {
  it.each([
    ['2026-11-24', '令和', 'R', 8, '令和8年'],
    ['2019-05-01', '令和', 'R', 1, '令和元年'],
    ['2019-04-30', '平成', 'H', 31, '平成31年'],
    ['1989-01-08', '平成', 'H', 1, '平成元年'],
    ['1989-01-07', '昭和', 'S', 64, '昭和64年'],
    ['1926-12-25', '昭和', 'S', 1, '昭和元年'],
    ['1926-12-24', '大正', 'T', 15, '大正15年'],
    ['1912-07-30', '大正', 'T', 1, '大正元年'],
    ['1912-07-29', '明治', 'M', 45, '明治45年'],
    ['1873-01-01', '明治', 'M', 6, '明治6年'],
  ])('of %s', (date, era, letter, year, label) => {
    expect(eraYear(date)).toEqual({ era, letter, year, label });
  });

  it('takes an instant by its day in Tokyo', () => {
    expect(eraYear(new Date('2019-04-30T14:59:59Z')).label).toBe('平成31年');
    expect(eraYear(new Date('2019-04-30T15:00:00Z')).label).toBe('令和元年');
    expect(eraYear('2019-04-30T15:00:00Z').label).toBe('令和元年');
  });

  it('agrees with the Japanese calendar of ICU', () => {
    const icu = new Intl.DateTimeFormat('ja-JP-u-ca-japanese', { timeZone: 'Asia/Tokyo', era: 'long', year: 'numeric' });
    const instants = fc.date({ min: tokyoInstant('1873-01-01'), max: tokyoInstant('2100-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(instants, (instant) => {
        expect(eraYear(instant).label).toBe(icu.format(instant));
      }),
    );
  });

  it('refuses a day before the Gregorian calendar came into use', () => {
    expect(() => eraYear('1872-12-31')).toThrow(
      new RangeError('"1872-12-31" has no era date: eras are counted from 1873-01-01 on.'),
    );
  });

  it.each(['', '2026-02-30', '令和8年'])('refuses %j, which is no date', (text) => {
    expect(() => eraYear(text)).toThrow(RangeError);
  });
});

describe('formatJapaneseDate', () => {
  it('writes a date for the web, with its era, and short', () => {
    expect(formatJapaneseDate('2026-11-24')).toBe('2026年11月24日(令和8年)');
    expect(formatJapaneseDate('2026-11-24', 'web')).toBe('2026年11月24日(令和8年)');
    expect(formatJapaneseDate('2026-11-24', 'era')).toBe('令和8年11月24日');
    expect(formatJapaneseDate('2026-11-24', 'short')).toBe('R8.11.24');
  });

  it('calls the first year 元年, and 1 in short', () => {
    expect(formatJapaneseDate('2019-05-01')).toBe('2019年5月1日(令和元年)');
    expect(formatJapaneseDate('2019-05-01', 'era')).toBe('令和元年5月1日');
    expect(formatJapaneseDate('2019-05-01', 'short')).toBe('R1.5.1');
  });

  it('takes an instant by its day in Tokyo', () => {
    expect(formatJapaneseDate(new Date('2026-03-31T15:00:00Z'), 'era')).toBe('令和8年4月1日');
  });

  it('leaves the era away before 1873', () => {
    expect(formatJapaneseDate('1871-04-01')).toBe('1871年4月1日');
    expect(formatJapaneseDate('1871-04-01', 'era')).toBe('1871年4月1日');
    expect(formatJapaneseDate('1871-04-01', 'short')).toBe('1871.4.1');
  });
});

describe('formatEnglishDate', () => {
  it('writes day, month and year', () => {
    expect(formatEnglishDate('2026-11-24')).toBe('24 November 2026');
    expect(formatEnglishDate('2027-01-04')).toBe('4 January 2027');
    expect(formatEnglishDate(new Date('2026-12-31T15:00:00Z'))).toBe('1 January 2027');
  });
});
