import type pg from 'pg'
import type { CrashHere } from '@saitaku/database'
import type { Json, JsonObject } from '@saitaku/statechart'
import { eventHash, GENESIS } from './event-hash.js'
import { numberScope, numberText } from './numbers.js'
import { commitStatement, singleValues, type CommandRow, type StatementNeeds } from './commit-statement.js'
import type { EngineCrashPoint } from './crash-points.js'
import type { Accepted, NewCase } from './command.js'
import type { CaseReader } from './case-reader.js'
import type { Decided } from './decide.js'

/** A decision on its way into the record. */
export interface Entry {
  decided: Decided
  key: string | undefined
  fingerprint: string
  /** For a case that begins. */
  born: NewCase | undefined
}

export interface Committed {
  /** Ids of cases whose entry was written, and their answers. */
  written: Map<string, Accepted>
  /** Ids whose idempotency key was there already. */
  repeated: Set<string>
}

/** A part of a group that was not written, and why. The other part may be. */
export interface Failed {
  ids: Set<string>
  error: unknown
}

interface Taken {
  name: string
  scope: string
  value: number
  text: string
  effect: number | undefined
}

/**
 * Writes a group: in one statement what takes no number and read nothing but versioned cases; the rest
 * inside a transaction that locks and matches first, so that a stale row never burns a number, and reads again
 * what has no version, so that it still holds.
 */
export async function commitGroup(client: pg.PoolClient, reader: CaseReader, entries: readonly Entry[], crashHere: CrashHere<EngineCrashPoint>): Promise<Committed & { failed: Failed[] }> {
  const plain = entries.filter((entry) => !wantsLocks(entry))
  const careful = entries.filter(wantsLocks)
  const merged = { written: new Map<string, Accepted>(), repeated: new Set<string>(), failed: [] as Failed[] }
  const merge = async (part: readonly Entry[], writing: Promise<Committed>): Promise<void> => {
    try {
      const { written, repeated } = await writing
      for (const [id, answer] of written) merged.written.set(id, answer)
      for (const id of repeated) merged.repeated.add(id)
    } catch (error) {
      merged.failed.push({ ids: new Set(part.map((entry) => entry.decided.row.id)), error })
    }
  }
  if (plain.length > 0) await merge(plain, write(client, plain, new Map()))
  if (careful.length > 0) await merge(careful, commitLocked(client, reader, careful, crashHere))
  return merged
}

const wantsLocks = (entry: Entry): boolean => entry.decided.stepped.numbers.length > 0 || unversioned(entry).size > 0

/**
 * What the decision read that no version of a case stands for: counts of other cases, and what other libs keep
 * beside it (the revision of a form). The holder's version is matched; a membership and the organisation's name are facts
 * of others, and reading them first and committing later is the same as having come first.
 */
function unversioned({ decided: { chart, stepped, row } }: Entry): Map<string, Json> {
  const read = new Map<string, Json>()
  if (row.version === 0) return read
  for (const [path, value] of Object.entries(stepped.read)) {
    const [root, name] = path.split('.') as [string, string | undefined]
    if (root === chart.chart.childOf || root === 'organisation') continue
    const fact = root === 'facts' ? chart.definition.facts[name ?? ''] : undefined
    if (fact === undefined || !('membership' in fact)) read.set(path, value)
  }
  return read
}

/** Two cases of one organisation that each count the other take turns. */
function turnOf({ decided: { row } }: Entry, read: ReadonlyMap<string, Json>): string | undefined {
  return row.organisationId !== null && [...read.keys()].some((path) => path.startsWith('facts.')) ? `${row.programme} ${row.organisationId}` : undefined
}

async function write(client: pg.PoolClient, entries: readonly Entry[], numbers: ReadonlyMap<string, Taken[]>): Promise<Committed> {
  const group = new Group(numbers)
  for (const entry of entries) group.add(entry)
  const result = await client.query<{ id: string; repeated: boolean }>({ ...commitStatement(group.needs()), values: group.values() })
  const written = new Map<string, Accepted>()
  const known = new Set<string>()
  for (const { id, repeated } of result.rows)
    if (repeated) known.add(id)
    else written.set(id, group.answers.get(id) as Accepted)
  return { written, repeated: known }
}

async function commitLocked(client: pg.PoolClient, reader: CaseReader, entries: readonly Entry[], crashHere: CrashHere<EngineCrashPoint>): Promise<Committed> {
  try {
    await client.query('BEGIN')
    const { fresh, repeated } = await lockAndMatch(client, reader, entries)
    const numbers = fresh.some((entry) => entry.decided.stepped.numbers.length > 0) ? await takeNumbers(client, fresh) : new Map<string, Taken[]>()
    const result = fresh.length > 0 ? await write(client, fresh, numbers) : { written: new Map<string, Accepted>(), repeated: new Set<string>() }
    // every row is locked and was matched; a miss here would leave a gap, so the whole group is tried again
    if (result.written.size !== fresh.length) throw new UnmatchedAfterLock()
    if (numbers.size > 0) crashHere('AFTER_NUMBERS_BEFORE_COMMIT')
    await client.query('COMMIT')
    return { written: result.written, repeated }
  } catch (error) {
    // where this fails too the connection is lost, and with it the transaction
    await client.query('ROLLBACK').catch(() => undefined)
    if (error instanceof UnmatchedAfterLock) return { written: new Map(), repeated: new Set() }
    throw error
  }
}

class UnmatchedAfterLock extends Error {}

async function lockAndMatch(client: pg.PoolClient, reader: CaseReader, entries: readonly Entry[]): Promise<{ fresh: Entry[]; repeated: Set<string> }> {
  const reads = new Map(entries.map((entry) => [entry, unversioned(entry)]))
  const turns = [...new Set(entries.flatMap((entry) => turnOf(entry, reads.get(entry) ?? new Map<string, Json>()) ?? []))]
  if (turns.length > 0)
    await client.query({ name: 'engine_turns', text: 'SELECT pg_advisory_xact_lock(k) FROM (SELECT hashtextextended(o, 0) AS k FROM unnest($1::text[]) o ORDER BY 1) t', values: [turns] })
  const ids = entries.map((entry) => entry.decided.row.id)
  const locked = await client.query<{ id: string; version: number }>({ name: 'engine_lock', text: 'SELECT id, version FROM cases WHERE id = ANY ($1::uuid[]) ORDER BY id FOR NO KEY UPDATE', values: [ids] })
  const versions = new Map(locked.rows.map((row) => [row.id, row.version]))
  const parents = [...new Set(entries.flatMap((entry) => (entry.decided.row.parentVersion === undefined ? [] : [entry.decided.row.parentId as string])))]
  const shared = parents.length === 0 ? { rows: [] } : await client.query<{ id: string; version: number }>({ name: 'engine_share', text: 'SELECT id, version FROM cases WHERE id = ANY ($1::uuid[]) ORDER BY id FOR SHARE', values: [parents] })
  const parentVersions = new Map(shared.rows.map((row) => [row.id, row.version]))
  const keyed = entries.filter((entry) => entry.key !== undefined)
  const known =
    keyed.length === 0
      ? { rows: [] }
      : await client.query<{ case_id: string }>({
          name: 'engine_keys',
          text: 'SELECT k.case_id FROM command_key k JOIN unnest($1::uuid[], $2::text[]) AS d(id, key) ON k.case_id = d.id AND k.key = d.key',
          values: [keyed.map((entry) => entry.decided.row.id), keyed.map((entry) => entry.key)],
        })
  const repeated = new Set(known.rows.map((row) => row.case_id))
  const wanted = entries.flatMap((entry) => {
    const read = reads.get(entry) ?? new Map<string, Json>()
    const { row, version, chart } = entry.decided
    return read.size === 0 ? [] : [{ id: row.id, versionId: version.id, chart, read }]
  })
  const changed = wanted.length === 0 ? new Set<string>() : await reader.changedFacts(client, wanted)
  const turnTaken = new Set<string>()
  const fresh = entries.filter((entry) => {
    const { row } = entry.decided
    const turn = turnOf(entry, reads.get(entry) ?? new Map<string, Json>())
    if (turn !== undefined) {
      if (turnTaken.has(turn)) return false
      turnTaken.add(turn)
    }
    const current = row.parentVersion === undefined || parentVersions.get(row.parentId as string) === row.parentVersion
    return current && !changed.has(row.id) && !repeated.has(row.id) && (versions.get(row.id) ?? 0) === row.version
  })
  return { fresh, repeated }
}

/** Takes the next values of each counter, counters in one order so that two groups cannot wait for each other. */
async function takeNumbers(client: pg.PoolClient, entries: readonly Entry[]): Promise<Map<string, Taken[]>> {
  const wanted = entries.flatMap(({ decided }) =>
    decided.stepped.numbers.map(({ name, effect }) => ({ decided, name, effect, scope: numberScope(decided.chart.definition, name, decided.at) })),
  )
  const counts = new Map<string, number>()
  for (const { scope } of wanted) counts.set(scope, (counts.get(scope) ?? 0) + 1)
  const scopes = [...counts.keys()].sort()
  const result = await client.query<{ scope: string; value: number }>({
    name: 'engine_numbers',
    text: `INSERT INTO number_counter (scope, value) SELECT scope, n FROM unnest($1::text[], $2::int[]) AS t(scope, n) ORDER BY scope
      ON CONFLICT (scope) DO UPDATE SET value = number_counter.value + excluded.value RETURNING scope, value`,
    values: [scopes, scopes.map((scope) => counts.get(scope))],
  })
  const next = new Map(result.rows.map(({ scope, value }) => [scope, value - (counts.get(scope) ?? 0)]))
  const taken = new Map<string, Taken[]>()
  for (const { decided, name, effect, scope } of wanted) {
    const value = (next.get(scope) ?? 0) + 1
    next.set(scope, value)
    const text = numberText(decided.chart.definition, name, decided.at, value)
    taken.set(decided.row.id, [...(taken.get(decided.row.id) ?? []), { name, scope, value, text, effect }])
  }
  return taken
}

/** Applies numbers to a decision's state and effects, in the order in which they were asked for. */
export function withNumbers(stepped: Decided['stepped'], taken: readonly { name: string; text: string; effect: number | undefined }[]): { attributes: JsonObject; effects: Decided['stepped']['effects'] } {
  if (taken.length === 0) return { attributes: stepped.state.attributes, effects: stepped.effects }
  const attributes = { ...stepped.state.attributes }
  const effects = [...stepped.effects]
  for (const { name, text, effect } of taken) {
    attributes[name] = text
    const numbered = effect === undefined ? undefined : effects[effect]
    if (numbered && effect !== undefined) effects[effect] = { ...numbered, payload: { ...numbered.payload, numberText: text } }
  }
  return { attributes, effects }
}

class Group {
  readonly answers = new Map<string, Accepted>()
  private readonly c: CommandRow[] = []
  private readonly x: JsonObject[] = []
  private readonly t: JsonObject[] = []
  private readonly o: JsonObject[] = []
  private readonly n: JsonObject[] = []
  private births = false
  private refs = false
  private keys = false

  constructor(private readonly numbers: ReadonlyMap<string, Taken[]>) {}

  needs(): StatementNeeds {
    return {
      single: this.c.length === 1, births: this.births, refs: this.refs, keys: this.keys,
      cancels: this.x.length > 0, timers: this.t.length > 0, effects: this.o.length > 0, numbers: this.n.length > 0,
    }
  }

  values(): unknown[] {
    const { c, x, t, o, n } = this
    const [row] = c
    return c.length === 1 && row ? [JSON.stringify({ x, t, o, n }), ...singleValues(row)] : [JSON.stringify({ c, x, t, o, n })]
  }

  add({ decided, key, fingerprint, born }: Entry): void {
    const { row, stepped, version } = decided
    const at = decided.at.toISOString()
    const taken = this.numbers.get(row.id) ?? []
    const { attributes, effects } = withNumbers(stepped, taken)
    const numbers: Json = taken.length === 0 ? null : taken.map(({ name, text, effect }) => ({ name, text, effect: effect ?? null }))
    const actor: Json = { id: decided.actor.id, roles: [...decided.actor.roles] }
    const payload = born ? { ...decided.payload, ...birthPayload(born) } : decided.payload
    const seq = row.version + 1
    const hash = eventHash(row.version === 0 ? GENESIS : row.head, {
      case: row.id, seq, at, type: decided.type, door: decided.door, actor, payload, facts: stepped.read, numbers, version: version.hash,
    })
    const { view } = stepped
    const answer: Accepted = { ok: true, caseId: row.id, version: seq, states: view.states, phase: view.phase, publicStatus: view.publicStatus, moved: stepped.moved, repeated: false, at }
    this.answers.set(row.id, answer)
    if (born) this.births = true
    this.c.push({
      id: row.id, v: row.version, vid: version.id, state: { ...stepped.state, attributes } as unknown as Json, states: view.states, phase: view.phase, ps: view.publicStatus,
      turn: view.turn, tags: view.tags, done: view.done, number: caseNumber(taken), moved: stepped.moved, at,
      ref: row.parentVersion === undefined ? null : row.parentId, refv: row.parentVersion ?? null,
      new: born ? { programme: row.programme, chart: row.chart, parent: row.parentId, organisation: row.organisationId, title: born.title ?? '' } : null,
      parties: born?.parties ? born.parties.map(([person, role]) => [person, role]) : null,
      type: decided.type, door: decided.door, actor, payload, facts: stepped.read, numbers, prev: row.version === 0 ? GENESIS : row.head, hash,
      key: key ?? null, fp: fingerprint, answer: answer as unknown as Json,
    })
    this.refs ||= row.parentVersion !== undefined
    this.keys ||= key !== undefined
    for (const cancelled of stepped.timers.cancel) this.x.push({ id: row.id, key: cancelled })
    for (const timer of stepped.timers.set) this.t.push({ id: row.id, key: timer.key, deadline: timer.deadline, due: timer.due ? timer.due.toISOString() : null })
    for (const { topic, payload: effect } of effects) this.o.push({ id: row.id, seq, topic, payload: effect, at })
    for (const { scope, value, name, text } of taken) this.n.push({ id: row.id, seq, scope, value, name, text })
  }
}

/** The first number that goes to the case itself is the one it is known by: its receipt number. */
function caseNumber(taken: readonly Taken[]): string | null {
  return taken.find((one) => one.effect === undefined)?.text ?? null
}

function birthPayload(born: NewCase): JsonObject {
  return {
    programme: born.programme, chart: born.chart, parent: born.parentId ?? null, organisation: born.organisationId ?? null, title: born.title ?? '',
    parties: (born.parties ?? []).map(([person, role]) => [person, role]),
  }
}
