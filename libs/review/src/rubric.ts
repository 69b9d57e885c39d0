import { z } from 'zod'
import { identifier, label } from '@saitaku/forms'
import { readRate } from '@saitaku/money'

/**
 * The grammar of rubric.yaml: how a programme's applications are scored and ranked, stage by stage. A
 * rubric never changes within a call once its scoring has opened.
 */

export const METHODS = ['sum', 'mean', 'trimmedMean', 'rankSum', 'meanRelativeRank', 'zScore', 'firstPlaces'] as const
export type Method = (typeof METHODS)[number]

/** A number that is meant exactly: an integer, or a decimal (as a string where binary would not hold it). */
const DECIMAL = /^-?\d{1,15}(\.\d{1,15})?$/
const IN_DECIMALS = 'a number is written in decimals, such as 3 or "72.5"'
const exact = z.union([z.number().refine((n) => DECIMAL.test(String(n)), IN_DECIMALS), z.string().regex(DECIMAL, IN_DECIMALS)])
export type Exact = z.output<typeof exact>

const op = z.enum(['<', '<='])

/** Rejects an application by one criterion, whatever its total. On the points before the weight. */
const knockOut = z.strictObject({
  op,
  value: exact,
  /** `any` reviewer's points, those of more than half (`majority`), or the reviewers' `mean`. */
  by: z.enum(['any', 'majority', 'mean']).default('any'),
})

/** A comment is required with points below or above these, before the weight. */
const comment = z.strictObject({ below: exact.optional(), above: exact.optional() }).refine((c) => c.below !== undefined || c.above !== undefined, 'a comment is required `below` or `above` some points')

const criterion = z
  .strictObject({
    id: identifier,
    label,
    help: label.optional(),
    /** A reviewer's total is Σ points × weight. */
    weight: exact.default(1),
    /** Points of each level; scales need not be linear, and points may be negative. */
    levels: z.record(z.string().regex(/^[A-Za-z0-9]+$/).max(32), exact).optional(),
    /** The most points before the weight. Without levels, reviewers give points from 0 to this. */
    maxPoints: exact.optional(),
    /** Without levels, points are multiples of this: whole unless told. */
    step: exact.optional(),
    knockOut: knockOut.optional(),
    comment: comment.optional(),
  })
  .refine((c) => c.levels !== undefined || c.maxPoints !== undefined, 'a criterion has `levels` or `maxPoints`')
export type Criterion = z.output<typeof criterion>

const reviewers = z.strictObject({
  /** How many reviewers each application needs. */
  min: z.number().int().min(1).default(1),
  /** How many of the stage's reviewers must have submitted: a count, at least half of them, or more than half. */
  quorum: z.union([z.number().int().min(1), z.enum(['half', 'majority'])]).default('half'),
})

/**
 * Rejects an application whose figure is below the value: the whole total, the reviewers' mean of one
 * criterion, or any one reviewer's total. All of them with the criteria's weights.
 */
const threshold = z.discriminatedUnion('scope', [
  z.strictObject({ scope: z.literal('total'), op, value: exact, label: label.optional() }),
  z.strictObject({ scope: z.literal('criterion'), criterion: identifier, op, value: exact, label: label.optional() }),
  z.strictObject({ scope: z.literal('reviewer'), op, value: exact, label: label.optional() }),
])
export type Threshold = z.output<typeof threshold>

const tie = z.discriminatedUnion('rule', [
  z.strictObject({ rule: z.literal('criterion'), criterion: identifier }),
  z.strictObject({ rule: z.literal('lowerRequest') }),
  z.strictObject({ rule: z.literal('firstPlaces') }),
  z.strictObject({ rule: z.literal('firstRankersMean') }),
  z.strictObject({ rule: z.literal('chair') }),
  z.strictObject({ rule: z.literal('panelVote') }),
  z.strictObject({ rule: z.literal('lot') }),
])
export type Tie = z.output<typeof tie>

const rounding = z.strictObject({
  digits: z.number().int().min(0).max(6).default(2),
  mode: z.enum(['halfUp', 'floor']).default('halfUp'),
})

/** Holds for up to so many adopted applications; only the last may leave it out. */
const rate = z.strictObject({ upTo: z.number().int().min(1).optional(), rate: z.union([z.string(), z.number()]).refine((r) => typeof readRate(r) !== 'string', 'a rate is written as 2/3, 0.5 or 50%'), cap: z.number().int().min(0).optional() })

const allocation = z.strictObject({
  policy: z.enum(['stop', 'skip', 'reduce', 'optimise']),
  /** The least yen that `reduce` may offer. */
  minimum: z.number().int().min(0).optional(),
  /** Rates that fall with the number of adopted applications. */
  rates: z.array(rate).min(1).optional(),
  /** How many are kept in reserve; all unless told. */
  reserveLimit: z.number().int().min(0).optional(),
})

const stage = z.strictObject({
  id: identifier,
  label,
  criteria: z.array(criterion).min(1),
  reviewers: reviewers.prefault({}),
  method: z.enum(METHODS),
  thresholds: z.array(threshold).default([]),
  /** Tried in this order while applications are equal. */
  ties: z.array(tie).default([]),
  rankOn: z.enum(['unrounded', 'rounded']).default('unrounded'),
  /** Of what is shown, and of what is ranked where `rankOn` says so. */
  rounding: rounding.prefault({}),
  allocation: allocation.optional(),
})
export type Stage = z.output<typeof stage>

export const rubricFile = z.strictObject({ stages: z.array(stage).min(1) })
export type Rubric = z.output<typeof rubricFile>

/** What an expression reads of a stage, as `review.<stage>.missing` and so on. */
export interface StageTypes {
  /** Scores still owed by reviewers who are not recused. */
  missing: 'int'
  quorum: 'bool'
  /** Score sheets handed in. */
  submitted: 'int'
}

/**
 * The CEL types of a rubric's facts, by stage.
 *
 * @example
 * rubricTypes(rubric).stage1 // → { missing: 'int', quorum: 'bool', submitted: 'int' }
 */
export function rubricTypes(rubric: Rubric): Record<string, StageTypes> {
  return Object.fromEntries(rubric.stages.map((s) => [s.id, { missing: 'int', quorum: 'bool', submitted: 'int' }]))
}
