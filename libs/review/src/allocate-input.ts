import { z } from 'zod'

const amount = z.union([z.number(), z.string()])
const id = z.string().min(1)

const item = z.object({
  id,
  rank: z.int().min(1),
  requested: amount,
  /** For `optimise`: a decimal, or a fraction as `score` prints it. Higher is better. */
  score: z.union([z.number(), z.string()]).nullish(),
  /** The least that `reduce` may offer; without it any amount above 0. */
  minimum: amount.nullish(),
  /** Eligible cost, where the rate depends on how many are adopted. */
  cost: amount.nullish(),
})

const rate = z.strictObject({
  /** Holds for up to so many adopted applications; only the last may leave it out. */
  upTo: z.int().min(1).optional(),
  rate: z.union([z.number(), z.string()]),
  cap: amount.nullish(),
})

/**
 * What `allocate` reads, as the command `allocate` takes it in JSON. Amounts in yen.
 *
 * @example
 * allocateInput.parse({ budget: 5000000, policy: 'stop', items: [{ id: 'P1', rank: 1, requested: 1000000 }] })
 */
export const allocateInput = z.strictObject({
  budget: amount,
  policy: z.enum(['stop', 'skip', 'reduce', 'optimise']),
  items: z.array(item),
  rates: z.array(rate).min(1).optional(),
  /** With `rates`: amounts are rounded down to this, ¥1,000 unless told. */
  floor: amount.optional(),
  /** How many are kept in reserve; the others are not adopted. Without it all are in reserve. */
  reserveLimit: z.int().min(0).optional(),
})
export type AllocateInput = z.input<typeof allocateInput>
export type ReadAllocateInput = z.output<typeof allocateInput>
