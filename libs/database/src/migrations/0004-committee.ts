import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Review and decision: panels, assignments, conflicts of interest, score sheets, and the journal of each stage. */
export class Committee1700000000004 implements MigrationInterface {
  name = 'Committee1700000000004'

  async up(runner: QueryRunner): Promise<void> {
    // One stage of one call. Whoever appends to its journal holds this row, so that its entries form one chain.
    await runner.query(`CREATE TABLE review_stage (
      call_id uuid NOT NULL, stage text NOT NULL, version int NOT NULL DEFAULT 0, head bytea NOT NULL, PRIMARY KEY (call_id, stage))`)
    await runner.query(`CREATE TABLE committee_record (
      call_id uuid NOT NULL, stage text NOT NULL, seq int NOT NULL, kind text NOT NULL, content jsonb NOT NULL, actor_id uuid, at timestamptz NOT NULL,
      prev bytea NOT NULL, hash bytea NOT NULL, PRIMARY KEY (call_id, stage, seq))`)
    await runner.query(`CREATE INDEX committee_record_kind ON committee_record (call_id, stage, kind, seq)`)
    await runner.query(`CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON committee_record FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()`)

    await runner.query(`CREATE TABLE panel_member (
      call_id uuid NOT NULL, stage text NOT NULL, person_id uuid NOT NULL, role text NOT NULL CHECK (role IN ('chair', 'member')),
      max_load int, fields text[] NOT NULL DEFAULT '{}', PRIMARY KEY (call_id, stage, person_id))`)
    await runner.query(`CREATE INDEX panel_member_person ON panel_member (person_id)`)
    // What a reviewer belongs to, for finding conflicts of interest.
    await runner.query(`CREATE TABLE reviewer_affiliation (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(), person_id uuid NOT NULL, organisation text NOT NULL, corporate_number text, address text, note text,
      at timestamptz NOT NULL DEFAULT app_now())`)
    await runner.query(`CREATE INDEX reviewer_affiliation_person ON reviewer_affiliation (person_id)`)

    await runner.query(`CREATE TABLE review_assignment (
      call_id uuid NOT NULL, stage text NOT NULL, application_id uuid NOT NULL, reviewer_id uuid NOT NULL,
      state text NOT NULL CHECK (state IN ('assigned', 'recused', 'released')), at timestamptz NOT NULL, PRIMARY KEY (call_id, stage, application_id, reviewer_id))`)
    await runner.query(`CREATE INDEX review_assignment_reviewer ON review_assignment (reviewer_id, call_id)`)
    // One suspicion is one row whatever becomes of it: a dismissed one is never raised again.
    await runner.query(`CREATE TABLE conflict_of_interest (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(), call_id uuid NOT NULL, application_id uuid NOT NULL, reviewer_id uuid NOT NULL,
      kind text NOT NULL CHECK (kind IN ('declared', 'organisation', 'corporateNumber', 'name', 'address')), evidence text NOT NULL,
      state text NOT NULL CHECK (state IN ('suspected', 'confirmed', 'dismissed')), raised_by uuid, raised_at timestamptz NOT NULL,
      decided_by uuid, decided_at timestamptz, reason text,
      CONSTRAINT conflict_of_interest_once UNIQUE (application_id, reviewer_id, kind, evidence))`)
    await runner.query(`CREATE INDEX conflict_of_interest_call ON conflict_of_interest (call_id, reviewer_id)`)

    // As last saved. What was handed in stands in the journal as well, and stays there.
    await runner.query(`CREATE TABLE score_sheet (
      call_id uuid NOT NULL, stage text NOT NULL, application_id uuid NOT NULL, reviewer_id uuid NOT NULL,
      points jsonb NOT NULL, comments jsonb NOT NULL, note text NOT NULL DEFAULT '', state text NOT NULL CHECK (state IN ('draft', 'submitted', 'sealed')),
      version int NOT NULL, total text, rubric text NOT NULL, judged jsonb, submitted_at timestamptz, saved_at timestamptz NOT NULL,
      PRIMARY KEY (call_id, stage, application_id, reviewer_id)) WITH (fillfactor = 70)`)
    await runner.query(`CREATE INDEX score_sheet_reviewer ON score_sheet (reviewer_id, call_id)`)
  }

  async down(): Promise<void> {
    throw new Error('The record is never unmade; restore a backup instead.')
  }
}
