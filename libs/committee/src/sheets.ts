import type { Database, Row, Tx } from '@saitaku/database'
import { readSheet } from '@saitaku/review'
import type { Json, JsonObject } from '@saitaku/statechart'
import { mustLead, seatOf } from './access.js'
import type { Actor, Connection } from './connection.js'
import { append, holdStage, type StageKey } from './journal.js'
import { badInput, refuse, type InputProblem } from './refusal.js'
import { lockedAt, scoringState, type StageNow, type StageReader } from './stage-reader.js'

export interface SheetKey extends StageKey {
  applicationId: string
  reviewerId: string
}

/** What a reviewer fills in: a level or points by criterion, comments by criterion, and a remark on the whole. */
export interface SheetContent {
  points: JsonObject
  comments: JsonObject
  note: string
}

export interface Sheet extends SheetContent {
  state: 'draft' | 'submitted' | 'sealed'
  version: number
  /** Exact, in lowest terms: `80/1`. */
  total: string | null
  /** SHA-256 of the rubric's stage that it was filled in by. */
  rubric: string
  judged: JsonObject | null
  submittedAt: Date | null
  savedAt: Date
}

export interface SheetSaved {
  version: number
  total: string | null
  savedAt: Date
  /** What is still to be filled in before it can be handed in. */
  problems: InputProblem[]
}

export interface SheetChange extends Partial<SheetContent> {
  /** The rubric that the reviewer sees: refused when it is no longer that one. */
  rubric?: string | undefined
  /** The version that the reviewer saw last, 0 for none. */
  expectedVersion?: number | undefined
}

const MOST_TEXT = 4000
/** What a draft may lack. */
const OPEN_ENDS = new Set<string>(['missingPoints', 'commentRequired'])

const SHEET = `points, comments, note, state, version, total, rubric, judged, submitted_at AS "submittedAt", saved_at AS "savedAt"`
const KEY = 'call_id = $1 AND stage = $2 AND application_id = $3 AND reviewer_id = $4'
const keyValues = ({ callId, stage, applicationId, reviewerId }: SheetKey): string[] => [callId, stage, applicationId, reviewerId]

/** Score sheets: drafts that save themselves, handing in, and opening again with a reason. */
export class Sheets {
  constructor(
    private readonly database: Database,
    private readonly stages: StageReader,
  ) {}

  async read(key: SheetKey): Promise<Sheet | undefined> {
    return sheetOf(this.database, key)
  }

  /** Saves a draft; what is left out stays as it is. Never an event of the case: thousands of these change nothing that others see. */
  async save(key: SheetKey, change: SheetChange): Promise<SheetSaved> {
    const stage = await this.stages.read(key)
    mustBeOpen(stage)
    if (change.rubric !== undefined && change.rubric !== stage.rubricHash) throw rubricChanged()
    const before = change.points && change.comments && change.note !== undefined ? undefined : await this.read(key)
    const content = { points: change.points ?? before?.points ?? {}, comments: change.comments ?? before?.comments ?? {}, note: change.note ?? before?.note ?? '' }
    const { total, problems } = judge(stage, content)
    const wrong = problems.filter(({ code }) => !OPEN_ENDS.has(code))
    if (wrong.length > 0) throw badInput(wrong)
    const saved = await this.write(key, stage, content, total, change.expectedVersion)
    return { ...saved, total, problems }
  }

  /** One statement: only to whom it is assigned, only a draft, only on the version that was seen, only while the call stands where it stood. */
  private async write(key: SheetKey, stage: StageNow, { points, comments, note }: SheetContent, total: string | null, expectedVersion: number | undefined): Promise<{ version: number; savedAt: Date }> {
    const [row] = await this.database.query<{ version: number; savedAt: Date }>(
      `INSERT INTO score_sheet AS s (call_id, stage, application_id, reviewer_id, points, comments, note, state, version, total, rubric, saved_at)
       SELECT a.call_id, a.stage, a.application_id, a.reviewer_id, $5, $6, $7, 'draft', 1, $8, $9, app_now()
       FROM review_assignment a JOIN cases c ON c.id = a.call_id JOIN cases p ON p.id = a.application_id
       WHERE a.call_id = $1 AND a.stage = $2 AND a.application_id = $3 AND a.reviewer_id = $4 AND a.state = 'assigned' AND c.states = $10 AND NOT p.done
       ON CONFLICT (call_id, stage, application_id, reviewer_id) DO UPDATE
         SET points = excluded.points, comments = excluded.comments, note = excluded.note, total = excluded.total, rubric = excluded.rubric, saved_at = excluded.saved_at, version = s.version + 1
         WHERE s.state = 'draft' AND ($11::int IS NULL OR s.version = $11)
       RETURNING s.version, s.saved_at AS "savedAt"`,
      [...keyValues(key), JSON.stringify(points), JSON.stringify(comments), note, total, stage.rubricHash, stage.states, expectedVersion ?? null])
    if (row) return row
    throw await this.whyNot(key, expectedVersion)
  }

  /** Hands a sheet in: complete, pinned to what it judged, and written down for good. */
  async submit(key: SheetKey, actor: Actor, { rubric, expectedVersion }: Pick<SheetChange, 'rubric' | 'expectedVersion'> = {}): Promise<Sheet> {
    const stage = await this.stages.read(key)
    if (rubric !== undefined && rubric !== stage.rubricHash) throw rubricChanged()
    return this.database.transaction(async (tx) => {
      await holdOpen(tx, stage)
      return submitHeld(tx, stage, key, actor.id, expectedVersion)
    })
  }

  /** Fills in and hands in many sheets of one stage at once, each of them or none: those that a file brings. */
  async submitMany(key: StageKey, actor: Actor, sheets: readonly { applicationId: string; reviewerId: string; content: SheetContent }[]): Promise<void> {
    const stage = await this.stages.read(key)
    await this.database.transaction(async (tx) => {
      await holdOpen(tx, stage)
      for (const { applicationId, reviewerId, content } of sheets) {
        const one = { ...key, applicationId, reviewerId }
        await writeDraft(tx, stage, one, content)
        await submitHeld(tx, stage, one, actor.id, undefined)
      }
    })
  }

  /** Opens a sheet again that is in: its own reviewer, the chair or the office, with a reason, until the deadline. */
  async reopen(key: SheetKey, actor: Actor, reason: string): Promise<{ version: number }> {
    const stage = await this.stages.read(key)
    if (key.reviewerId !== actor.id) mustLead(await seatOf(this.database, key, actor))
    return this.database.transaction(async (tx) => {
      await holdOpen(tx, stage)
      const [row] = await tx.query<{ version: number }>(
        `UPDATE score_sheet SET state = 'draft', version = version + 1, submitted_at = NULL, judged = NULL WHERE ${KEY} AND state = 'submitted' RETURNING version`, keyValues(key))
      if (!row) throw (await sheetOf(tx, key)) ? refuse('notSubmitted', 'この採点票は提出されていません', 'This sheet has not been handed in') : notAssigned()
      await append(tx, key, [{ kind: 'sheetReopened', content: { application: key.applicationId, reviewer: key.reviewerId, reason }, actorId: actor.id }])
      return row
    })
  }

  private async whyNot(key: SheetKey, expectedVersion: number | undefined): Promise<Error> {
    const [row] = await this.database.query<{ assignment: string; state: string | null; version: number | null; done: boolean }>(
      `SELECT a.state AS assignment, s.state, s.version, p.done FROM review_assignment a JOIN cases p ON p.id = a.application_id
       LEFT JOIN score_sheet s USING (call_id, stage, application_id, reviewer_id) WHERE a.call_id = $1 AND a.stage = $2 AND a.application_id = $3 AND a.reviewer_id = $4`, keyValues(key))
    if (row?.assignment === 'recused') return recused()
    if (row?.assignment !== 'assigned') return notAssigned()
    if (row.done) return refuse('closed', 'この申請の審査は終わっています', 'This application is no longer under review')
    if (row.state === 'submitted') return alreadyIn()
    if (expectedVersion !== undefined && (row.version ?? 0) !== expectedVersion) return refuse('stale', '別の画面で先に保存されています。最新の内容を確認してください', 'This sheet has been saved since; look at its present content', [], row.version ?? 0)
    return refuse('closed', 'いまは採点の期間ではありません', 'This is not the time of scoring')
  }
}

export async function sheetOf(on: Connection, key: SheetKey): Promise<Sheet | undefined> {
  const [row] = await on.query<Sheet & Row>(`SELECT ${SHEET} FROM score_sheet WHERE ${KEY}`, keyValues(key))
  return row
}

/** What the rubric says to a sheet, its pointers leading into `points` and `comments`. */
export function judge({ rubric }: Pick<StageNow, 'rubric'>, { points, comments, note }: SheetContent): { total: string | null; problems: InputProblem[] } {
  const { total, problems } = readSheet(rubric, { criteria: points, comments })
  const found: InputProblem[] = problems.map(({ pointer, code, message }) => ({ pointer: pointer.replace(/^\/criteria/, '/points'), code, message }))
  for (const [criterion, text] of Object.entries(comments)) {
    if (!rubric.criteria.some(({ id }) => id === criterion)) found.push({ pointer: `/comments/${criterion}`, code: 'unknownCriterion', message: { ja: '審査基準にない項目です', en: 'the rubric has no such criterion' } })
    else if (!isText(text)) found.push({ pointer: `/comments/${criterion}`, code: 'shape', message: TOO_LONG })
  }
  if (!isText(note)) found.push({ pointer: '/note', code: 'shape', message: TOO_LONG })
  return { total, problems: found }
}

const TOO_LONG = { ja: `${MOST_TEXT}字以内の文字を入力してください`, en: `text of at most ${MOST_TEXT} characters` }
const isText = (value: Json | undefined): boolean => typeof value === 'string' && value.length <= MOST_TEXT

function mustBeOpen(stage: StageNow): void {
  const state = scoringState(stage)
  if (state === 'closed') throw refuse('closed', 'いまは採点の期間ではありません', 'This is not the time of scoring')
  if (state === 'locked') throw refuse('locked', `採点の期限(${when(stage)})を過ぎています`, `Scoring ended at ${lockedAt(stage)?.toISOString() ?? ''}`)
}

const when = (stage: StageNow): string => lockedAt(stage)?.toLocaleString('ja-JP', { timeZone: 'Asia/Tokyo' }) ?? ''

/** Holds the call where it stands and the stage's journal, and looks at the clock again. */
async function holdOpen(tx: Tx, stage: StageNow): Promise<void> {
  const [call] = await tx.query<{ states: string[]; now: Date; attributes: JsonObject | null }>(`SELECT states, state->'attributes' AS attributes, app_now() AS now FROM cases WHERE id = $1 FOR SHARE`, [stage.callId])
  if (!call) throw new Error(`the call ${stage.callId} is gone`)
  mustBeOpen({ ...stage, states: call.states, now: call.now, attributes: call.attributes ?? {} })
  await holdStage(tx, stage)
}

async function writeDraft(tx: Tx, stage: StageNow, key: SheetKey, { points, comments, note }: SheetContent): Promise<void> {
  const { total, problems } = judge(stage, { points, comments, note })
  const wrong = problems.filter(({ code }) => !OPEN_ENDS.has(code))
  if (wrong.length > 0) throw badInput(wrong)
  await tx.query(
    `INSERT INTO score_sheet AS s (call_id, stage, application_id, reviewer_id, points, comments, note, state, version, total, rubric, saved_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, 'draft', 1, $8, $9, app_now())
     ON CONFLICT (call_id, stage, application_id, reviewer_id) DO UPDATE SET points = excluded.points, comments = excluded.comments, note = excluded.note, total = excluded.total,
       rubric = excluded.rubric, saved_at = excluded.saved_at, version = s.version + 1 WHERE s.state = 'draft'`,
    [...keyValues(key), JSON.stringify(points), JSON.stringify(comments), note, total, stage.rubricHash])
}

async function submitHeld(tx: Tx, stage: StageNow, key: SheetKey, actorId: string, expectedVersion: number | undefined): Promise<Sheet> {
  const [assignment] = await tx.query<{ state: string; done: boolean }>(
    `SELECT a.state, c.done FROM review_assignment a JOIN cases c ON c.id = a.application_id WHERE a.call_id = $1 AND a.stage = $2 AND a.application_id = $3 AND a.reviewer_id = $4`, keyValues(key))
  if (assignment?.state === 'recused') throw recused()
  if (assignment?.state !== 'assigned') throw notAssigned()
  if (assignment.done) throw refuse('closed', 'この申請の審査は終わっています', 'This application is no longer under review')
  const sheet = await sheetOf(tx, key)
  if (sheet?.state === 'submitted') throw alreadyIn()
  if (expectedVersion !== undefined && (sheet?.version ?? 0) !== expectedVersion) throw refuse('stale', '別の画面で先に保存されています。最新の内容を確認してください', 'This sheet has been saved since; look at its present content', [], sheet?.version ?? 0)
  const content = sheet ?? { points: {}, comments: {}, note: '' }
  if (sheet && sheet.rubric !== stage.rubricHash) throw rubricChanged()
  const { total, problems } = judge(stage, content)
  if (problems.length > 0) throw badInput(problems)
  const judged = await judgedRevisions(tx, key.applicationId)
  const [submitted] = await tx.query<Sheet & Row>(
    `UPDATE score_sheet SET state = 'submitted', version = version + 1, total = $5, judged = $6, submitted_at = app_now(), saved_at = app_now() WHERE ${KEY} AND state = 'draft' RETURNING ${SHEET}`,
    [...keyValues(key), total, JSON.stringify(judged)])
  if (!submitted) throw refuse('recused', 'この採点票は封印されています', 'This sheet is sealed')
  const { points, comments, note } = content
  await append(tx, key, [{ kind: 'sheetSubmitted', content: { application: key.applicationId, reviewer: key.reviewerId, points, comments, note, total, rubric: stage.rubricHash, programmeVersion: stage.versionId, judged }, actorId }])
  return submitted
}

/** The newest revision of each form of an application: what a sheet that is handed in now has judged. */
async function judgedRevisions(tx: Tx, applicationId: string): Promise<JsonObject> {
  const rows = await tx.query<{ form: string; revision: number; hash: string }>('SELECT DISTINCT ON (form) form, revision, hash FROM form_revision WHERE case_id = $1 ORDER BY form, revision DESC', [applicationId])
  return Object.fromEntries(rows.map(({ form, revision, hash }) => [form, { revision, hash }]))
}

const recused = (): Error => refuse('recused', '利害関係により除斥されているため、この申請の審査はできません', 'You are recused from this application')
const notAssigned = (): Error => refuse('notAssigned', 'この申請の担当ではありません', 'You are not assigned to this application')
const alreadyIn = (): Error => refuse('submitted', '提出済みです。直すときは、理由を添えて再開してください', 'This sheet is in; open it again with a reason to change it')
const rubricChanged = (): Error => refuse('rubricChanged', '審査基準が変わりました。画面を読み直して、採点を確かめてください', 'The rubric has changed; read it again and check your scores')
