CREATE TABLE lineages (
  id uuid PRIMARY KEY DEFAULT uuidv7(),
  unit_id uuid REFERENCES units (id) ON DELETE SET NULL,
  parent_id uuid REFERENCES lineages (id),
  forked_at timestamptz,
  pinned boolean NOT NULL DEFAULT false
);

CREATE SEQUENCE worker_lock_keys;

CREATE TABLE workers (
  id uuid PRIMARY KEY DEFAULT uuidv7(),
  lock_key bigint NOT NULL UNIQUE DEFAULT nextval('worker_lock_keys'),
  host text NOT NULL,
  pid int NOT NULL,
  app_version text NOT NULL,
  queues text[] NOT NULL,
  capacity int NOT NULL,
  running int NOT NULL DEFAULT 0,
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  beat_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- a worker that said goodbye; its row is dead as well
  stopped_at timestamptz,
  dead_at timestamptz
);
CREATE INDEX workers_alive ON workers (id) WHERE dead_at IS NULL;
-- Not every beat: only what the Tasks page shows.
CREATE TRIGGER record_change AFTER INSERT OR UPDATE OF running, stopped_at, dead_at ON workers
  FOR EACH ROW EXECUTE FUNCTION record_change('worker');

CREATE TABLE tasks (
  id uuid PRIMARY KEY DEFAULT uuidv7(),
  task_name text NOT NULL,
  status text NOT NULL DEFAULT 'pending'
    CHECK (status IN ('pending', 'in_progress', 'paused', 'retry', 'completed', 'failed', 'cancelled')),
  pause_reason text,
  queue_name text NOT NULL DEFAULT 'default',
  executor text NOT NULL DEFAULT 'worker' CHECK (executor IN ('worker', 'external', 'observed')),
  priority int NOT NULL DEFAULT 0,
  inputs jsonb NOT NULL DEFAULT '{}',
  result jsonb,
  error_code text,
  error_message text,
  error_fingerprint text,
  unit_id uuid REFERENCES units (id) ON DELETE SET NULL,
  -- kept when the unit is deleted
  unit_title text,
  user_id uuid REFERENCES users (id),
  lineage_id uuid NOT NULL REFERENCES lineages (id),
  retry_of_task_id uuid REFERENCES tasks (id),
  mode text NOT NULL DEFAULT 'from_scratch' CHECK (mode IN ('from_scratch', 'resume', 'fork', 'regenerate')),
  connection_id uuid,
  external_id text,
  worker_id uuid REFERENCES workers (id),
  fence int NOT NULL DEFAULT 0,
  crashes int NOT NULL DEFAULT 0,
  attempt int NOT NULL DEFAULT 0,
  progress_percentage numeric(5, 2) NOT NULL DEFAULT 0,
  current_step text,
  cancel_requested_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  available_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  started_at timestamptz,
  completed_at timestamptz,
  version bigint NOT NULL DEFAULT 1,
  CHECK ((status = 'paused') = (pause_reason IS NOT NULL)),
  CHECK ((status IN ('completed', 'failed', 'cancelled')) = (completed_at IS NOT NULL))
) WITH (fillfactor = 80);
-- Claim reads only this one: it holds nothing but claimable rows.
CREATE INDEX tasks_claimable ON tasks (queue_name, priority, available_at, id)
  WHERE executor = 'worker' AND status IN ('pending', 'retry') AND cancel_requested_at IS NULL;
CREATE INDEX tasks_in_progress ON tasks (worker_id) WHERE status = 'in_progress';
CREATE INDEX tasks_live ON tasks (id DESC) WHERE status IN ('pending', 'in_progress', 'retry', 'paused');
CREATE INDEX tasks_failed ON tasks (id DESC) WHERE status = 'failed';
CREATE INDEX tasks_status ON tasks (status, id DESC);
CREATE INDEX tasks_name ON tasks (task_name, id DESC);
CREATE INDEX tasks_unit ON tasks (unit_id, id);
CREATE UNIQUE INDEX tasks_one_live_per_unit ON tasks (unit_id)
  WHERE status IN ('pending', 'in_progress', 'retry', 'paused') AND mode <> 'fork' AND executor <> 'observed';
CREATE UNIQUE INDEX tasks_one_live_per_lineage ON tasks (lineage_id)
  WHERE status IN ('pending', 'in_progress', 'retry', 'paused') AND mode <> 'fork' AND executor <> 'observed';
SELECT watch_table('tasks', 'task', true);

ALTER TABLE units ADD FOREIGN KEY (task_id) REFERENCES tasks (id);
ALTER TABLE units ADD FOREIGN KEY (lineage_id) REFERENCES lineages (id);

CREATE TABLE task_attempts (
  task_id uuid NOT NULL REFERENCES tasks (id) ON DELETE CASCADE,
  attempt int NOT NULL,
  fence int NOT NULL,
  worker_id uuid NOT NULL REFERENCES workers (id),
  claimed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  ended_at timestamptz,
  -- completed, failed, cancelled, paused, released, worker_died
  outcome text,
  error_code text,
  PRIMARY KEY (task_id, attempt)
);
