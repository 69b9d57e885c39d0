import type { Json } from '@saitaku/statechart'

/**
 * The one statement that writes a group of decided commands. A command is written only while its case still
 * has the version it was decided on, and so does the case whose facts it read (its holder); what does not
 * match is left out, and the caller decides it again.
 *
 * Rows are locked first, in the order of their ids, so that two groups do not wait for each other in a ring.
 * Keys go in only for rows that matched, so that a stale row burns no key; a known key drops its row and not
 * the group. A group travels as one JSON text: Node spells it in one native call, PostgreSQL reads it once. A command
 * by itself travels as parameters, which spares the server a fifth of its work.
 *
 * $1 = { c: [CommandRow], x: [{ id, key }], t: [{ id, key, deadline, due }], o: [{ id, seq, topic, payload, at }],
 *        n: [{ id, seq, scope, value, name, text }] }; for a single command without `c`, whose columns are $2, $3, …
 * → one row for each command that matched: its id, and whether its key was known already.
 */
export interface StatementNeeds {
  single: boolean
  births: boolean
  refs: boolean
  keys: boolean
  cancels: boolean
  timers: boolean
  effects: boolean
  numbers: boolean
}

/** What is written of one command beside its timers, effects and numbers: column → PostgreSQL's type. */
const COLUMNS = {
  id: 'uuid', v: 'int', vid: 'int', ref: 'uuid', refv: 'int', state: 'jsonb', states: 'text[]', phase: 'text', ps: 'text', turn: 'text', tags: 'text[]', done: 'boolean',
  number: 'text', moved: 'boolean', at: 'timestamptz', type: 'text', door: 'text', actor: 'jsonb', payload: 'jsonb', facts: 'jsonb', numbers: 'jsonb', prev: 'text', hash: 'text',
  key: 'text', fp: 'text', answer: 'jsonb', new: 'jsonb', parties: 'jsonb',
} as const
type Column = keyof typeof COLUMNS
export type CommandRow = Record<Column, Json>

/** Of a single command, the values of $2, $3, … */
export function singleValues(row: CommandRow): unknown[] {
  return COLUMN_NAMES.map((name) => (COLUMNS[name] === 'jsonb' && row[name] !== null ? JSON.stringify(row[name]) : row[name]))
}

const COLUMN_NAMES = Object.keys(COLUMNS) as Column[]
const RECORD = COLUMN_NAMES.map((name) => `${name} ${COLUMNS[name]}`).join(', ')
const PARAMETERS = COLUMN_NAMES.map((name, i) => `$${i + 2}::${COLUMNS[name]} AS ${name}`).join(', ')

const cache = new Map<string, { name: string; text: string }>()

/** Only the parts that a group needs: each part that writes costs its start-up even for no rows. */
export function commitStatement(needs: StatementNeeds): { name: string; text: string } {
  const name = `commit_${Object.values(needs).map(Number).join('')}`
  let statement = cache.get(name)
  if (!statement) {
    statement = { name, text: build(needs) }
    cache.set(name, statement)
  }
  return statement
}

function build({ single, births, refs, keys, cancels, timers, effects, numbers }: StatementNeeds): string {
  const parts = [
    // $1 is named here because a command may have no lists, and PostgreSQL must know the type of each parameter
    single ? `lists AS (SELECT $1::jsonb), d AS NOT MATERIALIZED (SELECT ${PARAMETERS})` : `d AS MATERIALIZED (SELECT * FROM jsonb_to_recordset($1::jsonb->'c') AS d(${RECORD}))`,
    `l AS MATERIALIZED (SELECT c.id, c.version FROM cases c WHERE ${single ? 'c.id = $2' : 'c.id = ANY (ARRAY(SELECT id FROM d)) ORDER BY c.id'} FOR NO KEY UPDATE)`,
    refs ? `s AS MATERIALIZED (SELECT c.id, c.version FROM cases c WHERE c.id = ANY (ARRAY(SELECT DISTINCT ref FROM d WHERE ref IS NOT NULL)) ORDER BY c.id FOR SHARE)` : '',
    `m AS MATERIALIZED (SELECT d.id FROM d LEFT JOIN l ON l.id = d.id ${refs ? 'LEFT JOIN s ON s.id = d.ref' : ''}
      WHERE d.v = coalesce(l.version, 0) ${refs ? 'AND (d.ref IS NULL OR s.version = d.refv)' : ''})`,
    keys
      ? `k AS (INSERT INTO command_key (case_id, key, fingerprint, answer, at) SELECT d.id, d.key, d.fp, d.answer, d.at FROM m JOIN d ON d.id = m.id WHERE d.key IS NOT NULL
        ON CONFLICT DO NOTHING RETURNING case_id),
    w AS MATERIALIZED (SELECT m.id FROM m JOIN d ON d.id = m.id LEFT JOIN k ON k.case_id = m.id WHERE d.key IS NULL OR k.case_id IS NOT NULL)`
      : 'w AS (SELECT id FROM m)',
    `u AS (UPDATE cases c SET state = d.state, version = d.v + 1, head = decode(d.hash, 'hex'), version_id = d.vid, number = coalesce(d.number, c.number), states = d.states,
      phase = d.phase, public_status = d.ps, turn = d.turn, tags = d.tags, done = d.done, moved_at = CASE WHEN d.moved THEN d.at ELSE c.moved_at END, updated_at = d.at
      FROM w JOIN d ON d.id = w.id WHERE c.id = w.id AND c.version = d.v)`,
    births
      ? `b AS (INSERT INTO cases (id, programme, chart, began_version_id, version_id, parent_id, organisation_id, title, state, version, head, number, states, phase, public_status,
        turn, tags, done, created_at, moved_at, updated_at)
      SELECT d.id, d.new->>'programme', d.new->>'chart', d.vid, d.vid, (d.new->>'parent')::uuid, (d.new->>'organisation')::uuid, coalesce(d.new->>'title', ''), d.state, 1,
        decode(d.hash, 'hex'), d.number, d.states, d.phase, d.ps, d.turn, d.tags, d.done, d.at, d.at, d.at FROM w JOIN d ON d.id = w.id WHERE d.v = 0),
    p AS (INSERT INTO case_party (case_id, person_id, role) SELECT d.id, (one->>0)::uuid, one->>1 FROM w JOIN d ON d.id = w.id, jsonb_array_elements(d.parties) one
      WHERE jsonb_typeof(d.parties) = 'array' ON CONFLICT DO NOTHING)`
      : '',
    `e AS (INSERT INTO case_event (case_id, seq, at, type, door, actor, payload, facts, numbers, version_id, prev, hash)
      SELECT d.id, d.v + 1, d.at, d.type, d.door, d.actor, d.payload, d.facts, d.numbers, d.vid, decode(d.prev, 'hex'), decode(d.hash, 'hex') FROM w JOIN d ON d.id = w.id)`,
    cancels ? `x AS (DELETE FROM timer t USING jsonb_to_recordset($1::jsonb->'x') AS x(id uuid, key text), w WHERE t.case_id = x.id AND t.key = x.key AND x.id = w.id)` : '',
    timers
      ? `t AS (INSERT INTO timer AS old (case_id, key, deadline, due_at)
      SELECT t.id, t.key, t.deadline, t.due FROM jsonb_to_recordset($1::jsonb->'t') AS t(id uuid, key text, deadline text, due timestamptz) JOIN w ON w.id = t.id
      ON CONFLICT (case_id, key) DO UPDATE SET deadline = excluded.deadline, due_at = excluded.due_at, generation = old.generation + 1, queued_at = NULL)`
      : '',
    numbers
      ? `n AS (INSERT INTO number_issued (scope, value, case_id, seq, name, text)
      SELECT n.scope, n.value, n.id, n.seq, n.name, n.text FROM jsonb_to_recordset($1::jsonb->'n') AS n(id uuid, seq int, scope text, value int, name text, text text) JOIN w ON w.id = n.id)`
      : '',
    effects
      ? `o AS (INSERT INTO outbox (case_id, seq, topic, payload, at)
      SELECT o.id, o.seq, o.topic, o.payload, o.at FROM jsonb_to_recordset($1::jsonb->'o') AS o(id uuid, seq int, topic text, payload jsonb, at timestamptz) JOIN w ON w.id = o.id)`
      : '',
  ]
  const result = keys ? 'SELECT m.id, w.id IS NULL AS repeated FROM m LEFT JOIN w ON w.id = m.id' : 'SELECT id, false AS repeated FROM w'
  return `WITH ${parts.filter((part) => part !== '').join(',\n')}\n${result}`
}
