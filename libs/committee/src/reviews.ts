import type { Database, Row } from '@saitaku/database'
import type { Stage } from '@saitaku/review'
import { mustLead, seatOf, type Seat } from './access.js'
import { materialOf, namesOf, type ApplicationName, type Material } from './applications.js'
import type { Actor } from './connection.js'
import type { StageKey } from './journal.js'
import { refuse } from './refusal.js'
import { sheetOf, type Sheet } from './sheets.js'
import { lockedAt, scoringState, type StageNow, type StageReader } from './stage-reader.js'

/** How far a reviewer is with one application. `todo`: nothing saved yet. */
export type SheetState = 'todo' | 'draft' | 'submitted' | 'recused'

export interface MyReview {
  callId: string
  callTitle: string
  programme: string
  stage: string
  stageLabel: { ja: string; en: string }
  application: ApplicationName
  state: SheetState
  scoring: 'open' | 'closed' | 'locked'
  dueAt: Date | null
  version: number
  total: string | null
  submittedAt: Date | null
}

/** A colleague's sheet, once one may see it. */
export interface OtherSheet {
  reviewerId: string
  name: string
  total: string | null
  points: Sheet['points']
  comments: Sheet['comments']
  note: string
}

export interface ReviewView {
  stage: StageNow
  scoring: 'open' | 'closed' | 'locked'
  dueAt: Date | null
  blind: boolean
  application: Material
  sheet: Sheet | null
  /** Null where they may not be seen yet. */
  others: OtherSheet[] | null
}

export interface Progress {
  application: ApplicationName
  reviewers: { reviewerId: string; name: string; state: SheetState; total: string | null; submittedAt: Date | null }[]
}

/** What reviewers see of their work, and the office of all of it. */
export class Reviews {
  constructor(
    private readonly database: Database,
    private readonly stages: StageReader,
  ) {}

  /** Everything that is or was assigned to a person, by call and stage; open ones first. What they are recused from is named and nothing more. */
  async mine(personId: string, callId?: string): Promise<MyReview[]> {
    const rows = await this.database.query<AssignedRow>(
      `SELECT a.call_id, a.stage, a.application_id, a.state AS assignment, s.state, coalesce(s.version, 0) AS version, s.total, s.submitted_at
       FROM review_assignment a LEFT JOIN score_sheet s USING (call_id, stage, application_id, reviewer_id)
       WHERE a.reviewer_id = $1 AND a.state <> 'released' AND ($2::uuid IS NULL OR a.call_id = $2) ORDER BY a.call_id, a.stage, a.application_id LIMIT 2000`, [personId, callId ?? null])
    const groups = new Map<string, AssignedRow[]>()
    for (const row of rows) groups.set(`${row.call_id} ${row.stage}`, [...(groups.get(`${row.call_id} ${row.stage}`) ?? []), row])
    const found = await Promise.all([...groups.values()].map((group) => this.mineOf(group)))
    return found.flat().sort((a, b) => Number(a.scoring !== 'open') - Number(b.scoring !== 'open') || (a.dueAt?.getTime() ?? Infinity) - (b.dueAt?.getTime() ?? Infinity) || (a.application.number ?? '').localeCompare(b.application.number ?? ''))
  }

  private async mineOf(rows: readonly AssignedRow[]): Promise<MyReview[]> {
    const [first] = rows
    if (!first) return []
    const stage = await this.stages.read({ callId: first.call_id, stage: first.stage })
    const names = await namesOf(this.database, stage.rubric, rows.map((row) => row.application_id), isBlind(stage.rubric))
    return rows.map((row): MyReview => {
      const recused = row.assignment === 'recused'
      return {
        callId: stage.callId, callTitle: stage.title, programme: stage.programme, stage: stage.stage, stageLabel: stage.rubric.label,
        application: names.get(row.application_id) ?? unnamed(row.application_id), state: stateOf(row), scoring: scoringState(stage), dueAt: lockedAt(stage),
        version: recused ? 0 : row.version, total: recused ? null : row.total, submittedAt: recused ? null : row.submitted_at,
      }
    })
  }

  /** A reviewer's own sheet with what it judges, and the others' where they may be seen. */
  async read(key: StageKey & { applicationId: string }, actor: Actor): Promise<ReviewView> {
    const stage = await this.stages.read(key)
    const [assignment] = await this.database.query<{ state: string }>(
      `SELECT state FROM review_assignment WHERE call_id = $1 AND stage = $2 AND application_id = $3 AND reviewer_id = $4`, [key.callId, key.stage, key.applicationId, actor.id])
    if (!assignment || assignment.state === 'released') throw refuse('notAssigned', 'この申請の担当ではありません', 'You are not assigned to this application')
    if (assignment.state === 'recused') throw refuse('recused', '利害関係により除斥されているため、この申請は表示できません', 'You are recused from this application')
    const blind = isBlind(stage.rubric)
    const [application, sheet] = await Promise.all([materialOf(this.database, stage.rubric, key.applicationId, blind), sheetOf(this.database, { ...key, reviewerId: actor.id })])
    if (!application) throw refuse('unknownApplication', '申請が見つかりません', 'There is no such application')
    return { stage, scoring: scoringState(stage), dueAt: lockedAt(stage), blind, application, sheet: sheet ?? null, others: await this.others(stage, key, actor, sheet) }
  }

  private async others({ rubric, states }: StageNow, key: StageKey & { applicationId: string }, actor: Actor, own: Sheet | undefined): Promise<OtherSheet[] | null> {
    const scoring = rubric.scoring === undefined ? own?.state !== 'submitted' : scoringState({ rubric, states, attributes: {}, now: new Date(0) }) === 'open'
    const shown = own?.state === 'submitted' && ((rubric.others ?? 'afterOwn') === 'afterOwn' || !scoring)
    if (!shown) return null
    return this.database.query<OtherSheet & Row>(
      `SELECT s.reviewer_id AS "reviewerId", p.name, s.total, s.points, s.comments, s.note
       FROM score_sheet s JOIN review_assignment a USING (call_id, stage, application_id, reviewer_id) JOIN person p ON p.id = s.reviewer_id
       WHERE s.call_id = $1 AND s.stage = $2 AND s.application_id = $3 AND s.reviewer_id <> $4 AND s.state = 'submitted' AND a.state = 'assigned' ORDER BY p.name, s.reviewer_id`,
      [key.callId, key.stage, key.applicationId, actor.id])
  }

  /** Who has handed in what: for the chair and the office. Totals only to who may know them already. */
  async progress(key: StageKey, actor: Actor): Promise<{ stage: StageNow; scoring: 'open' | 'closed' | 'locked'; dueAt: Date | null; applications: Progress[] }> {
    const stage = await this.stages.read(key)
    const seat = await seatOf(this.database, key, actor)
    mustLead(seat)
    const rows = await this.database.query<AssignedRow & { reviewer_id: string; name: string }>(
      `SELECT a.application_id, a.reviewer_id, a.state AS assignment, p.name, s.state, s.total, s.submitted_at, a.call_id, a.stage, coalesce(s.version, 0) AS version
       FROM review_assignment a JOIN person p ON p.id = a.reviewer_id LEFT JOIN score_sheet s USING (call_id, stage, application_id, reviewer_id)
       WHERE a.call_id = $1 AND a.stage = $2 AND a.state <> 'released' ORDER BY a.application_id, p.name, a.reviewer_id`, [key.callId, key.stage])
    const names = await namesOf(this.database, stage.rubric, [...new Set(rows.map((row) => row.application_id))], hidesFrom(stage.rubric, seat))
    const by = new Map<string, Progress>()
    for (const row of rows) {
      const one = by.get(row.application_id) ?? { application: names.get(row.application_id) ?? unnamed(row.application_id), reviewers: [] }
      one.reviewers.push({ reviewerId: row.reviewer_id, name: row.name, state: stateOf(row), total: seat.office && stateOf(row) === 'submitted' ? row.total : null, submittedAt: row.submitted_at })
      by.set(row.application_id, one)
    }
    return { stage, scoring: scoringState(stage), dueAt: lockedAt(stage), applications: [...by.values()] }
  }
}

interface AssignedRow extends Row {
  call_id: string
  stage: string
  application_id: string
  assignment: 'assigned' | 'recused' | 'released'
  state: 'draft' | 'submitted' | 'sealed' | null
  version: number
  total: string | null
  submitted_at: Date | null
}

function stateOf({ assignment, state }: Pick<AssignedRow, 'assignment' | 'state'>): SheetState {
  if (assignment === 'recused' || state === 'sealed') return 'recused'
  return state ?? 'todo'
}

export const isBlind = (rubric: Stage): boolean => rubric.blind !== undefined
/** Whether this person may not learn who applied: everyone but the office and the approvers, who judge nothing. */
export const hidesFrom = (rubric: Stage, { office, approver }: Seat): boolean => isBlind(rubric) && !office && !approver
export const unnamed = (id: string): ApplicationName => ({ id, number: null, title: '', organisation: null })
