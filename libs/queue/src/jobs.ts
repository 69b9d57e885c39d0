import { createHash } from 'node:crypto'

/** One BullMQ queue for each kind of work, so that a slow mail server holds up neither deadlines nor fan-outs. */
export const QUEUE_NAMES = ['notices', 'documents', 'fanout', 'timers'] as const
export type QueueName = (typeof QUEUE_NAMES)[number]

/** What travels: keys of rows, never their content. The database is read when the job runs. */
export interface EffectJob {
  outboxId: string
}
/** Effects that wait together travel together: a job costs BullMQ as much as an effect costs the engine. */
export interface EffectsJob {
  effects: { outboxId: string; generation: number }[]
}
export interface TimerJob {
  timerId: string
  generation: number
}
/** A job that never runs: where it is missing, the queue was emptied. */
export type MarkerJob = Record<string, never>

export interface JobTypes {
  effect: EffectJob
  effects: EffectsJob
  timer: TimerJob
  marker: MarkerJob
}
export type JobName = keyof JobTypes
export type JobData = JobTypes[JobName]

export interface QueuedJob<N extends JobName = JobName> {
  queue: QueueName
  id: string
  name: N
  data: JobTypes[N]
  delayMs?: number
}

/** How often one kind of work is tried, and how many of it run at once in a process. */
export interface WorkPolicy {
  concurrency: number
  attempts: number
  /** Before the second attempt; doubles from there, less up to half of it by chance so that retries spread out. */
  backoffMs: number
}

export const POLICIES: Record<QueueName, WorkPolicy> = {
  // Mail servers come back within the hour: 2 s doubling over 11 gaps is 68 minutes at most.
  notices: { concurrency: 16, attempts: 12, backoffMs: 2_000 },
  documents: { concurrency: 8, attempts: 6, backoffMs: 1_000 },
  fanout: { concurrency: 4, attempts: 8, backoffMs: 500 },
  // A timer's job only wakes the process; the sweep fires what a failed job left.
  timers: { concurrency: 64, attempts: 3, backoffMs: 250 },
}

const QUEUE_OF_TOPIC: Record<string, QueueName> = {
  notify: 'notices',
  issueDocument: 'documents',
  sendToChildren: 'fanout',
  sendToParent: 'fanout',
  sendToOrganisation: 'fanout',
  recomputeChildren: 'fanout',
}

/** Topics of later libs go with the documents: work of some length that nobody's deadline waits for. */
export function queueOfTopic(topic: string): QueueName {
  return QUEUE_OF_TOPIC[topic] ?? 'documents'
}

// BullMQ takes neither an integer nor a colon as an id, and adding an id that it still knows runs nothing:
// so a retry is a new generation.
export function effectJob(row: { id: string; topic: string; generation: number }): QueuedJob<'effect'> {
  return effectJobIn(queueOfTopic(row.topic), { outboxId: row.id, generation: row.generation })
}

export function effectJobIn(queue: QueueName, { outboxId, generation }: EffectsJob['effects'][number], delayMs?: number): QueuedJob<'effect'> {
  return { queue, id: `o-${outboxId}-${generation}`, name: 'effect', data: { outboxId }, ...(delayMs === undefined ? {} : { delayMs }) }
}

const GROUP = { least: 8, most: 20 }

/**
 * Jobs for rows of the outbox. Where many wait, those that may be grouped go twenty to a job; a few go alone, so that
 * each keeps its own id and place.
 */
export function effectJobs(rows: readonly { id: string; topic: string; generation: number }[], mayGroup: (topic: string) => boolean): QueuedJob[] {
  const jobs: QueuedJob[] = rows.filter((row) => !mayGroup(row.topic)).map(effectJob)
  for (const queue of QUEUE_NAMES) {
    const together = rows.filter((row) => mayGroup(row.topic) && queueOfTopic(row.topic) === queue)
    if (together.length < GROUP.least) jobs.push(...together.map(effectJob))
    else for (let i = 0; i < together.length; i += GROUP.most) jobs.push(groupJob(queue, together.slice(i, i + GROUP.most)))
  }
  return jobs
}

/** Its id names its rows, so that the same group is added once; a row in two groups finds its outcome. */
function groupJob(queue: QueueName, rows: readonly { id: string; generation: number }[]): QueuedJob<'effects'> {
  const key = rows.map((row) => `${row.id}-${row.generation}`).join(' ')
  return {
    queue, id: `g-${rows[0]?.id ?? ''}-${createHash('sha256').update(key).digest('hex').slice(0, 16)}`, name: 'effects',
    data: { effects: rows.map(({ id, generation }) => ({ outboxId: id, generation })) },
  }
}

export function timerJob(row: { id: string; generation: number }, delayMs: number): QueuedJob<'timer'> {
  return { queue: 'timers', id: `t-${row.id}-${row.generation}`, name: 'timer', data: { timerId: row.id, generation: row.generation }, delayMs }
}

// Not 'marker': in Redis a job's key is its queue's and its id, and BullMQ keeps one of that name.
export const MARKER_ID = 'm-present'
/** Delayed this long and delayed again when it comes up. Bounded: Redis keeps due instants as doubles. */
export const MARKER_DELAY_MS = 30 * 86_400_000

export function markerJob(queue: QueueName): QueuedJob<'marker'> {
  return { queue, id: MARKER_ID, name: 'marker', data: {}, delayMs: MARKER_DELAY_MS }
}
