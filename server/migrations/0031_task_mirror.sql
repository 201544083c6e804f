-- As before, with each column of the mirrored run looked up by itself. As a join, on tables where hardly any task has a connection,
-- the planner sometimes took a merge, which read the whole mirror once for each task of a page.
CREATE OR REPLACE VIEW task_summaries AS
SELECT t.id, t.task_name, t.status, t.pause_reason, t.queue_name, t.executor, t.priority, t.error_code, t.error_message,
  t.unit_id, coalesce(u.title, t.unit_title) AS unit_title, t.user_id, p.name AS user_name, t.lineage_id, t.retry_of_task_id,
  t.mode, t.connection_id, t.external_id, t.worker_id, w.host AS worker_host, w.pid AS worker_pid, t.attempt, t.crashes,
  t.progress_percentage, t.current_step, t.cancel_requested_at, t.created_at, t.updated_at, t.available_at, t.started_at,
  t.completed_at, t.version, c.name AS connection_name,
  (SELECT o.external_state FROM flow_runs o WHERE o.connection_id = t.connection_id AND o.external_id = t.external_id)
    AS external_state,
  (SELECT o.external_work_pool FROM flow_runs o WHERE o.connection_id = t.connection_id AND o.external_id = t.external_id)
    AS external_work_pool,
  (SELECT o.progress_source FROM flow_runs o WHERE o.connection_id = t.connection_id AND o.external_id = t.external_id)
    AS progress_source
FROM tasks t
LEFT JOIN units u ON u.id = t.unit_id
LEFT JOIN users p ON p.id = t.user_id
LEFT JOIN workers w ON w.id = t.worker_id
LEFT JOIN connections c ON c.id = t.connection_id;
