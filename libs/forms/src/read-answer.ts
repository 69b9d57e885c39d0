import type { ColumnDefinition, FieldDefinition, FieldOf } from './definition.js'
import { problem, type FormProblem, type Json } from './problems.js'
import { failed, found, isRecord, NOTHING, type Path, type Reading } from './reading.js'
import { readInt, type NumberStyle } from './read-number.js'
import { readCorporateNumber, readEmail, readText } from './read-text.js'

type Answerable = Exclude<FieldDefinition, { kind: 'computed' }>

/** Reads one answer, whatever JSON it is, into its normal form. `null` and blanks are no answer. */
export function readAnswer(field: Answerable, raw: unknown): Reading {
  const path = [field.id]
  if (raw === undefined || raw === null) return NOTHING
  switch (field.kind) {
    case 'choices':
      return readChoices(field, raw, path)
    case 'sdgs':
      return readGoals(field, raw, path)
    case 'declaration':
      return readDeclaration(raw, path)
    case 'table':
      return readTable(field, raw, path)
    case 'checklist':
      return readChecklist(field, raw, path)
    case 'file':
      return readFiles(field, raw, path)
    default:
      return readCell(field, raw, path)
  }
}

function readCell(field: ColumnDefinition, raw: unknown, path: Path): Reading {
  if (raw === undefined || raw === null) return NOTHING
  switch (field.kind) {
    case 'text':
    case 'longText':
    case 'kana':
      return readText(field, raw, path)
    case 'email':
      return readEmail(raw, path)
    case 'corporateNumber':
      return readCorporateNumber(raw, path)
    case 'number':
      return readNumber(field, raw, path, { unit: field.unit })
    case 'yen':
      return readNumber(field, raw, path, { yen: true, unit: { ja: '円', en: 'yen' } })
    case 'date':
      return readDate(field, raw, path)
    case 'choice':
      return readChoice(field, raw, path)
    case 'yesNo':
      return typeof raw === 'boolean' ? found(raw) : failed(path, 'notYesNo')
  }
}

function readNumber(field: { min?: number; max?: number }, raw: unknown, path: Path, style: NumberStyle): Reading<number> {
  const value = readInt(raw, style)
  if (value === undefined) return NOTHING
  if (typeof value !== 'number') return failed(path, value)
  if (field.min !== undefined && value < field.min) return failed(path, 'tooSmall', { limit: field.min, unit: style.unit })
  if (field.max !== undefined && value > field.max) return failed(path, 'tooLarge', { limit: field.max, unit: style.unit })
  return found(value)
}

function readDate(field: FieldOf<'date'> | Extract<ColumnDefinition, { kind: 'date' }>, raw: unknown, path: Path): Reading<string> {
  if (typeof raw !== 'string') return failed(path, 'notADate')
  const day = raw.trim()
  if (day === '') return NOTHING
  if (!isDay(day)) return failed(path, 'notADate')
  if (field.min !== undefined && day < field.min) return failed(path, 'tooEarly', { limit: field.min })
  if (field.max !== undefined && day > field.max) return failed(path, 'tooLate', { limit: field.max })
  return found(day)
}

/** Whether `YYYY-MM-DD` is a day of the Gregorian calendar, from year 1000 on. */
function isDay(text: string): boolean {
  const [, year, month, day] = /^([1-9]\d{3})-(\d\d)-(\d\d)$/.exec(text)?.map(Number) ?? []
  if (year === undefined || month === undefined || day === undefined || month < 1 || month > 12) return false
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
  return days !== undefined && day >= 1 && day <= days
}

function readChoice(field: { options: { id: string }[] }, raw: unknown, path: Path): Reading<string> {
  if (raw === '') return NOTHING
  const option = field.options.find((o) => o.id === raw)
  return option ? found(option.id) : failed(path, 'unknownOption')
}

/** The chosen options, each once, in the order in which the form lists them. */
function readChoices(field: FieldOf<'choices'>, raw: unknown, path: Path): Reading<string[]> {
  if (!Array.isArray(raw)) return failed(path, 'notAList')
  const known = new Set<unknown>(field.options.map((o) => o.id))
  const chosen = new Set<unknown>(raw)
  const unknown = raw.findIndex((id: unknown) => !known.has(id))
  if (unknown >= 0) return failed([...path, unknown], 'unknownOption')
  return counted(field, field.options.map((o) => o.id).filter((id) => chosen.has(id)), path)
}

/** The chosen goals, each once, ascending. */
function readGoals(field: FieldOf<'sdgs'>, raw: unknown, path: Path): Reading<number[]> {
  if (!Array.isArray(raw)) return failed(path, 'notAList')
  const goals = raw.map((goal: unknown) => readInt(goal))
  const wrong = goals.findIndex((goal) => typeof goal !== 'number' || goal < 1 || goal > 17)
  if (wrong >= 0) return failed([...path, wrong], 'notAGoal')
  const chosen = [...new Set(goals.filter((goal) => typeof goal === 'number'))]
  return counted(field, chosen.sort((a, b) => a - b), path)
}

function counted<T extends string | number>(field: { min?: number; max?: number }, chosen: T[], path: Path): Reading<T[]> {
  if (chosen.length === 0) return NOTHING
  if (field.min !== undefined && chosen.length < field.min) return failed(path, 'tooFew', { limit: field.min })
  if (field.max !== undefined && chosen.length > field.max) return failed(path, 'tooMany', { limit: field.max })
  return found(chosen)
}

function readDeclaration(raw: unknown, path: Path): Reading<boolean> {
  if (typeof raw !== 'boolean') return failed(path, 'notYesNo')
  return raw ? found(true) : NOTHING
}

type Row = Record<string, Json>

/** Rows without any answer are left out; paths count the rows as they were given. */
function readTable(field: FieldOf<'table'>, raw: unknown, path: Path): Reading<Row[]> {
  if (!Array.isArray(raw)) return failed(path, 'notAList')
  if (raw.length > field.maxRows) return failed(path, 'tooManyRows', { limit: field.maxRows })
  const readings = raw.map((row: unknown, index) => readRow(field, row, [...path, index]))
  const rows = readings.map((reading) => reading.value).filter((row) => row !== undefined)
  const problems = readings.flatMap((reading) => reading.problems)
  if (rows.length === 0) return { problems }
  const tooFew = field.minRows !== undefined && rows.length < field.minRows
  if (tooFew) problems.push(problem(path, 'tooFewRows', { limit: field.minRows }))
  return { value: rows, problems, incomplete: tooFew || readings.some((reading) => reading.incomplete) }
}

function readRow(field: FieldOf<'table'>, raw: unknown, path: Path): Reading<Row> {
  if (raw === null) return NOTHING
  if (!isRecord(raw)) return failed(path, 'notARow')
  const problems = strangers(raw, field.columns, path)
  const row: Row = {}
  const missing: FormProblem[] = []
  for (const column of field.columns) {
    const at = [...path, column.id]
    const reading = readCell(column, own(raw, column.id), at)
    problems.push(...reading.problems)
    if (reading.value !== undefined) row[column.id] = reading.value
    else if (column.required && reading.problems.length === 0) missing.push(problem(at, 'required'))
  }
  if (Object.keys(row).length === 0) return { problems }
  return { value: row, problems: [...problems, ...missing], incomplete: missing.length > 0 }
}

/** Points by item, each from 0 to the field's most. A box that is ticked or not stands for 1 or 0. */
function readChecklist(field: FieldOf<'checklist'>, raw: unknown, path: Path): Reading<Record<string, number>> {
  if (!isRecord(raw)) return failed(path, 'notAChecklist')
  const problems = strangers(raw, field.items, path)
  const points: Record<string, number> = {}
  const missing: FormProblem[] = []
  for (const item of field.items) {
    const at = [...path, item.id]
    const reading = readPoints(field.max, own(raw, item.id), at)
    problems.push(...reading.problems)
    if (reading.value !== undefined) points[item.id] = reading.value
    else if (reading.problems.length === 0) missing.push(problem(at, 'required'))
  }
  if (Object.keys(points).length === 0) return { problems }
  return { value: points, problems: [...problems, ...missing], incomplete: missing.length > 0 }
}

function readPoints(max: number, raw: unknown, path: Path): Reading<number> {
  if (raw === undefined || raw === null) return NOTHING
  if (typeof raw === 'boolean' && max === 1) return found(raw ? 1 : 0)
  return readNumber({ min: 0, max }, raw, path, {})
}

type FileRecord = { name: string; size: number; sha256: string }

/** One record, or a list of them; the normal form is a list. */
function readFiles(field: FieldOf<'file'>, raw: unknown, path: Path): Reading<FileRecord[]> {
  const list: unknown[] = Array.isArray(raw) ? raw : [raw]
  if (list.length > field.maxFiles) return failed(path, 'tooManyFiles', { limit: field.maxFiles })
  const readings = list.map((file, index) => readFile(file, Array.isArray(raw) ? [...path, index] : path))
  const problems = readings.flatMap((reading) => reading.problems)
  const files = readings.map((reading) => reading.value).filter((file) => file !== undefined)
  return files.length === 0 ? { problems } : { value: files, problems }
}

function readFile(raw: unknown, path: Path): Reading<FileRecord> {
  if (!isRecord(raw)) return failed(path, 'notAFile')
  const extra = strangers(raw, [{ id: 'name' }, { id: 'size' }, { id: 'sha256' }], path)
  const name = readText({ id: 'name', kind: 'text', label: { ja: '', en: '' }, required: true, maxLength: 255 }, own(raw, 'name'), [...path, 'name'])
  const size = own(raw, 'size')
  const sha256 = own(raw, 'sha256')
  if (name.value === undefined || /[/\\]/.test(name.value)) return failed(path, 'notAFile')
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) return failed(path, 'notAFile')
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) return failed(path, 'notAFile')
  if (size === 0) return failed(path, 'emptyFile') // an upload that failed silently looks like this
  return { value: { name: name.value, size, sha256 }, problems: extra }
}

function strangers(raw: Record<string, unknown>, known: { id: string }[], path: Path): FormProblem[] {
  const ids = new Set(known.map((part) => part.id))
  return Object.keys(raw)
    .filter((key) => !ids.has(key))
    .map((key) => problem([...path, key], 'unknownField'))
}

/** A key of the answers themselves, never one that every object inherits. */
export function own(raw: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(raw, key) ? raw[key] : undefined
}
