import type { MigrationInterface, QueryRunner } from 'typeorm'

/**
 * engine_commit(group): writes a group of decided commands in one trip. A command is written only while
 * its case still has the version it was decided on, and so do the other cases whose facts it read;
 * what does not match is left out and its command is decided again by the caller.
 *
 * Order matters: rows are locked first, in the order of their ids, so that two groups cannot wait for
 * each other; keys go in only for rows that matched, so that a stale row burns no key; a duplicate key
 * drops its row and not the group.
 *
 * group = { c: [{ id, v, state, states, phase, ps, turn, tags, done, number, moved, at,       -- the case as decided; v is the version decided on, 0 for a new case
 *                 new: { programme, chart, parent, organisation, title } | null, vid,
 *                 type, door, actor, payload, facts, numbers, prev, hash,                      -- its event
 *                 key, fp, answer,                                                             -- its idempotency key
 *                 parties: [[person, role], …] }],
 *           r: [{ id, ref, v }]                        -- cases read beside it
 *           x: [{ id, key }], t: [{ id, key, deadline, due }],  -- timers cancelled, timers set
 *           o: [{ id, topic, payload }],               -- effects
 *           n: [{ id, scope, value, name, text }] }    -- numbers taken
 */
export class Commit1700000000002 implements MigrationInterface {
  name = 'Commit1700000000002'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE FUNCTION engine_commit(g jsonb, OUT matched uuid[], OUT repeated uuid[]) LANGUAGE plpgsql AS $body$
DECLARE stale uuid[];
BEGIN
  WITH locked AS MATERIALIZED (
    SELECT c.id, c.version FROM cases c
    WHERE c.id = ANY (ARRAY(SELECT (e->>'id')::uuid FROM jsonb_array_elements(g->'c') e)) ORDER BY c.id FOR NO KEY UPDATE)
  SELECT array_agg(d.id) INTO matched
  FROM jsonb_to_recordset(g->'c') AS d(id uuid, v int) LEFT JOIN locked l ON l.id = d.id
  WHERE d.v = coalesce(l.version, 0);

  IF jsonb_array_length(g->'r') > 0 THEN
    WITH shared AS MATERIALIZED (
      SELECT c.id, c.version FROM cases c
      WHERE c.id = ANY (ARRAY(SELECT (e->>'ref')::uuid FROM jsonb_array_elements(g->'r') e)) ORDER BY c.id FOR SHARE)
    SELECT array_agg(r.id) INTO stale
    FROM jsonb_to_recordset(g->'r') AS r(id uuid, ref uuid, v int) LEFT JOIN shared s ON s.id = r.ref
    WHERE s.version IS DISTINCT FROM r.v;
    IF stale IS NOT NULL THEN
      matched := ARRAY(SELECT unnest(matched) EXCEPT SELECT unnest(stale));
    END IF;
  END IF;

  WITH keyed AS (
    SELECT d.id, d.key, d.fp, d.answer, d.at FROM jsonb_to_recordset(g->'c') AS d(id uuid, key text, fp text, answer jsonb, at timestamptz)
    WHERE d.key IS NOT NULL AND d.id = ANY (matched)),
  kept AS (
    INSERT INTO command_key (case_id, key, fingerprint, answer, at) SELECT id, key, fp, answer, at FROM keyed ON CONFLICT DO NOTHING RETURNING case_id)
  SELECT array_agg(k.id) INTO repeated FROM keyed k WHERE NOT EXISTS (SELECT 1 FROM kept WHERE kept.case_id = k.id);
  IF repeated IS NOT NULL THEN
    matched := ARRAY(SELECT unnest(matched) EXCEPT SELECT unnest(repeated));
  END IF;
  IF matched IS NULL OR cardinality(matched) = 0 THEN
    matched := '{}';
    RETURN;
  END IF;

  UPDATE cases c SET state = d.state, version = d.v + 1, head = decode(d.hash, 'hex'), version_id = d.vid,
    number = coalesce(d.number, c.number), states = d.states, phase = d.phase, public_status = d.ps, turn = d.turn, tags = d.tags,
    done = d.done, moved_at = CASE WHEN d.moved THEN d.at ELSE c.moved_at END, updated_at = d.at
  FROM jsonb_to_recordset(g->'c') AS d(id uuid, v int, vid int, state jsonb, states text[], phase text, ps text, turn text, tags text[], done boolean,
    number text, moved boolean, at timestamptz, hash text)
  WHERE c.id = d.id AND d.v > 0 AND d.id = ANY (matched);

  IF g ? 'new' THEN
    INSERT INTO cases (id, programme, chart, began_version_id, version_id, parent_id, organisation_id, title, state, version, head, number,
      states, phase, public_status, turn, tags, done, created_at, moved_at, updated_at)
    SELECT d.id, d.new->>'programme', d.new->>'chart', d.vid, d.vid, (d.new->>'parent')::uuid, (d.new->>'organisation')::uuid, coalesce(d.new->>'title', ''),
      d.state, 1, decode(d.hash, 'hex'), d.number, d.states, d.phase, d.ps, d.turn, d.tags, d.done, d.at, d.at, d.at
    FROM jsonb_to_recordset(g->'c') AS d(id uuid, v int, vid int, new jsonb, state jsonb, states text[], phase text, ps text, turn text, tags text[],
      done boolean, number text, at timestamptz, hash text)
    WHERE d.v = 0 AND d.id = ANY (matched);
    INSERT INTO case_party (case_id, person_id, role)
    SELECT d.id, (p->>0)::uuid, p->>1 FROM jsonb_to_recordset(g->'c') AS d(id uuid, parties jsonb), jsonb_array_elements(d.parties) p
    WHERE d.id = ANY (matched) AND jsonb_typeof(d.parties) = 'array' ON CONFLICT DO NOTHING;
  END IF;

  INSERT INTO case_event (case_id, seq, at, type, door, actor, payload, facts, numbers, version_id, prev, hash)
  SELECT d.id, d.v + 1, d.at, d.type, d.door, d.actor, d.payload, d.facts, d.numbers, d.vid, decode(d.prev, 'hex'), decode(d.hash, 'hex')
  FROM jsonb_to_recordset(g->'c') AS d(id uuid, v int, vid int, at timestamptz, type text, door text, actor jsonb, payload jsonb, facts jsonb, numbers jsonb,
    prev text, hash text)
  WHERE d.id = ANY (matched);

  IF jsonb_array_length(g->'x') > 0 THEN
    DELETE FROM timer t USING jsonb_to_recordset(g->'x') AS x(id uuid, key text) WHERE t.case_id = x.id AND t.key = x.key AND x.id = ANY (matched);
  END IF;
  IF jsonb_array_length(g->'t') > 0 THEN
    INSERT INTO timer AS old (case_id, key, deadline, due_at)
    SELECT t.id, t.key, t.deadline, t.due FROM jsonb_to_recordset(g->'t') AS t(id uuid, key text, deadline text, due timestamptz) WHERE t.id = ANY (matched)
    ON CONFLICT (case_id, key) DO UPDATE SET deadline = excluded.deadline, due_at = excluded.due_at, generation = old.generation + 1, queued_at = NULL;
  END IF;
  IF jsonb_array_length(g->'n') > 0 THEN
    INSERT INTO number_issued (scope, value, case_id, seq, name, text)
    SELECT n.scope, n.value, n.id, n.seq, n.name, n.text FROM jsonb_to_recordset(g->'n') AS n(id uuid, seq int, scope text, value int, name text, text text)
    WHERE n.id = ANY (matched);
  END IF;
  IF jsonb_array_length(g->'o') > 0 THEN
    INSERT INTO outbox (case_id, seq, topic, payload, at)
    SELECT o.id, o.seq, o.topic, o.payload, o.at FROM jsonb_to_recordset(g->'o') AS o(id uuid, seq int, topic text, payload jsonb, at timestamptz)
    WHERE o.id = ANY (matched);
    PERFORM pg_notify('saitaku_outbox', '');
  END IF;
END $body$`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION engine_commit(jsonb)')
  }
}
