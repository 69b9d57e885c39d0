/**
 * Gaps between two writes that no transaction spans. Tests kill a process there, start another, and
 * check that nothing is lost and nothing happened twice.
 */
export const CRASH_POINTS = [
  'AFTER_ADD_BEFORE_MARK', // effects are in the queue, their outbox rows do not say so
  'AFTER_TIMER_ADD_BEFORE_MARK', // the same for timers
  'AFTER_EFFECT_BEFORE_DONE', // the effect's outcome is recorded, its job is still active
  'AFTER_CLAIM_BEFORE_FIRE', // due timers are claimed, none has fired
  'AFTER_FIRE_BEFORE_DONE', // due timers have fired, their jobs are still active
  'AFTER_SEND_BEFORE_RECORD', // the mail server has the mail, no row says so
  'AFTER_RESET_BEFORE_MARKER', // an emptied queue's rows are released again, the marker is not back
] as const
export type CrashPoint = (typeof CRASH_POINTS)[number]

export type CrashHere = (point: CrashPoint) => void

/** Kills this process, as kill -9 would, when it reaches the point that SAITAKU_CRASH_AT names. */
export function crashAt(wanted: string | undefined): CrashHere {
  return (point) => {
    if (point === wanted) process.kill(process.pid, 'SIGKILL')
  }
}
