import { Redis } from 'ioredis'
import pg from 'pg'
import {
  createPostgresBackend, createRedisBackend, DelayedError, runMigrations, UnrecoverableError,
  Queue, Worker, type BackendFactory, type IQueueBackend, type Job, type JobType,
} from 'bullmq'
import { MARKER_DELAY_MS, MARKER_ID, markerJob, POLICIES, QUEUE_NAMES, type JobData, type JobName, type QueuedJob, type QueueName, type WorkPolicy } from './jobs.js'
import { connectRedis, refuseUnsafeRedis } from './redis-safety.js'

export interface QueuesOptions {
  /** Keeps the queue in PostgreSQL, schema `bullmq`, unless there is a Redis. BullMQ listens on it, so it must not go through a pooler in transaction mode. */
  databaseUrl: string
  redisUrl?: string
  /** Before every key in a Redis that others use too. */
  prefix?: string
  /** Accept a Redis that may evict or keeps no append-only file: deadlines are then restored late rather than lost. */
  allowUnsafeRedis?: boolean
  policies?: Partial<Record<QueueName, Partial<WorkPolicy>>>
  /** How long a job may run without a sign of life before another worker takes it over. */
  lockMs?: number
  /** False lets a lock run out under a job that runs, as where an event loop is blocked: for tests. */
  renewLocks?: boolean
  onError?: (error: Error) => void
}

/** What one attempt at a job came to. `later` puts it back for so many milliseconds, at no cost of attempts. */
export type Attempted = 'done' | { later: number }

export interface Attempt {
  id: string
  name: JobName
  data: JobData
  /** Whether a failure now is the last. */
  last: boolean
}

/** Thrown by a processor that has seen to a failure for good: there is no other attempt, and failed() is not called. */
export class GivenUp extends UnrecoverableError {}

export interface Processor {
  run(attempt: Attempt): Promise<Attempted>
  /** After the last attempt failed without GivenUp, or the job stalled once too often and no processor saw that. */
  failed(attempt: Attempt, error: Error): Promise<void>
}

export interface JobCounts {
  waiting: number
  active: number
  delayed: number
  failed: number
}

/** In PostgreSQL a bulk makes two temporary tables, some 8 ms of the server each time: up to this many jobs go one by one. */
const FEW = 6

type AnyQueue = Pick<Queue<JobData, void, JobName>, 'name' | 'close'> & {
  add(name: JobName, data: JobData, opts?: object): Promise<unknown>
  addBulk(jobs: { name: JobName; data: JobData; opts?: object }[]): Promise<unknown[]>
  getJobCounts(...types: JobType[]): Promise<Record<string, number>>
  getJob(id: string): Promise<unknown>
  obliterate(opts: { force: boolean }): Promise<void>
}
interface AnyWorker {
  waitUntilReady(): Promise<void>
  close(): Promise<void>
}
type RunJob = (job: Job<JobData, void, JobName>, token?: string) => Promise<void>
interface Store {
  queue(name: QueueName): AnyQueue
  worker(name: QueueName, run: RunJob, settled: (job: Job<JobData, void, JobName> | undefined, error: Error) => void): AnyWorker
  close(): Promise<void>
}

/** The queues of one installation on either backend. The only place that knows BullMQ. */
export class Queues {
  private readonly queues: Record<QueueName, AnyQueue>
  private readonly workers = new Set<AnyWorker>()

  constructor(
    readonly backend: 'postgres' | 'redis',
    private readonly store: Store,
    readonly policies: Record<QueueName, WorkPolicy>,
    private readonly onError: (error: Error) => void,
  ) {
    this.queues = Object.fromEntries(QUEUE_NAMES.map((name) => [name, store.queue(name)])) as Record<QueueName, AnyQueue>
  }

  /** Adds jobs; those whose id a queue still knows are left as they are. */
  async add(jobs: readonly QueuedJob[]): Promise<void> {
    for (const name of QUEUE_NAMES) {
      const queue = this.queues[name]
      const mine = jobs.filter((job) => job.queue === name).map((job) => this.bullJob(job))
      if (mine.length > FEW) await queue.addBulk(mine)
      else await Promise.all(mine.map((job) => queue.add(job.name, job.data, job.opts)))
    }
  }

  private bullJob({ queue, id, name, data, delayMs }: QueuedJob): { name: JobName; data: JobData; opts: object } {
    const { attempts, backoffMs } = this.policies[queue]
    return {
      name, data,
      // Nothing is kept: results, failures and dead letters are rows of the database, and a kept id would block its own return.
      opts: { jobId: id, attempts, backoff: { type: 'exponential', delay: backoffMs, jitter: 0.5 }, delay: delayMs, removeOnComplete: true, removeOnFail: true },
    }
  }

  async has(queue: QueueName, id: string): Promise<boolean> {
    return (await this.queues[queue].getJob(id)) !== undefined
  }

  /** Jobs by state; the marker is not counted. */
  async counts(queue: QueueName): Promise<JobCounts> {
    const counts = await this.queues[queue].getJobCounts('waiting', 'active', 'delayed', 'failed', 'prioritized')
    const marked = await this.has(queue, MARKER_ID)
    const of = (state: string): number => counts[state] ?? 0
    return { waiting: of('waiting') + of('prioritized'), active: of('active'), delayed: Math.max(0, of('delayed') - (marked ? 1 : 0)), failed: of('failed') }
  }

  /** Jobs that wait for a worker, in all queues. */
  async backlog(): Promise<number> {
    const counts = await Promise.all(QUEUE_NAMES.map((name) => this.queues[name].getJobCounts('waiting', 'prioritized')))
    return counts.flatMap(Object.values<number>).reduce((sum, n) => sum + n, 0)
  }

  /** Whether some queue has lost its marker, and with it presumably all it held. */
  async isEmptied(): Promise<boolean> {
    const marked = await Promise.all(QUEUE_NAMES.map((name) => this.has(name, MARKER_ID)))
    return marked.includes(false)
  }

  async mark(): Promise<void> {
    await this.add(QUEUE_NAMES.map(markerJob))
  }

  /** Starts taking jobs of one queue. Resolves when the worker listens. */
  async work(name: QueueName, processor: Processor): Promise<void> {
    const attempts = this.policies[name].attempts
    const run: RunJob = async (job, token) => {
      if (job.name === 'marker') return putBack(job, token, MARKER_DELAY_MS)
      const answer = await processor.run(attemptOf(job, job.attemptsMade + 1 >= attempts))
      if (answer !== 'done') await putBack(job, token, answer.later)
    }
    const settled = (job: Job<JobData, void, JobName> | undefined, error: Error): void => {
      if (!job || job.name === 'marker' || error instanceof GivenUp) return
      const last = error instanceof UnrecoverableError || job.attemptsMade >= attempts
      if (last) processor.failed(attemptOf(job, true), error).catch(this.onError)
    }
    const worker = this.store.worker(name, run, settled)
    this.workers.add(worker)
    await worker.waitUntilReady()
  }

  /** Takes no more jobs; resolves when those that run have ended. */
  async stopWorking(): Promise<void> {
    await Promise.all([...this.workers].map((worker) => worker.close()))
    this.workers.clear()
  }

  /** Removes the queues with everything they hold, also from a Redis that others use. For a run that leaves nothing behind. */
  async erase(): Promise<void> {
    await this.stopWorking()
    await Promise.all(QUEUE_NAMES.map((name) => this.queues[name].obliterate({ force: true })))
  }

  async close(): Promise<void> {
    await this.stopWorking()
    await Promise.all(QUEUE_NAMES.map((name) => this.queues[name].close()))
    await this.store.close()
  }
}

function attemptOf(job: Job<JobData, void, JobName>, last: boolean): Attempt {
  return { id: job.id ?? '', name: job.name, data: job.data, last }
}

async function putBack(job: Job<JobData, void, JobName>, token: string | undefined, ms: number): Promise<never> {
  // The queue's own clock on both sides of this addition, so only the distance counts.
  await job.moveToDelayed(Date.now() + ms, token)
  throw new DelayedError()
}

/** Opens the queues on Redis where there is one, else in PostgreSQL, whose schema it brings up to date. */
export async function openQueues(options: QueuesOptions): Promise<Queues> {
  let closed = false
  const tell = options.onError ?? ((error: Error) => { process.emitWarning(error.message, { type: error.name }) })
  // Connections that are being closed complain of being cut off; nobody needs to hear that.
  const onError = (error: Error): void => { if (!closed) tell(error) }
  const policies = Object.fromEntries(QUEUE_NAMES.map((name) => [name, { ...POLICIES[name], ...options.policies?.[name] }])) as Record<QueueName, WorkPolicy>
  const store = await (options.redisUrl ? openRedis(options.redisUrl, options, policies, onError) : openPostgres(options, policies, onError))
  const close = (): Promise<void> => {
    closed = true
    return store.close()
  }
  return new Queues(options.redisUrl ? 'redis' : 'postgres', { ...store, close }, policies, onError)
}

async function openPostgres(options: QueuesOptions, policies: Record<QueueName, WorkPolicy>, onError: (error: Error) => void): Promise<Store> {
  // Each worker keeps one connection to listen on; the rest serve moves of jobs. A job's end need not be
  // durable by itself: what a crash forgets runs again and finds its outcome. What must be durable, an added
  // job, is flushed with the row that says so, which is committed after it and waits for the disk.
  const pool = new pg.Pool({
    connectionString: options.databaseUrl, max: QUEUE_NAMES.length + 8, keepAlive: true, application_name: 'saitaku-queue',
    options: '-c search_path=bullmq -c synchronous_commit=off',
  })
  pool.setMaxListeners(50)
  pool.on('error', onError)
  try {
    const client = await pool.connect()
    try {
      await runMigrations(client, 'bullmq')
    } finally {
      client.release()
    }
  } catch (error) {
    await pool.end()
    throw error
  }
  return storeOn(createPostgresBackend, pool, policies, options, onError, () => pool.end())
}

async function openRedis(url: string, options: QueuesOptions, policies: Record<QueueName, WorkPolicy>, onError: (error: Error) => void): Promise<Store> {
  // Once it was there, a Redis that restarts is waited for without end, as BullMQ asks; one that never was is not.
  let connected = false
  const redis = new Redis(url, { maxRetriesPerRequest: null, lazyConnect: true, retryStrategy: (times) => (connected ? Math.min(times * 50, 2_000) : null) })
  try {
    await connectRedis(redis)
    connected = true
    redis.on('error', onError)
    if (!options.allowUnsafeRedis) await refuseUnsafeRedis(redis)
  } catch (error) {
    if (redis.status !== 'end') redis.disconnect()
    throw error
  }
  return storeOn(createRedisBackend, redis, policies, options, onError, async () => {
    await redis.quit()
  })
}

function storeOn<B extends IQueueBackend, C>(
  factory: BackendFactory<B, C>, connection: C, policies: Record<QueueName, WorkPolicy>,
  { prefix = 'saitaku', lockMs = 30_000, renewLocks = true }: QueuesOptions, onError: (error: Error) => void, close: () => Promise<void>,
): Store {
  return {
    close,
    queue(name) {
      const queue = new Queue<JobData, void, JobName, JobData, void, JobName, B, C>(name, { connection, prefix, streams: { events: { maxLen: 1_000 } } }, factory)
      queue.on('error', onError)
      return queue
    },
    worker(name, run, settled) {
      const worker = new Worker<JobData, void, JobName, B, number, C>(
        name, (job, token) => run(job, token),
        { connection, prefix, concurrency: policies[name].concurrency, lockDuration: lockMs, stalledInterval: lockMs, maxStalledCount: 3, skipLockRenewal: !renewLocks }, factory,
      )
      worker.on('error', onError)
      worker.on('failed', (job, error) => { settled(job, error) })
      return worker
    },
  }
}
