import type { Database, Tx } from '@saitaku/database'
import { ADMINISTRATOR, createAccount, EVERY_PROGRAMME } from './accounts.js'
import { readEmail } from './email.js'
import { noteEvent } from './identity-events.js'
import type { Mails } from './mails/mails.js'
import type { Passwords } from './passwords/passwords.js'
import { refuse } from './refusals.js'
import { grantRole, lockAdministrators, someAdministratorRemains } from './roles/roles.js'
import type { Sessions } from './sessions/sessions.js'
import type { IdentitySettings, Language } from './settings.js'
import type { Admission, SignInAnswer } from './sign-in/admission.js'
import type { Tickets } from './tickets.js'
import type { Visit } from './visit.js'

/** The way in for the first person of all: a link that whoever starts the service reads on its console. */
export class FirstAdministrator {
  constructor(
    private readonly database: Database,
    private readonly sessions: Sessions,
    private readonly admission: Admission,
    private readonly tickets: Tickets,
    private readonly passwords: Passwords,
    private readonly mails: Mails,
    private readonly settings: IdentitySettings,
  ) {}

  /** A new one-time link while there is no administrator; it voids the one before. Undefined once there is one. */
  async link(): Promise<string | undefined> {
    return this.database.transaction(async (tx) => {
      await lockAdministrators(tx)
      if (await someAdministratorRemains(tx)) return undefined
      await tx.query(`UPDATE ticket SET used_at = clock_timestamp() WHERE kind = 'firstAdministrator' AND used_at IS NULL`)
      const { handle } = await this.tickets.hand(tx, { kind: 'firstAdministrator', personId: null, lifetime: this.settings.firstAdministrator.lifetime })
      await noteEvent(tx, { kind: 'firstAdministratorLinked', personId: null })
      return this.mails.link('firstAdministrator', handle)
    })
  }

  async isOpen(token: unknown): Promise<boolean> {
    return (await this.tickets.look(this.database, 'firstAdministrator', token)) !== undefined
  }

  async accept(given: { token: string; email: string; name: string; kana?: string; lang?: Language; password: string }, visit: Visit): Promise<SignInAnswer> {
    if (!(await this.isOpen(given.token))) return refuse('expired')
    const email = readEmail(given.email)
    if (!email) return refuse('badEmail')
    const { name, kana = '', lang = 'ja' } = given
    const hashed = await this.passwords.hash(given.password, { name, kana, email: email.address })
    if (!hashed.ok) return hashed
    return this.sessions.changing(async (tx, gone) => {
      await lockAdministrators(tx)
      if (await someAdministratorRemains(tx)) return refuse('expired')
      const personId = await this.create(tx, given.token, { name, kana, lang, email, passwordHash: hashed.hash })
      if (typeof personId !== 'string') return personId
      await grantRole(tx, null, { personId, programme: EVERY_PROGRAMME, role: ADMINISTRATOR })
      return this.admission.admit(tx, gone, { personId, methods: ['firstAdministrator'], secondFactor: false }, visit)
    })
  }

  private async create(tx: Tx, token: string, account: Parameters<typeof createAccount>[1]): Promise<string | ReturnType<typeof refuse>> {
    const personId = await createAccount(tx, account)
    if (personId === undefined) return refuse('addressTaken')
    if (!(await this.tickets.use(tx, 'firstAdministrator', token))) throw new Error('The link of the first administrator was used under a lock')
    await noteEvent(tx, { kind: 'accountCreated', personId, data: { by: 'firstAdministrator' } })
    return personId
  }
}
