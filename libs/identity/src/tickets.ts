import type { JsonObject } from '@saitaku/contracts'
import type { Row, Tx } from '@saitaku/database'
import type { KeyRing } from './key-ring.js'
import { hashToken, isToken, newToken } from './tokens.js'

export type TicketKind =
  | 'signInCode' | 'signUpCode' | 'emailCode' | 'secondFactor' | 'passkeySignIn' | 'passkeyRegistration' | 'openId'
  | 'passwordReset' | 'invitation' | 'firstAdministrator'

type Connection = Pick<Tx, 'query'>

export interface NewTicket {
  kind: TicketKind
  /** Seconds. */
  lifetime: number
  /** Null for a decoy: it looks and costs like any other, and nothing ever fits it. */
  personId: string | null
  data?: JsonObject
  /** What has to be typed beside the handle. */
  code?: string
  attempts?: number
}

export interface Ticket extends Row {
  personId: string | null
  data: JsonObject
}

/** A text that was put in when the ticket was made. */
export function noted({ data }: Pick<Ticket, 'data'>, name: string): string {
  const text = data[name]
  if (typeof text !== 'string') throw new Error(`A ticket holds no ${name}`)
  return text
}

/** A handle as it is handed out, and when it ends. */
export interface Handed {
  handle: string
  expiresAt: Date
}

/**
 * What is handed out once: a code, a link, half a sign-in. Only hashes are kept, and one statement both checks
 * and spends, so that of many who come at once with the same ticket one passes.
 */
export class Tickets {
  constructor(private readonly keys: KeyRing) {}

  async hand(on: Connection, { kind, lifetime, personId, data = {}, code, attempts = 1 }: NewTicket): Promise<Handed> {
    const handle = newToken()
    const secret = code === undefined ? null : this.keys.mac('code', kind, handle, code)
    const [row] = await on.query<{ expires_at: Date }>(
      `INSERT INTO ticket (handle_hash, kind, secret_hash, person_id, data, attempts_left, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp() + make_interval(secs => $7)) RETURNING expires_at`,
      [hashToken(handle), kind, secret, personId, JSON.stringify(data), attempts, lifetime],
    )
    if (!row) throw new Error('A ticket was not written')
    return { handle, expiresAt: row.expires_at }
  }

  /** Looks without spending. */
  async look(on: Connection, kind: TicketKind, handle: unknown): Promise<Ticket | undefined> {
    if (!isToken(handle)) return undefined
    const [row] = await on.query<Ticket>(
      `SELECT person_id AS "personId", data FROM ticket
       WHERE handle_hash = $1 AND kind = $2 AND used_at IS NULL AND attempts_left > 0 AND expires_at > clock_timestamp()`,
      [hashToken(handle), kind],
    )
    return row
  }

  /** Spends a ticket whose handle alone is enough. Undefined when it is unknown, used or too old. */
  async use(on: Connection, kind: TicketKind, handle: unknown): Promise<Ticket | undefined> {
    if (!isToken(handle)) return undefined
    const [row] = await on.query<Ticket>(
      `UPDATE ticket SET used_at = clock_timestamp() WHERE handle_hash = $1 AND kind = $2 AND secret_hash IS NULL
         AND used_at IS NULL AND attempts_left > 0 AND expires_at > clock_timestamp() RETURNING person_id AS "personId", data`,
      [hashToken(handle), kind],
    )
    return row
  }

  /** Takes one attempt off and, where the code fits, spends the ticket. */
  async useWithCode(on: Connection, kind: TicketKind, handle: unknown, code: string): Promise<(Ticket & { fits: boolean }) | undefined> {
    if (!isToken(handle)) return undefined
    const [row] = await on.query<Ticket & { secret: Buffer | null }>(
      `UPDATE ticket SET attempts_left = attempts_left - 1 WHERE handle_hash = $1 AND kind = $2
         AND used_at IS NULL AND attempts_left > 0 AND expires_at > clock_timestamp() RETURNING person_id AS "personId", data, secret_hash AS secret`,
      [hashToken(handle), kind],
    )
    if (!row) return undefined
    const fits = row.secret !== null && this.keys.matches(row.secret, 'code', kind, handle, code)
    // The row stays locked to the end of the transaction, so nobody passes in between.
    if (fits) await on.query('UPDATE ticket SET used_at = clock_timestamp() WHERE handle_hash = $1', [hashToken(handle)])
    return { personId: row.personId, data: row.data, fits }
  }

  /** Takes one attempt off a ticket that something else than a code decides. */
  async attempt(on: Connection, kind: TicketKind, handle: unknown): Promise<Ticket | undefined> {
    if (!isToken(handle)) return undefined
    const [row] = await on.query<Ticket>(
      `UPDATE ticket SET attempts_left = attempts_left - 1 WHERE handle_hash = $1 AND kind = $2
         AND used_at IS NULL AND attempts_left > 0 AND expires_at > clock_timestamp() RETURNING person_id AS "personId", data`,
      [hashToken(handle), kind],
    )
    return row
  }

  /** Spends a ticket of which an attempt was taken in the same transaction. */
  async spend(on: Connection, handle: string): Promise<void> {
    await on.query('UPDATE ticket SET used_at = clock_timestamp() WHERE handle_hash = $1', [hashToken(handle)])
  }

  async note(on: Connection, handle: string, data: JsonObject): Promise<void> {
    await on.query('UPDATE ticket SET data = data || $2 WHERE handle_hash = $1', [hashToken(handle), JSON.stringify(data)])
  }

  /** Voids what was handed out for a person and not used yet: of some kinds, or all. */
  async void(on: Connection, personId: string, kinds?: readonly TicketKind[]): Promise<void> {
    await on.query('UPDATE ticket SET used_at = clock_timestamp() WHERE person_id = $1 AND used_at IS NULL AND ($2::text[] IS NULL OR kind = ANY($2))', [personId, kinds ?? null])
  }
}
