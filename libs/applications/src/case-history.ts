import type { Row } from '@saitaku/database'
import { retrace, type Engine, type RecordedEvent } from '@saitaku/engine'
import type { HistoryEntry } from '@saitaku/contracts'
import { formatInstant } from '@saitaku/calendar'
import type { CaseState, CaseView, CompiledChart } from '@saitaku/statechart'
import type { SeenCase } from './sight.js'

interface Recorded extends RecordedEvent {
  at: Date
  actorName: string | null
  versionId: number
  hash: string
}

/** One event of a case, and where the case stood after it. */
export interface Moment {
  event: Recorded
  chart: CompiledChart
  state: CaseState
  view: CaseView
}

/** How many cases' counts are remembered. */
const REMEMBERED = 20_000

/** What happened to a case, told from its events, each with what its viewer may know. */
export class CaseHistory {
  private readonly counts = new Map<string, number>()

  constructor(private readonly engine: Engine) {}

  async entries(seen: SeenCase, personId: string | null): Promise<HistoryEntry[]> {
    const moments = await this.moments(seen)
    return seen.parts.has('fullHistory') ? moments.map((moment) => officeEntry(moment, seen.parts.has('approvals'))) : observable(moments, personId)
  }

  /** How many entries an outsider sees: what their ETag may count, since it moves with what they see alone. */
  async observableCount(seen: SeenCase, personId: string | null): Promise<number> {
    const key = `${seen.id} ${seen.version} ${personId ?? ''}`
    const known = this.counts.get(key)
    if (known !== undefined) return known
    const count = observable(await this.moments(seen), personId).length
    if (this.counts.size >= REMEMBERED) this.counts.clear()
    this.counts.set(key, count)
    return count
  }

  /** The case as it stood at an instant; undefined before it began. */
  async at(seen: SeenCase, instant: Date): Promise<Moment | undefined> {
    return (await this.moments(seen, instant)).at(-1)
  }

  private async moments(seen: SeenCase, until?: Date): Promise<Moment[]> {
    const events = await this.engine.database.query<Recorded & Row>(
      `SELECT e.seq, e.at, e.type, e.door, e.actor, p.name AS "actorName", e.payload, e.facts, e.numbers, e.version_id AS "versionId", encode(e.hash, 'hex') AS hash
       FROM case_event e LEFT JOIN person p ON p.id = (e.actor->>'id')::uuid
       WHERE e.case_id = $1 AND e.seq <= $2 AND ($3::timestamptz IS NULL OR e.at <= $3) ORDER BY e.seq`,
      [seen.id, seen.version, until ?? null],
    )
    const moments: Moment[] = []
    for (const event of events) moments.push(await this.next(seen, moments.at(-1), event))
    return moments
  }

  private async next(seen: SeenCase, before: Moment | undefined, event: Recorded): Promise<Moment> {
    const { compiled } = await this.engine.programmes.get(event.versionId)
    const chart = compiled.charts.get(seen.chart)
    if (!chart) throw new Error(`Programme version ${event.versionId} has no chart ${seen.chart}`)
    const stepped = retrace(chart, before?.state, event)
    if (!stepped) {
      if (before) return { event, chart, state: before.state, view: before.view }
      throw new Error(`Case ${seen.id} does not begin with its beginning`)
    }
    return { event, chart, state: stepped.state, view: stepped.view }
  }
}

/** Without approvals, an event of an approval chain is there with its time and nothing of who decided what. */
function officeEntry({ event, chart, view }: Moment, withApprovals: boolean): HistoryEntry {
  const { seq, at, type, door, actor, actorName, payload, numbers, hash } = event
  const label = chart.definition.events[type]
  return {
    seq, at: formatInstant(at), type, door, ...(label ? { label } : {}), ...statusOf(chart, view),
    ...(!withApprovals && isApproval(chart, type) ? {} : { actor: { id: actor.id, roles: actor.roles, ...(actorName === null ? {} : { name: actorName }) }, payload, numbers }), hash,
  }
}

const isApproval = ({ transitions }: CompiledChart, type: string): boolean => transitions.some(({ trigger, source }) => trigger === type && source.approvals !== undefined)

/** Changes of the public status, and what one did oneself; nothing of how or by whom the office came to it. */
function observable(moments: readonly Moment[], personId: string | null): HistoryEntry[] {
  let status: string | null | undefined
  return moments.flatMap(({ event, chart, view }): HistoryEntry[] => {
    const changed = view.publicStatus !== status
    status = view.publicStatus
    const own = personId !== null && event.actor.id === personId
    if (!changed && !own) return []
    const label = chart.definition.events[event.type]
    return [{ at: formatInstant(event.at), own, ...(own ? { type: event.type, ...(label ? { label } : {}) } : {}), ...statusOf(chart, view) }]
  })
}

function statusOf(chart: CompiledChart, { publicStatus }: CaseView): Pick<HistoryEntry, 'publicStatus' | 'publicStatusLabel'> {
  const known = publicStatus === null ? undefined : chart.definition.publicStatuses[publicStatus]
  return { publicStatus, publicStatusLabel: known ? { ja: known.ja, en: known.en } : null }
}
