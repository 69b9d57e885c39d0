import { connect, type Socket } from 'node:net'

export interface HttpAnswer {
  status: number
  body: string
  /** As it goes back with the next request; undefined where none was set. */
  cookie: string | undefined
}

/**
 * Kept-alive connections of a load generator. Node's own client costs more for a request than the service does for its answer,
 * and both share the machine's cores: so requests are written as text, and of an answer only status and length are read.
 */
export class HttpConnections {
  private readonly free: Connection[] = []
  private readonly all: Connection[] = []

  constructor(
    private readonly host: string,
    private readonly port: number,
  ) {}

  async send(method: string, path: string, headers: Record<string, string>, body = ''): Promise<HttpAnswer> {
    const connection = this.free.pop() ?? (await this.open())
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join('')
    const text = `${method} ${path} HTTP/1.1\r\nhost: ${this.host}:${this.port}\r\n${lines}${body === '' ? '' : `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`}\r\n${body}`
    const answer = await connection.exchange(text)
    this.free.push(connection)
    return answer
  }

  close(): void {
    for (const connection of this.all) connection.close()
  }

  private async open(): Promise<Connection> {
    const socket = connect(this.port, this.host).setNoDelay(true)
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
    const connection = new Connection(socket)
    this.all.push(connection)
    return connection
  }
}

class Connection {
  private received: Buffer = Buffer.alloc(0)
  private waiting: { resolve: (answer: HttpAnswer) => void; reject: (error: Error) => void } | undefined

  constructor(private readonly socket: Socket) {
    socket.on('data', (chunk: Buffer) => this.take(chunk))
    socket.on('close', () => this.waiting?.reject(new Error('The connection was closed before its answer')))
    socket.on('error', (error) => this.waiting?.reject(error))
  }

  exchange(text: string): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject }
      this.socket.write(text)
    })
  }

  close(): void {
    this.waiting = undefined
    this.socket.destroy()
  }

  private take(chunk: Buffer): void {
    this.received = this.received.length === 0 ? chunk : Buffer.concat([this.received, chunk])
    const end = this.received.indexOf('\r\n\r\n')
    if (end < 0) return
    const head = this.received.toString('latin1', 0, end)
    const length = /\r\ncontent-length: (\d+)/i.exec(head)
    if (!length && !head.startsWith('HTTP/1.1 204')) throw new Error(`An answer without its length: ${head}`)
    const total = end + 4 + Number(length?.[1] ?? 0)
    if (this.received.length < total) return
    const answer = { status: Number(head.slice(9, 12)), body: this.received.toString('utf8', end + 4, total), cookie: /\r\nset-cookie: ([^;\r]+)/i.exec(head)?.[1] }
    this.received = this.received.subarray(total)
    this.waiting?.resolve(answer)
  }
}
