import type { CaseEngine } from './case-engine.js'
import type { CrashHere } from './crash-points.js'
import { Gathering } from './gathering.js'
import { effectJobIn, type EffectJob, type EffectsJob, type QueuedJob, type QueueName, type TimerJob } from './jobs.js'
import { GivenUp, type Attempted, type Processor, type Queues } from './queues.js'
import { asError } from './repeating-task.js'
import type { TimerSweep } from './timer-sweep.js'

/** Jobs that run in this process at this moment. */
export class Running {
  count = 0

  async during<T>(work: () => Promise<T>): Promise<T> {
    this.count++
    try {
      return await work()
    } finally {
      this.count--
    }
  }
}

/** Performs effects. The outcome is the engine's record; the job only asks for it, as often as its policy says. */
export function effectWork(queue: QueueName, queues: Queues, engine: CaseEngine, running: Running, crashHere: CrashHere): Processor {
  const one = async (outboxId: string, last: boolean): Promise<Attempted> => {
    try {
      await engine.performEffect(outboxId)
    } catch (thrown) {
      const error = asError(thrown)
      if (!last && !isDefect(error)) throw error
      // Buried before the job is given up: in between there must be no moment in which neither holds it.
      await engine.buryEffect(outboxId, error.message)
      throw new GivenUp(error.message)
    }
    crashHere('AFTER_EFFECT_BEFORE_DONE')
    return 'done'
  }
  /** What fails in a group goes on alone, after the pause that its first failure earned. */
  const group = async ({ effects }: EffectsJob): Promise<Attempted> => {
    const alone: QueuedJob[] = []
    for (const effect of effects)
      try {
        await one(effect.outboxId, false)
      } catch (error) {
        if (!(error instanceof GivenUp)) alone.push(effectJobIn(queue, effect, queues.policies[queue].backoffMs))
      }
    await queues.add(alone)
    return 'done'
  }
  return {
    run: (attempt) => running.during(() => (attempt.name === 'effects' ? group(attempt.data as EffectsJob) : one((attempt.data as EffectJob).outboxId, attempt.last))),
    // A job that stalls again and again takes its process with it each time, so no processor buries it. In a group
    // one effect did that: alone, they part.
    failed: ({ name, data }, error) => running.during(() =>
      name === 'effects' ? queues.add((data as EffectsJob).effects.map((effect) => effectJobIn(queue, effect))) : engine.buryEffect((data as EffectJob).outboxId, error.message)),
  }
}

/** Errors named Defect are the programme's or the code's: the same attempt fails the same way. */
function isDefect(error: Error): boolean {
  return error.name === 'Defect'
}

/** Jobs that come up together are settled together: one pass over what is due, one look at what is early. */
export function timerWork(sweep: TimerSweep, running: Running, crashHere: CrashHere): Processor {
  const gathering = new Gathering<TimerJob, Attempted>(async (timers) => {
    const early = await sweep.settle(timers)
    return timers.map(({ timerId }) => {
      const wait = early.get(timerId)
      return wait === undefined ? 'done' : { later: wait }
    })
  })
  return {
    run: (attempt) => running.during(async () => {
      const answer = await gathering.add(attempt.data as TimerJob)
      crashHere('AFTER_FIRE_BEFORE_DONE')
      return answer
    }),
    failed: () => Promise.resolve(), // the sweep finds its row
  }
}
