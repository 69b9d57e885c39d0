import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { parse } from 'csv-parse/sync'
import { isMap, isScalar, LineCounter, parseDocument, type Document } from 'yaml'
import type { Json, JsonObject } from '@saitaku/statechart'
import { demoFile, sheetRow, tableRow, type DemoFile, type SheetRow, type TableRow } from './demo-schema.js'
import { DemoProblem } from './demo-problem.js'

/** The year of a programme, as its folder has it. */
export interface ProgrammeDemo {
  /** The programme's folder. */
  folder: string
  demo: DemoSource
}

/** demo.yaml and its tables, as read and checked for their shape. */
export interface DemoSource {
  file: DemoFile
  tables: { chart: string; rows: { row: TableRow; form: JsonObject; place: string }[] }[]
  sheets: { row: SheetRow; points: Record<string, string>; place: string }[]
  /** `folder/demo/demo.yaml:12` of what stands at a path. */
  placeOf: (path: readonly (string | number)[]) => string
}

/** Reads the years of all programmes in a folder, or of the named ones. Throws DemoProblem with all that is wrong in one. */
export async function readDemos(workflowsDir: string, only?: readonly string[]): Promise<ProgrammeDemo[]> {
  const folders = (await readdir(workflowsDir, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map((entry) => entry.name).sort()
  const missing = only?.filter((name) => !folders.includes(name)) ?? []
  if (missing.length > 0) throw new DemoProblem(`There is no programme ${missing.join(', ')} in ${workflowsDir}.`)
  const read = await Promise.all(folders.filter((name) => !only || only.includes(name)).map(async (folder) => ({ folder, demo: await readFolder(path.join(workflowsDir, folder, 'demo'), `${folder}/demo`) })))
  const found = read.filter((one): one is ProgrammeDemo => one.demo !== undefined)
  if (found.length === 0) throw new DemoProblem(`No programme of ${workflowsDir} has a demo/demo.yaml.`)
  return found
}

async function readFolder(folder: string, shown: string): Promise<DemoSource | undefined> {
  const text = await readFile(path.join(folder, 'demo.yaml'), 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  })
  return text === undefined ? undefined : readDemo(folder, shown, text)
}

async function readDemo(folder: string, shown: string, text: string): Promise<DemoSource> {
  const lines = new LineCounter()
  const document = parseDocument(text, { version: '1.2', lineCounter: lines, prettyErrors: false, uniqueKeys: true })
  const placeOf = (where: readonly PropertyKey[]): string => `${shown}/demo.yaml:${lines.linePos(offsetOf(document, where)).line}`
  if (document.errors.length > 0) throw new DemoProblem(document.errors.map((error) => `${shown}/demo.yaml:${lines.linePos(error.pos[0]).line} ${error.message}`).join('\n'))
  const parsed = demoFile.safeParse(document.toJS())
  if (!parsed.success) throw new DemoProblem(parsed.error.issues.map((issue) => `${placeOf(issue.path)} ${issue.path.join('.')}: ${issue.message}`).join('\n'))
  const tables = await Promise.all(parsed.data.tables.map(async ({ file, chart }) => ({ chart, rows: readTable(await readFile(path.join(folder, file), 'utf8'), `${shown}/${file}`) })))
  const sheets = await Promise.all(parsed.data.sheets.map(async ({ file }) => readSheets(await readFile(path.join(folder, file), 'utf8'), `${shown}/${file}`)))
  return { file: parsed.data, tables, sheets: sheets.flat(), placeOf }
}

/** Where the node at a path begins, or the nearest one above it. */
function offsetOf(document: Document, where: readonly PropertyKey[]): number {
  for (let depth = where.length; depth > 0; depth--) {
    const node = document.getIn(where.slice(0, depth), true)
    if (isMap(node) || isScalar(node)) return node.range?.[0] ?? 0
  }
  return 0
}

function readTable(text: string, shown: string): DemoSource['tables'][number]['rows'] {
  const records = parse<{ record: Record<string, string>; info: { lines: number } }>(text, { columns: true, bom: true, info: true, skip_empty_lines: true })
  const problems: string[] = []
  const rows = records.flatMap(({ record, info }) => {
    const place = `${shown}:${info.lines}`
    const fields = Object.entries(record).filter(([column]) => column.startsWith('form.'))
    const parsed = tableRow.safeParse(Object.fromEntries(Object.entries(record).filter(([column]) => !column.startsWith('form.'))))
    if (!parsed.success) {
      problems.push(...parsed.error.issues.map((issue) => `${place} ${issue.path.join('.')}: ${issue.message}`))
      return []
    }
    const form = Object.fromEntries(fields.filter(([, cell]) => cell !== '').map(([column, cell]): [string, Json] => [column.slice('form.'.length), answerOf(cell, place, problems)]))
    return [{ row: parsed.data, form, place }]
  })
  if (problems.length > 0) throw new DemoProblem(problems.join('\n'))
  return rows
}

const OF_SHEETS = Object.keys(sheetRow.shape)

function readSheets(text: string, shown: string): DemoSource['sheets'] {
  const records = parse<{ record: Record<string, string>; info: { lines: number } }>(text, { columns: true, bom: true, info: true, skip_empty_lines: true })
  const problems: string[] = []
  const sheets = records.flatMap(({ record, info }) => {
    const place = `${shown}:${info.lines}`
    const parsed = sheetRow.safeParse(Object.fromEntries(Object.entries(record).filter(([column]) => OF_SHEETS.includes(column))))
    if (!parsed.success) problems.push(...parsed.error.issues.map((issue) => `${place} ${issue.path.join('.')}: ${issue.message}`))
    return parsed.success ? [{ row: parsed.data, points: Object.fromEntries(Object.entries(record).filter(([column, cell]) => !OF_SHEETS.includes(column) && cell !== '')), place }] : []
  })
  if (problems.length > 0) throw new DemoProblem(problems.join('\n'))
  return sheets
}

/** Lists, rows of fields and ticks are written as JSON; everything else is text as typed, with its leading zeros. */
function answerOf(cell: string, place: string, problems: string[]): Json {
  if (!/^[[{]|^(true|false)$/.test(cell)) return cell
  try {
    return JSON.parse(cell) as Json
  } catch {
    problems.push(`${place} ${cell} is not JSON`)
    return cell
  }
}
