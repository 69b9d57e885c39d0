import type { Registry } from '@saitaku/engine'
import type { Database } from '@saitaku/database'
import { Digests } from './digests.js'
import { documentResult, issueDocument } from './issue-document.js'
import { NoticeVersions } from './notice-context.js'
import { notifyByMailbox, notifyBySmtp } from './notify.js'
import { Mailer, senderOf } from './smtp.js'

export interface NoticesOptions {
  database: Database
  /** Without it notices stay in the local mailbox, the table `notice`. */
  smtpUrl?: string | undefined
  /** Where the service is reached; links lead there, and Message-IDs and the sender carry its host. */
  baseUrl: string
  officeName: string
  /** The sender's address; no-reply at the base URL's host unless given. */
  from?: string | undefined
  /** Where servers report what they could not deliver (`saitaku mail bounce` takes the reports); to the sender unless given. */
  bouncesTo?: string | undefined
  crashHere?: (point: 'AFTER_SEND_BEFORE_RECORD') => void
}

export interface RegisteredNotices {
  /** A worker tends them every minute. */
  digests: Digests
  /** When nothing is sent any more. */
  close(): void
}

/** Registers the effects `notify` and `issueDocument`. */
export function registerNotices(registry: Registry, options: NoticesOptions): RegisteredNotices {
  const { database, smtpUrl, baseUrl, officeName } = options
  const around = { baseUrl, officeName }
  const versions = new NoticeVersions()
  registry.handleEffect('issueDocument', {
    kind: 'transaction',
    perform: async (tx, row) => documentResult(await issueDocument(tx, versions, around, row)),
  })
  if (smtpUrl === undefined) {
    registry.handleEffect('notify', { kind: 'transaction', perform: (tx, row) => notifyByMailbox(tx, versions, around, row) })
    return { digests: new Digests(database, around, undefined), close: () => undefined }
  }
  const mailer = new Mailer(smtpUrl, senderOf(options), options.bouncesTo)
  const crashHere = options.crashHere ?? (() => undefined)
  registry.handleEffect('notify', { kind: 'outside', perform: (row) => notifyBySmtp(database, versions, around, mailer, crashHere, row) })
  return { digests: new Digests(database, around, mailer), close: () => { mailer.close() } }
}
