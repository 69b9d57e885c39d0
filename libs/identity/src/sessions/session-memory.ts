/** Who asks, and how they proved it. */
export interface SessionIdentity {
  sessionId: string
  personId: string
  /** In the order in which they were used: `password`, `totp`. */
  methods: readonly string[]
  secondFactor: boolean
  startedAt: Date
  authenticatedAt: Date
  expiresAt: Date
}

interface Entry {
  identity: SessionIdentity
  /** By this process's own steady clock. */
  until: number
}

/** What one look at the record said about sessions that ended. */
export interface Look {
  sentAt: number
  /** From which transaction on it read; null for a process's first look, which reads none. */
  from: string | null
  /** The oldest transaction that was still open: the next look has to read from there. */
  horizon: string
  ended: readonly string[]
}

/** A process that has not heard from the record for so long takes nothing from its memory. */
const TRUST = 900
/** Answers older than this are not remembered: an end may have come and been forgotten since. */
const SLOW = 30_000
const MOST = 20_000

/**
 * The sessions that a process remembers. It may answer from memory only while its last look at which sessions
 * ended is younger than `TRUST`: so a session that ends anywhere is unknown everywhere within a second, whatever
 * becomes of notifications, poolers or connections. Times are milliseconds of the steady clock, since the
 * machine's own may jump.
 *
 * Why none is missed: a look reads the ends of every transaction from the one that was the oldest still open at the
 * look before it. An answer about a session is older than some looks and newer than others; the looks that came back
 * since it was sent have named whatever ended after it, and `lately` keeps those names.
 */
export class SessionMemory {
  private readonly entries = new Map<string, Entry>()
  private readonly keysOf = new Map<string, Set<string>>()
  private readonly lately = new Map<string, number>()
  private trustedUntil = -Infinity
  private readTo: bigint | undefined

  constructor(private readonly now: () => number = () => performance.now()) {}

  get horizon(): string | null {
    return this.readTo === undefined ? null : String(this.readTo)
  }

  get trusted(): boolean {
    return this.now() < this.trustedUntil
  }

  get size(): number {
    return this.entries.size
  }

  recall(key: string): SessionIdentity | undefined {
    const entry = this.entries.get(key)
    if (!entry || !this.trusted) return undefined
    if (this.now() < entry.until) return entry.identity
    this.drop(key, entry.identity.sessionId)
    return undefined
  }

  /** Takes in what an answer said of a session and keeps it, unless the session ended while the answer was on its way. */
  remember(key: string, identity: SessionIdentity, forMs: number, { sentAt, from, ended }: Look): void {
    const endedAt = this.lately.get(identity.sessionId)
    if (from === null || ended.includes(identity.sessionId) || this.now() - sentAt > SLOW || (endedAt !== undefined && endedAt >= sentAt)) return
    this.drop(key, identity.sessionId)
    if (this.entries.size >= MOST) this.dropOldest()
    this.entries.set(key, { identity, until: sentAt + forMs })
    const keys = this.keysOf.get(identity.sessionId) ?? new Set()
    this.keysOf.set(identity.sessionId, keys.add(key))
  }

  forget(sessionId: string): void {
    this.lately.delete(sessionId)
    this.lately.set(sessionId, this.now())
    for (const key of [...(this.keysOf.get(sessionId) ?? [])]) this.drop(key, sessionId)
  }

  /** Takes in a look; looks may come back in another order than they were sent. */
  heard({ sentAt, from, horizon, ended }: Look): void {
    const reached = BigInt(horizon)
    // A first look that comes back after another one read no ends, so it may not move the horizon.
    if (from === null && this.readTo !== undefined) return
    // The numbers of transactions only fall when another record stands in its place: a restored backup.
    if (from !== null && reached < BigInt(from)) return this.startAnew()
    for (const id of ended) this.forget(id)
    if (this.readTo === undefined || reached > this.readTo) this.readTo = reached
    this.trustedUntil = Math.max(this.trustedUntil, sentAt + TRUST)
    this.prune()
  }

  private startAnew(): void {
    this.entries.clear()
    this.keysOf.clear()
    this.readTo = undefined
    this.trustedUntil = -Infinity
  }

  private prune(): void {
    for (const [id, at] of this.lately) {
      if (this.now() - at <= 2 * SLOW) return
      this.lately.delete(id)
    }
  }

  private dropOldest(): void {
    const [oldest] = this.entries
    if (oldest) this.drop(oldest[0], oldest[1].identity.sessionId)
  }

  private drop(key: string, sessionId: string): void {
    this.entries.delete(key)
    const keys = this.keysOf.get(sessionId)
    keys?.delete(key)
    if (keys?.size === 0) this.keysOf.delete(sessionId)
  }
}
