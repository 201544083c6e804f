-- Published by the task queue: whose turn a task is. A carrier is asked for one turn, which its fence names.
CREATE VIEW task_turns AS
SELECT id, queue_name, executor, status, fence, priority, available_at, cancel_requested_at FROM tasks;

-- Runs of an outside engine that carry the execution of our tasks (`run-task`): they ring, the task decides.
CREATE TABLE task_carriers (
  id uuid PRIMARY KEY DEFAULT uuidv7(),
  connection_id uuid NOT NULL REFERENCES connections (id),
  task_id uuid NOT NULL REFERENCES tasks (id) ON DELETE CASCADE,
  -- the task's fence when it was asked for: the turn of the task that it is to take up
  fence int NOT NULL,
  -- counts those for the same turn; another one follows only when the one before did not take it up
  number int NOT NULL DEFAULT 1,
  external_id text,
  external_state text,
  external_state_type text,
  -- the moment of that state in the outside engine
  external_state_at timestamptz,
  external_url text,
  attempts int NOT NULL DEFAULT 0,
  next_attempt_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  error_message text,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  launched_at timestamptz,
  -- since when external_state_type was read as it is, by our clock
  state_since timestamptz,
  ended_at timestamptz,
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  version bigint NOT NULL DEFAULT 1,
  UNIQUE (task_id, fence, number)
);
CREATE UNIQUE INDEX task_carriers_one_open ON task_carriers (task_id, fence) WHERE ended_at IS NULL;
CREATE INDEX task_carriers_open ON task_carriers (connection_id, id) WHERE ended_at IS NULL;
CREATE INDEX task_carriers_external ON task_carriers (connection_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX task_carriers_cancelled ON task_carriers (connection_id, task_id)
  WHERE external_state_type IN ('CANCELLING', 'CANCELLED');
SELECT watch_table('task_carriers', 'task_carrier', false);
