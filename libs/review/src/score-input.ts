import { z } from 'zod'
import { METHODS } from './rubric.js'

/** A number that is meant exactly: `72.5`, or as text `"72.5"` where binary would not hold it. Read by `readDecimal`. */
const decimal = z.union([z.number(), z.string()])
const id = z.string().min(1)
const op = z.enum(['<', '<='])

const knockOut = z.strictObject({ op, value: decimal, by: z.enum(['any', 'majority', 'mean']).default('any') })

const criterion = z.strictObject({
  id,
  label: z.unknown().optional(),
  weight: decimal.default(1),
  levels: z.record(z.string(), decimal).optional(),
  /** Without levels: points from 0 to this. With neither, any points. */
  maxPoints: decimal.optional(),
  /** Points are multiples of this. */
  step: decimal.optional(),
  knockOut: knockOut.optional(),
})

/** Other words of an application or a score, such as its organisation or comments, are allowed and not read. */
const application = z.object({ id, requested: decimal.nullish() })
/** One score sheet: a total, or the points of each criterion. */
export const scoreRow = z.object({ reviewer: id, application: id, total: decimal.nullish(), criteria: z.record(z.string(), decimal).nullish() })
const pair = z.object({ reviewer: id, application: id })

const threshold = z.discriminatedUnion('scope', [
  z.strictObject({ scope: z.literal('total'), op, value: decimal, label: z.unknown().optional() }),
  z.strictObject({ scope: z.literal('criterion'), criterion: id, op, value: decimal, label: z.unknown().optional() }),
  z.strictObject({ scope: z.literal('reviewer'), op, value: decimal, label: z.unknown().optional() }),
])

const tie = z.discriminatedUnion('rule', [
  z.strictObject({ rule: z.literal('criterion'), criterion: id }),
  z.strictObject({ rule: z.literal('lowerRequest') }),
  z.strictObject({ rule: z.literal('firstPlaces') }),
  z.strictObject({ rule: z.literal('firstRankersMean') }),
  /** The chair's casting vote: best first. Applications that are not named come after those that are. */
  z.strictObject({ rule: z.literal('chair'), order: z.array(id).default([]) }),
  /** The most votes first; who is not named has none. */
  z.strictObject({ rule: z.literal('panelVote'), votes: z.array(z.strictObject({ application: id, votes: z.int().min(0) })).default([]) }),
  /** The order drawn in front of the panel, or a seed from which anyone can draw the same order again. */
  z.strictObject({ rule: z.literal('lot'), order: z.array(id).default([]), seed: z.int().optional() }),
])
export type TieRule = z.output<typeof tie>

const inputWithout = {
  criteria: z.array(criterion).default([]),
  applications: z.array(application),
  reviewers: z.array(id),
  assignments: z.array(pair).optional(),
  recusals: z.array(pair).default([]),
  method: z.enum(METHODS),
  thresholds: z.array(threshold).default([]),
  ties: z.array(tie).default([]),
  rankOn: z.enum(['unrounded', 'rounded']).default('unrounded'),
  rounding: z.strictObject({ digits: z.int().min(0).max(12).default(2), mode: z.enum(['halfUp', 'floor']).default('halfUp') }).prefault({}),
}

/**
 * What `score` reads, as the command `score` takes it in JSON. Every reviewer is expected to score every application,
 * or those of `assignments` where that is given, except the pairs of `recusals`.
 *
 * @example
 * scoreInput.parse({ applications: [{ id: 'T' }], reviewers: ['r1'], scores: [{ reviewer: 'r1', application: 'T', total: 120 }], method: 'mean' })
 */
export const scoreInput = z.strictObject({ ...inputWithout, scores: z.array(scoreRow) })
export type ScoreInput = z.input<typeof scoreInput>

/**
 * The same without looking into the scores: of thousands of rows the schema would take longer than the ranking, so
 * `isScoreRow` looks at each, and the schema only words what is wrong with those that it turns down.
 */
export const scoreInputBesideRows = z.strictObject({ ...inputWithout, scores: z.array(z.unknown()) })
export type ReadScoreInput = z.output<typeof scoreInputBesideRows>

export interface ScoreRow {
  reviewer: string
  application: string
  total?: unknown
  criteria?: Record<string, unknown> | null
}

export function isScoreRow(row: unknown): row is ScoreRow {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return false
  const { reviewer, application, total, criteria } = row as Partial<Record<keyof ScoreRow, unknown>>
  return isId(reviewer) && isId(application) && (total == null || isCell(total)) && (criteria == null || (typeof criteria === 'object' && !Array.isArray(criteria)))
}

const isId = (value: unknown): boolean => typeof value === 'string' && value !== ''
const isCell = (value: unknown): boolean => typeof value === 'number' || typeof value === 'string'
