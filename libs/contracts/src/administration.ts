import { z } from 'zod'
import { instant, json, language, uuid } from './primitives.js'
import { rowPage } from './page.js'

/** An effect that has failed: `failing` is tried again by itself, `dead` waits for an administrator. */
export const deadLetter = z
  .object({ id: z.string(), caseId: uuid, topic: z.string(), state: z.enum(['failing', 'dead']), payload: json, attempts: z.int(), error: z.string().nullable(), at: instant })
  .meta({ id: 'DeadLetter' })
export const deadLettersQuery = z.strictObject(rowPage)
export type DeadLettersQuery = z.output<typeof deadLettersQuery>
export const outboxId = z.string().regex(/^[1-9]\d{0,17}$/, 'expected a number')

/** A mail of the local mailbox, which stands in for a mail server where none is configured. */
export const mailItem = z
  .object({ id: z.string(), sentAt: instant, to: z.string(), name: z.string(), lang: language, subject: z.string(), template: z.string(), caseId: uuid.nullable() })
  .meta({ id: 'MailItem' })
export const mail = mailItem.extend({ text: z.string(), html: z.string(), messageId: z.string() }).meta({ id: 'Mail' })
export const mailboxQuery = z.strictObject({ ...rowPage, to: z.string().max(254).optional() })
export type MailboxQuery = z.output<typeof mailboxQuery>

/** A mail of sign-in that stayed on this machine: `kind` names its text. */
export const signInMailItem = z.object({ id: z.string(), sentAt: instant, to: z.string(), name: z.string(), lang: language, kind: z.string(), subject: z.string() })
export const signInMail = signInMailItem.extend({ text: z.string() })
export const signInMailboxQuery = z.strictObject(rowPage)
