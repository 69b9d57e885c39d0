import type { BlockList } from 'node:net'
import { readNetworks } from '@saitaku/webhooks'
import { ConfigProblem } from '../config.js'

/** Private networks that webhooks may be sent to. Throws `ConfigProblem`. */
export function readWebhookNetworks({ WEBHOOK_NETWORKS = '' }: NodeJS.ProcessEnv): BlockList {
  try {
    return readNetworks(WEBHOOK_NETWORKS.split(',').filter((text) => text.trim() !== ''))
  } catch (error) {
    throw new ConfigProblem(`WEBHOOK_NETWORKS: ${error instanceof Error ? error.message : String(error)}`)
  }
}
