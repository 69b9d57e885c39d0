import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '@saitaku/database'
import { purgeIdentity, type Identity, type IdentityMailer } from '@saitaku/identity'
import type { Log } from '@saitaku/queue'

const DELIVER_EVERY_MS = 1_000
const PURGE_EVERY_MS = 3_600_000
/** After a failure, so that a server that is down is not asked every second. */
const PAUSE_MS = 10_000

/**
 * Sends the mails of identity within a second of their being queued, and once an hour removes what has run out. Any
 * number of workers may do so at once. Stopping waits for what is under way.
 */
export function startIdentityDuties(database: Database, identity: Identity, mailer: IdentityMailer, log: Log): { stop(): Promise<void> } {
  const ending = new AbortController()
  const duties = [
    repeat(DELIVER_EVERY_MS, 'Mails of sign-in could not be sent; they are tried again', () => identity.mails.deliver(mailer)),
    repeat(PURGE_EVERY_MS, 'What has run out of sign-in could not be removed; it is tried again', () => purgeIdentity(database)),
  ]
  return {
    async stop() {
      ending.abort()
      await Promise.all(duties)
    },
  }

  async function repeat(everyMs: number, complaint: string, work: () => Promise<unknown>): Promise<void> {
    while (!ending.signal.aborted) {
      const done = await work().then(() => true, (error: unknown) => {
        log.error({ err: error }, complaint)
        return false
      })
      await sleep(done ? everyMs : PAUSE_MS, undefined, { signal: ending.signal }).catch(() => undefined) // aborted: over
    }
  }
}
