import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common'
import { registerApplications } from '@saitaku/applications'
import { registerCommittee } from '@saitaku/committee'
import { crashAt, Database } from '@saitaku/database'
import { Engine, Registry } from '@saitaku/engine'
import { registerFiles } from '@saitaku/files'
import { createIdentity, type IdentityMail } from '@saitaku/identity'
import { Mailer, registerNotices, senderOf } from '@saitaku/notices'
import { openQueues, startWorking, type Log } from '@saitaku/queue'
import type { WorkerConfig } from './config.js'
import { startDuties } from './duties.js'
import { identityDuties } from './identity-duties.js'
import { LOGGER, WORKER_CONFIG } from './tokens.js'
import { webhookDuties } from './webhook-duties.js'

const DIGESTS_EVERY_MS = 60_000

/** Puts engine, notices and queues together and works until the process is told to stop. */
@Injectable()
export class WorkService implements OnApplicationBootstrap, OnApplicationShutdown {
  private end: (() => Promise<void>) | undefined

  constructor(
    private readonly database: Database,
    @Inject(WORKER_CONFIG) private readonly config: WorkerConfig,
    @Inject(LOGGER) private readonly log: Log,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { database, config, log } = this
    const crashHere = crashAt(process.env.SAITAKU_CRASH_AT)
    const queues = await openQueues({
      databaseUrl: config.directUrl, lockMs: config.lockSeconds * 1_000, allowUnsafeRedis: config.allowUnsafeRedis, ...(config.redisUrl === undefined ? {} : { redisUrl: config.redisUrl }),
      onError: (error) => { log.error({ err: error }, 'The queue reports an error') },
    })
    const registry = new Registry()
    registerApplications(registry)
    registerCommittee(registry)
    registerFiles(registry)
    const notices = registerNotices(registry, {
      database, crashHere, smtpUrl: config.smtpUrl, from: config.mailFrom, bouncesTo: config.bouncesTo, baseUrl: config.baseUrl, officeName: config.officeName,
    })
    const working = await startWorking({ database, engine: new Engine(database, registry, { crashHere }), queues, listenUrl: config.directUrl, claimSeconds: config.lockSeconds, log, crashHere })
    const identity = createIdentity({ database, secrets: config.secrets, settings: { baseUrl: config.baseUrl } })
    const smtp = config.smtpUrl === undefined ? undefined : new Mailer(config.smtpUrl, senderOf({ ...config, from: config.mailFrom }), config.bouncesTo)
    const mailer: OfficeMailer = smtp ? bySmtp(smtp, config) : identity.localMailbox
    const duties = startDuties(log, [
      ...identityDuties(database, identity, mailer),
      ...webhookDuties(database, config, (mail) => mailer.deliver({ ...mail, kind: 'webhookDisabled' }), log),
      { everyMs: DIGESTS_EVERY_MS, complaint: 'Daily mails could not be sent; they are tried again', work: () => notices.digests.tend() },
    ])
    this.end = async () => {
      await duties.stop()
      smtp?.close()
      await working.stop()
      await queues.close()
      notices.close()
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.end?.()
    await this.database.close()
  }
}

/** What takes mails to people who run or use the service: of sign-in, and of what needs an administrator. */
interface OfficeMailer {
  deliver(mail: Pick<IdentityMail, 'id' | 'to' | 'lang' | 'subject' | 'text'> & { kind: string }): Promise<void>
}

/** A mail that is tried again keeps its Message-ID, so that one which was sent twice shows as one. */
function bySmtp(smtp: Mailer, { baseUrl }: WorkerConfig): OfficeMailer {
  const host = new URL(baseUrl).hostname
  return { deliver: ({ id, to, subject, text }) => smtp.send({ to, subject, text, messageId: `<i-${id}@${host}>` }) }
}
