/** Where tests kill a process with an engine in it (`crashAt` of @saitaku/database): each is named after the gap. */
export const ENGINE_CRASH_POINTS = [
  'AFTER_READ_BEFORE_COMMIT', // a group is decided, nothing of it is written
  'AFTER_NUMBERS_BEFORE_COMMIT', // numbers are taken and the group is written, in a transaction that is still open
  'AFTER_COMMIT_BEFORE_ANSWER', // the group is committed, nobody has its answer
  'AFTER_EFFECT_BEFORE_OUTCOME', // an effect is performed, its outcome is not recorded
  'IN_FANOUT_AFTER_TARGETS', // the targets of a fan-out are noted, none has its event
  'IN_FANOUT_BEFORE_NOTE', // a batch of them has its event, no outcome is noted
  'IN_FANOUT_BETWEEN_BATCHES', // a batch is noted, the next has not begun
] as const
export type EngineCrashPoint = (typeof ENGINE_CRASH_POINTS)[number]
