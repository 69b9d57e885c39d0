import { spawn, type ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'

/** The API as it is built, in a process of its own. */
export class ApiProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  static async start(variables: Record<string, string>): Promise<ApiProcess> {
    const { PATH, HOME } = process.env
    const main = path.join(import.meta.dirname, '../../dist/apps/api/src/main.js')
    const child = spawn(process.execPath, [main], { env: { PATH, HOME, ...variables, LOG_LEVEL: 'info' }, stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    const url = await new Promise<string>((resolve, reject) => {
      const hear = (chunk: Buffer): void => {
        said += chunk.toString()
        const address = /The API listens at (http:\/\/[^"\s]+)/.exec(said)?.[1]
        if (address !== undefined) resolve(address)
      }
      child.stdout.on('data', hear)
      child.stderr.on('data', hear)
      child.once('exit', (code, signal) => { reject(new Error(`The API ended with ${code ?? signal}\n${said}`)) })
    })
    return new ApiProcess(child, url)
  }

  /** The most memory that the process has held, in bytes. */
  get peak(): number {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${this.child.pid}/status`, 'utf8'))?.[1] ?? 0) * 1024
  }

  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const gone = new Promise((resolve) => { this.child.once('close', resolve) })
    this.child.kill(signal)
    await gone
  }
}
