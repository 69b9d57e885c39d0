import { addressee, findAccount, lockAccount, NOBODY, type Account } from '../accounts.js'
import { readEmail } from '../email.js'
import { noteEvent } from '../identity-events.js'
import type { RecoveryCodes } from '../factors/recovery-codes.js'
import type { Totp } from '../factors/totp.js'
import type { Attempt, Limits } from '../limits.js'
import { readableInstant, type Mails } from '../mails/mails.js'
import { TooManyHashes, type PasswordHashes } from '../passwords/password-hashes.js'
import { refuse, type Answer, type Refused } from '../refusals.js'
import type { Sessions } from '../sessions/sessions.js'
import type { IdentitySettings } from '../settings.js'
import { noted, type Tickets } from '../tickets.js'
import { newDigits, typedDigits } from '../tokens.js'
import type { Visit } from '../visit.js'
import type { Admission, SecondFactor, SignInAnswer } from './admission.js'
import type { Database, Tx } from '@saitaku/database'

/** A code is on its way, if there is somebody to get it; the flow goes back to the browser and comes again with the code. */
export interface CodeSent {
  flow: string
  expiresAt: Date
}

/** Sign-in by password, by a code in a mail, and the second factors that are typed. */
export class SignIn {
  constructor(
    private readonly database: Database,
    private readonly sessions: Sessions,
    private readonly admission: Admission,
    private readonly tickets: Tickets,
    private readonly limits: Limits,
    private readonly hashes: PasswordHashes,
    private readonly mails: Mails,
    private readonly totp: Totp,
    private readonly recoveryCodes: RecoveryCodes,
    private readonly settings: IdentitySettings,
  ) {}

  async withPassword(typed: { email: string; password: string }, visit: Visit): Promise<SignInAnswer> {
    const email = readEmail(typed.email)
    if (!email) return refuse('wrongCredentials')
    const counted = await this.limits.signIn(email.key, visit.address)
    if (!counted.ok) return counted
    const account = await findAccount(this.database, email.key)
    // An unknown address, and an account without a password, cost a hash as well.
    const fits = await this.fits(account, typed.password)
    if (fits === 'busy') return refuse('busy', { retryAfter: 1 })
    const hash = account?.passwordHash
    if (!fits || !account || !hash) return this.failed(account, 'password', counted.attempt, visit)
    await counted.attempt.succeeded()
    const passwordHash = await this.rehash(account, typed.password, hash)
    return this.sessions.changing((tx, gone) => this.admission.admit(tx, gone, { personId: account.personId, methods: ['password'], secondFactor: false, passwordHash }, visit))
  }

  /** Sends a code. The answer is the same whether or not there is an account. */
  async requestCode(typed: { email: string }, visit: Visit): Promise<Answer<CodeSent>> {
    const email = readEmail(typed.email)
    if (!email) return refuse('badEmail')
    const counted = await this.limits.mail(email.key, visit.address)
    if (!counted.ok) return counted
    const { digits, lifetime, attempts } = this.settings.code
    return this.database.transaction(async (tx) => {
      const account = await findAccount(tx, email.key)
      const person = account && !account.disabledAt ? account : undefined
      const code = newDigits(digits)
      const { handle, expiresAt } = await this.tickets.hand(tx, {
        kind: 'signInCode', lifetime, attempts, personId: person?.personId ?? null, data: { emailKey: email.key }, ...(person ? { code } : {}),
      })
      if (person) await this.mails.queue(tx, 'signInCode', addressee(person), { code, minutes: String(Math.round(lifetime / 60)) }, lifetime)
      else await this.mails.queueNothing(tx, lifetime)
      return { ok: true, flow: handle, expiresAt }
    })
  }

  async withCode(typed: { flow: string; code: string }, visit: Visit): Promise<SignInAnswer> {
    const asked = await this.tickets.look(this.database, 'signInCode', typed.flow)
    if (!asked) return refuse('expired')
    const counted = await this.limits.signIn(noted(asked, 'emailKey'), visit.address)
    if (!counted.ok) return counted
    const answer = await this.sessions.changing(async (tx, gone) => {
      await lockAccount(tx, asked.personId ?? NOBODY, 'SHARE')
      const ticket = await this.tickets.useWithCode(tx, 'signInCode', typed.flow, typedDigits(typed.code))
      if (!ticket) return refuse('expired')
      if (!ticket.fits || ticket.personId === null) return undefined
      await this.tickets.void(tx, ticket.personId, ['signInCode'])
      return this.admission.admit(tx, gone, { personId: ticket.personId, methods: ['mailCode'], secondFactor: false }, visit)
    })
    if (!answer) return this.failed(await findAccount(this.database, noted(asked, 'emailKey')), 'mailCode', counted.attempt, visit)
    if (answer.ok) await counted.attempt.succeeded()
    return answer
  }

  withTotp(typed: { flow: string; code: string }, visit: Visit): Promise<SignInAnswer> {
    return this.withSecondFactor('totp', typed.flow, visit, (tx, personId) => this.totp.use(tx, personId, typed.code))
  }

  withRecoveryCode(typed: { flow: string; code: string }, visit: Visit): Promise<SignInAnswer> {
    return this.withSecondFactor('recoveryCode', typed.flow, visit, (tx, personId) => this.recoveryCodes.use(tx, personId, typed.code))
  }

  /** Passes with a second factor that `fits` decides about, in the transaction that also lets in. */
  async withSecondFactor(method: SecondFactor, flow: string, visit: Visit, fits: (tx: Tx, personId: string) => Promise<boolean>): Promise<SignInAnswer> {
    const asked = await this.tickets.look(this.database, 'secondFactor', flow)
    if (!asked || asked.personId === null) return refuse('expired')
    const counted = await this.limits.secondFactor(asked.personId)
    if (!counted.ok) return counted
    const answer = await this.sessions.changing(async (tx, gone) => {
      await lockAccount(tx, asked.personId ?? NOBODY, 'SHARE')
      const ticket = await this.tickets.attempt(tx, 'secondFactor', flow)
      if (!ticket || ticket.personId === null) return refuse('expired')
      if (!(await fits(tx, ticket.personId))) return this.wrongSecondFactor(tx, ticket.personId, method, visit)
      await this.tickets.spend(tx, flow)
      const first = Array.isArray(ticket.data.methods) ? ticket.data.methods.map(String) : []
      return this.admission.admit(tx, gone, { personId: ticket.personId, methods: [...first, method], secondFactor: true }, visit)
    })
    if (answer.ok) await counted.attempt.succeeded()
    return answer
  }

  private async fits(account: Account | undefined, password: string): Promise<boolean | 'busy'> {
    try {
      return await this.hashes.fits(account?.passwordHash, password.slice(0, 1024))
    } catch (error) {
      if (error instanceof TooManyHashes) return 'busy'
      throw error
    }
  }

  /** Brings a hash to today's parameters, at the one moment at which the password is known; returns the hash that holds now. */
  private async rehash(account: Account, password: string, hash: string): Promise<string> {
    if (!this.hashes.isStale(hash)) return hash
    const made = await this.hashes.make(password)
    const [changed] = await this.database.query('UPDATE account SET password_hash = $3 WHERE person_id = $1 AND password_hash = $2 RETURNING person_id', [account.personId, hash, made])
    if (changed) return made
    // Another sign-in was faster with the same, or the password was changed: then it fits no more.
    const now = (await findAccount(this.database, account.emailKey))?.passwordHash
    return now && (await this.hashes.fits(now, password)) ? now : hash
  }

  private async failed(account: Account | undefined, method: string, attempt: Attempt, visit: Visit): Promise<Refused> {
    await this.database.transaction(async (tx) => {
      const about = { personId: account?.personId ?? null, actorId: null, address: visit.address, data: { method } }
      await noteEvent(tx, { kind: attempt.firstOverLimit ? 'blocked' : 'signInFailed', ...about })
      if (!attempt.firstOverLimit) return
      if (account) await this.mails.queue(tx, 'blocked', addressee(account), { at: readableInstant(new Date(), account.lang), address: visit.address })
      else await this.mails.queueNothing(tx)
    })
    return refuse(method === 'password' ? 'wrongCredentials' : 'wrongCode')
  }

  private async wrongSecondFactor(tx: Tx, personId: string, method: SecondFactor, visit: Visit): Promise<Refused> {
    await noteEvent(tx, { kind: 'secondFactorFailed', personId, actorId: null, address: visit.address, data: { method } })
    return refuse(method === 'passkey' ? 'wrongPasskey' : 'wrongCode')
  }
}
