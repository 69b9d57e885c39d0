import { formatInstant } from '@saitaku/calendar'
import type { WebhookDeliveryView, WebhookView } from '@saitaku/contracts'
import type { Delivery, Webhook } from '@saitaku/webhooks'

const instant = (date: Date | null): string | null => date && formatInstant(date)

export function webhookView({ id, programme, url, description, eventTypes, createdAt, formerUntil, failingSince, disabledAt, disabledReason }: Webhook): WebhookView {
  return {
    id, programme, url, description, eventTypes, createdAt: formatInstant(createdAt), formerSecretUntil: instant(formerUntil), failingSince: instant(failingSince), disabledAt: instant(disabledAt), disabledReason,
  }
}

export function deliveryView({ createdAt, nextAt, endedAt, ...rest }: Delivery): WebhookDeliveryView {
  return { ...rest, createdAt: formatInstant(createdAt), nextAt: instant(nextAt), endedAt: instant(endedAt) }
}
