import type { MigrationInterface, QueryRunner } from 'typeorm'

/** The record: programmes, people, cases, events, timers, outbox, and the clock. */
export class Record1700000000001 implements MigrationInterface {
  name = 'Record1700000000001'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE EXTENSION IF NOT EXISTS pg_trgm`)

    // One clock. Outside demo, simulation and tests the shift is zero.
    await runner.query(`CREATE TABLE app_clock (single boolean PRIMARY KEY DEFAULT true CHECK (single), shift interval NOT NULL DEFAULT '0')`)
    await runner.query(`INSERT INTO app_clock DEFAULT VALUES`)
    await runner.query(`CREATE FUNCTION app_now() RETURNS timestamptz LANGUAGE sql STABLE AS
      $$ SELECT date_trunc('milliseconds', clock_timestamp() + shift) FROM app_clock $$`)

    // json keeps the order in which an office wrote its states and statuses; jsonb would sort them
    await runner.query(`CREATE TABLE programme_version (
      id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      programme text NOT NULL, number int NOT NULL, hash text NOT NULL,
      definition json NOT NULL, files jsonb NOT NULL,
      published_at timestamptz NOT NULL DEFAULT app_now(), published_by uuid,
      UNIQUE (programme, number))`)

    await runner.query(`CREATE TABLE organisation (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL, kana text NOT NULL DEFAULT '',
      corporate_number text, kind text, ward text, created_at timestamptz NOT NULL DEFAULT app_now())`)
    await runner.query(`CREATE INDEX organisation_corporate_number ON organisation (corporate_number) WHERE corporate_number IS NOT NULL`)
    await runner.query(`CREATE TABLE person (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL, kana text NOT NULL DEFAULT '',
      email text NOT NULL, lang text NOT NULL DEFAULT 'ja' CHECK (lang IN ('ja', 'en')), created_at timestamptz NOT NULL DEFAULT app_now())`)
    // Roles in a programme ('*' for every programme), and roles in one case (its applicant, its reviewer).
    await runner.query(`CREATE TABLE role_grant (
      person_id uuid NOT NULL REFERENCES person, programme text NOT NULL, role text NOT NULL, PRIMARY KEY (person_id, programme, role))`)
    await runner.query(`CREATE INDEX role_grant_role ON role_grant (programme, role)`)
    await runner.query(`CREATE TABLE case_party (
      case_id uuid NOT NULL, person_id uuid NOT NULL REFERENCES person, role text NOT NULL, PRIMARY KEY (case_id, person_id, role))`)
    await runner.query(`CREATE INDEX case_party_person ON case_party (person_id)`)

    // A case is written by engine_commit alone. The columns after state are its read model.
    await runner.query(`CREATE TABLE cases (
      id uuid PRIMARY KEY,
      programme text NOT NULL, chart text NOT NULL,
      began_version_id int NOT NULL, version_id int NOT NULL,
      parent_id uuid, organisation_id uuid, title text NOT NULL DEFAULT '',
      state jsonb NOT NULL, version int NOT NULL, head bytea NOT NULL,
      number text, states text[] NOT NULL, phase text, public_status text, turn text, tags text[] NOT NULL,
      done boolean NOT NULL, created_at timestamptz NOT NULL, moved_at timestamptz NOT NULL, updated_at timestamptz NOT NULL
    ) WITH (fillfactor = 60)`)
    await runner.query(`CREATE INDEX cases_parent ON cases (parent_id, id) WHERE parent_id IS NOT NULL`)
    await runner.query(`CREATE INDEX cases_organisation ON cases (organisation_id, programme) WHERE organisation_id IS NOT NULL`)
    await runner.query(`CREATE INDEX cases_phase ON cases (programme, chart, phase, id)`)

    // Append only. No foreign key to cases: it would lock the case's row once more for every event.
    await runner.query(`CREATE TABLE case_event (
      case_id uuid NOT NULL, seq int NOT NULL, at timestamptz NOT NULL,
      type text NOT NULL, door text NOT NULL CHECK (door IN ('create', 'event', 'timer', 'engine')),
      actor jsonb NOT NULL, payload jsonb NOT NULL, facts jsonb NOT NULL, numbers jsonb, version_id int NOT NULL,
      prev bytea NOT NULL, hash bytea NOT NULL, PRIMARY KEY (case_id, seq))`)
    await runner.query(`CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$`)
    for (const table of ['case_event', 'programme_version'])
      await runner.query(`CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ${table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()`)

    await runner.query(`CREATE TABLE command_key (
      case_id uuid NOT NULL, key text NOT NULL, fingerprint text NOT NULL, answer jsonb NOT NULL, at timestamptz NOT NULL, PRIMARY KEY (case_id, key))`)

    // The truth about deadlines; the queue only wakes them. A row without a due instant waits for a fact.
    await runner.query(`CREATE TABLE timer (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, case_id uuid NOT NULL, key text NOT NULL, deadline text NOT NULL,
      due_at timestamptz, generation int NOT NULL DEFAULT 1, queued_at timestamptz, UNIQUE (case_id, key))`)
    // A row stands in one of the two at a time, so that arming a deadline pays for one.
    await runner.query(`CREATE INDEX timer_unqueued ON timer (due_at) WHERE queued_at IS NULL`)
    await runner.query(`CREATE INDEX timer_queued ON timer (due_at) WHERE queued_at IS NOT NULL`)

    await runner.query(`CREATE TABLE outbox (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, case_id uuid NOT NULL, seq int NOT NULL, topic text NOT NULL,
      payload jsonb NOT NULL, at timestamptz NOT NULL, generation int NOT NULL DEFAULT 1, relayed_at timestamptz)`)
    await runner.query(`CREATE INDEX outbox_unrelayed ON outbox (id) WHERE relayed_at IS NULL`)
    await runner.query(`CREATE INDEX outbox_case ON outbox (case_id)`)
    await runner.query(`CREATE TABLE effect_outcome (
      outbox_id bigint PRIMARY KEY, state text NOT NULL CHECK (state IN ('going', 'done', 'failing', 'dead')),
      attempts int NOT NULL DEFAULT 0, result jsonb, error text, cursor jsonb, at timestamptz NOT NULL)`)
    await runner.query(`CREATE INDEX effect_outcome_dead ON effect_outcome (outbox_id) WHERE state IN ('dead', 'failing')`)
    await runner.query(`CREATE TABLE fanout_item (
      outbox_id bigint NOT NULL, case_id uuid NOT NULL, outcome text NOT NULL, detail jsonb, PRIMARY KEY (outbox_id, case_id))`)

    await runner.query(`CREATE TABLE number_counter (scope text PRIMARY KEY, value int NOT NULL)`)
    await runner.query(`CREATE TABLE number_issued (
      scope text NOT NULL, value int NOT NULL, case_id uuid NOT NULL, seq int NOT NULL, name text NOT NULL, text text NOT NULL, PRIMARY KEY (scope, value))`)

    await runner.query(`CREATE TABLE notice (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, outbox_id bigint NOT NULL, case_id uuid NOT NULL, person_id uuid NOT NULL,
      address text NOT NULL, lang text NOT NULL, template text NOT NULL, subject text NOT NULL, body_text text NOT NULL, body_html text NOT NULL,
      message_id text NOT NULL, channel text NOT NULL CHECK (channel IN ('mailbox', 'smtp')), sent_at timestamptz NOT NULL, UNIQUE (outbox_id, person_id))`)
    await runner.query(`CREATE INDEX notice_case ON notice (case_id)`)
    await runner.query(`CREATE TABLE document (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(), outbox_id bigint NOT NULL UNIQUE, case_id uuid NOT NULL, template text NOT NULL, lang text NOT NULL,
      number text, title text NOT NULL, body_text text NOT NULL, body_html text NOT NULL, sha256 text NOT NULL, issued_at timestamptz NOT NULL)`)
    await runner.query(`CREATE INDEX document_case ON document (case_id)`)

    // Answers are appended, never changed; the submitting event names the revision and its hash.
    await runner.query(`CREATE TABLE form_revision (
      case_id uuid NOT NULL, form text NOT NULL, revision int NOT NULL, answers jsonb NOT NULL, computed jsonb NOT NULL,
      complete boolean NOT NULL, missing text[] NOT NULL, hash text NOT NULL, author_id uuid, at timestamptz NOT NULL, PRIMARY KEY (case_id, form, revision))`)
  }

  async down(): Promise<void> {
    throw new Error('The record is never unmade; restore a backup instead.')
  }
}
