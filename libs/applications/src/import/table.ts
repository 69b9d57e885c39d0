import { parse } from 'csv-parse/sync'
import iconv from 'iconv-lite'
import { readSheet } from 'read-excel-file/node'

/** A table of an office as text: rows by their number in the file, cells by their heading. */
export interface Table {
  headings: string[]
  rows: { row: number; cells: Record<string, string> }[]
}

/** What is wrong with a table, and where: `row` counts the heading as 1, `column` is its heading. */
export interface TableProblem {
  row: number
  column: string
  message: { ja: string; en: string }
}

export class UnreadableTable extends Error {
  constructor(readonly problem: TableProblem) {
    super(problem.message.en)
  }
}

export const MAX_TABLE_BYTES = 20_000_000
export const MAX_TABLE_LINES = 50_000

/**
 * Reads CSV (UTF-8, with or without its mark, or Windows-31J) or the first sheet of an XLSX file. What the encoding is, is seen
 * from the bytes: what is no UTF-8 is Windows-31J. Throws `UnreadableTable`.
 */
export async function readTable(content: Buffer): Promise<Table> {
  if (content.length > MAX_TABLE_BYTES) throw unreadable(1, 'ファイルが大きすぎます', `The file is larger than ${MAX_TABLE_BYTES / 1_000_000} MB`)
  const lines = isZip(content) ? await sheetLines(content) : csvLines(content)
  if (lines.length > MAX_TABLE_LINES + 1) throw unreadable(MAX_TABLE_LINES + 2, '行が多すぎます', `There are more than ${MAX_TABLE_LINES} rows`)
  const [head = [], ...body] = lines
  const headings = head.map((heading) => heading.normalize('NFKC').trim())
  if (headings.filter((heading) => heading !== '').length === 0) throw unreadable(1, '見出しの行がありません', 'The first row holds no headings')
  const twice = headings.find((heading, i) => heading !== '' && headings.indexOf(heading) !== i)
  if (twice !== undefined) throw new UnreadableTable({ row: 1, column: twice, message: { ja: '同じ見出しが2つあります', en: 'this heading stands twice' } })
  const rows = body.map((cells, i) => ({ row: i + 2, cells: Object.fromEntries(headings.flatMap((heading, column) => (heading === '' ? [] : [[heading, (cells[column] ?? '').trim()]]))) }))
  return { headings: headings.filter((heading) => heading !== ''), rows: rows.filter(({ cells }) => Object.values(cells).some((cell) => cell !== '')) }
}

const unreadable = (row: number, ja: string, en: string): UnreadableTable => new UnreadableTable({ row, column: '', message: { ja, en } })
const isZip = (content: Buffer): boolean => content.subarray(0, 4).equals(Buffer.from([0x50, 0x4b, 0x03, 0x04]))

function csvLines(content: Buffer): string[][] {
  const text = decoded(content)
  if (/\u0000/.test(text)) throw unreadable(1, 'CSVまたはXLSXのファイルではありません', 'This is neither CSV nor XLSX')
  try {
    return parse(text, { relax_column_count: true, skip_empty_lines: false, max_record_size: 200_000 })
  } catch (error) {
    const line = error !== null && typeof error === 'object' && 'lines' in error && typeof error.lines === 'number' ? error.lines : 1
    throw unreadable(line, 'CSVとして読めません', `The CSV cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function decoded(content: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content) // takes the mark away
  } catch {
    return iconv.decode(content, 'cp932')
  }
}

async function sheetLines(content: Buffer): Promise<string[][]> {
  try {
    const rows = await readSheet<string>(content, { parseNumber: (digits) => digits })
    return rows.map((row) => row.map((cell) => (cell === null ? '' : cell instanceof Date ? cell.toISOString().slice(0, 10) : wholeNumber(String(cell)))))
  } catch {
    throw unreadable(1, 'XLSXとして読めません', 'The XLSX file cannot be read')
  }
}

/** A spreadsheet keeps a number of 13 digits as 7.123456789012E12. */
function wholeNumber(text: string): string {
  if (!/^-?\d(\.\d+)?E\+?\d+$/i.test(text)) return text
  const value = Number(text)
  return Number.isSafeInteger(value) ? String(value) : text
}
