import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common'
import { registerApplications } from '@saitaku/applications'
import { crashAt, Database } from '@saitaku/database'
import { Engine, Registry } from '@saitaku/engine'
import { registerNotices } from '@saitaku/notices'
import { openQueues, startWorking, type Log } from '@saitaku/queue'
import type { WorkerConfig } from './config.js'
import { LOGGER, WORKER_CONFIG } from './tokens.js'

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
    const notices = registerNotices(registry, {
      database, crashHere, smtpUrl: config.smtpUrl, from: config.mailFrom, baseUrl: config.baseUrl, officeName: config.officeName,
    })
    const working = await startWorking({ database, engine: new Engine(database, registry, { crashHere }), queues, listenUrl: config.directUrl, claimSeconds: config.lockSeconds, log, crashHere })
    this.end = async () => {
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
