import { z } from 'zod'
import { instant, jsonObject, name, uuid } from './primitives.js'

/** An event for a case. What `data` must hold depends on the event: see `availableEvents`. */
export const commandBody = z.strictObject({ type: name, data: jsonObject.optional() })
export type CommandBody = z.output<typeof commandBody>

/** What came of it. `version` and `states` are for those who see a case's states. */
export const commandResult = z
  .object({
    caseId: uuid,
    at: instant,
    /** False where the event was only recorded: a note, one approval of several. */
    moved: z.boolean(),
    /** True where the idempotency key was known: this is the first answer again. */
    repeated: z.boolean(),
    publicStatus: z.string().nullable(),
    /** For those who see the version; others read the case again. */
    etag: z.string().optional(),
    version: z.int().optional(),
    states: z.array(z.string()).optional(),
    phase: z.string().nullable().optional(),
  })
  .meta({ id: 'CommandResult' })
export type CommandResult = z.output<typeof commandResult>

/** `Idempotency-Key`: any printable text of at most 150 characters, one for each thing to be done. */
export const idempotencyKey = z.string().min(1).max(150).regex(/^[\x21-\x7e]+$/, 'expected printable ASCII without spaces')
