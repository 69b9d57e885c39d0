import type { Database } from '@saitaku/database'
import { activeNodes, type CaseState } from '@saitaku/statechart'
import { ProgrammeStore } from './programme-store.js'

export interface Violation {
  invariant: string
  subject: string
}

interface Invariant {
  name: string
  /** Rows are violations; `subject` says of what. */
  sql: string
}

const INVARIANTS: Invariant[] = [
  { name: 'a case has as many events as its version says, without a gap', sql: `
      SELECT c.id::text AS subject FROM cases c LEFT JOIN (SELECT case_id, count(*) AS n, max(seq) AS last, min(seq) AS first FROM case_event GROUP BY case_id) e ON e.case_id = c.id
      WHERE e.n IS DISTINCT FROM c.version OR e.last IS DISTINCT FROM c.version OR e.first IS DISTINCT FROM 1` },
  { name: 'a case points at its last event', sql: `
      SELECT c.id::text AS subject FROM cases c JOIN case_event e ON e.case_id = c.id AND e.seq = c.version WHERE e.hash <> c.head` },
  { name: 'each event follows the one before it', sql: `
      SELECT e.case_id || ' event ' || e.seq AS subject FROM case_event e JOIN case_event p ON p.case_id = e.case_id AND p.seq = e.seq - 1 WHERE e.prev <> p.hash` },
  { name: 'events belong to a case', sql: `
      SELECT DISTINCT e.case_id::text AS subject FROM case_event e WHERE NOT EXISTS (SELECT 1 FROM cases c WHERE c.id = e.case_id)` },
  { name: 'time does not run backwards in a case', sql: `
      SELECT e.case_id || ' event ' || e.seq AS subject FROM case_event e JOIN case_event p ON p.case_id = e.case_id AND p.seq = e.seq - 1 WHERE e.at < p.at` },
  { name: 'the holder of a case is there', sql: `
      SELECT c.id::text AS subject FROM cases c WHERE c.parent_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM cases p WHERE p.id = c.parent_id)` },
  { name: 'a finished case has no timer', sql: `SELECT t.case_id || ' ' || t.key AS subject FROM timer t JOIN cases c ON c.id = t.case_id WHERE c.done` },
  { name: 'a timer belongs to a case', sql: `SELECT t.case_id || ' ' || t.key AS subject FROM timer t WHERE NOT EXISTS (SELECT 1 FROM cases c WHERE c.id = t.case_id)` },
  { name: 'numbers have no gaps and no doubles', sql: `
      SELECT c.scope AS subject FROM number_counter c LEFT JOIN (SELECT scope, count(*) AS n, max(value) AS last FROM number_issued GROUP BY scope) i ON i.scope = c.scope
      WHERE i.n IS DISTINCT FROM c.value OR i.last IS DISTINCT FROM c.value` },
  { name: 'a number issued stands in its event', sql: `
      SELECT n.scope || ' ' || n.value AS subject FROM number_issued n LEFT JOIN case_event e ON e.case_id = n.case_id AND e.seq = n.seq
      WHERE e.numbers IS NULL OR NOT e.numbers @> jsonb_build_array(jsonb_build_object('name', n.name, 'text', n.text))` },
  { name: 'an effect belongs to an event', sql: `
      SELECT o.id::text AS subject FROM outbox o WHERE NOT EXISTS (SELECT 1 FROM case_event e WHERE e.case_id = o.case_id AND e.seq = o.seq)` },
  { name: 'an outcome belongs to an effect', sql: `SELECT f.outbox_id::text AS subject FROM effect_outcome f WHERE NOT EXISTS (SELECT 1 FROM outbox o WHERE o.id = f.outbox_id)` },
  { name: 'a notice or document belongs to an effect that is done', sql: `
      SELECT n.outbox_id::text AS subject FROM document n LEFT JOIN effect_outcome f ON f.outbox_id = n.outbox_id WHERE f.state IS DISTINCT FROM 'done'` },
  { name: 'a finished fan-out has left no child waiting', sql: `
      SELECT DISTINCT i.outbox_id::text AS subject FROM fanout_item i JOIN effect_outcome f ON f.outbox_id = i.outbox_id WHERE f.state = 'done' AND i.outcome = 'pending'` },
  { name: 'an idempotency key belongs to an event', sql: `
      SELECT k.case_id || ' ' || k.key AS subject FROM command_key k WHERE NOT EXISTS (SELECT 1 FROM case_event e WHERE e.case_id = k.case_id AND e.seq = (k.answer->>'version')::int)` },
]

const MOST = 20

/** What must hold of the record at any time. The same class runs in the tests and on a live database. */
export class Invariants {
  constructor(private readonly database: Database) {}

  /** Every violation, at most twenty of each kind; empty when all holds. */
  async check(): Promise<Violation[]> {
    const found: Violation[] = []
    for (const { name, sql } of INVARIANTS) {
      const rows = await this.database.query<{ subject: string }>(`SELECT * FROM (${sql}) v LIMIT ${MOST}`)
      found.push(...rows.map(({ subject }) => ({ invariant: name, subject })))
    }
    return [...found, ...(await this.timersFollowStates())]
  }

  /** Timers are those that the active states declare; states are those of the chart. */
  private async timersFollowStates(): Promise<Violation[]> {
    const programmes = new ProgrammeStore(this.database)
    const found: Violation[] = []
    for (let after = '00000000-0000-0000-0000-000000000000'; ; ) {
      const rows = await this.database.query<{ id: string; chart: string; version_id: number; state: CaseState; states: string[]; keys: string[] }>(
        `SELECT c.id, c.chart, c.version_id, c.state, c.states, ARRAY(SELECT t.key FROM timer t WHERE t.case_id = c.id) AS keys FROM cases c WHERE c.id > $1 ORDER BY c.id LIMIT 2000`,
        [after],
      )
      for (const row of rows) {
        const chart = (await programmes.get(row.version_id)).compiled.charts.get(row.chart)
        const places = new Set([...(chart?.nodes.values() ?? [])].map((node) => node.place))
        if (!chart || row.states.some((place) => !places.has(place))) {
          found.push({ invariant: 'a case is in states that its chart has', subject: row.id })
          continue
        }
        const active = activeNodes(chart, row.state.at)
        for (const key of row.keys) if (!active.has(chart.timers.get(key)?.node ?? '')) found.push({ invariant: 'a timer belongs to a state that is active', subject: `${row.id} ${key}` })
        if (found.length >= MOST) return found
      }
      const last = rows.at(-1)
      if (!last) return found
      after = last.id
    }
  }
}
