import { deliveriesQuery, eventTypesQuery, newWebhook, pageOf, webhookChange, webhookDelivery, webhookEventType, webhookSecret, webhooksQuery, webhookView } from '@saitaku/contracts'
import { createZodDto } from 'nestjs-zod'
import { z } from 'zod'

export class NewWebhookDto extends createZodDto(newWebhook) {}
export class WebhookChangeDto extends createZodDto(webhookChange) {}
export class WebhooksQueryDto extends createZodDto(webhooksQuery) {}
export class EventTypesQueryDto extends createZodDto(eventTypesQuery) {}
export class DeliveriesQueryDto extends createZodDto(deliveriesQuery) {}
export class WebhookDto extends createZodDto(webhookView) {}
export class WebhookListDto extends createZodDto(z.object({ items: z.array(webhookView) })) {}
export class WebhookSecretDto extends createZodDto(webhookSecret) {}
export class WebhookDeliveryDto extends createZodDto(webhookDelivery) {}
export class WebhookDeliveryPageDto extends createZodDto(pageOf(webhookDelivery)) {}
export class WebhookEventTypesDto extends createZodDto(z.object({ items: z.array(webhookEventType) })) {}
