import { InvalidInputError, InvalidSpreadsheetError, readSheet } from 'read-excel-file/node'
import writeXlsxFile, { type Row as WrittenRow } from 'write-excel-file/node'
import type { Stage } from '@saitaku/review'
import type { JsonObject } from '@saitaku/statechart'
import type { ApplicationName } from './applications.js'
import { refuse, type InputProblem } from './refusal.js'
import type { Sheet, SheetContent } from './sheets.js'
import { zipProblem } from './zip-limits.js'

/** One line of a reviewer's workbook. */
export interface WorkbookRow {
  application: ApplicationName
  sheet: Pick<Sheet, 'points' | 'comments' | 'note'> | null
}

/** What a row of a workbook says, and on which line. */
export interface ReadRow {
  line: number
  applicationId: string
  content: SheetContent
}

const NUMBER = { ja: '受付番号', en: 'Receipt number' }
const TITLE = { ja: '申請', en: 'Application' }
const NOTE = { ja: '講評', en: 'Remarks' }
const COMMENT = { ja: 'コメント', en: 'comment' }
/** The second line names the columns for the machine: labels may be translated, or be the same twice. */
const HEADERS = 2
const MOST_ROWS = 5000

interface Column {
  id: string
  label: { ja: string; en: string }
  width: number
}

function columnsOf({ criteria }: Stage): Column[] {
  return [
    { id: 'application', label: { ja: 'ID', en: 'ID' }, width: 8 }, { id: 'number', label: NUMBER, width: 16 }, { id: 'title', label: TITLE, width: 40 },
    ...criteria.flatMap((criterion): Column[] => [
      { id: criterion.id, label: { ja: `${criterion.label.ja}(${scaleOf(criterion)})`, en: `${criterion.label.en} (${scaleOf(criterion)})` }, width: 16 },
      { id: `${criterion.id}.comment`, label: { ja: `${criterion.label.ja} ${COMMENT.ja}`, en: `${criterion.label.en} ${COMMENT.en}` }, width: 30 },
    ]),
    { id: 'note', label: NOTE, width: 40 },
  ]
}

function scaleOf({ levels, maxPoints, step }: Stage['criteria'][number]): string {
  return levels ? Object.keys(levels).join('/') : `0–${maxPoints ?? ''}${step === undefined ? '' : `, ${step}`}`
}

/** A workbook to score without a connection: one line an application, with what has been saved so far. Every cell is text, so that none is a formula. */
export async function writeWorkbook(rubric: Stage, rows: readonly WorkbookRow[], lang: 'ja' | 'en'): Promise<Buffer> {
  const columns = columnsOf(rubric)
  const text = (value: unknown): WrittenRow[number] => ({ type: String, value: typeof value === 'string' || typeof value === 'number' ? String(value) : '' })
  const data: WrittenRow[] = [
    columns.map(({ label }) => ({ type: String, value: label[lang], fontWeight: 'bold' as const })),
    columns.map(({ id }) => ({ type: String, value: id, textColor: '#888888' })),
    ...rows.map(({ application, sheet }): WrittenRow => columns.map(({ id }) => text(cellOf(id, application, sheet)))),
  ]
  return writeXlsxFile(data, { sheet: rubric.id, columns: columns.map(({ width }) => ({ width })), stickyRowsCount: HEADERS, stickyColumnsCount: 3 }).toBuffer()
}

function cellOf(column: string, application: ApplicationName, sheet: WorkbookRow['sheet']): unknown {
  if (column === 'application') return application.id
  if (column === 'number') return application.number
  if (column === 'title') return application.title
  if (column === 'note') return sheet?.note
  const [criterion = '', comment] = column.split('.')
  return comment === undefined ? sheet?.points[criterion] : sheet?.comments[criterion]
}

/** Reads a workbook back. Lines without any score are left out; what cannot be read at all is refused, the rest comes with its problems by line and column. */
export async function readWorkbook(rubric: Stage, file: Buffer): Promise<{ rows: ReadRow[]; problems: InputProblem[] }> {
  const problems: InputProblem[] = []
  const table = await cellsOf(file)
  const ids = (table[HEADERS - 1] ?? []).map((cell) => (typeof cell === 'string' ? cell.trim() : ''))
  const known = columnsOf(rubric).map(({ id }) => id)
  for (const id of known) if (ids.filter((one) => one === id).length !== 1 && !id.endsWith('.comment') && !['number', 'title', 'note'].includes(id)) problems.push(at(HEADERS, id, 'missing', `「${id}」の列がありません`, `the column ${id} is missing or stands there twice`))
  for (const id of ids) if (id !== '' && !known.includes(id)) problems.push(at(HEADERS, id, 'unknownKey', `「${id}」という列はありません`, `there is no column ${id}`))
  if (table.length > MOST_ROWS) problems.push(at(table.length, 'application', 'shape', `${MOST_ROWS}行までです`, `a workbook has at most ${MOST_ROWS} lines`))
  if (problems.length > 0) return { rows: [], problems }
  const rows: ReadRow[] = []
  const lines = new Map<string, number>()
  for (const [i, cells] of table.slice(HEADERS).entries()) {
    const line = i + HEADERS + 1
    const read = readRow(rubric, ids, cells, line)
    if (!read) continue
    const before = lines.get(read.applicationId)
    if (before !== undefined) problems.push(at(line, 'application', 'duplicateId', `${before}行目と同じ申請です`, `the same application as in line ${before}`))
    lines.set(read.applicationId, line)
    rows.push(read)
  }
  return { rows, problems }
}

function readRow({ criteria }: Stage, ids: readonly string[], cells: readonly unknown[], line: number): ReadRow | undefined {
  const cell = (id: string): string => {
    const value = cells[ids.indexOf(id)]
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value).trim() : ''
  }
  const filled = (names: string[]): JsonObject => Object.fromEntries(names.flatMap((name) => (cell(name) === '' ? [] : [[name.replace(/\.comment$/, ''), cell(name)]])))
  const points = filled(criteria.map(({ id }) => id))
  const comments = filled(criteria.map(({ id }) => `${id}.comment`))
  const note = cell('note')
  if (Object.keys(points).length + Object.keys(comments).length === 0 && note === '') return undefined
  return { line, applicationId: cell('application').toLowerCase(), content: { points, comments, note } }
}

async function cellsOf(file: Buffer): Promise<readonly (readonly unknown[])[]> {
  const problem = zipProblem(file)
  if (problem) throw refuse('badInput', problem.ja, problem.en)
  try {
    return await readSheet(file)
  } catch (error) {
    if (error instanceof InvalidInputError || error instanceof InvalidSpreadsheetError || error instanceof Error) throw refuse('badInput', 'Excelのファイル(.xlsx)として読めません', 'The file is no workbook (.xlsx) that can be read')
    throw error
  }
}

/** `pointer` leads to a line and a column. */
export function at(line: number, column: string, code: string, ja: string, en: string): InputProblem {
  return { pointer: `/${line}/${column}`, code, message: { ja: `${line}行目: ${ja}`, en: `line ${line}: ${en}` } }
}
