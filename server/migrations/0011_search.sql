-- What lists and the search find their rows by. Trigrams stand on small tables only: titles, names, one row for each kind of
-- error, the short words of tasks. The large tables get plain indexes on (what was found, id).

-- Errors that differ in ids, numbers, addresses or quoted words only are one kind of error.
CREATE FUNCTION error_pattern(message text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT btrim(regexp_replace(
    regexp_replace(
      regexp_replace(
        regexp_replace(
          regexp_replace(
            regexp_replace(left(coalesce(message, ''), 1000), '[a-z][a-z0-9+.-]*://[^\s"''<>)]+', '<url>', 'gi'),
            '"[^"]*"|`[^`]*`|“[^”]*”', '<text>', 'g'),
          '(^|[\s(=:,])''[^'']*''(?=$|[\s).,;:])', '\1<text>', 'g'),
        '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\m(0x)?[0-9a-f]*[0-9][0-9a-f]{7,}\M', '<id>', 'gi'),
      '\d+([.,:]\d+)*', '#', 'g'),
    '\s+', ' ', 'g'))
$$;

CREATE FUNCTION error_fingerprint(code text, message text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT left(encode(sha256(convert_to(coalesce(code, '') || E'\n' || error_pattern(message), 'UTF8')), 'hex'), 32)
$$;

CREATE TABLE error_fingerprints (
  fingerprint text PRIMARY KEY,
  error_code text,
  -- as it was first seen
  message text NOT NULL,
  -- code, pattern and message: what words are looked for in
  words text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX error_fingerprints_words ON error_fingerprints USING gin (words gin_trgm_ops);

CREATE FUNCTION words_of_error(code text, message text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT concat_ws(E'\n', code, error_pattern(message), left(message, 1000))
$$;

-- Never waits: of two transactions that meet a new kind of error at once, only one writes it down.
CREATE FUNCTION note_error(code text, message text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  noted text := error_fingerprint(code, message);
BEGIN
  IF NOT EXISTS (SELECT 1 FROM error_fingerprints f WHERE f.fingerprint = noted)
    AND pg_try_advisory_xact_lock(hashtextextended(noted, 0))
  THEN
    INSERT INTO error_fingerprints (fingerprint, error_code, message, words)
    VALUES (noted, code, left(coalesce(message, ''), 1000), words_of_error(code, message))
    ON CONFLICT DO NOTHING;
  END IF;
  RETURN noted;
END
$$;

CREATE FUNCTION stamp_error() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.error_fingerprint := CASE WHEN NEW.error_code IS NULL AND NEW.error_message IS NULL THEN NULL
    ELSE note_error(NEW.error_code, NEW.error_message) END;
  RETURN NEW;
END
$$;

ALTER TABLE flow_runs ADD COLUMN error_fingerprint text;
ALTER TABLE flow_step_runs ADD COLUMN error_fingerprint text;
ALTER TABLE llm_requests ADD COLUMN error_fingerprint text;
ALTER TABLE units ADD COLUMN error_fingerprint text;

-- Requests are listed by their step's name: a join could not be read in the order of ids.
ALTER TABLE llm_requests ADD COLUMN step_name text;
CREATE FUNCTION name_request_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  SELECT s.step_name INTO NEW.step_name FROM flow_step_runs s WHERE s.id = NEW.step_run_id;
  RETURN NEW;
END
$$;

-- Rows that exist: without the triggers, which would tell every page of changes that nobody can see.
DO $$
DECLARE
  failing text;
BEGIN
  FOREACH failing IN ARRAY ARRAY['tasks', 'flow_runs', 'flow_step_runs', 'llm_requests', 'units'] LOOP
    EXECUTE format('ALTER TABLE %I DISABLE TRIGGER USER', failing);
    EXECUTE format('INSERT INTO error_fingerprints (fingerprint, error_code, message, words)
      SELECT DISTINCT ON (1) error_fingerprint(error_code, error_message), error_code,
        left(coalesce(error_message, ''''), 1000), words_of_error(error_code, error_message)
      FROM %I WHERE error_code IS NOT NULL OR error_message IS NOT NULL
      ON CONFLICT DO NOTHING', failing);
    EXECUTE format('UPDATE %I SET error_fingerprint = error_fingerprint(error_code, error_message)
      WHERE error_code IS NOT NULL OR error_message IS NOT NULL', failing);
    IF failing = 'llm_requests' THEN
      UPDATE llm_requests r SET step_name = s.step_name FROM flow_step_runs s WHERE s.id = r.step_run_id;
    END IF;
    EXECUTE format('ALTER TABLE %I ENABLE TRIGGER USER', failing);
    EXECUTE format('CREATE TRIGGER stamp_error_of_new BEFORE INSERT ON %I FOR EACH ROW
      WHEN (NEW.error_code IS NOT NULL OR NEW.error_message IS NOT NULL) EXECUTE FUNCTION stamp_error()', failing);
    EXECUTE format('CREATE TRIGGER stamp_error BEFORE UPDATE OF error_code, error_message ON %I FOR EACH ROW
      WHEN (NEW.error_code IS DISTINCT FROM OLD.error_code OR NEW.error_message IS DISTINCT FROM OLD.error_message)
      EXECUTE FUNCTION stamp_error()', failing);
    EXECUTE format('CREATE INDEX %I ON %I (error_fingerprint, id DESC) WHERE error_fingerprint IS NOT NULL',
      failing || '_error', failing);
  END LOOP;
END
$$;
CREATE TRIGGER name_request_step BEFORE INSERT ON llm_requests FOR EACH ROW
  WHEN (NEW.step_run_id IS NOT NULL AND NEW.step_name IS NULL) EXECUTE FUNCTION name_request_step();

-- Short words of a task's inputs, and the title of its unit once that is deleted. Beside the tasks, whose rows change all the
-- time: every change of a status would be one more of the trigrams. Never source texts, never prompts.
CREATE TABLE task_texts (
  task_id uuid PRIMARY KEY REFERENCES tasks (id) ON DELETE CASCADE,
  text text NOT NULL
);
CREATE INDEX task_texts_text ON task_texts USING gin (text gin_trgm_ops);

CREATE FUNCTION short_words_of_inputs(inputs jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT nullif(left(concat_ws(E'\n',
    CASE WHEN jsonb_typeof(inputs -> 'title') = 'string' THEN inputs ->> 'title' END,
    CASE WHEN jsonb_typeof(inputs -> 'topic') = 'string' THEN inputs ->> 'topic' END), 500), '')
$$;

CREATE FUNCTION keep_task_text() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO task_texts (task_id, text)
  SELECT NEW.id, short_words_of_inputs(NEW.inputs) WHERE short_words_of_inputs(NEW.inputs) IS NOT NULL;
  RETURN NULL;
END
$$;
CREATE TRIGGER keep_task_text AFTER INSERT ON tasks FOR EACH ROW
  WHEN (NEW.inputs ? 'title' OR NEW.inputs ? 'topic') EXECUTE FUNCTION keep_task_text();

CREATE OR REPLACE FUNCTION keep_unit_title() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE tasks SET unit_title = OLD.title WHERE unit_id = OLD.id;
  UPDATE flow_runs SET unit_title = OLD.title WHERE unit_id = OLD.id;
  INSERT INTO task_texts AS kept (task_id, text)
  SELECT t.id, left(OLD.title, 500) FROM tasks t WHERE t.unit_id = OLD.id
  ON CONFLICT (task_id) DO UPDATE SET text = concat_ws(E'\n', left(kept.text, 500), excluded.text);
  RETURN OLD;
END
$$;

INSERT INTO task_texts (task_id, text)
SELECT id, text FROM (
  SELECT t.id, concat_ws(E'\n', short_words_of_inputs(t.inputs),
    CASE WHEN t.unit_id IS NULL THEN left(t.unit_title, 500) END) AS text
  FROM tasks t
) told WHERE text <> '';

-- What every module's lists may ask, whoever's the tables are. Newest first; `below` goes on where a longer answer was cut.
CREATE FUNCTION find_units(pattern text, below uuid, most int) RETURNS TABLE (id uuid) LANGUAGE sql STABLE AS $$
  SELECT u.id FROM units u WHERE u.title ILIKE pattern AND (below IS NULL OR u.id < below) ORDER BY u.id DESC LIMIT most
$$;
CREATE FUNCTION find_tasks(pattern text, below uuid, most int) RETURNS TABLE (id uuid) LANGUAGE sql STABLE AS $$
  SELECT t.task_id FROM task_texts t WHERE t.text ILIKE pattern AND (below IS NULL OR t.task_id < below)
  ORDER BY t.task_id DESC LIMIT most
$$;
CREATE FUNCTION find_errors(pattern text, most int) RETURNS TABLE (fingerprint text) LANGUAGE sql STABLE AS $$
  SELECT f.fingerprint FROM error_fingerprints f WHERE f.words ILIKE pattern ORDER BY f.created_at DESC LIMIT most
$$;

CREATE INDEX lessons_title ON lessons USING gin (title gin_trgm_ops);
CREATE INDEX users_words ON users USING gin (name gin_trgm_ops, email gin_trgm_ops);
CREATE INDEX users_active ON users (is_active, id DESC);

-- Amounts are found by their order of magnitude (four to each e-fold) and the id: rows between two bounds are then a few runs
-- of an index, each in the order of a list, however rare and old they are. The amounts stand in the index, because the first and the
-- last run are tested for them.
CREATE FUNCTION magnitude(amount float8) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT floor(4 * ln(greatest(amount, 1)))::int
$$;
CREATE FUNCTION milliseconds_between(began timestamptz, ended timestamptz) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (extract(epoch FROM ended - began) * 1000)::float8
$$;
-- The same of an amount in hundred-millionths of a dollar, the smallest that is stored. Functions of an index name no others.
CREATE FUNCTION cost_magnitude(cost_usd numeric) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT floor(4 * ln(greatest((cost_usd * 100000000)::float8, 1)))::int
$$;

CREATE INDEX tasks_duration ON tasks (magnitude(milliseconds_between(started_at, completed_at)), id DESC) INCLUDE (started_at, completed_at)
  WHERE started_at IS NOT NULL AND completed_at IS NOT NULL;
CREATE INDEX tasks_user ON tasks (user_id, id DESC);
CREATE INDEX tasks_mode ON tasks (mode, id DESC) WHERE mode <> 'from_scratch';

CREATE INDEX flow_runs_duration ON flow_runs (magnitude(milliseconds_between(started_at, completed_at)), id DESC) INCLUDE (started_at, completed_at)
  WHERE started_at IS NOT NULL AND completed_at IS NOT NULL;
CREATE INDEX flow_runs_cost ON flow_runs (cost_magnitude(cost_usd), id DESC) INCLUDE (cost_usd) WHERE cost_usd IS NOT NULL;
CREATE INDEX flow_runs_user ON flow_runs (user_id, id DESC);

CREATE INDEX llm_requests_duration ON llm_requests (magnitude(milliseconds_between(sent_at, completed_at)), id DESC) INCLUDE (sent_at, completed_at)
  WHERE sent_at IS NOT NULL AND completed_at IS NOT NULL;
CREATE INDEX llm_requests_cost ON llm_requests (cost_magnitude(cost_usd), id DESC) INCLUDE (cost_usd) WHERE cost_usd IS NOT NULL;
CREATE INDEX llm_requests_step_name ON llm_requests (step_name, id DESC);
CREATE INDEX llm_requests_prompt ON llm_requests (prompt_name, id DESC);
CREATE INDEX llm_requests_response ON llm_requests (provider_response_id, id DESC) WHERE provider_response_id IS NOT NULL;

CREATE INDEX units_duration ON units (magnitude(milliseconds_between(created_at, completed_at)), id DESC) INCLUDE (created_at, completed_at)
  WHERE completed_at IS NOT NULL;
CREATE INDEX units_cost ON units (cost_magnitude(cost_usd), id DESC) INCLUDE (cost_usd) WHERE cost_usd IS NOT NULL;
CREATE INDEX units_level ON units (learner_level, id DESC);
CREATE INDEX units_author ON units (author, id DESC);
