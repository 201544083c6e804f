-- What other modules may ask about the state of units, tasks and flow runs in great numbers: no sums, no joins but the title's.
CREATE VIEW unit_states AS
SELECT id, title, status, task_id, lineage_id, request FROM units;

CREATE VIEW task_states AS
SELECT t.id, t.task_name, t.status, t.unit_id, coalesce(u.title, t.unit_title) AS unit_title, t.cancel_requested_at
FROM tasks t LEFT JOIN units u ON u.id = t.unit_id;

CREATE VIEW flow_run_states AS
SELECT f.id, f.flow_name, f.status, f.task_id, f.unit_id, coalesce(u.title, f.unit_title) AS unit_title
FROM flow_runs f LEFT JOIN units u ON u.id = f.unit_id;

-- A task `bulk_action`: what was asked for. `filter` is null when the things were chosen one by one.
CREATE TABLE bulk_actions (
  task_id uuid PRIMARY KEY REFERENCES tasks (id) ON DELETE CASCADE,
  action text NOT NULL CHECK (action IN ('cancel', 'retry', 'resume')),
  entity text NOT NULL CHECK (entity IN ('unit', 'task', 'flow_run')),
  filter jsonb,
  item_count int NOT NULL
);

-- Everything that the action was accepted for, one row for each unit or task that it changes (`target_id`; null when the
-- chosen thing has none). A row leaves `pending` in the transaction that does the action, so it is done once.
CREATE TABLE bulk_action_items (
  id uuid PRIMARY KEY DEFAULT uuidv7(),
  task_id uuid NOT NULL REFERENCES bulk_actions (task_id) ON DELETE CASCADE,
  entity_id uuid NOT NULL,
  target_id uuid,
  title text,
  unit_id uuid REFERENCES units (id) ON DELETE SET NULL,
  status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'done', 'refused', 'failed')),
  error_code text,
  error_message text,
  result_task_id uuid REFERENCES tasks (id),
  completed_at timestamptz,
  CHECK ((status = 'pending') = (completed_at IS NULL))
);
CREATE INDEX bulk_action_items_task ON bulk_action_items (task_id, id);
CREATE INDEX bulk_action_items_status ON bulk_action_items (task_id, status, id);
CREATE INDEX bulk_action_items_unit ON bulk_action_items (unit_id) WHERE unit_id IS NOT NULL;
