import type { Label } from '@saitaku/forms'
import { disagreementOf, kendallW, krippendorffAlpha, severityOf, type Alpha, type Disagreement, type Severity } from './agreement.js'
import { shapeProblems, type Outcome } from './problems.js'
import { rankByReviewer } from './reviewer-ranks.js'
import type { Method } from './rubric.js'
import { scoreInputBesideRows, type ReadScoreInput } from './score-input.js'
import { readTable, type ScoreTable } from './score-table.js'
import { appliedMethod, isEven, standingsOf, type Figure, type Ranking } from './standings.js'
import { rejections, type Rejected } from './thresholds.js'
import { breakTies, partition, type Group } from './ties.js'

export interface Ranked extends Figure {
  application: string
  /** From 1; applications that no rule told apart share it, and the next rank is left out as often. */
  rank: number
  /** The rule that set it apart from one that was equal, such as `criterion:novelty`; null where none had to. */
  decidedBy: string | null
  /** Shares its rank. */
  tied: boolean
}

/** Something that the reader of a ranking must know of how it came about. */
export interface Note {
  code: 'sumBecameMean' | 'rankSumBecameRelative' | 'placesAreMeans'
  message: Label
}

export interface ScoreResult {
  /** The one that applied; `notes` says where it is not the one that was asked for. */
  method: Method
  /** Best first; those that share a rank by their ids. */
  ranking: Ranked[]
  /** By a threshold or a knock-out, by their ids; they have no rank and count in nobody's. */
  rejected: Rejected[]
  severity: Severity[]
  kendallW: number | null
  krippendorffAlpha: Alpha[]
  disagreement: Disagreement[]
  /** Scores that were given and do not count, because their reviewer is recused. */
  withdrawn: { reviewer: string; application: string }[]
  notes: Note[]
}

const NOTES = {
  sumBecameMean: { ja: '除斥などで採点者数がそろわないため、合計ではなく平均で順位を付けました。', en: 'Applications have different numbers of scores, by recusal or assignment; they are ranked by the mean instead of the sum.' },
  rankSumBecameRelative: { ja: '除斥などで全員が全件を採点していないため、順位点の合計ではなく相対順位の平均で順位を付けました。', en: 'Not everybody scored everything; applications are ranked by the mean relative rank instead of the rank sum.' },
  placesAreMeans: { ja: '除斥などで採点者数がそろわないため、1位の数は採点者1人あたりの平均で比べました。', en: 'Applications have different numbers of scores; places are compared as means per reviewer.' },
} satisfies Record<Note['code'], Label>

/**
 * Ranks applications from score sheets: thresholds, then the method over what they leave, then the chain of ties. Exact
 * throughout. The answer does not depend on the order of applications, reviewers or scores. Nothing makes it throw: what
 * is wrong with the input comes back as problems, each with its place and a sentence.
 *
 * @param input see `scoreInput`; anything may be given
 * @example
 * score({ applications: [{ id: 'X' }, { id: 'Y' }], reviewers: ['r1'], method: 'mean',
 *   scores: [{ reviewer: 'r1', application: 'X', total: '72.5' }, { reviewer: 'r1', application: 'Y', total: 80 }] })
 * // → { ok: true, result: { ranking: [{ application: 'Y', rank: 1, exact: '80/1', display: '80.00', … }, …], … } }
 */
export function score(input: unknown): Outcome<ScoreResult> {
  const parsed = scoreInputBesideRows.safeParse(input)
  if (!parsed.success) return { ok: false, problems: shapeProblems(parsed.error, input) }
  const table = readTable(parsed.data)
  return Array.isArray(table) ? { ok: false, problems: table } : rank(table, parsed.data)
}

function rank(table: ScoreTable, input: ReadScoreInput): Outcome<ScoreResult> {
  const even = isEven(table, input.method)
  const method = appliedMethod(input.method, even)
  const rejected = rejections(table, input, method)
  if (Array.isArray(rejected)) return { ok: false, problems: rejected }
  const inPlay = byId(table, table.applications.map((_, a) => a).filter((a) => !rejected.has(a)))
  const ranking: Ranking = { table, inPlay, ranks: rankByReviewer(table, inPlay), rounding: input.rounding, rankOn: input.rankOn }
  const standings = standingsOf(method, ranking, even)
  const broken = breakTies(partition(inPlay, (a, b) => standings.compare(a, b)), input.ties, ranking, even)
  if (broken.problems.length > 0) return { ok: false, problems: broken.problems }
  const place = (application: number, position: number, group: Group): Ranked => ({
    application: table.applications[application]?.id ?? '',
    rank: position,
    ...standings.figure(application),
    decidedBy: broken.decidedBy.get(application) ?? null,
    tied: group.length > 1,
  })
  let before = 0
  const ranked = broken.groups.flatMap((group) => {
    const position = before + 1
    before += group.length
    return byId(table, group).map((application) => place(application, position, group))
  })
  return { ok: true, result: { method, ranking: ranked, rejected: byId(table, [...rejected.keys()]).flatMap((a) => rejected.get(a) ?? []), ...agreement(table), withdrawn: table.withdrawn, notes: notesOn(input.method, method, even) } }
}

function agreement(table: ScoreTable): Pick<ScoreResult, 'severity' | 'kendallW' | 'krippendorffAlpha' | 'disagreement'> {
  return { severity: severityOf(table), kendallW: kendallW(table), krippendorffAlpha: krippendorffAlpha(table), disagreement: disagreementOf(table) }
}

/** By code units, so that the same ids come in the same order on every machine. */
function byId(table: ScoreTable, applications: readonly number[]): number[] {
  const id = (application: number): string => table.applications[application]?.id ?? ''
  return [...applications].sort((a, b) => (id(a) < id(b) ? -1 : 1))
}

function notesOn(asked: Method, applied: Method, even: boolean): Note[] {
  const code = applied !== asked ? (asked === 'sum' ? 'sumBecameMean' : 'rankSumBecameRelative') : asked === 'firstPlaces' && !even ? 'placesAreMeans' : null
  return code === null ? [] : [{ code, message: NOTES[code] }]
}
