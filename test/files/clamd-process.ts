import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'

/** What scanners agree to find in a file that harms nobody; in two parts, so that none finds it here. */
export const TEST_VIRUS = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$', 'EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('')

/** The real clamd with one signature of its own, on a port of its own. */
export class ClamdProcess {
  private child: ChildProcess | undefined

  private constructor(
    private readonly program: string,
    private readonly folder: string,
    private readonly port: number,
  ) {}

  static async prepare(program: string, longestStream: string): Promise<ClamdProcess> {
    const folder = await mkdtemp(join(tmpdir(), 'saitaku-clamd-'))
    const port = await freePort()
    await writeFile(join(folder, 'own.ndb'), `Test.Virus:0:*:${Buffer.from(TEST_VIRUS).toString('hex')}\n`)
    await writeFile(join(folder, 'clamd.conf'), [
      'Foreground yes', `DatabaseDirectory ${folder}`, `TCPSocket ${port}`, 'TCPAddr 127.0.0.1', `StreamMaxLength ${longestStream}`, 'LogVerbose no', `User ${userInfo().username}`, 'MaxThreads 2', '',
    ].join('\n'))
    return new ClamdProcess(program, folder, port)
  }

  get url(): string {
    return `tcp://127.0.0.1:${this.port}`
  }

  /** Returns at once; it answers within a second or so. */
  start(): void {
    this.child = spawn(this.program, [`--config-file=${join(this.folder, 'clamd.conf')}`], { stdio: 'ignore' })
  }

  async stop(): Promise<void> {
    const { child } = this
    if (child && child.exitCode === null) {
      const gone = new Promise((resolve) => { child.once('close', resolve) })
      child.kill('SIGKILL')
      await gone
    }
    this.child = undefined
  }

  async remove(): Promise<void> {
    await this.stop()
    await rm(this.folder, { recursive: true, force: true })
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => { resolve(port) })
    })
  })
}
