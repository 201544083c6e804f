-- Failures grouped by their cause, and the resuming of the units that they stopped.

-- A step of these ends runs again by itself or was not needed: no failure. What does not recover fails its task, which is one.
CREATE FUNCTION is_failure(code text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(code, '') NOT IN ('duplicate', 'worker_lost', 'worker_stopped', 'infrastructure')
$$;

-- Failures that no incident counts yet, written in the transaction of the failure. The keeper takes them.
CREATE TABLE incident_failures (
  id uuid PRIMARY KEY DEFAULT uuidv7(),
  at timestamptz NOT NULL,
  task_id uuid,
  flow_run_id uuid,
  -- null: the task itself
  step_run_id uuid,
  step_name text,
  error_code text,
  error_message text,
  error_fingerprint text
);
CREATE INDEX incident_failures_task ON incident_failures (task_id);
-- A message as it is kept with an incident and each of its versions; the whole one stands in the step or task.
CREATE FUNCTION short_message(message text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN length(message) > 2000 THEN left(message, 1999) || '…' ELSE message END
$$;

-- Clocks of other machines may be ahead: nothing has failed later than now.
CREATE FUNCTION note_failed_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO incident_failures (at, task_id, flow_run_id, step_run_id, step_name, error_code, error_message, error_fingerprint)
  VALUES (least(NEW.completed_at, clock_timestamp()), NEW.task_id, NEW.flow_run_id, NEW.id, NEW.step_name, NEW.error_code,
    short_message(NEW.error_message), NEW.error_fingerprint);
  RETURN NULL;
END
$$;
CREATE TRIGGER note_failed_step_of_new AFTER INSERT ON flow_step_runs FOR EACH ROW
  WHEN (NEW.status = 'failed' AND is_failure(NEW.error_code)) EXECUTE FUNCTION note_failed_step();
CREATE TRIGGER note_failed_step AFTER UPDATE OF status ON flow_step_runs FOR EACH ROW
  WHEN (NEW.status = 'failed' AND OLD.status <> 'failed' AND is_failure(NEW.error_code)) EXECUTE FUNCTION note_failed_step();

CREATE FUNCTION note_failed_task() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO incident_failures (at, task_id, error_code, error_message, error_fingerprint)
  VALUES (least(NEW.completed_at, clock_timestamp()), NEW.id, NEW.error_code, short_message(NEW.error_message),
    NEW.error_fingerprint);
  RETURN NULL;
END
$$;
CREATE TRIGGER note_failed_task_of_new AFTER INSERT ON tasks FOR EACH ROW
  WHEN (NEW.status = 'failed') EXECUTE FUNCTION note_failed_task();
CREATE TRIGGER note_failed_task AFTER UPDATE OF status ON tasks FOR EACH ROW
  WHEN (NEW.status = 'failed' AND OLD.status <> 'failed') EXECUTE FUNCTION note_failed_task();
-- How a task ended, and for one that wrote a unit, how the unit was then.
CREATE VIEW task_ends AS
SELECT t.id, t.status, t.pause_reason, t.error_message, t.completed_at, t.result ->> 'unit_status' AS unit_status FROM tasks t;

CREATE TABLE incidents (
  id uuid PRIMARY KEY DEFAULT uuidv7(),
  -- of provider, http_status, step_name, error_code and error_fingerprint
  cause text NOT NULL,
  provider text,
  -- null: several
  model text,
  http_status int,
  flow_name text,
  step_name text,
  error_code text,
  error_message text NOT NULL,
  error_fingerprint text NOT NULL,
  failure_count int NOT NULL DEFAULT 0,
  unit_count int NOT NULL DEFAULT 0,
  unit_count_unrepaired int NOT NULL DEFAULT 0,
  first_seen_at timestamptz NOT NULL,
  last_seen_at timestamptz NOT NULL,
  -- an occurrence
  sample_id uuid,
  note text,
  noted_by text,
  noted_at timestamptz,
  resolved_at timestamptz,
  resolved_by text,
  -- marked: by a person; recovered: every unit was resumed; repaired: nothing was left to do when incidents began to be counted
  resolved_because text CHECK (resolved_because IN ('marked', 'recovered', 'repaired')),
  -- the newest one as it is on the wire
  recovery jsonb,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  version bigint NOT NULL DEFAULT 1,
  CHECK ((resolved_at IS NULL) = (resolved_because IS NULL))
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX incidents_open_cause ON incidents (cause) WHERE resolved_at IS NULL;
CREATE INDEX incidents_open ON incidents (last_seen_at DESC, id DESC) WHERE resolved_at IS NULL;
CREATE INDEX incidents_resolved ON incidents (last_seen_at DESC, id DESC) WHERE resolved_at IS NOT NULL;
CREATE INDEX incidents_seen ON incidents (last_seen_at DESC, id DESC);
CREATE INDEX incidents_resolved_at ON incidents (resolved_at) WHERE resolved_at IS NOT NULL;
SELECT watch_table('incidents', 'incident', false);

-- The row as it was from a moment on: what the monitor shows of the past.
CREATE TABLE incident_versions (
  incident_id uuid NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
  at timestamptz NOT NULL,
  incident jsonb NOT NULL
);
CREATE INDEX incident_versions_incident ON incident_versions (incident_id, at DESC);
CREATE INDEX incident_versions_at ON incident_versions (at);
CREATE FUNCTION keep_incident_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM incidents i WHERE i.id = NEW.id AND i.version = NEW.version) THEN
    INSERT INTO incident_versions (incident_id, at, incident) VALUES (NEW.id, clock_timestamp(), to_jsonb(NEW));
  END IF;
  RETURN NULL;
END
$$;
-- At the end of a transaction: only what others can see is a version.
CREATE CONSTRAINT TRIGGER keep_incident_version AFTER INSERT OR UPDATE ON incidents
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION keep_incident_version();

CREATE TABLE incident_occurrences (
  id uuid PRIMARY KEY DEFAULT uuidv7(),
  incident_id uuid NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
  at timestamptz NOT NULL,
  task_id uuid,
  unit_id uuid REFERENCES units (id) ON DELETE SET NULL,
  flow_run_id uuid,
  step_run_id uuid UNIQUE,
  llm_request_id uuid
);
CREATE INDEX incident_occurrences_incident ON incident_occurrences (incident_id, at DESC);
CREATE INDEX incident_occurrences_request ON incident_occurrences (incident_id, at DESC) WHERE llm_request_id IS NOT NULL;
CREATE INDEX incident_occurrences_unit ON incident_occurrences (unit_id) WHERE unit_id IS NOT NULL;
CREATE INDEX incident_occurrences_task ON incident_occurrences (task_id);
CREATE UNIQUE INDEX incident_occurrences_whole_task ON incident_occurrences (task_id) WHERE step_run_id IS NULL;

-- Sums, so that no page counts occurrences.
CREATE TABLE incident_hours (
  incident_id uuid NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
  hour timestamptz NOT NULL,
  failure_count int NOT NULL,
  PRIMARY KEY (incident_id, hour)
);
CREATE TABLE incident_units (
  incident_id uuid NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
  unit_id uuid NOT NULL REFERENCES units (id) ON DELETE CASCADE,
  failure_count int NOT NULL,
  last_failed_at timestamptz NOT NULL,
  flow_run_id uuid,
  PRIMARY KEY (incident_id, unit_id)
);
CREATE INDEX incident_units_unit ON incident_units (unit_id);
CREATE INDEX incident_units_newest ON incident_units (incident_id, last_failed_at DESC);
-- Which incident a unit's newest failure belongs to: the one whose recovery would resume it.
CREATE TABLE unit_last_failures (
  unit_id uuid PRIMARY KEY REFERENCES units (id) ON DELETE CASCADE,
  incident_id uuid NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
  at timestamptz NOT NULL
);
CREATE INDEX unit_last_failures_incident ON unit_last_failures (incident_id, at DESC);

-- Units that began or ended to be broken, and incidents that lost a deleted unit: what the keeper counts anew. The unit is looked
-- up only there, because its failures may be grouped at the same moment.
CREATE TABLE incident_recounts (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  unit_id uuid,
  incident_id uuid
);
CREATE FUNCTION note_unit_of_incident() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    INSERT INTO incident_recounts (incident_id) SELECT u.incident_id FROM incident_units u WHERE u.unit_id = OLD.id;
    RETURN OLD;
  END IF;
  INSERT INTO incident_recounts (unit_id) VALUES (NEW.id);
  RETURN NULL;
END
$$;
CREATE TRIGGER note_unit_of_incident AFTER UPDATE OF status ON units FOR EACH ROW
  WHEN (NEW.status <> OLD.status AND (NEW.status IN ('failed', 'partial') OR OLD.status IN ('failed', 'partial')))
  EXECUTE FUNCTION note_unit_of_incident();
CREATE TRIGGER note_deleted_unit_of_incident BEFORE DELETE ON units FOR EACH ROW EXECUTE FUNCTION note_unit_of_incident();

CREATE FUNCTION recount_incidents(wanted uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  -- Planned anew each time: the tables may have been empty when the session began.
  EXECUTE $statement$
    UPDATE incidents i SET unit_count = n.unit_count, unit_count_unrepaired = n.unrepaired, sample_id = n.sample_id
    FROM (
      SELECT w.id, (SELECT count(*)::int FROM incident_units u WHERE u.incident_id = w.id) AS unit_count,
        (SELECT count(*)::int FROM unit_last_failures l JOIN unit_states u ON u.id = l.unit_id
          WHERE l.incident_id = w.id AND u.status IN ('failed', 'partial')) AS unrepaired,
        coalesce(
          (SELECT o.id FROM incident_occurrences o WHERE o.incident_id = w.id AND o.llm_request_id IS NOT NULL
            ORDER BY o.at DESC LIMIT 1),
          (SELECT o.id FROM incident_occurrences o WHERE o.incident_id = w.id ORDER BY o.at DESC LIMIT 1)) AS sample_id
      FROM unnest($1) w (id)
    ) n
    WHERE i.id = n.id AND (i.unit_count, i.unit_count_unrepaired, i.sample_id)
      IS DISTINCT FROM (n.unit_count, n.unrepaired, n.sample_id)
  $statement$ USING wanted;
END
$$;

-- Counts up to `most` failures (null: all) in incidents; answers how many it took. One caller at a time: another gets 0, or
-- waits. A unit that is being deleted is left for later.
CREATE FUNCTION group_failures(most int, waits boolean DEFAULT false) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  key bigint := hashtextextended('coursewright.incidents', 0);
  taken int;
  touched uuid[];
BEGIN
  IF waits THEN PERFORM pg_advisory_xact_lock(key);
  ELSIF NOT pg_try_advisory_xact_lock(key) THEN RETURN 0;
  END IF;
  EXECUTE $statement$
    WITH batch AS MATERIALIZED (
      SELECT f.*, coalesce(r.unit_id, t.unit_id) AS unit_id, r.flow_name
      FROM (SELECT * FROM incident_failures ORDER BY id LIMIT $1) f
      LEFT JOIN flow_run_states r ON r.id = f.flow_run_id
      LEFT JOIN task_states t ON t.id = f.task_id
    ), held AS MATERIALIZED (
      SELECT u.id FROM unit_states u WHERE u.id IN (SELECT b.unit_id FROM batch b) FOR KEY SHARE OF u SKIP LOCKED
    ), taken AS (
      DELETE FROM incident_failures q USING batch b
      WHERE q.id = b.id AND (b.unit_id IS NULL OR b.unit_id IN (SELECT h.id FROM held h))
      RETURNING b.*
    ), failing AS MATERIALIZED (
      SELECT DISTINCT ON (coalesce(f.step_run_id, f.task_id)) f.id, f.at, f.task_id, f.unit_id, f.flow_run_id, f.step_run_id,
        f.flow_name, f.step_name, f.error_code, coalesce(f.error_message, f.error_code, '') AS error_message,
        q.provider, q.model, q.http_status, q.id AS llm_request_id,
        -- Which fields of an answer were wrong differs from answer to answer; that they were is the cause.
        CASE WHEN f.error_code = 'answer_invalid' THEN error_fingerprint(f.error_code, split_part(f.error_message, ': ', 1))
          ELSE coalesce(f.error_fingerprint, error_fingerprint(f.error_code, f.error_message)) END AS error_fingerprint
      FROM taken f
      LEFT JOIN LATERAL (
        SELECT r.id, r.provider, r.model, r.http_status FROM llm_request_summaries r
        WHERE r.step_run_id = f.step_run_id ORDER BY r.id DESC LIMIT 1
      ) q ON true
      WHERE CASE WHEN f.step_run_id IS NOT NULL
        THEN NOT EXISTS (SELECT 1 FROM incident_occurrences o WHERE o.step_run_id = f.step_run_id)
        -- A task that failed for the failure of a step is counted with that one.
        ELSE NOT EXISTS (SELECT 1 FROM incident_occurrences o WHERE o.task_id = f.task_id)
          AND NOT EXISTS (SELECT 1 FROM incident_failures o WHERE o.task_id = f.task_id AND o.step_run_id IS NOT NULL)
        END
      ORDER BY coalesce(f.step_run_id, f.task_id), f.id
    ), caused AS MATERIALIZED (
      SELECT f.*, md5(jsonb_build_array(provider, http_status, step_name, error_code, error_fingerprint)::text) AS cause
      FROM failing f
    ), opened AS (
      INSERT INTO incidents AS i (cause, provider, model, http_status, flow_name, step_name, error_code, error_message,
        error_fingerprint, failure_count, first_seen_at, last_seen_at)
      SELECT cause, provider, CASE WHEN count(DISTINCT model) = 1 AND count(model) = count(*) THEN min(model) END, http_status,
        (array_agg(flow_name ORDER BY at, id))[1], step_name, error_code, (array_agg(error_message ORDER BY at, id))[1],
        error_fingerprint, count(*), min(at), max(at)
      FROM caused GROUP BY cause, provider, http_status, step_name, error_code, error_fingerprint ORDER BY cause
      ON CONFLICT (cause) WHERE resolved_at IS NULL DO UPDATE SET failure_count = i.failure_count + excluded.failure_count,
        first_seen_at = least(i.first_seen_at, excluded.first_seen_at),
        last_seen_at = greatest(i.last_seen_at, excluded.last_seen_at),
        model = CASE WHEN i.model = excluded.model THEN i.model END
      RETURNING i.id, i.cause
    ), counted AS (
      INSERT INTO incident_occurrences (incident_id, at, task_id, unit_id, flow_run_id, step_run_id, llm_request_id)
      SELECT o.id, c.at, c.task_id, c.unit_id, c.flow_run_id, c.step_run_id, c.llm_request_id
      FROM caused c JOIN opened o ON o.cause = c.cause
      RETURNING incident_id, at, unit_id, flow_run_id
    ), hours AS (
      INSERT INTO incident_hours AS h (incident_id, hour, failure_count)
      SELECT incident_id, date_trunc('hour', at, 'UTC'), count(*) FROM counted GROUP BY 1, 2
      ON CONFLICT (incident_id, hour) DO UPDATE SET failure_count = h.failure_count + excluded.failure_count
    ), hit AS (
      INSERT INTO incident_units AS u (incident_id, unit_id, failure_count, last_failed_at, flow_run_id)
      SELECT incident_id, unit_id, count(*), max(at), (array_agg(flow_run_id ORDER BY at DESC))[1]
      FROM counted WHERE unit_id IS NOT NULL GROUP BY 1, 2
      ON CONFLICT (incident_id, unit_id) DO UPDATE SET failure_count = u.failure_count + excluded.failure_count,
        last_failed_at = greatest(u.last_failed_at, excluded.last_failed_at),
        flow_run_id = CASE WHEN excluded.last_failed_at >= u.last_failed_at THEN excluded.flow_run_id ELSE u.flow_run_id END
    ), former AS (
      SELECT l.incident_id FROM unit_last_failures l WHERE l.unit_id IN (SELECT b.unit_id FROM batch b)
    ), newest AS (
      INSERT INTO unit_last_failures AS l (unit_id, incident_id, at)
      SELECT DISTINCT ON (unit_id) unit_id, incident_id, at FROM counted WHERE unit_id IS NOT NULL ORDER BY unit_id, at DESC
      ON CONFLICT (unit_id) DO UPDATE SET incident_id = excluded.incident_id, at = excluded.at WHERE excluded.at >= l.at
    )
    SELECT (SELECT count(*)::int FROM taken),
      ARRAY(SELECT o.id FROM opened o UNION SELECT f.incident_id FROM former f)
  $statement$ INTO taken, touched USING most;
  PERFORM recount_incidents(touched);
  RETURN taken;
END
$$;

-- Counts anew what units were repaired, broken or deleted since the last time.
CREATE FUNCTION recount_changed_incidents(most int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  taken int;
  touched uuid[];
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtextextended('coursewright.incidents', 0)) THEN RETURN 0; END IF;
  WITH taken AS (
    DELETE FROM incident_recounts r WHERE r.id IN (SELECT q.id FROM incident_recounts q ORDER BY q.id LIMIT most)
    RETURNING r.unit_id, r.incident_id
  )
  SELECT count(*), array_agg(DISTINCT coalesce(t.incident_id, l.incident_id)) INTO taken, touched
  FROM taken t LEFT JOIN unit_last_failures l ON l.unit_id = t.unit_id;
  PERFORM recount_incidents(touched);
  RETURN taken;
END
$$;

CREATE TABLE incident_recoveries (
  id uuid PRIMARY KEY DEFAULT uuidv7(),
  incident_id uuid NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
  state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'completed', 'stopped')),
  wave int NOT NULL DEFAULT 1,
  reason text,
  user_id uuid NOT NULL REFERENCES users (id),
  started_by text,
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  ended_at timestamptz,
  CHECK ((state = 'running') = (ended_at IS NULL))
);
CREATE INDEX incident_recoveries_incident ON incident_recoveries (incident_id, id DESC);
CREATE UNIQUE INDEX incident_recoveries_running ON incident_recoveries (incident_id) WHERE state = 'running';

-- A unit leaves `pending` in the transaction that resumes it, so it is resumed once.
CREATE TABLE incident_recovery_items (
  id uuid PRIMARY KEY DEFAULT uuidv7(),
  recovery_id uuid NOT NULL REFERENCES incident_recoveries (id) ON DELETE CASCADE,
  wave int NOT NULL,
  unit_id uuid REFERENCES units (id) ON DELETE SET NULL,
  title text NOT NULL,
  state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'running', 'succeeded', 'failed', 'refused')),
  task_id uuid,
  -- why it was refused or failed
  reason text,
  ended_at timestamptz
);
CREATE INDEX incident_recovery_items_state ON incident_recovery_items (recovery_id, state, wave, id);
CREATE INDEX incident_recovery_items_running ON incident_recovery_items (recovery_id) WHERE state = 'running';
CREATE INDEX incident_recovery_items_unit ON incident_recovery_items (unit_id) WHERE unit_id IS NOT NULL;
CREATE FUNCTION wire_time(moment timestamptz) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT to_char(date_trunc('milliseconds', moment) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;

-- Writes a recovery to its incident, as the wire shows it; nothing for one that is not the newest.
CREATE FUNCTION show_recovery(wanted uuid) RETURNS void LANGUAGE sql AS $$
  UPDATE incidents i SET recovery = n.recovery
  FROM (
    SELECT r.incident_id, jsonb_build_object('id', r.id, 'state', r.state, 'wave', r.wave, 'waves', w.waves, 'total', w.total,
      'reason', r.reason, 'started_at', wire_time(r.started_at), 'started_by', r.started_by,
      'ended_at', wire_time(r.ended_at)) AS recovery
    FROM incident_recoveries r
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(o.size), 0)::int AS total, coalesce(jsonb_agg(jsonb_build_object('size', o.size,
        'succeeded', o.succeeded, 'failed', o.failed, 'refused', o.refused, 'running', o.running) ORDER BY o.wave), '[]') AS waves
      FROM (
        SELECT wave, count(*)::int AS size, count(*) FILTER (WHERE state = 'succeeded')::int AS succeeded,
          count(*) FILTER (WHERE state = 'failed')::int AS failed, count(*) FILTER (WHERE state = 'refused')::int AS refused,
          count(*) FILTER (WHERE state = 'running')::int AS running
        FROM incident_recovery_items WHERE recovery_id = r.id GROUP BY wave
      ) o
    ) w
    WHERE r.id = wanted AND NOT EXISTS (
      SELECT 1 FROM incident_recoveries later WHERE later.incident_id = r.incident_id AND later.id > r.id)
  ) n
  WHERE i.id = n.incident_id AND i.recovery IS DISTINCT FROM n.recovery
$$;

-- Incidents of failures that were counted long after they happened get a past which the monitor can show: one version of each
-- hour with failures.
CREATE FUNCTION show_incidents_of_before(wanted uuid[]) RETURNS void LANGUAGE sql AS $$
  INSERT INTO incident_versions (incident_id, at, incident)
  SELECT i.id, h.at, to_jsonb(i) || jsonb_build_object('failure_count', h.failures, 'unit_count', h.units,
    'unit_count_unrepaired', h.units, 'last_seen_at', h.at, 'resolved_at', NULL, 'resolved_because', NULL, 'version', 0)
  FROM (
    SELECT incident_id, max(at) AS at, (sum(count(*)) OVER earlier)::int AS failures,
      (sum(count(*) FILTER (WHERE is_first)) OVER earlier)::int AS units
    FROM (
      SELECT incident_id, at, unit_id IS NOT NULL
        AND row_number() OVER (PARTITION BY incident_id, unit_id ORDER BY at) = 1 AS is_first
      FROM incident_occurrences WHERE incident_id = ANY (wanted)
    ) o
    GROUP BY incident_id, date_trunc('hour', at, 'UTC')
    WINDOW earlier AS (PARTITION BY incident_id ORDER BY date_trunc('hour', at, 'UTC'))
  ) h JOIN incidents i ON i.id = h.incident_id;
  UPDATE incidents SET created_at = first_seen_at WHERE id = ANY (wanted);
$$;

-- The failures of the last 30 days. Of those that left nothing to do, none is news.
INSERT INTO incident_failures (at, task_id, flow_run_id, step_run_id, step_name, error_code, error_message, error_fingerprint)
SELECT least(coalesce(completed_at, created_at), clock_timestamp()), task_id, flow_run_id, id, step_name, error_code,
  short_message(error_message), error_fingerprint
FROM flow_step_runs
WHERE status = 'failed' AND is_failure(error_code) AND id >= uuidv7_floor(clock_timestamp() - interval '30 days')
ORDER BY id;
INSERT INTO incident_failures (at, task_id, error_code, error_message, error_fingerprint)
SELECT least(completed_at, clock_timestamp()), id, error_code, short_message(error_message), error_fingerprint FROM tasks
WHERE status = 'failed' AND id >= uuidv7_floor(clock_timestamp() - interval '30 days') ORDER BY id;
SELECT group_failures(NULL);
UPDATE incidents SET resolved_at = clock_timestamp(), resolved_because = 'repaired'
WHERE unit_count_unrepaired = 0 AND last_seen_at < clock_timestamp() - interval '1 day';
SELECT show_incidents_of_before(ARRAY(SELECT id FROM incidents));
