import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Few mails come back, and the office asks for all of them at once. */
export class BouncedNotices1700000000009 implements MigrationInterface {
  name = 'BouncedNotices1700000000009'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE INDEX notice_bounced ON notice (person_id, id) WHERE bounced_at IS NOT NULL`)
    await runner.query(`CREATE INDEX notice_digest_bounced ON notice_digest (person_id, id) WHERE bounced_at IS NOT NULL`)
    await runner.query(`CREATE INDEX notice_of_digest ON notice (digest_id) WHERE digest_id IS NOT NULL`)
  }

  async down(): Promise<void> {
    throw new Error('The record is never unmade; restore a backup instead.')
  }
}
