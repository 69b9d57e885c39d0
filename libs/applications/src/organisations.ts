import { randomUUID } from 'node:crypto'
import type { Connection } from './connection.js'

export interface OrganisationData {
  /** Given where the same request may come twice: then the second changes nothing. */
  id?: string
  name: string
  kana?: string | undefined
  corporateNumber?: string | null | undefined
  kind?: string | null | undefined
  ward?: string | null | undefined
}

/** Records an organisation and returns its id. */
export async function createOrganisation(on: Connection, { id = randomUUID(), name, kana = '', corporateNumber = null, kind = null, ward = null }: OrganisationData): Promise<string> {
  await on.query('INSERT INTO organisation (id, name, kana, corporate_number, kind, ward) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO NOTHING', [id, name, kana, corporateNumber, kind, ward])
  return id
}

/** Whether a person has applied for this organisation before: only then may they name it again. */
export async function hasActedFor(on: Connection, personId: string, organisationId: string): Promise<boolean> {
  const found = await on.query('SELECT 1 FROM cases c JOIN case_party p ON p.case_id = c.id WHERE c.organisation_id = $1 AND p.person_id = $2 LIMIT 1', [organisationId, personId])
  return found.length > 0
}
