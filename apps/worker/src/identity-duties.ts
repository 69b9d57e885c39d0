import type { Database } from '@saitaku/database'
import { purgeIdentity, type Identity, type IdentityMailer } from '@saitaku/identity'
import type { Duty } from './duties.js'

const DELIVER_EVERY_MS = 1_000
const PURGE_EVERY_MS = 3_600_000

/** Sends the mails of identity within a second of their being queued, and once an hour removes what has run out. */
export function identityDuties(database: Database, identity: Identity, mailer: IdentityMailer): Duty[] {
  return [
    { everyMs: DELIVER_EVERY_MS, complaint: 'Mails of sign-in could not be sent; they are tried again', work: () => identity.mails.deliver(mailer) },
    { everyMs: PURGE_EVERY_MS, complaint: 'What has run out of sign-in could not be removed; it is tried again', work: () => purgeIdentity(database) },
  ]
}
