import type { FastifyReply } from 'fastify'

const HEADERS = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store', 'x-accel-buffering': 'no', 'x-content-type-options': 'nosniff', 'cross-origin-resource-policy': 'same-origin' }
/** How much may wait for a reader that has stopped reading. */
const MAX_WAITING = 64_000

/** An answer of server-sent events that stays open until either side ends it. */
export class EventStream {
  private open = true
  private readonly closing: (() => void)[] = []

  constructor(private readonly reply: FastifyReply) {
    reply.hijack()
    reply.raw.writeHead(200, HEADERS)
    reply.raw.on('close', () => this.close())
    reply.raw.on('error', () => this.close())
    reply.raw.write('retry: 3000\n\n')
  }

  /** `id` comes back as `Last-Event-ID` when the reader connects again. */
  send(event: string, data: object, id?: string): void {
    this.write(`${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  }

  /** Keeps proxies from taking the line for dead. */
  beat(): void {
    this.write(': \n\n')
  }

  /** Says why, and ends the answer. */
  end(reason: 'signedOut' | 'gone' | 'shutdown'): void {
    if (!this.open) return
    this.send('end', { reason })
    this.reply.raw.end()
    this.close()
  }

  onClose(close: () => void): void {
    if (this.open) this.closing.push(close)
    else close()
  }

  private write(text: string): void {
    if (!this.open) return
    this.reply.raw.write(text)
    if (this.reply.raw.writableLength > MAX_WAITING) this.reply.raw.destroy()
  }

  private close(): void {
    if (!this.open) return
    this.open = false
    for (const close of this.closing) close()
  }
}
