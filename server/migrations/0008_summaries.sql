-- What each module publishes of its tables: any repo may read these, and only these, of another module.
-- They are also the rows of the lists on the wire: the names are the same.

CREATE VIEW task_summaries AS
SELECT t.id, t.task_name, t.status, t.pause_reason, t.queue_name, t.executor, t.priority, t.error_code, t.error_message,
  t.unit_id, coalesce(u.title, t.unit_title) AS unit_title, t.user_id, p.name AS user_name, t.lineage_id, t.retry_of_task_id,
  t.mode, t.connection_id, t.external_id, t.worker_id, w.host AS worker_host, w.pid AS worker_pid, t.attempt, t.crashes,
  t.progress_percentage, t.current_step, t.cancel_requested_at, t.created_at, t.updated_at, t.available_at, t.started_at,
  t.completed_at, t.version
FROM tasks t
LEFT JOIN units u ON u.id = t.unit_id
LEFT JOIN users p ON p.id = t.user_id
LEFT JOIN workers w ON w.id = t.worker_id;

-- What the unit's ended requests have cost; null (unknown) as soon as one of them was sent and its cost is not known.
-- Written to the unit when it ends.
CREATE FUNCTION cost_of_unit(wanted uuid) RETURNS numeric LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN bool_or(r.cost_usd IS NULL AND r.sent_at IS NOT NULL AND r.status <> 'pending') THEN NULL
    ELSE coalesce(sum(r.cost_usd), 0) END
  FROM llm_requests r WHERE r.unit_id = wanted
$$;

CREATE VIEW unit_summaries AS
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
    coalesce(sum(jsonb_array_length(exercises)), 0)::int AS exercise_count,
    coalesce(sum((SELECT count(*) FROM jsonb_array_elements(exercises) e WHERE e ->> 'review' = 'draft')), 0)::int AS draft_count,
    coalesce(sum(audio_seconds), 0)::numeric AS audio_seconds
  FROM lessons WHERE unit_id = u.id
) l ON true;

CREATE VIEW lesson_summaries AS
SELECT l.id, l.unit_id, l.position, l.title, l.objective, l.learning_objective_ids, l.status, l.review,
  jsonb_array_length(l.exercises)::int AS exercise_count,
  (SELECT count(*) FROM jsonb_array_elements(l.exercises) e WHERE e ->> 'review' = 'draft')::int AS draft_count,
  coalesce(array_length(regexp_split_to_array(nullif(trim(l.transcript), ''), '\s+'), 1), 0)::int AS word_count,
  l.audio_media_id, l.audio_seconds, l.flow_run_id, l.author, l.error_code, l.error_message, l.content_version,
  l.created_at, l.updated_at, l.version
FROM lessons l;

CREATE VIEW flow_run_summaries AS
SELECT f.id, f.flow_name, f.flow_version, f.flow_key, f.flow_path, f.status, f.task_id, f.task_id AS arq_task_id,
  t.task_name, t.status AS task_status, f.parent_flow_run_id, f.unit_id, coalesce(u.title, f.unit_title) AS unit_title,
  f.lesson_position, coalesce(f.lesson_id, l.id) AS lesson_id, f.user_id, p.name AS user_name, f.lineage_id, f.connection_id, f.external_id,
  f.external_state, f.external_url, f.suspect_since, f.suspect_reason, f.current_step, f.steps_done, f.total_steps,
  -- a root run is as far as its task: its own steps are only the beginning
  CASE WHEN f.parent_flow_run_id IS NULL AND f.status <> 'completed' AND t.id IS NOT NULL
    THEN t.progress_percentage ELSE f.progress_percentage END AS progress_percentage, f.tokens_input, f.tokens_cached, f.tokens_output, f.cost_usd, f.error_code, f.error_message,
  f.created_at, f.updated_at, f.started_at, f.completed_at, f.version,
  CASE WHEN f.status = 'running' THEN w.beat_at END AS last_heartbeat_at
FROM flow_runs f
LEFT JOIN lessons l ON l.unit_id = f.unit_id AND l.position = f.lesson_position
  AND l.flow_run_id IN (f.id, f.parent_flow_run_id)
LEFT JOIN tasks t ON t.id = f.task_id
LEFT JOIN units u ON u.id = f.unit_id
LEFT JOIN users p ON p.id = f.user_id
LEFT JOIN workers w ON w.id = t.worker_id;

CREATE VIEW step_summaries AS
SELECT s.id, s.flow_run_id, s.task_id, s.lineage_id, s.flow_path, f.flow_name, f.flow_key, f.unit_id, f.lesson_position,
  s.step_name, s.step_version, s.step_order, s.occurrence, s.status, s.attempt, s.retry_of_step_run_id,
  s.reused_from_step_run_id, s.superseded_at, s.connection_id, s.external_id, s.external_state, s.tokens_used, s.cost_usd,
  s.error_code, s.error_message, s.created_at, s.updated_at, s.started_at, s.completed_at, s.waiting_ms, s.working_ms,
  s.version,
  coalesce((SELECT jsonb_agg(r.id ORDER BY r.id) FROM llm_requests r
    WHERE r.step_run_id = coalesce(s.reused_from_step_run_id, s.id)), '[]'::jsonb) AS llm_request_ids
FROM flow_step_runs s
JOIN flow_runs f ON f.id = s.flow_run_id;

CREATE VIEW llm_request_summaries AS
SELECT r.id, r.step_run_id, s.step_name, r.flow_run_id, f.flow_name, f.flow_key, f.lesson_position, r.task_id, r.unit_id,
  coalesce(u.title, f.unit_title) AS unit_title, r.user_id, p.name AS user_name, r.kind, r.replay_of_request_id,
  r.provider, r.model, r.api_variant, r.status, r.attempt, r.cached, r.is_duplicate, r.prompt_name, r.prompt_hash,
  r.tokens_input, r.tokens_cached, r.tokens_reasoning, r.tokens_output, r.units_billed, r.cost_usd, r.price_source,
  r.reserved_usd, r.provider_response_id, r.http_status, r.error_code, r.error_message, r.created_at, r.updated_at,
  r.sent_at, r.first_byte_at, r.completed_at, r.version
FROM llm_requests r
LEFT JOIN flow_step_runs s ON s.id = r.step_run_id
LEFT JOIN flow_runs f ON f.id = r.flow_run_id
LEFT JOIN units u ON u.id = r.unit_id
LEFT JOIN users p ON p.id = r.user_id;

CREATE VIEW user_summaries AS
SELECT p.id, p.email, p.name, p.role, p.is_active, p.created_at, p.updated_at, p.last_seen_at, p.version,
  w.unit_count, w.llm_request_count, w.cost_usd
FROM users p
LEFT JOIN LATERAL (
  SELECT coalesce(sum(one.unit_count), 0)::int AS unit_count, coalesce(sum(one.llm_request_count), 0)::int AS llm_request_count,
    sum(one.cost_usd) AS cost_usd
  FROM (
    SELECT t.unit_count, t.llm_request_count, t.cost_usd FROM user_usage t WHERE t.user_id = p.id
    UNION ALL SELECT d.unit_count, d.llm_request_count, d.cost_usd FROM user_usage_deltas d WHERE d.user_id = p.id
  ) one
) w ON true;

CREATE VIEW worker_summaries AS
SELECT w.id, w.host, w.pid, w.app_version, w.queues, w.capacity, w.running, w.started_at, w.beat_at, w.stopped_at, w.dead_at,
  CASE
    WHEN w.stopped_at IS NOT NULL THEN 'stopped'
    WHEN w.dead_at IS NOT NULL THEN 'dead'
    WHEN w.beat_at < clock_timestamp() - interval '1300 milliseconds' THEN 'suspect'
    ELSE 'healthy'
  END AS health
FROM workers w;
