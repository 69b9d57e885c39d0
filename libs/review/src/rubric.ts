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

/** A state's place in its chart, and an event: names of a chart, which may be words that expressions reserve. */
const place = z.string().regex(/^[a-z][A-Za-z0-9]*(\.[a-z][A-Za-z0-9]*)*$/, 'a state is named by its place in the chart, such as selection.judged')
const eventName = z.string().regex(/^[a-z][A-Za-z0-9]*$/, 'an event is named in lower camel case')

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
  /** The call's attribute with the budget, and the applications' with what each requests and its eligible cost. */
  budget: identifier.default('budget'),
  requested: identifier.default('requestedAmount'),
  cost: identifier.optional(),
})

/** Where in the charts a stage is scored: names as they stand there. */
const scoring = z.strictObject({
  /** The state of the call in which score sheets are filled in, such as `judging`. */
  state: place,
  /** The call's attribute with the instant after which no sheet is taken, such as `scoringEndsAt`. */
  until: identifier.optional(),
  /** The state in (or within) which applications are judged in this stage; all that are in the phase `judged` unless told. */
  applications: place.optional(),
})

const prize = z.strictObject({
  id: identifier,
  label,
  winners: z.number().int().min(1).default(1),
  divisions: z.array(z.string().min(1)).min(1).optional(),
  atLeast: exact.optional(),
  by: z.enum(['rank', 'jury']).optional(),
  exclusive: z.boolean().optional(),
})

/**
 * A text for a decision letter. `on: threshold` for who was rejected by one, with `{threshold}` for its label; `on: rank` for
 * who stood too low, with `{strongest}` and `{weakest}` for the criteria in which it came nearest to, and fell farthest
 * behind, those who were adopted; `on: choice` only where the panel chooses it.
 */
const reason = z.strictObject({ id: identifier, on: z.enum(['threshold', 'rank', 'choice']), text: label })
export type Reason = z.output<typeof reason>

/** How the outcome of a stage reaches the charts: events of the call, and those that it sends to applications. */
const decision = z.strictObject({
  /** The call's event that proposes the outcomes. */
  event: eventName,
  /** The call's events by which they are approved, sent back, taken back before publication, and published. */
  approve: eventName.optional(),
  sendBack: eventName.optional(),
  withdraw: eventName.optional(),
  publish: eventName.optional(),
  /** Events of the applications. */
  adopted: eventName,
  conditional: eventName.optional(),
  reserve: eventName.optional(),
  notAdopted: eventName,
  /** How many are adopted where neither a budget nor prizes decide. */
  places: z.number().int().min(1).optional(),
  prizes: z.array(prize).min(1).optional(),
  /** The application's attribute that names its division. */
  division: identifier.optional(),
  sameOrganisation: z.enum(['once', 'allowed']).optional(),
  reasons: z.array(reason).default([]),
})
export type DecisionRule = z.output<typeof decision>

const stage = z.strictObject({
  id: identifier,
  label,
  /** Reviewers do not learn who applied: what these fields of forms hold is left out, and taken out wherever else it stands. */
  blind: z.strictObject({ hides: z.array(identifier).default([]) }).optional(),
  /** When a reviewer sees what the others scored: once their own sheet is in, or only in the deliberation. */
  others: z.enum(['afterOwn', 'deliberation']).optional(),
  scoring: scoring.optional(),
  decision: decision.optional(),
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
