import fc from 'fast-check';
import { formatJapaneseDate, parseDate } from './index.js';

const unreadable = { ok: false, reason: 'unreadable' };
const impossible = { ok: false, reason: 'impossible' };
const outsideEra = { ok: false, reason: 'outsideEra' };

describe('parseDate', () => {
  it.each([
    '令和8年3月31日', '令和08年03月31日', '令和 8年 3月 31日', '　令和８年３月３１日　', '㋿8年3月31日', '令8.3.31', '令和8/3/31',
    'R8.3.31', 'R8/3/31', 'R8-3-31', 'r8.3.31', 'R08.03.31', 'Ｒ８．３．３１', 'Ｒ８／３／３１', 'R 8. 3. 31',
    '2026年3月31日', '２０２６年３月３１日', '西暦2026年3月31日', '2026-03-31', '２０２６－０３－３１', '２０２６ー０３ー３１', '2026/3/31', '2026.3.31',
    '2026年3月31日(令和8年)', '2026年3月31日（令和８年）',
  ])('reads %s as 2026-03-31', (text) => {
    expect(parseDate(text)).toEqual({ ok: true, date: '2026-03-31' });
  });

  it.each([
    ['令和元年5月1日', '2019-05-01'],
    ['令和1年5月1日', '2019-05-01'],
    ['R元.5.1', '2019-05-01'],
    ['2019年5月1日(令和元年)', '2019-05-01'],
    ['平成31年4月30日', '2019-04-30'],
    ['平成元年1月8日', '1989-01-08'],
    ['昭和64年1月7日', '1989-01-07'],
    ['S1.12.25', '1926-12-25'],
    ['大正15年12月24日', '1926-12-24'],
    ['T1.7.30', '1912-07-30'],
    ['明治45年7月29日', '1912-07-29'],
    ['M6.1.1', '1873-01-01'],
    ['2024-02-29', '2024-02-29'],
    ['R6.2.29', '2024-02-29'],
    ['1871-04-01', '1871-04-01'],
  ])('reads %s as %s', (text, date) => {
    expect(parseDate(text)).toEqual({ ok: true, date });
  });

  it.each([
    '令和8年2月29日', '令和8年2月30日', 'R8.4.31', 'R8.13.1', 'R8.0.1', 'R8.1.0', '2026-02-29', '2100-02-29', '0000-01-01',
    '昭和65年2月30日', '2026年3月31日(令和7年)',
  ])('finds %s impossible', (text) => {
    expect(parseDate(text)).toEqual(impossible);
  });

  it.each([
    '令和元年4月30日', '令和0年5月1日', '平成31年5月1日', '平成元年1月7日', '昭和64年1月8日', '昭和100年1月1日', '昭和元年12月24日', '大正15年12月25日',
    '大正元年7月29日', '明治45年7月30日', '明治5年12月2日', '明治元年10月23日', '2019年4月30日(令和元年)',
  ])('finds %s outside its era', (text) => {
    expect(parseDate(text)).toEqual(outsideEra);
  });

  it.each([
    '', ' ', 'tomorrow', '2026', '2026-03', '2026年3月', '令和8年', '8.3.31', '26-03-31', '2026-3/31', 'R8.3', 'X8.3.31', '慶応3年1月1日', '令和8年3月31',
    '令和1000年1月1日', '20260331', '2026-03-31T00:00', '2026-03-31 extra', '(令和8年)', '令和-8年3月31日', `2026-03-31${' '.repeat(100)}`,
  ])('cannot read %j', (text) => {
    expect(parseDate(text)).toEqual(unreadable);
  });

  const days = fc.date({ min: new Date('1873-01-01T00:00:00Z'), max: new Date('2117-12-31T00:00:00Z'), noInvalidDate: true });
  const isoDates = days.map((day) => day.toISOString().slice(0, 10));

  it('reads what formatJapaneseDate writes, in full width too', () => {
    fc.assert(
      fc.property(isoDates, fc.constantFrom('web', 'era', 'short'), fc.boolean(), (date, style, wide) => {
        const text = formatJapaneseDate(date, style);
        expect(parseDate(wide ? fullWidth(text) : text)).toEqual({ ok: true, date });
      }),
    );
  });

  it('answers any text without throwing, with a date of the calendar or a reason', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...'令和平成昭大正明治元年月日RHST0123456789.-/() '), maxLength: 14 }),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const parsed = parseDate(text);
        if (parsed.ok) expect(new Date(parsed.date).toISOString().slice(0, 10)).toBe(parsed.date);
        else expect([unreadable, impossible, outsideEra]).toContainEqual(parsed);
      }),
    );
  });
});

function fullWidth(text: string): string {
  return text.replace(/[!-~]/g, (character) => String.fromCodePoint(character.charCodeAt(0) + 0xfee0));
}
