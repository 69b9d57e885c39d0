import { lockAccount, factorsOf, hasSecondFactor, addressee } from '../accounts.js'
import { noteEvent } from '../identity-events.js'
import { readableInstant, type Mails } from '../mails/mails.js'
import { refuse, type Answer } from '../refusals.js'
import type { SessionIdentity } from '../sessions/session-memory.js'
import type { Sessions } from '../sessions/sessions.js'
import { hashToken, newRecoveryCode, typedRecoveryCode } from '../tokens.js'
import type { Tx } from '@saitaku/database'

const COUNT = 10

/** Codes on paper, each good for one sign-in when the second factor is lost. Shown once; only hashes are kept. */
export class RecoveryCodes {
  constructor(
    private readonly sessions: Sessions,
    private readonly mails: Mails,
  ) {}

  /** Makes new ones; the former ones are void. */
  async renew(by: SessionIdentity): Promise<Answer<{ codes: string[] }>> {
    return this.sessions.changing(async (tx) => {
      const refused = await this.sessions.refuseUnlessFresh(tx, by)
      if (refused) return refused
      await lockAccount(tx, by.personId, 'UPDATE')
      if (!hasSecondFactor(await factorsOf(tx, by.personId))) return refuse('unknownEntry')
      return { ok: true, codes: await this.make(tx, by.personId, by.sessionId) }
    })
  }

  /** For the first second factor of an account: the codes, or none where there are some already. */
  async makeFirst(tx: Tx, personId: string, sessionId: string): Promise<string[]> {
    const { recoveryCodes } = await factorsOf(tx, personId)
    return recoveryCodes > 0 ? [] : this.make(tx, personId, sessionId)
  }

  /** Spends a code. Of two who come at once with the same one passes. */
  async use(tx: Tx, personId: string, typed: string): Promise<boolean> {
    const used = await tx.query('UPDATE recovery_code SET used_at = clock_timestamp() WHERE person_id = $1 AND code_hash = $2 AND used_at IS NULL RETURNING person_id', [
      personId, hashOf(typed),
    ])
    if (used.length === 0) return false
    const account = await lockAccount(tx, personId, 'SHARE')
    if (account) await this.mails.queue(tx, 'recoveryCodeUsed', addressee(account), { at: readableInstant(new Date(), account.lang) })
    await noteEvent(tx, { kind: 'recoveryCodeUsed', personId })
    return true
  }

  /** Codes stand in for a second factor; without one they are gone too. */
  async removeIfAlone(tx: Tx, personId: string): Promise<void> {
    if (!hasSecondFactor(await factorsOf(tx, personId))) await this.removeAll(tx, personId)
  }

  async removeAll(tx: Tx, personId: string): Promise<void> {
    await tx.query('DELETE FROM recovery_code WHERE person_id = $1', [personId])
  }

  private async make(tx: Tx, personId: string, sessionId: string): Promise<string[]> {
    const codes = Array.from({ length: COUNT }, newRecoveryCode)
    await this.removeAll(tx, personId)
    await tx.query('INSERT INTO recovery_code (person_id, code_hash) SELECT $1, h FROM unnest($2::bytea[]) AS h', [personId, codes.map(hashOf)])
    await noteEvent(tx, { kind: 'recoveryCodesMade', personId, sessionId })
    return codes
  }
}

const hashOf = (code: string): Buffer => hashToken(typedRecoveryCode(code))
