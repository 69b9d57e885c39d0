import type { Database, Row, Tx } from '@saitaku/database'
import { lockAccount } from '../accounts.js'
import { deviceLabel } from '../device.js'
import { noteEvent } from '../identity-events.js'
import type { KeyRing } from '../key-ring.js'
import { refuse, type Answer, type Refused } from '../refusals.js'
import type { IdentitySettings } from '../settings.js'
import { hashToken, isToken, newToken } from '../tokens.js'
import type { Visit } from '../visit.js'
import { SessionMemory, type SessionIdentity } from './session-memory.js'

/** How often a busy process looks which sessions ended, in milliseconds. Well below what its memory is trusted for. */
const LOOK_EVERY = 400

const LOOK = `pg_snapshot_xmin(pg_current_snapshot())::text AS horizon, ARRAY(SELECT session_id FROM session_end WHERE xact >= $1::bigint) AS ended`

// One trip: the session, the note that it was used (at most every so often), and which other sessions ended.
const AUTHENTICATE = `
  WITH live AS (
    SELECT s.id, s.person_id, s.methods, s.second_factor, s.started_at, s.authenticated_at, s.expires_at, s.seen_at,
      1000 * extract(epoch FROM least(s.expires_at, greatest(s.seen_at, clock_timestamp()) + make_interval(secs => $3)) - clock_timestamp())::float8 AS left_ms
    FROM session s WHERE s.token_hash = $2 AND s.expires_at > clock_timestamp() AND s.seen_at > clock_timestamp() - make_interval(secs => $3)),
  seen AS (
    UPDATE session s SET seen_at = clock_timestamp() FROM live WHERE s.id = live.id AND live.seen_at < clock_timestamp() - make_interval(secs => $4))
  SELECT live.*, ${LOOK} FROM (SELECT 1) one LEFT JOIN live ON true`

interface LookRow extends Row {
  horizon: string
  ended: string[]
}

interface AuthenticateRow extends LookRow {
  id: string | null
  person_id: string
  methods: string[]
  second_factor: boolean
  started_at: Date
  authenticated_at: Date
  expires_at: Date
  left_ms: number
}

/** A session as its owner sees it in a list. */
export interface SessionView extends Row {
  id: string
  device: string
  address: string
  methods: string[]
  secondFactor: boolean
  startedAt: Date
  authenticatedAt: Date
  seenAt: Date
  expiresAt: Date
  current: boolean
}

/** Sessions that a transaction ends or changes; this process forgets them as soon as it is over. */
export type Gone = Set<string>

export interface OpenedSession {
  token: string
  session: SessionIdentity
}

interface OpenedRow extends Row {
  id: string
  started_at: Date
  authenticated_at: Date
  expires_at: Date
}

export interface Proof {
  personId: string
  methods: readonly string[]
  secondFactor: boolean
}

/** Opaque sessions: the browser has a random token, the record its hash. */
export class Sessions {
  private readonly memory = new SessionMemory()
  private lastLook = -Infinity

  constructor(
    private readonly database: Database,
    private readonly keys: KeyRing,
    private readonly settings: IdentitySettings,
  ) {}

  /**
   * Who carries this token: from memory without a trip to the database, else with one. Null for a token that is
   * unknown, ended, or too old. A session that ended is unknown at once in this process and within a second in
   * every other.
   */
  async authenticate(token: unknown): Promise<SessionIdentity | null> {
    if (!isToken(token)) return null
    const hash = hashToken(token)
    const key = hash.toString('base64')
    const known = this.memory.recall(key)
    if (!known) return this.read(key, hash)
    if (performance.now() - this.lastLook > LOOK_EVERY) void this.look()
    return known
  }

  /** The value that a form or a script sends beside the cookie, derived from the token and so never stored. */
  csrfToken(token: string): string {
    return this.keys.mac('csrf', token).toString('base64url')
  }

  csrfFits(token: string, given: unknown): boolean {
    return isToken(given) && this.keys.matches(Buffer.from(given, 'base64url'), 'csrf', token)
  }

  async list(by: SessionIdentity): Promise<SessionView[]> {
    return this.database.query<SessionView>(
      `SELECT id, device, address, methods, second_factor AS "secondFactor", started_at AS "startedAt", authenticated_at AS "authenticatedAt",
         seen_at AS "seenAt", expires_at AS "expiresAt", id = $2 AS current
       FROM session WHERE person_id = $1 AND expires_at > clock_timestamp() AND seen_at > clock_timestamp() - make_interval(secs => $3)
       ORDER BY seen_at DESC, id`,
      [by.personId, by.sessionId, this.settings.session.idle],
    )
  }

  /** Ends one of one's own sessions. */
  async end(by: SessionIdentity, sessionId: string): Promise<Answer> {
    return this.changing(async (tx, gone) => {
      const ended = await this.delete(tx, gone, `person_id = $1 AND id = $2`, [by.personId, sessionId])
      if (ended === 0) return refuse('unknownEntry')
      await noteEvent(tx, { kind: 'sessionEnded', personId: by.personId, sessionId })
      return { ok: true }
    })
  }

  /** Ends all of one's own sessions but this one, and says how many. */
  async endOthers(by: SessionIdentity): Promise<number> {
    return this.changing(async (tx, gone) => {
      const ended = await this.endAllOf(tx, gone, by.personId, by.sessionId)
      await noteEvent(tx, { kind: 'sessionsEnded', personId: by.personId, sessionId: by.sessionId, data: { ended } })
      return ended
    })
  }

  /** Ends the session of a token, whichever it is. A token without a session is no mistake: the person is signed out. */
  async signOut(token: unknown): Promise<void> {
    if (!isToken(token)) return
    await this.changing(async (tx, gone) => {
      const [row] = await tx.query<{ id: string; person_id: string }>('DELETE FROM session WHERE token_hash = $1 RETURNING id, person_id', [hashToken(token)])
      if (!row) return
      gone.add(row.id)
      await noteEvent(tx, { kind: 'sessionEnded', personId: row.person_id, sessionId: row.id })
    })
  }

  /** A transaction that may end sessions. What it ended is forgotten whether or not its commit was heard of. */
  async changing<T>(work: (tx: Tx, gone: Gone) => Promise<T>): Promise<T> {
    const gone: Gone = new Set()
    try {
      return await this.database.transaction((tx) => work(tx, gone))
    } finally {
      for (const id of gone) this.memory.forget(id)
    }
  }

  /**
   * Opens a session, always under a new token. Where the visit carries a session of the same person, that one goes
   * on under the new token with its proof renewed (a step up); another person's ends.
   */
  async open(tx: Tx, gone: Gone, proof: Proof, visit: Visit): Promise<OpenedSession & { steppedUp: boolean }> {
    const carried = isToken(visit.token) ? await this.carried(tx, hashToken(visit.token)) : undefined
    if (carried?.person_id === proof.personId) return { ...(await this.renew(tx, gone, carried.id, proof, true)), steppedUp: true }
    if (carried) await this.delete(tx, gone, 'id = $1', [carried.id])
    const token = newToken()
    const [row] = await tx.query<OpenedRow>(
      `INSERT INTO session (token_hash, person_id, methods, second_factor, device, address, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp() + make_interval(secs => $7)) RETURNING id, started_at, authenticated_at, expires_at`,
      [hashToken(token), proof.personId, proof.methods, proof.secondFactor, deviceLabel(visit.userAgent), visit.address.slice(0, 100), this.settings.session.absolute],
    )
    if (!row) throw new Error('A session was not written')
    await this.delete(
      tx, gone, `person_id = $1 AND id NOT IN (SELECT id FROM session WHERE person_id = $1 ORDER BY id = $2 DESC, seen_at DESC LIMIT $3)`,
      [proof.personId, row.id, this.settings.session.atMost],
    )
    return { token, session: identityOf(row, proof), steppedUp: false }
  }

  /**
   * Gives a session a new token at once, since what it may do has changed. The former token is dead. Only where the
   * person proved anew who they are does its time begin anew.
   */
  async renew(tx: Tx, gone: Gone, sessionId: string, proof: Proof, provenAnew = false): Promise<OpenedSession> {
    const token = newToken()
    const [row] = await tx.query<OpenedRow>(
      `UPDATE session SET token_hash = $2, methods = $3, second_factor = $4, seen_at = clock_timestamp(),
         authenticated_at = CASE WHEN $5 THEN clock_timestamp() ELSE authenticated_at END,
         expires_at = CASE WHEN $5 THEN clock_timestamp() + make_interval(secs => $6) ELSE expires_at END
       WHERE id = $1 RETURNING id, started_at, authenticated_at, expires_at`,
      [sessionId, hashToken(token), proof.methods, proof.secondFactor, provenAnew, this.settings.session.absolute],
    )
    if (!row) throw new Error('The session ended while it was renewed')
    gone.add(sessionId)
    return { token, session: identityOf(row, proof) }
  }

  async endAllOf(tx: Tx, gone: Gone, personId: string, except?: string): Promise<number> {
    return this.delete(tx, gone, 'person_id = $1 AND id IS DISTINCT FROM $2::uuid', [personId, except ?? null])
  }

  /**
   * Whether a session is alive and its person proved who they are within the last minutes; undefined when so. Asked
   * in the transaction that acts on it, which holds the account and the session until then: in this order everywhere,
   * then tickets and factors, so that no two wait for each other.
   */
  async refuseUnlessFresh(tx: Tx, { sessionId, personId }: Pick<SessionIdentity, 'sessionId' | 'personId'>): Promise<Refused | undefined> {
    await lockAccount(tx, personId, 'UPDATE')
    const [row] = await tx.query<{ fresh: boolean }>(
      `SELECT authenticated_at > clock_timestamp() - make_interval(secs => $3) AS fresh FROM session
       WHERE id = $1 AND person_id = $2 AND expires_at > clock_timestamp() FOR UPDATE`,
      [sessionId, personId, this.settings.session.fresh],
    )
    if (!row) return refuse('signedOut')
    return row.fresh ? undefined : refuse('stepUpNeeded')
  }

  private async read(key: string, hash: Buffer): Promise<SessionIdentity | null> {
    const { idle, recheck } = this.settings.session
    const sent = this.sendLook()
    const { rows } = await this.database.pool.query<AuthenticateRow>({ name: 'identity.authenticate', text: AUTHENTICATE, values: [sent.from, hash, idle, Math.min(recheck, idle / 2)] })
    const [row] = rows
    if (!row) throw new Error('The look at a session answered nothing')
    const look = { ...sent, horizon: row.horizon, ended: row.ended }
    this.memory.heard(look)
    if (row.id === null) return null
    const identity = identityOf({ ...row, id: row.id }, { personId: row.person_id, methods: row.methods, secondFactor: row.second_factor })
    this.memory.remember(key, identity, Math.min(row.left_ms, recheck * 1000), look)
    return identity
  }

  private async look(): Promise<void> {
    const sent = this.sendLook()
    try {
      const { rows } = await this.database.pool.query<LookRow>({ name: 'identity.look', text: `SELECT ${LOOK}`, values: [sent.from] })
      const [row] = rows
      if (row) this.memory.heard({ ...sent, horizon: row.horizon, ended: row.ended })
    } catch {
      // Memory is not trusted until a look succeeds; the next request then asks the database and meets the error itself.
    }
  }

  private sendLook(): { sentAt: number; from: string | null } {
    this.lastLook = performance.now()
    return { sentAt: this.lastLook, from: this.memory.horizon }
  }

  private async carried(tx: Tx, hash: Buffer): Promise<{ id: string; person_id: string } | undefined> {
    const [row] = await tx.query<{ id: string; person_id: string }>(
      `SELECT id, person_id FROM session WHERE token_hash = $1 AND expires_at > clock_timestamp() AND seen_at > clock_timestamp() - make_interval(secs => $2) FOR UPDATE`,
      [hash, this.settings.session.idle],
    )
    return row
  }

  private async delete(tx: Tx, gone: Gone, where: string, values: readonly unknown[]): Promise<number> {
    const rows = await tx.query<{ id: string }>(`DELETE FROM session WHERE ${where} RETURNING id`, values)
    for (const { id } of rows) gone.add(id)
    return rows.length
  }
}

function identityOf({ id, started_at, authenticated_at, expires_at }: OpenedRow, { personId, methods, secondFactor }: Proof): SessionIdentity {
  return { sessionId: id, personId, methods, secondFactor, startedAt: started_at, authenticatedAt: authenticated_at, expiresAt: expires_at }
}
