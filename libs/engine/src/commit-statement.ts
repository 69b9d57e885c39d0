/**
 * The one statement that writes a group of decided commands. A command is written only while its case still
 * has the version it was decided on, and so does the case whose facts it read (its holder); what does not
 * match is left out, and the caller decides it again.
 *
 * Rows are locked first, in the order of their ids, so that two groups do not wait for each other in a ring.
 * Keys go in only for rows that matched, so that a stale row burns no key; a known key drops its row and not
 * the group. The group travels as one JSON text: Node spells it in one native call, PostgreSQL reads it once.
 *
 * $1 = { c: [{ id, v, vid, ref, refv, state, states, phase, ps, turn, tags, done, number, moved, at,
 *              type, door, actor, payload, facts, numbers, prev, hash, key, fp, answer, new, parties }],
 *        x: [{ id, key }], t: [{ id, key, deadline, due }], o: [{ id, seq, topic, payload, at }],
 *        n: [{ id, seq, scope, value, name, text }] }
 * → one row for each command that matched: its id, and whether its key was known already.
 */
export interface StatementNeeds {
  births: boolean
  refs: boolean
  keys: boolean
  cancels: boolean
  timers: boolean
  effects: boolean
  numbers: boolean
}

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

function build({ births, refs, keys, cancels, timers, effects, numbers }: StatementNeeds): string {
  const parts = [
    `d AS MATERIALIZED (SELECT * FROM jsonb_to_recordset($1::jsonb->'c') AS d(id uuid, v int, vid int, ref uuid, refv int, state jsonb, states text[], phase text, ps text, turn text,
      tags text[], done boolean, number text, moved boolean, at timestamptz, type text, door text, actor jsonb, payload jsonb, facts jsonb, numbers jsonb, prev text, hash text,
      key text, fp text, answer jsonb${births ? ', new jsonb, parties jsonb' : ''}))`,
    `l AS MATERIALIZED (SELECT c.id, c.version FROM cases c WHERE c.id = ANY (ARRAY(SELECT id FROM d)) ORDER BY c.id FOR NO KEY UPDATE)`,
    refs ? `s AS MATERIALIZED (SELECT c.id, c.version FROM cases c WHERE c.id = ANY (ARRAY(SELECT DISTINCT ref FROM d WHERE ref IS NOT NULL)) ORDER BY c.id FOR SHARE)` : '',
    `m AS MATERIALIZED (SELECT d.* FROM d LEFT JOIN l ON l.id = d.id ${refs ? 'LEFT JOIN s ON s.id = d.ref' : ''}
      WHERE d.v = coalesce(l.version, 0) ${refs ? 'AND (d.ref IS NULL OR s.version = d.refv)' : ''})`,
    keys
      ? `k AS (INSERT INTO command_key (case_id, key, fingerprint, answer, at) SELECT id, key, fp, answer, at FROM m WHERE key IS NOT NULL ON CONFLICT DO NOTHING RETURNING case_id),
    w AS MATERIALIZED (SELECT m.* FROM m LEFT JOIN k ON k.case_id = m.id WHERE m.key IS NULL OR k.case_id IS NOT NULL)`
      : 'w AS (SELECT * FROM m)',
    `u AS (UPDATE cases c SET state = w.state, version = w.v + 1, head = decode(w.hash, 'hex'), version_id = w.vid, number = coalesce(w.number, c.number), states = w.states,
      phase = w.phase, public_status = w.ps, turn = w.turn, tags = w.tags, done = w.done, moved_at = CASE WHEN w.moved THEN w.at ELSE c.moved_at END, updated_at = w.at
      FROM w WHERE c.id = w.id AND c.version = w.v)`,
    births
      ? `b AS (INSERT INTO cases (id, programme, chart, began_version_id, version_id, parent_id, organisation_id, title, state, version, head, number, states, phase, public_status,
        turn, tags, done, created_at, moved_at, updated_at)
      SELECT w.id, w.new->>'programme', w.new->>'chart', w.vid, w.vid, (w.new->>'parent')::uuid, (w.new->>'organisation')::uuid, coalesce(w.new->>'title', ''), w.state, 1,
        decode(w.hash, 'hex'), w.number, w.states, w.phase, w.ps, w.turn, w.tags, w.done, w.at, w.at, w.at FROM w WHERE w.v = 0),
    p AS (INSERT INTO case_party (case_id, person_id, role) SELECT w.id, (one->>0)::uuid, one->>1 FROM w, jsonb_array_elements(w.parties) one
      WHERE jsonb_typeof(w.parties) = 'array' ON CONFLICT DO NOTHING)`
      : '',
    `e AS (INSERT INTO case_event (case_id, seq, at, type, door, actor, payload, facts, numbers, version_id, prev, hash)
      SELECT id, v + 1, at, type, door, actor, payload, facts, numbers, vid, decode(prev, 'hex'), decode(hash, 'hex') FROM w)`,
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
