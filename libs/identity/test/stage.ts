import { randomUUID } from 'node:crypto'
import { Database } from '@saitaku/database'
import { generate } from 'otplib'
import {
  createAccount, createIdentity, grantRole, readEmail, type Answer, type Identity, type IdentityChoices, type IdentityMail, type IdentityMailer, type MailKind, type SessionIdentity,
  type SignedIn, type SignInAnswer, type Visit,
} from '@saitaku/identity'

export const SECRET = 'a secret of the tests, which is long enough'
export const BASE_URL = 'http://localhost:3000'
export const PASSWORD = 'correct horse battery 42'
/** Hashes that cost next to nothing; what is tested is not their cost. */
const QUICK = { memoryKiB: 1024, passes: 1 }

export interface Somebody {
  personId: string
  email: string
}

/** An identity on a database, with a mailbox and people. */
export class Stage {
  readonly inbox: IdentityMail[] = []
  readonly mailer: IdentityMailer = { deliver: async (mail) => void this.inbox.push(mail) }

  private constructor(
    readonly database: Database,
    readonly identity: Identity,
  ) {}

  static async open(url: string, settings: Partial<IdentityChoices> = {}, secrets: [string, ...string[]] = [SECRET]): Promise<Stage> {
    const database = await Database.connect({ url, poolSize: 6 })
    return new Stage(database, createIdentity({ database, secrets, settings: { baseUrl: BASE_URL, ...settings, password: { ...QUICK, ...settings.password } } }))
  }

  close(): Promise<void> {
    return this.database.close()
  }

  async somebody({ email = `${randomUUID()}@example.jp`, password = PASSWORD, name = '川崎 花子', roles = [] }: { email?: string; password?: string | null; name?: string; roles?: [string, string][] } = {}): Promise<Somebody> {
    const read = readEmail(email)
    if (!read) throw new Error(`${email} is no address`)
    const hashed = password === null ? undefined : await this.identity.passwords.hash(password, { name, kana: '', email })
    if (hashed && !hashed.ok) throw new Error(hashed.refused.code)
    const personId = await this.database.transaction(async (tx) => {
      const id = await createAccount(tx, { name, email: read, lang: 'ja', passwordHash: hashed?.hash ?? null })
      for (const [programme, role] of roles) if (id !== undefined) await grantRole(tx, null, { personId: id, programme, role })
      return id
    })
    if (personId === undefined) throw new Error(`${email} has an account`)
    return { personId, email }
  }

  async signIn(who: Somebody, visit: Visit = aVisit(), password = PASSWORD): Promise<SignedIn> {
    return signedIn(await this.identity.signIn.withPassword({ email: who.email, password }, visit))
  }

  /** Sets an authenticator app; returns its secret and the session as it goes on. */
  async withTotp(who: Somebody): Promise<{ secret: string; session: SessionIdentity; token: string; recoveryCodes: string[] }> {
    const { session } = await this.signIn(who)
    const { secret } = must(await this.identity.totp.begin(session))
    const confirmed = must(await this.identity.totp.confirm(session, await codeOf(secret)))
    await this.forgetStep(who)
    return { secret, ...confirmed }
  }

  /** As if the code that was used last lay a while back. */
  async forgetStep({ personId }: Somebody): Promise<void> {
    await this.database.query('UPDATE totp_factor SET last_step = 0 WHERE person_id = $1', [personId])
  }

  /** Delivers what waits and returns the newest mail of a kind. */
  async mail(kind: MailKind, to?: string): Promise<IdentityMail> {
    await this.identity.mails.deliver(this.mailer)
    const mail = this.inbox.findLast((each) => each.kind === kind && (to === undefined || each.to.address === to))
    if (!mail) throw new Error(`No mail ${kind}${to ? ` to ${to}` : ''} among ${this.inbox.map((each) => each.kind).join(', ')}`)
    return mail
  }

  async kinds(personId: string): Promise<string[]> {
    return (await this.database.query<{ kind: string }>('SELECT kind FROM identity_event WHERE person_id = $1 ORDER BY id', [personId])).map((row) => row.kind)
  }

  /** Sets back the times of a session, a ticket or a bucket, as if so many seconds had passed. */
  async pass(seconds: number): Promise<void> {
    const back = `- make_interval(secs => ${seconds})`
    await this.database.query(`UPDATE session SET seen_at = seen_at ${back}, authenticated_at = authenticated_at ${back}, started_at = started_at ${back}, expires_at = expires_at ${back}`)
    await this.database.query(`UPDATE ticket SET expires_at = expires_at ${back}`)
    await this.database.query(`UPDATE rate_bucket SET last_at = last_at ${back}, blocked_until = blocked_until ${back}`)
    await this.database.query(`UPDATE identity_mail SET expires_at = expires_at ${back}, next_at = next_at ${back}`)
  }
}

let lastAddress = 0

/** A request from an address of its own, so that tests do not use up each other's limits. */
export function aVisit(over: Partial<Visit> = {}): Visit {
  lastAddress++
  return { address: `10.${(lastAddress >> 16) & 255}.${(lastAddress >> 8) & 255}.${lastAddress & 255}`, userAgent: 'Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36', ...over }
}

export function must<T extends object>(answer: Answer<T>): { ok: true } & T {
  if (!answer.ok) throw new Error(`Refused: ${answer.refused.code}`)
  return answer
}

export function signedIn(answer: SignInAnswer): SignedIn {
  const yes = must(answer)
  if (yes.outcome !== 'signedIn') throw new Error('A second factor was asked for')
  return yes
}

export function flowOf(answer: SignInAnswer): string {
  const yes = must(answer)
  if (yes.outcome !== 'secondFactor') throw new Error('No second factor was asked for')
  return yes.flow
}

/** What an answer says, for tests that name exactly one outcome. */
export function verdict(answer: Answer | SignInAnswer): string {
  if (!answer.ok) return answer.refused.code
  return 'outcome' in answer ? answer.outcome : 'ok'
}

export const codeOf = (secret: string, secondsAhead = 0): Promise<string> => generate({ secret, epoch: Math.floor(Date.now() / 1000) + secondsAhead })
export const codeIn = (mail: IdentityMail): string => /^ {4}(\d+)$/m.exec(mail.text)?.[1] ?? ''
export const tokenIn = (mail: IdentityMail): string => /#token=([\w-]+)/.exec(mail.text)?.[1] ?? ''
