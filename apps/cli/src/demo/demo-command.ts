import path from 'node:path'
import { FINE, INPUT_WRONG, InputProblem, printJson, type Console } from '../command-line.js'
import { ownWorkflows } from '../setup.js'
import { asSystemProblem, databaseUrl } from '../with-database.js'
import { reportText } from './print-report.js'
import { DemoProblem, loadDemo, runDemo, type DemoOptions, type DemoProgress, type DemoReport } from './run-demo.js'

export interface DemoCommandOptions {
  json?: true
  load?: true
  workerProcess?: true
  lang: 'ja' | 'en'
  programme?: string[]
  workflows?: string
}

/** How often progress is told. */
const TELL_EVERY_MS = 2_000

/** `saitaku demo [--json] [--load] [--worker-process] [--programme NAME…]`; exit 1 when the record does not verify. */
export async function demoCommand(console: Console, { json, load, workerProcess, lang, programme, workflows }: DemoCommandOptions): Promise<number> {
  const { variables, cwd } = console
  const options: DemoOptions = {
    databaseUrl: databaseUrl(console), redisUrl: variables.REDIS_URL?.trim() || undefined, allowUnsafeRedis: variables.ALLOW_UNSAFE_REDIS === '1', baseUrl: variables.BASE_URL?.trim() || undefined,
    workflowsDir: workflows === undefined ? ownWorkflows() : path.resolve(cwd, workflows), programmes: programme, worker: workerProcess ? 'process' : 'here', onProgress: teller(console, lang),
  }
  try {
    if (load) return await loadDemo(options).then(() => FINE)
    const report = await runDemo(options)
    if (json) printJson(console, report)
    else console.out(reportText(report, lang))
    return isSound(report) ? FINE : INPUT_WRONG
  } catch (error) {
    if (error instanceof DemoProblem) throw new InputProblem(error.message.split('\n'))
    throw asSystemProblem(error)
  }
}

function isSound({ audit, invariants }: DemoReport): boolean {
  return audit === 'ok' && invariants.length === 0
}

function teller({ err }: Console, lang: 'ja' | 'en'): (progress: DemoProgress) => void {
  let tellAt = performance.now() + TELL_EVERY_MS
  return ({ at, done, total }) => {
    if (performance.now() < tellAt && done < total) return
    tellAt = performance.now() + TELL_EVERY_MS
    const day = at.toLocaleDateString('sv-SE', { timeZone: 'Asia/Tokyo' })
    err(lang === 'ja' ? `デモの年度: ${day}(${Math.floor((done / total) * 100)}%)\n` : `demo year: ${day} (${Math.floor((done / total) * 100)} %)\n`)
  }
}
