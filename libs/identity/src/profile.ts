import type { Database } from '@saitaku/database'
import { factorsOf, readAccount } from './accounts.js'
import { rolesOf, type HeldRole } from './roles/roles.js'
import type { SessionIdentity } from './sessions/session-memory.js'
import type { Language } from './settings.js'

/** What a person sees of themself: `GET /me`. */
export interface ProfileView {
  personId: string
  name: string
  kana: string
  email: string
  lang: Language
  hasPassword: boolean
  totp: boolean
  passkeys: number
  recoveryCodes: number
  roles: HeldRole[]
  session: SessionIdentity
}

export class Profile {
  constructor(private readonly database: Database) {}

  async read(by: SessionIdentity): Promise<ProfileView | undefined> {
    const account = await readAccount(this.database, by.personId)
    if (!account) return undefined
    const [factors, roles] = await Promise.all([factorsOf(this.database, by.personId), rolesOf(this.database, by.personId)])
    const { personId, name, kana, email, lang, passwordHash } = account
    return { personId, name, kana, email, lang, hasPassword: passwordHash !== null, ...factors, roles, session: by }
  }

  /** What a person may change about themself without proving anything anew. */
  async change(by: Pick<SessionIdentity, 'personId'>, wanted: { name?: string; kana?: string; lang?: Language }): Promise<void> {
    await this.database.query('UPDATE person SET name = coalesce($2, name), kana = coalesce($3, kana), lang = coalesce($4, lang) WHERE id = $1', [
      by.personId, wanted.name ?? null, wanted.kana ?? null, wanted.lang ?? null,
    ])
  }
}
