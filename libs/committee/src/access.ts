import type { Actor, Connection } from './connection.js'
import type { StageKey } from './journal.js'
import { refuse } from './refusal.js'

/** What a person is to a stage of review. */
export interface Seat {
  /** In its panel. */
  member: boolean
  chair: boolean
  /** Prepares the panel's work: the programme's secretariat. Not a member of the panel by that. */
  office: boolean
  /** Decides on what the panel recommends. */
  approver: boolean
}

const OFFICE_ROLES = ['secretariat']
const APPROVER_ROLES = ['approver']
const CHAIR_ROLES = ['chair']

/**
 * What this person is to the stage. The one place that knows how roles and panel seats come together: whoever
 * is in the panel sees as a member, also where they have a role of the office, so that a blind stage stays blind to them.
 */
export async function seatOf(on: Connection, { callId, stage }: StageKey, { id, roles }: Actor): Promise<Seat> {
  const [row] = await on.query<{ role: string }>('SELECT role FROM panel_member WHERE call_id = $1 AND stage = $2 AND person_id = $3', [callId, stage, id])
  const holds = (names: readonly string[]): boolean => names.some((name) => roles.includes(name))
  return { member: row !== undefined, chair: row?.role === 'chair' || (row === undefined && holds(CHAIR_ROLES)), office: holds(OFFICE_ROLES) && row === undefined, approver: holds(APPROVER_ROLES) && row === undefined }
}

/** Prepares panels, assignments, conflicts of interest. */
export function mustBeOffice({ office }: Seat): void {
  if (!office) throw refuse('role', 'この操作ができるのは事務局だけです', 'Only the secretariat may do this')
}

/** Sees rankings and takes part in the deliberation. */
export function mustSeeOutcome({ office, member, chair, approver }: Seat): void {
  if (!office && !member && !chair && !approver) throw refuse('role', '審査の内容を見られるのは、審査委員・事務局・決裁権者だけです', 'Only the panel, the secretariat and the approvers may see this')
}

export function mustLead({ office, chair }: Seat): void {
  if (!office && !chair) throw refuse('role', 'この操作ができるのは、委員長と事務局だけです', 'Only the chair and the secretariat may do this')
}

export function mustChair({ chair }: Seat): void {
  if (!chair) throw refuse('role', 'この操作ができるのは委員長だけです', 'Only the chair may do this')
}

/** Applications of a stage from which a member of its panel is recused: they see nothing of these, neither files nor scores. */
export async function recusedApplications(on: Connection, { callId, stage }: StageKey, { id }: Actor, { member }: Seat): Promise<string[]> {
  if (!member) return []
  const rows = await on.query<{ id: string }>(`SELECT application_id AS id FROM review_assignment WHERE call_id = $1 AND stage = $2 AND reviewer_id = $3 AND state = 'recused' ORDER BY 1`, [callId, stage, id])
  return rows.map((row) => row.id)
}
