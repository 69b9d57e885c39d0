import type { NestFastifyApplication } from '@nestjs/platform-fastify'
import { Database } from '@saitaku/database'
import { createAccount, createIdentity, grantRole, readEmail, type Identity, type IdentityMail, type MailKind, type OpenIdSettings } from '@saitaku/identity'
import { randomUUID } from 'node:crypto'
import { createApi } from '../src/api.js'
import { Gate } from '../src/auth/gate.js'
import { Browser } from './browser.js'

const SECRET = 'a secret of the tests, which is long enough'
export const PASSWORD = 'correct horse battery 42'

interface Choices {
  baseUrl?: string
  openId?: Partial<OpenIdSettings>
}

export interface Somebody {
  personId: string
  email: string
}

/** The API on a database of its own, listening; with a mail carrier and people who have accounts. */
export class Service {
  readonly inbox: IdentityMail[] = []

  private constructor(
    readonly database: Database,
    /** The connections of the API itself. */
    readonly apiDatabase: Database,
    private readonly app: NestFastifyApplication,
    readonly url: string,
    /** As another process has it: for what a worker and a console do. */
    readonly elsewhere: Identity,
  ) {}

  static async start({ url }: { url: string }, { baseUrl = 'http://localhost:3000', openId }: Choices = {}): Promise<Service> {
    const database = await Database.connect({ url, poolSize: 3 })
    const config = { databaseUrl: url, port: 0, host: '127.0.0.1', baseUrl, sendsMail: false, logLevel: 'silent', poolSize: 6, devIdentity: false, trustedProxies: ['127.0.0.1'], secrets: [SECRET] as const, openId }
    const apiDatabase = await Database.connect({ url, poolSize: 6 })
    const app = await createApi(config, apiDatabase)
    await app.listen(0, '127.0.0.1')
    return new Service(database, apiDatabase, app, await app.getUrl(), createIdentity({ database, secrets: [SECRET], settings: { baseUrl } }))
  }

  async stop(): Promise<void> {
    await this.app.close()
    await this.database.close()
  }

  /** Who asks, as answers that stay open ask it. */
  get gate(): Gate {
    return this.app.get(Gate)
  }

  browser(): Browser {
    return new Browser(this.url)
  }

  async somebody({ email = `${randomUUID()}@example.jp`, password = PASSWORD, name = '川崎 花子', roles = [] }: { email?: string; password?: string | null; name?: string; roles?: [string, string][] } = {}): Promise<Somebody> {
    const read = readEmail(email)
    if (!read) throw new Error(`${email} is no address`)
    const hashed = password === null ? undefined : await this.elsewhere.passwords.hash(password, { name, kana: '', email })
    if (hashed && !hashed.ok) throw new Error(hashed.refused.code)
    const personId = await this.database.transaction(async (tx) => {
      const id = await createAccount(tx, { name, email: read, lang: 'ja', passwordHash: hashed?.hash ?? null })
      for (const [programme, role] of roles) if (id !== undefined) await grantRole(tx, null, { personId: id, programme, role })
      return id
    })
    if (personId === undefined) throw new Error(`${email} has an account`)
    return { personId, email }
  }

  /** A browser in which they have signed in with their password. */
  async signedIn({ email }: Somebody): Promise<Browser> {
    const browser = this.browser()
    const { status, body } = await browser.post('/api/v1/auth/password', { email, password: PASSWORD })
    if (status !== 200 || body.outcome !== 'signedIn') throw new Error(`${email} could not sign in: ${status} ${JSON.stringify(body)}`)
    return browser
  }

  /** Delivers what waits and returns the newest mail of a kind. */
  async mail(kind: MailKind, to: string): Promise<IdentityMail> {
    await this.elsewhere.mails.deliver({ deliver: async (mail) => void this.inbox.push(mail) })
    const mail = this.inbox.findLast((each) => each.kind === kind && each.to.address === to)
    if (!mail) throw new Error(`No mail ${kind} to ${to} among ${this.inbox.map((each) => each.kind).join(', ')}`)
    return mail
  }

  /** As if so many seconds had passed since people last proved who they are. */
  async pass(seconds: number): Promise<void> {
    await this.database.query('UPDATE session SET authenticated_at = authenticated_at - make_interval(secs => $1)', [seconds])
  }
}

export const codeIn = (mail: IdentityMail): string => /^ {4}(\d+)$/m.exec(mail.text)?.[1] ?? ''
export const tokenIn = (mail: IdentityMail): string => /#token=([\w-]+)/.exec(mail.text)?.[1] ?? ''
