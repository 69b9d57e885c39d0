import type { ApplicationsQuery } from '@saitaku/contracts'
import type { CompiledScope } from '@saitaku/access'

/** Conditions of one statement and the values they name. */
export class Conditions {
  readonly values: unknown[] = []
  private readonly parts: string[] = []

  add(condition: string): void {
    this.parts.push(condition)
  }

  value(value: unknown): string {
    this.values.push(value)
    return `$${this.values.length}`
  }

  sql(): string {
    return this.parts.join(' AND ')
  }
}

interface Order {
  /** What rows are ordered by before their id; undefined for the id alone. */
  column: 'c.created_at' | 'c.number' | undefined
  type: 'timestamptz' | 'text'
  direction: 'ASC' | 'DESC'
}

/** The orders that a list can have: by what never changes, so that a page's end stays where it is. */
const ORDERS: Readonly<Record<NonNullable<ApplicationsQuery['sort']> | 'id', Order>> = {
  id: { column: undefined, type: 'text', direction: 'ASC' },
  createdAt: { column: 'c.created_at', type: 'timestamptz', direction: 'ASC' },
  '-createdAt': { column: 'c.created_at', type: 'timestamptz', direction: 'DESC' },
  number: { column: 'c.number', type: 'text', direction: 'ASC' },
  '-number': { column: 'c.number', type: 'text', direction: 'DESC' },
}

export interface Ordered {
  orderBy: string
  /** The same over the page's own columns. */
  shownOrder: string
  /** What the next page begins after, of the last row of this one. */
  cursor: (row: { id: string; createdAt: Date; number: string | null }) => string
}

/**
 * Adds what a query asks for to the scope's conditions. What a person does not see of a case they cannot search, filter or sort
 * by: a title only where `titles` holds, a state or phase only where `states` does. Throws `BadCursor` for an
 * `after` that no page of this order gave.
 */
export function addFilters(where: Conditions, scope: CompiledScope, query: ApplicationsQuery): Ordered {
  where.add('c.parent_id IS NOT NULL')
  where.add(query.mine === 'true' ? scope.own : scope.sees)
  if (query.programme) where.add(`c.programme = ${where.value(query.programme)}`)
  if (query.call) where.add(`c.parent_id = ${where.value(query.call)}`)
  if (query.chart) where.add(`c.chart = ${where.value(query.chart)}`)
  if (query.publicStatus) where.add(`c.public_status = ${where.value(query.publicStatus)}`)
  if (query.done) where.add(query.done === 'true' ? 'c.done' : 'NOT c.done')
  if (query.organisation) where.add(`c.organisation_id = ${where.value(query.organisation)} AND ${scope.titles}`)
  // to an applicant a phase is not there: a filter by it would tell what the public status keeps back
  if (query.phase) where.add(`c.phase = ${where.value(query.phase)} AND ${scope.states}`)
  if (query.state) where.add(`${where.value(query.state)} = ANY (c.states) AND ${scope.states}`)
  if (query.turn) where.add(`c.turn = ${where.value(query.turn)} AND ${scope.states}`)
  for (const term of (query.q ?? '').normalize('NFKC').split(/\s+/).filter((word) => word !== '').slice(0, 5)) {
    const word = `search_key(${where.value(term)})`
    where.add(`c.id IN (SELECT s.case_id FROM case_search s WHERE s.grams @> word_grams(${word}) AND strpos(s.key, ${word}) > 0) AND ${scope.titles}`)
  }
  return addOrder(where, query)
}

function addOrder(where: Conditions, { sort, after }: ApplicationsQuery): Ordered {
  const { column, type, direction } = ORDERS[sort ?? 'id']
  const beyond = direction === 'ASC' ? '>' : '<'
  if (column === 'c.number') where.add('c.number IS NOT NULL')
  if (after !== undefined) {
    const { id, value } = readCursor(after, column !== undefined)
    if (column === undefined) where.add(`c.id ${beyond} ${where.value(id)}`)
    else where.add(`(${column}, c.id) ${beyond} (${where.value(value)}::${type}, ${where.value(id)}::uuid)`)
  }
  return {
    orderBy: column === undefined ? 'c.id' : `${column} ${direction}, c.id ${direction}`,
    shownOrder: column === undefined ? 'p.id' : `${column === 'c.number' ? 'p.number' : 'p."createdAt"'} ${direction}, p.id ${direction}`,
    cursor: (row) => (column === undefined ? row.id : `${row.id}~${Buffer.from(column === 'c.number' ? (row.number ?? '') : row.createdAt.toISOString()).toString('base64url')}`),
  }
}

/** `after` is no `next` that a page of this order gave. */
export class BadCursor extends Error {}

const CURSOR = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:~([\w-]{1,200}))?$/i

function readCursor(after: string, withValue: boolean): { id: string; value: string } {
  const [, id, encoded] = CURSOR.exec(after) ?? []
  const value = encoded === undefined ? '' : Buffer.from(encoded, 'base64url').toString('utf8')
  if (id === undefined || (encoded !== undefined) !== withValue || value.includes('\0')) throw new BadCursor('expected the next of the page before')
  return { id, value }
}
