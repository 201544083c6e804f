-- What people asked of an outside engine. Sent by the server that watches the connection, settled by its answer or by reading again.
CREATE TABLE action_outbox (
  id uuid PRIMARY KEY DEFAULT uuidv7(),
  connection_id uuid NOT NULL REFERENCES connections (id),
  -- asking twice for the same thing makes one row
  key text NOT NULL UNIQUE,
  kind text NOT NULL CHECK (kind IN ('launch', 'cancel', 'retry', 'resume')),
  task_id uuid REFERENCES tasks (id) ON DELETE CASCADE,
  flow_run_id uuid REFERENCES flow_runs (id) ON DELETE CASCADE,
  external_run_id text,
  -- a launch: what the run is made from
  body jsonb NOT NULL DEFAULT '{}',
  -- the run's state when it was asked to change, written before it is asked: what a lost answer is decided by
  state_before jsonb,
  status text NOT NULL DEFAULT 'pending'
    CHECK (status IN ('pending', 'sent', 'accepted', 'refused', 'unknown', 'expired')),
  reason text,
  attempts int NOT NULL DEFAULT 0,
  -- of one that was sent: when its sender counts as dead
  next_attempt_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamptz NOT NULL,
  requested_by uuid REFERENCES users (id),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  sent_at timestamptz,
  settled_at timestamptz,
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  version bigint NOT NULL DEFAULT 1,
  CHECK ((status IN ('accepted', 'refused', 'expired')) = (settled_at IS NOT NULL)),
  CHECK (kind = 'launch' OR external_run_id IS NOT NULL)
);
CREATE INDEX action_outbox_open ON action_outbox (connection_id, next_attempt_at) WHERE settled_at IS NULL;
CREATE INDEX action_outbox_expiry ON action_outbox (expires_at) WHERE settled_at IS NULL;
CREATE INDEX action_outbox_flow_run ON action_outbox (flow_run_id, id DESC) WHERE flow_run_id IS NOT NULL;
CREATE INDEX action_outbox_external ON action_outbox (connection_id, external_run_id) WHERE external_run_id IS NOT NULL;
CREATE INDEX action_outbox_task ON action_outbox (task_id, id DESC) WHERE task_id IS NOT NULL;
SELECT watch_table('action_outbox', 'engine_action', false);

-- Tasks of outside engines that are to end; as many as are being cancelled now.
CREATE INDEX tasks_outside_cancels ON tasks (connection_id)
  WHERE connection_id IS NOT NULL AND cancel_requested_at IS NOT NULL AND status IN ('pending', 'in_progress', 'retry', 'paused');

-- Runs that were cancelled there and may go on all the same, by the time of that.
CREATE INDEX flow_runs_external_cancelled ON flow_runs (external_state_at) WHERE connection_id IS NOT NULL AND status = 'cancelled';

-- Published by the flow engine and the task queue: what stands for runs of outside engines.
CREATE VIEW outside_runs AS
SELECT f.id, f.connection_id, f.external_id, f.flow_name, f.external_run_name, f.status, f.task_id, f.parent_flow_run_id,
  f.external_parent_task_run_id,
  f.unit_id, coalesce(u.title, f.unit_title) AS unit_title, f.external_url, f.external_state, f.external_state_type,
  f.external_state_id, f.external_state_at, f.external_deployment_id, f.external_deployment_name, f.external_work_pool, f.attempt,
  f.progress_source, f.observed_at, f.last_heartbeat_at, f.missing_upstream_at, f.suspect_since, f.suspect_reason, f.created_at,
  f.started_at, f.completed_at
FROM flow_runs f LEFT JOIN units u ON u.id = f.unit_id
WHERE f.connection_id IS NOT NULL;

CREATE VIEW outside_steps AS
SELECT id, connection_id, flow_run_id, status, started_at FROM flow_step_runs WHERE connection_id IS NOT NULL;

CREATE VIEW outside_tasks AS
SELECT t.id, t.connection_id, t.executor, t.status, t.pause_reason, t.external_id, t.task_name, t.inputs, t.unit_id,
  coalesce(u.title, t.unit_title) AS unit_title, t.attempt, t.progress_percentage, t.current_step, t.cancel_requested_at,
  t.created_at, t.started_at, t.completed_at
FROM tasks t LEFT JOIN units u ON u.id = t.unit_id
WHERE t.connection_id IS NOT NULL;
