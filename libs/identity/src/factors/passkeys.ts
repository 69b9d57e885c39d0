import {
  generateAuthenticationOptions, generateRegistrationOptions, verifyAuthenticationResponse, verifyRegistrationResponse,
  type AuthenticationResponseJSON, type AuthenticatorTransportFuture, type PublicKeyCredentialCreationOptionsJSON, type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON, type VerifiedAuthenticationResponse, type VerifiedRegistrationResponse,
} from '@simplewebauthn/server'
import { addressee, lockAccount, NOBODY, type Account } from '../accounts.js'
import { noteEvent } from '../identity-events.js'
import type { Limits } from '../limits.js'
import { readableInstant, type Mails } from '../mails/mails.js'
import { refuse, type Answer, type Refused } from '../refusals.js'
import type { SessionIdentity } from '../sessions/session-memory.js'
import type { OpenedSession, Sessions } from '../sessions/sessions.js'
import type { IdentitySettings } from '../settings.js'
import type { Admission, SignInAnswer } from '../sign-in/admission.js'
import type { SignIn } from '../sign-in/sign-in.js'
import { noted, type Tickets } from '../tickets.js'
import type { Visit } from '../visit.js'
import type { RecoveryCodes } from './recovery-codes.js'
import type { Database, Row, Tx } from '@saitaku/database'

export type { AuthenticationResponseJSON, PublicKeyCredentialCreationOptionsJSON, PublicKeyCredentialRequestOptionsJSON, RegistrationResponseJSON }

export interface PasskeyView extends Row {
  id: string
  label: string
  createdAt: Date
  usedAt: Date | null
  backedUp: boolean
}

interface PasskeyRow extends Row {
  id: string
  person_id: string
  public_key: Buffer
  counter: string
  transports: string[]
}

const NAME = { ja: 'パスキー', en: 'Passkey' }
const MOST = 20

/**
 * Passkeys (WebAuthn). One that verifies its user is two factors by itself and signs in alone, without a name being
 * typed; beside a password or a code any of them is the second factor.
 */
export class Passkeys {
  private readonly origin: string
  private readonly rpId: string

  constructor(
    private readonly database: Database,
    private readonly sessions: Sessions,
    private readonly admission: Admission,
    private readonly signIn: SignIn,
    private readonly tickets: Tickets,
    private readonly limits: Limits,
    private readonly mails: Mails,
    private readonly recoveryCodes: RecoveryCodes,
    private readonly settings: IdentitySettings,
  ) {
    const { origin, hostname } = new URL(settings.baseUrl)
    this.origin = origin
    this.rpId = hostname
  }

  async list(by: SessionIdentity): Promise<PasskeyView[]> {
    return this.database.query<PasskeyView>(
      `SELECT id, label, created_at AS "createdAt", used_at AS "usedAt", backed_up AS "backedUp" FROM passkey WHERE person_id = $1 ORDER BY created_at, id`,
      [by.personId],
    )
  }

  async beginRegistration(by: SessionIdentity): Promise<Answer<{ flow: string; options: PublicKeyCredentialCreationOptionsJSON }>> {
    return this.sessions.changing(async (tx) => {
      const refused = await this.sessions.refuseUnlessFresh(tx, by)
      if (refused) return refused
      const account = await lockAccount(tx, by.personId, 'SHARE')
      if (!account) return refuse('unknownPerson')
      const known = await this.of(tx, by.personId)
      const options = await generateRegistrationOptions({
        rpName: this.settings.serviceName[account.lang], rpID: this.rpId, userName: account.email, userDisplayName: account.name,
        userID: new TextEncoder().encode(by.personId), attestationType: 'none', excludeCredentials: known.map(descriptor),
        authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
      })
      const { handle } = await this.tickets.hand(tx, { kind: 'passkeyRegistration', personId: by.personId, lifetime: this.settings.passkey.lifetime, data: { challenge: options.challenge } })
      return { ok: true, flow: handle, options }
    })
  }

  /** Adds the passkey. Other sessions end and this one goes on under a new token, as with every new second factor. */
  async finishRegistration(by: SessionIdentity, given: { flow: string; response: RegistrationResponseJSON; label: string }): Promise<Answer<OpenedSession & { recoveryCodes: string[] }>> {
    return this.sessions.changing(async (tx, gone) => {
      const refused = await this.sessions.refuseUnlessFresh(tx, by)
      if (refused) return refused
      const account = await lockAccount(tx, by.personId, 'UPDATE')
      const ticket = await this.tickets.use(tx, 'passkeyRegistration', given.flow)
      if (!account || !ticket || ticket.personId !== by.personId) return refuse('expired')
      const verified = await this.verifyRegistration(given.response, noted(ticket, 'challenge'))
      if (!verified?.verified) return refuse('wrongPasskey')
      if ((await this.of(tx, by.personId)).length >= MOST || !(await this.add(tx, by.personId, verified, given.label))) return refuse('alreadySet')
      const recoveryCodes = await this.recoveryCodes.makeFirst(tx, by.personId, by.sessionId)
      await this.tell(tx, account, 'secondFactorSet', given.label)
      await noteEvent(tx, { kind: 'passkeyAdded', personId: by.personId, sessionId: by.sessionId, data: { label: given.label } })
      await this.sessions.endAllOf(tx, gone, by.personId, by.sessionId)
      const opened = await this.sessions.renew(tx, gone, by.sessionId, { personId: by.personId, methods: [...by.methods, 'passkey'], secondFactor: true })
      return { ok: true, ...opened, recoveryCodes }
    })
  }

  async remove(by: SessionIdentity, id: string): Promise<Answer<OpenedSession>> {
    return this.sessions.changing(async (tx, gone) => {
      const refused = await this.sessions.refuseUnlessFresh(tx, by)
      if (refused) return refused
      const account = await lockAccount(tx, by.personId, 'UPDATE')
      const [removed] = await tx.query<{ label: string }>('DELETE FROM passkey WHERE person_id = $1 AND id = $2 RETURNING label', [by.personId, id])
      if (!account || !removed) return refuse('unknownEntry')
      await this.recoveryCodes.removeIfAlone(tx, by.personId)
      await this.tell(tx, account, 'secondFactorRemoved', removed.label)
      await noteEvent(tx, { kind: 'passkeyRemoved', personId: by.personId, sessionId: by.sessionId, data: { label: removed.label } })
      return { ok: true, ...(await this.sessions.renew(tx, gone, by.sessionId, by)) }
    })
  }

  /** Begins a sign-in without a name: the browser offers the passkeys that it has. */
  async begin(visit: Visit): Promise<Answer<{ flow: string; options: PublicKeyCredentialRequestOptionsJSON }>> {
    const counted = await this.limits.begin(visit.address)
    if (!counted.ok) return counted
    const options = await generateAuthenticationOptions({ rpID: this.rpId, userVerification: 'required' })
    const { handle } = await this.tickets.hand(this.database, { kind: 'passkeySignIn', personId: null, lifetime: this.settings.passkey.lifetime, data: { challenge: options.challenge } })
    return { ok: true, flow: handle, options }
  }

  async finish(given: { flow: string; response: AuthenticationResponseJSON }, visit: Visit): Promise<SignInAnswer> {
    return this.sessions.changing(async (tx, gone) => {
      const ticket = await this.tickets.use(tx, 'passkeySignIn', given.flow)
      if (!ticket) return refuse('expired')
      const personId = await this.verified(tx, given.response, noted(ticket, 'challenge'), 'required')
      if (personId === undefined) return this.failed(tx, visit)
      return this.admission.admit(tx, gone, { personId, methods: ['passkey'], secondFactor: true }, visit)
    })
  }

  /** For somebody who has passed the first factor: a challenge to the passkeys of that account. */
  async beginSecondFactor(flow: string): Promise<Answer<{ options: PublicKeyCredentialRequestOptionsJSON }>> {
    return this.database.transaction(async (tx) => {
      const ticket = await this.tickets.look(tx, 'secondFactor', flow)
      if (!ticket || ticket.personId === null) return refuse('expired')
      const known = await this.of(tx, ticket.personId)
      const options = await generateAuthenticationOptions({ rpID: this.rpId, userVerification: 'preferred', allowCredentials: known.map(descriptor) })
      await this.tickets.note(tx, flow, { challenge: options.challenge })
      return { ok: true, options }
    })
  }

  async finishSecondFactor(given: { flow: string; response: AuthenticationResponseJSON }, visit: Visit): Promise<SignInAnswer> {
    const asked = await this.tickets.look(this.database, 'secondFactor', given.flow)
    const challenge = asked?.data.challenge
    if (typeof challenge !== 'string') return refuse('expired')
    return this.signIn.withSecondFactor('passkey', given.flow, visit, async (tx, personId) => (await this.verified(tx, given.response, challenge, 'preferred')) === personId)
  }

  /** Whose passkey answered, or undefined. The row is held, so that a counter is compared and moved in one go. */
  private async verified(tx: Tx, response: AuthenticationResponseJSON, challenge: string, userVerification: 'required' | 'preferred'): Promise<string | undefined> {
    const [owner] = await tx.query<{ person_id: string }>('SELECT person_id FROM passkey WHERE id = $1', [response.id])
    await lockAccount(tx, owner?.person_id ?? NOBODY, 'SHARE')
    const [row] = await tx.query<PasskeyRow>('SELECT id, person_id, public_key, counter, transports FROM passkey WHERE id = $1 FOR UPDATE', [response.id])
    if (!row) return undefined
    const result = await this.verifyAuthentication(row, response, challenge, userVerification)
    if (!result?.verified) return undefined
    await tx.query('UPDATE passkey SET counter = $2, backed_up = $3, used_at = clock_timestamp() WHERE id = $1', [row.id, result.authenticationInfo.newCounter, result.authenticationInfo.credentialBackedUp])
    return row.person_id
  }

  // The package throws a plain Error for whatever is wrong in what the browser sent: another challenge, origin or
  // key, a counter that fell, a truncated structure. All of them are one answer to whoever sent it.
  private async verifyAuthentication(row: PasskeyRow, response: AuthenticationResponseJSON, expectedChallenge: string, userVerification: 'required' | 'preferred'): Promise<VerifiedAuthenticationResponse | undefined> {
    try {
      return await verifyAuthenticationResponse({
        response, expectedChallenge, expectedOrigin: this.origin, expectedRPID: this.rpId, requireUserVerification: userVerification === 'required',
        credential: { id: row.id, publicKey: new Uint8Array(row.public_key), counter: Number(row.counter), transports: row.transports as AuthenticatorTransportFuture[] },
      })
    } catch {
      return undefined
    }
  }

  private async verifyRegistration(response: RegistrationResponseJSON, expectedChallenge: string): Promise<VerifiedRegistrationResponse | undefined> {
    try {
      return await verifyRegistrationResponse({ response, expectedChallenge, expectedOrigin: this.origin, expectedRPID: this.rpId, requireUserVerification: true })
    } catch {
      return undefined
    }
  }

  private async add(tx: Tx, personId: string, { registrationInfo }: Extract<VerifiedRegistrationResponse, { verified: true }>, label: string): Promise<boolean> {
    const { credential, credentialDeviceType, credentialBackedUp } = registrationInfo
    const added = await tx.query(
      `INSERT INTO passkey (id, person_id, public_key, counter, transports, label, device_type, backed_up) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
       ON CONFLICT DO NOTHING RETURNING id`,
      [credential.id, personId, Buffer.from(credential.publicKey), credential.counter, credential.transports ?? [], label.trim().slice(0, 100), credentialDeviceType, credentialBackedUp],
    )
    return added.length > 0
  }

  private of(tx: Tx, personId: string): Promise<PasskeyRow[]> {
    return tx.query<PasskeyRow>('SELECT id, person_id, public_key, counter, transports FROM passkey WHERE person_id = $1 ORDER BY created_at', [personId])
  }

  private async failed(tx: Tx, visit: Visit): Promise<Refused> {
    await noteEvent(tx, { kind: 'signInFailed', personId: null, address: visit.address, data: { method: 'passkey' } })
    return refuse('wrongPasskey')
  }

  private async tell(tx: Tx, account: Account, kind: 'secondFactorSet' | 'secondFactorRemoved', label: string): Promise<void> {
    await this.mails.queue(tx, kind, addressee(account), { at: readableInstant(new Date(), account.lang), what: `${NAME[account.lang]} (${label.slice(0, 100)})` })
  }
}

function descriptor({ id, transports }: PasskeyRow): { id: string; transports: AuthenticatorTransportFuture[] } {
  return { id, transports: transports as AuthenticatorTransportFuture[] }
}
