import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '@saitaku/queue'

/** Something that a worker does again and again beside its jobs; any number of workers may do it at once. */
export interface Duty {
  everyMs: number
  /** What the log says when it fails. */
  complaint: string
  work: () => Promise<unknown>
}

/** After a failure, so that a server that is down is not asked every second. */
const PAUSE_MS = 10_000

/** Starts with each at once. Stopping waits for what is under way. */
export function startDuties(log: Log, duties: readonly Duty[]): { stop(): Promise<void> } {
  const ending = new AbortController()
  const running = duties.map((duty) => repeat(duty, log, ending.signal))
  return {
    async stop() {
      ending.abort()
      await Promise.all(running)
    },
  }
}

async function repeat({ everyMs, complaint, work }: Duty, log: Log, ended: AbortSignal): Promise<void> {
  while (!ended.aborted) {
    const done = await work().then(() => true, (error: unknown) => {
      log.error({ err: error }, complaint)
      return false
    })
    await sleep(done ? everyMs : PAUSE_MS, undefined, { signal: ended }).catch(() => undefined) // aborted: over
  }
}
