import { generateSecret, generateURI, verify } from 'otplib'
import { addressee, lockAccount, type Account } from '../accounts.js'
import { noteEvent } from '../identity-events.js'
import type { KeyRing } from '../key-ring.js'
import type { Limits } from '../limits.js'
import { readableInstant, type Mails } from '../mails/mails.js'
import { refuse, type Answer } from '../refusals.js'
import type { SessionIdentity } from '../sessions/session-memory.js'
import type { OpenedSession, Sessions } from '../sessions/sessions.js'
import type { IdentitySettings } from '../settings.js'
import { typedDigits } from '../tokens.js'
import type { RecoveryCodes } from './recovery-codes.js'
import type { Row, Tx } from '@saitaku/database'

/** Seconds that a clock may be off, either way: one step. */
const TOLERANCE = 30
const NAME = { ja: '認証アプリ', en: 'Authenticator app' }

interface FactorRow extends Row {
  sealed: Buffer
  lastStep: number
  confirmed: boolean
  epoch: number
}

/** Codes of an authenticator app (RFC 6238). The secret is sealed at rest, and no code works twice. */
export class Totp {
  constructor(
    private readonly sessions: Sessions,
    private readonly keys: KeyRing,
    private readonly limits: Limits,
    private readonly mails: Mails,
    private readonly recoveryCodes: RecoveryCodes,
    private readonly settings: IdentitySettings,
  ) {}

  /** A new secret to scan or type. It counts only once a code of it was confirmed. */
  async begin(by: SessionIdentity): Promise<Answer<{ secret: string; uri: string }>> {
    return this.sessions.changing(async (tx) => {
      const refused = await this.sessions.refuseUnlessFresh(tx, by)
      if (refused) return refused
      const account = await lockAccount(tx, by.personId, 'UPDATE')
      if (!account) return refuse('unknownPerson')
      if ((await this.read(tx, by.personId))?.confirmed) return refuse('alreadySet')
      const secret = generateSecret()
      await tx.query(
        `INSERT INTO totp_factor (person_id, sealed_secret) VALUES ($1, $2)
         ON CONFLICT (person_id) DO UPDATE SET sealed_secret = excluded.sealed_secret, last_step = 0, created_at = clock_timestamp()`,
        [by.personId, this.keys.seal('totp', by.personId, secret)],
      )
      return { ok: true, secret, uri: generateURI({ issuer: this.settings.serviceName[account.lang], label: account.email, secret }) }
    })
  }

  /**
   * Sets the factor by its first code. Other sessions end, since they were opened without it, and this one goes on
   * under a new token. The recovery codes come with an account's first second factor, and are shown this once.
   */
  async confirm(by: SessionIdentity, code: string): Promise<Answer<OpenedSession & { recoveryCodes: string[] }>> {
    const counted = await this.limits.secondFactor(by.personId)
    if (!counted.ok) return counted
    const answer = await this.sessions.changing<Answer<OpenedSession & { recoveryCodes: string[] }>>(async (tx, gone) => {
      const refused = await this.sessions.refuseUnlessFresh(tx, by)
      if (refused) return refused
      const account = await lockAccount(tx, by.personId, 'UPDATE')
      const factor = await this.read(tx, by.personId)
      if (!account || !factor) return refuse('expired')
      if (factor.confirmed) return refuse('alreadySet')
      if (!(await this.spend(tx, by.personId, factor, code))) return refuse('wrongCode')
      await tx.query('UPDATE totp_factor SET confirmed_at = clock_timestamp() WHERE person_id = $1', [by.personId])
      const recoveryCodes = await this.recoveryCodes.makeFirst(tx, by.personId, by.sessionId)
      await this.tell(tx, account, 'secondFactorSet')
      await noteEvent(tx, { kind: 'totpSet', personId: by.personId, sessionId: by.sessionId })
      await this.sessions.endAllOf(tx, gone, by.personId, by.sessionId)
      const opened = await this.sessions.renew(tx, gone, by.sessionId, { personId: by.personId, methods: [...by.methods, 'totp'], secondFactor: true })
      return { ok: true, ...opened, recoveryCodes }
    })
    if (answer.ok) await counted.attempt.succeeded()
    return answer
  }

  async remove(by: SessionIdentity): Promise<Answer<OpenedSession>> {
    return this.sessions.changing(async (tx, gone) => {
      const refused = await this.sessions.refuseUnlessFresh(tx, by)
      if (refused) return refused
      const account = await lockAccount(tx, by.personId, 'UPDATE')
      const removed = await tx.query('DELETE FROM totp_factor WHERE person_id = $1 AND confirmed_at IS NOT NULL RETURNING person_id', [by.personId])
      if (!account || removed.length === 0) return refuse('unknownEntry')
      await this.recoveryCodes.removeIfAlone(tx, by.personId)
      await this.tell(tx, account, 'secondFactorRemoved')
      await noteEvent(tx, { kind: 'totpRemoved', personId: by.personId, sessionId: by.sessionId })
      return { ok: true, ...(await this.sessions.renew(tx, gone, by.sessionId, by)) }
    })
  }

  /** Whether the code is right now and was not used; it is used by this. */
  async use(tx: Tx, personId: string, code: string): Promise<boolean> {
    const factor = await this.read(tx, personId)
    return factor !== undefined && factor.confirmed && this.spend(tx, personId, factor, code)
  }

  /** The row stays locked to the end of the transaction: two who come with the same code pass one after the other. */
  private async read(tx: Tx, personId: string): Promise<FactorRow | undefined> {
    const [row] = await tx.query<FactorRow>(
      `SELECT sealed_secret AS sealed, last_step AS "lastStep", confirmed_at IS NOT NULL AS confirmed, extract(epoch FROM clock_timestamp())::float8 AS epoch
       FROM totp_factor WHERE person_id = $1 FOR UPDATE`,
      [personId],
    )
    return row
  }

  private async spend(tx: Tx, personId: string, { sealed, lastStep, epoch }: FactorRow, typed: string): Promise<boolean> {
    const token = typedDigits(typed)
    if (!/^\d{6}$/.test(token)) return false
    const result = await verify({ secret: this.keys.open('totp', personId, sealed), token, epoch: Math.floor(epoch), epochTolerance: TOLERANCE })
    if (!result.valid || !('timeStep' in result) || result.timeStep <= lastStep) return false
    await tx.query('UPDATE totp_factor SET last_step = $2 WHERE person_id = $1', [personId, result.timeStep])
    return true
  }

  private async tell(tx: Tx, account: Account, kind: 'secondFactorSet' | 'secondFactorRemoved'): Promise<void> {
    await this.mails.queue(tx, kind, addressee(account), { at: readableInstant(new Date(), account.lang), what: NAME[account.lang] })
  }
}
