-- A lineage may continue another one: a lesson that is written anew keeps every step of its unit that it does not replace.

-- Recorded steps of these flow paths, and of what lies below them, are not taken from the lineage's ancestors.
ALTER TABLE lineages ADD COLUMN rebuilt_paths text[] NOT NULL DEFAULT '{}';
CREATE INDEX lineages_parent ON lineages (parent_id) WHERE parent_id IS NOT NULL;
-- The task that began a child lineage.
CREATE INDEX tasks_begun_lineage ON tasks (lineage_id) WHERE mode IN ('fork', 'regenerate');

CREATE FUNCTION is_path_within(path text, roots text[]) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT EXISTS (SELECT 1 FROM unnest(roots) r WHERE path = r OR starts_with(path, r || '/'))
$$;

-- The ancestors of a lineage, nearest first, each with the moment until which its rows count and the paths that started anew since.
CREATE FUNCTION lineage_ancestors(wanted uuid) RETURNS TABLE (lineage_id uuid, until timestamptz, rebuilt_paths text[], depth int)
LANGUAGE sql STABLE ROWS 2 AS $$
  WITH RECURSIVE ancestors AS (
    SELECT l.parent_id AS lineage_id, l.forked_at AS until, l.rebuilt_paths, 1 AS depth
    FROM lineages l WHERE l.id = wanted AND l.parent_id IS NOT NULL
    UNION ALL
    SELECT l.parent_id, l.forked_at, a.rebuilt_paths || l.rebuilt_paths, a.depth + 1
    FROM ancestors a JOIN lineages l ON l.id = a.lineage_id WHERE l.parent_id IS NOT NULL
  )
  SELECT lineage_id, until, rebuilt_paths, depth FROM ancestors
$$;

-- The recorded step of the nearest ancestor that has this key; null without one.
CREATE FUNCTION inherited_step(wanted uuid, key text, path text) RETURNS uuid LANGUAGE sql STABLE AS $$
  SELECT s.id FROM lineage_ancestors(wanted) a
  JOIN flow_step_runs s ON s.lineage_id = a.lineage_id AND s.memo_key = key AND s.status = 'completed'
    AND s.reused_from_step_run_id IS NULL AND s.superseded_at IS NULL
  WHERE s.completed_at <= a.until AND NOT is_path_within(path, a.rebuilt_paths)
  ORDER BY a.depth LIMIT 1
$$;

-- What a lineage has instead of its ancestors' rows is promoted: those are marked as replaced. Answers how many.
CREATE FUNCTION supersede_rebuilt_steps(promoted uuid) RETURNS int LANGUAGE sql AS $$
  WITH replaced AS (
    UPDATE flow_step_runs s SET superseded_at = clock_timestamp()
    FROM lineage_ancestors(promoted) a
    WHERE s.lineage_id = a.lineage_id AND s.status = 'completed' AND s.reused_from_step_run_id IS NULL
      AND s.superseded_at IS NULL AND is_path_within(s.flow_path, a.rebuilt_paths)
    RETURNING 1
  )
  SELECT count(*)::int FROM replaced
$$;

-- As before, and ancestors are asked for what the lineage itself has not. A first owner asks start_steps, which does not look for
-- them: the tasks of lineages with a parent always look back.
CREATE OR REPLACE FUNCTION start_step(
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
  IF found_row.id IS NULL AND p_look_back THEN
    SELECT s.id, s.task_id, s.output, s.output_zstd, s.step_version INTO found_row FROM flow_step_runs s
      WHERE s.id = inherited_step(owner.lineage_id, p_memo_key, p_flow_path);
  END IF;
  IF found_row.id IS NOT NULL THEN
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

-- Which lineage wrote what the unit shows; another than its newest one after a retry from scratch that failed.
ALTER TABLE units ADD COLUMN content_lineage_id uuid REFERENCES lineages (id);
-- While a task writes a part of the unit anew: {task_id, lineage_id, status, stage, error_code, error_message, completed_at}, what
-- the unit was before and becomes again unless the task completes.
ALTER TABLE units ADD COLUMN former_state jsonb;
-- Whose flow runs show how the unit was made; a lesson written anew does not change it.
ALTER TABLE units ADD COLUMN content_task_id uuid REFERENCES tasks (id);

-- What a person asked for when the lesson was written anew.
ALTER TABLE lessons ADD COLUMN guidance text;
-- Counted when they are written: a list of lessons reads no text.
ALTER TABLE lessons
  ADD COLUMN word_count int NOT NULL
    GENERATED ALWAYS AS (coalesce(array_length(regexp_split_to_array(nullif(trim(transcript), ''), '\s+'), 1), 0)) STORED,
  ADD COLUMN exercise_count int NOT NULL GENERATED ALWAYS AS (jsonb_array_length(exercises)) STORED,
  ADD COLUMN draft_count int NOT NULL
    GENERATED ALWAYS AS (jsonb_array_length(jsonb_path_query_array(exercises, '$[*] ? (@.review == "draft")'))) STORED;

UPDATE units u SET content_lineage_id = w.lineage_id, content_task_id = w.task_id
FROM (
  SELECT DISTINCT ON (l.unit_id) l.unit_id, f.lineage_id, f.task_id
  FROM lessons l JOIN flow_runs f ON f.id = l.flow_run_id ORDER BY l.unit_id, f.id DESC
) w
WHERE w.unit_id = u.id;

CREATE OR REPLACE VIEW unit_summaries AS
SELECT u.id, u.title, u.description, u.learner_level, u.status,
  -- While its task has not written the unit, the stage is told from what the task has begun.
  CASE
    WHEN u.stage <> 'source' OR u.task_id IS NULL THEN u.stage
    WHEN EXISTS (SELECT 1 FROM flow_runs f WHERE f.task_id = u.task_id AND f.flow_key = 'podcast') THEN 'podcast'
    WHEN EXISTS (SELECT 1 FROM flow_runs f WHERE f.task_id = u.task_id AND f.flow_key = 'lesson:1') THEN 'lessons'
    WHEN t.current_step IN ('extract_unit_metadata', 'generate_supplemental_source_material') THEN 'plan'
    ELSE 'source'
  END AS stage,
  u.target_lesson_count, u.source_kind, u.author,
  u.generated_from_topic, u.task_id, u.task_id AS arq_task_id, u.lineage_id, u.user_id, p.name AS user_name,
  u.error_code, u.error_message,
  CASE WHEN u.status IN ('in_progress', 'paused') THEN cost_of_unit(u.id) ELSE u.cost_usd END AS cost_usd,
  u.cover_media_id, u.cover_alt, u.podcast_media_id, u.content_version,
  u.published_at, u.created_at, u.updated_at, u.completed_at, u.version,
  l.lessons_completed, l.lessons_failed, l.exercise_count, l.draft_count, l.audio_seconds,
  t.status AS task_status, t.pause_reason, t.progress_percentage, t.current_step
FROM units u
LEFT JOIN users p ON p.id = u.user_id
LEFT JOIN tasks t ON t.id = u.task_id
LEFT JOIN LATERAL (
  SELECT count(*) FILTER (WHERE status = 'completed')::int AS lessons_completed,
    count(*) FILTER (WHERE status = 'failed')::int AS lessons_failed,
    coalesce(sum(exercise_count), 0)::int AS exercise_count,
    coalesce(sum(draft_count), 0)::int AS draft_count,
    coalesce(sum(audio_seconds), 0)::numeric AS audio_seconds
  FROM lessons WHERE unit_id = u.id
) l ON true;

CREATE OR REPLACE VIEW lesson_summaries AS
SELECT l.id, l.unit_id, l.position, l.title, l.objective, l.learning_objective_ids, l.status, l.review,
  l.exercise_count, l.draft_count, l.word_count,
  l.audio_media_id, l.audio_seconds, l.flow_run_id, l.author, l.error_code, l.error_message, l.content_version,
  l.created_at, l.updated_at, l.version
FROM lessons l;

CREATE OR REPLACE VIEW flow_run_summaries AS
SELECT f.id, f.flow_name, f.flow_version, f.flow_key, f.flow_path, f.status, f.task_id, f.task_id AS arq_task_id,
  t.task_name, t.status AS task_status, f.parent_flow_run_id, f.unit_id, coalesce(u.title, f.unit_title) AS unit_title,
  f.lesson_position, coalesce(f.lesson_id, l.id) AS lesson_id, f.user_id, p.name AS user_name, f.lineage_id, f.connection_id, f.external_id,
  f.external_state, f.external_url, f.suspect_since, f.suspect_reason, f.current_step, f.steps_done, f.total_steps,
  -- a root run is as far as its task: its own steps are only the beginning
  CASE WHEN f.parent_flow_run_id IS NULL AND f.status <> 'completed' AND t.id IS NOT NULL
    THEN t.progress_percentage ELSE f.progress_percentage END AS progress_percentage, f.tokens_input, f.tokens_cached, f.tokens_output, f.cost_usd, f.error_code, f.error_message,
  f.created_at, f.updated_at, f.started_at, f.completed_at,
  -- what a root run shows moves with its task as well; both versions only rise
  CASE WHEN f.parent_flow_run_id IS NULL THEN f.version + coalesce(t.version, 0) ELSE f.version END AS version,
  CASE WHEN f.status = 'running' THEN w.beat_at END AS last_heartbeat_at
FROM flow_runs f
LEFT JOIN lessons l ON l.unit_id = f.unit_id AND l.position = f.lesson_position
  AND l.flow_run_id IN (f.id, f.parent_flow_run_id)
LEFT JOIN tasks t ON t.id = f.task_id
LEFT JOIN units u ON u.id = f.unit_id
LEFT JOIN users p ON p.id = f.user_id
LEFT JOIN workers w ON w.id = t.worker_id;
