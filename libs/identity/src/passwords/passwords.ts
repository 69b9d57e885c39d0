import { addressee, findAccount, lockAccount, NOBODY, readAccount, type Account } from '../accounts.js'
import { readEmail } from '../email.js'
import { noteEvent } from '../identity-events.js'
import type { Limits } from '../limits.js'
import { readableInstant, type Mails } from '../mails/mails.js'
import { refuse, type Answer, type Refused } from '../refusals.js'
import type { SessionIdentity } from '../sessions/session-memory.js'
import type { OpenedSession, Sessions } from '../sessions/sessions.js'
import type { IdentitySettings } from '../settings.js'
import type { Tickets } from '../tickets.js'
import type { Visit } from '../visit.js'
import { TooManyHashes, type PasswordHashes } from './password-hashes.js'
import { passwordProblem } from './password-rules.js'
import type { Database, Tx } from '@saitaku/database'

/** Changing a password, and getting a new one by mail. */
export class Passwords {
  constructor(
    private readonly database: Database,
    private readonly sessions: Sessions,
    private readonly tickets: Tickets,
    private readonly limits: Limits,
    private readonly hashes: PasswordHashes,
    private readonly mails: Mails,
    private readonly settings: IdentitySettings,
    private readonly isBreached: ((password: string) => Promise<boolean>) | undefined,
  ) {}

  /**
   * Sets a first password or changes one, for which the former has to be typed as well. All other sessions end, this
   * one goes on under a new token, and whatever was mailed or half done before is void.
   */
  async change(by: SessionIdentity, given: { current?: string; next: string }, visit: Visit): Promise<Answer<OpenedSession>> {
    const account = await readAccount(this.database, by.personId)
    if (!account) return refuse('unknownPerson')
    if (account.passwordHash !== null) {
      const wrong = await this.refuseUnlessCurrent(account, given.current ?? '', visit)
      if (wrong) return wrong
    }
    const hashed = await this.hash(given.next, account)
    if (!hashed.ok) return hashed
    return this.sessions.changing(async (tx, gone) => {
      const refused = await this.sessions.refuseUnlessFresh(tx, by)
      if (refused) return refused
      if ((await lockAccount(tx, by.personId, 'UPDATE'))?.passwordHash !== account.passwordHash) return refuse('wrongCredentials')
      await this.store(tx, account, hashed.hash)
      await noteEvent(tx, { kind: 'passwordSet', personId: by.personId, sessionId: by.sessionId, address: visit.address })
      await this.sessions.endAllOf(tx, gone, by.personId, by.sessionId)
      return { ok: true, ...(await this.sessions.renew(tx, gone, by.sessionId, by)) }
    })
  }

  /** Mails a link, where there is an account. The answer is the same where there is none. */
  async requestReset(typed: { email: string }, visit: Visit): Promise<Answer> {
    const email = readEmail(typed.email)
    if (!email) return refuse('badEmail')
    const counted = await this.limits.mail(email.key, visit.address)
    if (!counted.ok) return counted
    return this.database.transaction(async (tx) => {
      const account = await findAccount(tx, email.key)
      const person = account && !account.disabledAt ? account : undefined
      await this.mailReset(tx, person, this.settings.passwordReset.lifetime, (link) => ({ kind: 'passwordReset', values: { link, minutes: String(Math.round(this.settings.passwordReset.lifetime / 60)) } }))
      await noteEvent(tx, { kind: 'passwordResetAsked', personId: person?.personId ?? null, actorId: null, address: visit.address })
      return { ok: true }
    })
  }

  /** Hands out a link that sets a password, and voids those before it. For nobody it costs as much. */
  async mailReset(
    tx: Tx, account: Account | undefined, lifetime: number,
    letter: (link: string, expiresAt: Date) => { kind: 'passwordReset' | 'accountRecovered'; values: Record<string, string> },
  ): Promise<void> {
    await this.tickets.void(tx, account?.personId ?? NOBODY, ['passwordReset'])
    const { handle, expiresAt } = await this.tickets.hand(tx, { kind: 'passwordReset', personId: account?.personId ?? null, lifetime })
    const { kind, values } = letter(this.mails.link('passwordReset', handle), expiresAt)
    if (account) await this.mails.queue(tx, kind, addressee(account), values, lifetime)
    else await this.mails.queueNothing(tx, lifetime)
  }

  /** Whether a link still works: for the page that asks for the new password. */
  async canReset(token: unknown): Promise<boolean> {
    const ticket = await this.tickets.look(this.database, 'passwordReset', token)
    return ticket !== undefined && ticket.personId !== null
  }

  /**
   * Sets a new password by a mailed link, ends all sessions, and lifts a lock. It does not sign in: whoever has the
   * link and the new password still has to show the second factor. A password that may not be chosen leaves the link usable.
   */
  async reset(given: { token: string; password: string }, visit: Visit): Promise<Answer> {
    const asked = await this.tickets.look(this.database, 'passwordReset', given.token)
    const account = asked?.personId ? await readAccount(this.database, asked.personId) : undefined
    if (!account) return refuse('expired')
    const hashed = await this.hash(given.password, account)
    if (!hashed.ok) return hashed
    return this.sessions.changing(async (tx, gone) => {
      const locked = await lockAccount(tx, account.personId, 'UPDATE')
      const ticket = await this.tickets.use(tx, 'passwordReset', given.token)
      if (!locked || !ticket) return refuse('expired')
      if (locked.disabledAt) return refuse('accountDisabled')
      await this.store(tx, locked, hashed.hash)
      await this.limits.clear(tx, locked.emailKey, locked.personId)
      await this.sessions.endAllOf(tx, gone, locked.personId)
      await noteEvent(tx, { kind: 'passwordSet', personId: locked.personId, address: visit.address, data: { by: 'mail' } })
      return { ok: true }
    })
  }

  /** The hash of a password that may be chosen, or why it may not. */
  async hash(password: string, about: Pick<Account, 'name' | 'kana' | 'email'>): Promise<Answer<{ hash: string }>> {
    const { ja, en } = this.settings.serviceName
    const problem = await passwordProblem(password, [about.name, about.kana, about.email, ja, en, new URL(this.settings.baseUrl).hostname])
    if (problem) return refuse(problem)
    if (await this.isBreached?.(password)) return refuse('passwordCommon')
    try {
      return { ok: true, hash: await this.hashes.make(password) }
    } catch (error) {
      if (error instanceof TooManyHashes) return refuse('busy', { retryAfter: 1 })
      throw error
    }
  }

  private async store(tx: Tx, account: Account, hash: string): Promise<void> {
    await tx.query('UPDATE account SET password_hash = $2, password_set_at = clock_timestamp() WHERE person_id = $1', [account.personId, hash])
    await this.tickets.void(tx, account.personId)
    await this.mails.queue(tx, 'passwordChanged', addressee(account), { at: readableInstant(new Date(), account.lang) })
  }

  private async refuseUnlessCurrent(account: Account, current: string, visit: Visit): Promise<Refused | undefined> {
    const counted = await this.limits.signIn(account.emailKey, visit.address)
    if (!counted.ok) return counted
    try {
      if (!(await this.hashes.fits(account.passwordHash, current))) return refuse('wrongCredentials')
    } catch (error) {
      if (error instanceof TooManyHashes) return refuse('busy', { retryAfter: 1 })
      throw error
    }
    await counted.attempt.succeeded()
    return undefined
  }
}
