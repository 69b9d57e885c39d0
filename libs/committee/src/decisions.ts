import type { Row } from '@saitaku/database'
import type { Answer, Engine } from '@saitaku/engine'
import { strengthsOf } from '@saitaku/review'
import type { CompiledChart, Json, JsonObject } from '@saitaku/statechart'
import { mustLead, mustSeeOutcome, recusedApplications, seatOf } from './access.js'
import { namesOf, type ApplicationName } from './applications.js'
import { computed } from './computation.js'
import type { Actor } from './connection.js'
import { append, entriesOf, hashOf, type JournalRecord, type StageKey } from './journal.js'
import { draftOutcomes, type DecisionBasis, type DraftedOutcome } from './outcomes.js'
import { rankingOf, type StageRanking } from './ranking.js'
import { badInput, refuse } from './refusal.js'
import { hidesFrom, unnamed } from './reviews.js'
import { chosenBy, selectionOf, type Selection } from './selection.js'
import { isDeliberating, standsIn, type StageNow, type StageReader } from './stage-reader.js'

/** Where a draft stands: what became of it is told by the call's own events. */
export type DecisionState = 'draft' | 'superseded' | 'proposed' | 'returned' | 'approved' | 'withdrawn' | 'published'

export interface Approval {
  by: string | null
  at: Date
  /** False once the decision was sent back or taken back: the approval stays on record and counts no more. */
  counts: boolean
}

/** An outcome with its application as this person names it. */
export type Named<T> = Omit<T, 'application'> & { application: ApplicationName }

export interface DecisionItem extends DraftedOutcome {
  /** What the application answered when it was told: `pending`, `done`, or `refused` with why. */
  told: { outcome: string; reason: { ja: string; en: string } | null } | null
}

export interface Decision {
  /** Its place in the stage's journal: what it is called by. */
  seq: number
  state: DecisionState
  draftedBy: string | null
  draftedAt: Date
  items: Named<DecisionItem>[]
  approvals: Approval[]
  /** Why it was sent back or taken back. */
  returnedFor: string | null
  minutes: string | null
  hash: string
}

export interface DryRunItem extends DraftedOutcome {
  problem: { ja: string; en: string } | null
}

/** Decisions: drawn from the ranking, proposed, approved and published by the chart's own events, and each kept with all that led to it. */
export class Decisions {
  constructor(
    private readonly engine: Engine,
    private readonly stages: StageReader,
  ) {}

  async list(key: StageKey, actor: Actor): Promise<{ version: number; decisions: Decision[] }> {
    const stage = await this.stages.read(key)
    const seat = await seatOf(this.engine.database, key, actor)
    mustSeeOutcome(seat)
    const recused = new Set(await recusedApplications(this.engine.database, key, actor, seat))
    const named = await this.naming(stage, hidesFrom(stage.rubric, seat))
    const decisions = await this.all(stage)
    // the minutes tell of everything: whoever is recused from a part of it does not read them here
    return { version: stage.version, decisions: decisions.map((one) => ({ ...one, minutes: recused.size > 0 ? null : one.minutes, items: one.items.filter(({ application }) => !recused.has(application)).map(named) })) }
  }

  /** Where a draft stands; undefined for one that is not there. */
  async stateOf(key: StageKey, seq: number): Promise<DecisionState | undefined> {
    return (await this.all(await this.stages.read(key))).find((one) => one.seq === seq)?.state
  }

  /**
   * Draws a decision from the ranking as it stands. A dry run says what every application would get, and whether its
   * chart would take it, and writes nothing.
   */
  async draft(key: StageKey, actor: Actor, { dryRun = false, expectedVersion, idempotencyKey }: { dryRun?: boolean; expectedVersion?: number | undefined; idempotencyKey?: string | undefined } = {}): Promise<{ seq: number | null; items: Named<DryRunItem>[] }> {
    const stage = await this.stages.read(key)
    const seat = await seatOf(this.engine.database, key, actor)
    mustLead(seat)
    const done = idempotencyKey === undefined ? undefined : (await entriesOf(this.engine.database, key, ['decisionDrafted'])).find(({ content, actorId }) => content.key === idempotencyKey && actorId === actor.id)
    if (done) return { seq: done.seq, items: (done.content.outcomes as unknown as DraftedOutcome[]).map((one) => ({ ...one, problem: null })).map(await this.naming(stage, hidesFrom(stage.rubric, seat))) }
    mustDeliberate(stage)
    const ranking = await rankingOf(this.engine.database, stage, false)
    if (!ranking.result) throw badInput(ranking.problems)
    const selection = selectionOf(stage, ranking)
    if (!selection || !stage.rubric.decision) throw refuse('notNow', 'この段階には、結果の決め方が定められていません', 'The rubric does not say how this stage is decided')
    if (!selection.result) throw badInput(selection.problems)
    const basis = this.basisOf(stage, ranking, selection)
    const outcomes = draftOutcomes(stage.rubric, stage.rubric.decision, basis)
    const items = await this.tried(stage, outcomes)
    const wrong = items.flatMap(({ application, problem }, i) => (problem ? [{ pointer: `/items/${i}`, code: 'notTaken', message: { ja: `${application}: ${problem.ja}`, en: `${application}: ${problem.en}` } }] : []))
    const named = await this.naming(stage, hidesFrom(stage.rubric, seat))
    if (dryRun) return { seq: null, items: items.map(named) }
    if (wrong.length > 0) throw badInput(wrong)
    const content = {
      ranking: computed('ranking', ranking.input, ranking.result), selection: computed(selection.kind === 'prizes' ? 'prizes' : 'allocation', selection.input, selection.result),
      basis: basis as unknown as JsonObject, outcomes: outcomes as unknown as Json[], hash: hashOf(outcomeMap(outcomes)), rubric: stage.rubricHash, programmeVersion: stage.versionId,
      ...(idempotencyKey === undefined ? {} : { key: idempotencyKey }),
    }
    const [record] = await this.engine.database.transaction(async (tx) => {
      const written = await append(tx, key, [{ kind: 'decisionDrafted', content, actorId: actor.id }])
      if (written[0] && written[0].seq !== (expectedVersion ?? stage.version) + 1) throw refuse('stale', '審議の内容が変わりました。最新の内容を確かめて、もう一度起案してください', 'The deliberation has moved on; look at it and draft again', [], written[0].seq - 1)
      return written
    })
    return { seq: record?.seq ?? null, items: items.map(named) }
  }

  /** Puts a draft to the approvers, with the minutes, by the chart's own event. Only the newest draft, drawn from what is true now. */
  async propose(key: StageKey, actor: Actor, seq: number, minutes: string): Promise<void> {
    const stage = await this.stages.read(key)
    const rule = ruleOf(stage)
    const draft = await this.newest(stage, seq)
    const since = await entriesOf(this.engine.database, key, CHANGES_OUTCOME)
    if (since.some((record) => record.seq > seq)) throw refuse('stale', '起案のあとに審議の内容が変わりました。もう一度起案してください', 'The deliberation has moved on since this draft; draft again', [], stage.version)
    const asked = (stage.compiled.charts.get(stage.chart)?.events.get(rule.event) ?? []).flatMap((transition) => Object.keys(transition.data))
    const noAward = (draft.content.selection as { result?: { notAwarded?: { prize: string }[] } }).result?.notAwarded?.map(({ prize }) => prize) ?? []
    const data: JsonObject = { minutes, outcomes: outcomeMap(draft.content.outcomes as unknown as DraftedOutcome[]) }
    if (asked.includes('noAward')) data.noAward = noAward
    must(await this.engine.dispatch({ caseId: key.callId, type: rule.event, data, actor, key: `decision ${key.stage} ${seq}` }))
  }

  /** One approval of the chain. Whoever drafted a decision cannot approve it, whichever role they hold. */
  async approve(key: StageKey, actor: Actor, seq: number, idempotencyKey?: string): Promise<{ complete: boolean }> {
    const stage = await this.stages.read(key)
    const rule = ruleOf(stage)
    const draft = await this.newest(stage, seq)
    if (draft.actorId === actor.id) throw refuse('separation', '起案した人は決裁できません', 'Whoever drafted a decision cannot approve it')
    if (rule.approve === undefined) throw refuse('notNow', 'この段階に決裁の手続きはありません', 'This stage has no approval')
    const answer = must(await this.engine.dispatch({ caseId: key.callId, type: rule.approve, data: {}, actor, ...(idempotencyKey === undefined ? {} : { key: `${actor.id} ${idempotencyKey}`.slice(0, 200) }) }))
    return { complete: answer.moved }
  }

  /** Sends it back, takes it back before publication, or publishes it: the chart's own events, under the names that the rubric gives them. */
  async move(key: StageKey, actor: Actor, how: 'sendBack' | 'withdraw' | 'publish', reason?: string): Promise<void> {
    const stage = await this.stages.read(key)
    const event = ruleOf(stage)[how]
    if (event === undefined) throw refuse('notNow', 'この段階に、その手続きはありません', 'This stage has no such step')
    must(await this.engine.dispatch({ caseId: key.callId, type: event, data: reason === undefined ? {} : { reason }, actor }))
  }

  // ── how it came about ────────────────────────────────────────────────────────────────────────────────────────

  private basisOf(stage: StageNow, ranking: StageRanking, selection: Selection): DecisionBasis {
    const { adopted, reserve } = chosenBy(selection)
    const strengths = strengthsOf(ranking.input, [...new Set(adopted.map(({ application }) => application))])
    const { conditions, comments, reasons } = ranking.deliberation
    return {
      order: ranking.standings.map(({ application }) => application), adopted, reserve, rejected: (ranking.result?.rejected ?? []).map(({ application, threshold }) => ({ application, threshold })),
      strengths: strengths.ok ? strengths.result : [], conditions: Object.fromEntries(conditions), comments: Object.fromEntries(comments), reasons: Object.fromEntries(reasons), asks: asksOf(stage),
    }
  }

  /** What each application's chart would say to its outcome. */
  private async tried(stage: StageNow, outcomes: readonly DraftedOutcome[]): Promise<DryRunItem[]> {
    const rows = await this.engine.database.query<{ id: string; chart: string; states: string[] }>('SELECT id, chart, states FROM cases WHERE id = ANY ($1::uuid[])', [outcomes.map(({ application }) => application)])
    const standing = new Map(rows.map((row) => [row.id, row]))
    return outcomes.map((one) => ({ ...one, problem: problemOf(stage.compiled.charts.get(standing.get(one.application)?.chart ?? ''), standing.get(one.application)?.states ?? [], one) }))
  }

  private async naming({ rubric, callId }: StageNow, blind: boolean): Promise<<T extends { application: string }>(item: T) => Named<T>> {
    const children = await this.engine.database.query<{ id: string }>('SELECT id FROM cases WHERE parent_id = $1', [callId])
    const names = await namesOf(this.engine.database, rubric, children.map(({ id }) => id), blind)
    return (item) => ({ ...item, application: names.get(item.application) ?? unnamed(item.application) })
  }

  private async newest({ callId, stage }: StageNow, seq: number): Promise<JournalRecord> {
    const drafts = await entriesOf(this.engine.database, { callId, stage }, ['decisionDrafted'])
    const draft = drafts.at(-1)
    if (!draft || !drafts.some((one) => one.seq === seq)) throw refuse('unknownThing', '決定案が見つかりません', 'There is no such draft')
    if (draft.seq !== seq) throw refuse('stale', '新しい決定案があります', 'There is a newer draft', [], draft.seq)
    return draft
  }

  private async all(stage: StageNow): Promise<(Omit<Decision, 'items'> & { items: DecisionItem[] })[]> {
    const [records, course] = await Promise.all([entriesOf(this.engine.database, stage, ['decisionDrafted']), this.courseOf(stage)])
    const newest = records.at(-1)?.seq
    const told = await this.told(stage.callId, course)
    // what was proposed twice in the same words was drafted twice: each proposal belongs to the last draft before it
    const drafted = (one: Course): JournalRecord | undefined => records.findLast(({ content, at }) => content.hash === one.hash && at <= one.at)
    return records.map((record) => {
      const { content } = record
      const outcomes = content.outcomes as unknown as DraftedOutcome[]
      const mine = course.findLast((one) => drafted(one)?.seq === record.seq)
      return {
        seq: record.seq, draftedBy: record.actorId, draftedAt: record.at, hash: content.hash as string,
        state: mine?.state ?? (record.seq === newest ? 'draft' : 'superseded'),
        approvals: mine?.approvals ?? [], returnedFor: mine?.returnedFor ?? null, minutes: mine?.minutes ?? null,
        items: outcomes.map((one) => ({ ...one, told: (mine && mine.effects.length > 0 && told.get(one.application)) || null })),
      }
    })
  }

  /** What became of each proposal, from the call's events. */
  private async courseOf(stage: StageNow): Promise<Course[]> {
    const rule = stage.rubric.decision
    if (!rule) return []
    const names = [rule.event, rule.approve, rule.sendBack, rule.withdraw].filter((name) => name !== undefined)
    const rows = await this.engine.database.query<EventRow>(
      `SELECT e.seq, e.type, e.at, e.actor->>'id' AS "actorId", e.payload->'data' AS data, c.tags, c.states,
         ARRAY(SELECT o.id::text FROM outbox o WHERE o.case_id = e.case_id AND o.seq = e.seq AND o.topic = 'sendToChildren') AS effects
       FROM case_event e JOIN cases c ON c.id = e.case_id WHERE e.case_id = $1 AND e.type = ANY ($2) ORDER BY e.seq`, [stage.callId, names])
    const courses: Course[] = []
    for (const row of rows) {
      const current = courses.at(-1)
      if (row.type === rule.event) courses.push({ hash: hashOf(row.data?.outcomes ?? {}), at: row.at, state: 'proposed', approvals: [], returnedFor: null, minutes: textOf(row.data?.minutes), effects: [] })
      else if (!current) continue
      else if (row.type === rule.approve) {
        current.approvals.push({ by: row.actorId, at: row.at, counts: true })
        current.effects.push(...row.effects)
        if (row.effects.length > 0) current.state = 'approved'
      } else {
        current.state = row.type === rule.sendBack ? 'returned' : 'withdrawn'
        current.returnedFor = textOf(row.data?.reason)
        for (const approval of current.approvals) approval.counts = false
      }
    }
    const last = courses.at(-1)
    if (last?.state === 'approved' && !rows[0]?.tags.includes('embargoed')) last.state = 'published'
    return courses
  }

  private async told(callId: string, courses: readonly Course[]): Promise<Map<string, NonNullable<DecisionItem['told']>>> {
    const effects = courses.at(-1)?.effects ?? []
    const rows = await this.engine.database.query<{ case_id: string; outcome: string; detail: { reason?: { ja: string; en: string } } | null }>(
      `SELECT f.case_id, f.outcome, f.detail FROM fanout_item f JOIN outbox o ON o.id = f.outbox_id WHERE f.outbox_id = ANY ($1::bigint[]) AND o.case_id = $2`, [effects, callId])
    return new Map(rows.map((row) => [row.case_id, { outcome: row.outcome, reason: row.detail?.reason ?? null }]))
  }
}

interface EventRow extends Row {
  seq: number
  type: string
  at: Date
  actorId: string | null
  data: JsonObject | null
  tags: string[]
  states: string[]
  effects: string[]
}

interface Course {
  hash: string
  at: Date
  state: DecisionState
  approvals: Approval[]
  returnedFor: string | null
  minutes: string | null
  /** Effects by which the applications were told. */
  effects: string[]
}

/** Entries after which a decision has to be drawn again. */
const CHANGES_OUTCOME = ['sheetSubmitted', 'sheetReopened', 'recused', 'readmitted', 'assigned', 'rankChanged', 'undone', 'castingVote', 'lotDrawn', 'ballotClosed', 'conditionsSet', 'commentSet', 'reasonSet', 'prizeGiven', 'prizeWithheld']

/** As the call's event carries it: each application's event with its data. */
export function outcomeMap(outcomes: readonly DraftedOutcome[]): JsonObject {
  return Object.fromEntries(outcomes.map(({ application, event, data }): [string, JsonObject] => [application, Object.keys(data).length === 0 ? { event } : { event, data }]))
}

function asksOf({ compiled, chart, rubric }: StageNow): Record<string, string[]> {
  const rule = rubric.decision
  const events = [rule?.adopted, rule?.conditional, rule?.reserve, rule?.notAdopted].filter((name) => name !== undefined)
  const children = [...compiled.charts.values()].filter((child) => child.chart.childOf === chart)
  return Object.fromEntries(events.map((event) => [event, [...new Set(children.flatMap((child) => (child.events.get(event) ?? []).flatMap(({ data }) => Object.keys(data))))].sort()]))
}

/** Whether the chart takes the event where the application stands, with what it is given. Guards are judged when it is sent. */
function problemOf(chart: CompiledChart | undefined, states: readonly string[], { event, data }: DraftedOutcome): DryRunItem['problem'] {
  const transitions = chart?.events.get(event) ?? []
  const here = transitions.filter(({ node }) => standsIn(states, chart?.nodes.get(node)?.place ?? ''))
  if (here.length === 0) return { ja: 'いまの状態では、この結果にできません', en: `the application cannot take ${event} where it stands` }
  const missing = here[0] ? Object.entries(here[0].data).filter(([name, { optional }]) => !optional && data[name] === undefined).map(([name]) => name) : []
  return missing.length === 0 ? null : { ja: `${missing.join('、')} がありません`, en: `${missing.join(', ')} is missing` }
}

function ruleOf({ rubric }: StageNow): NonNullable<StageNow['rubric']['decision']> {
  if (!rubric.decision) throw refuse('notNow', 'この段階には、結果の決め方が定められていません', 'The rubric does not say how this stage is decided')
  return rubric.decision
}

function mustDeliberate(stage: StageNow): void {
  if (!isDeliberating(stage)) throw refuse('notNow', 'いまは審議の段階ではありません', 'This is not the time of deliberation')
}

function must(answer: Answer): Extract<Answer, { ok: true }> {
  if (answer.ok) return answer
  const { code, reason, details = [] } = answer.refused
  const as = code === 'role' || code === 'separation' || code === 'stale' || code === 'badInput' ? code : code === 'requires' ? 'badInput' : 'notNow'
  throw refuse(as, reason.ja, reason.en, details.map(({ path, message }) => ({ pointer: path, code, message })), answer.refused.version)
}

const textOf = (value: Json | undefined): string | null => (typeof value === 'string' ? value : null)
