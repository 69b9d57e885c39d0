import type { PipeTransform } from '@nestjs/common'
import { uuid } from '@saitaku/contracts'
import { notFound } from '../problems.js'

/** What is no id cannot be the id of a webhook. */
export class WebhookIdPipe implements PipeTransform<string, string> {
  transform(text: string): string {
    if (!uuid.safeParse(text).success) throw notFound('Webhookが見つかりません', 'There is no such webhook')
    return text.toLowerCase()
  }
}
