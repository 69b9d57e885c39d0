import { fractionOf, readDecimal, reduced, sumOf, type Decimal } from './exact.js'
import { problem, type Problem } from './problems.js'
import type { Criterion, Stage } from './rubric.js'
import { Scale } from './scale.js'
import type { ReadScoreInput } from './score-input.js'

/** The part of `score`'s input that the rubric's stage decides; who scored what, and the votes of the day, come from the records. */
export type StageScoring = Pick<ReadScoreInput, 'criteria' | 'method' | 'thresholds' | 'ties' | 'rankOn' | 'rounding'>

/**
 * A stage of a rubric as `score` reads it.
 *
 * @example
 * score({ ...stageScoring(stage), applications, reviewers, scores, recusals })
 */
export function stageScoring({ criteria, method, thresholds, ties, rankOn, rounding }: Stage): StageScoring {
  return { criteria: criteria.map(scoringCriterion), method, thresholds, ties: ties.map(openTie), rankOn, rounding }
}

function scoringCriterion({ id, weight, levels, maxPoints, step, knockOut }: Criterion): ReadScoreInput['criteria'][number] {
  return { id, weight, ...(levels === undefined ? { maxPoints, step: step ?? 1 } : { levels }), ...(knockOut === undefined ? {} : { knockOut }) }
}

/** The steps of the day are undecided until someone fills them in: nobody named, no votes, nothing drawn. */
function openTie(tie: Stage['ties'][number]): ReadScoreInput['ties'][number] {
  if (tie.rule === 'chair' || tie.rule === 'lot') return { ...tie, order: [] }
  return tie.rule === 'panelVote' ? { ...tie, votes: [] } : tie
}

/** What a reviewer has filled in: a level or points for each criterion, and comments. */
export interface ScoreSheet {
  criteria: Record<string, unknown>
  comments?: Record<string, unknown>
}

export interface SheetReading {
  /** The total with the weights, in lowest terms (`80/1`); null while a criterion is missing or wrong. */
  total: string | null
  /** Empty for a sheet that can be handed in. */
  problems: Problem[]
}

/**
 * Checks one reviewer's sheet against the rubric's stage: every criterion scored and on its scale, none that the rubric
 * lacks, and a comment where the points are below or above what goes without one. A draft may be saved with the problems
 * `missingPoints` and `commentRequired`, not with others.
 *
 * @example
 * readSheet(stage, { criteria: { novelty: 4 } }) // → { total: '32/1', problems: [] }
 */
export function readSheet(stage: Stage, sheet: ScoreSheet): SheetReading {
  const unknown = Object.keys(sheet.criteria).filter((id) => stage.criteria.every((c) => c.id !== id)).map((id) => problem(['criteria', id], 'unknownCriterion', { criterion: id }))
  const problems: Problem[] = [...unknown]
  const points = stage.criteria.flatMap((criterion): Decimal[] => {
    const value = own(sheet.criteria, criterion.id)
    const fault = (code: Problem['code'], allowed?: string): Decimal[] => {
      problems.push(problem(['criteria', criterion.id], code, { criterion: criterion.id, value, ...(allowed === undefined ? {} : { allowed }) }))
      return []
    }
    if (value == null || value === '') return fault('missingPoints')
    const scale = new Scale(scoringCriterion(criterion), [], problems)
    const read = scale.read(value)
    if (typeof read === 'string') return fault(read, scale.allowed)
    if (needsComment(criterion, read) && !hasText(own(sheet.comments ?? {}, criterion.id))) problems.push(problem(['comments', criterion.id], 'commentRequired', { criterion: criterion.id }))
    return [read]
  })
  return { total: points.length === stage.criteria.length ? reduced(fractionOf(sumOf(points))) : null, problems }
}

function needsComment({ comment, weight }: Criterion, weighted: Decimal): boolean {
  if (comment === undefined) return false
  const points = fractionOf(weighted).div(exactly(weight))
  return (comment.below !== undefined && points.lt(exactly(comment.below))) || (comment.above !== undefined && points.gt(exactly(comment.above)))
}

/** Of a number that the rubric's schema has let pass. */
function exactly(value: number | string): ReturnType<typeof fractionOf> {
  const read = readDecimal(value)
  if (typeof read === 'string') throw new RangeError(`${value} is no decimal number`)
  return fractionOf(read)
}

function own(record: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined
}

function hasText(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== ''
}
