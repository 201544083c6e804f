CREATE TABLE flow_runs (
  id uuid PRIMARY KEY DEFAULT uuidv7(),
  flow_name text NOT NULL,
  flow_version int NOT NULL,
  flow_key text NOT NULL,
  flow_path text NOT NULL,
  status text NOT NULL DEFAULT 'pending'
    CHECK (status IN ('pending', 'running', 'paused', 'completed', 'failed', 'cancelled')),
  task_id uuid REFERENCES tasks (id),
  parent_flow_run_id uuid REFERENCES flow_runs (id),
  unit_id uuid REFERENCES units (id) ON DELETE SET NULL,
  unit_title text,
  lesson_position int,
  lesson_id uuid REFERENCES lessons (id) ON DELETE SET NULL,
  user_id uuid REFERENCES users (id),
  lineage_id uuid REFERENCES lineages (id),
  connection_id uuid,
  external_id text,
  external_state text,
  external_url text,
  suspect_since timestamptz,
  suspect_reason text,
  current_step text,
  steps_done int NOT NULL DEFAULT 0,
  total_steps int,
  progress_percentage numeric(5, 2) NOT NULL DEFAULT 0,
  tokens_input bigint NOT NULL DEFAULT 0,
  tokens_cached bigint NOT NULL DEFAULT 0,
  tokens_output bigint NOT NULL DEFAULT 0,
  cost_usd numeric(14, 8),
  error_code text,
  error_message text,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  started_at timestamptz,
  completed_at timestamptz,
  version bigint NOT NULL DEFAULT 1,
  UNIQUE (task_id, flow_key)
) WITH (fillfactor = 80);
CREATE INDEX flow_runs_unit ON flow_runs (unit_id, id);
CREATE INDEX flow_runs_parent ON flow_runs (parent_flow_run_id);
CREATE INDEX flow_runs_status ON flow_runs (status, id DESC);
CREATE INDEX flow_runs_name ON flow_runs (flow_name, id DESC);
SELECT watch_table('flow_runs', 'flow_run', true);

CREATE TABLE flow_step_runs (
  id uuid PRIMARY KEY DEFAULT uuidv7(),
  flow_run_id uuid NOT NULL REFERENCES flow_runs (id),
  task_id uuid REFERENCES tasks (id),
  lineage_id uuid REFERENCES lineages (id),
  flow_path text NOT NULL,
  step_name text NOT NULL,
  step_version int NOT NULL,
  step_order int NOT NULL,
  occurrence int NOT NULL DEFAULT 0,
  memo_key text,
  input_hash text,
  recipe_hash text,
  output jsonb,
  output_zstd bytea,
  status text NOT NULL DEFAULT 'running'
    CHECK (status IN ('pending', 'running', 'paused', 'completed', 'failed', 'cancelled')),
  fence int,
  attempt int NOT NULL DEFAULT 1,
  retry_of_step_run_id uuid REFERENCES flow_step_runs (id),
  reused_from_step_run_id uuid REFERENCES flow_step_runs (id),
  superseded_at timestamptz,
  connection_id uuid,
  external_id text,
  external_state text,
  tokens_used bigint NOT NULL DEFAULT 0,
  cost_usd numeric(14, 8),
  error_code text,
  error_message text,
  -- cause chain, oldest last: [{name, message, code}]
  error_causes jsonb,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  started_at timestamptz,
  completed_at timestamptz,
  waiting_ms numeric(14, 3),
  working_ms numeric(14, 3),
  version bigint NOT NULL DEFAULT 1,
  CHECK (output IS NULL OR output_zstd IS NULL)
);
-- One live result per key of a lineage; the first commit wins.
CREATE UNIQUE INDEX flow_step_runs_memo ON flow_step_runs (lineage_id, memo_key)
  WHERE status = 'completed' AND reused_from_step_run_id IS NULL AND superseded_at IS NULL;
CREATE INDEX flow_step_runs_flow_run ON flow_step_runs (flow_run_id, step_order, attempt);
CREATE INDEX flow_step_runs_running ON flow_step_runs (task_id) WHERE status = 'running';
CREATE INDEX flow_step_runs_broken ON flow_step_runs (task_id, memo_key) WHERE status IN ('failed', 'cancelled');
SELECT watch_table('flow_step_runs', 'step_run', true);

CREATE TABLE step_logs (
  id uuid PRIMARY KEY DEFAULT uuidv7(),
  flow_run_id uuid NOT NULL REFERENCES flow_runs (id),
  step_run_id uuid REFERENCES flow_step_runs (id),
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  level text NOT NULL CHECK (level IN ('debug', 'info', 'warn', 'error')),
  message text NOT NULL,
  fields jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX step_logs_flow_run ON step_logs (flow_run_id, id);

-- part: input, output. At most one of content and content_zstd is set (zstd above 8 KB).
CREATE TABLE payloads_flow_runs (
  owner_id uuid NOT NULL,
  part text NOT NULL CHECK (part IN ('input', 'output')),
  content jsonb,
  content_zstd bytea,
  characters int NOT NULL,
  PRIMARY KEY (owner_id, part)
) PARTITION BY RANGE (owner_id);

CREATE TABLE payloads_step_runs (
  owner_id uuid NOT NULL,
  part text NOT NULL CHECK (part IN ('input')),
  content jsonb,
  content_zstd bytea,
  characters int NOT NULL,
  PRIMARY KEY (owner_id, part)
) PARTITION BY RANGE (owner_id);

-- The two ends of a step take one round trip each, shared with the ends of other steps (start_steps, finish_steps below). They
-- are functions because every statement in a function sees what was committed while the fence's lock was awaited; one statement
-- with CTEs would look at the older snapshot and pay twice.
-- outcome: fenced, cancelled, recorded (this task has the result), reused (an earlier task of the lineage has it),
-- failed (finally, in this task), started.
CREATE FUNCTION start_step(
  p_task_id uuid, p_fence int, p_flow_run_id uuid, p_flow_path text, p_step_name text, p_step_version int, p_step_order int,
  p_occurrence int, p_memo_key text, p_input_hash text, p_recipe_hash text, p_input jsonb, p_input_zstd bytea,
  p_input_characters int, p_repeatable_codes text[], p_supersede uuid, p_look_back boolean
) RETURNS TABLE (
  outcome text, step_run_id uuid, output jsonb, output_zstd bytea, recorded_version int, error_code text, error_message text
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  owner record;
  found_row record;
  former record;
  former_id uuid;
  former_attempt int := 0;
  new_id uuid;
BEGIN
  SELECT t.lineage_id, t.cancel_requested_at INTO owner FROM tasks t
    WHERE t.id = p_task_id AND t.fence = p_fence AND t.status = 'in_progress' FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RETURN QUERY SELECT 'fenced', NULL::uuid, NULL::jsonb, NULL::bytea, NULL::int, NULL, NULL;
    RETURN;
  END IF;
  IF owner.cancel_requested_at IS NOT NULL THEN
    RETURN QUERY SELECT 'cancelled', NULL::uuid, NULL::jsonb, NULL::bytea, NULL::int, NULL, NULL;
    RETURN;
  END IF;
  IF p_supersede IS NOT NULL THEN
    UPDATE flow_step_runs SET superseded_at = clock_timestamp() WHERE id = p_supersede AND superseded_at IS NULL;
  END IF;

  SELECT s.id, s.task_id, s.output, s.output_zstd, s.step_version INTO found_row FROM flow_step_runs s
    WHERE s.lineage_id = owner.lineage_id AND s.memo_key = p_memo_key AND s.status = 'completed'
      AND s.reused_from_step_run_id IS NULL AND s.superseded_at IS NULL;
  IF FOUND THEN
    IF found_row.task_id <> p_task_id AND NOT EXISTS (
      SELECT 1 FROM flow_step_runs s WHERE s.flow_run_id = p_flow_run_id AND s.memo_key = p_memo_key
        AND s.reused_from_step_run_id = found_row.id
    ) THEN
      INSERT INTO flow_step_runs (flow_run_id, task_id, lineage_id, flow_path, step_name, step_version, step_order, occurrence,
        memo_key, input_hash, recipe_hash, status, fence, reused_from_step_run_id, cost_usd, started_at, completed_at,
        waiting_ms, working_ms)
      VALUES (p_flow_run_id, p_task_id, owner.lineage_id, p_flow_path, p_step_name, found_row.step_version, p_step_order,
        p_occurrence, p_memo_key, p_input_hash, p_recipe_hash, 'completed', p_fence, found_row.id, 0, clock_timestamp(),
        clock_timestamp(), 0, 0);
    END IF;
    RETURN QUERY SELECT CASE WHEN found_row.task_id = p_task_id THEN 'recorded' ELSE 'reused' END, found_row.id,
      found_row.output, found_row.output_zstd, found_row.step_version, NULL, NULL;
    RETURN;
  END IF;

  -- A first owner that asks for the first time has nothing behind it.
  IF p_look_back THEN
    SELECT s.id INTO new_id FROM flow_step_runs s
      WHERE s.task_id = p_task_id AND s.status = 'running' AND s.memo_key = p_memo_key AND s.fence = p_fence;
    IF FOUND THEN
      -- The reply to this very call was lost: the row stands.
      RETURN QUERY SELECT 'started', new_id, NULL::jsonb, NULL::bytea, NULL::int, NULL, NULL;
      RETURN;
    END IF;
    SELECT s.id, s.attempt, s.status, s.error_code, s.error_message INTO former FROM flow_step_runs s
      WHERE s.task_id = p_task_id AND s.memo_key = p_memo_key AND s.status IN ('failed', 'cancelled')
      ORDER BY s.attempt DESC LIMIT 1;
    IF FOUND THEN
      IF former.status = 'failed' AND former.error_code <> ALL (p_repeatable_codes) THEN
        RETURN QUERY
          SELECT 'failed', former.id, NULL::jsonb, NULL::bytea, NULL::int, former.error_code, former.error_message;
        RETURN;
      END IF;
      former_id := former.id;
      former_attempt := former.attempt;
    END IF;
  END IF;

  UPDATE tasks SET current_step = p_step_name WHERE id = p_task_id AND current_step IS DISTINCT FROM p_step_name;
  UPDATE flow_runs SET current_step = p_step_name
    WHERE id = p_flow_run_id AND current_step IS DISTINCT FROM p_step_name;
  INSERT INTO flow_step_runs (flow_run_id, task_id, lineage_id, flow_path, step_name, step_version, step_order, occurrence,
    memo_key, input_hash, recipe_hash, status, fence, attempt, retry_of_step_run_id, started_at)
  VALUES (p_flow_run_id, p_task_id, owner.lineage_id, p_flow_path, p_step_name, p_step_version, p_step_order, p_occurrence,
    p_memo_key, p_input_hash, p_recipe_hash, 'running', p_fence, former_attempt + 1, former_id, clock_timestamp())
  RETURNING id INTO new_id;
  INSERT INTO payloads_step_runs (owner_id, part, content, content_zstd, characters)
  VALUES (new_id, 'input', p_input, p_input_zstd, p_input_characters);
  RETURN QUERY SELECT 'started', new_id, NULL::jsonb, NULL::bytea, NULL::int, NULL, NULL;
END
$$;

-- outcome: fenced, completed, duplicate (another result of the key was first; it is returned). is_new is false when this
-- very call was committed before and only its reply got lost.
CREATE FUNCTION finish_step(
  p_task_id uuid, p_fence int, p_step_run_id uuid, p_output jsonb, p_output_zstd bytea, p_waiting_ms numeric,
  p_working_ms numeric, p_steps_done int, p_total_steps int, p_flow_progress numeric, p_task_progress numeric
) RETURNS TABLE (outcome text, is_new boolean, output jsonb, output_zstd bytea) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  step record;
  first_result record;
BEGIN
  PERFORM 1 FROM tasks t WHERE t.id = p_task_id AND t.fence = p_fence AND t.status = 'in_progress' FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RETURN QUERY SELECT 'fenced', false, NULL::jsonb, NULL::bytea;
    RETURN;
  END IF;
  SELECT s.flow_run_id, s.lineage_id, s.memo_key, s.status, s.fence, s.error_code INTO step
    FROM flow_step_runs s WHERE s.id = p_step_run_id;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'There is no step run %', p_step_run_id;
  END IF;
  IF step.status = 'completed' THEN
    RETURN QUERY SELECT 'completed', false, NULL::jsonb, NULL::bytea;
    RETURN;
  END IF;
  IF step.fence <> p_fence OR NOT (step.status = 'running' OR step.status = 'failed' AND step.error_code = 'duplicate') THEN
    RETURN QUERY SELECT 'fenced', false, NULL::jsonb, NULL::bytea;
    RETURN;
  END IF;
  SELECT s.output, s.output_zstd INTO first_result FROM flow_step_runs s
    WHERE s.lineage_id = step.lineage_id AND s.memo_key = step.memo_key AND s.status = 'completed'
      AND s.reused_from_step_run_id IS NULL AND s.superseded_at IS NULL;
  IF FOUND THEN
    UPDATE flow_step_runs SET status = 'failed', error_code = 'duplicate',
      error_message = 'Another call of this step was recorded first; its result is used.', completed_at = clock_timestamp(),
      waiting_ms = p_waiting_ms, working_ms = p_working_ms
    WHERE id = p_step_run_id AND status = 'running';
    RETURN QUERY SELECT 'duplicate', step.status = 'running', first_result.output, first_result.output_zstd;
    RETURN;
  END IF;
  UPDATE tasks SET crashes = 0, progress_percentage = greatest(progress_percentage, p_task_progress) WHERE id = p_task_id;
  UPDATE flow_runs SET steps_done = greatest(steps_done, p_steps_done), total_steps = coalesce(p_total_steps, total_steps),
    progress_percentage = greatest(progress_percentage, p_flow_progress)
  WHERE id = step.flow_run_id;
  UPDATE flow_step_runs SET status = 'completed', output = p_output, output_zstd = p_output_zstd, cost_usd = 0,
    completed_at = clock_timestamp(), waiting_ms = p_waiting_ms, working_ms = p_working_ms
  WHERE id = p_step_run_id;
  RETURN QUERY SELECT 'completed', true, NULL::jsonb, NULL::bytea;
END
$$;

-- Many steps in one transaction. All tasks are locked first, in the order of their ids. The common case, a step that nobody
-- began before, is done in one statement for all; whatever else there is goes through start_step, one by one. p_starts: an
-- array of objects, numbered by their place from 1; p_inputs_zstd: the compressed inputs, in the same places. Joins are
-- spelled as look-ups of single rows and their methods fixed, because plans are kept for the session and the tables may have been
-- empty when it began.
CREATE FUNCTION start_steps(p_starts json, p_inputs_zstd bytea[], p_repeatable_codes text[]) RETURNS TABLE (
  number int, outcome text, step_run_id uuid, output jsonb, output_zstd bytea, recorded_version int, error_code text,
  error_message text
) LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off
  SET enable_material = off AS $$
#variable_conflict use_column
DECLARE
  numbers int[];
  ids uuid[];
  moves_task boolean;
  moves_flow_run boolean;
BEGIN
  PERFORM 1 FROM (
      SELECT DISTINCT task_id, fence FROM json_to_recordset(p_starts) i (task_id uuid, fence int) ORDER BY task_id
    ) i, LATERAL (
      SELECT 1 FROM tasks t WHERE t.id = i.task_id AND t.fence = i.fence AND t.status = 'in_progress' FOR NO KEY UPDATE
    ) locked;
  WITH fresh AS MATERIALIZED (
    SELECT i.*, t.lineage_id, uuidv7() AS id, t.current_step IS DISTINCT FROM i.step_name AS moves_task,
      (SELECT r.current_step FROM flow_runs r WHERE r.id = i.flow_run_id) IS DISTINCT FROM i.step_name AS moves_flow_run
    FROM json_to_recordset(p_starts) i (number int, task_id uuid, fence int, flow_run_id uuid, flow_path text, step_name text,
      step_version int, step_order int, occurrence int, memo_key text, input_hash text, recipe_hash text, input text,
      input_characters int, supersede uuid, look_back boolean)
    JOIN LATERAL (SELECT * FROM tasks WHERE id = i.task_id OFFSET 0) t
      ON t.fence = i.fence AND t.status = 'in_progress' AND t.cancel_requested_at IS NULL
    WHERE i.supersede IS NULL AND NOT i.look_back AND (
      SELECT s.id FROM flow_step_runs s WHERE s.lineage_id = t.lineage_id AND s.memo_key = i.memo_key
        AND s.status = 'completed' AND s.reused_from_step_run_id IS NULL AND s.superseded_at IS NULL) IS NULL
  ), started AS (
    INSERT INTO flow_step_runs (id, flow_run_id, task_id, lineage_id, flow_path, step_name, step_version, step_order, occurrence,
      memo_key, input_hash, recipe_hash, status, fence, started_at)
    SELECT id, flow_run_id, task_id, lineage_id, flow_path, step_name, step_version, step_order, occurrence, memo_key,
      input_hash, recipe_hash, 'running', fence, clock_timestamp()
    FROM fresh
  ), inputs AS (
    INSERT INTO payloads_step_runs (owner_id, part, content, content_zstd, characters)
    SELECT id, 'input', input::jsonb, p_inputs_zstd[number], input_characters FROM fresh
  )
  SELECT array_agg(number), array_agg(id), bool_or(moves_task), bool_or(moves_flow_run)
    INTO numbers, ids, moves_task, moves_flow_run FROM fresh;
  IF moves_task THEN
    UPDATE tasks t SET current_step = f.step_name
    FROM (
      SELECT DISTINCT ON (task_id) task_id, step_name
      FROM json_to_recordset(p_starts) i (number int, task_id uuid, step_name text)
      WHERE number = ANY (numbers) ORDER BY task_id, number DESC
    ) f
    WHERE t.id = f.task_id AND t.current_step IS DISTINCT FROM f.step_name;
  END IF;
  IF moves_flow_run THEN
    UPDATE flow_runs r SET current_step = f.step_name
    FROM (
      SELECT DISTINCT ON (flow_run_id) flow_run_id, step_name
      FROM json_to_recordset(p_starts) i (number int, flow_run_id uuid, step_name text)
      WHERE number = ANY (numbers) ORDER BY flow_run_id, number DESC
    ) f
    WHERE r.id = f.flow_run_id AND r.current_step IS DISTINCT FROM f.step_name;
  END IF;
  RETURN QUERY
    SELECT n, 'started', id, NULL::jsonb, NULL::bytea, NULL::int, NULL, NULL FROM unnest(numbers, ids) AS f (n, id);
  IF coalesce(cardinality(numbers), 0) < json_array_length(p_starts) THEN
    RETURN QUERY
      SELECT i.number, r.*
      FROM json_to_recordset(p_starts) i (number int, task_id uuid, fence int, flow_run_id uuid, flow_path text, step_name text,
        step_version int, step_order int, occurrence int, memo_key text, input_hash text, recipe_hash text, input text,
        input_characters int, supersede uuid, look_back boolean)
      CROSS JOIN LATERAL start_step(i.task_id, i.fence, i.flow_run_id, i.flow_path, i.step_name, i.step_version, i.step_order,
        i.occurrence, i.memo_key, i.input_hash, i.recipe_hash, i.input::jsonb, p_inputs_zstd[i.number], i.input_characters,
        p_repeatable_codes, i.supersede, i.look_back) r
      WHERE numbers IS NULL OR i.number <> ALL (numbers);
  END IF;
END
$$;

CREATE FUNCTION finish_steps(p_finishes json, p_outputs_zstd bytea[]) RETURNS TABLE (
  number int, outcome text, is_new boolean, output jsonb, output_zstd bytea
) LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off
  SET enable_material = off AS $$
#variable_conflict use_column
DECLARE
  numbers int[];
BEGIN
  PERFORM 1 FROM (
      SELECT DISTINCT task_id, fence FROM json_to_recordset(p_finishes) i (task_id uuid, fence int) ORDER BY task_id
    ) i, LATERAL (
      SELECT 1 FROM tasks t WHERE t.id = i.task_id AND t.fence = i.fence AND t.status = 'in_progress' FOR NO KEY UPDATE
    ) locked;
  WITH first AS MATERIALIZED (
    SELECT i.*, s.flow_run_id
    FROM json_to_recordset(p_finishes) i (number int, task_id uuid, fence int, step_run_id uuid, output text,
      waiting_ms numeric, working_ms numeric, steps_done int, total_steps int, flow_progress numeric, task_progress numeric)
    JOIN LATERAL (SELECT * FROM tasks WHERE id = i.task_id OFFSET 0) t ON t.fence = i.fence AND t.status = 'in_progress'
    JOIN LATERAL (SELECT * FROM flow_step_runs WHERE id = i.step_run_id OFFSET 0) s
      ON s.status = 'running' AND s.fence = i.fence
    WHERE (
      SELECT o.id FROM flow_step_runs o WHERE o.lineage_id = s.lineage_id AND o.memo_key = s.memo_key
        AND o.status = 'completed' AND o.reused_from_step_run_id IS NULL AND o.superseded_at IS NULL) IS NULL
  ), task_progress AS (
    UPDATE tasks t SET crashes = 0, progress_percentage = greatest(t.progress_percentage, f.task_progress)
    FROM (SELECT task_id, max(task_progress) AS task_progress FROM first GROUP BY task_id) f WHERE t.id = f.task_id
  ), flow_progress AS (
    UPDATE flow_runs r SET steps_done = greatest(r.steps_done, f.steps_done),
      total_steps = coalesce(f.total_steps, r.total_steps),
      progress_percentage = greatest(r.progress_percentage, f.flow_progress)
    FROM (SELECT flow_run_id, max(steps_done) AS steps_done, max(total_steps) AS total_steps,
      max(flow_progress) AS flow_progress FROM first GROUP BY flow_run_id) f
    WHERE r.id = f.flow_run_id
  ), completed AS (
    UPDATE flow_step_runs s SET status = 'completed', output = f.output::jsonb, output_zstd = p_outputs_zstd[f.number],
      cost_usd = 0, completed_at = clock_timestamp(), waiting_ms = f.waiting_ms, working_ms = f.working_ms
    FROM first f WHERE s.id = f.step_run_id
  )
  SELECT array_agg(number) INTO numbers FROM first;
  RETURN QUERY SELECT n, 'completed', true, NULL::jsonb, NULL::bytea FROM unnest(numbers) AS f (n);
  IF coalesce(cardinality(numbers), 0) < json_array_length(p_finishes) THEN
    RETURN QUERY
      SELECT i.number, r.*
      FROM json_to_recordset(p_finishes) i (number int, task_id uuid, fence int, step_run_id uuid, output text,
        waiting_ms numeric, working_ms numeric, steps_done int, total_steps int, flow_progress numeric, task_progress numeric)
      CROSS JOIN LATERAL finish_step(i.task_id, i.fence, i.step_run_id, i.output::jsonb, p_outputs_zstd[i.number], i.waiting_ms,
        i.working_ms, i.steps_done, i.total_steps, i.flow_progress, i.task_progress) r
      WHERE numbers IS NULL OR i.number <> ALL (numbers);
  END IF;
END
$$;
