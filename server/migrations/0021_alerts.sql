-- Alerts: rules that are looked at every few seconds, what they found, and the messages that tell about it.

-- What the rules ask of the task queue.
CREATE VIEW task_outcomes AS
SELECT id, task_name, completed_at,
  CASE WHEN status = 'completed' AND result ->> 'unit_status' = 'partial' THEN 'partial' ELSE status END AS outcome
FROM tasks WHERE status IN ('completed', 'failed', 'cancelled');

-- Its condition is that of the index tasks_claimable.
CREATE VIEW claimable_tasks AS
SELECT id, queue_name, priority, available_at FROM tasks
WHERE executor = 'worker' AND status IN ('pending', 'retry') AND cancel_requested_at IS NULL;

CREATE TABLE alerts (
  id uuid PRIMARY KEY DEFAULT uuidv7(),
  name text NOT NULL,
  -- {kind, ...}: each kind has its own fields
  rule jsonb NOT NULL,
  is_enabled boolean NOT NULL DEFAULT true,
  webhook_url text,
  -- encrypted, bound to this row
  webhook_secret text,
  emails text[] NOT NULL DEFAULT '{}',
  last_fired_at timestamptz,
  -- the newest attempt to tell somebody
  last_delivery_at timestamptz,
  last_delivery_status text CHECK (last_delivery_status IN ('pending', 'sent', 'failed')),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  version bigint NOT NULL DEFAULT 1,
  CHECK ((webhook_url IS NULL) = (webhook_secret IS NULL)),
  CHECK ((last_delivery_at IS NULL) = (last_delivery_status IS NULL))
);
-- Names that differ in case only are the same name.
CREATE UNIQUE INDEX alerts_name ON alerts (lower(name));
SELECT watch_table('alerts', 'alert', false);

-- From the moment an alert fires until what it found is over. The words are those of the moment of firing.
CREATE TABLE alert_events (
  id uuid PRIMARY KEY DEFAULT uuidv7(),
  alert_id uuid NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
  alert_name text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('failure_rate', 'stuck_job', 'queue_age', 'spend_per_day', 'provider_down')),
  -- what it is about where an alert can be about several things at once: a task's id, a provider; otherwise empty
  subject text NOT NULL DEFAULT '',
  task_id uuid REFERENCES tasks (id) ON DELETE SET NULL,
  value numeric NOT NULL,
  sentence text NOT NULL,
  ended_sentence text,
  -- whole milliseconds, so that a link to the moment finds it
  fired_at timestamptz NOT NULL DEFAULT date_trunc('milliseconds', clock_timestamp()),
  -- since when it no longer holds; it ends when that has been so for a while
  false_since timestamptz,
  ended_at timestamptz,
  CHECK (ended_at >= fired_at),
  CHECK ((ended_at IS NULL) = (ended_sentence IS NULL))
);
CREATE UNIQUE INDEX alert_events_open ON alert_events (alert_id, subject) WHERE ended_at IS NULL;
CREATE INDEX alert_events_at ON alert_events USING gist (tstzrange(fired_at, ended_at));
CREATE INDEX alert_events_ended ON alert_events (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX alert_events_alert ON alert_events (alert_id);
CREATE INDEX alert_events_task ON alert_events (task_id) WHERE task_id IS NOT NULL;

-- One message to one receiver: written with its event in one transaction, sent afterwards as often as it takes.
CREATE TABLE alert_deliveries (
  id uuid PRIMARY KEY DEFAULT uuidv7(),
  alert_id uuid NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
  -- null: a test
  event_id uuid REFERENCES alert_events (id) ON DELETE CASCADE,
  kind text NOT NULL CHECK (kind IN ('fired', 'ended', 'test')),
  channel text NOT NULL CHECK (channel IN ('webhook', 'email')),
  address text NOT NULL,
  status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'sent', 'failed')),
  attempts int NOT NULL DEFAULT 0,
  -- while an attempt runs: when it counts as lost with its server
  next_attempt_at timestamptz DEFAULT clock_timestamp(),
  http_status int,
  error_message text,
  duration_ms int,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  completed_at timestamptz,
  CHECK ((kind = 'test') = (event_id IS NULL)),
  CHECK ((status = 'pending') = (completed_at IS NULL)),
  CHECK ((status = 'pending') = (next_attempt_at IS NOT NULL))
);
CREATE INDEX alert_deliveries_due ON alert_deliveries (next_attempt_at) WHERE status = 'pending';
CREATE INDEX alert_deliveries_over ON alert_deliveries (completed_at) WHERE completed_at IS NOT NULL;
CREATE INDEX alert_deliveries_alert ON alert_deliveries (alert_id, id DESC);
CREATE INDEX alert_deliveries_event ON alert_deliveries (event_id);
