import type { Database, Row } from '@saitaku/database'
import { tokyoInstant } from '@saitaku/calendar'
import type { ProgrammeStore } from '@saitaku/engine'
import { stageScoring, type Stage } from '@saitaku/review'
import type { CompiledProgramme, JsonObject } from '@saitaku/statechart'
import { hashOf, type StageKey } from './journal.js'
import { refuse } from './refusal.js'

/** A stage of a call as it stands now: what its rubric says, and where the call is. */
export interface StageNow extends StageKey {
  rubric: Stage
  /** SHA-256 of what sheets are filled in by and ranked by. */
  rubricHash: string
  programme: string
  versionId: number
  compiled: CompiledProgramme
  chart: string
  title: string
  states: string[]
  attributes: JsonObject
  now: Date
  /** How many entries its journal has: an ETag of all that its outcome depends on but the applications. */
  version: number
}

interface CallRow extends Row {
  programme: string
  version_id: number
  chart: string
  title: string
  states: string[]
  attributes: JsonObject | null
  now: Date
  version: number | null
}

/** Finds stages. Rubrics are pinned by the call's programme version, so that what was read of one once stays. */
export class StageReader {
  private readonly hashes = new WeakMap<Stage, string>()

  constructor(
    private readonly database: Database,
    private readonly programmes: ProgrammeStore,
  ) {}

  async read({ callId, stage }: StageKey): Promise<StageNow> {
    const [row] = await this.database.query<CallRow>(
      `SELECT c.programme, c.version_id, c.chart, c.title, c.states, c.state->'attributes' AS attributes, app_now() AS now,
         (SELECT s.version FROM review_stage s WHERE s.call_id = c.id AND s.stage = $2) AS version
       FROM cases c WHERE c.id = $1 AND c.parent_id IS NULL`, [callId, stage])
    if (!row) throw unknownStage()
    const { compiled } = await this.programmes.get(row.version_id)
    const rubric = compiled.definition.rubric?.stages.find((one) => one.id === stage)
    if (!rubric) throw unknownStage()
    return {
      callId, stage, rubric, rubricHash: this.hash(rubric), programme: row.programme, versionId: row.version_id, compiled, chart: row.chart, title: row.title,
      states: row.states, attributes: row.attributes ?? {}, now: row.now, version: row.version ?? 0,
    }
  }

  /** The stages of a call, in the order of its rubric; none where its programme has no rubric. */
  async all(callId: string): Promise<Stage[]> {
    const [row] = await this.database.query<{ version_id: number }>('SELECT version_id FROM cases WHERE id = $1 AND parent_id IS NULL', [callId])
    return row ? ((await this.programmes.get(row.version_id)).compiled.definition.rubric?.stages ?? []) : []
  }

  /** The stage that a call stands in: the one that is scored now, else the last that anything was written of, else the first. */
  async current(callId: string): Promise<string> {
    const [row] = await this.database.query<{ version_id: number; states: string[]; begun: string[] }>(
      `SELECT version_id, states, ARRAY(SELECT s.stage FROM review_stage s WHERE s.call_id = c.id) AS begun FROM cases c WHERE c.id = $1 AND c.parent_id IS NULL`, [callId])
    const rubric = row && (await this.programmes.get(row.version_id)).compiled.definition.rubric
    const stages = rubric?.stages ?? []
    const scored = stages.find(({ scoring }) => scoring !== undefined && standsIn(row?.states ?? [], scoring.state))
    const found = scored ?? stages.findLast(({ id }) => row?.begun.includes(id)) ?? stages[0]
    if (!found) throw unknownStage()
    return found.id
  }

  private hash(rubric: Stage): string {
    let hash = this.hashes.get(rubric)
    if (hash === undefined) this.hashes.set(rubric, (hash = rubricHash(rubric)))
    return hash
  }
}

const unknownStage = (): Error => refuse('unknownStage', 'この募集に、その審査段階はありません', 'The call has no such stage of review')

/** What a sheet is pinned to: the criteria with their scales, and what is done with the points. Labels may be mended. */
export const rubricHash = (rubric: Stage): string => hashOf(stageScoring(rubric))

/** Whether the call stands in a state, or in one inside it. */
export const standsIn = (states: readonly string[], place: string): boolean => place === '' || states.some((state) => state === place || state.startsWith(`${place}.`))

/** When sheets are no longer taken; null where the rubric names no instant or the call has none. */
export function lockedAt({ rubric, attributes }: Pick<StageNow, 'rubric' | 'attributes'>): Date | null {
  const until = rubric.scoring?.until === undefined ? undefined : attributes[rubric.scoring.until]
  return typeof until === 'string' ? tokyoInstant(until) : null
}

/** Whether sheets are filled in now, or why not. */
export function scoringState(stage: Pick<StageNow, 'rubric' | 'attributes' | 'states' | 'now'>): 'open' | 'closed' | 'locked' {
  const state = stage.rubric.scoring?.state
  if (state !== undefined && !standsIn(stage.states, state)) return 'closed'
  const lock = lockedAt(stage)
  return lock !== null && stage.now >= lock ? 'locked' : 'open'
}

/** The panel deliberates where the chart takes its proposal. */
export function isDeliberating({ rubric, compiled, chart, states }: StageNow): boolean {
  const compiledChart = compiled.charts.get(chart)
  const transitions = rubric.decision ? (compiledChart?.events.get(rubric.decision.event) ?? []) : []
  return transitions.some(({ node }) => standsIn(states, compiledChart?.nodes.get(node)?.place ?? ''))
}
