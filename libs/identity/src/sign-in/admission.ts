import { factorsOf, hasSecondFactor, lockAccount, addressee, type Account, type Factors } from '../accounts.js'
import { deviceLabel } from '../device.js'
import { noteEvent } from '../identity-events.js'
import { readableInstant, type Mails } from '../mails/mails.js'
import { networkOf } from '../network.js'
import { refuse, type Answer } from '../refusals.js'
import type { SessionIdentity } from '../sessions/session-memory.js'
import type { Gone, OpenedSession, Sessions } from '../sessions/sessions.js'
import type { IdentitySettings } from '../settings.js'
import type { Tickets } from '../tickets.js'
import type { Visit } from '../visit.js'
import type { Tx } from '@saitaku/database'

export type FirstFactor = 'password' | 'mailCode' | 'passkey' | 'openId' | 'invitation' | 'firstAdministrator'
export type SecondFactor = 'totp' | 'passkey' | 'recoveryCode'

/** Signed in; the token goes into the cookie, in place of whatever was there. */
export interface SignedIn {
  outcome: 'signedIn'
  token: string
  csrfToken: string
  session: SessionIdentity
}

/** Half way in: the flow is handed back with one of these. */
export interface SecondFactorAsked {
  outcome: 'secondFactor'
  flow: string
  methods: SecondFactor[]
  expiresAt: Date
}

export type SignInAnswer = Answer<SignedIn | SecondFactorAsked>

export interface Proven {
  personId: string
  methods: readonly string[]
  /** A second factor was shown, or the one that was shown is two by itself. */
  secondFactor: boolean
  /** The hash that the password fitted: if it has changed since, it fits no more. */
  passwordHash?: string
}

const KNOWN_FOR_DAYS = 180

/**
 * The one door: every way in ends here, and nothing else opens a session. So a second factor that is set holds for
 * all of them, and for those that are still to be written.
 */
export class Admission {
  constructor(
    private readonly sessions: Sessions,
    private readonly tickets: Tickets,
    private readonly mails: Mails,
    private readonly settings: IdentitySettings,
  ) {}

  async admit(tx: Tx, gone: Gone, proven: Proven, visit: Visit): Promise<SignInAnswer> {
    const account = await lockAccount(tx, proven.personId, 'SHARE')
    if (!account) return refuse('wrongCredentials')
    if (account.disabledAt) return refuse('accountDisabled')
    if (proven.passwordHash !== undefined && proven.passwordHash !== account.passwordHash) return refuse('wrongCredentials')
    const factors = await factorsOf(tx, proven.personId)
    if (hasSecondFactor(factors) && !proven.secondFactor) return this.askSecondFactor(tx, proven, factors)
    const opened = await this.sessions.open(tx, gone, proven, visit)
    await this.note(tx, account, proven, opened, visit)
    return { ok: true, ...this.signedIn(opened) }
  }

  /** What is handed to the browser with a session under a new token. */
  signedIn({ token, session }: OpenedSession): SignedIn {
    return { outcome: 'signedIn', token, csrfToken: this.sessions.csrfToken(token), session }
  }

  private async askSecondFactor(tx: Tx, { personId, methods }: Proven, factors: Factors): Promise<SignInAnswer> {
    const { lifetime, attempts } = this.settings.secondFactor
    const { handle, expiresAt } = await this.tickets.hand(tx, { kind: 'secondFactor', personId, lifetime, attempts, data: { methods: [...methods] } })
    const offered: [SecondFactor, boolean][] = [['totp', factors.totp], ['passkey', factors.passkeys > 0], ['recoveryCode', factors.recoveryCodes > 0]]
    return { ok: true, outcome: 'secondFactor', flow: handle, expiresAt, methods: offered.filter(([, has]) => has).map(([method]) => method) }
  }

  private async note(tx: Tx, account: Account, proven: Proven, { session, steppedUp }: OpenedSession & { steppedUp: boolean }, visit: Visit): Promise<void> {
    const { personId } = account
    const event = { personId, sessionId: session.sessionId, address: visit.address }
    if (steppedUp) return noteEvent(tx, { ...event, kind: 'steppedUp', data: { methods: [...proven.methods] } })
    const device = deviceLabel(visit.userAgent)
    const place = `${device} ${networkOf(visit.address)}`
    if (await this.isNewPlace(tx, personId, place))
      await this.mails.queue(tx, 'newSignIn', addressee(account), { at: readableInstant(session.startedAt, account.lang), device, address: visit.address })
    await noteEvent(tx, { ...event, kind: 'signedIn', data: { methods: [...proven.methods], device, place } })
  }

  /** The first sign-in of all is no news to the person who just registered. */
  private async isNewPlace(tx: Tx, personId: string, place: string): Promise<boolean> {
    const [row] = await tx.query<{ before: boolean; here: boolean }>(
      `SELECT count(*) > 0 AS before, coalesce(bool_or(data ->> 'place' = $2), false) AS here FROM identity_event
       WHERE person_id = $1 AND kind = 'signedIn' AND at > clock_timestamp() - make_interval(days => $3)`,
      [personId, place, KNOWN_FOR_DAYS],
    )
    return row !== undefined && row.before && !row.here
  }
}
