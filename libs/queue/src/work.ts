import type { CaseEngine } from './case-engine.js'
import type { CrashHere } from './crash-points.js'
import { Gathering } from './gathering.js'
import type { EffectJob, TimerJob } from './jobs.js'
import { GivenUp, type Attempt, type Attempted, type Processor } from './queues.js'
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
export function effectWork(engine: CaseEngine, running: Running, crashHere: CrashHere): Processor {
  const run = async (attempt: Attempt): Promise<Attempted> => {
    const { outboxId } = attempt.data as EffectJob
    try {
      await engine.performEffect(outboxId)
    } catch (thrown) {
      const error = asError(thrown)
      if (!attempt.last && !isDefect(error)) throw error
      // Buried before the job is given up: in between there must be no moment in which neither holds it.
      await engine.buryEffect(outboxId, error.message)
      throw new GivenUp(error.message)
    }
    crashHere('AFTER_EFFECT_BEFORE_DONE')
    return 'done'
  }
  return {
    run: (attempt) => running.during(() => run(attempt)),
    // A job that stalls again and again takes its process with it each time, so no processor buries it.
    failed: ({ data }, error) => running.during(() => engine.buryEffect((data as EffectJob).outboxId, error.message)),
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
