interface Waiting<Key, Found> {
  key: Key
  settle: (found: Found | undefined) => void
  fail: (error: unknown) => void
}

const MAX_FLIGHTS = 2
const MAX_AT_ONCE = 128

/**
 * Reads for many requests at once: what is asked while two reads are under way goes into the next one. One read
 * for 32 requests costs little more than one for one. `readMany` answers in the order of its keys, undefined for what is
 * not there.
 */
export class GroupedReads<Key, Found> {
  private waiting: Waiting<Key, Found>[] = []
  private flights = 0
  private scheduled = false

  constructor(private readonly readMany: (keys: readonly Key[]) => Promise<readonly (Found | undefined)[]>) {}

  read(key: Key): Promise<Found | undefined> {
    return new Promise((settle, fail) => {
      this.waiting.push({ key, settle, fail })
      this.schedule()
    })
  }

  private schedule(): void {
    if (this.scheduled) return
    this.scheduled = true
    setImmediate(() => {
      this.scheduled = false
      if (this.waiting.length > 0 && this.flights < MAX_FLIGHTS) void this.fly(this.waiting.splice(0, MAX_AT_ONCE))
    })
  }

  private async fly(group: Waiting<Key, Found>[]): Promise<void> {
    this.flights++
    try {
      const found = await this.readMany(group.map(({ key }) => key))
      for (const [i, { settle }] of group.entries()) settle(found[i])
    } catch (error) {
      for (const { fail } of group) fail(error)
    } finally {
      this.flights--
      if (this.waiting.length > 0) this.schedule()
    }
  }
}
