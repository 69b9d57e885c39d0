import type { MigrationInterface, QueryRunner } from 'typeorm'

/**
 * Other systems that are told when a case's public status changes. They live by the machine's real clock: a receiver that is
 * tried again in an hour is so wherever the clock of the cases stands.
 */
export class Webhooks1700000000007 implements MigrationInterface {
  name = 'Webhooks1700000000007'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE webhook (
      id uuid PRIMARY KEY, programme text NOT NULL, url text NOT NULL, description text NOT NULL DEFAULT '', event_types text[] NOT NULL,
      sealed_secret bytea NOT NULL, sealed_former_secret bytea, former_until timestamptz,
      created_by uuid NOT NULL, created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      failing_since timestamptz, disabled_at timestamptz, disabled_reason text)`)
    await runner.query(`CREATE INDEX webhook_programme ON webhook (programme)`)
    // The body is text: every attempt and everybody who looks at it later has the same bytes.
    await runner.query(`CREATE TABLE webhook_delivery (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, webhook_id uuid NOT NULL REFERENCES webhook ON DELETE CASCADE, message_id text NOT NULL, type text NOT NULL, case_id uuid, body text NOT NULL,
      state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'failed')), attempts int NOT NULL DEFAULT 0,
      created_at timestamptz NOT NULL DEFAULT clock_timestamp(), next_at timestamptz DEFAULT clock_timestamp(), ended_at timestamptz,
      last_status int, last_error text, last_answer text, last_ms int)`)
    await runner.query(`CREATE INDEX webhook_delivery_log ON webhook_delivery (webhook_id, id)`)
    await runner.query(`CREATE INDEX webhook_delivery_due ON webhook_delivery (next_at) WHERE state = 'waiting'`)
    // Written with the change itself, by whichever way it comes: nothing is told that did not happen, and nothing is left
    // out. Only what the public sees goes in; while a result is embargoed the public status does not change.
    await runner.query(`CREATE FUNCTION queue_webhooks() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      INSERT INTO webhook_delivery (webhook_id, message_id, type, case_id, body)
      SELECT w.id, 'msg_' || replace(NEW.id::text, '-', '') || '_' || NEW.version, NEW.chart || '.' || NEW.public_status, NEW.id,
        json_build_object('type', NEW.chart || '.' || NEW.public_status, 'timestamp', to_char(NEW.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
          'data', json_build_object('caseId', NEW.id, 'programme', NEW.programme, 'chart', NEW.chart, 'callId', NEW.parent_id, 'publicStatus', NEW.public_status,
            'label', (SELECT json_build_object('ja', v.definition->'publicStatuses'->NEW.public_status->'ja', 'en', v.definition->'publicStatuses'->NEW.public_status->'en') FROM programme_version v WHERE v.id = NEW.version_id)))::text
      FROM webhook w WHERE w.programme = NEW.programme AND w.disabled_at IS NULL AND NEW.chart || '.' || NEW.public_status = ANY (w.event_types);
      IF FOUND THEN PERFORM pg_notify('saitaku_webhook', ''); END IF;
      RETURN NULL; END $$`)
    await runner.query(`CREATE TRIGGER tells_webhooks AFTER UPDATE OF public_status ON cases FOR EACH ROW
      WHEN (NEW.public_status IS NOT NULL AND OLD.public_status IS DISTINCT FROM NEW.public_status) EXECUTE FUNCTION queue_webhooks()`)
  }

  async down(): Promise<void> {
    throw new Error('The record is never unmade; restore a backup instead.')
  }
}
