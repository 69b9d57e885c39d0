import { spawn, type ChildProcess } from 'node:child_process'
import path from 'node:path'

export interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

/** The worker or the API as it is installed: the built one, in a process of its own. */
export class ServiceProcess {
  readonly ended: Promise<Ended>
  private readonly child: ChildProcess
  private said = ''
  private complained = ''

  constructor(private readonly app: 'api' | 'worker', variables: Record<string, string | undefined>) {
    const { PATH, HOME } = process.env
    const main = path.join(import.meta.dirname, '../../dist/apps', app, 'src/main.js')
    this.child = spawn(process.execPath, [main], { env: { PATH, HOME, JOB_LOCK_SECONDS: '1', LOG_LEVEL: 'info', SESSION_SECRET: 'a secret of the tests that is long enough', ...variables }, stdio: ['ignore', 'pipe', 'pipe'] })
    this.child.stdout?.on('data', (chunk: Buffer) => { this.said += chunk.toString() })
    this.child.stderr?.on('data', (chunk: Buffer) => { this.complained += chunk.toString() })
    this.ended = new Promise((resolve) => { this.child.once('close', (code, signal) => { resolve({ code, signal, stdout: this.said, stderr: this.complained }) }) })
  }

  /** Resolves with what follows this text in its log, to the next quotation mark; rejects where it ends before. */
  async says(text: string): Promise<string> {
    const early = this.ended.then((end) => { throw new Error(`The ${this.app} ended with ${String(end.code ?? end.signal)} before it said "${text}"\n${end.stdout}${end.stderr}`) })
    early.catch(() => undefined)
    for (;;) {
      const at = this.said.indexOf(text)
      const rest = at < 0 ? '' : this.said.slice(at + text.length)
      if (rest.includes('"')) return rest.slice(0, rest.indexOf('"'))
      await Promise.race([new Promise((resolve) => setTimeout(resolve, 20)), early])
    }
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal)
  }
}
