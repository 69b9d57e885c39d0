import { z } from 'zod'

const id = z.string().min(1)

const prize = z.strictObject({
  id,
  label: z.unknown().optional(),
  /** Only applications of these divisions; any without it. */
  divisions: z.array(id).min(1).optional(),
  /** How many win it. */
  winners: z.int().min(1).default(1),
  /** Who has less does not win it, even if it then goes to nobody. */
  atLeast: z.union([z.number(), z.string()]).optional(),
  /** `rank`: the best that are left, in the order of the prizes. `jury`: only those that are `given`. */
  by: z.enum(['rank', 'jury']).default('rank'),
  /** An application wins at most one exclusive prize; one that is not exclusive comes on top. */
  exclusive: z.boolean().default(true),
})

const application = z.object({
  id,
  rank: z.int().min(1),
  organisation: id.nullish(),
  division: id.nullish(),
  score: z.union([z.number(), z.string()]).nullish(),
})

/**
 * What `awardPrizes` reads. Prizes are given in the order in which they stand.
 *
 * @example
 * prizesInput.parse({ prizes: [{ id: 'grand' }], applications: [{ id: 'A', rank: 1, organisation: 'o1' }] })
 */
export const prizesInput = z.strictObject({
  prizes: z.array(prize),
  applications: z.array(application),
  /** The jury's own choices; they come before those by rank. */
  given: z.array(z.object({ prize: id, application: id })).default([]),
  /** Prizes that the jury gives to nobody (該当なし). */
  noAward: z.array(id).default([]),
  /** Applications that are judged in another division than they applied for. */
  reassigned: z.array(z.object({ application: id, division: id })).default([]),
  /** Whether one organisation may win several exclusive prizes with several applications. */
  sameOrganisation: z.enum(['once', 'allowed']).default('once'),
})
export type PrizesInput = z.input<typeof prizesInput>
export type ReadPrizesInput = z.output<typeof prizesInput>
