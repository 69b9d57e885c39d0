import { DELIBERATION_ACTS } from '@saitaku/contracts'
import type { Database } from '@saitaku/database'
import { score, stageScoring, type Problem, type ScoreInput, type ScoreResult } from '@saitaku/review'
import { candidatesOf, judgedIn, type Candidate } from './candidates.js'
import type { Connection } from './connection.js'
import { deliberationOf, type Deliberation } from './deliberation.js'
import { entriesOf, type StageKey } from './journal.js'
import { tieVotes } from './ballots.js'
import type { StageNow } from './stage-reader.js'

/** One application in the order in which the panel stands now. */
export interface Standing {
  application: string
  /** As scored, and after the panel's own changes. */
  scoredRank: number
  rank: number
  exact: string | null
  display: string
  decidedBy: string | null
  tied: boolean
  /** The change that brought it here, if any did. */
  changedBy: number | null
}

/** A stage's ranking with all that it came from. */
export interface StageRanking {
  input: ScoreInput
  result: ScoreResult | null
  /** Why there is none: a sheet is missing, nobody may score an application. */
  problems: Problem[]
  /** Best first: as scored, then as the panel changed it. */
  standings: Standing[]
  deliberation: Deliberation
  candidates: Candidate[]
  /** Applications that nobody has scored yet, in a provisional ranking. */
  unscored: string[]
}

interface SheetRow {
  a: string
  r: string
  points: Record<string, unknown> | null
  state: 'assigned' | 'recused'
}

/**
 * Rankings of stages. What was computed is kept with the versions of all it depends on (the journal, the applications'
 * cases), so that asking again costs one look at those.
 */
export class Rankings {
  private readonly kept = new Map<string, { stamp: string; ranking: StageRanking }>()

  constructor(private readonly database: Database) {}

  /** `provisional`: over what is handed in so far; else a missing sheet is a problem. */
  async of(stage: StageNow, provisional: boolean): Promise<{ ranking: StageRanking; stamp: string }> {
    const key = `${stage.callId} ${stage.stage} ${provisional}`
    const stamp = await this.stamp(stage)
    const known = this.kept.get(key)
    if (known?.stamp === stamp) return known
    const ranking = await rankingOf(this.database, stage, provisional)
    this.keep(key, { stamp, ranking })
    return { ranking, stamp }
  }

  /** Changes with everything that the ranking depends on. Read before it, so that a ranking is never kept for newer than it is. */
  private async stamp({ callId, stage, version, versionId, rubric }: StageNow): Promise<string> {
    const [row] = await this.database.query<{ n: number; versions: string }>(
      `SELECT count(*)::int AS n, coalesce(sum(c.version), 0)::text AS versions FROM cases c WHERE c.parent_id = $1 AND ${judgedIn('$2')}`, [callId, rubric.scoring?.applications ?? null])
    return `${callId} ${stage} ${version} ${versionId} ${row?.n ?? 0} ${row?.versions ?? ''}`
  }

  private keep(key: string, one: { stamp: string; ranking: StageRanking }): void {
    this.kept.delete(key)
    this.kept.set(key, one)
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= MOST_KEPT) return
      this.kept.delete(oldest)
    }
  }
}

const MOST_KEPT = 32

/** Computes a stage's ranking from the record. */
export async function rankingOf(on: Connection, stage: StageNow, provisional: boolean): Promise<StageRanking> {
  const [candidates, sheets, acts] = await Promise.all([candidatesOf(on, stage, stage.rubric), sheetsOf(on, stage), entriesOf(on, stage, DELIBERATION_ACTS)])
  const deliberation = deliberationOf(acts)
  const { input, unscored } = scoreInputOf(stage, candidates, sheets, deliberation, provisional)
  const scored = score(input)
  if (!scored.ok) return { input, result: null, problems: scored.problems, standings: [], deliberation, candidates, unscored }
  return { input, result: scored.result, problems: [], standings: standingsOf(scored.result, deliberation), deliberation, candidates, unscored }
}

/**
 * Assignments with what was handed in for them. Joined here: right after thousands of sheets came in at once, PostgreSQL
 * has no statistics of them yet, and compares each with each.
 */
async function sheetsOf(on: Connection, { callId, stage }: StageKey): Promise<SheetRow[]> {
  const [assignments, sheets] = await Promise.all([
    on.query<{ a: string; r: string; state: SheetRow['state'] }>(`SELECT application_id AS a, reviewer_id AS r, state FROM review_assignment WHERE call_id = $1 AND stage = $2 AND state <> 'released' ORDER BY application_id, reviewer_id`, [callId, stage]),
    on.query<{ a: string; r: string; points: Record<string, unknown> }>(`SELECT application_id AS a, reviewer_id AS r, points FROM score_sheet WHERE call_id = $1 AND stage = $2 AND state = 'submitted'`, [callId, stage]),
  ])
  const points = new Map(sheets.map((sheet) => [sheet.a + sheet.r, sheet.points]))
  return assignments.map(({ a, r, state }) => ({ a, r, state, points: (state === 'assigned' && points.get(a + r)) || null }))
}

function scoreInputOf({ rubric }: StageNow, candidates: readonly Candidate[], sheets: readonly SheetRow[], deliberation: Deliberation, provisional: boolean): { input: ScoreInput; unscored: string[] } {
  const judged = new Set(candidates.map(({ id }) => id))
  const rows = sheets.filter(({ a }) => judged.has(a))
  const counted = provisional ? rows.filter(({ points, state }) => points !== null || state === 'recused') : rows
  const assigned = counted.filter(({ state }) => state === 'assigned')
  const scoredOnes = new Set(assigned.map(({ a }) => a))
  const unscored = provisional ? candidates.map(({ id }) => id).filter((id) => !scoredOnes.has(id)) : []
  const inPlay = candidates.filter(({ id }) => !provisional || scoredOnes.has(id))
  const isInPlay = new Set(inPlay.map(({ id }) => id))
  const pairs = counted.filter(({ a }) => isInPlay.has(a))
  const scoring = stageScoring(rubric)
  return {
    unscored,
    input: {
      ...scoring,
      ties: scoring.ties.map((tie) => {
        if (tie.rule === 'chair') return { ...tie, order: deliberation.chairOrder.filter((id) => isInPlay.has(id)) }
        if (tie.rule === 'lot') return { ...tie, order: deliberation.lotOrder.filter((id) => isInPlay.has(id)) }
        return tie.rule === 'panelVote' ? { ...tie, votes: tieVotes(deliberation.ballots).filter(({ application }) => isInPlay.has(application)) } : tie
      }),
      applications: inPlay.map(({ id, attributes }) => ({ id, requested: requestedOf(rubric, attributes) })),
      reviewers: [...new Set(pairs.map(({ r }) => r))].sort(),
      assignments: pairs.map(({ a, r }) => ({ application: a, reviewer: r })),
      recusals: pairs.filter(({ state }) => state === 'recused').map(({ a, r }) => ({ application: a, reviewer: r })),
      scores: pairs.flatMap(({ a, r, points }) => (points === null ? [] : [{ application: a, reviewer: r, criteria: points as Record<string, number | string> }])),
    },
  }
}

/** What an application requests, by the attribute that the rubric names. */
export function requestedOf(rubric: StageNow['rubric'], attributes: Candidate['attributes']): number | string | null {
  const value = attributes[rubric.allocation?.requested ?? 'requestedAmount']
  return typeof value === 'number' || typeof value === 'string' ? value : null
}

/** The panel's own changes on top of the ranking, in the order in which they were made. */
export function standingsOf({ ranking }: Pick<ScoreResult, 'ranking'>, { rankChanges }: Pick<Deliberation, 'rankChanges'>): Standing[] {
  const order = ranking.map(({ application }) => application)
  const movedBy = new Map<string, number>()
  for (const { application, to, seq } of rankChanges) {
    const from = order.indexOf(application)
    if (from < 0) continue
    order.splice(from, 1)
    order.splice(Math.min(to - 1, order.length), 0, application)
    movedBy.set(application, seq)
  }
  const scored = new Map(ranking.map((one) => [one.application, one]))
  const standings: Standing[] = []
  order.forEach((application, i) => {
    const one = scored.get(application)
    if (!one) return
    const changedBy = movedBy.get(application) ?? null
    const before = standings.at(-1)
    // equals that the panel has left where they were stay equal: nothing but a rule or a person tells them apart
    const equal = before !== undefined && before.scoredRank === one.rank && before.changedBy === null && changedBy === null
    if (equal) before.tied = true
    standings.push({ application, scoredRank: one.rank, rank: equal ? before.rank : i + 1, exact: one.exact, display: one.display, decidedBy: one.decidedBy, tied: equal, changedBy })
  })
  return standings
}
