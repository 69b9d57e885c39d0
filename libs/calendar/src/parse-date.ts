import { ERAS, eraYear, isInEra, type Era } from './era.js';
import { dayNumber, isoDate } from './tokyo-day.js';

/**
 * `unreadable`: not written as a date. `impossible`: no such day in the calendar, or a Gregorian date with
 * another year's era behind it. `outsideEra`: the day exists, but the era does not hold it.
 */
export type ParsedDate =
  | { ok: true; date: string }
  | { ok: false; reason: 'unreadable' | 'impossible' | 'outsideEra' };

const ERA = '令和|平成|昭和|大正|明治|[令平昭大明RHSTM]';
const MONTH_AND_DAY =
  '(?: *年 *(?<month>\\d{1,2}) *月 *(?<day>\\d{1,2}) *日| *(?<mark>[-/.]) *(?<month2>\\d{1,2}) *\\k<mark> *(?<day2>\\d{1,2}))';
const ERA_DATE = new RegExp(`^(?<era>${ERA}) *(?<year>元|\\d{1,3})${MONTH_AND_DAY}$`, 'i');
const GREGORIAN_DATE = new RegExp(
  `^(?:西暦 *)?(?<year>\\d{4})${MONTH_AND_DAY}(?: *\\( *(?<era>${ERA}) *(?<eraYear>元|\\d{1,3}) *年 *\\))?$`,
  'i',
);

/** Long enough for every accepted form with spaces, short enough that nothing big is normalised. */
const LONGEST = 60;

/** Dashes that keyboards and input methods put for a hyphen, among them the long vowel sign. */
const DASHES = /[‐‑–—−ー]/g;

const UNREADABLE: ParsedDate = Object.freeze({ ok: false, reason: 'unreadable' });
const IMPOSSIBLE: ParsedDate = Object.freeze({ ok: false, reason: 'impossible' });
const OUTSIDE_ERA: ParsedDate = Object.freeze({ ok: false, reason: 'outsideEra' });

/**
 * Reads a date as people write it: 令和8年3月31日, 令和元年5月1日, 令8.3.31, R8.3.31, R8/3/31, R8-3-31,
 * 2026年3月31日 (also with the era behind, as `formatJapaneseDate` writes it), 2026/3/31, 2026.3.31,
 * 2026-03-31; digits, letters and marks full-width or not. Gregorian years have four digits, so that
 * no two-digit year is guessed at. Never throws.
 *
 * @example parseDate('令和元年5月1日') // { ok: true, date: "2019-05-01" }
 * @example parseDate('令和元年4月30日') // { ok: false, reason: "outsideEra" }
 */
export function parseDate(text: string): ParsedDate {
  if (text.length > LONGEST) return UNREADABLE;
  const plain = text.normalize('NFKC').replace(DASHES, '-').trim();
  const eraDate = ERA_DATE.exec(plain)?.groups;
  if (eraDate) return fromEraDate(eraDate);
  const gregorianDate = GREGORIAN_DATE.exec(plain)?.groups;
  return gregorianDate ? fromGregorianDate(gregorianDate) : UNREADABLE;
}

type Groups = Record<string, string | undefined>;

function fromEraDate(groups: Groups): ParsedDate {
  const era = eraNamed(groups['era']);
  const date = existingDate(era.firstYear + yearNumber(groups['year']) - 1, groups);
  if (date === undefined) return IMPOSSIBLE;
  return isInEra(era, date) ? { ok: true, date } : OUTSIDE_ERA;
}

function fromGregorianDate(groups: Groups): ParsedDate {
  const date = existingDate(yearNumber(groups['year']), groups);
  if (date === undefined) return IMPOSSIBLE;
  if (groups['era'] === undefined) return { ok: true, date };
  const era = eraNamed(groups['era']);
  if (!isInEra(era, date)) return OUTSIDE_ERA;
  return eraYear(date).year === yearNumber(groups['eraYear']) ? { ok: true, date } : IMPOSSIBLE;
}

function existingDate(year: number, groups: Groups): string | undefined {
  const day = dayNumber(year, Number(groups['month'] ?? groups['month2']), Number(groups['day'] ?? groups['day2']));
  return day === undefined ? undefined : isoDate(day);
}

function yearNumber(text: string | undefined): number {
  return text === '元' ? 1 : Number(text);
}

function eraNamed(text = ''): Era {
  const letter = text.toUpperCase();
  const era = ERAS.find(({ name, letter: own }) => name.startsWith(text) || own === letter);
  if (!era) throw new Error(`The pattern of era dates admits ${text}, which is no era.`);
  return era;
}
