import type { Database, Row, Tx } from '@saitaku/database'
import { assign, type AssignInput, type AssignOutcome } from '@saitaku/review'
import type { JsonObject } from '@saitaku/statechart'
import { hidesFrom, unnamed } from './reviews.js'
import { mustLead, mustBeOffice, seatOf } from './access.js'
import { namesOf, type ApplicationName } from './applications.js'
import { candidatesOf } from './candidates.js'
import { computed } from './computation.js'
import type { Actor } from './connection.js'
import { append, entriesOf, type Entry, type StageKey } from './journal.js'
import { badInput, refuse } from './refusal.js'
import type { StageReader } from './stage-reader.js'

/** What the office asks for. Without `perApplication` everybody judges everything that they are not involved in. */
export interface AssignmentRequest extends Pick<AssignInput, 'balance' | 'keepTogether' | 'keepApart' | 'fixed' | 'expertise' | 'stability' | 'seed'> {
  perApplication?: number | undefined
  /** What each application is about; matched with what reviewers know of. */
  fields?: Record<string, string[]> | undefined
}

export interface Assignment {
  application: ApplicationName
  reviewers: { reviewerId: string; name: string; state: 'assigned' | 'recused' | 'released' }[]
}

export interface Assigned {
  /** Null where nothing was computed, since everybody judges everything. */
  load: { min: number; max: number } | null
  assigned: { applicationId: string; reviewerId: string }[]
  released: { applicationId: string; reviewerId: string }[]
  /** False for a dry run. */
  written: boolean
}

/** Computes an assignment; somewhere else than in the thread that answers requests where it may take long. */
export type Assigner = (input: AssignInput) => Promise<AssignOutcome>

interface Pair {
  applicationId: string
  reviewerId: string
}

/** Who judges what. */
export class Assignments {
  constructor(
    private readonly database: Database,
    private readonly stages: StageReader,
    private readonly assigner: Assigner = assign,
  ) {}

  async list(key: StageKey, actor: Actor): Promise<{ version: number; applications: Assignment[] }> {
    const stage = await this.stages.read(key)
    const seat = await seatOf(this.database, key, actor)
    mustLead(seat)
    const candidates = await candidatesOf(this.database, key, stage.rubric)
    const rows = await this.database.query<{ application_id: string; reviewer_id: string; name: string; state: 'assigned' | 'recused' | 'released' }>(
      `SELECT a.application_id, a.reviewer_id, p.name, a.state FROM review_assignment a JOIN person p ON p.id = a.reviewer_id WHERE a.call_id = $1 AND a.stage = $2 ORDER BY p.name, a.reviewer_id`, [key.callId, key.stage])
    const ids = new Set([...candidates.map(({ id }) => id), ...rows.map((row) => row.application_id)])
    const names = await namesOf(this.database, stage.rubric, [...ids], hidesFrom(stage.rubric, seat))
    const applications = [...ids].map((id): Assignment => ({
      application: names.get(id) ?? unnamed(id), reviewers: rows.filter((row) => row.application_id === id).map(({ reviewer_id: reviewerId, name, state }) => ({ reviewerId, name, state })),
    }))
    return { version: stage.version, applications: applications.sort((a, b) => (a.application.number ?? '').localeCompare(b.application.number ?? '') || (a.application.id < b.application.id ? -1 : 1)) }
  }

  /**
   * Assigns the panel to the applications of a stage: conflicts, also those only suspected, are kept out; what somebody
   * has begun to score stays theirs. Throws `infeasible` with the smallest set of reasons. Written with its input, so
   * that it can be computed again.
   */
  async assign(key: StageKey, actor: Actor, request: AssignmentRequest, { dryRun = false, expectedVersion }: { dryRun?: boolean; expectedVersion?: number | undefined } = {}): Promise<Assigned> {
    mustBeOffice(await seatOf(this.database, key, actor))
    const { input, current, everyone } = await this.input(key, request)
    const outcome = everyone ? null : await this.assigner(input)
    if (outcome && !outcome.ok) throw outcome.problems.length > 0 ? badInput(outcome.problems) : infeasible(outcome.infeasible)
    const wanted: Pair[] = (outcome ? outcome.result.assignments : everybody(input)).map(({ reviewer, application }) => ({ reviewerId: reviewer, applicationId: application }))
    const has = new Set(current.map(pairKey))
    const wants = new Set(wanted.map(pairKey))
    const assigned = wanted.filter((pair) => !has.has(pairKey(pair)))
    const released = current.filter((pair) => !wants.has(pairKey(pair)))
    const load = outcome?.result.load ?? null
    if (dryRun || (everyone && assigned.length + released.length === 0)) return { load, assigned, released, written: false }
    const record = outcome ? computed('assignment', input, outcome.result) : { everyone: true }
    await this.database.transaction(async (tx) => {
      const [written] = await append(tx, key, [{ kind: 'assigned', content: { ...record, assigned: pairsJson(assigned), released: pairsJson(released) }, actorId: actor.id }])
      if (expectedVersion !== undefined && written && written.seq !== expectedVersion + 1) throw refuse('stale', 'ほかの更新がありました。最新の内容を確認してください', 'The assignments have changed since', [], written.seq - 1)
      await write(tx, key, assigned, 'assigned')
      await write(tx, key, released, 'released')
    })
    return { load, assigned, released, written: true }
  }

  /** Assigns or releases by hand. */
  async set(key: StageKey, actor: Actor, pair: Pair, state: 'assigned' | 'released'): Promise<void> {
    const stage = await this.stages.read(key)
    mustBeOffice(await seatOf(this.database, key, actor))
    if (!(await candidatesOf(this.database, key, stage.rubric)).some(({ id }) => id === pair.applicationId)) throw refuse('unknownApplication', 'この段階で審査する申請ではありません', 'This application is not judged in this stage')
    await this.database.transaction(async (tx) => {
      const [member] = await tx.query('SELECT 1 FROM panel_member WHERE call_id = $1 AND stage = $2 AND person_id = $3', [key.callId, key.stage, pair.reviewerId])
      if (!member) throw refuse('unknownReviewer', 'この審査の委員ではありません', 'Not a member of this panel')
      const [involved] = await tx.query(`SELECT 1 FROM conflict_of_interest WHERE application_id = $1 AND reviewer_id = $2 AND state <> 'dismissed'`, [pair.applicationId, pair.reviewerId])
      if (involved && state === 'assigned') throw refuse('recused', '利害関係の記録があります。先に判断してください', 'There is a conflict of interest; decide it first')
      await append(tx, key, [{ kind: 'assigned', content: { byHand: true, assigned: state === 'assigned' ? pairsJson([pair]) : [], released: state === 'released' ? pairsJson([pair]) : [] }, actorId: actor.id }])
      await write(tx, key, [pair], state)
    })
  }

  /** How gladly a reviewer would judge: −100 (not at all) to 100. */
  async prefer(key: StageKey, actor: Actor, preferences: readonly { applicationId: string; value: number }[]): Promise<void> {
    if (!(await seatOf(this.database, key, actor)).member) throw refuse('role', 'この審査の委員ではありません', 'Members of the panel say what they would judge')
    await this.database.transaction((tx) => append(tx, key, preferences.map(({ applicationId, value }): Entry => ({ kind: 'preferred', content: { application: applicationId, value }, actorId: actor.id }))))
  }

  private async input(key: StageKey, { perApplication, fields = {}, fixed = [], ...options }: AssignmentRequest): Promise<{ input: AssignInput; current: Pair[]; everyone: boolean }> {
    const stage = await this.stages.read(key)
    const [candidates, members, conflicts, rows, preferred] = await Promise.all([
      candidatesOf(this.database, key, stage.rubric),
      this.database.query<{ id: string; max: number | null; fields: string[] }>('SELECT person_id AS id, max_load AS max, fields FROM panel_member WHERE call_id = $1 AND stage = $2 ORDER BY person_id', [key.callId, key.stage]),
      this.database.query<{ application: string; reviewer: string }>(`SELECT DISTINCT application_id AS application, reviewer_id AS reviewer FROM conflict_of_interest WHERE call_id = $1 AND state <> 'dismissed' ORDER BY 1, 2`, [key.callId]),
      this.database.query<{ applicationId: string; reviewerId: string; begun: boolean } & Row>(
        `SELECT a.application_id AS "applicationId", a.reviewer_id AS "reviewerId", s.version IS NOT NULL AS begun
         FROM review_assignment a LEFT JOIN score_sheet s USING (call_id, stage, application_id, reviewer_id) WHERE a.call_id = $1 AND a.stage = $2 AND a.state = 'assigned' ORDER BY 1, 2`, [key.callId, key.stage]),
      entriesOf(this.database, key, ['preferred']),
    ])
    const judged = new Set(candidates.map(({ id }) => id))
    const sits = new Set(members.map(({ id }) => id))
    const known = ({ application, reviewer }: { application: string; reviewer: string }): boolean => judged.has(application) && sits.has(reviewer)
    const current = rows.filter(({ applicationId }) => judged.has(applicationId))
    const begun = current.filter((row) => row.begun).map(({ applicationId, reviewerId }) => ({ application: applicationId, reviewer: reviewerId }))
    // the last that each reviewer said of each application
    const affinity = new Map(preferred.map(({ content, actorId }) => {
      const { application, value } = content as { application: string; value: number }
      return [`${actorId} ${application}`, { reviewer: actorId ?? '', application, value }]
    }))
    const input: AssignInput = {
      ...options, perApplication: perApplication ?? stage.rubric.reviewers.min,
      applications: candidates.map(({ id }) => (fields[id] ? { id, fields: fields[id] } : { id })),
      reviewers: members.map(({ id, max, fields: knows }) => ({ id, fields: knows, ...(max === null ? {} : { max }) })),
      conflicts: conflicts.filter(known), affinity: [...affinity.values()].filter(known),
      fixed: [...new Map([...fixed, ...begun].map((pair) => [`${pair.application} ${pair.reviewer}`, pair])).values()],
      previous: current.map(({ applicationId, reviewerId }) => ({ application: applicationId, reviewer: reviewerId })).filter(known),
    }
    return { input, current, everyone: perApplication === undefined }
  }
}

function everybody({ applications, reviewers, conflicts = [] }: AssignInput): { reviewer: string; application: string }[] {
  const involved = new Set(conflicts.map(({ reviewer, application }) => `${application} ${reviewer}`))
  const idOf = (one: string | { id: string }): string => (typeof one === 'string' ? one : one.id)
  return applications.flatMap((application) => reviewers.map((reviewer) => ({ reviewer: idOf(reviewer), application: idOf(application) }))).filter(({ reviewer, application }) => !involved.has(`${application} ${reviewer}`))
}

const pairKey = ({ applicationId, reviewerId }: Pair): string => `${applicationId} ${reviewerId}`
const pairsJson = (pairs: readonly Pair[]): JsonObject[] => pairs.map(({ applicationId, reviewerId }) => ({ application: applicationId, reviewer: reviewerId }))

/** With an assignment its sheet counts, or is sealed and kept. */
async function write(tx: Tx, { callId, stage }: StageKey, pairs: readonly Pair[], state: 'assigned' | 'released'): Promise<void> {
  if (pairs.length === 0) return
  const listed = JSON.stringify(pairs.map(({ applicationId, reviewerId }) => ({ applicationId, reviewerId })))
  await tx.query(
    `INSERT INTO review_assignment (call_id, stage, application_id, reviewer_id, state, at) SELECT $1, $2, p."applicationId", p."reviewerId", $4, app_now()
     FROM jsonb_to_recordset($3::jsonb) AS p("applicationId" uuid, "reviewerId" uuid)
     ON CONFLICT (call_id, stage, application_id, reviewer_id) DO UPDATE SET state = excluded.state, at = excluded.at WHERE review_assignment.state <> 'recused'`,
    [callId, stage, listed, state])
  await tx.query(
    `UPDATE score_sheet s SET state = CASE WHEN $4 = 'released' THEN 'sealed' WHEN s.submitted_at IS NULL THEN 'draft' ELSE 'submitted' END, version = s.version + 1
     FROM jsonb_to_recordset($3::jsonb) AS p("applicationId" uuid, "reviewerId" uuid)
     WHERE s.call_id = $1 AND s.stage = $2 AND s.application_id = p."applicationId" AND s.reviewer_id = p."reviewerId" AND (s.state = 'sealed') = ($4 = 'assigned')`, [callId, stage, listed, state])
}

function infeasible(reasons: readonly { message: { ja: string; en: string } }[]): Error {
  return refuse('infeasible', '条件をすべて満たす割り当てはありません。次の条件が両立しません', 'No assignment fulfils all conditions; these contradict each other', reasons.map(({ message }, i) => ({ pointer: `/reasons/${i}`, code: 'infeasible', message })))
}
