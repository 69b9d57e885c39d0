import { randomUUID } from 'node:crypto'
import type { Connection } from './connection.js'

export interface PersonData {
  id?: string
  name: string
  kana?: string | undefined
  email: string
  lang?: 'ja' | 'en' | undefined
}

/** Records a person and returns their id. A person who is known already stays as they are. */
export async function createPerson(on: Connection, { id = randomUUID(), name, kana = '', email, lang = 'ja' }: PersonData): Promise<string> {
  await on.query('INSERT INTO person (id, name, kana, email, lang) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING', [id, name, kana, email, lang])
  return id
}

/** Every programme: the place of roles that are not of one programme, such as administrator. */
export const EVERY_PROGRAMME = '*'

/** Gives a person a role of the office in a programme. */
export async function grantRole(on: Connection, personId: string, programme: string, role: string): Promise<void> {
  await on.query('INSERT INTO role_grant (person_id, programme, role) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [personId, programme, role])
}

/** Gives a person a role in one case: its applicant, a reviewer of its applications. */
export async function addParty(on: Connection, caseId: string, personId: string, role: string): Promise<void> {
  await on.query('INSERT INTO case_party (case_id, person_id, role) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [caseId, personId, role])
}
