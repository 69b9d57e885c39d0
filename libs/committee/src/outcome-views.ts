import type { Database } from '@saitaku/database'
import type { Alpha, Disagreement, Note, Rejected, Severity } from '@saitaku/review'
import { mustLead, mustSeeOutcome, recusedApplications, seatOf, type Seat } from './access.js'
import { namesOf, type ApplicationName } from './applications.js'
import type { Actor } from './connection.js'
import { maySeeRanking } from './deliberations.js'
import type { StageKey } from './journal.js'
import { Rankings, type StageRanking, type Standing } from './ranking.js'
import { refuse, type InputProblem } from './refusal.js'
import { hidesFrom, unnamed } from './reviews.js'
import { chosenBy, selectionOf, type Chosen, type WhatIf } from './selection.js'
import type { StageNow, StageReader } from './stage-reader.js'

export interface RankedRow extends Omit<Standing, 'application'> {
  application: ApplicationName
}

/** A ranking as one person may see it. */
export interface RankingView {
  stage: { id: string; label: { ja: string; en: string } }
  version: number
  provisional: boolean
  method: string
  rows: RankedRow[]
  rejected: (Omit<Rejected, 'application'> & { application: ApplicationName })[]
  unscored: ApplicationName[]
  notes: Note[]
  problems: InputProblem[]
  /** For the eyes of the chair and the office. */
  committee: { severity: (Severity & { name: string })[]; kendallW: number | null; krippendorffAlpha: Alpha[]; disagreement: Disagreement[]; withdrawn: { reviewer: string; application: string }[] } | null
}

export interface SelectionView {
  stage: { id: string; label: { ja: string; en: string } }
  version: number
  kind: 'budget' | 'places' | 'prizes'
  whatIf: boolean
  budget: string | null
  policy: string | null
  adopted: (Omit<Chosen, 'application'> & { application: ApplicationName })[]
  reserve: (Omit<Chosen, 'application'> & { application: ApplicationName })[]
  left: number | null
  /** After how many of the ranking the line is drawn. */
  cut: number
  changedAgainstRank: { application: ApplicationName; rank: number; change: 'added' | 'dropped' }[]
  notAwarded: { prize: string; places: number; reason: string }[]
  problems: InputProblem[]
}

/** Rankings and what follows from them, as each person may see them. */
export class Outcomes {
  private readonly rankings: Rankings
  private readonly views = new Map<string, { stamp: string; view: RankingView }>()

  constructor(
    private readonly database: Database,
    private readonly stages: StageReader,
  ) {
    this.rankings = new Rankings(database)
  }

  /**
   * The ranking of a stage with a stamp that changes whenever the answer does. The same object is given again while nothing
   * has changed. Whoever is recused from an application does not find it here, nor a gap where it stood.
   */
  async ranking(key: StageKey, actor: Actor, { provisional = false }: { provisional?: boolean } = {}): Promise<{ view: RankingView; stamp: string }> {
    const [stage, seat] = await Promise.all([this.stages.read(key), seatOf(this.database, key, actor)])
    mustSeeOutcome(seat)
    if (!maySeeRanking(stage, seat)) throw refuse('notNow', '採点が終わるまで、順位は表示できません', 'Rankings are shown once scoring has ended')
    const [recused, { ranking, stamp }] = await Promise.all([recusedApplications(this.database, key, actor, seat), this.rankings.of(stage, provisional)])
    const audience = `${seat.office || seat.chair} ${hidesFrom(stage.rubric, seat)} ${recused.join()}`
    const kept = this.views.get(`${key.callId} ${key.stage} ${provisional} ${audience}`)
    if (kept?.stamp === stamp) return { view: kept.view, stamp: `${stamp} ${audience}` }
    const view = await this.viewOf(stage, seat, ranking, provisional, new Set(recused))
    if (this.views.size > MOST_VIEWS) this.views.clear()
    this.views.set(`${key.callId} ${key.stage} ${provisional} ${audience}`, { stamp, view })
    return { view, stamp: `${stamp} ${audience}` }
  }

  /** Who is chosen from the ranking; with other figures (`whatIf`) only to the chair and the office. */
  async selection(key: StageKey, actor: Actor, whatIf: WhatIf & { provisional?: boolean } = {}): Promise<SelectionView> {
    const [stage, seat] = await Promise.all([this.stages.read(key), seatOf(this.database, key, actor)])
    mustSeeOutcome(seat)
    if (!maySeeRanking(stage, seat)) throw refuse('notNow', '採点が終わるまで、順位は表示できません', 'Rankings are shown once scoring has ended')
    const asks = whatIf.budget !== undefined || whatIf.policy !== undefined || whatIf.places !== undefined
    if (asks) mustLead(seat)
    const recused = new Set(await recusedApplications(this.database, key, actor, seat))
    const { ranking } = await this.rankings.of(stage, whatIf.provisional ?? false)
    const selection = selectionOf(stage, ranking, whatIf)
    if (!selection) throw refuse('notNow', 'この段階には、結果の決め方が定められていません', 'The rubric does not say how this stage is decided')
    const { adopted, reserve } = chosenBy(selection)
    const names = await namesOf(this.database, stage.rubric, ranking.candidates.map(({ id }) => id), hidesFrom(stage.rubric, seat))
    const shown = (list: readonly Chosen[]): SelectionView['adopted'] => list.filter(({ application }) => !recused.has(application)).map((one) => ({ ...one, application: names.get(one.application) ?? unnamed(one.application) }))
    const allocation = selection.kind === 'prizes' ? null : selection.result
    return {
      stage: { id: stage.stage, label: stage.rubric.label }, version: stage.version, kind: selection.kind, whatIf: asks,
      budget: selection.kind === 'prizes' ? null : String(selection.input.budget), policy: selection.kind === 'budget' ? selection.input.policy : null,
      adopted: shown(adopted), reserve: shown(reserve), left: recused.size > 0 || selection.kind !== 'budget' ? null : (allocation?.left ?? null), cut: shown(adopted).length,
      changedAgainstRank: (allocation?.changedAgainstRank ?? []).filter(({ id }) => !recused.has(id)).map(({ id, rank, change }) => ({ application: names.get(id) ?? unnamed(id), rank, change })),
      notAwarded: selection.kind === 'prizes' ? (selection.result?.notAwarded ?? []) : [], problems: problemsOf(ranking, selection.problems),
    }
  }

  private async viewOf(stage: StageNow, seat: Seat, ranking: StageRanking, provisional: boolean, recused: ReadonlySet<string>): Promise<RankingView> {
    const { result, standings, candidates, unscored } = ranking
    const names = await namesOf(this.database, stage.rubric, candidates.map(({ id }) => id), hidesFrom(stage.rubric, seat))
    const name = (id: string): ApplicationName => names.get(id) ?? unnamed(id)
    const visible = standings.filter(({ application }) => !recused.has(application))
    return {
      stage: { id: stage.stage, label: stage.rubric.label }, version: stage.version, provisional, method: result?.method ?? stage.rubric.method,
      rows: (recused.size === 0 ? visible : renumbered(visible)).map((one) => ({ ...one, application: name(one.application) })),
      rejected: (result?.rejected ?? []).filter(({ application }) => !recused.has(application)).map((one) => ({ ...one, application: name(one.application) })),
      unscored: unscored.filter((id) => !recused.has(id)).map(name), notes: result?.notes ?? [], problems: recused.size === 0 ? ranking.problems : [],
      committee: result && (seat.office || seat.chair) && recused.size === 0 ? await this.forCommittee(result) : null,
    }
  }

  private async forCommittee({ severity, kendallW, krippendorffAlpha, disagreement, withdrawn }: NonNullable<StageRanking['result']>): Promise<RankingView['committee']> {
    const rows = await this.database.query<{ id: string; name: string }>('SELECT id, name FROM person WHERE id = ANY ($1::uuid[])', [severity.map(({ reviewer }) => reviewer)])
    const names = new Map(rows.map((row) => [row.id, row.name]))
    return { severity: severity.map((one) => ({ ...one, name: names.get(one.reviewer) ?? '' })), kendallW, krippendorffAlpha, disagreement, withdrawn }
  }
}

const MOST_VIEWS = 200

/** Ranks among those that are shown: a gap would tell where the hidden one stands. */
function renumbered(standings: readonly Standing[]): Standing[] {
  return standings.map((one) => {
    const better = standings.filter((other) => other.rank < one.rank).length
    const scoredBetter = standings.filter((other) => other.scoredRank < one.scoredRank).length
    return { ...one, rank: better + 1, scoredRank: scoredBetter + 1, tied: standings.filter((other) => other.rank === one.rank).length > 1 }
  })
}

const problemsOf = (ranking: StageRanking, problems: readonly InputProblem[]): InputProblem[] => (ranking.problems.length > 0 ? ranking.problems : [...problems])
