import { z } from 'zod'

const id = z.string().min(1)
const pair = z.object({ reviewer: id, application: id })
const decimal = z.union([z.number(), z.string()])

const application = z.union([id, z.object({ id, fields: z.array(id).optional() })])
const reviewer = z.union([
  id,
  z.object({
    id,
    /** The most applications, and the fewest. Both are hard. */
    max: z.int().min(0).optional(),
    min: z.int().min(0).optional(),
    /** What they know of; matched with the applications' fields. */
    fields: z.array(id).optional(),
  }),
])

const pairs = z.array(id).min(2)
const several = z.union([z.strictObject({ applications: pairs }), z.strictObject({ reviewers: pairs })])

/**
 * What `assign` reads, as the command `assign` takes it in JSON.
 *
 * @example
 * assignInput.parse({ perApplication: 1, applications: ['A'], reviewers: [{ id: 'r1', max: 20 }] })
 */
export const assignInput = z.strictObject({
  perApplication: z.int().min(1),
  applications: z.array(application),
  reviewers: z.array(reviewer),
  conflicts: z.array(pair).default([]),
  /** How gladly, or how well: the sum over all assignments is maximised. Pairs that are not named count 0. */
  affinity: z.array(z.object({ reviewer: id, application: id, value: decimal })).default([]),
  /** Each assignment with a field in common adds `weight`; `atLeast` so many of an application's reviewers have one. */
  expertise: z.strictObject({ weight: decimal.default(1), atLeast: z.int().min(0).default(0) }).prefault({}),
  /** Loads differ by at most this; null for any difference. */
  balance: z.int().min(0).nullable().default(1),
  /** Applications: the same reviewers judge them all. Reviewers: where one judges, so do the others. */
  keepTogether: z.array(several).default([]),
  /** Applications: nobody judges two of them. Reviewers: no two of them judge the same application. */
  keepApart: z.array(several).default([]),
  /** Assignments that must be. */
  fixed: z.array(pair).default([]),
  /** The assignments so far. Who or what is no longer there is left out. */
  previous: z.array(pair).default([]),
  /** What keeping one of them is worth in affinity. Unless told, as few as possible move, whatever the affinity. */
  stability: decimal.optional(),
  /** The same seed gives the same answer; another may give another of equal worth. */
  seed: z.int().default(0),
})
export type AssignInput = z.input<typeof assignInput>
export type ReadAssignInput = z.output<typeof assignInput>
