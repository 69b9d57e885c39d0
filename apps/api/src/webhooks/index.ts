import type { Provider } from '@nestjs/common'
import { Database } from '@saitaku/database'
import { SealedSecrets, Webhooks } from '@saitaku/webhooks'
import type { ApiConfig } from '../config.js'
import { readWebhookNetworks } from './webhooks-config.js'
import { WebhooksController } from './webhooks.controller.js'

export const WEBHOOKS_CONTROLLERS = [WebhooksController]

/** What the controller of webhooks needs. Throws `ConfigProblem` where a variable is wrong. */
export function webhooksProviders({ secrets }: Pick<ApiConfig, 'secrets'>, variables: NodeJS.ProcessEnv = process.env): Provider[] {
  const allowed = readWebhookNetworks(variables)
  return [{ provide: Webhooks, useFactory: (database: Database) => new Webhooks(database, new SealedSecrets(secrets), allowed), inject: [Database] }]
}
