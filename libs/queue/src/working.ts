import { setTimeout as sleep } from 'node:timers/promises'
import { crashAt, pendingMigrations, type Database } from '@saitaku/database'
import type { CaseEngine } from './case-engine.js'
import type { CrashHere } from './crash-points.js'
import { QUEUE_NAMES } from './jobs.js'
import { OpenEffects } from './open-effects.js'
import { OutboxListener } from './outbox-listener.js'
import { OutboxRelay } from './outbox-relay.js'
import type { Queues } from './queues.js'
import { Reconciliation, type Restored } from './reconciliation.js'
import { RepeatingTask, type Found } from './repeating-task.js'
import { TimerSweep } from './timer-sweep.js'
import { effectWork, Running, timerWork } from './work.js'

/** What pino offers and this uses. */
export interface Log {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export interface WorkingOptions {
  database: Database
  engine: CaseEngine
  queues: Queues
  /** A direct connection to the same database, to listen on; not through a pooler in transaction mode. */
  listenUrl: string
  log?: Log
  relayEveryMs?: number
  sweepEveryMs?: number
  reconcileEveryMs?: number
  /** How long due timers stay with a process that does not come back to them, by the database's clock. */
  claimSeconds?: number
  crashHere?: CrashHere
}

/** One process's share of the work: relay, sweep, reconciliation and the processors of every queue. */
export interface Working {
  /**
   * Resolves when every effect has ended (done or dead), no timer is due by the database's clock, and nothing
   * runs here. An effect that is being retried is waited for.
   */
  idle(): Promise<void>
  /** Restores what the queue lost, now. */
  reconcile(): Promise<Restored>
  /** Looks for outbox rows and due timers without waiting for a notification: after a clock was shifted. */
  wake(): void
  /** Takes nothing new, and resolves when what runs has ended. The queues and the database stay open. */
  stop(): Promise<void>
}

/** The database's schema is older than this code. */
export class NotMigrated extends Error {
  override readonly name = 'NotMigrated'
  constructor() {
    super('The database is not migrated to this version; run `npm start` or `saitaku migrate` first, then start the worker.')
  }
}

const SILENT: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }
const LOOK_AGAIN_MS = { first: 5, most: 100 }

/** Starts to work. Throws NotMigrated; what the queue lost while nobody worked is restored before this resolves. */
export async function startWorking(options: WorkingOptions): Promise<Working> {
  const { database, engine, queues, log = SILENT } = options
  if (await pendingMigrations(database)) throw new NotMigrated()
  const crashHere = options.crashHere ?? crashAt(process.env.SAITAKU_CRASH_AT)
  const report = (task: string) => (error: Error): void => { log.error({ err: error, task }, `${task} failed and will be tried again`) }

  const running = new Running()
  const open = new OpenEffects(database)
  const sweep = new TimerSweep(database, queues, engine, crashHere, report('Firing a timer'), () => { relaying.wake() }, options.claimSeconds)
  const relay = new OutboxRelay(database, queues, (topic) => engine.registry.handler(topic)?.kind === 'transaction', () => sweep.behind, crashHere)
  const reconciliation = new Reconciliation(database, queues, open, crashHere)

  const relaying = new RepeatingTask(() => relay.relay(), options.relayEveryMs ?? 1_000, report('Relaying the outbox'))
  const sweeping = new RepeatingTask(() => sweep.sweep(), options.sweepEveryMs ?? 500, report('Sweeping timers'))
  const wake = (): void => {
    relaying.wake()
    sweeping.wake()
  }
  const reconcile = async (): Promise<Restored> => {
    const restored = await reconciliation.reconcile()
    if (restored.effects + restored.timers > 0) {
      log.warn({ ...restored }, restored.emptied ? 'The queue had been emptied; its jobs are restored' : 'Jobs were missing in the queue and are restored')
      wake()
    }
    return restored
  }
  const reconciling = new RepeatingTask(async (): Promise<Found> => { await reconcile(); return 'nothing' }, options.reconcileEveryMs ?? 60_000, report('Reconciling the queue'))
  const listener = new OutboxListener(options.listenUrl, wake, report('Listening for the outbox'))

  await reconcile()
  for (const name of QUEUE_NAMES) await queues.work(name, name === 'timers' ? timerWork(sweep, running, crashHere) : effectWork(name, queues, engine, running, crashHere))
  relaying.start()
  sweeping.start()
  reconciling.start()
  await listener.start()
  log.info({ queue: queues.backend }, 'Working')

  const isIdle = async (): Promise<boolean> => !(await open.orDueTimers()) && running.count === 0

  return {
    reconcile,
    wake,
    async idle() {
      let pause = LOOK_AGAIN_MS.first
      let reconcileAt = performance.now() + 1_000
      wake()
      while (!(await isIdle())) {
        await sleep(pause)
        pause = Math.min(pause * 1.2, LOOK_AGAIN_MS.most)
        wake()
        if (performance.now() < reconcileAt) continue
        reconciling.wake()
        reconcileAt = performance.now() + 1_000
      }
    },
    async stop() {
      await listener.stop()
      await Promise.all([relaying.stop(), sweeping.stop(), reconciling.stop()])
      await queues.stopWorking()
    },
  }
}
