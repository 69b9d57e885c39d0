import type { MigrationInterface, QueryRunner } from 'typeorm'

/** How people want to be told, what became of each notice, and the daily mail that holds several. */
export class Notices1700000000006 implements MigrationInterface {
  name = 'Notices1700000000006'

  async up(runner: QueryRunner): Promise<void> {
    // Every notice is in its person's inbox; the channel says whether it went out as a mail of its own too.
    await runner.query(`ALTER TABLE notice DROP CONSTRAINT notice_channel_check`)
    await runner.query(`ALTER TABLE notice ADD CONSTRAINT notice_channel_check CHECK (channel IN ('mailbox', 'smtp', 'inbox', 'digest'))`)
    await runner.query(`ALTER TABLE notice ADD COLUMN kind text NOT NULL DEFAULT 'progress', ADD COLUMN read_at timestamptz,
      ADD COLUMN digest_id bigint, ADD COLUMN bounced_at timestamptz, ADD COLUMN bounce text`)
    await runner.query(`CREATE INDEX notice_person ON notice (person_id, id)`)
    await runner.query(`CREATE INDEX notice_for_digest ON notice (person_id, id) WHERE channel = 'digest' AND digest_id IS NULL`)
    await runner.query(`CREATE INDEX notice_message ON notice (message_id)`)

    await runner.query(`CREATE TABLE notice_preference (
      person_id uuid PRIMARY KEY, ways jsonb NOT NULL, digest_hour int NOT NULL, at timestamptz NOT NULL,
      CONSTRAINT notice_preference_hour CHECK (digest_hour BETWEEN 0 AND 23))`)
    // Its numbers come from those of notices: in the local mailbox both stand in one list.
    await runner.query(`CREATE TABLE notice_digest (
      id bigint PRIMARY KEY, person_id uuid NOT NULL, address text NOT NULL, lang text NOT NULL, subject text NOT NULL, body_text text NOT NULL, body_html text NOT NULL,
      message_id text NOT NULL, channel text NOT NULL, made_at timestamptz NOT NULL, next_at timestamptz NOT NULL, attempts int NOT NULL DEFAULT 0,
      sent_at timestamptz, bounced_at timestamptz, bounce text, CONSTRAINT notice_digest_channel_check CHECK (channel IN ('mailbox', 'smtp')))`)
    await runner.query(`CREATE INDEX notice_digest_person ON notice_digest (person_id, id)`)
    await runner.query(`CREATE INDEX notice_digest_due ON notice_digest (next_at) WHERE sent_at IS NULL AND bounced_at IS NULL`)
    await runner.query(`CREATE INDEX notice_digest_message ON notice_digest (message_id)`)
  }

  async down(): Promise<void> {
    throw new Error('The record is never unmade; restore a backup instead.')
  }
}
