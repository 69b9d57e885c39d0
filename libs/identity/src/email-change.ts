import { addressee, findAccount, moveAccount, readAccount } from './accounts.js'
import { readEmail } from './email.js'
import { noteEvent } from './identity-events.js'
import type { Limits } from './limits.js'
import type { Mails } from './mails/mails.js'
import { refuse, type Answer } from './refusals.js'
import type { SessionIdentity } from './sessions/session-memory.js'
import type { OpenedSession, Sessions } from './sessions/sessions.js'
import type { IdentitySettings } from './settings.js'
import type { CodeSent } from './sign-in/sign-in.js'
import { noted, type Tickets } from './tickets.js'
import { newDigits, typedDigits } from './tokens.js'
import type { Visit } from './visit.js'

/** A new address takes effect once a code that was sent there comes back; the old address is told. */
export class EmailChange {
  constructor(
    private readonly sessions: Sessions,
    private readonly tickets: Tickets,
    private readonly limits: Limits,
    private readonly mails: Mails,
    private readonly settings: IdentitySettings,
  ) {}

  async begin(by: SessionIdentity, typed: { email: string }, visit: Visit): Promise<Answer<CodeSent>> {
    const email = readEmail(typed.email)
    if (!email) return refuse('badEmail')
    const counted = await this.limits.mail(email.key, visit.address)
    if (!counted.ok) return counted
    const { digits, lifetime, attempts } = this.settings.code
    return this.sessions.changing(async (tx) => {
      const refused = await this.sessions.refuseUnlessFresh(tx, by)
      if (refused) return refused
      const account = await readAccount(tx, by.personId)
      if (!account) return refuse('unknownPerson')
      const holder = await findAccount(tx, email.key)
      const free = !holder || holder.personId === by.personId
      const code = newDigits(digits)
      const { handle, expiresAt } = await this.tickets.hand(tx, { kind: 'emailCode', personId: by.personId, lifetime, attempts, data: { email: email.address }, ...(free ? { code } : {}) })
      if (free) await this.mails.queue(tx, 'emailCode', { ...addressee(account), address: email.address }, { code, minutes: String(Math.round(lifetime / 60)) }, lifetime)
      else await this.mails.queue(tx, 'alreadyRegistered', addressee(holder), { link: this.mails.home }, lifetime)
      return { ok: true, flow: handle, expiresAt }
    })
  }

  async confirm(by: SessionIdentity, given: { flow: string; code: string }): Promise<Answer<OpenedSession>> {
    return this.sessions.changing(async (tx, gone) => {
      const refused = await this.sessions.refuseUnlessFresh(tx, by)
      if (refused) return refused
      const account = await readAccount(tx, by.personId)
      const ticket = await this.tickets.useWithCode(tx, 'emailCode', given.flow, typedDigits(given.code))
      const email = ticket && readEmail(noted(ticket, 'email'))
      if (!account || !ticket || !email || ticket.personId !== by.personId) return refuse('expired')
      if (!ticket.fits) return refuse('wrongCode')
      if (!(await moveAccount(tx, by.personId, email))) return refuse('addressTaken')
      await this.tickets.void(tx, by.personId)
      await this.mails.queue(tx, 'emailChanged', addressee(account), { email: email.address })
      await noteEvent(tx, { kind: 'emailChanged', personId: by.personId, sessionId: by.sessionId, data: { from: account.email, to: email.address } })
      return { ok: true, ...(await this.sessions.renew(tx, gone, by.sessionId, by)) }
    })
  }
}
