import type { Row } from '@saitaku/database'
import type { Stage } from '@saitaku/review'
import type { JsonObject } from '@saitaku/statechart'
import type { Connection } from './connection.js'
import type { StageKey } from './journal.js'

/** An application that is judged in a stage. */
export interface Candidate {
  id: string
  organisationId: string | null
  attributes: JsonObject
}

/** Which applications are judged in a stage, as a condition on a case's row. `place` is SQL: the state that the rubric names, or null. */
export const judgedIn = (place: string, row = 'c'): string =>
  `NOT ${row}.done AND CASE WHEN ${place}::text IS NULL THEN ${row}.phase = 'judged' ELSE EXISTS (SELECT 1 FROM unnest(${row}.states) st WHERE st = ${place} OR starts_with(st, ${place} || '.')) END`

/** Those that are judged now, by id. */
export async function candidatesOf(on: Connection, { callId }: StageKey, rubric: Stage): Promise<Candidate[]> {
  return on.query<Candidate & Row>(
    `SELECT c.id, c.organisation_id AS "organisationId", c.state->'attributes' AS attributes FROM cases c WHERE c.parent_id = $1 AND ${judgedIn('$2')} ORDER BY c.id`, [callId, rubric.scoring?.applications ?? null])
}
