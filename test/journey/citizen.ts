import { setTimeout as sleep } from 'node:timers/promises'
import type { MailItem, SignInMailItem } from './mails.js'
import { Browser, type Reply } from '../../apps/api/test/browser.js'
import { Upload } from 'tus-js-client'

const PASSWORD = 'correct horse battery 42'
const PATIENCE_MS = 20_000

/** Asks until there is an answer that counts. */
export async function until<T>(ask: () => Promise<T | undefined>, what: string): Promise<T> {
  for (const end = performance.now() + PATIENCE_MS; performance.now() < end; await sleep(100)) {
    const answer = await ask()
    if (answer !== undefined) return answer
  }
  throw new Error(`Waited in vain: ${what}`)
}

/** Somebody in front of a browser, who does everything over HTTP and reads their mails in the mailbox of the machine. */
export class Citizen {
  personId = ''

  private constructor(
    private readonly url: string,
    readonly browser: Browser,
    readonly name: string,
    readonly email: string,
  ) {}

  static async firstAdministrator(url: string, token: string): Promise<Citizen> {
    const person = new Citizen(url, new Browser(url), '管理 太郎', 'admin@city.example')
    return person.signedIn(await person.browser.post('/api/v1/auth/first-administrator', { token, email: person.email, name: person.name, password: PASSWORD }))
  }

  /** Signs up as anybody may: an address, the code that comes to it, a name. */
  static async signUp(url: string, name: string, email: string): Promise<Citizen> {
    const person = new Citizen(url, new Browser(url), name, email)
    const { body } = await person.browser.post<{ flow: string }>('/api/v1/auth/sign-up', { email })
    const code = /\b(\d{6,8})\b/.exec(await person.signInMail())?.[1]
    return person.signedIn(await person.browser.post('/api/v1/auth/sign-up/complete', { flow: body.flow, code, name, password: PASSWORD }))
  }

  /** Accepts what an administrator invites them to. */
  static async invited(url: string, by: Citizen, programme: string, [role, ...more]: readonly [string, ...string[]], name: string, email: string): Promise<Citizen> {
    await by.post('/api/v1/admin/invitations', { email, name, programme, role }, 201)
    const person = new Citizen(url, new Browser(url), name, email)
    const token = /#token=([\w-]+)/.exec(await person.signInMail())?.[1]
    await person.signedIn(await person.browser.post('/api/v1/auth/invitation/accept-as-new', { token, password: PASSWORD }))
    for (const further of more) await by.post('/api/v1/admin/roles', { personId: person.personId, programme, role: further }, 201)
    return person
  }

  async get<T>(path: string): Promise<T> {
    return this.answer<T>(await this.browser.get<T>(path), 200, path)
  }

  async post<T>(path: string, body: unknown, status = 200): Promise<T> {
    return this.answer<T>(await this.browser.post<T>(path, body), status, path)
  }

  async put<T>(path: string, body: unknown): Promise<T> {
    return this.answer<T>(await this.browser.send<T>('PUT', path, body), 200, path)
  }

  async patch<T>(path: string, body: unknown): Promise<T> {
    return this.answer<T>(await this.browser.send<T>('PATCH', path, body), 200, path)
  }

  async event<T>(caseId: string, type: string, data: object = {}): Promise<T> {
    return this.post<T>(`/api/v1/cases/${caseId}/events`, { type, data })
  }

  /** Sends a file as a page does, and returns what the form names it by. */
  send(place: { case: string; form: string; field: string }, filename: string, bytes: Buffer): Promise<{ name: string; size: number; sha256: string }> {
    return new Promise((resolve, reject) => {
      new Upload(bytes, {
        endpoint: `${this.url}/api/v1/uploads`, metadata: { ...place, filename }, chunkSize: 100_000, retryDelays: [100, 500],
        headers: { cookie: this.cookie(), origin: this.url, 'x-csrf-token': this.browser.csrfToken ?? '' },
        onError: reject,
        onSuccess: ({ lastResponse }) => { resolve({ name: filename, size: bytes.length, sha256: lastResponse.getHeader('Saitaku-Sha256') ?? '' }) },
      }).start()
    })
  }

  /** A file as it leaves. */
  async download(path: string): Promise<{ status: number; headers: Headers; bytes: Buffer }> {
    const response = await fetch(`${this.url}${path}`, { headers: { cookie: this.cookie() } })
    return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) }
  }

  /** The newest mail of a template that has come to them. */
  mail(template: string): Promise<string> {
    return until(async () => {
      const { items } = await this.mailbox<{ items: MailItem[] }>(`?to=${encodeURIComponent(this.email)}`)
      const found = items.find((one) => one.template === template)
      return found && (await this.mailbox<{ text: string }>(`/${found.id}`)).text
    }, `${template} to ${this.email}`)
  }

  private cookie(): string {
    return [...this.browser.cookies].map(([name, { value }]) => `${name}=${value}`).join('; ')
  }

  private signInMail(): Promise<string> {
    return until(async () => {
      const { items } = await this.mailbox<{ items: SignInMailItem[] }>('/sign-in')
      const found = items.find(({ to }) => (typeof to === 'string' ? to : to.address).includes(this.email))
      return found && (await this.mailbox<{ text: string }>(`/sign-in/${found.id}`)).text
    }, `a mail of sign-in to ${this.email}`)
  }

  /** On this machine, and by no proxy: it shows itself to nobody else. */
  private async mailbox<T>(path: string): Promise<T> {
    const response = await fetch(`${this.url}/api/v1/mailbox${path}`)
    if (!response.ok) throw new Error(`The mailbox answered ${response.status}: ${await response.text()}`)
    return (await response.json()) as T
  }

  private async signedIn(reply: Reply): Promise<Citizen> {
    expect([reply.status, reply.body.outcome]).toEqual([201, 'signedIn'])
    this.personId = (await this.get<{ personId: string }>('/api/v1/me')).personId
    return this
  }

  private answer<T>({ status, body }: Reply<T>, expected: number, path: string): T {
    if (status !== expected) throw new Error(`${path} answered ${status} to ${this.name}: ${JSON.stringify(body)}`)
    return body
  }
}
