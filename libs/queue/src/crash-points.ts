import type { CrashHere as CrashAt } from '@saitaku/database'

/** Where tests kill a process that works (`crashAt` of @saitaku/database): each is named after the gap. */
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

export type CrashHere = CrashAt<CrashPoint>
