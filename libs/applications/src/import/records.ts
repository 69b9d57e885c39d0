import { evaluateForm, fieldsOf, isCorporateNumber, type FormDefinition } from '@saitaku/forms'
import type { Json, JsonObject } from '@saitaku/statechart'
import type { Table, TableProblem } from './table.js'

export interface OrganisationRecord {
  name: string
  kana: string
  corporateNumber: string | null
  kind: string | null
  ward: string | null
}
export interface ReviewerRecord {
  name: string
  kana: string
  email: string
  lang: 'ja' | 'en'
  organisation: string | null
}
export interface ApplicationRecord {
  row: number
  title: string
  organisation: OrganisationRecord | null
  applicant: { name: string; kana: string; email: string } | null
  answers: JsonObject
}
export type Read<T> = { ok: true; records: T[] } | { ok: false; problems: TableProblem[] }

/** Headings that stand for the same: as offices write them, and as the API calls them. */
const HEADINGS = {
  name: ['名称', '団体名', '組織名', 'name', 'organisation'], kana: ['フリガナ', 'ふりがな', '名称カナ', 'kana'], corporateNumber: ['法人番号', 'corporateNumber'], kind: ['種別', '法人種別', 'kind'], ward: ['区', '所在区', 'ward'],
  person: ['氏名', '委員氏名', '申請者', '担当者', 'person'], personKana: ['氏名フリガナ', '氏名カナ', 'personKana'], email: ['メール', 'メールアドレス', 'email', 'e-mail'], lang: ['言語', 'lang'],
  affiliation: ['所属', '所属団体', 'affiliation'], title: ['題名', '事業名', '件名', 'title'],
} as const
type Heading = keyof typeof HEADINGS

class Reader {
  readonly problems: TableProblem[] = []
  private readonly columns: ReadonlyMap<Heading, string>

  constructor(
    readonly table: Table,
    allowed: readonly Heading[],
    other: ReadonlySet<string> = new Set(),
  ) {
    this.columns = new Map(allowed.flatMap((heading) => table.headings.filter((given) => (HEADINGS[heading] as readonly string[]).some((name) => name.toLowerCase() === given.toLowerCase())).slice(0, 1).map((given): [Heading, string] => [heading, given])))
    const used = new Set(this.columns.values())
    for (const heading of table.headings) if (!used.has(heading) && !other.has(heading)) this.fail(1, heading, 'この見出しは使えません', 'there is no column of this name')
  }

  need(heading: Heading): void {
    if (!this.columns.has(heading)) this.fail(1, HEADINGS[heading][0], 'この見出しの列が必要です', 'this column is needed')
  }

  cell(row: Table['rows'][number], heading: Heading): string {
    const column = this.columns.get(heading)
    return column === undefined ? '' : (row.cells[column] ?? '')
  }

  fail(row: number, column: string, ja: string, en: string): void {
    this.problems.push({ row, column, message: { ja, en } })
  }

  /** A cell that must not be empty, of at most so many characters. */
  text(row: Table['rows'][number], heading: Heading, max: number, required: boolean): string {
    const value = this.cell(row, heading)
    if (required && value === '') this.fail(row.row, this.nameOf(heading), '入力してください', 'it is empty')
    if ([...value].length > max) this.fail(row.row, this.nameOf(heading), `${max}文字以内で入力してください`, `it is longer than ${max} characters`)
    return value
  }

  nameOf(heading: Heading): string {
    return this.columns.get(heading) ?? HEADINGS[heading][0]
  }

  done<T>(records: T[]): Read<T> {
    return this.problems.length > 0 ? { ok: false, problems: this.problems } : { ok: true, records }
  }
}

const EMAIL = /^[^\s@"(),:;<>[\\\]]+@[^\s@]+\.[^\s@]+$/

/** Organisations of a table. The same corporate number twice, or one whose check digit is wrong, is a problem. */
export function organisationRecords(table: Table): Read<OrganisationRecord> {
  const reader = new Reader(table, ['name', 'kana', 'corporateNumber', 'kind', 'ward'])
  reader.need('name')
  const seen = new Map<string, number>()
  return reader.done(table.rows.map((row) => {
    const record = organisationOf(reader, row, true)
    const number = record?.corporateNumber
    if (number) {
      const first = seen.get(number)
      if (first !== undefined) reader.fail(row.row, reader.nameOf('corporateNumber'), `${first}行目と同じ法人番号です`, `it stands in row ${first} already`)
      else seen.set(number, row.row)
    }
    return record ?? { name: '', kana: '', corporateNumber: null, kind: null, ward: null }
  }))
}

function organisationOf(reader: Reader, row: Table['rows'][number], required: boolean): OrganisationRecord | null {
  const name = reader.text(row, 'name', 200, required)
  const digits = reader.cell(row, 'corporateNumber').normalize('NFKC').replaceAll(/[\s-]/g, '')
  if (digits !== '' && !isCorporateNumber(digits)) reader.fail(row.row, reader.nameOf('corporateNumber'), '法人番号(13桁)の検査用数字が合いません', 'the check digit of the corporate number does not match')
  if (name === '') return null
  return { name, kana: reader.text(row, 'kana', 200, false), corporateNumber: digits || null, kind: reader.text(row, 'kind', 100, false) || null, ward: reader.text(row, 'ward', 40, false) || null }
}

/** Reviewers of a table, each address once. */
export function reviewerRecords(table: Table): Read<ReviewerRecord> {
  const reader = new Reader(table, ['person', 'personKana', 'kana', 'email', 'lang', 'affiliation'])
  reader.need('person')
  reader.need('email')
  const seen = new Map<string, number>()
  return reader.done(table.rows.map((row) => {
    const email = emailOf(reader, row, true)
    const first = seen.get(email.toLowerCase())
    if (email !== '' && first !== undefined) reader.fail(row.row, reader.nameOf('email'), `${first}行目と同じメールアドレスです`, `it stands in row ${first} already`)
    seen.set(email.toLowerCase(), first ?? row.row)
    const lang = reader.cell(row, 'lang').toLowerCase()
    if (!['', 'ja', 'en', '日本語', '英語'].includes(lang)) reader.fail(row.row, reader.nameOf('lang'), '「ja」か「en」を入力してください', 'it is neither ja nor en')
    return {
      name: reader.text(row, 'person', 100, true), kana: reader.text(row, 'personKana', 100, false) || reader.text(row, 'kana', 100, false), email, lang: lang === 'en' || lang === '英語' ? 'en' : 'ja',
      organisation: reader.text(row, 'affiliation', 200, false) || null,
    }
  }))
}

function emailOf(reader: Reader, row: Table['rows'][number], required: boolean): string {
  const email = reader.text(row, 'email', 254, required).normalize('NFKC')
  if (email !== '' && !EMAIL.test(email)) reader.fail(row.row, reader.nameOf('email'), 'メールアドレスの形式が正しくありません', 'this is no e-mail address')
  return email
}

/** Kinds of fields that one cell can hold. */
const IN_A_CELL = new Set(['text', 'longText', 'kana', 'email', 'number', 'yen', 'date', 'choice', 'yesNo', 'corporateNumber'])

/**
 * Applications of a table: title, organisation, applicant, and any fields of the form by their id or label. An answer that the
 * form cannot read is a problem; one that is lacking is not, since a draft may be completed later.
 */
export function applicationRecords(table: Table, form: FormDefinition | undefined): Read<ApplicationRecord> {
  const fields = form ? fieldsOf(form).filter(({ kind }) => IN_A_CELL.has(kind)) : []
  const fieldOf = new Map(fields.flatMap((field) => [[field.id, field], [field.label.ja.normalize('NFKC'), field], [field.label.en, field]] as const))
  const reader = new Reader(table, ['title', 'name', 'kana', 'corporateNumber', 'kind', 'ward', 'person', 'personKana', 'email'], new Set(fieldOf.keys()))
  reader.need('title')
  return reader.done(table.rows.map((row): ApplicationRecord => {
    const answers: Record<string, Json> = {}
    for (const heading of table.headings) {
      const field = fieldOf.get(heading)
      const cell = row.cells[heading] ?? ''
      if (!field || cell === '') continue
      answers[field.id] = field.kind === 'choice' ? (field.options.find(({ id, label }) => id === cell || label.ja === cell || label.en === cell)?.id ?? cell) : field.kind === 'yesNo' ? (YES_NO.get(cell) ?? cell) : cell
    }
    if (form) for (const { field, code, severity, message } of evaluateForm(form, answers).problems) if (severity === 'error' && code !== 'required') reader.fail(row.row, table.headings.find((heading) => fieldOf.get(heading)?.id === field) ?? field, message.ja, message.en)
    const name = reader.text(row, 'person', 100, false)
    const email = emailOf(reader, row, false)
    if (name !== '' && email === '') reader.fail(row.row, reader.nameOf('email'), '申請者のメールアドレスを入力してください', "the applicant's address is needed")
    return {
      row: row.row, title: reader.text(row, 'title', 200, true), organisation: organisationOf(reader, row, false),
      applicant: email === '' ? null : { name: name || email, kana: reader.text(row, 'personKana', 100, false), email }, answers,
    }
  }))
}

const YES_NO: ReadonlyMap<string, boolean> = new Map([['はい', true], ['○', true], ['yes', true], ['true', true], ['いいえ', false], ['×', false], ['no', false], ['false', false]])
