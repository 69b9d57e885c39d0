import { spawn, type ChildProcess } from 'node:child_process'
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { Readable, Writable } from 'node:stream'

const QUIET = [
  '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage',
]

/** Where Chromium is: in CHROMIUM, or on the path. Undefined where there is none, and then its tests are skipped. */
export function findChromium(): string | undefined {
  const candidates = [process.env.CHROMIUM, ...(process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'chromium'))]
  return candidates.find((file): file is string => file !== undefined && file !== '' && isExecutable(file))
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

interface Message {
  id?: number
  method?: string
  result?: Record<string, unknown>
  error?: { message: string }
}

/** One page of a Chromium of its own, steered through a pipe, with an authenticator that Chromium itself plays. */
export class Chromium {
  private readonly waiting = new Map<number, (message: Message) => void>()
  private next = 1
  private page = ''
  private rest = ''
  private loaded = (): void => undefined

  private constructor(
    private readonly process: ChildProcess,
    private readonly profile: string,
  ) {
    const [, , , , answers] = process.stdio
    ;(answers as Readable).setEncoding('utf8').on('data', (text: string) => this.read(text))
  }

  static async open(file: string, url: string): Promise<Chromium> {
    const profile = mkdtempSync(join(tmpdir(), 'saitaku-chromium-'))
    const started = new Chromium(spawn(file, [...QUIET, `--user-data-dir=${profile}`, '--remote-debugging-pipe'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'], detached: true }), profile)
    const { targetId } = await started.send('Target.createTarget', { url: 'about:blank' })
    const { sessionId } = await started.send('Target.attachToTarget', { targetId, flatten: true })
    started.page = String(sessionId)
    await started.visit(url)
    return started
  }

  /** Resolves once the page has loaded: until then, what is evaluated runs in the blank page, which has no credentials. */
  private async visit(url: string): Promise<void> {
    await this.send('Page.enable', {})
    const loaded = new Promise<void>((resolve) => (this.loaded = resolve))
    const { errorText } = await this.send('Page.navigate', { url })
    if (errorText !== undefined) throw new Error(`${url}: ${errorText as string}`)
    await loaded
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.process.once('close', resolve))
    // its helpers are in its group and write into the profile for as long as they live
    if (this.process.pid !== undefined) process.kill(-this.process.pid, 'SIGKILL')
    await ended
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }

  /** Plugs in a platform authenticator with a user who is there and verified. */
  async addAuthenticator(): Promise<void> {
    await this.send('WebAuthn.enable', {})
    const options = { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true }
    await this.send('WebAuthn.addVirtualAuthenticator', { options })
  }

  /** What an expression comes to in the page; a promise is waited for, and a user's click is assumed. */
  async evaluate<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true, userGesture: true })
    if (exceptionDetails) throw new Error(`In the page: ${JSON.stringify(exceptionDetails).slice(0, 500)}`)
    return (result as { value: T }).value
  }

  private async send(method: string, params: object): Promise<Record<string, unknown>> {
    const id = this.next++
    const answered = new Promise<Message>((resolve, reject) => {
      this.waiting.set(id, resolve)
      this.process.once('exit', () => reject(new Error('Chromium ended')))
    })
    const [, , , commands] = this.process.stdio
    ;(commands as Writable).write(`${JSON.stringify({ id, method, params, ...(this.page === '' ? {} : { sessionId: this.page }) })}\0`)
    const { error, result = {} } = await answered
    if (error) throw new Error(`${method}: ${error.message}`)
    return result
  }

  private read(text: string): void {
    const messages = (this.rest + text).split('\0')
    this.rest = messages.pop() ?? ''
    for (const each of messages) {
      const message = JSON.parse(each) as Message
      if (message.method === 'Page.loadEventFired') this.loaded()
      if (message.id === undefined) continue
      this.waiting.get(message.id)?.(message)
      this.waiting.delete(message.id)
    }
  }
}
