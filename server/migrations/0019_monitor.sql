-- The monitor tells any past moment from recorded times. What rows overwrite and the monitor shows is kept here as it was before;
-- what is published are the times of every job, run and step.

-- How a task ended, in the words of the monitor; null while it has not.
CREATE FUNCTION job_outcome(status text, result jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN status = 'completed' AND result ->> 'unit_status' = 'partial' THEN 'partial'
    WHEN status IN ('completed', 'failed', 'cancelled') THEN status
  END
$$;

-- Jobs that ended, newest first: all of them, of one kind and outcome, of one person.
CREATE INDEX tasks_ended ON tasks (completed_at DESC, id DESC) WHERE completed_at IS NOT NULL;
CREATE INDEX tasks_outcome ON tasks (task_name, job_outcome(status, result), completed_at DESC, id DESC)
  WHERE completed_at IS NOT NULL;
CREATE INDEX tasks_user_ended ON tasks (user_id, completed_at DESC, id DESC) WHERE completed_at IS NOT NULL;
-- Ended jobs that lived at a moment, however long ago it is. (SP-GiST degenerates: tasks come in the order of time.)
CREATE INDEX tasks_lifetime ON tasks USING gist (tstzrange(created_at, greatest(created_at, completed_at)))
  WHERE completed_at IS NOT NULL;

-- When a task might start and why it was paused, until the moment at which that changed.
CREATE TABLE former_task_waits (
  task_id uuid NOT NULL REFERENCES tasks (id) ON DELETE CASCADE,
  until timestamptz NOT NULL DEFAULT clock_timestamp(),
  available_at timestamptz NOT NULL,
  pause_reason text
);
CREATE INDEX former_task_waits_task ON former_task_waits (task_id, until);
CREATE FUNCTION keep_former_task_wait() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO former_task_waits (task_id, available_at, pause_reason) VALUES (OLD.id, OLD.available_at, OLD.pause_reason);
  RETURN NULL;
END
$$;
CREATE TRIGGER keep_former_task_wait AFTER UPDATE OF available_at, pause_reason ON tasks FOR EACH ROW
  WHEN (OLD.available_at IS DISTINCT FROM NEW.available_at OR OLD.pause_reason IS DISTINCT FROM NEW.pause_reason)
  EXECUTE FUNCTION keep_former_task_wait();

CREATE TABLE former_unit_titles (
  unit_id uuid NOT NULL REFERENCES units (id) ON DELETE CASCADE,
  until timestamptz NOT NULL DEFAULT clock_timestamp(),
  title text NOT NULL
);
CREATE INDEX former_unit_titles_unit ON former_unit_titles (unit_id, until);
CREATE FUNCTION keep_former_unit_title() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO former_unit_titles (unit_id, title) VALUES (OLD.id, OLD.title);
  RETURN NULL;
END
$$;
CREATE TRIGGER keep_former_unit_title AFTER UPDATE OF title ON units FOR EACH ROW
  WHEN (OLD.title IS DISTINCT FROM NEW.title) EXECUTE FUNCTION keep_former_unit_title();

-- Published: tasks with their times and what their inputs and results say of the job.
CREATE VIEW task_lives AS
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
  coalesce(r.request -> 'authors' ->> 'text' = 'offline', false) AS is_offline
FROM tasks t
LEFT JOIN units u ON u.id = t.unit_id
LEFT JOIN users p ON p.id = t.user_id
CROSS JOIN LATERAL (
  SELECT CASE WHEN t.task_name = 'lesson_regeneration' THEN t.inputs -> 'request' ELSE t.inputs END AS request
) r;

CREATE VIEW task_attempt_lives AS
SELECT a.task_id, a.attempt, a.worker_id, w.host, w.pid, a.claimed_at, a.ended_at
FROM task_attempts a JOIN workers w ON w.id = a.worker_id;

CREATE VIEW flow_run_lives AS
SELECT id, flow_name, flow_key, status, task_id, lesson_position, error_message, created_at, updated_at, started_at, completed_at
FROM flow_runs;

CREATE VIEW step_lives AS
SELECT id, flow_run_id, task_id, step_name, memo_key, status, attempt, fence, reused_from_step_run_id, superseded_at, error_code,
  error_message, created_at, updated_at, started_at, completed_at
FROM flow_step_runs;

CREATE VIEW bulk_action_lives AS
SELECT i.task_id, i.completed_at FROM bulk_action_items i;

CREATE VIEW provider_states AS
SELECT provider, model, blocked_until, blocked_reason FROM rate_limits;

CREATE VIEW day_budgets AS
SELECT key AS day, cap_usd FROM budgets WHERE scope = 'day';

-- Jobs that do not get on, as a keeper saw them; `until` is null while it lasts.
CREATE TABLE stuck_jobs (
  id uuid PRIMARY KEY DEFAULT uuidv7(),
  task_id uuid NOT NULL REFERENCES tasks (id) ON DELETE CASCADE,
  step_run_id uuid REFERENCES flow_step_runs (id) ON DELETE CASCADE,
  kind text NOT NULL CHECK (kind IN ('heartbeat_late', 'step_slow')),
  sentence text NOT NULL,
  since timestamptz NOT NULL DEFAULT clock_timestamp(),
  until timestamptz,
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  version bigint NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX stuck_jobs_open ON stuck_jobs (task_id, kind, coalesce(step_run_id, task_id)) WHERE until IS NULL;
CREATE INDEX stuck_jobs_ended ON stuck_jobs (until) WHERE until IS NOT NULL;
CREATE INDEX stuck_jobs_task ON stuck_jobs (task_id, since);
CREATE INDEX stuck_jobs_step ON stuck_jobs (step_run_id) WHERE step_run_id IS NOT NULL;
SELECT watch_table('stuck_jobs', 'stuck_job', false);

-- The state of each part of health from `since` to `ended_at`. `until_at`: when it ends by itself.
CREATE TABLE health_states (
  id uuid PRIMARY KEY DEFAULT uuidv7(),
  kind text NOT NULL CHECK (kind IN ('api', 'database', 'queue', 'workers', 'provider', 'connection')),
  name text NOT NULL,
  state text NOT NULL CHECK (state IN ('ok', 'warn', 'bad', 'idle')),
  sentence text NOT NULL,
  meaning text NOT NULL,
  since timestamptz NOT NULL DEFAULT clock_timestamp(),
  until_at timestamptz,
  ended_at timestamptz,
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  version bigint NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX health_states_open ON health_states (kind, name) WHERE ended_at IS NULL;
CREATE INDEX health_states_lifetime ON health_states USING gist (tstzrange(since, greatest(since, ended_at)))
  WHERE ended_at IS NOT NULL;
CREATE INDEX health_states_ended ON health_states (ended_at) WHERE ended_at IS NOT NULL;
SELECT watch_table('health_states', 'health_state', false);

-- When health was last looked at: what lies between two looks far apart nobody saw. Not watched: it moves every second.
CREATE TABLE health_looks (
  id int PRIMARY KEY DEFAULT 1 CHECK (id = 1),
  looked_at timestamptz NOT NULL
);

-- Workers that lived at a moment.
CREATE INDEX workers_ended ON workers (dead_at) WHERE dead_at IS NOT NULL;
