import { registerApplications } from '@saitaku/applications'
import { registerCommittee } from '@saitaku/committee'
import { Database, SERVICE_ROLE } from '@saitaku/database'
import { Engine, Registry } from '@saitaku/engine'
import { registerNotices } from '@saitaku/notices'
import { openQueues, startWorking, type QueuesOptions } from '@saitaku/queue'

/** What the charts read, for whoever sends events. */
export function demoRegistry(): Registry {
  const registry = new Registry()
  registerApplications(registry)
  registerCommittee(registry)
  return registry
}

/**
 * Connects as the service does, without waiting for the disk at every commit: should the machine die, the record is
 * that of a moment earlier, and the next run goes on from there.
 */
export async function connectRelaxed(databaseUrl: string, poolSize: number): Promise<Database> {
  const url = new URL(databaseUrl)
  url.searchParams.set('options', `-c role=${SERVICE_ROLE} -c synchronous_commit=off`)
  return Database.connect({ url: url.href, poolSize, applicationName: 'saitaku-demo' })
}

const OFFICE_NAME = '事務局'
/** A year goes by in a minute, so an emptied queue is noticed sooner than in life. */
const RECONCILE_EVERY_MS = 3_000

export interface WorkerSettings {
  databaseUrl: string
  redisUrl?: string | undefined
  /** Before every key in Redis; the product's own unless given. */
  prefix?: string | undefined
  allowUnsafeRedis?: boolean | undefined
  /** Where the links of the letters lead. */
  baseUrl?: string | undefined
  /** How long jobs and due timers stay with a worker that died. */
  lockMs?: number | undefined
}

export interface RunningWorker {
  stop(): Promise<void>
}

/** Works on the queue in this process until stopped. */
export async function startWorker(settings: WorkerSettings): Promise<RunningWorker> {
  const { databaseUrl, baseUrl = 'http://localhost:3000', lockMs } = settings
  const database = await connectRelaxed(databaseUrl, 20)
  const queues = await openQueues(queueOptions(settings))
  const registry = demoRegistry()
  // Never by a mail server: the people of the demo are invented, and their mails land in the local mailbox.
  const notices = registerNotices(registry, { database, baseUrl, officeName: OFFICE_NAME })
  const working = await startWorking({ database, engine: new Engine(database, registry), queues, listenUrl: databaseUrl, reconcileEveryMs: RECONCILE_EVERY_MS, ...(lockMs === undefined ? {} : { claimSeconds: lockMs / 1000 }) })
  return {
    async stop() {
      await working.stop()
      await queues.close()
      notices.close()
      await database.close()
    },
  }
}

/** Takes the queues of a run out of a Redis that others use too. */
export async function eraseQueues(settings: WorkerSettings): Promise<void> {
  const queues = await openQueues(queueOptions(settings))
  try {
    await queues.erase()
  } finally {
    await queues.close()
  }
}

function queueOptions({ databaseUrl, redisUrl, prefix, allowUnsafeRedis, lockMs }: WorkerSettings): QueuesOptions {
  const options: QueuesOptions = { databaseUrl }
  if (redisUrl !== undefined) options.redisUrl = redisUrl
  if (prefix !== undefined) options.prefix = prefix
  if (allowUnsafeRedis !== undefined) options.allowUnsafeRedis = allowUnsafeRedis
  if (lockMs !== undefined) options.lockMs = lockMs
  return options
}
