export { addBusinessDays, businessDaysBetween, holidayName, holidayYears, isBusinessDay } from './business-day.js';
export { deadlineProblem, dueAt, type DeadlineRule } from './deadline.js';
export { addDuration, isDuration, parseDuration, type DurationParts, type IsoDuration } from './duration.js';
export { eraYear, formatEnglishDate, formatJapaneseDate, type EraYear } from './era.js';
export { fiscalYearOf, type FiscalYear } from './fiscal-year.js';
export { formatInstant, tokyoDate, tokyoInstant } from './instant.js';
export { parseDate, type ParsedDate } from './parse-date.js';
export { ZONE } from './tokyo-day.js';
