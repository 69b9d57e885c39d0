import { formatInstant } from '@saitaku/calendar'
import type { NewPartyInvitation, Participant, PartyInvitation, Participants } from '@saitaku/contracts'
import type { Database, Row } from '@saitaku/database'
import type { Connection } from './connection.js'
import type { SeenCase } from './sight.js'

/** How long an invitation holds. */
const DAYS_TO_ANSWER = 14
/** People and open invitations of one application at most. */
export const MAX_PARTIES = 20

const TODAY = `(app_now() AT TIME ZONE 'Asia/Tokyo')::date`

export type PartyRefusal = 'tooMany' | 'alreadyThere' | 'unknownInvitation' | 'expired' | 'notThere' | 'lastApplicant' | 'pastMandate'

/** Who takes part in an application, and who is invited. */
export async function readParticipants(on: Connection, seen: SeenCase): Promise<Participants> {
  const people = await on.query<Participant & Row>(
    `SELECT q.person_id AS "personId", p.name, q.role, m.until::text AS "mandateUntil", (m.until IS NULL OR m.until >= ${TODAY}) AS "inForce"
     FROM case_party q JOIN person p ON p.id = q.person_id LEFT JOIN party_mandate m ON m.case_id = q.case_id AND m.person_id = q.person_id AND q.role = 'agent'
     WHERE q.case_id = $1 AND q.role IN ('applicant', 'agent', 'editor', 'viewer') ORDER BY array_position(ARRAY['applicant', 'agent', 'editor', 'viewer'], q.role), p.name, q.person_id`, [seen.id])
  return { people, invitations: (await invitations(on, 'i.case_id = $1', seen.id)).filter(({ state }) => state === 'open') }
}

interface InvitationRow extends Row, Omit<PartyInvitation, 'at' | 'expiresAt'> {
  at: Date
  expiresAt: Date
}

async function invitations(on: Connection, condition: string, value: unknown): Promise<PartyInvitation[]> {
  const rows = await on.query<InvitationRow>(
    `SELECT i.id, i.case_id AS "caseId", c.title, i.email, i.role, i.mandate_until::text AS "mandateUntil", i.note, coalesce(p.name, '') AS "invitedBy", i.at, i.expires_at AS "expiresAt", i.state
     FROM party_invitation i JOIN cases c ON c.id = i.case_id LEFT JOIN person p ON p.id = i.invited_by WHERE ${condition} AND i.expires_at > app_now() ORDER BY i.at, i.id`, [value])
  return rows.map((row) => ({ ...row, at: formatInstant(row.at), expiresAt: formatInstant(row.expiresAt) }))
}

/** Invites whoever signs in with this address. The same address again takes the place of its open invitation. */
export async function inviteParty(database: Database, seen: SeenCase, invitedBy: string, { email, role, mandateUntil, note }: NewPartyInvitation): Promise<PartyInvitation | PartyRefusal> {
  return database.transaction(async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`parties ${seen.id}`])
    const [standing] = await tx.query<{ n: number; there: boolean; past: boolean }>(
      `SELECT (SELECT count(*) FROM case_party WHERE case_id = $1)::int + (SELECT count(*) FROM party_invitation WHERE case_id = $1 AND state = 'open' AND email_key <> lower(normalize($2::text, NFKC)))::int AS n,
        EXISTS (SELECT 1 FROM case_party q JOIN person p ON p.id = q.person_id WHERE q.case_id = $1 AND lower(normalize(p.email, NFKC)) = lower(normalize($2::text, NFKC))) AS there, $3::date < ${TODAY} AS past`, [seen.id, email, mandateUntil ?? null])
    if (standing?.past) return 'pastMandate'
    if (standing?.there) return 'alreadyThere'
    if ((standing?.n ?? 0) >= MAX_PARTIES) return 'tooMany'
    await tx.query(`UPDATE party_invitation SET state = 'withdrawn', answered_at = app_now() WHERE case_id = $1 AND state = 'open' AND email_key = lower(normalize($2::text, NFKC))`, [seen.id, email])
    const [made] = await tx.query<{ id: string }>(
      `INSERT INTO party_invitation (case_id, email, email_key, role, mandate_until, note, invited_by, expires_at) VALUES ($1, $2, lower(normalize($2::text, NFKC)), $3, $4, $5, $6, app_now() + $7 * interval '1 day') RETURNING id`,
      [seen.id, email, role, mandateUntil ?? null, note, invitedBy, DAYS_TO_ANSWER])
    const [invitation] = await invitations(tx, 'i.id = $1', made?.id)
    if (!invitation) throw new Error('An invitation that was just made is not there')
    return invitation
  })
}

/** Open invitations for the address of this person. */
export async function invitationsFor(on: Connection, personId: string): Promise<PartyInvitation[]> {
  return invitations(on, `i.state = 'open' AND i.email_key = (SELECT lower(normalize(email, NFKC)) FROM person WHERE id = $1)`, personId)
}

/** Accepts or declines. Only whom the address belongs to finds the invitation; returns the case. */
export async function answerInvitation(database: Database, personId: string, invitationId: string, accept: boolean): Promise<{ caseId: string } | PartyRefusal> {
  return database.transaction(async (tx) => {
    const [open] = await tx.query<{ caseId: string; role: string; until: string | null; note: string; invitedBy: string; late: boolean }>(
      `SELECT i.case_id AS "caseId", i.role, i.mandate_until::text AS until, i.note, i.invited_by AS "invitedBy", i.expires_at <= app_now() AS late FROM party_invitation i
       WHERE i.id = $1 AND i.state = 'open' AND i.email_key = (SELECT lower(normalize(email, NFKC)) FROM person WHERE id = $2) FOR UPDATE`, [invitationId, personId])
    if (!open) return 'unknownInvitation'
    if (open.late) return 'expired'
    await tx.query(`UPDATE party_invitation SET state = $2, answered_by = $3, answered_at = app_now() WHERE id = $1`, [invitationId, accept ? 'accepted' : 'declined', personId])
    if (!accept) return { caseId: open.caseId }
    await tx.query(`INSERT INTO case_party (case_id, person_id, role) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, [open.caseId, personId, open.role])
    if (open.role === 'agent')
      await tx.query(
        `INSERT INTO party_mandate (case_id, person_id, until, given_by, note) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (case_id, person_id) DO UPDATE SET until = excluded.until, given_by = excluded.given_by, at = app_now(), note = excluded.note`, [open.caseId, personId, open.until, open.invitedBy, open.note])
    return { caseId: open.caseId }
  })
}

export async function withdrawInvitation(on: Connection, seen: SeenCase, invitationId: string): Promise<boolean> {
  const withdrawn = await on.query(`UPDATE party_invitation SET state = 'withdrawn', answered_at = app_now() WHERE id = $1 AND case_id = $2 AND state = 'open' RETURNING id`, [invitationId, seen.id])
  return withdrawn.length > 0
}

/** Takes somebody out of an application: everything but its last applicant. */
export async function removeParty(database: Database, seen: SeenCase, personId: string): Promise<PartyRefusal | undefined> {
  return database.transaction(async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`parties ${seen.id}`])
    const rows = await tx.query<{ person: string; role: string }>(`SELECT person_id AS person, role FROM case_party WHERE case_id = $1 AND role IN ('applicant', 'agent', 'editor', 'viewer')`, [seen.id])
    if (!rows.some(({ person }) => person === personId)) return 'notThere'
    if (!rows.some(({ person, role }) => role === 'applicant' && person !== personId)) return 'lastApplicant'
    await tx.query(`DELETE FROM case_party WHERE case_id = $1 AND person_id = $2 AND role IN ('applicant', 'agent', 'editor', 'viewer')`, [seen.id, personId])
    await tx.query('DELETE FROM party_mandate WHERE case_id = $1 AND person_id = $2', [seen.id, personId])
    return undefined
  })
}
