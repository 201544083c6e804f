-- How long each recorded output is, so that a page can say it without reading it.
ALTER TABLE flow_step_runs ADD COLUMN output_characters int;

DROP FUNCTION finish_step(uuid, int, uuid, jsonb, bytea, numeric, numeric, int, int, numeric, numeric);
CREATE FUNCTION finish_step(
  p_task_id uuid, p_fence int, p_step_run_id uuid, p_output jsonb, p_output_zstd bytea, p_output_characters int, p_waiting_ms numeric,
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
    output_characters = p_output_characters,
    completed_at = clock_timestamp(), waiting_ms = p_waiting_ms, working_ms = p_working_ms
  WHERE id = p_step_run_id;
  RETURN QUERY SELECT 'completed', true, NULL::jsonb, NULL::bytea;
END
$$;

CREATE OR REPLACE FUNCTION finish_steps(p_finishes json, p_outputs_zstd bytea[]) RETURNS TABLE (
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
    FROM json_to_recordset(p_finishes) i (number int, task_id uuid, fence int, step_run_id uuid, output text, output_characters int,
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
      output_characters = f.output_characters, cost_usd = 0, completed_at = clock_timestamp(), waiting_ms = f.waiting_ms, working_ms = f.working_ms
    FROM first f WHERE s.id = f.step_run_id
  )
  SELECT array_agg(number) INTO numbers FROM first;
  RETURN QUERY SELECT n, 'completed', true, NULL::jsonb, NULL::bytea FROM unnest(numbers) AS f (n);
  IF coalesce(cardinality(numbers), 0) < json_array_length(p_finishes) THEN
    RETURN QUERY
      SELECT i.number, r.*
      FROM json_to_recordset(p_finishes) i (number int, task_id uuid, fence int, step_run_id uuid, output text, output_characters int,
        waiting_ms numeric, working_ms numeric, steps_done int, total_steps int, flow_progress numeric, task_progress numeric)
      CROSS JOIN LATERAL finish_step(i.task_id, i.fence, i.step_run_id, i.output::jsonb, p_outputs_zstd[i.number],
        i.output_characters, i.waiting_ms,
        i.working_ms, i.steps_done, i.total_steps, i.flow_progress, i.task_progress) r
      WHERE numbers IS NULL OR i.number <> ALL (numbers);
  END IF;
END
$$;

-- Log lines are told live, once for each batch.
CREATE TRIGGER record_inserts AFTER INSERT ON step_logs REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION record_inserts('step_log', '');
