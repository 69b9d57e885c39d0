import type { Database, Row } from '@saitaku/database'
import { retrace, type ProgrammeStore, type RecordedEvent } from '@saitaku/engine'
import type { CaseState } from '@saitaku/statechart'

/** What a case went through, as its events tell; the columns of a case know only where it stands. */
export interface Course {
  programme: string
  /** How many cases it lies under: a call 0, an application 1. */
  depth: number
  /** Phases it has been in. */
  phases: ReadonlySet<string>
  /** Semantic tags it has ever carried, and those it carries at the end. */
  tags: ReadonlySet<string>
  tagsNow: readonly string[]
  /** Those it carried at the instant asked about; none before it began. */
  tagsThen: readonly string[]
  deadlinesCancelled: number
}

interface Recorded extends RecordedEvent {
  at: string
  versionId: number
}
interface RecordedCase extends Row {
  id: string
  programme: string
  chart: string
  depth: number
  events: Recorded[]
}

const PAGE = 500
const FIRST = '00000000-0000-0000-0000-000000000000'

/** Retraces every case with the facts that were read when it happened. */
export async function* replayRecord(database: Database, programmes: ProgrammeStore, then: Date): AsyncGenerator<Course> {
  for (let after = FIRST; ; ) {
    const page = await database.query<RecordedCase>(
      `SELECT c.id, c.programme, c.chart, CASE WHEN c.parent_id IS NULL THEN 0 WHEN p.parent_id IS NULL THEN 1 ELSE 2 END AS depth,
         (SELECT jsonb_agg(jsonb_build_object('seq', e.seq, 'at', e.at, 'type', e.type, 'door', e.door, 'actor', e.actor, 'payload', e.payload, 'facts', e.facts, 'numbers', e.numbers,
            'versionId', e.version_id) ORDER BY e.seq) FROM case_event e WHERE e.case_id = c.id) AS events
       FROM cases c LEFT JOIN cases p ON p.id = c.parent_id WHERE c.id > $1 ORDER BY c.id LIMIT ${PAGE}`, [after])
    for (const one of page) yield await courseOf(one, programmes, then)
    const last = page.at(-1)
    if (!last) return
    after = last.id
  }
}

async function courseOf({ programme, chart: name, depth, events }: RecordedCase, programmes: ProgrammeStore, then: Date): Promise<Course> {
  const phases = new Set<string>()
  const tags = new Set<string>()
  const armed = new Set<string>()
  let state: CaseState | undefined
  let tagsThen: readonly string[] = []
  let tagsNow: readonly string[] = []
  let deadlinesCancelled = 0
  for (const event of events) {
    const chart = (await programmes.get(event.versionId)).compiled.charts.get(name)
    const stepped = chart && retrace(chart, state, event)
    if (!stepped) continue
    state = stepped.state
    const { view, timers } = stepped
    if (view.phase) phases.add(view.phase)
    for (const tag of view.tags) tags.add(tag)
    tagsNow = view.tags
    if (new Date(event.at) <= then) tagsThen = view.tags
    for (const key of timers.cancel) if (armed.delete(key) && key !== event.type) deadlinesCancelled++
    for (const { key } of timers.set) armed.add(key)
  }
  return { programme, depth, phases, tags, tagsNow, tagsThen, deadlinesCancelled }
}
