import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Files that applicants and the office send. The bytes lie in a folder or an S3-compatible store under the row's id. */
export class Files1700000000003 implements MigrationInterface {
  name = 'Files1700000000003'

  async up(runner: QueryRunner): Promise<void> {
    // touched_at is the machine's clock, which says what is old; uploaded_at the clock of the cases, which people see.
    await runner.query(`CREATE TABLE attachment (
      id uuid PRIMARY KEY, case_id uuid NOT NULL, form text NOT NULL, field text NOT NULL, name text NOT NULL, size bigint NOT NULL, announced_sha256 text,
      state text NOT NULL CHECK (state IN ('receiving', 'scanning', 'ready', 'refused', 'damaged', 'removed')),
      media_type text, sha256 text, refusal jsonb, uploaded_by uuid NOT NULL,
      uploaded_at timestamptz NOT NULL DEFAULT app_now(), touched_at timestamptz NOT NULL DEFAULT clock_timestamp(), checked_at timestamptz,
      scan_attempts int NOT NULL DEFAULT 0, scan_after timestamptz,
      writer uuid, writer_until timestamptz, release_wanted boolean NOT NULL DEFAULT false)`)
    await runner.query(`CREATE INDEX attachment_case ON attachment (case_id, form, field)`)
    await runner.query(`CREATE INDEX attachment_touched ON attachment (state, touched_at)`)
    await runner.query(`CREATE INDEX attachment_uploader ON attachment (uploaded_by) WHERE state = 'receiving'`)
  }

  async down(): Promise<void> {
    throw new Error('The record is never unmade; restore a backup instead.')
  }
}
