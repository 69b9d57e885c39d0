import type { ColumnDefinition } from './definition.js'
import { DEFAULT_MAX_LENGTH } from './limits.js'
import { isCorporateNumber } from './corporate-number.js'
import { problem } from './problems.js'
import { failed, found, NOTHING, type Path, type Reading } from './reading.js'
import { readFormat } from './text-formats.js'

const LINE_BREAKS = /[\t\n\u2028\u2029]/
/** Control characters but tab and line feed, noncharacters, and halves of a surrogate pair. */
const FORBIDDEN = /[^\P{Cc}\t\n]|[\ufffe\uffff]|\p{Surrogate}/u
/** Katakana with its marks, also decomposed, and spaces between family and given name. */
const KATAKANA = /^[\u30a1-\u30ff\u3099\u309a \u3000]+$/
const EMAIL = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/
const MAX_EMAIL_LENGTH = 254
const MAX_NUMBER_LENGTH = 64

interface TextLimits {
  maxLength: number
  lines: 'one' | 'many'
}

/** Trims, and refuses what no text may hold. Characters are kept exactly (髙, 﨑); only line ends become LF. */
function readLine(raw: unknown, path: Path, { maxLength, lines }: TextLimits): Reading<string> {
  if (typeof raw !== 'string') return failed(path, 'notText')
  const text = raw.replace(/\r\n?/g, '\n').trim()
  if (text === '') return NOTHING
  if (longerThan(text, maxLength)) return failed(path, 'tooLong', { limit: maxLength })
  if (FORBIDDEN.test(text)) return failed(path, 'forbiddenCharacter')
  if (lines === 'one' && LINE_BREAKS.test(text)) return failed(path, 'severalLines')
  return found(text)
}

/** Counts characters as people do (code points), without spreading a text that is far too long. */
function longerThan(text: string, limit: number): boolean {
  if (text.length <= limit) return false
  return text.length > 2 * limit || [...text].length > limit
}

type TextKind = Extract<ColumnDefinition, { kind: 'text' | 'longText' | 'kana' }>

export function readText(field: TextKind, raw: unknown, path: Path): Reading<string> {
  const reading = readLine(raw, path, { maxLength: field.maxLength, lines: field.kind === 'longText' ? 'many' : 'one' })
  if (reading.value === undefined) return reading
  if (field.kind === 'text' && field.format !== undefined) {
    const read = readFormat(field.format, reading.value)
    return 'value' in read ? found(read.value) : failed(path, read.problem)
  }
  if (field.kind !== 'kana') return reading
  return KATAKANA.test(reading.value) ? reading : failed(path, 'notKana')
}

export function readEmail(raw: unknown, path: Path): Reading<string> {
  const reading = readLine(raw, path, { maxLength: DEFAULT_MAX_LENGTH, lines: 'one' })
  if (reading.value === undefined) return reading
  const address = reading.value.normalize('NFKC')
  return address.length <= MAX_EMAIL_LENGTH && EMAIL.test(address) ? found(address) : failed(path, 'notEmail')
}

/** A wrong number is a warning: many applicants have none, and a typing error must not keep anybody out. */
export function readCorporateNumber(raw: unknown, path: Path): Reading<string> {
  const reading = readLine(raw, path, { maxLength: MAX_NUMBER_LENGTH, lines: 'one' })
  if (reading.value === undefined) return reading
  const number = reading.value.normalize('NFKC').replace(/[\s‐-―−-]/g, '')
  if (number === '') return NOTHING
  return isCorporateNumber(number) ? found(number) : { value: number, problems: [problem(path, 'corporateNumber')] }
}
