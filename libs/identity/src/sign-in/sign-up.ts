import { addressee, createAccount, findAccount } from '../accounts.js'
import { readEmail } from '../email.js'
import { noteEvent } from '../identity-events.js'
import type { Limits } from '../limits.js'
import type { Mails } from '../mails/mails.js'
import type { Passwords } from '../passwords/passwords.js'
import { refuse, type Answer } from '../refusals.js'
import type { Sessions } from '../sessions/sessions.js'
import type { IdentitySettings, Language } from '../settings.js'
import { noted, type Tickets } from '../tickets.js'
import { newDigits, typedDigits } from '../tokens.js'
import type { Visit } from '../visit.js'
import type { Admission, SignInAnswer } from './admission.js'
import type { CodeSent } from './sign-in.js'
import type { Database } from '@saitaku/database'

/** An applicant makes an account of their own: the address is proven by a code, then they say who they are. */
export class SignUp {
  constructor(
    private readonly database: Database,
    private readonly sessions: Sessions,
    private readonly admission: Admission,
    private readonly tickets: Tickets,
    private readonly limits: Limits,
    private readonly passwords: Passwords,
    private readonly mails: Mails,
    private readonly settings: IdentitySettings,
  ) {}

  /** Sends a code; whoever has an account already is told so in that mail, and nowhere else. */
  async begin(typed: { email: string; lang: Language }, visit: Visit): Promise<Answer<CodeSent>> {
    const email = readEmail(typed.email)
    if (!email) return refuse('badEmail')
    const counted = await this.limits.mail(email.key, visit.address)
    if (!counted.ok) return counted
    const { digits, lifetime, attempts } = this.settings.code
    return this.database.transaction(async (tx) => {
      const account = await findAccount(tx, email.key)
      const code = newDigits(digits)
      const { handle, expiresAt } = await this.tickets.hand(tx, {
        kind: 'signUpCode', personId: null, lifetime, attempts, data: { email: email.address, emailKey: email.key, lang: typed.lang }, ...(account ? {} : { code }),
      })
      if (account) await this.mails.queue(tx, 'alreadyRegistered', addressee(account), { link: this.mails.home }, lifetime)
      else await this.mails.queue(tx, 'signUpCode', { personId: null, name: '', address: email.address, lang: typed.lang }, { code, minutes: String(Math.round(lifetime / 60)) }, lifetime)
      return { ok: true, flow: handle, expiresAt }
    })
  }

  /** Makes the account and signs in. A password is a choice: codes by mail work without one. */
  async complete(given: { flow: string; code: string; name: string; kana?: string; password?: string }, visit: Visit): Promise<SignInAnswer> {
    const asked = await this.tickets.look(this.database, 'signUpCode', given.flow)
    const email = asked && readEmail(noted(asked, 'email'))
    if (!asked || !email) return refuse('expired')
    const counted = await this.limits.signIn(email.key, visit.address)
    if (!counted.ok) return counted
    const { name, kana = '' } = given
    const hashed = given.password === undefined ? undefined : await this.passwords.hash(given.password, { name, kana, email: email.address })
    if (hashed && !hashed.ok) {
      await counted.attempt.succeeded() // No guess at the code was made.
      return hashed
    }
    const answer = await this.sessions.changing<SignInAnswer>(async (tx, gone) => {
      const ticket = await this.tickets.useWithCode(tx, 'signUpCode', given.flow, typedDigits(given.code))
      if (!ticket) return refuse('expired')
      if (!ticket.fits) return refuse('wrongCode')
      const lang = ticket.data.lang === 'en' ? 'en' : 'ja'
      const personId = await createAccount(tx, { name, kana, email, lang, passwordHash: hashed?.hash ?? null })
      if (personId === undefined) return refuse('addressTaken')
      await noteEvent(tx, { kind: 'accountCreated', personId, address: visit.address, data: { by: 'signUp' } })
      return this.admission.admit(tx, gone, { personId, methods: ['mailCode'], secondFactor: false }, visit)
    })
    if (answer.ok) await counted.attempt.succeeded()
    return answer
  }
}
