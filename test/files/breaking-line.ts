import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net'

/** A line to a server that breaks: each connection is reset after so many bytes have gone up. */
export class BreakingLine {
  broken = 0

  private constructor(
    private readonly server: Server,
    private readonly open: Set<Socket>,
  ) {}

  /** `lengths` says after how many bytes the next connection breaks; undefined for one that holds. */
  static async to(url: string, lengths: () => number | undefined): Promise<BreakingLine> {
    const { hostname, port } = new URL(url)
    const open = new Set<Socket>()
    const server = createServer((near) => {
      const far = connect({ host: hostname, port: Number(port) })
      for (const socket of [near, far]) {
        open.add(socket)
        socket.on('error', () => undefined)
        socket.once('close', () => { open.delete(socket); near.destroy(); far.destroy() })
      }
      let left = lengths()
      near.on('data', (bytes) => {
        if (left !== undefined && bytes.length >= left) {
          far.write(bytes.subarray(0, left))
          line.broken++
          // what was written goes out first; then both ends are cut, as a train's tunnel does it
          setImmediate(() => { near.resetAndDestroy(); far.resetAndDestroy() })
          left = undefined
          return
        }
        if (left !== undefined) left -= bytes.length
        far.write(bytes)
      })
      far.on('data', (bytes) => near.write(bytes))
    })
    const line = new BreakingLine(server, open)
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
    return line
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    for (const socket of this.open) socket.destroy()
    await new Promise((resolve) => { this.server.close(resolve) })
  }
}
