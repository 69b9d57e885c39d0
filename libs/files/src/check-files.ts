import type { Database, Row } from '@saitaku/database'
import { ATTACHMENT_COLUMNS, type Attachment } from './attachment.js'
import { sumOf } from './uploads.js'
import type { Vault } from './vault/vault.js'

export interface FileProblem {
  field: string
  /** Its place in the answer, counted from 0. */
  index: number
  name: string
  code: 'missing' | 'scanning' | 'damaged'
  ja: string
  en: string
}

type NamedFile = { field: string; index: number; name: string; size: number; sha256: string }

/**
 * Reads every file again that the newest revision of a form names, and compares length and sum with what was answered.
 * A file whose bytes have changed or gone is marked as damaged, so that no submission relies on it.
 */
export async function checkFiles(database: Database, vault: Vault, caseId: string, form: string, fields: readonly string[]): Promise<FileProblem[]> {
  const named = await database.query<NamedFile & Row>(
    `SELECT field.name AS field, file.place::int - 1 AS index, file.value->>'name' AS name, (file.value->>'size')::float8 AS size, file.value->>'sha256' AS sha256
     FROM (SELECT computed FROM form_revision WHERE case_id = $1 AND form = $2 ORDER BY revision DESC LIMIT 1) AS r, unnest($3::text[]) WITH ORDINALITY AS field(name, n),
       jsonb_array_elements(CASE jsonb_typeof(r.computed->field.name) WHEN 'array' THEN r.computed->field.name ELSE '[]' END) WITH ORDINALITY AS file(value, place)
     ORDER BY field.n, file.place`, [caseId, form, fields])
  if (named.length === 0) return []
  const stored = await database.query<Attachment & Row>(`SELECT ${ATTACHMENT_COLUMNS} FROM attachment WHERE case_id = $1 AND form = $2 AND state IN ('scanning', 'ready', 'damaged') ORDER BY state = 'ready' DESC, id`, [caseId, form])
  const problems: FileProblem[] = []
  for (const file of named) {
    const code = await stateOf(database, vault, file, stored)
    if (code !== 'ready') problems.push({ field: file.field, index: file.index, name: file.name, code, ...SENTENCES[code](file.name) })
  }
  return problems
}

async function stateOf(database: Database, vault: Vault, file: NamedFile, stored: readonly Attachment[]): Promise<FileProblem['code'] | 'ready'> {
  const same = stored.filter((one) => one.field === file.field && one.sha256 === file.sha256 && one.size === file.size)
  for (const one of same) if (one.state === 'ready' && (await isUnharmed(database, vault, one))) return 'ready'
  if (same.some((one) => one.state === 'scanning')) return 'scanning'
  return same.length > 0 ? 'damaged' : 'missing'
}

async function isUnharmed(database: Database, vault: Vault, { id, size, sha256 }: Attachment): Promise<boolean> {
  const unharmed = (await vault.size(id)) === size && (await sumOf(vault, id)) === sha256
  await database.query(unharmed ? 'UPDATE attachment SET checked_at = clock_timestamp() WHERE id = $1' : `UPDATE attachment SET state = 'damaged', touched_at = clock_timestamp() WHERE id = $1 AND state = 'ready'`, [id])
  return unharmed
}

const SENTENCES: Record<FileProblem['code'], (name: string) => { ja: string; en: string }> = {
  missing: (name) => ({ ja: `「${name}」が届いていません。もう一度アップロードしてください。`, en: `"${name}" has not arrived. Please upload it again.` }),
  scanning: (name) => ({ ja: `「${name}」はウイルス検査中です。少し待ってから、もう一度お試しください。`, en: `"${name}" is still being checked for viruses. Please try again in a moment.` }),
  damaged: (name) => ({ ja: `保存された「${name}」が、送られたものと一致しません。お手数ですが、もう一度アップロードしてください。`, en: `"${name}" as it is stored is no longer what was sent. Please upload it again.` }),
}
