import { createHash } from 'node:crypto'
import type { Database, Row } from '@saitaku/database'
import type pg from 'pg'
import { atPath, canonicalJson, type CaseState, type CompiledChart, type Facts, type Json, type TimerSet } from '@saitaku/statechart'
import type { Registry } from './registry.js'

/** A case as read for a decision, with the facts that were asked for. */
export interface CaseRow {
  id: string
  version: number
  versionId: number
  programme: string
  chart: string
  state: CaseState
  head: string
  parentId: string | null
  organisationId: string | null
  title: string
  updatedAt: Date
  number: string | null
  facts: Facts
  /** Version of the parent whose attributes were read; undefined where they were not. */
  parentVersion: number | undefined
  /** Undefined until asked for: `@timers`. */
  armed: TimerSet[] | undefined
  /** Roots that the read included, found or not. */
  loaded: Set<string>
  /** Roles of the actor in this case and its parent; undefined until asked for: `@roles`. */
  partyRoles: string[] | undefined
}

/** A root of facts that a kind of command reads, for one chart of one version. */
export interface Need {
  versionId: number
  chart: CompiledChart
  root: string
}

const TIMERS = `(SELECT coalesce(jsonb_agg(jsonb_build_array(t.key, t.deadline, t.due_at)), '[]') FROM timer t WHERE t.case_id = c.id)`
/** A reviewer of a call reviews its applications; the applicant of one case is no applicant of those it holds. */
const ROLES = `(SELECT coalesce(jsonb_agg(DISTINCT q.role), '[]') FROM case_party q
  WHERE q.person_id = d.actor AND (q.case_id = c.id OR (q.case_id = c.parent_id AND q.role <> 'applicant')))`

/** `facts.twins` is a root of its own; everything else is loaded by its first name. */
function rootOf(path: string): string {
  const [root, name] = path.split('.')
  return root === 'facts' ? `facts.${name}` : (root as string)
}

interface Query {
  name: string
  text: string
  newText: string
  needs: Need[]
}

/** A case that does not exist yet, as far as facts about it can be asked. */
export interface UnbornCase {
  id: string
  programme: string
  chart: string
  versionId: number
  parentId: string | null
  organisationId: string | null
}

/**
 * Reads a group of cases in one trip. Each kind of command (its event type) starts by reading nothing beside
 * its case; what a step then asks for is learned, so that the next one of its kind reads it at once.
 */
export class CaseReader {
  private readonly learned = new Map<string, Map<string, Need>>()
  private readonly queries = new Map<string, Query>()

  constructor(
    private readonly database: Database,
    private readonly registry: Registry,
  ) {}

  /** Remembers that this kind of command reads this root. */
  learn(kind: string, need: Need): void {
    const known = this.learned.get(kind) ?? new Map<string, Need>()
    known.set(`${need.versionId}/${need.chart.name}/${need.root}`, need)
    this.learned.set(kind, known)
  }

  async read(on: pg.PoolClient, wanted: readonly { id: string; kind: string; actor: string | null }[]): Promise<{ rows: Map<string, CaseRow>; now: Date }> {
    const query = this.queryFor(wanted.map((one) => one.kind))
    const result = await on.query<Row>({
      name: query.name,
      text: query.text,
      values: [wanted.map((one) => one.id), wanted.map((one) => one.actor)],
    })
    const rows = new Map<string, CaseRow>()
    let now: Date | undefined
    for (const row of result.rows) {
      now = row.now as Date
      rows.set(row.id as string, caseRow(row, query.needs))
    }
    return { rows, now: now ?? (await this.clock()) }
  }

  /** Facts about cases that are about to begin. */
  async readUnborn(wanted: readonly (UnbornCase & { kind: string })[]): Promise<{ rows: Map<string, CaseRow>; now: Date }> {
    const query = this.queryFor(wanted.map((one) => one.kind))
    const cases = wanted.map((one) => ({ id: one.id, programme: one.programme, chart: one.chart, version_id: one.versionId, parent_id: one.parentId, organisation_id: one.organisationId }))
    const result = await this.database.pool.query<Row>({ name: `${query.name}_new`, text: query.newText, values: [JSON.stringify(cases)] })
    const rows = new Map<string, CaseRow>()
    let now: Date | undefined
    for (const row of result.rows) {
      now = row.now as Date
      rows.set(row.id as string, caseRow(row, query.needs))
    }
    return { rows, now: now ?? (await this.clock()) }
  }

  /**
   * Reads again, inside a transaction that holds the locks, what has no version of its own (counts, forms), and says
   * which cases would now be decided on something else: two applications of one organisation must not both be
   * the only one, and what is submitted is the form that the guard saw.
   */
  async changedFacts(client: pg.PoolClient, wanted: readonly { id: string; versionId: number; chart: CompiledChart; read: ReadonlyMap<string, Json> }[]): Promise<Set<string>> {
    const needs = new Map<string, Need>()
    for (const { versionId, chart, read } of wanted)
      for (const path of read.keys()) {
        const root = rootOf(path)
        needs.set(`${versionId}/${chart.name}/${root}`, { versionId, chart, root })
      }
    const query = this.queryOf(needs)
    const result = await client.query<Row>({ name: query.name, text: query.text, values: [wanted.map((one) => one.id), wanted.map(() => null)] })
    const rows = new Map(result.rows.map((row) => [row.id as string, caseRow(row, query.needs)]))
    const differs = (id: string, path: string, value: Json): boolean => canonicalJson(atPath(rows.get(id)?.facts, path.split('.')) ?? null) !== canonicalJson(value)
    return new Set(wanted.filter(({ id, read }) => [...read].some(([path, value]) => differs(id, path, value))).map(({ id }) => id))
  }

  async clock(): Promise<Date> {
    const [row] = await this.database.query<{ now: Date }>('SELECT app_now() AS now')
    return (row as { now: Date }).now
  }

  private queryFor(kinds: readonly string[]): Query {
    const needs = new Map<string, Need>()
    for (const kind of new Set(kinds)) for (const [key, need] of this.learned.get(kind) ?? []) needs.set(key, need)
    return this.queryOf(needs)
  }

  private queryOf(needs: ReadonlyMap<string, Need>): Query {
    const key = [...needs.keys()].sort().join(' ')
    let query = this.queries.get(key)
    if (!query) {
      query = this.build([...needs].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, need]) => need))
      this.queries.set(key, query)
    }
    return query
  }

  private build(needs: Need[]): Query {
    const columns = needs.map((need, i) => `, CASE WHEN c.version_id = ${need.versionId} AND c.chart = '${need.chart.name}' THEN ${this.fragment(need)} END AS f${i}`).join('\n')
    const base = `c.id, c.programme, c.chart, c.version_id, c.parent_id, c.organisation_id, c.state, c.version, encode(c.head, 'hex') AS head, c.title, c.number, c.updated_at`
    const text = `SELECT ${base}, app_now() AS now${columns} FROM unnest($1::uuid[], $2::uuid[]) AS d(id, actor) JOIN cases c ON c.id = d.id`
    return {
      name: `read_${createHash('sha256').update(text).digest('hex').slice(0, 24)}`,
      needs,
      text,
      newText: `SELECT c.id, c.programme, c.chart, c.version_id, c.parent_id, c.organisation_id, NULL::jsonb AS state, 0 AS version, '' AS head, '' AS title, NULL AS number,
        app_now() AS updated_at, app_now() AS now${columns.replaceAll('d.actor', 'NULL::uuid')}
        FROM jsonb_to_recordset($1::jsonb) AS c(id uuid, programme text, chart text, version_id int, parent_id uuid, organisation_id uuid, state jsonb)`,
    }
  }

  private fragment({ root, chart }: Need): string {
    if (root === '@timers') return TIMERS
    if (root === '@roles') return ROLES
    const sql = this.registry.factSql(root, chart)
    if (sql === undefined) throw new Error(`No fact provider serves ${root} for chart ${chart.name} of ${chart.definition.name}`)
    return sql
  }
}

function caseRow(row: Row, needs: readonly Need[]): CaseRow {
  const found: CaseRow = {
    id: row.id as string, version: row.version as number, versionId: row.version_id as number, programme: row.programme as string, chart: row.chart as string,
    state: row.state as CaseState, head: row.head as string, parentId: row.parent_id as string | null, organisationId: row.organisation_id as string | null,
    title: row.title as string, number: row.number as string | null, updatedAt: row.updated_at as Date,
    facts: {}, parentVersion: undefined, armed: undefined, partyRoles: undefined, loaded: new Set(),
  }
  for (const [i, need] of needs.entries()) if (need.versionId === found.versionId && need.chart.name === found.chart) place(found, need, row[`f${i}`] as Json)
  return found
}

function place(row: CaseRow, { root, chart }: Need, value: Json): void {
  row.loaded.add(root)
  if (root === '@timers') row.armed = (value as [string, string, string | null][]).map(([key, deadline, due]) => ({ key, deadline, due: due === null ? null : new Date(due) }))
  else if (root === '@roles') row.partyRoles = value as string[]
  else if (root === chart.chart.childOf) {
    const parent = value as { v: number; value: Json } | null
    row.facts[root] = parent?.value ?? {}
    row.parentVersion = parent?.v
  } else if (root.startsWith('facts.')) row.facts.facts = { ...(row.facts.facts as { [key: string]: Json } | undefined), [root.slice('facts.'.length)]: value }
  else row.facts[root] = value ?? {}
}
