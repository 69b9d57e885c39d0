/** What a task found: more of the same at hand, or nothing until it is woken or its time has come. */
export type Found = 'more' | 'nothing'

/**
 * Runs one piece of work at a time: when woken, and at the latest every `everyMs`. Waking it while it runs
 * makes it run once more. A failure is reported and tried again at the next turn.
 */
export class RepeatingTask {
  private woken = false
  private stopped = false
  private turn: Promise<void> | undefined
  private timer: NodeJS.Timeout | undefined

  constructor(
    private readonly work: () => Promise<Found>,
    private readonly everyMs: number,
    private readonly onError: (error: Error) => void,
  ) {}

  start(): void {
    this.wake()
  }

  wake(): void {
    if (this.stopped) return
    this.woken = true
    this.turn ??= this.run()
  }

  /** Resolves when the work that runs has ended; none follows. */
  async stop(): Promise<void> {
    this.stopped = true
    clearTimeout(this.timer)
    await this.turn
  }

  private async run(): Promise<void> {
    clearTimeout(this.timer)
    try {
      while (this.woken && !this.stopped) {
        this.woken = false
        if ((await this.work()) === 'more') this.woken = true
      }
    } catch (error) {
      this.onError(asError(error))
    } finally {
      this.turn = undefined
      if (!this.stopped) this.timer = setTimeout(() => { this.wake() }, this.everyMs)
    }
  }
}

export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}
