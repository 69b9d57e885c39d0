import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import type { Database } from '@saitaku/database'
import { Engine, Invariants, verifyAudit, type AuditFault, type Violation } from '@saitaku/engine'
import type { CompiledChart, CompiledProgramme } from '@saitaku/statechart'
import { publishFolder } from '../setup.js'
import { connectRelaxed, demoRegistry, eraseQueues, startWorker, type RunningWorker, type WorkerSettings } from './composition.js'
import { demoFigures, type ProgrammeFigures } from './demo-figures.js'
import { planDemo, type DemoPlan } from './demo-plan.js'
import { DemoProblem } from './demo-problem.js'
import { DemoDriver, type DemoProgress } from './drive-demo.js'
import { readDemos, type DemoSource } from './read-demo.js'
import { RecordState } from './record-state.js'
import { startWorkerProcess } from './worker-process.js'

export { DemoProblem, type DemoProgress, type ProgrammeFigures }

export interface DemoOptions {
  /** A migrated database; with no cases in it, or those of an earlier run, which is then continued. */
  databaseUrl: string
  redisUrl?: string | undefined
  allowUnsafeRedis?: boolean | undefined
  /** The folder of the programmes' folders. */
  workflowsDir: string
  /** Names of programmes; all of the folder unless given. */
  programmes?: readonly string[] | undefined
  /** Who works on the queue: this process, a process of its own that is started again when it dies, or whoever does so already. */
  worker?: 'here' | 'process' | 'running' | undefined
  /** The compiled worker-main.js; beside this file unless given. */
  workerFile?: string | undefined
  /** How long jobs and due timers stay with a worker that died. */
  lockMs?: number | undefined
  /** Where the links of the letters lead. */
  baseUrl?: string | undefined
  onProgress?: ((progress: DemoProgress) => void) | undefined
  onWorker?: ((pid: number) => void) | undefined
}

/** What came of the year. */
export interface DemoReport {
  programmes: ProgrammeFigures[]
  audit: 'ok' | { fault: AuditFault }
  invariants: Violation[]
  seconds: number
}

/**
 * Lives through the demo year in a database, from the first input to the end of the year, and counts what came of
 * it. A second run continues where the first one stopped; over a finished year it changes nothing. Throws
 * DemoProblem for files that are wrong and for inputs that the charts refuse.
 */
export async function runDemo(options: DemoOptions): Promise<DemoReport> {
  const began = performance.now()
  return withDemo(options, async (demo) => {
    const { database, engine, plan } = demo
    await live(options, demo)
    const programmes = await demoFigures(database, engine.programmes, plan.startsAt, new Set(plan.inputs.map((input) => input.case.programme)))
    const { fault } = await verifyAudit(database, {}, engine.registry.verifications)
    const invariants = await new Invariants(database).check()
    return { programmes, audit: fault ? { fault } : 'ok', invariants, seconds: Math.round(performance.now() - began) / 1000 }
  })
}

/** The year alone, into a system that runs: its clock stands at the year's end afterwards. Does nothing where it is there already. */
export async function loadDemo(options: Omit<DemoOptions, 'worker'>): Promise<void> {
  await withDemo(options, (demo) => live({ ...options, worker: 'running' }, demo))
}

interface Demo {
  database: Database
  engine: Engine
  plan: DemoPlan
  chartOf: (programme: string, chart: string) => CompiledChart | undefined
}

async function withDemo<T>({ databaseUrl, workflowsDir, programmes: only }: DemoOptions, work: (demo: Demo) => Promise<T>): Promise<T> {
  const database = await connectRelaxed(databaseUrl, 12)
  try {
    const engine = new Engine(database, demoRegistry())
    const demos = await readDemos(workflowsDir, only)
    const programmes = new Map<string, CompiledProgramme>()
    const sources: { programme: string; demo: DemoSource }[] = []
    for (const { folder, demo } of demos) {
      const compiled = await publish(database, engine, workflowsDir, folder)
      programmes.set(compiled.definition.name, compiled)
      sources.push({ programme: compiled.definition.name, demo })
    }
    const chartOf = (programme: string, chart: string): CompiledChart | undefined => programmes.get(programme)?.charts.get(chart)
    const plan = planDemo(sources, (programme, chart, event) => outcomeNames(chartOf(programme, chart), event))
    return await work({ database, engine, plan, chartOf })
  } finally {
    await database.close()
  }
}

async function live(options: DemoOptions, { database, engine, plan, chartOf }: Demo): Promise<void> {
  const worker = await openWorker(options)
  try {
    const driver = new DemoDriver(new RecordState(database), {
      database, engine, plan, onProgress: options.onProgress, failure: worker.failure,
      forms: (programme, chart) => chartOf(programme, chart)?.chart.form,
    })
    await driver.run()
  } finally {
    await worker.stop()
  }
}

async function openWorker({ databaseUrl, redisUrl, allowUnsafeRedis, baseUrl, lockMs, worker = 'here', workerFile, onWorker }: DemoOptions): Promise<RunningWorker & { failure?: () => Error | undefined }> {
  if (worker === 'running') return { stop: () => Promise.resolve() }
  // A prefix of its own: another run's jobs in the same Redis have the same ids.
  const settings: WorkerSettings = { databaseUrl, redisUrl, allowUnsafeRedis, baseUrl, lockMs, prefix: `saitaku-demo-${randomUUID()}` }
  const started = await (worker === 'here' ? startWorker(settings) : startWorkerProcess(workerFile ?? fileURLToPath(new URL('./worker-main.js', import.meta.url)), settings, onWorker))
  return {
    ...started,
    async stop() {
      await started.stop()
      if (redisUrl !== undefined) await eraseQueues(settings) // in PostgreSQL they go with the database
    },
  }
}

/** Publishes the programme of a folder where it is new or changed. Gives the charts that new calls get. */
async function publish(database: Database, engine: Engine, workflowsDir: string, folder: string): Promise<CompiledProgramme> {
  const published = await publishFolder(database, workflowsDir, folder)
  if (Array.isArray(published)) throw new DemoProblem(published.join('\n'))
  const version = await engine.programmes.newest(published.programme)
  if (!version) throw new Error(`${published.programme} was published and is not there`)
  return version.compiled
}

/** Names of an event's data that speak of cases, as its chart declares. */
function outcomeNames(chart: CompiledChart | undefined, event: string): string[] {
  const data = (chart?.events.get(event) ?? []).flatMap((transition) => Object.entries(transition.data))
  return [...new Set(data.filter(([, { type }]) => type === 'outcomes').map(([name]) => name))]
}
