CREATE TABLE units (
  id uuid PRIMARY KEY DEFAULT uuidv7(),
  title text NOT NULL,
  description text NOT NULL DEFAULT '',
  learner_level text NOT NULL CHECK (learner_level IN ('beginner', 'intermediate', 'advanced')),
  status text NOT NULL CHECK (status IN ('draft', 'in_progress', 'paused', 'completed', 'partial', 'failed', 'cancelled')),
  stage text NOT NULL DEFAULT 'source' CHECK (stage IN ('source', 'plan', 'lessons', 'podcast', 'art', 'done')),
  -- [{id, text, bloom_level, evidence_of_mastery, covered_by_source}]
  learning_objectives jsonb NOT NULL DEFAULT '[]',
  target_lesson_count int NOT NULL CHECK (target_lesson_count BETWEEN 1 AND 20),
  source_kind text NOT NULL CHECK (source_kind IN ('topic', 'text', 'file', 'url')),
  -- the provider that wrote it ('offline' = no AI model), null until something was written
  author text,
  generated_from_topic boolean NOT NULL DEFAULT false,
  -- what was asked for, the inputs of all its tasks: sources by hash, never their texts
  request jsonb NOT NULL DEFAULT '{}',
  task_id uuid,
  lineage_id uuid,
  user_id uuid REFERENCES users (id),
  error_code text,
  error_message text,
  -- what went wrong or was left out without failing the unit: [{code, message, part, lesson_position}]
  warnings jsonb NOT NULL DEFAULT '[]',
  cost_usd numeric(14, 8),
  cover_media_id uuid REFERENCES media (id),
  cover_alt text,
  cover_palette jsonb,
  podcast_media_id uuid REFERENCES media (id),
  podcast_transcript text,
  podcast_seconds numeric(12, 3),
  -- which LLM request wrote which part: {metadata, podcast, cover, ...: llm_request_id}
  written_by jsonb NOT NULL DEFAULT '{}',
  content_version int NOT NULL DEFAULT 0,
  published_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  completed_at timestamptz,
  version bigint NOT NULL DEFAULT 1
);
CREATE INDEX units_status ON units (status, id DESC);
CREATE INDEX units_user ON units (user_id, id DESC);
-- Words in titles. Units are few and seldom written, unlike every table of the engine.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX units_title ON units USING gin (title gin_trgm_ops);
CREATE INDEX units_published ON units (id DESC) WHERE published_at IS NOT NULL;
SELECT watch_table('units', 'unit', true);

CREATE FUNCTION count_unit_of_user() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' AND OLD.user_id IS NOT NULL THEN
    INSERT INTO user_usage_deltas (user_id, unit_count, llm_request_count) VALUES (OLD.user_id, -1, 0);
  END IF;
  IF TG_OP <> 'DELETE' AND NEW.user_id IS NOT NULL THEN
    INSERT INTO user_usage_deltas (user_id, unit_count, llm_request_count) VALUES (NEW.user_id, 1, 0);
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER count_unit_of_user AFTER INSERT OR DELETE OR UPDATE OF user_id ON units
  FOR EACH ROW EXECUTE FUNCTION count_unit_of_user();

CREATE TABLE unit_sources (
  id uuid PRIMARY KEY DEFAULT uuidv7(),
  unit_id uuid NOT NULL REFERENCES units (id) ON DELETE CASCADE,
  position int NOT NULL,
  kind text NOT NULL CHECK (kind IN ('text', 'file', 'url', 'generated', 'supplemental')),
  title text,
  text_zstd bytea NOT NULL,
  characters int NOT NULL,
  words int NOT NULL,
  sha256 text NOT NULL,
  extracted_by text,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (unit_id, position)
);

CREATE TABLE lessons (
  id uuid PRIMARY KEY DEFAULT uuidv7(),
  unit_id uuid NOT NULL REFERENCES units (id) ON DELETE CASCADE,
  position int NOT NULL CHECK (position >= 1),
  title text NOT NULL,
  objective text NOT NULL DEFAULT '',
  learning_objective_ids jsonb NOT NULL DEFAULT '[]',
  status text NOT NULL CHECK (status IN ('completed', 'failed')),
  transcript text NOT NULL DEFAULT '',
  -- block tree, never HTML
  body jsonb NOT NULL DEFAULT '[]',
  review text NOT NULL DEFAULT 'draft' CHECK (review IN ('draft', 'approved', 'rejected')),
  -- [{id, review, kind, category, stem, options, ...}]
  exercises jsonb NOT NULL DEFAULT '[]',
  -- {dropped: [{reason, count}], findings, note}
  quality jsonb NOT NULL DEFAULT '{}',
  audio_media_id uuid REFERENCES media (id),
  audio_seconds numeric(12, 3),
  flow_run_id uuid,
  -- {transcript, exercises, audio: llm_request_id}
  written_by jsonb NOT NULL DEFAULT '{}',
  author text,
  error_code text,
  error_message text,
  content_version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  version bigint NOT NULL DEFAULT 1,
  UNIQUE (unit_id, position)
);
SELECT watch_table('lessons', 'lesson', true);

CREATE TABLE idempotency_keys (
  user_id uuid NOT NULL REFERENCES users (id),
  key text NOT NULL,
  body_hash text NOT NULL,
  unit_id uuid NOT NULL REFERENCES units (id) ON DELETE CASCADE,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (user_id, key)
);
