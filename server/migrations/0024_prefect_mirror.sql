-- Runs, steps and log lines that live in an outside engine stand in our tables, known by the id that they have there.

-- An id of the moment at which something was made elsewhere, so that lists, which are in the order of ids, are in that of time; its
-- last digits are random. A moment in the future, of a clock that is ahead, counts as now.
CREATE FUNCTION uuidv7_at(moment timestamptz) RETURNS uuid LANGUAGE sql VOLATILE AS $$
  SELECT (lpad(to_hex(micros / 1000), 12, '0') || '7' || lpad(to_hex(micros % 1000), 3, '0')
    || substr(replace(uuidv7()::text, '-', ''), 17))::uuid
  FROM (SELECT greatest(0, (extract(epoch FROM least(moment, clock_timestamp())) * 1000000)::bigint)) AS m (micros)
$$;

-- A moment that a clock which is ahead gave, as one that has come; the same at every reading until it has come.
CREATE FUNCTION past_moment(moment timestamptz, known timestamptz) RETURNS timestamptz LANGUAGE sql VOLATILE AS $$
  SELECT CASE WHEN moment > clock_timestamp() THEN coalesce(least(known, clock_timestamp()), clock_timestamp()) ELSE moment END
$$;

-- Texts of others have any length.
CREATE FUNCTION cut_text(words text, most int) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN length(words) > most THEN left(words, most - 1) || '…' ELSE words END
$$;

ALTER TABLE flow_runs
  ADD COLUMN external_state_type text,
  ADD COLUMN external_state_id text,
  ADD COLUMN external_state_at timestamptz,
  ADD COLUMN external_deployment_id text,
  ADD COLUMN external_deployment_name text,
  ADD COLUMN external_work_pool text,
  ADD COLUMN external_run_name text,
  -- the stand-in task run of a subflow in its parent
  ADD COLUMN external_parent_task_run_id text,
  -- kept as told: the parent may be mirrored later
  ADD COLUMN external_parent_id text,
  ADD COLUMN attempt int NOT NULL DEFAULT 1,
  -- artifact, label or counts: where progress_percentage comes from; null for our own runs
  ADD COLUMN progress_source text CHECK (progress_source IN ('artifact', 'label', 'counts')),
  ADD COLUMN observed_at timestamptz,
  ADD COLUMN last_heartbeat_at timestamptz,
  -- an ended run is read again until then: it may still change
  ADD COLUMN recheck_until timestamptz,
  -- Prefect does not know the run any more
  ADD COLUMN missing_upstream_at timestamptz;
CREATE UNIQUE INDEX flow_runs_external ON flow_runs (connection_id, external_id) WHERE connection_id IS NOT NULL;
CREATE INDEX flow_runs_external_live ON flow_runs (connection_id, id)
  WHERE connection_id IS NOT NULL AND status IN ('pending', 'running', 'paused');
-- Lists of what outside engines run, of one connection or of all.
CREATE INDEX flow_runs_connection ON flow_runs (connection_id, id DESC) WHERE connection_id IS NOT NULL;
CREATE INDEX flow_runs_outside ON flow_runs (id DESC) WHERE connection_id IS NOT NULL;
CREATE INDEX flow_runs_suspect ON flow_runs (task_id) WHERE suspect_since IS NOT NULL;
CREATE INDEX flow_runs_without_parent ON flow_runs (connection_id, external_parent_id)
  WHERE external_parent_id IS NOT NULL AND parent_flow_run_id IS NULL;
CREATE INDEX flow_runs_recheck ON flow_runs (connection_id, recheck_until)
  WHERE connection_id IS NOT NULL AND recheck_until IS NOT NULL;

ALTER TABLE flow_step_runs
  ADD COLUMN external_state_type text,
  ADD COLUMN external_state_id text,
  ADD COLUMN external_state_at timestamptz;
CREATE UNIQUE INDEX flow_step_runs_external ON flow_step_runs (connection_id, external_id) WHERE connection_id IS NOT NULL;

ALTER TABLE step_logs ADD COLUMN external_id text;
CREATE UNIQUE INDEX step_logs_external ON step_logs (flow_run_id, external_id) WHERE external_id IS NOT NULL;

-- The state of its run that a task shows: an older one changes nothing.
ALTER TABLE tasks ADD COLUMN external_state_at timestamptz, ADD COLUMN external_state_id text;
CREATE UNIQUE INDEX tasks_external ON tasks (connection_id, external_id) WHERE connection_id IS NOT NULL AND external_id IS NOT NULL;
CREATE INDEX tasks_connection ON tasks (connection_id, id DESC) WHERE connection_id IS NOT NULL;
CREATE INDEX tasks_outside ON tasks (id DESC) WHERE connection_id IS NOT NULL;
CREATE INDEX tasks_outside_ended ON tasks (completed_at DESC, id DESC) WHERE connection_id IS NOT NULL AND completed_at IS NOT NULL;

-- The connection of the unit's task, so that units are listed by it.
ALTER TABLE units ADD COLUMN connection_id uuid REFERENCES connections (id);
CREATE INDEX units_connection ON units (connection_id, id DESC) WHERE connection_id IS NOT NULL;
CREATE INDEX units_outside ON units (id DESC) WHERE connection_id IS NOT NULL;
CREATE FUNCTION keep_unit_connection() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.connection_id := (SELECT t.connection_id FROM tasks t WHERE t.id = NEW.task_id);
  RETURN NEW;
END
$$;
CREATE TRIGGER keep_unit_connection BEFORE UPDATE OF task_id ON units FOR EACH ROW
  WHEN (OLD.task_id IS DISTINCT FROM NEW.task_id) EXECUTE FUNCTION keep_unit_connection();
CREATE TRIGGER keep_unit_connection_of_new BEFORE INSERT ON units FOR EACH ROW
  WHEN (NEW.task_id IS NOT NULL) EXECUTE FUNCTION keep_unit_connection();

-- How far the mirror of a connection is; written in the transaction that wrote the rows.
CREATE TABLE connection_cursors (
  connection_id uuid NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
  stream text NOT NULL,
  value jsonb NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (connection_id, stream)
);

-- Published as before, with the connection by its name and what an outside engine says of its runs.
CREATE OR REPLACE VIEW task_summaries AS
SELECT t.id, t.task_name, t.status, t.pause_reason, t.queue_name, t.executor, t.priority, t.error_code, t.error_message,
  t.unit_id, coalesce(u.title, t.unit_title) AS unit_title, t.user_id, p.name AS user_name, t.lineage_id, t.retry_of_task_id,
  t.mode, t.connection_id, t.external_id, t.worker_id, w.host AS worker_host, w.pid AS worker_pid, t.attempt, t.crashes,
  t.progress_percentage, t.current_step, t.cancel_requested_at, t.created_at, t.updated_at, t.available_at, t.started_at,
  t.completed_at, t.version, c.name AS connection_name, o.external_state, o.external_work_pool, o.progress_source
FROM tasks t
LEFT JOIN units u ON u.id = t.unit_id
LEFT JOIN users p ON p.id = t.user_id
LEFT JOIN workers w ON w.id = t.worker_id
LEFT JOIN connections c ON c.id = t.connection_id
-- said twice, so that the planner sees that there is at most one and leaves it out where nobody asks
LEFT JOIN flow_runs o ON o.connection_id = t.connection_id AND o.external_id = t.external_id AND o.connection_id IS NOT NULL;

CREATE OR REPLACE VIEW flow_run_summaries AS
SELECT f.id, f.flow_name, f.flow_version, f.flow_key, f.flow_path, f.status, f.task_id, f.task_id AS arq_task_id,
  t.task_name, t.status AS task_status, f.parent_flow_run_id, f.unit_id, coalesce(u.title, f.unit_title) AS unit_title,
  f.lesson_position, coalesce(f.lesson_id, l.id) AS lesson_id, f.user_id, p.name AS user_name, f.lineage_id, f.connection_id, f.external_id,
  f.external_state, f.external_url, f.suspect_since, f.suspect_reason, f.current_step, f.steps_done, f.total_steps,
  -- a root run of ours is as far as its task: its own steps are only the beginning
  CASE WHEN f.connection_id IS NULL AND f.parent_flow_run_id IS NULL AND f.status <> 'completed' AND t.id IS NOT NULL
    THEN t.progress_percentage ELSE f.progress_percentage END AS progress_percentage, f.tokens_input, f.tokens_cached, f.tokens_output, f.cost_usd, f.error_code, f.error_message,
  f.created_at, f.updated_at, f.started_at, f.completed_at,
  -- what a root run shows moves with its task as well; both versions only rise. A mirrored run may get its parent later.
  CASE WHEN f.connection_id IS NOT NULL OR f.parent_flow_run_id IS NULL
    THEN f.version + coalesce(t.version, 0) ELSE f.version END AS version,
  CASE WHEN f.connection_id IS NOT NULL THEN f.last_heartbeat_at WHEN f.status = 'running' THEN w.beat_at END AS last_heartbeat_at,
  c.name AS connection_name, f.attempt, f.progress_source, f.missing_upstream_at, f.external_state_type, f.external_run_name,
  f.observed_at, f.external_work_pool
FROM flow_runs f
LEFT JOIN lessons l ON l.unit_id = f.unit_id AND l.position = f.lesson_position
  AND l.flow_run_id IN (f.id, f.parent_flow_run_id)
LEFT JOIN tasks t ON t.id = f.task_id
LEFT JOIN units u ON u.id = f.unit_id
LEFT JOIN users p ON p.id = f.user_id
LEFT JOIN workers w ON w.id = t.worker_id
LEFT JOIN connections c ON c.id = f.connection_id;

-- What the unit's ended requests have cost; null (unknown) as soon as one of them was sent and its cost is not known, or an outside
-- engine worked on the unit: it does not tell what it spent.
CREATE OR REPLACE FUNCTION cost_of_unit(wanted uuid) RETURNS numeric LANGUAGE sql STABLE AS $$
  SELECT CASE
    WHEN EXISTS (SELECT 1 FROM flow_runs f WHERE f.unit_id = wanted AND f.connection_id IS NOT NULL) THEN NULL
    WHEN bool_or(r.cost_usd IS NULL AND r.sent_at IS NOT NULL AND r.status <> 'pending') THEN NULL
    ELSE coalesce(sum(r.cost_usd), 0) END
  FROM llm_requests r WHERE r.unit_id = wanted
$$;

CREATE OR REPLACE VIEW unit_summaries AS
SELECT u.id, u.title, u.description, u.learner_level, u.status,
  -- While its task has not written the unit, the stage is told from what the task has begun.
  CASE
    WHEN u.stage <> 'source' OR u.task_id IS NULL THEN u.stage
    WHEN EXISTS (SELECT 1 FROM flow_runs f WHERE f.task_id = u.task_id AND f.flow_key = 'podcast') THEN 'podcast'
    WHEN EXISTS (SELECT 1 FROM flow_runs f WHERE f.task_id = u.task_id AND f.flow_key = 'lesson:1') THEN 'lessons'
    WHEN t.current_step IN ('extract_unit_metadata', 'generate_supplemental_source_material') THEN 'plan'
    ELSE 'source'
  END AS stage,
  u.target_lesson_count, u.source_kind, u.author,
  u.generated_from_topic, u.task_id, u.task_id AS arq_task_id, u.lineage_id, u.user_id, p.name AS user_name,
  u.error_code, u.error_message,
  CASE WHEN u.status IN ('in_progress', 'paused') THEN cost_of_unit(u.id) ELSE u.cost_usd END AS cost_usd,
  u.cover_media_id, u.cover_alt, u.podcast_media_id, u.content_version,
  u.published_at, u.created_at, u.updated_at, u.completed_at, u.version,
  l.lessons_completed, l.lessons_failed, l.exercise_count, l.draft_count, l.audio_seconds,
  t.status AS task_status, t.pause_reason, t.progress_percentage, t.current_step,
  u.connection_id, c.name AS connection_name
FROM units u
LEFT JOIN users p ON p.id = u.user_id
LEFT JOIN tasks t ON t.id = u.task_id
LEFT JOIN connections c ON c.id = u.connection_id
LEFT JOIN LATERAL (
  SELECT count(*) FILTER (WHERE status = 'completed')::int AS lessons_completed,
    count(*) FILTER (WHERE status = 'failed')::int AS lessons_failed,
    coalesce(sum(exercise_count), 0)::int AS exercise_count,
    coalesce(sum(draft_count), 0)::int AS draft_count,
    coalesce(sum(audio_seconds), 0)::numeric AS audio_seconds
  FROM lessons WHERE unit_id = u.id
) l ON true;

CREATE OR REPLACE VIEW task_lives AS
SELECT t.id, t.task_name, t.status, t.pause_reason, t.queue_name, t.executor, t.connection_id, t.priority, t.mode, t.unit_id,
  coalesce(u.title, t.unit_title) AS unit_title, t.user_id, p.name AS user_name, t.attempt, t.error_code, t.error_message,
  t.cancel_requested_at, t.created_at, t.updated_at, t.available_at, t.started_at, t.completed_at, t.version, t.result,
  job_outcome(t.status, t.result) AS outcome,
  coalesce(u.learner_level, r.request ->> 'learner_level') AS learner_level,
  coalesce(u.target_lesson_count,
    CASE WHEN jsonb_typeof(r.request -> 'target_lesson_count') = 'number'
      THEN trunc((r.request ->> 'target_lesson_count')::numeric)::int END) AS target_lesson_count,
  CASE WHEN t.task_name = 'lesson_regeneration' AND jsonb_typeof(t.inputs -> 'lesson_position') = 'number'
    THEN trunc((t.inputs ->> 'lesson_position')::numeric)::int END AS lesson_position,
  coalesce(u.generated_from_topic, r.request -> 'sources' = '[]'::jsonb, false) AS generated_from_topic,
  coalesce(r.request -> 'authors' ->> 'text' = 'offline', false) AND t.connection_id IS NULL AS is_offline,
  c.name AS connection_name, t.external_id, t.progress_percentage, t.current_step
FROM tasks t
LEFT JOIN units u ON u.id = t.unit_id
LEFT JOIN users p ON p.id = t.user_id
LEFT JOIN connections c ON c.id = t.connection_id
CROSS JOIN LATERAL (
  SELECT CASE WHEN t.task_name = 'lesson_regeneration' THEN t.inputs -> 'request' ELSE t.inputs END AS request
) r;

CREATE OR REPLACE VIEW flow_run_lives AS
SELECT id, flow_name, flow_key, status, task_id, lesson_position, error_message, created_at, updated_at, started_at, completed_at,
  connection_id, external_id, parent_flow_run_id
FROM flow_runs;

CREATE OR REPLACE VIEW step_lives AS
SELECT id, flow_run_id, task_id, step_name, memo_key, status, attempt, fence, reused_from_step_run_id, superseded_at, error_code,
  error_message, created_at, updated_at, started_at, completed_at, connection_id
FROM flow_step_runs;

-- What was asked of our own workers: what outside engines carry out nobody of ours can foresee.
CREATE OR REPLACE VIEW task_requests AS
SELECT id, task_name, status, mode, attempt, unit_id, lineage_id, inputs, started_at, completed_at FROM tasks
WHERE connection_id IS NULL;

-- Published: what an outside engine says of the runs that our tasks stand for.
CREATE VIEW external_run_states AS
SELECT f.id, f.task_id, f.connection_id, f.external_id, f.parent_flow_run_id, f.flow_name, f.status, f.external_state,
  f.external_state_type, f.external_url, f.suspect_since, f.suspect_reason, f.missing_upstream_at, f.progress_source,
  f.progress_percentage, f.steps_done, f.total_steps, f.observed_at, f.updated_at, f.version, f.external_work_pool
FROM flow_runs f WHERE f.connection_id IS NOT NULL;
