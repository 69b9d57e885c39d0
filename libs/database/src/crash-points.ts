/** Marks a gap between two writes that no transaction spans. Each lib with such gaps names its own points. */
export type CrashHere<Point extends string> = (point: Point) => void

/**
 * Kills this process, as kill -9 would, when it reaches the point that SAITAKU_CRASH_AT names; with `NAME:3` the
 * third time. Tests start another process then, and check that nothing is lost and nothing happened twice.
 */
export function crashAt(wanted: string | undefined): CrashHere<string> {
  if (wanted === undefined) return () => undefined
  const [name, time = '1'] = wanted.split(':')
  let left = Number(time)
  return (point) => {
    if (point === name && --left === 0) process.kill(process.pid, 'SIGKILL')
  }
}
