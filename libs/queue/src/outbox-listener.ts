import pg from 'pg'
import { asError } from './repeating-task.js'

const CHANNEL = 'saitaku_outbox'
const RECONNECT_MS = 1_000

/**
 * Hears of new outbox rows. LISTEN belongs to one session, so this needs a direct connection and makes a new
 * one when it breaks; what was missed meanwhile the relay's own rhythm finds.
 */
export class OutboxListener {
  private client: pg.Client | undefined
  private retry: NodeJS.Timeout | undefined
  private stopped = false

  constructor(
    private readonly url: string,
    private readonly heard: () => void,
    private readonly onError: (error: Error) => void,
  ) {}

  async start(): Promise<void> {
    const client = new pg.Client({ connectionString: this.url, application_name: 'saitaku-relay', keepAlive: true })
    this.client = client
    client.on('notification', this.heard)
    client.on('error', (error) => { this.lost(client, error) })
    client.on('end', () => { this.lost(client, new Error(`The connection that listens on ${CHANNEL} ended`)) })
    try {
      await client.connect()
      await client.query(`LISTEN ${CHANNEL}`)
      this.heard()
    } catch (error) {
      this.lost(client, asError(error))
    }
  }

  async stop(): Promise<void> {
    this.stopped = true
    clearTimeout(this.retry)
    await this.client?.end().catch(() => undefined) // a broken connection cannot be ended twice
  }

  private lost(client: pg.Client, error: Error): void {
    if (this.stopped || this.client !== client) return
    this.client = undefined
    this.onError(error)
    client.end().catch(() => undefined)
    this.retry = setTimeout(() => void this.start(), RECONNECT_MS)
  }
}
