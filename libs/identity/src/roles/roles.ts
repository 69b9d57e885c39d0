import type { Row, Tx } from '@saitaku/database'
import { ADMINISTRATOR, EVERY_PROGRAMME } from '../accounts.js'
import { noteEvent } from '../identity-events.js'
import { refuse, type Answer } from '../refusals.js'

type Connection = Pick<Tx, 'query'>

/** A role that a person holds at an instant. */
export interface HeldRole extends Row {
  programme: string
  role: string
  /** Null where no end is set. */
  until: Date | null
  /** For whom, where it is held as a substitute. */
  actingFor: string | null
}

/** A grant with its dates; null where one is open. */
export interface RolePeriod extends Row {
  id: string
  personId: string
  programme: string
  role: string
  startsAt: Date | null
  endsAt: Date | null
  grantedBy: string | null
}

export interface NewRole {
  personId: string
  programme: string
  role: string
  /** From now on unless given. */
  startsAt?: Date | undefined
  /** Without an end unless given. */
  endsAt?: Date | null | undefined
}

const FINITE = (column: string): string => `CASE WHEN isfinite(${column}) THEN ${column} END`
export const PERIOD = `id, person_id AS "personId", programme, role, ${FINITE('starts_at')} AS "startsAt", ${FINITE('ends_at')} AS "endsAt", granted_by AS "grantedBy"`

/**
 * The roles of a person at an instant of the service's clock, now unless given: their own, and those of people they
 * stand in for then. The view `role_grant` says the same of now.
 */
export async function rolesOf(on: Connection, personId: string, at?: Date): Promise<HeldRole[]> {
  return on.query<HeldRole>(
    `WITH moment AS (SELECT coalesce($2::timestamptz, app_now()) AS at),
     held AS (SELECT r.* FROM role_period r, moment WHERE r.starts_at <= moment.at AND r.ends_at > moment.at)
     SELECT programme, role, ${FINITE('ends_at')} AS until, NULL::uuid AS "actingFor" FROM held WHERE person_id = $1
     UNION ALL
     SELECT held.programme, held.role, ${FINITE('least(held.ends_at, s.ends_at)')}, s.absent_id
       FROM substitution s JOIN held ON held.person_id = s.absent_id, moment
      WHERE s.substitute_id = $1 AND s.starts_at <= moment.at AND s.ends_at > moment.at
        AND (s.programme IS NULL OR s.programme = held.programme) AND (s.role = held.role OR s.role IS NULL AND held.role <> '${ADMINISTRATOR}')
     ORDER BY programme, role, "actingFor" NULLS FIRST`,
    [personId, at ?? null],
  )
}

/** All grants of a person, past and coming ones too, or all of a programme. */
export async function listRoles(on: Connection, of: { personId: string } | { programme: string }): Promise<RolePeriod[]> {
  const [column, value] = 'personId' in of ? ['person_id', of.personId] : ['programme', of.programme]
  return on.query<RolePeriod>(`SELECT ${PERIOD} FROM role_period WHERE ${column} = $1 AND starts_at < ends_at ORDER BY starts_at, programme, role, id`, [value])
}

/** Gives a role for a time. Where the person holds it for all of that time already, that grant stands. */
export async function grantRole(tx: Tx, by: string | null, { personId, programme, role, startsAt, endsAt }: NewRole): Promise<Answer<{ id: string }>> {
  if (startsAt && endsAt && startsAt >= endsAt) return refuse('badPeriod')
  const known = await tx.query('SELECT 1 FROM person WHERE id = $1', [personId])
  if (known.length === 0) return refuse('unknownPerson')
  const [covered] = await tx.query<{ id: string }>(
    `SELECT id FROM role_period WHERE person_id = $1 AND programme = $2 AND role = $3
       AND starts_at <= coalesce($4, app_now()) AND ends_at >= coalesce($5, 'infinity'::timestamptz) LIMIT 1`,
    [personId, programme, role, startsAt ?? null, endsAt ?? null],
  )
  if (covered) return { ok: true, id: covered.id }
  const [row] = await tx.query<{ id: string }>(
    `INSERT INTO role_period (person_id, programme, role, starts_at, ends_at, granted_by)
     VALUES ($1, $2, $3, coalesce($4, app_now()), coalesce($5, 'infinity'::timestamptz), $6) RETURNING id`,
    [personId, programme, role, startsAt ?? null, endsAt ?? null, by],
  )
  if (!row) throw new Error('A role was not written')
  const dates = { startsAt: startsAt?.toISOString() ?? null, endsAt: endsAt?.toISOString() ?? null }
  await noteEvent(tx, { kind: 'roleGranted', personId, actorId: by, data: { id: row.id, programme, role, ...dates } })
  return { ok: true, id: row.id }
}

/** Ends a grant at an instant, now unless given; one that has not begun never does. The last administrator stays one. */
export async function endRole(tx: Tx, by: string | null, { id, at }: { id: string; at?: Date }): Promise<Answer> {
  await lockAdministrators(tx)
  const [period] = await tx.query<RolePeriod>(`SELECT ${PERIOD} FROM role_period WHERE id = $1 AND ends_at > coalesce($2, app_now()) AND starts_at < ends_at FOR UPDATE`, [id, at ?? null])
  if (!period) return refuse('unknownEntry')
  await tx.query('SAVEPOINT before_end')
  await tx.query('UPDATE role_period SET ends_at = greatest(starts_at, coalesce($2, app_now())) WHERE id = $1', [id, at ?? null])
  if (isAdministrators(period) && !(await someAdministratorRemains(tx, at))) {
    await tx.query('ROLLBACK TO SAVEPOINT before_end')
    return refuse('lastAdministrator')
  }
  await noteEvent(tx, { kind: 'roleEnded', personId: period.personId, actorId: by, data: { id, programme: period.programme, role: period.role, at: at?.toISOString() ?? null } })
  return { ok: true }
}

export const isAdministrators = ({ programme, role }: Pick<RolePeriod, 'programme' | 'role'>): boolean => programme === EVERY_PROGRAMME && role === ADMINISTRATOR

/** Whoever takes administrators away comes one after the other, so that two cannot each leave the other as the last. */
export async function lockAdministrators(tx: Tx): Promise<void> {
  await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('saitaku.identity.administrators', 0))`)
}

/** Whether somebody who can sign in is an administrator at that instant, now unless given, and for good. */
export async function someAdministratorRemains(on: Connection, at?: Date): Promise<boolean> {
  const found = await on.query(
    `SELECT 1 FROM role_period r JOIN account a ON a.person_id = r.person_id AND a.disabled_at IS NULL
     WHERE r.programme = $1 AND r.role = $2 AND r.starts_at <= coalesce($3, app_now()) AND r.ends_at = 'infinity' LIMIT 1`,
    [EVERY_PROGRAMME, ADMINISTRATOR, at ?? null],
  )
  return found.length > 0
}
