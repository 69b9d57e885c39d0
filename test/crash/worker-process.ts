import { spawn, type ChildProcess } from 'node:child_process'
import path from 'node:path'

const WORKER = path.join(import.meta.dirname, '../../dist/apps/worker/src/main.js')

export interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

/** A worker as it is installed: the built one, in a process of its own. */
export class WorkerProcess {
  readonly ended: Promise<Ended>
  private readonly child: ChildProcess
  private said = ''
  private complained = ''

  constructor(variables: Record<string, string | undefined>) {
    const { PATH, HOME } = process.env
    this.child = spawn(process.execPath, [WORKER], { env: { PATH, HOME, JOB_LOCK_SECONDS: '1', LOG_LEVEL: 'info', ...variables }, stdio: ['ignore', 'pipe', 'pipe'] })
    this.child.stdout?.on('data', (chunk: Buffer) => { this.said += chunk.toString() })
    this.child.stderr?.on('data', (chunk: Buffer) => { this.complained += chunk.toString() })
    this.ended = new Promise((resolve) => { this.child.once('close', (code, signal) => { resolve({ code, signal, stdout: this.said, stderr: this.complained }) }) })
  }

  /** Resolves when its log has said this; rejects where it ends before. */
  async says(text: string): Promise<void> {
    const early = this.ended.then((end) => { throw new Error(`The worker ended with ${String(end.code ?? end.signal)} before it said "${text}"\n${end.stdout}${end.stderr}`) })
    early.catch(() => undefined)
    while (!this.said.includes(text)) await Promise.race([new Promise((resolve) => setTimeout(resolve, 20)), early])
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal)
  }
}
