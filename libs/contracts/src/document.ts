import { z } from 'zod'
import { instant, label, uuid } from './primitives.js'

/** Why a file was not taken. */
export const fileRefusal = z.object({ code: z.string(), reason: label }).meta({ id: 'FileRefusal' })

/** A file that was sent for a field of a form, with what the form's answer names it by. */
export const attachmentView = z
  .object({
    id: uuid, kind: z.literal('attachment'), caseId: uuid, form: z.string(), field: z.string(),
    name: z.string(), size: z.int(), mediaType: z.string().nullable(), sha256: z.string().nullable(),
    /** `receiving`, `scanning` (waits for the virus check), `ready`, `refused`, `damaged` (no longer what was sent). */
    state: z.enum(['receiving', 'scanning', 'ready', 'refused', 'damaged']),
    refusal: fileRefusal.nullable(), uploadedAt: instant,
    /** A submission has named it: it is part of the record and cannot be removed. */
    submitted: z.boolean(),
  })
  .meta({ id: 'Attachment' })
export type AttachmentView = z.output<typeof attachmentView>

/** A letter of the office. */
export const letterView = z
  .object({ id: uuid, kind: z.literal('letter'), caseId: uuid, title: z.string(), number: z.string().nullable(), mediaType: z.string(), sha256: z.string(), issuedAt: instant })
  .meta({ id: 'Letter' })
export type LetterView = z.output<typeof letterView>

export const documentList = z.object({ items: z.array(z.union([attachmentView, letterView])) })

export const documentQuery = z.strictObject({
  /** Save it, also where the browser could show it. */
  download: z.enum(['0', '1']).default('0'),
})
