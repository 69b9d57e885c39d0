import { createHash } from 'node:crypto'
import type { Row, Tx } from '@saitaku/database'
import { canonicalJson, type Json, type JsonObject } from '@saitaku/statechart'
import type { Connection } from './connection.js'

/** A stage of a call: whose journal it is. */
export interface StageKey {
  callId: string
  stage: string
}

/** What is written down, and by whom; null where no person did it. */
export interface Entry {
  kind: string
  content: JsonObject
  actorId: string | null
}

export interface JournalRecord extends Entry {
  seq: number
  at: Date
}

const GENESIS = Buffer.alloc(32)

/** Holds the stage until the transaction ends: whoever changes what its outcome depends on stands in one line. Gives its version. */
export async function holdStage(tx: Tx, { callId, stage }: StageKey): Promise<{ version: number; head: Buffer }> {
  await tx.query('INSERT INTO review_stage (call_id, stage, head) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [callId, stage, GENESIS])
  const [row] = await tx.query<{ version: number; head: Buffer }>('SELECT version, head FROM review_stage WHERE call_id = $1 AND stage = $2 FOR UPDATE', [callId, stage])
  if (!row) throw new Error(`the stage ${stage} of ${callId} is gone`)
  return row
}

/** Appends to a stage's journal, in one chain of hashes; the stage's version rises by as many. Gives what was written, with its place. */
export async function append(tx: Tx, key: StageKey, entries: readonly Entry[]): Promise<JournalRecord[]> {
  if (entries.length === 0) return []
  const { version, head } = await holdStage(tx, key)
  const [clock] = await tx.query<{ now: Date }>('SELECT app_now() AS now')
  const at = clock?.now ?? new Date(0)
  const records = entries.map((entry, i): JournalRecord => ({ ...entry, seq: version + 1 + i, at }))
  let prev = head
  const rows = records.map((record) => {
    const hash = recordHash(prev, key, record)
    const row = { seq: record.seq, kind: record.kind, content: record.content, actor_id: record.actorId, prev: prev.toString('hex'), hash: hash.toString('hex') }
    prev = hash
    return row
  })
  await tx.query(
    `INSERT INTO committee_record (call_id, stage, seq, kind, content, actor_id, at, prev, hash)
     SELECT $1, $2, r.seq, r.kind, r.content, r.actor_id, $3, decode(r.prev, 'hex'), decode(r.hash, 'hex')
     FROM jsonb_to_recordset($4::jsonb) AS r(seq int, kind text, content jsonb, actor_id uuid, prev text, hash text)`,
    [key.callId, key.stage, at, JSON.stringify(rows)],
  )
  await tx.query('UPDATE review_stage SET version = $3, head = $4 WHERE call_id = $1 AND stage = $2', [key.callId, key.stage, version + records.length, prev])
  return records
}

/** The hash of an entry, over the one before it and all that it says. */
export function recordHash(prev: Buffer, { callId, stage }: StageKey, { seq, kind, content, actorId, at }: JournalRecord): Buffer {
  const said = { call: callId, stage, seq, kind, content, actor: actorId, at: at.toISOString() }
  return createHash('sha256').update(prev).update(canonicalJson(said)).digest()
}

/** A stage's entries of these kinds, oldest first. */
export async function entriesOf(on: Connection, { callId, stage }: StageKey, kinds: readonly string[]): Promise<JournalRecord[]> {
  return on.query<JournalRecord & Row>(
    `SELECT seq, kind, content, actor_id AS "actorId", at FROM committee_record WHERE call_id = $1 AND stage = $2 AND kind = ANY ($3) ORDER BY seq`, [callId, stage, kinds])
}

/** SHA-256 of a JSON value, whatever the order of its keys. */
export const hashOf = (value: unknown): string => createHash('sha256').update(canonicalJson(value as Json)).digest('hex')
