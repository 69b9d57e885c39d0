import type { Database, Row, Tx } from '@saitaku/database'
import { createAccount, findAccount, readAccount, type Account } from './accounts.js'
import { readEmail } from './email.js'
import { noteEvent } from './identity-events.js'
import { readableInstant, type Mails } from './mails/mails.js'
import type { Passwords } from './passwords/passwords.js'
import { refuse, type Answer } from './refusals.js'
import { grantRole } from './roles/roles.js'
import type { SessionIdentity } from './sessions/session-memory.js'
import type { Sessions } from './sessions/sessions.js'
import type { IdentitySettings, Language } from './settings.js'
import type { Admission, SignInAnswer } from './sign-in/admission.js'
import type { Ticket, Tickets } from './tickets.js'
import { hashToken } from './tokens.js'
import type { Visit } from './visit.js'

export interface NewInvitation {
  email: string
  name: string
  kana?: string | undefined
  lang?: Language | undefined
  programme: string
  role: string
  /** The role as the mail names it. */
  label: string
  startsAt?: Date | undefined
  endsAt?: Date | undefined
  /** A person who is in the record already and has no account. */
  personId?: string | undefined
}

/** What the page shows to whoever follows the link. */
export interface InvitationView {
  name: string
  email: string
  programme: string
  role: string
  label: string
  /** Then they sign in and accept; otherwise they make their account here. */
  hasAccount: boolean
}

export interface OpenInvitation extends Row {
  id: string
  email: string
  name: string
  programme: string
  role: string
  createdAt: Date
  expiresAt: Date
}

interface Invitation {
  email: string
  emailKey: string
  name: string
  kana: string
  lang: Language
  programme: string
  role: string
  label: string
  startsAt: string | null
  endsAt: string | null
  personId: string | null
  invitedBy: string
}

/** A mail that offers somebody a role. Whether the inviter may is for the caller, who knows the roles. */
export class Invitations {
  constructor(
    private readonly database: Database,
    private readonly sessions: Sessions,
    private readonly admission: Admission,
    private readonly tickets: Tickets,
    private readonly passwords: Passwords,
    private readonly mails: Mails,
    private readonly settings: IdentitySettings,
  ) {}

  /** Invites; a former invitation of this address to the same role is void. */
  async invite(tx: Tx, by: string, wanted: NewInvitation): Promise<Answer<{ id: string; expiresAt: Date }>> {
    const email = readEmail(wanted.email)
    const inviter = await readAccount(tx, by)
    if (!email) return refuse('badEmail')
    if (!inviter) return refuse('unknownPerson')
    if (wanted.startsAt && wanted.endsAt && wanted.startsAt >= wanted.endsAt) return refuse('badPeriod')
    const lang = wanted.lang ?? 'ja'
    const data: Invitation = {
      email: email.address, emailKey: email.key, name: wanted.name, kana: wanted.kana ?? '', lang, programme: wanted.programme, role: wanted.role, label: wanted.label,
      startsAt: wanted.startsAt?.toISOString() ?? null, endsAt: wanted.endsAt?.toISOString() ?? null, personId: wanted.personId ?? null, invitedBy: by,
    }
    await tx.query(
      `UPDATE ticket SET used_at = clock_timestamp() WHERE kind = 'invitation' AND used_at IS NULL
         AND data ->> 'emailKey' = $1 AND data ->> 'programme' = $2 AND data ->> 'role' = $3`,
      [email.key, wanted.programme, wanted.role],
    )
    const { handle, expiresAt } = await this.tickets.hand(tx, { kind: 'invitation', personId: null, lifetime: this.settings.invitation.lifetime, data: { ...data } })
    const to = { personId: wanted.personId ?? null, name: wanted.name, address: email.address, lang }
    const values = { by: inviter.name, what: wanted.label, link: this.mails.link('invitation', handle), until: readableInstant(expiresAt, lang) }
    await this.mails.queue(tx, 'invitation', to, values, this.settings.invitation.lifetime)
    await noteEvent(tx, { kind: 'invited', personId: wanted.personId ?? null, actorId: by, data: { email: email.address, programme: wanted.programme, role: wanted.role } })
    return { ok: true, id: idOf(handle), expiresAt }
  }

  /** Those of a programme that wait for an answer, or all. */
  async list(programme?: string): Promise<OpenInvitation[]> {
    return this.database.query<OpenInvitation>(
      `SELECT left(encode(handle_hash, 'hex'), 32) AS id, data ->> 'email' AS email, data ->> 'name' AS name, data ->> 'programme' AS programme, data ->> 'role' AS role,
         created_at AS "createdAt", expires_at AS "expiresAt" FROM ticket
       WHERE kind = 'invitation' AND used_at IS NULL AND expires_at > clock_timestamp() AND ($1::text IS NULL OR data ->> 'programme' = $1) ORDER BY created_at DESC`,
      [programme ?? null],
    )
  }

  async withdraw(tx: Tx, by: string, id: string): Promise<Answer> {
    const [row] = await tx.query<{ email: string }>(
      `UPDATE ticket SET used_at = clock_timestamp() WHERE kind = 'invitation' AND used_at IS NULL AND left(encode(handle_hash, 'hex'), 32) = $1 RETURNING data ->> 'email' AS email`,
      [id],
    )
    if (!row) return refuse('unknownEntry')
    await noteEvent(tx, { kind: 'invitationWithdrawn', personId: null, actorId: by, data: { email: row.email } })
    return { ok: true }
  }

  async read(token: unknown): Promise<InvitationView | undefined> {
    const ticket = await this.tickets.look(this.database, 'invitation', token)
    if (!ticket) return undefined
    const { name, email, emailKey, programme, role, label } = invitationOf(ticket)
    return { name, email, programme, role, label, hasAccount: (await findAccount(this.database, emailKey)) !== undefined }
  }

  /** Somebody without an account makes one, with the address that the invitation came to. */
  async acceptAsNew(given: { token: string; name?: string; kana?: string; password?: string }, visit: Visit): Promise<SignInAnswer> {
    const asked = await this.tickets.look(this.database, 'invitation', given.token)
    if (!asked) return refuse('expired')
    const offered = invitationOf(asked)
    const who = { name: given.name ?? offered.name, kana: given.kana ?? offered.kana, email: offered.email }
    const hashed = given.password === undefined ? undefined : await this.passwords.hash(given.password, who)
    if (hashed && !hashed.ok) return hashed
    return this.sessions.changing(async (tx, gone) => {
      // Looked at before it is spent: whoever has an account still needs the link after signing in.
      if (await findAccount(tx, offered.emailKey)) return refuse('signInToAccept')
      const ticket = await this.tickets.use(tx, 'invitation', given.token)
      if (!ticket) return refuse('expired')
      const personId = await createAccount(tx, { ...who, email: { address: offered.email, key: offered.emailKey }, lang: offered.lang, passwordHash: hashed?.hash ?? null, personId: offered.personId ?? undefined })
      if (personId === undefined) return refuse('addressTaken')
      await noteEvent(tx, { kind: 'accountCreated', personId, address: visit.address, data: { by: 'invitation' } })
      const taken = await this.take(tx, personId, offered)
      return taken.ok ? this.admission.admit(tx, gone, { personId, methods: ['invitation'], secondFactor: false }, visit) : taken
    })
  }

  /** Somebody with an account accepts while signed in to it: the link alone opens nothing that exists. */
  async acceptAsSignedIn(by: SessionIdentity, token: string): Promise<Answer> {
    return this.database.transaction(async (tx) => {
      const asked = await this.tickets.look(tx, 'invitation', token)
      if (!asked) return refuse('expired')
      const offered = invitationOf(asked)
      const account: Account | undefined = await readAccount(tx, by.personId)
      if (account?.emailKey !== offered.emailKey) return refuse('otherPerson')
      if (!(await this.tickets.use(tx, 'invitation', token))) return refuse('expired')
      return this.take(tx, by.personId, offered)
    })
  }

  private async take(tx: Tx, personId: string, { programme, role, startsAt, endsAt, invitedBy }: Invitation): Promise<Answer> {
    const granted = await grantRole(tx, invitedBy, { personId, programme, role, startsAt: dateOf(startsAt), endsAt: dateOf(endsAt) })
    if (!granted.ok) return granted
    await noteEvent(tx, { kind: 'invitationAccepted', personId, data: { programme, role, invitedBy } })
    return { ok: true }
  }
}

const invitationOf = ({ data }: Ticket): Invitation => data as unknown as Invitation
const dateOf = (text: string | null): Date | undefined => (text === null ? undefined : new Date(text))

/** By which a list names it: the first half of its hash, from which the link cannot be found. */
const idOf = (handle: string): string => hashToken(handle).toString('hex').slice(0, 32)
