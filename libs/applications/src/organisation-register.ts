import type { CompiledScope } from '@saitaku/access'
import type { Duplicate, OrganisationItem, OrganisationsQuery } from '@saitaku/contracts'
import type { Database, Row } from '@saitaku/database'
import type { Page } from './case-lists.js'
import { Conditions } from './case-query.js'
import { CaseScopes } from './case-scopes.js'
import type { Viewer } from './viewer.js'

/**
 * Which organisations a person may see: those that some application of theirs to see names, and those that none names. Others
 * would tell who applied elsewhere.
 */
function visible(scope: CompiledScope): string {
  return `(EXISTS (SELECT 1 FROM cases c WHERE c.organisation_id = o.id AND ${scope.titles}) OR NOT EXISTS (SELECT 1 FROM cases c WHERE c.organisation_id = o.id))`
}

const itemColumns = (scope: CompiledScope): string =>
  `o.id, o.name, o.kana, o.corporate_number AS "corporateNumber", o.kind, o.ward, o.merged_into AS "mergedInto", (SELECT count(*) FROM cases c WHERE c.organisation_id = o.id AND ${scope.titles})::int AS applications`

/** Organisations by id, those whose name holds a word where one is given. */
export async function readOrganisations(database: Database, viewer: Viewer, { q, limit, after }: OrganisationsQuery): Promise<Page<OrganisationItem>> {
  const { where, scope } = await scoped(database, viewer)
  where.add(visible(scope))
  if (q !== undefined) {
    const word = where.value(q)
    where.add(`(o.corporate_number = ${word} OR o.id IN (SELECT s.organisation_id FROM organisation_search s WHERE s.key LIKE '%' || replace(replace(search_key(${word}), '%', '\\%'), '_', '\\_') || '%'))`)
  }
  if (after !== undefined) where.add(`o.id > ${where.value(after)}`)
  const rows = await database.query<OrganisationItem & Row>(`SELECT ${itemColumns(scope)} FROM organisation o WHERE ${where.sql()} ORDER BY o.id LIMIT ${limit + 1}`, where.values)
  const shown = rows.slice(0, limit)
  return { items: shown, next: rows.length > limit ? (shown.at(-1)?.id ?? null) : null }
}

async function scoped(database: Database, viewer: Viewer): Promise<{ where: Conditions; scope: CompiledScope }> {
  const where = new Conditions()
  const scopes = CaseScopes.of(database)
  return { where, scope: scopes.compile(await scopes.read(viewer), 'c', (value) => where.value(value)) }
}

/** How alike two names without their legal forms must be to be shown as one organisation's, from 0 to 1. */
const ALIKE = 0.75
const MOST = 100
const CANDIDATES = 2_000

/** Pairs that may be one organisation: the same corporate number, or names that are nearly the same. Most alike first. */
export async function findDuplicates(database: Database, viewer: Viewer): Promise<Duplicate[]> {
  const candidates = await database.query<{ a: string; b: string; why: Duplicate['why']; nameA: string; nameB: string } & Row>(
    `SELECT x.id AS a, y.id AS b, 'corporateNumber' AS why, x.name AS "nameA", y.name AS "nameB" FROM organisation x JOIN organisation y ON x.corporate_number = y.corporate_number AND x.id < y.id
       WHERE x.merged_into IS NULL AND y.merged_into IS NULL
     UNION ALL
     (SELECT p.id, q.id, 'name', p.name, q.name FROM organisation_search x JOIN organisation_search y ON x.key % y.key AND x.organisation_id < y.organisation_id
       JOIN organisation p ON p.id = x.organisation_id AND p.merged_into IS NULL JOIN organisation q ON q.id = y.organisation_id AND q.merged_into IS NULL
       WHERE (p.corporate_number IS NULL OR q.corporate_number IS NULL) ORDER BY similarity(x.key, y.key) DESC LIMIT ${CANDIDATES})`)
  const pairs = candidates
    .map(({ a, b, why, nameA, nameB }) => ({ a, b, why, likeness: why === 'corporateNumber' ? 1 : likenessOf(nameA, nameB) }))
    .filter(({ likeness }) => likeness >= ALIKE).sort((x, y) => y.likeness - x.likeness || (x.a + x.b < y.a + y.b ? -1 : 1)).slice(0, MOST)
  const { where, scope } = await scoped(database, viewer)
  where.add(visible(scope))
  where.add(`o.id = ANY (${where.value([...new Set(pairs.flatMap(({ a, b }) => [a, b]))])}::uuid[])`)
  const items = new Map((await database.query<OrganisationItem & Row>(`SELECT ${itemColumns(scope)} FROM organisation o WHERE ${where.sql()}`, where.values)).map((item) => [item.id, item]))
  return pairs.flatMap(({ a, b, why, likeness }) => {
    const organisations = [a, b].flatMap((id) => items.get(id) ?? [])
    return organisations.length < 2 ? [] : [{ organisations, why, likeness: Math.round(likeness * 100) / 100 }]
  })
}

const LEGAL_FORMS = /株式会社|有限会社|合同会社|合資会社|合名会社|(特定非営利活動|一般社団|公益社団|一般財団|公益財団|社会福祉|学校|医療|npo)法人|協同組合|\((株|有|合|特非|一社|一財|公社|公財|福|学|医)\)/g

/** Of names without legal form, width, case and spaces: twice what pairs of characters they share over all they have. */
export function likenessOf(one: string, other: string): number {
  const [a, b] = [one, other].map((name) => {
    const core = name.normalize('NFKC').toLowerCase().replaceAll(LEGAL_FORMS, '').replaceAll(/[\s・、。,.-]/g, '')
    return core.length < 2 ? [core] : Array.from({ length: core.length - 1 }, (_, i) => core.slice(i, i + 2))
  }) as [string[], string[]]
  const left = [...b]
  const shared = a.filter((pair) => {
    const at = left.indexOf(pair)
    if (at >= 0) left.splice(at, 1)
    return at >= 0
  })
  return a.length + b.length === 0 ? 0 : (2 * shared.length) / (a.length + b.length)
}

export type MergeRefusal = 'unknownOrganisation' | 'same' | 'mergedAlready'

/**
 * Makes two organisations one: the cases of `mergedId` become those of `keptId`, what the kept one lacks it takes over, and the
 * other stays as a pointer. The record of events is left as it was.
 */
export async function mergeOrganisations(database: Database, viewer: Viewer & { personId: string }, { keptId, mergedId, reason }: { keptId: string; mergedId: string; reason: string }): Promise<{ movedCases: number } | MergeRefusal> {
  if (keptId === mergedId) return 'same'
  const { where, scope } = await scoped(database, viewer)
  where.add(visible(scope))
  where.add(`o.id = ANY (${where.value([keptId, mergedId])}::uuid[])`)
  if ((await database.query(`SELECT o.id FROM organisation o WHERE ${where.sql()}`, where.values)).length < 2) return 'unknownOrganisation'
  return database.transaction(async (tx) => {
    const rows = await tx.query<{ id: string; mergedInto: string | null }>('SELECT id, merged_into AS "mergedInto" FROM organisation WHERE id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE', [[keptId, mergedId]])
    if (rows.length < 2) return 'unknownOrganisation'
    if (rows.some(({ mergedInto }) => mergedInto !== null)) return 'mergedAlready'
    const moved = await tx.query<{ id: string }>('UPDATE cases SET organisation_id = $1 WHERE organisation_id = $2 RETURNING id', [keptId, mergedId])
    await tx.query('UPDATE organisation SET merged_into = $1 WHERE merged_into = $2 OR id = $2', [keptId, mergedId])
    await tx.query(
      `UPDATE organisation k SET kana = CASE WHEN k.kana = '' THEN m.kana ELSE k.kana END, corporate_number = coalesce(k.corporate_number, m.corporate_number), kind = coalesce(k.kind, m.kind), ward = coalesce(k.ward, m.ward)
       FROM organisation m WHERE k.id = $1 AND m.id = $2`, [keptId, mergedId])
    await tx.query('INSERT INTO organisation_merge (kept_id, merged_id, reason, by_id, moved_cases) VALUES ($1, $2, $3, $4, $5)', [keptId, mergedId, reason, viewer.personId, moved.map(({ id }) => id)])
    return { movedCases: moved.length }
  })
}
