import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Where no mail server is configured, mails of identity stay here: sealed, since they hold codes and links that work. */
export class IdentityMailbox1700000000005 implements MigrationInterface {
  name = 'IdentityMailbox1700000000005'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE identity_mailbox (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, sealed bytea NOT NULL, sent_at timestamptz NOT NULL DEFAULT clock_timestamp())`)
  }

  async down(): Promise<void> {
    throw new Error('The record is never unmade; restore a backup instead.')
  }
}
