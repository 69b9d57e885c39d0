import type { Database } from '@saitaku/database'
import type { Log } from '@saitaku/queue'
import { DeliveryWork, disabledMails, readNetworks, SealedSecrets, type Disabled, type DisabledMail } from '@saitaku/webhooks'
import { ConfigProblem, type WorkerConfig } from './config.js'
import type { Duty } from './duties.js'

const DELIVER_EVERY_MS = 1_000
const FORGET_EVERY_MS = 3_600_000
/** Of messages that wait, before others get a turn. */
const MOST_ROUNDS = 50

/**
 * Sends the messages of webhooks within a second of their being written. Any number of workers may do so at once. `tell`
 * takes a mail to an administrator. Throws `ConfigProblem`.
 */
export function webhookDuties(database: Database, { secrets }: Pick<WorkerConfig, 'secrets'>, tell: (mail: DisabledMail) => Promise<void>, log: Log, { WEBHOOK_NETWORKS = '' }: NodeJS.ProcessEnv = process.env): Duty[] {
  const work = new DeliveryWork({ database, secrets: new SealedSecrets(secrets), allowed: allowedNetworks(WEBHOOK_NETWORKS), onDisabled: announce })
  return [
    { everyMs: DELIVER_EVERY_MS, complaint: 'Webhooks could not be served; they are tried again', work: deliver },
    { everyMs: FORGET_EVERY_MS, complaint: 'Old messages of webhooks could not be removed; it is tried again', work: () => work.forget() },
  ]

  async function deliver(): Promise<void> {
    for (let round = 0; round < MOST_ROUNDS; round++) if ((await work.deliver()) === 0) return
  }

  async function announce(disabled: Disabled): Promise<void> {
    log.warn({ webhook: disabled.id, url: disabled.url, reason: disabled.reason }, 'A webhook was switched off')
    for (const mail of await disabledMails(database, disabled))
      await tell(mail).catch((error: unknown) => { log.error({ err: error, webhook: disabled.id }, 'An administrator could not be told that a webhook was switched off') })
  }
}

function allowedNetworks(text: string): ReturnType<typeof readNetworks> {
  try {
    return readNetworks(text.split(',').filter((network) => network.trim() !== ''))
  } catch (error) {
    throw new ConfigProblem(`WEBHOOK_NETWORKS: ${error instanceof Error ? error.message : String(error)}`)
  }
}
