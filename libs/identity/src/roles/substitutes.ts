import type { Row, Tx } from '@saitaku/database'
import { noteEvent } from '../identity-events.js'
import { refuse, type Answer } from '../refusals.js'

type Connection = Pick<Tx, 'query'>

export interface NewSubstitute {
  absentId: string
  substituteId: string
  /** Of one programme only, or of all. */
  programme?: string | undefined
  /** One role only, or all but the administrator's, which is lent by name alone. */
  role?: string | undefined
  startsAt?: Date | undefined
  endsAt: Date
}

export interface Substitute extends Row {
  id: string
  absentId: string
  substituteId: string
  programme: string | null
  role: string | null
  startsAt: Date
  endsAt: Date
}

const COLUMNS = `id, absent_id AS "absentId", substitute_id AS "substituteId", programme, role, starts_at AS "startsAt", ends_at AS "endsAt"`

/**
 * Somebody stands in for somebody else from a day to a day. Only what the absent person holds by themself is lent,
 * and only while they hold it; a substitute does not pass it on. An end is always set: an absence has one.
 */
export async function nameSubstitute(tx: Tx, by: string | null, { absentId, substituteId, programme, role, startsAt, endsAt }: NewSubstitute): Promise<Answer<{ id: string }>> {
  if (absentId === substituteId) return refuse('notOneself')
  const known = await tx.query('SELECT id FROM person WHERE id = ANY($1)', [[absentId, substituteId]])
  if (known.length < 2) return refuse('unknownPerson')
  const [row] = await tx.query<{ id: string }>(
    `INSERT INTO substitution (absent_id, substitute_id, programme, role, starts_at, ends_at, named_by)
     SELECT $1, $2, $3, $4, d.starts_at, $6, $7 FROM (SELECT coalesce($5::timestamptz, app_now()) AS starts_at) d WHERE d.starts_at < $6::timestamptz RETURNING id`,
    [absentId, substituteId, programme ?? null, role ?? null, startsAt ?? null, endsAt, by],
  )
  if (!row) return refuse('badPeriod')
  const data = { id: row.id, absentId, programme: programme ?? null, role: role ?? null, startsAt: startsAt?.toISOString() ?? null, endsAt: endsAt.toISOString() }
  await noteEvent(tx, { kind: 'substituteNamed', personId: substituteId, actorId: by, data })
  return { ok: true, id: row.id }
}

/** Ends it now; one that has not begun never does. */
export async function endSubstitute(tx: Tx, by: string | null, id: string): Promise<Answer> {
  const [row] = await tx.query<{ substitute_id: string; absent_id: string }>(
    'UPDATE substitution SET ends_at = greatest(starts_at, app_now()) WHERE id = $1 AND ends_at > app_now() AND starts_at < ends_at RETURNING substitute_id, absent_id', [id],
  )
  if (!row) return refuse('unknownEntry')
  await noteEvent(tx, { kind: 'substituteEnded', personId: row.substitute_id, actorId: by, data: { id, absentId: row.absent_id } })
  return { ok: true }
}

/** Those of a person, on either side, that are not over. */
export async function listSubstitutes(on: Connection, personId: string): Promise<Substitute[]> {
  return on.query<Substitute>(`SELECT ${COLUMNS} FROM substitution WHERE (absent_id = $1 OR substitute_id = $1) AND ends_at > app_now() AND starts_at < ends_at ORDER BY starts_at, id`, [personId])
}
