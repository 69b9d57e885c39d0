import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RunningWorker, WorkerSettings } from './composition.js'

export interface WorkerProcess extends RunningWorker {
  /** Why there is no worker any more, once it kept dying. */
  failure(): Error | undefined
}

/** A worker that dies so often without working in between will not come up. */
const MOST_DEATHS_IN_A_ROW = 5
const STOP_MS = 20_000

/** Runs a worker as a process of its own, and another whenever it dies. */
export async function startWorkerProcess(file: string, settings: WorkerSettings, onStarted?: (pid: number) => void): Promise<WorkerProcess> {
  let child: ChildProcess | undefined
  let stopping = false
  let failure: Error | undefined
  let deaths = 0
  const start = async (): Promise<void> => {
    const next = fork(file, { env: { ...process.env, SAITAKU_DEMO_WORKER: JSON.stringify(settings) }, execArgv: ['--enable-source-maps'], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    child = next
    next.once('exit', (code, signal) => {
      if (stopping) return
      deaths++
      if (deaths > MOST_DEATHS_IN_A_ROW) failure = new Error(`The worker keeps dying (${signal ?? `exit code ${String(code)}`}).`)
      else void start().catch((error: unknown) => { failure = error instanceof Error ? error : new Error(String(error)) })
    })
    next.once('message', () => {
      deaths = 0
      if (next.pid !== undefined) onStarted?.(next.pid)
    })
    await once(next, 'spawn')
  }
  await start()
  return {
    failure: () => failure,
    async stop() {
      stopping = true
      if (!child || child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      if ((await Promise.race([ended, sleep(STOP_MS, 'late', { ref: false })])) === 'late') child.kill('SIGKILL')
      await ended
    },
  }
}
