import { z } from 'zod'
import { label } from './primitives.js'

/** One thing that is wrong, and where: `pointer` leads into the request's body, as RFC 6901 has it. */
export const problemItem = z.object({ pointer: z.string(), detail: z.string(), message: label.optional() }).meta({ id: 'ProblemItem' })
export type ProblemItem = z.output<typeof problemItem>

/**
 * RFC 9457. `code` is for programs: the code of a refusal (`notAvailable`, `guard`, `role`, …) or of the request
 * (`badInput`, `unknownCase`, `tooLarge`, …). `detail` is a sentence in the language asked for, `reason` the same in both.
 */
export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string(),
    instance: z.string(),
    errors: z.array(problemItem),
    reason: label.optional(),
    /** Events that this person may send now. */
    available: z.array(z.string()).optional(),
    /** Where the case stands: to those who see its states. */
    states: z.array(z.string()).optional(),
    /** After a 412: the present ETag, and what happened since the one that was sent. */
    etag: z.string().optional(),
    since: z.array(z.unknown()).optional(),
    /** Seconds until the next attempt is worth making; null where only a person can help. */
    retryAfter: z.int().nullable().optional(),
  })
  .meta({ id: 'Problem' })
export type Problem = z.output<typeof problem>
