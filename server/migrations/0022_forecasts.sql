-- What a task was asked for, in great numbers: no joins.
CREATE VIEW task_requests AS
SELECT id, task_name, status, mode, attempt, unit_id, lineage_id, inputs, started_at, completed_at FROM tasks;

-- Where the steps of a flow run stand: no texts, no sums.
CREATE VIEW step_run_states AS
SELECT id, flow_run_id, flow_path, step_name, step_order, status, attempt, error_code, reused_from_step_run_id, started_at,
  completed_at
FROM flow_step_runs;

-- What was foreseen at certain moments of a job, and what came: how far forecasts are off is measured with it.
CREATE TABLE forecast_samples (
  task_id uuid NOT NULL REFERENCES tasks (id) ON DELETE CASCADE,
  -- 0 begun, 1 planned, 2 to 4 a quarter, a half and three quarters of its steps done
  milestone int NOT NULL CHECK (milestone BETWEEN 0 AND 4),
  -- Who writes the texts of the job: each is measured for itself.
  author text NOT NULL CHECK (author IN ('model', 'offline')),
  attempt int NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- As simulated, before any correction, counted from `at`.
  earliest_ms double precision NOT NULL,
  predicted_ms double precision NOT NULL,
  latest_ms double precision NOT NULL,
  -- Null while the job runs.
  actual_ms double precision,
  PRIMARY KEY (task_id, milestone),
  CHECK (0 <= earliest_ms AND earliest_ms <= predicted_ms AND predicted_ms <= latest_ms),
  CHECK (actual_ms >= 0)
);
CREATE INDEX forecast_samples_open ON forecast_samples (task_id) WHERE actual_ms IS NULL;
CREATE INDEX forecast_samples_ended ON forecast_samples (author, at DESC) WHERE actual_ms IS NOT NULL;
