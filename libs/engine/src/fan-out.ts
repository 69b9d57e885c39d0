import type { CrashHere, Database, Row } from '@saitaku/database'
import { atPath, type Json, type JsonObject } from '@saitaku/statechart'
import type { Answer, Command } from './command.js'
import type { EngineCrashPoint } from './crash-points.js'
import type { OutboxRow, Registry } from './registry.js'

/** Children handled between two notes of progress. */
const BATCH = 256

export interface FanOutEngine {
  database: Database
  dispatchMany(commands: readonly Command[]): Promise<Answer[]>
  recomputeTimers(caseIds: readonly string[]): Promise<number>
}

/**
 * Effects by which one case moves others. Targets are written down first, then each is sent its event under
 * a key of its own: killed anywhere, the rest is done on the next run and nothing twice. Each child checks
 * its own state, and each outcome is kept.
 */
export function registerFanOut(registry: Registry, engine: FanOutEngine, crashHere: CrashHere<EngineCrashPoint>): void {
  const fanOut = new FanOut(engine, crashHere)
  registry
    .handleEffect('sendToChildren', { kind: 'resumable', perform: (row) => fanOut.toChildren(row) })
    .handleEffect('sendToParent', { kind: 'resumable', perform: (row) => fanOut.toParent(row) })
    .handleEffect('sendToOrganisation', { kind: 'resumable', perform: (row) => fanOut.toOrganisation(row) })
    .handleEffect('recomputeChildren', { kind: 'resumable', perform: (row) => fanOut.recompute(row) })
}

interface Sender {
  id: string
  chart: string
  programme: string
  parentId: string | null
  organisationId: string | null
  attributes: JsonObject
}

/** What became of one target. */
interface Handled {
  id: string
  outcome: string
  detail: Json
}

interface Message {
  type: string
  data: JsonObject
}

class FanOut {
  private readonly database: Database

  constructor(
    private readonly engine: FanOutEngine,
    private readonly crashHere: CrashHere<EngineCrashPoint>,
  ) {
    this.database = engine.database
  }

  async toChildren(row: OutboxRow): Promise<Json> {
    const sender = await this.sender(row)
    const { event, eventFrom, chart, inPhase, inTag, orderBy, limit } = row.payload as Record<string, string | undefined> & { limit?: number }
    const messages = eventFrom === undefined ? undefined : (sender.attributes[eventFrom] as { [child: string]: { event: string; data?: JsonObject } } | undefined)
    await this.noteTargets(
      row,
      `SELECT c.id FROM cases c WHERE c.parent_id = $2 AND NOT c.done AND ($3::text IS NULL OR c.chart = $3) AND ($4::text IS NULL OR c.phase = $4)
         AND ($5::text IS NULL OR $5 = ANY (c.tags)) AND ($6::text[] IS NULL OR c.id::text = ANY ($6))
       ORDER BY CASE WHEN $7::text IS NULL THEN NULL ELSE c.state->'attributes'->$7 END, c.id LIMIT $8`,
      [sender.id, chart ?? null, inPhase ?? null, inTag ?? null, eventFrom === undefined ? null : Object.keys(messages ?? {}), orderBy ?? null, limit ?? null],
    )
    return this.sendAll(row, sender, (id) => {
      const message = messages?.[id]
      return message ? { type: message.event, data: message.data ?? {} } : { type: event ?? '', data: {} }
    })
  }

  async toParent(row: OutboxRow): Promise<Json> {
    const sender = await this.sender(row)
    if (sender.parentId === null) return { sent: 0 }
    await this.noteTargets(row, 'SELECT $2::uuid AS id', [sender.parentId])
    return this.sendAll(row, sender, () => ({ type: row.payload.event as string, data: {} }))
  }

  async toOrganisation(row: OutboxRow): Promise<Json> {
    const sender = await this.sender(row)
    if (sender.organisationId === null) return { sent: 0 }
    await this.noteTargets(row, 'SELECT c.id FROM cases c WHERE c.organisation_id = $2 AND c.programme = $3 AND c.chart = $4 AND NOT c.done AND c.id <> $5', [
      sender.organisationId, row.payload.programme, row.payload.chart, sender.id,
    ])
    return this.sendAll(row, sender, () => ({ type: row.payload.event as string, data: {} }))
  }

  async recompute(row: OutboxRow): Promise<Json> {
    await this.noteTargets(row, 'SELECT c.id FROM cases c WHERE c.parent_id = $2 AND NOT c.done', [row.caseId])
    let changed = 0
    await this.inBatches(row, async (ids) => {
      changed += await this.engine.recomputeTimers(ids)
      return ids.map((id) => ({ id, outcome: 'done', detail: null }))
    })
    return { changed }
  }

  private async sender(row: OutboxRow): Promise<Sender> {
    const [found] = await this.database.query<Row>(`SELECT id, chart, programme, parent_id, organisation_id, state->'attributes' AS attributes FROM cases WHERE id = $1`, [row.caseId])
    if (!found) throw new Error(`the case ${row.caseId} of effect ${row.id} is gone`)
    return { id: found.id as string, chart: found.chart as string, programme: found.programme as string, parentId: found.parent_id as string | null, organisationId: found.organisation_id as string | null, attributes: (found.attributes ?? {}) as JsonObject }
  }

  /** Once: a second run keeps the targets of the first. */
  private async noteTargets(row: OutboxRow, select: string, values: readonly unknown[]): Promise<void> {
    await this.database.transaction(async (tx) => {
      const [noted] = await tx.query(`SELECT 1 FROM effect_outcome WHERE outbox_id = $1 AND cursor IS NOT NULL`, [row.id])
      if (noted) return
      await tx.query(`INSERT INTO fanout_item (outbox_id, case_id, outcome) SELECT $1, t.id, 'pending' FROM (${select}) t ON CONFLICT DO NOTHING`, [row.id, ...values])
      await tx.query(
        `INSERT INTO effect_outcome (outbox_id, state, cursor, at) VALUES ($1, 'going', '{"targets":"noted"}', app_now())
         ON CONFLICT (outbox_id) DO UPDATE SET cursor = excluded.cursor`,
        [row.id],
      )
    })
  }

  private async pending(row: OutboxRow): Promise<string[]> {
    const rows = await this.database.query<{ case_id: string }>(`SELECT case_id FROM fanout_item WHERE outbox_id = $1 AND outcome = 'pending' ORDER BY case_id LIMIT ${BATCH}`, [row.id])
    return rows.map((one) => one.case_id)
  }

  private async sendAll(row: OutboxRow, sender: Sender, messageFor: (id: string) => Message): Promise<Json> {
    const actor = { id: null, roles: [sender.chart] }
    await this.inBatches(row, async (ids) => {
      const answers = await this.engine.dispatchMany(ids.map((caseId): Command => ({ caseId, ...messageFor(caseId), actor, key: `f-${row.id}` })))
      return answers.map(outcomeOf)
    })
    const counts = await this.database.query<{ outcome: string; n: number }>('SELECT outcome, count(*)::int AS n FROM fanout_item WHERE outbox_id = $1 GROUP BY outcome', [row.id])
    return Object.fromEntries(counts.map(({ outcome, n }) => [outcome, n]))
  }

  /** Until no target waits. A batch that was handled and not noted is handled again, which changes nothing. */
  private async inBatches(row: OutboxRow, handle: (ids: readonly string[]) => Promise<Handled[]>): Promise<void> {
    this.crashHere('IN_FANOUT_AFTER_TARGETS')
    for (let ids = await this.pending(row); ids.length > 0; ids = await this.pending(row)) {
      const handled = await handle(ids)
      this.crashHere('IN_FANOUT_BEFORE_NOTE')
      await this.noteOutcomes(row, handled)
      this.crashHere('IN_FANOUT_BETWEEN_BATCHES')
    }
  }

  private async noteOutcomes(row: OutboxRow, items: readonly Handled[]): Promise<void> {
    await this.database.query(
      `UPDATE fanout_item f SET outcome = d.outcome, detail = d.detail FROM jsonb_to_recordset($2::jsonb) AS d(id uuid, outcome text, detail jsonb)
       WHERE f.outbox_id = $1 AND f.case_id = d.id`,
      [row.id, JSON.stringify(items)],
    )
  }
}

function outcomeOf(answer: Answer): Handled {
  if (answer.ok) return { id: answer.caseId, outcome: 'done', detail: null }
  const { code, reason } = answer.refused
  return { id: answer.caseId, outcome: 'refused', detail: { code, reason: atPath(reason, []) ?? null } }
}
