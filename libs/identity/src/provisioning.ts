import type { Database } from '@saitaku/database'
import { createAccount, lockAccount } from './accounts.js'
import { readEmail } from './email.js'
import { noteEvent } from './identity-events.js'
import type { Passwords } from './passwords/passwords.js'
import type { Language } from './settings.js'

export interface ProvisionedPerson {
  personId: string
  name: string
  kana: string
  email: string
  lang: Language
  password: string
  /** When this password was set, as an earlier call answered; null to set it now, whatever was there. */
  setAt: Date | null
}

/** `kept`: the password of before still holds. `changed`: the person has chosen another, and it stays. */
export interface Provisioned {
  outcome: 'set' | 'kept' | 'changed'
  setAt: Date
}

/**
 * Accounts that an installation itself sets up with a password that it knows, such as those to try the service with.
 * Whoever calls it holds the record's own keys: there is nobody to ask for leave.
 */
export class Provisioning {
  constructor(
    private readonly database: Database,
    private readonly passwords: Passwords,
  ) {}

  /** Makes the account where there is none. Throws when the address is another person's, or the password may not be chosen. */
  async provide({ setAt, password, ...person }: ProvisionedPerson): Promise<Provisioned> {
    const email = readEmail(person.email)
    if (!email) throw new Error(`${person.email} is not an address`)
    const before = setAt === null ? undefined : await this.setAt(person.personId)
    if (before && setAt) return { outcome: before.getTime() === setAt.getTime() ? 'kept' : 'changed', setAt: before }
    const hashed = await this.passwords.hash(password, person)
    if (!hashed.ok) throw new Error(`The password of ${person.email} may not be chosen: ${hashed.refused.reason.en}`)
    return this.database.transaction(async (tx) => {
      const known = await lockAccount(tx, person.personId, 'UPDATE')
      if (!known && (await createAccount(tx, { ...person, email })) === undefined) throw new Error(`The address ${person.email} is another person's`)
      const [row] = await tx.query<{ at: Date }>(
        `UPDATE account SET password_hash = $2, password_set_at = date_trunc('milliseconds', clock_timestamp()) WHERE person_id = $1 RETURNING password_set_at AS at`,
        [person.personId, hashed.hash],
      )
      if (!row) throw new Error('An account was not written')
      await noteEvent(tx, { kind: known ? 'passwordSet' : 'accountCreated', personId: person.personId, actorId: null, data: { by: 'installation' } })
      return { outcome: 'set', setAt: row.at }
    })
  }

  private async setAt(personId: string): Promise<Date | undefined> {
    const [row] = await this.database.query<{ at: Date | null }>('SELECT password_set_at AS at FROM account WHERE person_id = $1', [personId])
    return row && (row.at ?? new Date(0))
  }
}
