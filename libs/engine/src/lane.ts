import { isConnectionLoss } from '@saitaku/database'
import type pg from 'pg'

/** An unused connection goes back to the pool after this, so that whoever closes the pool does not wait for it. */
const HOLD_MS = 20

/**
 * One flight's connection, held from flight to flight while there is work. A pool arms a timer and tells two lots of
 * listeners for each query, and gives the read of a group to one server process and its commit to another, which has
 * none of it in its caches.
 */
export class Lane {
  private client: pg.PoolClient | undefined
  private broken: Error | undefined
  private busy = false
  private usedAt = 0
  private watching = false

  constructor(private readonly pool: pg.Pool) {}

  /** One piece of work at a time. A connection that was lost is given up, and the error is the caller's. */
  async use<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    this.busy = true
    try {
      return await work(await this.hold())
    } catch (error) {
      if (isConnectionLoss(error)) this.broken ??= error instanceof Error ? error : new Error(String(error))
      throw error
    } finally {
      this.busy = false
      this.usedAt = performance.now()
      if (this.broken) this.letGo()
      else this.watch()
    }
  }

  private async hold(): Promise<pg.PoolClient> {
    if (this.broken) this.letGo() // lost while nobody used it
    if (!this.client) {
      this.client = await this.pool.connect()
      this.client.on('error', this.lost)
    }
    return this.client
  }

  private readonly lost = (error: Error): void => {
    this.broken = error
  }

  private letGo(): void {
    this.client?.off('error', this.lost)
    this.client?.release(this.broken)
    this.client = undefined
    this.broken = undefined
  }

  private watch(): void {
    if (this.watching || !this.client) return
    this.watching = true
    setTimeout(() => {
      this.watching = false
      if (this.busy || performance.now() - this.usedAt < HOLD_MS) this.watch()
      else this.letGo()
    }, HOLD_MS).unref()
  }
}
