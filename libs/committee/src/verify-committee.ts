import type { Database, Row } from '@saitaku/database'
import type { AuditFault, AuditScope, ProgrammeStore } from '@saitaku/engine'
import { canonicalJson, type Json, type JsonObject } from '@saitaku/statechart'
import type { ScoreResult } from '@saitaku/review'
import { recompute } from './computation.js'
import { outcomeMap } from './decisions.js'
import { deliberationOf, type Deliberation } from './deliberation.js'
import { hashOf, recordHash, type JournalRecord, type StageKey } from './journal.js'
import { draftOutcomes, type DecisionBasis, type DraftedOutcome } from './outcomes.js'
import { standingsOf } from './ranking.js'

interface StoredRecord extends JournalRecord {
  prev: Buffer
  hash: Buffer
}
interface StoredStage extends StageKey, Row {
  version: number
  head: Buffer
}

/**
 * Checks every stage's journal: its chain of hashes, each ranking, allocation, prizes and assignment computed again from
 * the input that was kept, each decision drawn again from what it was based on, the sheets as they were handed in, and
 * that a call proposed what had been drafted. Names the first thing at fault.
 */
export async function verifyCommittee(database: Database, programmes: ProgrammeStore, { caseId, since }: AuditScope = {}): Promise<AuditFault | null> {
  const stages = await database.query<StoredStage>(
    `SELECT s.call_id AS "callId", s.stage, s.version, s.head FROM review_stage s WHERE ($1::uuid IS NULL OR s.call_id = $1)
       AND ($2::timestamptz IS NULL OR EXISTS (SELECT 1 FROM committee_record r WHERE r.call_id = s.call_id AND r.stage = s.stage AND r.at >= $2)) ORDER BY s.call_id, s.stage`, [caseId ?? null, since ?? null])
  for (const stage of stages) {
    const fault = await verifyStage(database, programmes, stage)
    if (fault !== null) return { caseId: stage.callId, seq: null, reason: `${stage.stage}: ${fault}` }
  }
  const [orphan] = await database.query<{ call_id: string; stage: string }>(
    `SELECT r.call_id, r.stage FROM committee_record r WHERE ($1::uuid IS NULL OR r.call_id = $1) AND NOT EXISTS (SELECT 1 FROM review_stage s WHERE s.call_id = r.call_id AND s.stage = r.stage) LIMIT 1`, [caseId ?? null])
  return orphan ? { caseId: orphan.call_id, seq: null, reason: `${orphan.stage}: there are entries of a stage that is not there` } : null
}

async function verifyStage(database: Database, programmes: ProgrammeStore, stage: StoredStage): Promise<string | null> {
  const records = await database.query<StoredRecord & Row>(
    `SELECT seq, kind, content, actor_id AS "actorId", at, prev, hash FROM committee_record WHERE call_id = $1 AND stage = $2 ORDER BY seq`, [stage.callId, stage.stage])
  let previous: Buffer = Buffer.alloc(32)
  for (const [i, record] of records.entries()) {
    if (record.seq !== i + 1) return `entry ${i + 1} is missing`
    if (!record.prev.equals(previous)) return `entry ${record.seq} does not follow the one before it`
    if (!recordHash(previous, stage, record).equals(record.hash)) return `the content of entry ${record.seq} does not match its hash`
    previous = record.hash
    const problem = await verifyRecord(programmes, stage, record, records)
    if (problem !== null) return `entry ${record.seq}: ${problem}`
  }
  if (records.length !== stage.version || !stage.head.equals(previous)) return 'the stage does not point at its last entry'
  return (await verifySheets(database, stage, records)) ?? verifyProposals(database, programmes, stage, records)
}

async function verifyRecord(programmes: ProgrammeStore, { stage }: StageKey, { kind, content, seq }: JournalRecord, records: readonly JournalRecord[]): Promise<string | null> {
  if (kind === 'assigned') return content.computation === undefined ? null : recompute(content)
  if (kind !== 'decisionDrafted') return null
  for (const kept of [content.ranking, content.selection]) {
    const problem = await recompute((kept ?? {}) as JsonObject)
    if (problem !== null) return problem
  }
  return redraw(programmes, stage, content, deliberationOf(records.filter((earlier) => earlier.seq < seq)))
}

/** Draws the outcomes again from the basis, and the basis agrees with the ranking and the selection that were kept. */
async function redraw(programmes: ProgrammeStore, stage: string, content: JsonObject, deliberation: Deliberation): Promise<string | null> {
  const basis = content.basis as unknown as DecisionBasis
  const drafted = content.outcomes as unknown as DraftedOutcome[]
  const { result } = content.ranking as { result?: Pick<ScoreResult, 'ranking' | 'rejected'> }
  const same = (a: readonly string[], b: readonly string[]): boolean => [...a].sort().join() === [...b].sort().join()
  if (!result || !same(basis.rejected.map((one) => one.application), result.rejected.map((one) => one.application))) return 'the decision is not based on its ranking'
  const standings = standingsOf(result, deliberation)
  if (basis.order.join() !== standings.map(({ application }) => application).join()) return 'the order is not that of the ranking with the panel’s changes'
  const ranks = new Map(standings.map(({ application, rank }) => [application, rank]))
  if (ranksIn(content.selection as JsonObject).some(({ id, rank }) => ranks.get(id) !== rank)) return 'the selection was made from other ranks'
  if (!same(basis.adopted.map((one) => one.application), adoptedBy(content.selection as JsonObject))) return 'the decision does not adopt those that were selected'
  const rubric = (await programmes.get(content.programmeVersion as number)).compiled.definition.rubric?.stages.find(({ id }) => id === stage)
  if (!rubric?.decision) return 'its rubric decides nothing'
  if (canonicalJson(plain(draftOutcomes(rubric, rubric.decision, basis))) !== canonicalJson(plain(drafted))) return 'the outcomes are not what the decision is based on'
  return hashOf(outcomeMap(drafted)) === content.hash ? null : 'the outcomes do not match their hash'
}

function adoptedBy({ computation, result }: JsonObject): string[] {
  const { awarded = [], allocated = [] } = (result ?? {}) as { awarded?: { application: string }[]; allocated?: { id: string }[] }
  return computation === 'prizes' ? awarded.map(({ application }) => application) : allocated.map(({ id }) => id)
}

function ranksIn({ input }: JsonObject): { id: string; rank: number }[] {
  const { items, applications } = input as { items?: { id: string; rank: number }[]; applications?: { id: string; rank: number }[] }
  return items ?? applications ?? []
}

/** Sheets that are in say what was handed in last. */
async function verifySheets(database: Database, { callId, stage }: StageKey, records: readonly JournalRecord[]): Promise<string | null> {
  const handedIn = new Map<string, JsonObject>()
  for (const { kind, content } of records) {
    const { application, reviewer } = content as { application?: string; reviewer?: string }
    const key = `${application} ${reviewer}`
    if (kind === 'sheetSubmitted') handedIn.set(key, content)
    else if (kind === 'sheetReopened') handedIn.delete(key)
  }
  const sheets = await database.query<{ a: string; r: string; points: Json; comments: Json; note: string; total: string }>(
    `SELECT application_id AS a, reviewer_id AS r, points, comments, note, total FROM score_sheet WHERE call_id = $1 AND stage = $2 AND submitted_at IS NOT NULL`, [callId, stage])
  for (const { a, r, ...sheet } of sheets) {
    const content = handedIn.get(`${a} ${r}`)
    if (!content) return `the sheet of reviewer ${r} for ${a} was never handed in`
    const { points, comments, note, total } = content
    if (canonicalJson({ ...sheet }) !== canonicalJson({ points: points ?? null, comments: comments ?? null, note: note ?? '', total: total ?? null })) return `the sheet of reviewer ${r} for ${a} is not the one that was handed in`
    handedIn.delete(`${a} ${r}`)
  }
  const [lost] = handedIn.keys()
  return lost === undefined ? null : `the sheet ${lost} that was handed in is gone`
}

/** Where a stage's decisions are drafted, its call proposes nothing else. */
async function verifyProposals(database: Database, programmes: ProgrammeStore, { callId, stage }: StageKey, records: readonly JournalRecord[]): Promise<string | null> {
  const drafts = records.filter(({ kind }) => kind === 'decisionDrafted')
  if (drafts.length === 0) return null
  const [call] = await database.query<{ version_id: number }>('SELECT version_id FROM cases WHERE id = $1', [callId])
  const event = call && (await programmes.get(call.version_id)).compiled.definition.rubric?.stages.find(({ id }) => id === stage)?.decision?.event
  const proposals = await database.query<{ seq: number; at: Date; outcomes: Json }>(`SELECT seq, at, payload->'data'->'outcomes' AS outcomes FROM case_event WHERE case_id = $1 AND type = $2 ORDER BY seq`, [callId, event ?? ''])
  const stray = proposals.find(({ at, outcomes }) => !drafts.some((draft) => draft.at <= at && draft.content.hash === hashOf(outcomes)))
  return stray ? `the call proposed in its event ${stray.seq} what no draft says` : null
}

const plain = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json
