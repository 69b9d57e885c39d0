import type { MigrationInterface, QueryRunner } from 'typeorm'

/**
 * Ways in, sessions, and roles with dates. What guards a way in (sessions, codes, limits) lives by the
 * machine's real clock, since a person signs in today even where a demo's clock stands in another year;
 * roles live by app_now(), like the cases they are for.
 */
export class Identity1700000000002 implements MigrationInterface {
  name = 'Identity1700000000002'

  async up(runner: QueryRunner): Promise<void> {
    await this.accounts(runner)
    await this.sessions(runner)
    await this.limits(runner)
    await this.record(runner)
    await this.roles(runner)
  }

  private async accounts(runner: QueryRunner): Promise<void> {
    // No foreign key leads to the tables of another lib, person among them: people are never deleted.
    await runner.query(`CREATE TABLE account (
      person_id uuid PRIMARY KEY, email_key text NOT NULL UNIQUE, password_hash text, password_set_at timestamptz,
      disabled_at timestamptz, created_at timestamptz NOT NULL DEFAULT clock_timestamp())`)
    // The last step that was used: no code passes twice.
    await runner.query(`CREATE TABLE totp_factor (
      person_id uuid PRIMARY KEY REFERENCES account, sealed_secret bytea NOT NULL, last_step int NOT NULL DEFAULT 0,
      confirmed_at timestamptz, created_at timestamptz NOT NULL DEFAULT clock_timestamp())`)
    await runner.query(`CREATE TABLE passkey (
      id text PRIMARY KEY, person_id uuid NOT NULL REFERENCES account, public_key bytea NOT NULL, counter bigint NOT NULL, transports text[] NOT NULL,
      label text NOT NULL, device_type text NOT NULL, backed_up boolean NOT NULL, created_at timestamptz NOT NULL DEFAULT clock_timestamp(), used_at timestamptz)`)
    await runner.query(`CREATE INDEX passkey_person ON passkey (person_id)`)
    await runner.query(`CREATE TABLE recovery_code (
      person_id uuid NOT NULL REFERENCES account, code_hash bytea NOT NULL, used_at timestamptz, PRIMARY KEY (person_id, code_hash))`)
    await runner.query(`CREATE TABLE openid_link (
      issuer text NOT NULL, subject text NOT NULL, person_id uuid NOT NULL REFERENCES account, linked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      used_at timestamptz, PRIMARY KEY (issuer, subject))`)
    await runner.query(`CREATE INDEX openid_link_person ON openid_link (person_id)`)
    // What was handed to a browser or a mailbox, to be used once: a code, a link, half a sign-in.
    await runner.query(`CREATE TABLE ticket (
      handle_hash bytea PRIMARY KEY, kind text NOT NULL, secret_hash bytea, person_id uuid, data jsonb NOT NULL DEFAULT '{}',
      attempts_left int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL DEFAULT clock_timestamp(), expires_at timestamptz NOT NULL, used_at timestamptz)`)
    await runner.query(`CREATE INDEX ticket_person ON ticket (person_id, kind) WHERE person_id IS NOT NULL`)
    await runner.query(`CREATE INDEX ticket_expiry ON ticket (expires_at)`)
  }

  private async sessions(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE session (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(), token_hash bytea NOT NULL UNIQUE, person_id uuid NOT NULL REFERENCES account,
      methods text[] NOT NULL, second_factor boolean NOT NULL, device text NOT NULL, address text NOT NULL,
      started_at timestamptz NOT NULL DEFAULT clock_timestamp(), authenticated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      seen_at timestamptz NOT NULL DEFAULT clock_timestamp(), expires_at timestamptz NOT NULL)`)
    await runner.query(`CREATE INDEX session_person ON session (person_id)`)
    await runner.query(`CREATE INDEX session_expiry ON session (expires_at)`)
    // Processes that hold sessions in memory read here which of them ended or changed. Whoever reads up to a
    // transaction that was the oldest still open, and next time from there, misses none: hence the number of
    // the transaction, and not a sequence, which commits out of order. Written by a trigger, so that a row that
    // an operator deletes by hand counts as well.
    await runner.query(`CREATE TABLE session_end (
      xact bigint NOT NULL, session_id uuid NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp(), PRIMARY KEY (xact, session_id))`)
    await runner.query(`CREATE FUNCTION note_session_end() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      INSERT INTO session_end (xact, session_id) VALUES (pg_current_xact_id()::text::bigint, OLD.id) ON CONFLICT DO NOTHING;
      RETURN NULL; END $$`)
    await runner.query(`CREATE TRIGGER session_ended AFTER DELETE OR UPDATE OF token_hash, person_id, methods, second_factor, authenticated_at, expires_at ON session
      FOR EACH ROW EXECUTE FUNCTION note_session_end()`)
    await runner.query(`CREATE FUNCTION end_sessions_of_disabled() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      DELETE FROM session WHERE person_id = NEW.person_id;
      RETURN NULL; END $$`)
    await runner.query(`CREATE TRIGGER account_disabled AFTER UPDATE OF disabled_at ON account
      FOR EACH ROW WHEN (NEW.disabled_at IS NOT NULL) EXECUTE FUNCTION end_sessions_of_disabled()`)
  }

  private async limits(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE rate_bucket (
      key bytea PRIMARY KEY, attempts float8 NOT NULL, blocked_until timestamptz NOT NULL, last_at timestamptz NOT NULL)`)
    await runner.query(`CREATE INDEX rate_bucket_age ON rate_bucket (last_at)`)
    // Counts an attempt before it is made, in every bucket or, where one of them blocks, in none. The rows are
    // locked in the order given, so a hundred attempts at once pass one after the other, and no more than allowed.
    // A bucket leaks free[i] attempts in every[i]. The first free[i] in it cost nothing; each further one blocks
    // twice as long as the one before; stop[i] is the end until someone clears the bucket.
    await runner.query(`CREATE FUNCTION count_attempt(keys bytea[], free int[], stop int[], every interval[], base interval, longest interval,
        OUT wait float8, OUT counts float8[]) LANGUAGE plpgsql AS $$
      DECLARE bucket rate_bucket; i int; began timestamptz := clock_timestamp();
      BEGIN
        wait := 0; counts := '{}';
        FOR i IN 1 .. cardinality(keys) LOOP
          INSERT INTO rate_bucket AS b VALUES (keys[i], 0, '-infinity', began)
            ON CONFLICT (key) DO UPDATE SET last_at = greatest(b.last_at, began),
              attempts = greatest(0, b.attempts - free[i] * extract(epoch FROM greatest(began - b.last_at, '0')) / extract(epoch FROM every[i]))
            RETURNING * INTO bucket;
          IF bucket.blocked_until = 'infinity' THEN wait := 'infinity';
          ELSIF bucket.blocked_until > clock_timestamp() THEN wait := greatest(wait, extract(epoch FROM bucket.blocked_until - clock_timestamp()));
          END IF;
          counts := counts || bucket.attempts;
        END LOOP;
        IF wait > 0 THEN RETURN; END IF;
        FOR i IN 1 .. cardinality(keys) LOOP
          counts[i] := counts[i] + 1;
          UPDATE rate_bucket SET attempts = counts[i], blocked_until = CASE
            WHEN ceil(counts[i]) >= stop[i] THEN 'infinity'::timestamptz
            WHEN counts[i] > free[i] THEN clock_timestamp() + least(longest, base * power(2, least(ceil(counts[i] - free[i]) - 1, 30)))
            ELSE '-infinity'::timestamptz END WHERE key = keys[i];
        END LOOP;
      END $$`)
  }

  private async record(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE identity_event (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp(), kind text NOT NULL,
      person_id uuid, actor_id uuid, session_id uuid, address text, data jsonb NOT NULL)`)
    await runner.query(`CREATE INDEX identity_event_person ON identity_event (person_id, id)`)
    await runner.query(`CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON identity_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()`)
    // Mails that carry a code or a link, sealed until they are sent, then gone.
    await runner.query(`CREATE TABLE identity_mail (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, sealed bytea NOT NULL, person_id uuid, queued_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      next_at timestamptz NOT NULL DEFAULT clock_timestamp(), attempts int NOT NULL DEFAULT 0, expires_at timestamptz NOT NULL)`)
    await runner.query(`CREATE INDEX identity_mail_next ON identity_mail (next_at, id)`)
  }

  private async roles(runner: QueryRunner): Promise<void> {
    // A grant from before dates were kept holds since ever, and so does one that is written without them.
    await runner.query(`CREATE TABLE role_period (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(), person_id uuid NOT NULL, programme text NOT NULL, role text NOT NULL,
      starts_at timestamptz NOT NULL DEFAULT '-infinity', ends_at timestamptz NOT NULL DEFAULT 'infinity',
      granted_by uuid, granted_at timestamptz NOT NULL DEFAULT clock_timestamp(), hand_over_id uuid,
      CONSTRAINT role_period_order CHECK (starts_at <= ends_at))`)
    await runner.query(`CREATE INDEX role_period_person ON role_period (person_id, programme)`)
    await runner.query(`CREATE INDEX role_period_role ON role_period (programme, role)`)
    await runner.query(`CREATE TABLE substitution (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(), absent_id uuid NOT NULL, substitute_id uuid NOT NULL,
      programme text, role text, starts_at timestamptz NOT NULL, ends_at timestamptz NOT NULL,
      named_by uuid, named_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      CONSTRAINT substitution_order CHECK (starts_at <= ends_at), CONSTRAINT substitution_people CHECK (absent_id <> substitute_id))`)
    await runner.query(`CREATE INDEX substitution_substitute ON substitution (substitute_id)`)
    await runner.query(`CREATE INDEX substitution_absent ON substitution (absent_id)`)
    await runner.query(`CREATE TABLE hand_over (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(), at timestamptz NOT NULL, plan jsonb NOT NULL,
      applied_by uuid, applied_at timestamptz NOT NULL DEFAULT clock_timestamp(), undone_by uuid, undone_at timestamptz)`)

    await runner.query(`INSERT INTO role_period (person_id, programme, role) SELECT person_id, programme, role FROM role_grant`)
    await runner.query(`DROP TABLE role_grant`)
    // The roles in force: one's own, and those of a person one stands in for, as long as that person holds them.
    // The clock is spelled out, since the planner cannot see through app_now().
    const now = 'statement_timestamp() + clock.shift'
    await runner.query(`CREATE VIEW role_grant AS
      SELECT held.person_id, held.programme, held.role FROM role_period held, app_clock clock
       WHERE held.starts_at <= ${now} AND held.ends_at > ${now}
      UNION
      SELECT s.substitute_id, held.programme, held.role FROM substitution s, role_period held, app_clock clock
       WHERE held.person_id = s.absent_id AND (s.programme IS NULL OR s.programme = held.programme)
         AND (s.role = held.role OR s.role IS NULL AND held.role <> 'administrator')
         AND s.starts_at <= ${now} AND s.ends_at > ${now} AND held.starts_at <= ${now} AND held.ends_at > ${now}`)
    await runner.query(`CREATE FUNCTION write_role_grant() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF TG_OP = 'INSERT' THEN
        INSERT INTO role_period (person_id, programme, role) SELECT NEW.person_id, NEW.programme, NEW.role
          WHERE NOT EXISTS (SELECT 1 FROM role_period r WHERE r.person_id = NEW.person_id AND r.programme = NEW.programme AND r.role = NEW.role
                              AND r.starts_at <= app_now() AND r.ends_at = 'infinity');
        RETURN NEW;
      END IF;
      UPDATE role_period r SET ends_at = app_now() WHERE r.person_id = OLD.person_id AND r.programme = OLD.programme AND r.role = OLD.role
        AND r.starts_at <= app_now() AND r.ends_at > app_now();
      RETURN OLD; END $$`)
    await runner.query(`CREATE TRIGGER writes_role_grant INSTEAD OF INSERT OR DELETE ON role_grant FOR EACH ROW EXECUTE FUNCTION write_role_grant()`)
  }

  async down(): Promise<void> {
    throw new Error('The record is never unmade; restore a backup instead.')
  }
}
