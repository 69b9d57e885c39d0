import { randomUUID } from 'node:crypto'
import type { Row, Tx } from '@saitaku/database'
import type { EmailAddress } from './email.js'
import type { Addressee } from './mails/mails.js'
import type { Language } from './settings.js'

type Connection = Pick<Tx, 'query'>

export interface Account extends Row {
  personId: string
  name: string
  kana: string
  email: string
  emailKey: string
  lang: Language
  passwordHash: string | null
  disabledAt: Date | null
}

const COLUMNS = `a.person_id AS "personId", p.name, p.kana, p.email, a.email_key AS "emailKey", p.lang, a.password_hash AS "passwordHash", a.disabled_at AS "disabledAt"`

export async function findAccount(on: Connection, emailKey: string): Promise<Account | undefined> {
  const [row] = await on.query<Account>(`SELECT ${COLUMNS} FROM account a JOIN person p ON p.id = a.person_id WHERE a.email_key = $1`, [emailKey])
  return row
}

export async function readAccount(on: Connection, personId: string): Promise<Account | undefined> {
  const [row] = await on.query<Account>(`SELECT ${COLUMNS} FROM account a JOIN person p ON p.id = a.person_id WHERE a.person_id = $1`, [personId])
  return row
}

/** Nobody's id: what looks for it costs as much as for anybody, and finds nothing. */
export const NOBODY = '00000000-0000-0000-0000-000000000000'

/** Held shared by whoever signs in and alone by whoever changes a way in: neither acts on what the other is changing. */
export async function lockAccount(tx: Tx, personId: string, how: 'SHARE' | 'UPDATE'): Promise<Account | undefined> {
  const [row] = await tx.query<Account>(`SELECT ${COLUMNS} FROM account a JOIN person p ON p.id = a.person_id WHERE a.person_id = $1 FOR ${how} OF a`, [personId])
  return row
}

export interface NewAccount {
  /** A person who is in the record already, such as one whose paper application was entered. */
  personId?: string | undefined
  name: string
  kana?: string | undefined
  email: EmailAddress
  lang: Language
  passwordHash?: string | null
}

/** Makes an account, and its person where there is none. Undefined when another account has the address. */
export async function createAccount(tx: Tx, { personId, name, kana = '', email, lang, passwordHash = null }: NewAccount): Promise<string | undefined> {
  const id = personId ?? randomUUID()
  await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`saitaku.identity.email ${email.key}`])
  const made = await tx.query(
    `INSERT INTO account (person_id, email_key, password_hash, password_set_at) VALUES ($1, $2, $3, CASE WHEN $3::text IS NOT NULL THEN clock_timestamp() END)
     ON CONFLICT DO NOTHING RETURNING person_id`,
    [id, email.key, passwordHash],
  )
  if (made.length === 0) return undefined
  await tx.query(
    `INSERT INTO person (id, name, kana, email, lang) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, kana = excluded.kana, email = excluded.email, lang = excluded.lang`,
    [id, name, kana, email.address, lang],
  )
  return id
}

/** Gives an account another address. False when another account has it. */
export async function moveAccount(tx: Tx, personId: string, email: EmailAddress): Promise<boolean> {
  // Two who move to the same address at once come one after the other.
  await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`saitaku.identity.email ${email.key}`])
  const moved = await tx.query(
    `UPDATE account SET email_key = $2 WHERE person_id = $1 AND NOT EXISTS (SELECT 1 FROM account WHERE email_key = $2 AND person_id <> $1) RETURNING person_id`,
    [personId, email.key],
  )
  if (moved.length === 0) return false
  await tx.query('UPDATE person SET email = $2 WHERE id = $1', [personId, email.address])
  return true
}

export interface Factors extends Row {
  totp: boolean
  passkeys: number
  recoveryCodes: number
}

export async function factorsOf(on: Connection, personId: string): Promise<Factors> {
  const [row] = await on.query<Factors>(
    `SELECT EXISTS (SELECT 1 FROM totp_factor WHERE person_id = $1 AND confirmed_at IS NOT NULL) AS totp,
       (SELECT count(*)::int FROM passkey WHERE person_id = $1) AS passkeys,
       (SELECT count(*)::int FROM recovery_code WHERE person_id = $1 AND used_at IS NULL) AS "recoveryCodes"`,
    [personId],
  )
  if (!row) throw new Error('Factors were not counted')
  return row
}

export const hasSecondFactor = ({ totp, passkeys }: Factors): boolean => totp || passkeys > 0

export function addressee({ personId, name, email, lang }: Account): Addressee {
  return { personId, name, address: email, lang }
}

export const ADMINISTRATOR = 'administrator'
export const EVERY_PROGRAMME = '*'

export async function isAdministrator(on: Connection, personId: string): Promise<boolean> {
  const found = await on.query('SELECT 1 FROM role_grant WHERE person_id = $1 AND programme = $2 AND role = $3', [personId, EVERY_PROGRAMME, ADMINISTRATOR])
  return found.length > 0
}
