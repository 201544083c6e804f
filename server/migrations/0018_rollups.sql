-- Numbers over time. Whatever ends appends a delta in its own transaction; one folder moves deltas into totals. What is read is the
-- totals and the deltas that are not folded yet, so it is exact at every moment.

-- One event, or with `change` -1 one that was counted before and is not so any more, at the minute of the event that it takes back.
-- entity: job (a task ended), start (a task began for the first time), unit (a unit ended), lesson (one was written), step, request.
CREATE TABLE rollup_deltas (
  at timestamptz NOT NULL,
  -- step: its own id; lesson: its flow run
  owner_id uuid,
  change smallint NOT NULL,
  entity text NOT NULL,
  -- job, start: the task's name; step: its own; request: its step's
  name text,
  provider text,
  model text,
  status text NOT NULL,
  duration_ms numeric(14, 3),
  waiting_ms numeric(14, 3),
  tokens_input bigint,
  tokens_cached bigint,
  tokens_output bigint,
  cost_usd numeric(14, 8),
  is_cost_unknown boolean
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000, autovacuum_vacuum_insert_scale_factor = 0,
  autovacuum_vacuum_insert_threshold = 20000, autovacuum_analyze_threshold = 1000000);

-- One row for all events of a key in a minute, an hour or a day (UTC). `steps` and `requests` are all of them together, so that a
-- chart reads one row for each point and status. Empty text: the key has no such part. Nobody sorts the names for reading.
CREATE TABLE rollups (
  resolution text COLLATE "C" NOT NULL,
  entity text COLLATE "C" NOT NULL,
  at timestamptz NOT NULL,
  name text COLLATE "C" NOT NULL,
  provider text COLLATE "C" NOT NULL,
  model text COLLATE "C" NOT NULL,
  status text COLLATE "C" NOT NULL,
  count bigint NOT NULL,
  duration_ms numeric(20, 3) NOT NULL,
  waiting_ms numeric(20, 3) NOT NULL,
  tokens_input bigint NOT NULL,
  tokens_cached bigint NOT NULL,
  tokens_output bigint NOT NULL,
  cost_usd numeric(20, 8) NOT NULL,
  cost_known bigint NOT NULL,
  cost_unknown bigint NOT NULL,
  -- how many took how long (of `start`: waited): rollup_bucket() and the count of each
  buckets smallint[] NOT NULL,
  counts int[] NOT NULL,
  PRIMARY KEY (resolution, entity, at, name, provider, model, status)
) PARTITION BY LIST (resolution);
CREATE TABLE rollup_minute PARTITION OF rollups FOR VALUES IN ('minute') WITH (fillfactor = 70);
CREATE TABLE rollup_hour PARTITION OF rollups FOR VALUES IN ('hour') WITH (fillfactor = 70);
CREATE TABLE rollup_day PARTITION OF rollups FOR VALUES IN ('day') WITH (fillfactor = 70);

-- The queue and the workers, looked at every few seconds.
CREATE TABLE rollup_gauges (
  resolution text NOT NULL CHECK (resolution IN ('minute', 'hour', 'day')),
  at timestamptz NOT NULL,
  queued_max int NOT NULL,
  queued_last int NOT NULL,
  running_max int NOT NULL,
  running_last int NOT NULL,
  capacity_max int NOT NULL,
  capacity_last int NOT NULL,
  sampled_at timestamptz NOT NULL,
  PRIMARY KEY (resolution, at)
);

-- Bucket i holds what is over 1.1^(i-1) and at most 1.1^i ms: its middle is at most 4.8 % off. Nothing at all is -100.
CREATE FUNCTION rollup_bucket(ms numeric) RETURNS smallint LANGUAGE sql IMMUTABLE STRICT AS $$
  SELECT CASE WHEN ms <= 0 THEN -100 ELSE ceil(ln(ms::float8) / ln(1.1::float8) - 1e-9) END::smallint
$$;

-- Clocks of two machines may differ by more than a thing took.
CREATE FUNCTION elapsed_ms(since timestamptz, until timestamptz) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN until > since THEN least(extract(epoch FROM until - since) * 1000, 99999999999) WHEN until <= since THEN 0 END
$$;

-- What deltas come to, one row for each minute, key and bucket (null: nothing measured). The step's model is that of its last
-- request, looked up here and not when it ends; requests of a step that has ended do not change.
CREATE FUNCTION rollup_cells(deltas rollup_deltas[]) RETURNS TABLE (
  at timestamptz, entity text, name text, provider text, model text, status text, bucket smallint, count bigint, measured int,
  duration_ms numeric, waiting_ms numeric, tokens_input bigint, tokens_cached bigint, tokens_output bigint, cost_usd numeric,
  cost_known bigint, cost_unknown bigint
) LANGUAGE sql STABLE AS $$
  WITH detail AS MATERIALIZED (
    SELECT date_bin('1 minute', d.at, 'epoch') AS at, d.entity, coalesce(d.name, '') AS name,
      coalesce(CASE WHEN d.entity = 'step' THEN r.provider ELSE d.provider END, '') AS provider,
      coalesce(CASE WHEN d.entity = 'step' THEN r.model ELSE d.model END, '') AS model, d.status,
      rollup_bucket(CASE WHEN d.entity = 'start' THEN d.waiting_ms ELSE d.duration_ms END) AS bucket,
      sum(d.change)::bigint AS count, coalesce(sum(d.change * d.duration_ms), 0) AS duration_ms,
      coalesce(sum(d.change * d.waiting_ms), 0) AS waiting_ms, coalesce(sum(d.change * d.tokens_input), 0)::bigint AS tokens_input,
      coalesce(sum(d.change * d.tokens_cached), 0)::bigint AS tokens_cached,
      coalesce(sum(d.change * d.tokens_output), 0)::bigint AS tokens_output, coalesce(sum(d.change * d.cost_usd), 0) AS cost_usd,
      coalesce(sum(d.change) FILTER (WHERE d.cost_usd IS NOT NULL), 0)::bigint AS cost_known,
      coalesce(sum(d.change) FILTER (WHERE d.is_cost_unknown), 0)::bigint AS cost_unknown
    FROM unnest(deltas) d
    LEFT JOIN LATERAL (
      SELECT l.provider, l.model FROM llm_requests l WHERE d.entity = 'step' AND l.step_run_id = d.owner_id
      ORDER BY l.id DESC LIMIT 1
    ) r ON true
    -- A lesson that a resumed task only took from what was recorded was not written again.
    WHERE d.entity <> 'lesson' OR EXISTS (SELECT 1 FROM flow_step_runs w
      WHERE w.flow_run_id = d.owner_id AND w.status = 'completed' AND w.reused_from_step_run_id IS NULL)
    GROUP BY 1, 2, 3, 4, 5, 6, 7
  )
  SELECT at, entity, name, provider, model, status, bucket, count, count::int, duration_ms, waiting_ms, tokens_input, tokens_cached,
    tokens_output, cost_usd, cost_known, cost_unknown
  FROM detail
  UNION ALL
  SELECT at, entity || 's', '', '', '', status, bucket, sum(count)::bigint, sum(count)::int, sum(duration_ms), sum(waiting_ms),
    sum(tokens_input)::bigint, sum(tokens_cached)::bigint, sum(tokens_output)::bigint, sum(cost_usd), sum(cost_known)::bigint,
    sum(cost_unknown)::bigint
  FROM detail WHERE entity IN ('step', 'request') GROUP BY at, entity, status, bucket
$$;

-- Since when rows of a resolution are kept: an hour longer than they are read, so that the first point of a window is whole.
CREATE FUNCTION rollups_kept_since(resolution text) RETURNS timestamptz LANGUAGE sql STABLE AS $$
  SELECT CASE resolution
    WHEN 'minute' THEN now() - interval '3 days 1 hour'
    WHEN 'hour' THEN now() - interval '60 days 1 hour'
    ELSE '-infinity'
  END
$$;

-- Moves up to `most` deltas into the totals, all in the caller's transaction; answers how many there were. One session folds, any
-- other gets null at once. A delta that commits meanwhile waits for the next turn.
CREATE FUNCTION fold_rollups(most int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  taken rollup_deltas[];
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtext('coursewright.rollups')) THEN RETURN NULL; END IF;
  WITH gone AS (
    DELETE FROM rollup_deltas WHERE ctid = ANY (ARRAY(SELECT ctid FROM rollup_deltas LIMIT most)) RETURNING rollup_deltas
  )
  SELECT array_agg(rollup_deltas) INTO taken FROM gone;
  IF taken IS NULL THEN RETURN 0; END IF;
  WITH cell AS MATERIALIZED (SELECT * FROM rollup_cells(taken)), bucketed AS (
    SELECT r.resolution, c.entity, date_trunc(r.resolution, c.at, 'UTC') AS at, c.name, c.provider, c.model, c.status, c.bucket,
      sum(c.count) AS count, sum(c.measured)::int AS measured, sum(c.duration_ms) AS duration_ms, sum(c.waiting_ms) AS waiting_ms,
      sum(c.tokens_input) AS tokens_input, sum(c.tokens_cached) AS tokens_cached, sum(c.tokens_output) AS tokens_output,
      sum(c.cost_usd) AS cost_usd, sum(c.cost_known) AS cost_known, sum(c.cost_unknown) AS cost_unknown
    FROM cell c
    JOIN (SELECT v AS resolution, rollups_kept_since(v) AS since FROM unnest(ARRAY['minute', 'hour', 'day']) v) r
      ON date_trunc(r.resolution, c.at, 'UTC') >= r.since
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
  )
  INSERT INTO rollups AS total
  SELECT resolution, entity, at, name, provider, model, status, sum(count), sum(duration_ms), sum(waiting_ms), sum(tokens_input),
    sum(tokens_cached), sum(tokens_output), sum(cost_usd), sum(cost_known), sum(cost_unknown),
    coalesce(array_agg(bucket ORDER BY bucket) FILTER (WHERE bucket IS NOT NULL AND measured <> 0), '{}'),
    coalesce(array_agg(measured ORDER BY bucket) FILTER (WHERE bucket IS NOT NULL AND measured <> 0), '{}')
  FROM bucketed GROUP BY 1, 2, 3, 4, 5, 6, 7
  ON CONFLICT (resolution, entity, at, name, provider, model, status) DO UPDATE SET
    count = total.count + excluded.count, duration_ms = total.duration_ms + excluded.duration_ms,
    waiting_ms = total.waiting_ms + excluded.waiting_ms, tokens_input = total.tokens_input + excluded.tokens_input,
    tokens_cached = total.tokens_cached + excluded.tokens_cached, tokens_output = total.tokens_output + excluded.tokens_output,
    cost_usd = total.cost_usd + excluded.cost_usd, cost_known = total.cost_known + excluded.cost_known,
    cost_unknown = total.cost_unknown + excluded.cost_unknown,
    (buckets, counts) = (
      SELECT coalesce(array_agg(b ORDER BY b), '{}'), coalesce(array_agg(n ORDER BY b), '{}') FROM (
        SELECT b, sum(n)::int AS n FROM (
          SELECT * FROM unnest(total.buckets, total.counts) t (b, n)
          UNION ALL SELECT * FROM unnest(excluded.buckets, excluded.counts) e (b, n)
        ) both_sides GROUP BY b HAVING sum(n) <> 0
      ) merged
    );
  RETURN cardinality(taken);
END
$$;

-- As record_updates, and steps that end leave a delta: one look at the rows serves all three. Of a batch of 4 steps that costs 3 us
-- a step on top of 32, a second statement trigger 6, a row trigger 12. Only a step that really worked counts, one that
-- took a recorded result did not. `duplicate`: another call's result was used, which is neither a success nor a failure.
CREATE FUNCTION record_step_updates() RETURNS trigger LANGUAGE plpgsql SET enable_hashjoin = on SET enable_nestloop = off AS $$
BEGIN
  CASE live_slot()
    WHEN 0 THEN INSERT INTO live_changes_0 (entity, id) SELECT 'step_run', id FROM changed;
    WHEN 1 THEN INSERT INTO live_changes_1 (entity, id) SELECT 'step_run', id FROM changed;
    ELSE INSERT INTO live_changes_2 (entity, id) SELECT 'step_run', id FROM changed;
  END CASE;
  WITH moved AS MATERIALIZED (
    SELECT f.status AS from_status, c.id, c.status, c.step_name, c.error_code, c.created_at, c.started_at, c.completed_at,
      c.waiting_ms, c.reused_from_step_run_id
    FROM changed c JOIN former f ON f.id = c.id WHERE f.status <> c.status
  ), history AS (
    INSERT INTO status_changes (entity, entity_id, from_status, to_status, reason)
    SELECT 'step_run', id, from_status, status, nullif(current_setting('coursewright.reason', true), '') FROM moved
  )
  INSERT INTO rollup_deltas (at, owner_id, change, entity, name, status, duration_ms, waiting_ms)
  SELECT coalesce(completed_at, started_at, created_at), id, 1, 'step', step_name,
    CASE WHEN error_code = 'duplicate' THEN 'duplicate' ELSE status END, elapsed_ms(started_at, completed_at), waiting_ms
  FROM moved
  WHERE status IN ('completed', 'failed', 'cancelled') AND from_status NOT IN ('completed', 'failed', 'cancelled')
    AND reused_from_step_run_id IS NULL;
  RETURN NULL;
END
$$;
DROP TRIGGER record_updates ON flow_step_runs;
CREATE TRIGGER record_updates AFTER UPDATE ON flow_step_runs REFERENCING OLD TABLE AS former NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION record_step_updates();

-- The rare cases, which the ends of steps do not pay for: a step that is written as ended, and one that ended otherwise than it was
-- told before, such as a late result that completes a step given up as lost.
CREATE FUNCTION note_step_delta() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    -- The first end is told by record_step_updates.
    IF OLD.status NOT IN ('completed', 'failed', 'cancelled') OR NEW.reused_from_step_run_id IS NOT NULL
      OR (OLD.status, OLD.error_code, OLD.started_at, OLD.completed_at, OLD.waiting_ms)
        IS NOT DISTINCT FROM (NEW.status, NEW.error_code, NEW.started_at, NEW.completed_at, NEW.waiting_ms) THEN
      RETURN NULL;
    END IF;
    INSERT INTO rollup_deltas (at, owner_id, change, entity, name, status, duration_ms, waiting_ms)
    VALUES (coalesce(OLD.completed_at, OLD.started_at, OLD.created_at), OLD.id, -1, 'step', OLD.step_name,
      CASE WHEN OLD.error_code = 'duplicate' THEN 'duplicate' ELSE OLD.status END, elapsed_ms(OLD.started_at, OLD.completed_at),
      OLD.waiting_ms);
  END IF;
  IF NEW.status IN ('completed', 'failed', 'cancelled') THEN
    INSERT INTO rollup_deltas (at, owner_id, change, entity, name, status, duration_ms, waiting_ms)
    VALUES (coalesce(NEW.completed_at, NEW.started_at, NEW.created_at), NEW.id, 1, 'step', NEW.step_name,
      CASE WHEN NEW.error_code = 'duplicate' THEN 'duplicate' ELSE NEW.status END, elapsed_ms(NEW.started_at, NEW.completed_at),
      NEW.waiting_ms);
  END IF;
  RETURN NULL;
END
$$;
-- Both conditions are prepared anew for every statement, so they are as short as can be.
CREATE TRIGGER note_ended_step AFTER INSERT ON flow_step_runs FOR EACH ROW
  WHEN (NEW.status <> 'running' AND NEW.reused_from_step_run_id IS NULL) EXECUTE FUNCTION note_step_delta();
CREATE TRIGGER note_corrected_step AFTER UPDATE OF status, error_code, started_at, completed_at, waiting_ms ON flow_step_runs
  FOR EACH ROW WHEN (OLD.status <> 'running') EXECUTE FUNCTION note_step_delta();

-- What is not sent costs nothing; in doubt is what was sent and never answered: it stands at the moment it was sent, until it is
-- settled, which is a correction like every cost that comes late.
CREATE FUNCTION note_request_delta() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.status <> 'pending' THEN
    INSERT INTO rollup_deltas (at, change, entity, name, provider, model, status, duration_ms, tokens_input, tokens_cached,
      tokens_output, cost_usd, is_cost_unknown)
    VALUES (coalesce(OLD.completed_at, OLD.sent_at, OLD.created_at), -1, 'request', OLD.step_name, OLD.provider, OLD.model,
      OLD.status, elapsed_ms(OLD.sent_at, OLD.completed_at), OLD.tokens_input, OLD.tokens_cached, OLD.tokens_output, OLD.cost_usd,
      OLD.cost_usd IS NULL AND OLD.sent_at IS NOT NULL);
  END IF;
  IF NEW.status <> 'pending' THEN
    INSERT INTO rollup_deltas (at, change, entity, name, provider, model, status, duration_ms, tokens_input, tokens_cached,
      tokens_output, cost_usd, is_cost_unknown)
    VALUES (coalesce(NEW.completed_at, NEW.sent_at, NEW.created_at), 1, 'request', NEW.step_name, NEW.provider, NEW.model,
      NEW.status, elapsed_ms(NEW.sent_at, NEW.completed_at), NEW.tokens_input, NEW.tokens_cached, NEW.tokens_output, NEW.cost_usd,
      NEW.cost_usd IS NULL AND NEW.sent_at IS NOT NULL);
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER note_ended_request AFTER INSERT ON llm_requests FOR EACH ROW WHEN (NEW.status <> 'pending')
  EXECUTE FUNCTION note_request_delta();
CREATE TRIGGER note_request_delta AFTER UPDATE ON llm_requests FOR EACH ROW
  WHEN ((OLD.status <> 'pending' OR NEW.status <> 'pending')
    AND (OLD.status, OLD.sent_at, OLD.completed_at, OLD.tokens_input, OLD.tokens_cached, OLD.tokens_output, OLD.cost_usd)
      IS DISTINCT FROM
      (NEW.status, NEW.sent_at, NEW.completed_at, NEW.tokens_input, NEW.tokens_cached, NEW.tokens_output, NEW.cost_usd))
  EXECUTE FUNCTION note_request_delta();

-- A task begins once, whoever claims it afterwards, and ends once. What outside engines report has no waiting time of ours.
CREATE FUNCTION note_task_delta() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.started_at IS NOT NULL AND NEW.executor <> 'observed' AND (TG_OP = 'INSERT' OR OLD.started_at IS NULL) THEN
    INSERT INTO rollup_deltas (at, change, entity, name, status, waiting_ms)
    VALUES (NEW.started_at, 1, 'start', NEW.task_name, '', elapsed_ms(NEW.available_at, NEW.started_at));
  END IF;
  IF TG_OP = 'UPDATE' AND OLD.completed_at IS NOT NULL AND OLD.status IS DISTINCT FROM NEW.status THEN
    INSERT INTO rollup_deltas (at, change, entity, name, status, duration_ms)
    VALUES (OLD.completed_at, -1, 'job', OLD.task_name, ended_as(OLD.status, OLD.result),
      elapsed_ms(OLD.started_at, OLD.completed_at));
  END IF;
  IF NEW.completed_at IS NOT NULL AND (TG_OP = 'INSERT' OR OLD.status IS DISTINCT FROM NEW.status) THEN
    INSERT INTO rollup_deltas (at, change, entity, name, status, duration_ms)
    VALUES (NEW.completed_at, 1, 'job', NEW.task_name, ended_as(NEW.status, NEW.result),
      elapsed_ms(NEW.started_at, NEW.completed_at));
  END IF;
  RETURN NULL;
END
$$;
-- A unit that was written with gaps is the result of a task that completed.
CREATE FUNCTION ended_as(status text, result jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN status = 'completed' AND result ->> 'unit_status' = 'partial' THEN 'partial' ELSE status END
$$;
CREATE TRIGGER note_begun_task AFTER INSERT ON tasks FOR EACH ROW
  WHEN (NEW.started_at IS NOT NULL OR NEW.completed_at IS NOT NULL) EXECUTE FUNCTION note_task_delta();
CREATE TRIGGER note_task_delta AFTER UPDATE OF status, started_at ON tasks FOR EACH ROW
  WHEN (OLD.started_at IS DISTINCT FROM NEW.started_at OR OLD.status IS DISTINCT FROM NEW.status
    AND (OLD.completed_at IS NOT NULL OR NEW.completed_at IS NOT NULL))
  EXECUTE FUNCTION note_task_delta();

-- A unit ends each time that it was written or given up. One that a task has only borrowed for a lesson does not: when it comes
-- back it is what it was, and the task is counted as a job.
CREATE FUNCTION note_unit_delta() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.status IN ('completed', 'partial', 'failed', 'cancelled') THEN
    INSERT INTO rollup_deltas (at, change, entity, status, cost_usd, is_cost_unknown)
    VALUES (coalesce(OLD.completed_at, OLD.created_at), -1, 'unit', OLD.status, OLD.cost_usd, OLD.cost_usd IS NULL);
  END IF;
  INSERT INTO rollup_deltas (at, change, entity, status, cost_usd, is_cost_unknown)
  VALUES (coalesce(NEW.completed_at, NEW.created_at), 1, 'unit', NEW.status, NEW.cost_usd, NEW.cost_usd IS NULL);
  RETURN NULL;
END
$$;
CREATE TRIGGER note_ended_unit AFTER INSERT ON units FOR EACH ROW
  WHEN (NEW.status IN ('completed', 'partial', 'failed', 'cancelled')) EXECUTE FUNCTION note_unit_delta();
CREATE TRIGGER note_unit_delta AFTER UPDATE OF status ON units FOR EACH ROW
  WHEN (OLD.status IS DISTINCT FROM NEW.status AND OLD.former_state IS NULL
    AND NEW.status IN ('completed', 'partial', 'failed', 'cancelled'))
  EXECUTE FUNCTION note_unit_delta();

CREATE FUNCTION note_lesson_delta() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO rollup_deltas (at, owner_id, change, entity, status, duration_ms)
  VALUES (NEW.completed_at, NEW.id, 1, 'lesson', 'completed', elapsed_ms(NEW.started_at, NEW.completed_at));
  RETURN NULL;
END
$$;
CREATE TRIGGER note_written_lesson AFTER INSERT ON flow_runs FOR EACH ROW
  WHEN (NEW.flow_name = 'lesson_creation' AND NEW.status = 'completed' AND NEW.completed_at IS NOT NULL)
  EXECUTE FUNCTION note_lesson_delta();
CREATE TRIGGER note_lesson_delta AFTER UPDATE OF status ON flow_runs FOR EACH ROW
  WHEN (NEW.flow_name = 'lesson_creation' AND NEW.status = 'completed' AND OLD.status <> 'completed'
    AND NEW.completed_at IS NOT NULL)
  EXECUTE FUNCTION note_lesson_delta();

-- What an hour that has just begun has cost, of a past moment.
CREATE INDEX llm_requests_completed ON llm_requests (completed_at);

-- What ended before.
INSERT INTO rollup_deltas (at, owner_id, change, entity, name, status, duration_ms, waiting_ms)
SELECT coalesce(completed_at, started_at, created_at), id, 1, 'step', step_name,
  CASE WHEN error_code = 'duplicate' THEN 'duplicate' ELSE status END, elapsed_ms(started_at, completed_at), waiting_ms
FROM flow_step_runs WHERE status IN ('completed', 'failed', 'cancelled') AND reused_from_step_run_id IS NULL;
INSERT INTO rollup_deltas (at, change, entity, name, provider, model, status, duration_ms, tokens_input, tokens_cached,
  tokens_output, cost_usd, is_cost_unknown)
SELECT coalesce(completed_at, sent_at, created_at), 1, 'request', step_name, provider, model, status,
  elapsed_ms(sent_at, completed_at), tokens_input, tokens_cached, tokens_output, cost_usd, cost_usd IS NULL AND sent_at IS NOT NULL
FROM llm_requests WHERE status <> 'pending';
INSERT INTO rollup_deltas (at, change, entity, name, status, waiting_ms)
SELECT started_at, 1, 'start', task_name, '', CASE WHEN attempt <= 1 THEN elapsed_ms(available_at, started_at) END
FROM tasks WHERE started_at IS NOT NULL AND executor <> 'observed';
INSERT INTO rollup_deltas (at, change, entity, name, status, duration_ms)
SELECT completed_at, 1, 'job', task_name, ended_as(status, result), elapsed_ms(started_at, completed_at)
FROM tasks WHERE completed_at IS NOT NULL;
INSERT INTO rollup_deltas (at, change, entity, status, cost_usd, is_cost_unknown)
SELECT completed_at, 1, 'unit', status, cost_usd, cost_usd IS NULL
FROM units WHERE status IN ('completed', 'partial', 'failed', 'cancelled') AND completed_at IS NOT NULL;
INSERT INTO rollup_deltas (at, owner_id, change, entity, status, duration_ms)
SELECT completed_at, id, 1, 'lesson', 'completed', elapsed_ms(started_at, completed_at)
FROM flow_runs WHERE flow_name = 'lesson_creation' AND status = 'completed' AND completed_at IS NOT NULL;
DO $$
BEGIN
  WHILE fold_rollups(100000) > 0 LOOP END LOOP;
END
$$;
-- Nothing is left in it; this gives its room back.
TRUNCATE rollup_deltas;
