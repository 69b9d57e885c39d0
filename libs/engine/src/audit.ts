import type { Database, Row } from '@saitaku/database'
import { canonicalJson, type CaseState, type CaseView, type Json, type JsonObject } from '@saitaku/statechart'
import { withNumbers } from './commit.js'
import { decide, type Approach, type Decided } from './decide.js'
import type { CaseRow } from './case-reader.js'
import { eventHash, GENESIS } from './event-hash.js'
import { ProgrammeStore, type ProgrammeVersion } from './programme-store.js'
import type { AuditFault, AuditScope, Verification } from './verification.js'
import { factsRead } from './retrace.js'

export interface AuditReport {
  cases: number
  events: number
  /** The first row that was tampered with, or null. */
  fault: AuditFault | null
}
const PAGE = 400

/**
 * Replays every case from its events, with the facts that were read then and never today's, and compares: the
 * hash chain, what each event led to, the stored snapshot, its read model, its armed timers. Names the first
 * row at fault. Reads one consistent snapshot of the database, page by page. Then come the `verifications` of other libs.
 */
export async function verifyAudit(database: Database, scope: AuditScope = {}, verifications: readonly Verification[] = []): Promise<AuditReport> {
  const programmes = new ProgrammeStore(database)
  const report: AuditReport = { cases: 0, events: 0, fault: null }
  const orphan = await firstOrphan(database, scope)
  if (orphan) return { ...report, fault: orphan }
  for (let after = '00000000-0000-0000-0000-000000000000'; ; ) {
    const page = await readPage(database, scope, after)
    for (const one of page) {
      report.cases++
      report.events += one.events.length
      const fault = await verifyCase(one, programmes)
      if (fault) return { ...report, fault }
    }
    const last = page.at(-1)
    if (!last) break
    after = last.id
  }
  for (const verification of verifications) {
    report.fault = await verification(database, programmes, scope)
    if (report.fault) break
  }
  return report
}

interface StoredEvent {
  seq: number
  at: string
  type: string
  door: string
  actor: { id: string | null; roles: string[] }
  payload: JsonObject
  facts: JsonObject
  numbers: { name: string; text: string; effect: number | null }[] | null
  versionId: number
  prev: string
  hash: string
}
interface StoredCase {
  id: string
  programme: string
  chart: string
  beganVersionId: number
  versionId: number
  parentId: string | null
  organisationId: string | null
  state: CaseState
  version: number
  head: string
  view: CaseView
  number: string | null
  timers: [string, string | null][]
  events: StoredEvent[]
}

async function readPage(database: Database, { caseId, since }: AuditScope, after: string): Promise<StoredCase[]> {
  const rows = await database.query<Row>(
    `SELECT c.id, c.programme, c.chart, c.began_version_id, c.version_id, c.parent_id, c.organisation_id, c.state, c.version, encode(c.head, 'hex') AS head, c.number,
       jsonb_build_object('states', c.states, 'phase', c.phase, 'publicStatus', c.public_status, 'turn', c.turn, 'tags', c.tags, 'done', c.done) AS view,
       (SELECT coalesce(jsonb_agg(jsonb_build_array(t.key, t.due_at) ORDER BY t.key COLLATE "C"), '[]') FROM timer t WHERE t.case_id = c.id) AS timers,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('seq', e.seq, 'at', e.at, 'type', e.type, 'door', e.door, 'actor', e.actor, 'payload', e.payload, 'facts', e.facts,
          'numbers', e.numbers, 'versionId', e.version_id, 'prev', encode(e.prev, 'hex'), 'hash', encode(e.hash, 'hex')) ORDER BY e.seq), '[]') FROM case_event e WHERE e.case_id = c.id) AS events
     FROM cases c WHERE c.id > $1 AND ($2::uuid IS NULL OR c.id = $2) AND ($3::timestamptz IS NULL OR c.updated_at >= $3) ORDER BY c.id LIMIT ${PAGE}`,
    [after, caseId ?? null, since ?? null],
  )
  return rows.map((row) => ({
    id: row.id as string, programme: row.programme as string, chart: row.chart as string, beganVersionId: row.began_version_id as number, versionId: row.version_id as number,
    parentId: row.parent_id as string | null, organisationId: row.organisation_id as string | null, state: row.state as CaseState, version: row.version as number, head: row.head as string,
    view: row.view as CaseView, number: row.number as string | null, timers: row.timers as [string, string | null][], events: row.events as StoredEvent[],
  }))
}

async function firstOrphan(database: Database, { caseId }: AuditScope): Promise<AuditFault | null> {
  const [row] = await database.query<{ case_id: string; seq: number }>(
    `SELECT e.case_id, e.seq FROM case_event e WHERE e.seq = 1 AND ($1::uuid IS NULL OR e.case_id = $1) AND NOT EXISTS (SELECT 1 FROM cases c WHERE c.id = e.case_id) ORDER BY e.case_id LIMIT 1`,
    [caseId ?? null],
  )
  return row ? { caseId: row.case_id, seq: row.seq, reason: 'there are events of a case that is not there' } : null
}

async function verifyCase(stored: StoredCase, programmes: ProgrammeStore): Promise<AuditFault | null> {
  const at = (seq: number | null, reason: string): AuditFault => ({ caseId: stored.id, seq, reason })
  const replay = new Replay(stored)
  let previous = GENESIS
  for (const [i, event] of stored.events.entries()) {
    if (event.seq !== i + 1) return at(i + 1, `event ${i + 1} is missing`)
    if (event.prev !== previous) return at(event.seq, 'it does not follow the row before it')
    const version = await knownVersion(programmes, event.versionId)
    if (!version) return at(event.seq, `its programme version ${event.versionId} is not there`)
    if (eventHash(previous, contentOf(stored.id, event, version.hash)) !== event.hash) return at(event.seq, 'its content does not match its hash')
    previous = event.hash
    const problem = replay.apply(event, version)
    if (problem !== null) return at(event.seq, problem)
  }
  if (stored.head !== previous || stored.version !== stored.events.length) return at(null, 'the case does not point at its last event')
  const different = replay.differs(stored)
  return different === null ? null : at(null, different)
}

async function knownVersion(programmes: ProgrammeStore, id: number): Promise<ProgrammeVersion | undefined> {
  try {
    return await programmes.get(id)
  } catch {
    return undefined // what is missing or no longer compiles is a fault of the record, to be named and not thrown
  }
}

function contentOf(caseId: string, event: StoredEvent, version: string): Parameters<typeof eventHash>[1] {
  return {
    case: caseId, seq: event.seq, at: new Date(event.at).toISOString(), type: event.type, door: event.door, actor: event.actor,
    payload: event.payload, facts: event.facts, numbers: event.numbers, version,
  }
}

/** One case, taken through its events again. */
class Replay {
  private state: CaseState | undefined
  private view: CaseView | undefined
  private armed = new Map<string, { deadline: string; due: Date | null }>()
  private lastAt = new Date(0)
  private number: string | null = null

  constructor(private readonly stored: StoredCase) {}

  /** Null, or why the event cannot have led on. */
  apply(event: StoredEvent, version: ProgrammeVersion): string | null {
    const approach = approachOf(event)
    if (!approach) return 'it cannot be read'
    if ((approach.door === 'create') !== (event.seq === 1)) return 'a case begins once, with its first event'
    const receivedAt = typeof event.payload.receivedAt === 'string' ? new Date(event.payload.receivedAt) : new Date(event.at)
    const outcome = decide(approach, this.row(event), version, receivedAt)
    if (outcome.kind === 'needs') return `replay needs ${outcome.root}, which it did not record`
    if (outcome.kind !== 'decided') return 'the chart does not take it'
    return this.take(event, outcome.decided)
  }

  private take(event: StoredEvent, { at, stepped }: Decided): string | null {
    if (at.getTime() !== new Date(event.at).getTime()) return 'its instant does not follow from its receipt'
    const taken = (event.numbers ?? []).map(({ name, text, effect }) => ({ name, text, effect: effect ?? undefined }))
    if (taken.length !== stepped.numbers.length) return 'it took other numbers than the chart asks for'
    const { attributes } = withNumbers(stepped, taken)
    this.state = { ...stepped.state, attributes }
    this.view = stepped.view
    this.lastAt = at
    this.number = taken.find((one) => one.effect === undefined)?.text ?? this.number
    for (const key of stepped.timers.cancel) this.armed.delete(key)
    for (const { key, deadline, due } of stepped.timers.set) this.armed.set(key, { deadline, due })
    return null
  }

  private row(event: StoredEvent): CaseRow {
    return {
      id: this.stored.id, version: event.seq - 1, versionId: event.versionId, programme: this.stored.programme, chart: this.stored.chart,
      state: this.state as CaseState, head: event.prev, parentId: this.stored.parentId, organisationId: this.stored.organisationId, title: '', number: null,
      updatedAt: this.lastAt, facts: factsRead(event.facts), parentVersion: undefined, loaded: new Set(), partyRoles: event.actor.roles,
      armed: [...this.armed].map(([key, { deadline, due }]) => ({ key, deadline, due })),
    }
  }

  /** Null where the stored case is what its events make of it. */
  differs(stored: StoredCase): string | null {
    const timers = [...this.armed].map(([key, { due }]): [string, string | null] => [key, due ? due.toISOString() : null]).sort(([a], [b]) => (a < b ? -1 : 1))
    const storedTimers = stored.timers.map(([key, due]): [string, string | null] => [key, due === null ? null : new Date(due).toISOString()])
    if (canonicalJson(this.state as unknown as Json) !== canonicalJson(stored.state as unknown as Json)) return 'its snapshot is not what its events lead to'
    if (canonicalJson(this.view as unknown as Json) !== canonicalJson(stored.view as unknown as Json)) return 'its columns are not what its snapshot says'
    if (this.number !== stored.number) return 'its number is not the one it was given'
    if (canonicalJson(timers) !== canonicalJson(storedTimers)) return 'its armed timers are not those of its events'
    return null
  }
}

function approachOf(event: StoredEvent): Approach | undefined {
  const { payload } = event
  switch (event.door) {
    case 'create':
      return { door: 'create', attributes: (payload.attributes ?? {}) as JsonObject, actor: event.actor }
    case 'event':
      return { door: 'event', type: event.type, data: (payload.data ?? {}) as JsonObject, actor: event.actor, expectedVersion: undefined }
    case 'timer':
      return { door: 'timer', key: event.type, due: new Date(payload.dueAt as string) }
    case 'engine':
      return { door: 'engine' }
    default:
      return undefined
  }
}
