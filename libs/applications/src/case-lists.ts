import { visibleParts, type Capacity, type CaseScope, type Part } from '@saitaku/access'
import { formatInstant } from '@saitaku/calendar'
import type { ApplicationItem, ApplicationsQuery, CallItem, CallsQuery } from '@saitaku/contracts'
import type { Row } from '@saitaku/database'
import type { Engine } from '@saitaku/engine'
import { callItem, publicStatusLabel, shownDeadline, shownTurn, type CaseViews } from './case-views.js'
import { addFilters, Conditions } from './case-query.js'
import { capacitiesIn, CaseScopes } from './case-scopes.js'
import { EVERY_PROGRAMME } from './people.js'
import type { SeenCase, Sight } from './sight.js'
import type { Viewer } from './viewer.js'

export interface Page<T> {
  items: T[]
  next: string | null
}

/** Lists of cases, each row with what its viewer may see of it. Keyset by id: a page costs the same at the end as at the start. */
export class CaseLists {
  private readonly scopes: CaseScopes

  constructor(
    private readonly engine: Engine,
    private readonly views: CaseViews,
  ) {
    this.scopes = CaseScopes.of(engine.database)
  }

  /** Cases below others (applications, groups, memberships): the office's of its programmes, and one's own. */
  async applications(viewer: Viewer, query: ApplicationsQuery): Promise<Page<ApplicationItem>> {
    const scope = await this.scopes.read(viewer)
    const where = new Conditions()
    const seen = this.scopes.compile(scope, 'c', (value) => where.value(value))
    const { orderBy, shownOrder, cursor } = addFilters(where, seen, query)
    // the page first, by an index; what stands beside its rows only for those
    const rows = await this.engine.database.query<ApplicationRow>(
      `SELECT p.*, o.name AS organisation,
         (SELECT jsonb_build_object('name', t.deadline, 'dueAt', t.due_at) FROM timer t
            WHERE t.case_id = p.id AND t.due_at IS NOT NULL AND strpos(t.deadline, '~') = 0 ORDER BY t.due_at LIMIT 1) AS deadline
       FROM (SELECT c.id, c.programme, c.chart, c.version_id AS "versionId", c.parent_id AS "parentId", c.title, c.number, c.public_status AS "publicStatus", c.turn, c.done, c.created_at AS "createdAt",
         c.moved_at AS "movedAt", c.phase, c.states, c.tags, c.version, c.organisation_id, (${seen.own}) AS own
       FROM cases c WHERE ${where.sql()} ORDER BY ${orderBy} LIMIT ${query.limit + 1}) p LEFT JOIN organisation o ON o.id = p.organisation_id ORDER BY ${shownOrder}`,
      where.values,
    )
    const page = await this.page(rows, query.limit, (row) => this.applicationItem(scope, row))
    const last = rows[query.limit - 1]
    return page.next === null || !last ? page : { ...page, next: cursor(last) }
  }

  /** Cases that hold others: those that are public, and all of them for the office of their programme. */
  async calls(viewer: Viewer, query: CallsQuery): Promise<Page<CallItem>> {
    const { grants } = await this.scopes.read(viewer)
    const programmes = grants.filter(({ capacity }) => capacity !== 'administrator').map(({ programme }) => programme)
    const where = new Conditions()
    where.add('c.parent_id IS NULL')
    if (!programmes.includes(EVERY_PROGRAMME)) where.add(`(c.public_status IS NOT NULL OR 'open' = ANY (c.tags) OR c.programme = ANY (${where.value(programmes)}))`)
    if (query.programme) where.add(`c.programme = ${where.value(query.programme)}`)
    if (query.open === 'true') where.add(`'open' = ANY (c.tags)`)
    if (query.after) where.add(`c.id > ${where.value(query.after)}`)
    const rows = await this.engine.database.query<CallRow>(
      `SELECT c.id, c.programme, c.chart, c.version_id AS "versionId", c.title, c.public_status AS "publicStatus", c.tags, c.state, app_now() AS now
       FROM cases c WHERE ${where.sql()} ORDER BY c.id LIMIT ${query.limit + 1}`,
      where.values,
    )
    const page = await this.page(rows, query.limit, async (row) => callItem(await this.views.chart(row), row))
    // the closing time decides, which the state only follows
    return query.open === undefined ? page : { ...page, items: page.items.filter((call) => String(call.open) === query.open) }
  }

  private async page<R extends { id: string }, T>(rows: readonly R[], limit: number, itemOf: (row: R) => Promise<T>): Promise<Page<T>> {
    const shown = rows.slice(0, limit)
    return { items: await Promise.all(shown.map(itemOf)), next: rows.length > limit ? (shown.at(-1)?.id ?? null) : null }
  }

  private async applicationItem(scope: CaseScope, row: ApplicationRow): Promise<ApplicationItem> {
    const chart = await this.views.chart(row)
    const { sight, parts } = sightOfRow(scope, row)
    const item: ApplicationItem = {
      id: row.id, programme: row.programme, chart: row.chart, call: row.parentId, title: parts.has('title') ? row.title : '', number: row.number, organisation: parts.has('organisation') ? row.organisation : null,
      publicStatus: row.publicStatus, publicStatusLabel: publicStatusLabel(chart, row.publicStatus), turn: shownTurn({ ...row, sight }), done: row.done,
      createdAt: formatInstant(row.createdAt), nextDeadline: shownDeadline(chart, { ...row, sight }, row.deadline),
    }
    return sight === 'office' ? { ...item, phase: row.phase, states: row.states, version: row.version, movedAt: formatInstant(row.movedAt) } : item
  }
}

/** What `see` says of one case, of a row. */
function sightOfRow(scope: CaseScope, row: ApplicationRow): { sight: Sight; parts: ReadonlySet<Part> } {
  const capacities: Capacity[] = [...capacitiesIn(scope, row.programme), ...(row.own ? (['owner'] as const) : [])]
  const parts = visibleParts(capacities, { kind: 'application', embargoed: row.tags.includes('embargoed'), preparing: row.phase === 'preparing', announced: false })
  return { parts, sight: parts.has('states') ? 'office' : row.own ? 'own' : 'partial' }
}

interface ApplicationRow extends Row, Pick<SeenCase, 'id' | 'programme' | 'chart' | 'versionId' | 'parentId' | 'title' | 'number' | 'publicStatus' | 'turn' | 'done' | 'createdAt' | 'movedAt' | 'phase' | 'states' | 'tags' | 'version'> {
  organisation: string | null
  own: boolean
  deadline: { name: string; dueAt: string } | null
}

interface CallRow extends Row, Pick<SeenCase, 'id' | 'programme' | 'chart' | 'versionId' | 'title' | 'publicStatus' | 'tags' | 'state' | 'now'> {}
