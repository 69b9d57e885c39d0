import { z } from 'zod'
import { rowPage } from './page.js'
import { instant, label, programmeName, uuid } from './primitives.js'

const eventType = z.string().max(200).regex(/^[a-z][A-Za-z0-9]*\.[a-z][A-Za-z0-9]*$/, 'expected a type such as application.adopted')
const eventTypes = z.array(eventType).min(1).max(200)
const url = z.string().trim().min(1).max(2_000)
const description = z.string().trim().max(500)

export const newWebhook = z.strictObject({ programme: programmeName, url, eventTypes, description: description.default('') })
export const webhookChange = z.strictObject({ url: url.optional(), eventTypes: eventTypes.optional(), description: description.optional(), enabled: z.boolean().optional() })
export const webhooksQuery = z.strictObject({ programme: programmeName.optional() })
export const eventTypesQuery = z.strictObject({ programme: programmeName })
export const deliveriesQuery = z.strictObject(rowPage)

export const webhookView = z
  .object({
    id: uuid, programme: z.string(), url: z.string(), description: z.string(), eventTypes: z.array(z.string()), createdAt: instant,
    /** Until when the former secret still signs beside the present one. */
    formerSecretUntil: instant.nullable(),
    /** Since when nothing has arrived; null where the last message did. */
    failingSince: instant.nullable(), disabledAt: instant.nullable(), disabledReason: z.string().nullable(),
  })
  .meta({ id: 'Webhook' })
export type WebhookView = z.output<typeof webhookView>
/** A webhook with its secret, which is shown this once. */
export const webhookSecret = webhookView.extend({ secret: z.string() }).meta({ id: 'WebhookWithSecret' })
export type WebhookSecret = z.output<typeof webhookSecret>

export const webhookDelivery = z
  .object({
    id: z.string(), messageId: z.string(), type: z.string(), caseId: uuid.nullable(), state: z.enum(['waiting', 'delivered', 'failed']), attempts: z.int(), createdAt: instant,
    nextAt: instant.nullable(), endedAt: instant.nullable(), body: z.string(), lastStatus: z.int().nullable(), lastError: z.string().nullable(), lastAnswer: z.string().nullable(), lastMs: z.int().nullable(),
  })
  .meta({ id: 'WebhookDelivery' })
export type WebhookDeliveryView = z.output<typeof webhookDelivery>
export const webhookEventType = z.object({ type: z.string(), label }).meta({ id: 'WebhookEventType' })
