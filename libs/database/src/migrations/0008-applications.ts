import type { MigrationInterface, QueryRunner } from 'typeorm'

/** What surrounds applications: search, messages, who else takes part, what the office enters for others, and merged organisations. */
export class Applications1700000000008 implements MigrationInterface {
  name = 'Applications1700000000008'

  async up(runner: QueryRunner): Promise<void> {
    await this.search(runner)
    await this.parties(runner)
    await this.office(runner)
  }

  /**
   * Japanese words are often two characters long, for which trigrams find nothing: texts are kept as their single
   * characters and pairs. Full and half width, either kana, either case and spaces make no difference.
   */
  private async search(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE FUNCTION search_key(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
      SELECT regexp_replace(translate(lower(normalize($1, NFKC)),
        'ァアィイゥウェエォオカガキギクグケゲコゴサザシジスズセゼソゾタダチヂッツヅテデトドナニヌネノハバパヒビピフブプヘベペホボポマミムメモャヤュユョヨラリルレロヮワヰヱヲンヴヵヶ',
        'ぁあぃいぅうぇえぉおかがきぎくぐけげこごさざしじすずせぜそぞただちぢっつづてでとどなにぬねのはばぱひびぴふぶぷへべぺほぼぽまみむめもゃやゅゆょよらりるれろゎわゐゑをんゔゕゖ'),
        '[[:space:]・、。,.‐-―ー()「」-]', '', 'g') $$`)
    await runner.query(`CREATE FUNCTION search_grams(key text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
      SELECT coalesce(array_agg(DISTINCT gram), '{}') FROM generate_series(1, char_length(key)) i, LATERAL (VALUES (substr(key, i, 1)), (substr(key, i, 2))) g(gram) $$`)
    // What a text must have to hold this word: its pairs, or the one character that it is.
    await runner.query(`CREATE FUNCTION word_grams(key text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
      SELECT CASE WHEN char_length(key) < 2 THEN ARRAY[key] ELSE (SELECT array_agg(DISTINCT substr(key, i, 2)) FROM generate_series(1, char_length(key) - 1) i) END $$`)
    await runner.query(`CREATE TABLE case_search (case_id uuid PRIMARY KEY, key text NOT NULL, grams text[] NOT NULL)`)
    await runner.query(`CREATE INDEX case_search_grams ON case_search USING gin (grams)`)
    await runner.query(`CREATE FUNCTION write_case_search(of_case uuid, title text, number text, organisation uuid) RETURNS void LANGUAGE sql AS $$
      INSERT INTO case_search AS s (case_id, key, grams)
        SELECT of_case, k.key, search_grams(k.key) FROM (SELECT left(concat_ws('|', search_key(title), search_key(number), search_key(o.name), search_key(o.kana), o.corporate_number), 500) AS key
          FROM (SELECT 1) one LEFT JOIN organisation o ON o.id = organisation) k
      ON CONFLICT (case_id) DO UPDATE SET key = excluded.key, grams = excluded.grams WHERE s.key <> excluded.key $$`)
    await runner.query(`CREATE FUNCTION note_case_search() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      PERFORM write_case_search(NEW.id, NEW.title, NEW.number, NEW.organisation_id);
      RETURN NULL; END $$`)
    await runner.query(`CREATE TRIGGER case_searched_new AFTER INSERT ON cases FOR EACH ROW WHEN (NEW.parent_id IS NOT NULL) EXECUTE FUNCTION note_case_search()`)
    await runner.query(`CREATE TRIGGER case_searched_changed AFTER UPDATE OF title, number, organisation_id ON cases FOR EACH ROW
      WHEN (NEW.parent_id IS NOT NULL AND (OLD.number IS DISTINCT FROM NEW.number OR OLD.title IS DISTINCT FROM NEW.title OR OLD.organisation_id IS DISTINCT FROM NEW.organisation_id)) EXECUTE FUNCTION note_case_search()`)
    await runner.query(`ALTER TABLE organisation ADD COLUMN merged_into uuid`)
    await runner.query(`CREATE TABLE organisation_search (organisation_id uuid PRIMARY KEY, key text NOT NULL)`)
    await runner.query(`CREATE INDEX organisation_search_key ON organisation_search USING gin (key gin_trgm_ops)`)
    await runner.query(`CREATE FUNCTION note_organisation_search() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      INSERT INTO organisation_search (organisation_id, key) VALUES (NEW.id, search_key(NEW.name)) ON CONFLICT (organisation_id) DO UPDATE SET key = excluded.key;
      IF TG_OP = 'UPDATE' THEN PERFORM write_case_search(c.id, c.title, c.number, c.organisation_id) FROM cases c WHERE c.organisation_id = NEW.id AND c.parent_id IS NOT NULL; END IF;
      RETURN NULL; END $$`)
    await runner.query(`CREATE TRIGGER organisation_searched AFTER INSERT OR UPDATE OF name, kana, corporate_number ON organisation FOR EACH ROW EXECUTE FUNCTION note_organisation_search()`)
    await runner.query(`INSERT INTO organisation_search SELECT id, search_key(name) FROM organisation`)
    await runner.query(`SELECT write_case_search(id, title, number, organisation_id) FROM cases WHERE parent_id IS NOT NULL`)
    // The order of lists, by what never changes. One index for all of them: each costs every move of a case that changes its phase.
    await runner.query(`CREATE INDEX cases_created ON cases (created_at, id)`)
  }

  private async parties(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE case_message (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, case_id uuid NOT NULL, at timestamptz NOT NULL DEFAULT app_now(), author_id uuid NOT NULL,
      side text NOT NULL CHECK (side IN ('applicant', 'office', 'note')), body text NOT NULL, key text)`)
    await runner.query(`CREATE INDEX case_message_case ON case_message (case_id, id)`)
    await runner.query(`CREATE UNIQUE INDEX case_message_key ON case_message (case_id, author_id, key) WHERE key IS NOT NULL`)
    await runner.query(`CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON case_message FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()`)
    await runner.query(`CREATE TABLE case_message_read (case_id uuid NOT NULL, person_id uuid NOT NULL, message_id bigint NOT NULL, PRIMARY KEY (case_id, person_id))`)
    // An invitation is for an address: whoever signs in with it, and nobody else, finds it and may accept.
    await runner.query(`CREATE TABLE party_invitation (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(), case_id uuid NOT NULL, email text NOT NULL, email_key text NOT NULL, role text NOT NULL CHECK (role IN ('agent', 'editor', 'viewer')),
      mandate_until date, note text NOT NULL DEFAULT '', invited_by uuid NOT NULL, at timestamptz NOT NULL DEFAULT app_now(), expires_at timestamptz NOT NULL,
      state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'accepted', 'declined', 'withdrawn')), answered_by uuid, answered_at timestamptz)`)
    await runner.query(`CREATE INDEX party_invitation_case ON party_invitation (case_id)`)
    await runner.query(`CREATE INDEX party_invitation_email ON party_invitation (email_key) WHERE state = 'open'`)
    await runner.query(`CREATE TABLE party_mandate (
      case_id uuid NOT NULL, person_id uuid NOT NULL, until date, given_by uuid NOT NULL, at timestamptz NOT NULL DEFAULT app_now(), note text NOT NULL DEFAULT '', PRIMARY KEY (case_id, person_id))`)
  }

  private async office(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE form_consent (
      case_id uuid NOT NULL, form text NOT NULL, revision int NOT NULL, reason text NOT NULL, asked_by uuid NOT NULL, asked_at timestamptz NOT NULL DEFAULT app_now(),
      outcome text CHECK (outcome IN ('agreed', 'refused')), answered_by uuid, answered_at timestamptz, PRIMARY KEY (case_id, form, revision))`)
    await runner.query(`CREATE TABLE case_intake (
      case_id uuid PRIMARY KEY, channel text NOT NULL CHECK (channel IN ('paper', 'email')), received_at timestamptz NOT NULL, reference text NOT NULL DEFAULT '', note text NOT NULL DEFAULT '',
      entered_by uuid NOT NULL, entered_at timestamptz NOT NULL DEFAULT app_now())`)
    await runner.query(`CREATE TABLE case_origin (
      case_id uuid PRIMARY KEY, from_case_id uuid NOT NULL, kind text NOT NULL CHECK (kind IN ('copy', 'move')), reason text NOT NULL DEFAULT '', by_id uuid NOT NULL, at timestamptz NOT NULL DEFAULT app_now())`)
    await runner.query(`CREATE INDEX case_origin_from ON case_origin (from_case_id)`)
    await runner.query(`CREATE TABLE organisation_merge (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, kept_id uuid NOT NULL, merged_id uuid NOT NULL, reason text NOT NULL, by_id uuid NOT NULL, at timestamptz NOT NULL DEFAULT app_now(), moved_cases uuid[] NOT NULL)`)
    await runner.query(`CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON organisation_merge FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()`)
  }

  async down(): Promise<void> {
    throw new Error('The record is never unmade; restore a backup instead.')
  }
}
