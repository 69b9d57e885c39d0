import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { freePort } from '../../scripts/postgres/server.mjs'

/** What `npm start -- --empty` makes: a database, the API, a worker, in a data folder of its own. */
export class StartedService {
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    readonly url: string,
    /** What opens the account of the first administrator. */
    readonly firstAdministrator: string,
  ) {}

  static async start(): Promise<StartedService> {
    const folder = await mkdtemp(path.join(tmpdir(), 'saitaku-journey-'))
    const port = await freePort()
    const { PATH, HOME } = process.env
    const start = path.join(import.meta.dirname, '../../scripts/start.mjs')
    const child = spawn(process.execPath, [start, '--empty', '--port', String(port), '--data', folder], { env: { PATH, HOME, WEBHOOK_NETWORKS: '127.0.0.0/8' }, stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    const token = await new Promise<string>((resolve, reject) => {
      const hear = (chunk: Buffer): void => {
        said += chunk.toString()
        const found = /first-administrator#token=([\w-]+)/.exec(said)?.[1]
        if (found !== undefined) resolve(found)
      }
      child.stdout.on('data', hear)
      child.stderr.on('data', hear)
      child.once('close', (code) => { reject(new Error(`The service ended with ${code}\n${said}`)) })
    })
    return new StartedService(child, folder, `http://127.0.0.1:${port}`, token)
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => { this.child.once('close', resolve) })
    this.child.kill('SIGTERM')
    await ended
    await rm(this.folder, { recursive: true, force: true })
  }
}
