import type { Database } from '@saitaku/database'
import { namesOf } from './applications.js'
import type { Actor } from './connection.js'
import type { StageKey } from './journal.js'
import { badInput, refuse, type InputProblem } from './refusal.js'
import { isBlind, unnamed } from './reviews.js'
import { at, readWorkbook, writeWorkbook, type ReadRow } from './sheet-files.js'
import { judge, sheetOf, type Sheet, type Sheets } from './sheets.js'
import type { StageReader } from './stage-reader.js'

export interface ImportResult {
  /** Lines that can be handed in, or were. */
  ready: { line: number; applicationId: string; total: string | null }[]
  problems: InputProblem[]
  written: boolean
}

/** Score sheets as workbooks: out with what a reviewer has so far, and in again, all lines or none. */
export class SheetExchange {
  constructor(
    private readonly database: Database,
    private readonly stages: StageReader,
    private readonly sheets: Sheets,
  ) {}

  async write(key: StageKey, actor: Actor, lang: 'ja' | 'en'): Promise<Buffer> {
    const stage = await this.stages.read(key)
    const mine = await this.assigned(key, actor)
    const names = await namesOf(this.database, stage.rubric, mine, isBlind(stage.rubric))
    const rows = await Promise.all(mine.map(async (id) => ({ application: names.get(id) ?? unnamed(id), sheet: (await sheetOf(this.database, { ...key, applicationId: id, reviewerId: actor.id })) ?? null })))
    rows.sort((a, b) => (a.application.number ?? '').localeCompare(b.application.number ?? '') || (a.application.id < b.application.id ? -1 : 1))
    return writeWorkbook(stage.rubric, rows, lang)
  }

  /** Reads a workbook and hands in every line of it; where one cannot be, none is. A dry run only says what would be. */
  async read(key: StageKey, actor: Actor, file: Buffer, { dryRun = false }: { dryRun?: boolean } = {}): Promise<ImportResult> {
    const stage = await this.stages.read(key)
    const mine = new Set(await this.assigned(key, actor))
    const { rows, problems: unread } = await readWorkbook(stage.rubric, file)
    const judged = await Promise.all(rows.map(async (row) => ({ row, ...judge(stage, row.content), before: mine.has(row.applicationId) ? await sheetOf(this.database, { ...key, applicationId: row.applicationId, reviewerId: actor.id }) : undefined })))
    const problems = [...unread, ...judged.flatMap(({ row, problems: wrong, before }) => lineProblems(row, mine, before, wrong))]
    const ready = judged.map(({ row, total }) => ({ line: row.line, applicationId: row.applicationId, total }))
    if (dryRun) return { ready: problems.length > 0 ? [] : ready, problems, written: false }
    if (problems.length > 0) throw badInput(problems)
    if (rows.length === 0) throw refuse('badInput', '評点の入った行がありません', 'No line of the workbook has a score')
    await this.sheets.submitMany(key, actor, rows.map(({ applicationId, content }) => ({ applicationId, reviewerId: actor.id, content })))
    return { ready, problems: [], written: true }
  }

  private async assigned({ callId, stage }: StageKey, { id }: Actor): Promise<string[]> {
    const rows = await this.database.query<{ id: string }>(
      `SELECT a.application_id AS id FROM review_assignment a JOIN cases c ON c.id = a.application_id WHERE a.call_id = $1 AND a.stage = $2 AND a.reviewer_id = $3 AND a.state = 'assigned' AND NOT c.done`, [callId, stage, id])
    if (rows.length === 0) throw refuse('notAssigned', 'この審査の担当はありません', 'Nothing is assigned to you here')
    return rows.map((row) => row.id)
  }
}

function lineProblems({ line, applicationId }: ReadRow, mine: ReadonlySet<string>, before: Sheet | undefined, wrong: readonly InputProblem[]): InputProblem[] {
  if (!mine.has(applicationId)) return [at(line, 'application', 'notAssigned', 'この申請の担当ではありません', 'this application is not assigned to you')]
  if (before?.state === 'submitted') return [at(line, 'application', 'submitted', '提出済みです。直すときは、先に再開してください', 'this sheet is in; open it again first')]
  return wrong.map(({ pointer, code, message }) => {
    const [, part = '', criterion = ''] = pointer.split('/')
    return at(line, part === 'comments' ? `${criterion}.comment` : criterion || part, code, message.ja, message.en)
  })
}
