import { WebhookDeliveryEntity } from './webhook-delivery.entity.js'
import { WebhookEntity } from './webhook.entity.js'

/** The tables that this lib writes. */
export const WEBHOOKS_ENTITIES = [WebhookEntity, WebhookDeliveryEntity]
