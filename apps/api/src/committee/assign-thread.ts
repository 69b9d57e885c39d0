import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { Assigner } from '@saitaku/committee'
import { assign, type AssignOutcome } from '@saitaku/review'
import { HttpProblem } from '../problems.js'

const MAIN = fileURLToPath(new URL('./assign-main.js', import.meta.url))
const MOST_MS = 60_000
/** More at once would only take the processor from each other. */
const MOST_AT_ONCE = 2

/**
 * Computes assignments in a thread of their own. Refuses where two are being computed already, and gives up after a
 * minute. From sources, where there is no compiled file that a thread could run, in the calling thread.
 */
export function threadedAssigner(file = MAIN, mostMs = MOST_MS): Assigner {
  if (!existsSync(file)) return assign
  let running = 0
  return async (input) => {
    if (running >= MOST_AT_ONCE) throw new HttpProblem(503, 'transient', { ja: 'ほかの割り当てを計算しています。少し待ってからもう一度お試しください', en: 'Other assignments are being computed; try again in a moment' }, {}, { 'retry-after': '10' })
    running++
    try {
      return await inThread(file, input, mostMs)
    } finally {
      running--
    }
  }
}

function inThread(file: string, input: unknown, mostMs: number): Promise<AssignOutcome> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(file, { workerData: input })
    const stop = setTimeout(() => {
      reject(new HttpProblem(409, 'tooLong', { ja: '割り当ての計算が終わりませんでした。条件を減らしてください', en: 'The assignment could not be computed in time; ask for fewer conditions' }))
      void worker.terminate()
    }, mostMs)
    worker.once('message', (outcome: AssignOutcome) => resolve(outcome))
    worker.once('error', reject)
    worker.once('exit', (code) => {
      clearTimeout(stop)
      if (code !== 0) reject(new Error(`The thread that assigns reviewers ended with ${code}`))
    })
  })
}
