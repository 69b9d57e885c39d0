import type { JsonObject } from '@saitaku/contracts'
import type { Database, Row, Tx } from '@saitaku/database'
import { factorsOf, isAdministrator, lockAccount, moveAccount, readAccount, addressee, createAccount, type Account } from './accounts.js'
import { readEmail } from './email.js'
import type { RecoveryCodes } from './factors/recovery-codes.js'
import { noteEvent, type IdentityEventKind } from './identity-events.js'
import type { Invitations, NewInvitation, OpenInvitation } from './invitations.js'
import type { Limits } from './limits.js'
import { readableInstant, type Mails } from './mails/mails.js'
import type { Passwords } from './passwords/passwords.js'
import { refuse, type Answer } from './refusals.js'
import { applyHandOver, listHandOvers, previewHandOver, undoHandOver, type HandOverPlan, type HandOverView, type Rotation } from './roles/hand-over.js'
import { endRole, grantRole, listRoles, lockAdministrators, someAdministratorRemains, type NewRole, type RolePeriod } from './roles/roles.js'
import { endSubstitute, listSubstitutes, nameSubstitute, type NewSubstitute, type Substitute } from './roles/substitutes.js'
import type { SessionIdentity } from './sessions/session-memory.js'
import type { Gone, Sessions } from './sessions/sessions.js'
import type { IdentitySettings } from './settings.js'
import type { Tickets } from './tickets.js'

export interface Recovery {
  personId: string
  /** Goes into the record. */
  reason: string
  /** Removes the authenticator app, passkeys and recovery codes. Otherwise the second factor holds after the recovery too. */
  removeSecondFactors: boolean
  /** Where the link goes, for a person who has lost the mailbox as well. */
  newEmail?: string
}

export interface AccountView extends Row {
  personId: string
  name: string
  email: string
  disabled: boolean
  hasPassword: boolean
  totp: boolean
  passkeys: number
  providers: number
  sessions: number
  createdAt: Date
  lastSignInAt: Date | null
}

export interface IdentityEventView extends Row {
  id: string
  at: Date
  kind: IdentityEventKind
  personId: string | null
  actorId: string | null
  sessionId: string | null
  address: string | null
  data: JsonObject
}

/**
 * What administrators do to other people's accounts and roles. Each act asks, in its own transaction, whether the
 * actor's session is alive, freshly proven, and an administrator's, so nothing can change between question and act;
 * and each leaves an entry.
 */
export class Administration {
  constructor(
    private readonly database: Database,
    private readonly sessions: Sessions,
    private readonly tickets: Tickets,
    private readonly limits: Limits,
    private readonly passwords: Passwords,
    private readonly recoveryCodes: RecoveryCodes,
    private readonly invitations: Invitations,
    private readonly mails: Mails,
    private readonly settings: IdentitySettings,
  ) {}

  /**
   * Helps somebody back who has lost their password, their second factor or their mailbox: all sessions end, the
   * password is gone, and a link to set a new one goes to the person alone. Never for oneself.
   */
  async recover(by: SessionIdentity, { personId, reason, removeSecondFactors, newEmail }: Recovery): Promise<Answer> {
    const email = newEmail === undefined ? undefined : readEmail(newEmail)
    if (newEmail !== undefined && !email) return refuse('badEmail')
    if (reason.trim() === '') return refuse('reasonNeeded')
    return this.asAdministrator(by, async (tx, gone) => {
      const other = await this.other(tx, by, personId)
      if (!other.ok) return other
      if (email && !(await moveAccount(tx, personId, email))) return refuse('addressTaken')
      const removed = removeSecondFactors ? await this.removeSecondFactors(tx, personId) : {}
      await tx.query('UPDATE account SET password_hash = NULL, password_set_at = NULL WHERE person_id = $1', [personId])
      await this.tickets.void(tx, personId)
      await this.limits.clear(tx, other.account.emailKey, personId)
      const ended = await this.sessions.endAllOf(tx, gone, personId)
      await this.writeTo(tx, by, other.account, email?.address)
      await noteEvent(tx, { kind: 'accountRecovered', personId, actorId: by.personId, sessionId: by.sessionId, data: { reason, removed, ended, ...(email ? { from: other.account.email, to: email.address } : {}) } })
      return { ok: true }
    })
  }

  /** Closes an account: its sessions end at once, and no way in opens it. The person and their record stay. */
  async disable(by: SessionIdentity, personId: string, reason: string): Promise<Answer> {
    if (reason.trim() === '') return refuse('reasonNeeded')
    return this.asAdministrator(by, async (tx, gone) => {
      await lockAdministrators(tx)
      const other = await this.other(tx, by, personId)
      if (!other.ok) return other
      await this.sessions.endAllOf(tx, gone, personId)
      await tx.query('SAVEPOINT before_disabling')
      await tx.query('UPDATE account SET disabled_at = clock_timestamp() WHERE person_id = $1 AND disabled_at IS NULL', [personId])
      if ((await isAdministrator(tx, personId)) && !(await someAdministratorRemains(tx))) {
        await tx.query('ROLLBACK TO SAVEPOINT before_disabling')
        return refuse('lastAdministrator')
      }
      await this.tickets.void(tx, personId)
      await noteEvent(tx, { kind: 'accountDisabled', personId, actorId: by.personId, sessionId: by.sessionId, data: { reason } })
      return { ok: true }
    })
  }

  async enable(by: SessionIdentity, personId: string): Promise<Answer> {
    return this.change(by, personId, 'accountEnabled', (tx) => tx.query('UPDATE account SET disabled_at = NULL WHERE person_id = $1', [personId]))
  }

  /** Lifts the lock that wrong attempts have brought about. */
  async unlock(by: SessionIdentity, personId: string): Promise<Answer> {
    return this.change(by, personId, 'accountUnlocked', (tx, account) => this.limits.clear(tx, account.emailKey, personId))
  }

  /** Ends all sessions of somebody. */
  async endSessions(by: SessionIdentity, personId: string): Promise<Answer<{ ended: number }>> {
    return this.asAdministrator(by, async (tx, gone) => {
      const ended = await this.sessions.endAllOf(tx, gone, personId, by.sessionId)
      await noteEvent(tx, { kind: 'sessionsEnded', personId, actorId: by.personId, sessionId: by.sessionId, data: { ended } })
      return { ok: true, ended }
    })
  }

  /** An account for a person whom the office knows, without a mail: they come in by a code to this address. */
  async createAccount(by: SessionIdentity, given: { personId?: string; name: string; kana?: string; email: string; lang?: 'ja' | 'en' }): Promise<Answer<{ personId: string }>> {
    const email = readEmail(given.email)
    if (!email) return refuse('badEmail')
    return this.asAdministrator(by, async (tx) => {
      const personId = await createAccount(tx, { ...given, email, lang: given.lang ?? 'ja' })
      if (personId === undefined) return refuse('addressTaken')
      await noteEvent(tx, { kind: 'accountCreated', personId, actorId: by.personId, sessionId: by.sessionId, data: { by: 'administrator' } })
      return { ok: true, personId }
    })
  }

  invite(by: SessionIdentity, invitation: NewInvitation): Promise<Answer<{ id: string; expiresAt: Date }>> {
    return this.asAdministrator(by, (tx) => this.invitations.invite(tx, by.personId, invitation))
  }

  /** The invitations that wait for an answer, of a programme or of all. */
  openInvitations(by: SessionIdentity, programme?: string): Promise<Answer<{ invitations: OpenInvitation[] }>> {
    return this.lookingUp(by, async () => ({ invitations: await this.invitations.list(programme) }))
  }

  withdrawInvitation(by: SessionIdentity, id: string): Promise<Answer> {
    return this.asAdministrator(by, (tx) => this.invitations.withdraw(tx, by.personId, id))
  }

  grantRole(by: SessionIdentity, role: NewRole): Promise<Answer<{ id: string }>> {
    return this.asAdministrator(by, (tx) => grantRole(tx, by.personId, role))
  }

  endRole(by: SessionIdentity, which: { id: string; at?: Date }): Promise<Answer> {
    return this.asAdministrator(by, (tx) => endRole(tx, by.personId, which))
  }

  previewHandOver(by: SessionIdentity, rotation: Rotation): Promise<Answer<{ plan: HandOverPlan }>> {
    return this.asAdministrator(by, async (tx) => ({ ok: true, plan: await previewHandOver(tx, rotation) }))
  }

  applyHandOver(by: SessionIdentity, rotation: Rotation, digest: string): Promise<Answer<{ id: string; plan: HandOverPlan }>> {
    return this.asAdministrator(by, (tx) => applyHandOver(tx, by.personId, rotation, digest))
  }

  undoHandOver(by: SessionIdentity, id: string): Promise<Answer> {
    return this.asAdministrator(by, (tx) => undoHandOver(tx, by.personId, id))
  }

  nameSubstitute(by: SessionIdentity, substitute: NewSubstitute): Promise<Answer<{ id: string }>> {
    return this.asAdministrator(by, (tx) => nameSubstitute(tx, by.personId, substitute))
  }

  endSubstitute(by: SessionIdentity, id: string): Promise<Answer> {
    return this.asAdministrator(by, (tx) => endSubstitute(tx, by.personId, id))
  }

  /** All grants of a person, past and coming ones too, or all of a programme. */
  roles(by: SessionIdentity, of: { personId: string } | { programme: string }): Promise<Answer<{ roles: RolePeriod[] }>> {
    return this.lookingUp(by, async () => ({ roles: await listRoles(this.database, of) }))
  }

  /** Who stands in for a person and for whom they stand in, now and in time to come. */
  substitutes(by: SessionIdentity, personId: string): Promise<Answer<{ substitutes: Substitute[] }>> {
    return this.lookingUp(by, async () => ({ substitutes: await listSubstitutes(this.database, personId) }))
  }

  handOvers(by: SessionIdentity): Promise<Answer<{ handOvers: HandOverView[] }>> {
    return this.lookingUp(by, async () => ({ handOvers: await listHandOvers(this.database) }))
  }

  /** Accounts by name or address, a page at a time. */
  async accounts(by: SessionIdentity, asked: { search?: string; after?: string; limit: number }): Promise<Answer<{ accounts: AccountView[] }>> {
    if (!(await isAdministrator(this.database, by.personId))) return refuse('notAllowed')
    const pattern = asked.search === undefined ? null : `%${asked.search.normalize('NFKC').trim().replace(/[\\%_]/g, '\\$&')}%`
    const accounts = await this.database.query<AccountView>(
      `SELECT a.person_id AS "personId", p.name, p.email, a.disabled_at IS NOT NULL AS disabled, a.password_hash IS NOT NULL AS "hasPassword", a.created_at AS "createdAt",
         EXISTS (SELECT 1 FROM totp_factor t WHERE t.person_id = a.person_id AND t.confirmed_at IS NOT NULL) AS totp,
         (SELECT count(*)::int FROM passkey k WHERE k.person_id = a.person_id) AS passkeys,
         (SELECT count(*)::int FROM openid_link l WHERE l.person_id = a.person_id) AS providers,
         (SELECT count(*)::int FROM session s WHERE s.person_id = a.person_id AND s.expires_at > clock_timestamp()) AS sessions,
         (SELECT e.at FROM identity_event e WHERE e.person_id = a.person_id AND e.kind = 'signedIn' ORDER BY e.id DESC LIMIT 1) AS "lastSignInAt"
       FROM account a JOIN person p ON p.id = a.person_id
       WHERE ($1::text IS NULL OR p.name ILIKE $1 OR p.kana ILIKE $1 OR a.email_key ILIKE $1) AND ($2::uuid IS NULL OR a.person_id > $2) ORDER BY a.person_id LIMIT $3`,
      [pattern, asked.after ?? null, asked.limit],
    )
    return { ok: true, accounts }
  }

  /** The record of accounts and roles, newest first; of one person, or of all. */
  async events(by: SessionIdentity, asked: { personId?: string; before?: string; limit: number }): Promise<Answer<{ events: IdentityEventView[] }>> {
    if (!(await isAdministrator(this.database, by.personId))) return refuse('notAllowed')
    const events = await this.database.query<IdentityEventView>(
      `SELECT id, at, kind, person_id AS "personId", actor_id AS "actorId", session_id AS "sessionId", address, data FROM identity_event
       WHERE ($1::uuid IS NULL OR person_id = $1) AND ($2::bigint IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`,
      [asked.personId ?? null, asked.before ?? null, asked.limit],
    )
    return { ok: true, events }
  }

  private async lookingUp<T extends object>(by: SessionIdentity, look: () => Promise<T>): Promise<Answer<T>> {
    return (await isAdministrator(this.database, by.personId)) ? { ok: true, ...(await look()) } : refuse('notAllowed')
  }

  private asAdministrator<T extends object>(by: SessionIdentity, act: (tx: Tx, gone: Gone) => Promise<Answer<T>>): Promise<Answer<T>> {
    return this.sessions.changing<Answer<T>>(async (tx, gone) => {
      const refused = await this.sessions.refuseUnlessFresh(tx, by)
      if (refused) return refused
      return (await isAdministrator(tx, by.personId)) ? act(tx, gone) : refuse('notAllowed')
    })
  }

  private change(by: SessionIdentity, personId: string, kind: IdentityEventKind, act: (tx: Tx, account: Account) => Promise<unknown>): Promise<Answer> {
    return this.asAdministrator(by, async (tx) => {
      const other = await this.other(tx, by, personId)
      if (!other.ok) return other
      await act(tx, other.account)
      await noteEvent(tx, { kind, personId, actorId: by.personId, sessionId: by.sessionId })
      return { ok: true }
    })
  }

  private async other(tx: Tx, by: SessionIdentity, personId: string): Promise<Answer<{ account: Account }>> {
    if (personId === by.personId) return refuse('notOneself')
    const account = await lockAccount(tx, personId, 'UPDATE')
    return account ? { ok: true, account } : refuse('unknownPerson')
  }

  private async removeSecondFactors(tx: Tx, personId: string): Promise<JsonObject> {
    const { totp, passkeys, recoveryCodes } = await factorsOf(tx, personId)
    await tx.query('DELETE FROM totp_factor WHERE person_id = $1', [personId])
    await tx.query('DELETE FROM passkey WHERE person_id = $1', [personId])
    await this.recoveryCodes.removeAll(tx, personId)
    return { totp, passkeys, recoveryCodes }
  }

  /** The link goes to the address that holds now; the one before is told that it does not any more. */
  private async writeTo(tx: Tx, by: SessionIdentity, before: Account, moved: string | undefined): Promise<void> {
    const account = await readAccount(tx, before.personId)
    const actor = await readAccount(tx, by.personId)
    if (moved !== undefined) await this.mails.queue(tx, 'emailChanged', addressee(before), { email: moved })
    await this.passwords.mailReset(tx, account, this.settings.recovery.lifetime, (link, expiresAt) => ({
      kind: 'accountRecovered', values: { link, by: actor?.name ?? '', until: readableInstant(expiresAt, before.lang) },
    }))
  }
}
