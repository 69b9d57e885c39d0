import { createHash } from 'node:crypto'
import type { Row, Tx } from '@saitaku/database'
import { z } from 'zod'
import { noteEvent } from '../identity-events.js'
import { refuse, type Answer } from '../refusals.js'
import { isAdministrators, lockAdministrators, PERIOD, someAdministratorRemains, type RolePeriod } from './roles.js'

type Connection = Pick<Tx, 'query'>

/** A rotation: at this instant each `from` hands their roles to their `to`. */
export interface Rotation {
  at: Date
  pairs: readonly { from: string; to: string }[]
  /** Only in these programmes, or in all. */
  programmes?: readonly string[] | undefined
}

const step = z.object({
  /** The grant that ends at the rotation, and when it would have ended. */
  periodId: z.string(), from: z.string(), to: z.string(), programme: z.string(), role: z.string(), formerEnd: z.string().nullable(),
  /** `has`: the successor holds the role already, so nothing is made for them. */
  successor: z.enum(['gets', 'has']),
})
const made = z.object({ steps: z.array(step), granted: z.array(z.string()) })

/** One role that changes hands. */
export type HandOverStep = z.output<typeof step>

export interface HandOverPlan {
  steps: HandOverStep[]
  /** Of what was shown: applying names it, and is refused when anything has changed since. */
  digest: string
}

interface Held extends RolePeriod {
  to: string
}

/** What a rotation would do, and changes nothing. */
export async function previewHandOver(on: Connection, rotation: Rotation): Promise<HandOverPlan> {
  const { at, pairs, programmes } = rotation
  const held = await on.query<Held>(
    `SELECT ${PERIOD}, pair.to_id AS "to" FROM unnest($2::uuid[], $3::uuid[]) WITH ORDINALITY AS pair(from_id, to_id, place)
       JOIN role_period r ON r.person_id = pair.from_id
     WHERE r.starts_at < $1 AND r.ends_at > $1 AND ($4::text[] IS NULL OR r.programme = ANY($4)) ORDER BY pair.place, r.programme, r.role, r.id`,
    [at, pairs.map(({ from }) => from), pairs.map(({ to }) => to), programmes ?? null],
  )
  const leaving = held.map(({ id }) => id)
  const steps: HandOverStep[] = []
  for (const { id, personId, to, programme, role, endsAt } of held) {
    const end = endsAt?.toISOString() ?? null
    steps.push({ periodId: id, from: personId, to, programme, role, formerEnd: end, successor: (await holds(on, to, programme, role, at, end, steps, leaving)) ? 'has' : 'gets' })
  }
  return { steps, digest: createHash('sha256').update(JSON.stringify([at.toISOString(), steps])).digest('hex') }
}

/**
 * Does what was previewed, all of it or nothing: the former grants end and the new ones begin at the same instant.
 * Refused when the roles have changed since the preview, and when no administrator would be left.
 */
export async function applyHandOver(tx: Tx, by: string | null, rotation: Rotation, digest: string): Promise<Answer<{ id: string; plan: HandOverPlan }>> {
  if (rotation.pairs.some(({ from, to }) => from === to)) return refuse('notOneself')
  await lockAdministrators(tx)
  await tx.query('LOCK TABLE role_period IN SHARE ROW EXCLUSIVE MODE')
  const known = await tx.query('SELECT id FROM person WHERE id = ANY($1)', [rotation.pairs.map(({ to }) => to)])
  if (known.length < new Set(rotation.pairs.map(({ to }) => to)).size) return refuse('unknownPerson')
  const plan = await previewHandOver(tx, rotation)
  if (plan.digest !== digest) return refuse('planChanged')
  if (plan.steps.length === 0) return refuse('nothingToDo')
  await tx.query('SAVEPOINT before_hand_over')
  const id = await write(tx, by, rotation.at, plan.steps)
  if (plan.steps.some(isAdministrators) && !(await someAdministratorRemains(tx, rotation.at))) {
    await tx.query('ROLLBACK TO SAVEPOINT before_hand_over')
    return refuse('lastAdministrator')
  }
  for (const { from, to } of rotation.pairs) {
    const roles = plan.steps.filter((each) => each.from === from && each.to === to).map(({ programme, role }) => `${programme}/${role}`)
    if (roles.length > 0) await noteEvent(tx, { kind: 'handedOver', personId: from, actorId: by, data: { id, to, at: rotation.at.toISOString(), roles } })
  }
  return { ok: true, id, plan }
}

async function write(tx: Tx, by: string | null, at: Date, steps: readonly HandOverStep[]): Promise<string> {
  const [row] = await tx.query<{ id: string }>(`INSERT INTO hand_over (at, plan, applied_by) VALUES ($1, '{}', $2) RETURNING id`, [at, by])
  if (!row) throw new Error('A rotation was not written')
  await tx.query('UPDATE role_period SET ends_at = $2 WHERE id = ANY($1)', [steps.map(({ periodId }) => periodId), at])
  const gets = steps.filter(({ successor }) => successor === 'gets')
  const granted = await tx.query<{ id: string }>(
    `INSERT INTO role_period (person_id, programme, role, starts_at, ends_at, granted_by, hand_over_id)
     SELECT g.person_id, g.programme, g.role, $1, coalesce(g.ends_at, 'infinity'::timestamptz), $2, $3
     FROM unnest($4::uuid[], $5::text[], $6::text[], $7::timestamptz[]) AS g(person_id, programme, role, ends_at) RETURNING id`,
    [at, by, row.id, gets.map(({ to }) => to), gets.map(({ programme }) => programme), gets.map(({ role }) => role), gets.map(({ formerEnd }) => formerEnd)],
  )
  await tx.query('UPDATE hand_over SET plan = $2 WHERE id = $1', [row.id, JSON.stringify({ steps, granted: granted.map(({ id }) => id) })])
  return row.id
}

/**
 * Takes a rotation back. One that is still to come leaves no trace in the roles; one that has come stays true of
 * the time until now, from which on the former people have their roles again. Refused when somebody has changed one
 * of these grants since.
 */
export async function undoHandOver(tx: Tx, by: string | null, id: string): Promise<Answer> {
  await lockAdministrators(tx)
  await tx.query('LOCK TABLE role_period IN SHARE ROW EXCLUSIVE MODE')
  const [row] = await tx.query<{ at: Date; plan: unknown }>('SELECT at, plan FROM hand_over WHERE id = $1 AND undone_at IS NULL FOR UPDATE', [id])
  if (!row) return refuse('unknownEntry')
  const { steps, granted } = made.parse(row.plan)
  const [untouched] = await tx.query<{ former: number; fresh: number }>(
    `SELECT (SELECT count(*)::int FROM role_period WHERE id = ANY($1) AND ends_at = $3) AS former,
       (SELECT count(*)::int FROM role_period r WHERE r.id = ANY($2) AND r.hand_over_id = $4 AND r.starts_at = $3
          AND r.ends_at IN (SELECT coalesce(e, 'infinity'::timestamptz) FROM unnest($5::timestamptz[]) AS e)) AS fresh`,
    [steps.map(({ periodId }) => periodId), granted, row.at, id, steps.map(({ formerEnd }) => formerEnd)],
  )
  if (untouched?.former !== steps.length || untouched.fresh !== granted.length) return refuse('changedSince')
  const former = [steps.map(({ periodId }) => periodId), steps.map(({ formerEnd }) => formerEnd)]
  await tx.query(
    `INSERT INTO role_period (person_id, programme, role, starts_at, ends_at, granted_by, hand_over_id)
     SELECT r.person_id, r.programme, r.role, moment.now, coalesce(s.ends_at, 'infinity'::timestamptz), $3, $4
     FROM unnest($1::uuid[], $2::timestamptz[]) AS s(id, ends_at) JOIN role_period r ON r.id = s.id, (SELECT app_now() AS now) moment
     WHERE r.ends_at <= moment.now AND coalesce(s.ends_at, 'infinity'::timestamptz) > moment.now`,
    [...former, by, id],
  )
  await tx.query(
    `UPDATE role_period r SET ends_at = coalesce(s.ends_at, 'infinity'::timestamptz) FROM unnest($1::uuid[], $2::timestamptz[]) AS s(id, ends_at)
     WHERE r.id = s.id AND r.ends_at > app_now()`,
    former,
  )
  await tx.query('UPDATE role_period SET ends_at = greatest(starts_at, app_now()) WHERE id = ANY($1)', [granted])
  await tx.query('UPDATE hand_over SET undone_by = $2, undone_at = clock_timestamp() WHERE id = $1', [id, by])
  for (const from of new Set(steps.map((each) => each.from))) await noteEvent(tx, { kind: 'handOverUndone', personId: from, actorId: by, data: { id } })
  return { ok: true }
}

export interface HandOverView extends Row {
  id: string
  at: Date
  appliedBy: string | null
  appliedAt: Date
  undoneAt: Date | null
  roles: number
}

export async function listHandOvers(on: Connection): Promise<HandOverView[]> {
  return on.query<HandOverView>(
    `SELECT id, at, applied_by AS "appliedBy", applied_at AS "appliedAt", undone_at AS "undoneAt", jsonb_array_length(plan -> 'steps') AS roles FROM hand_over ORDER BY applied_at DESC, id LIMIT 100`,
  )
}

/** Whether the successor holds the role for all of the time that is handed over and keeps it, or gets it from another step. */
async function holds(
  on: Connection, personId: string, programme: string, role: string, at: Date, end: string | null, steps: readonly HandOverStep[], leaving: readonly string[],
): Promise<boolean> {
  if (steps.some((each) => each.to === personId && each.programme === programme && each.role === role && each.successor === 'gets' && each.formerEnd === end)) return true
  const found = await on.query(
    `SELECT 1 FROM role_period WHERE person_id = $1 AND programme = $2 AND role = $3 AND starts_at <= $4 AND ends_at >= coalesce($5, 'infinity'::timestamptz)
       AND id <> ALL($6::uuid[]) LIMIT 1`,
    [personId, programme, role, at, end, leaving],
  )
  return found.length > 0
}
