-- A beat raises the version, so that pages can tell the newer of two rows of a worker.
CREATE OR REPLACE VIEW worker_summaries AS
SELECT w.id, w.host, w.pid, w.app_version, w.queues, w.capacity, w.running, w.started_at, w.beat_at, w.stopped_at, w.dead_at,
  CASE
    WHEN w.stopped_at IS NOT NULL THEN 'stopped'
    WHEN w.dead_at IS NOT NULL THEN 'dead'
    WHEN w.beat_at < clock_timestamp() - interval '1300 milliseconds' THEN 'suspect'
    ELSE 'healthy'
  END AS health,
  -- in ms of the newest thing that happened to it; a worker that is late gets newer by the clock
  (extract(epoch FROM CASE
    WHEN w.dead_at IS NOT NULL THEN greatest(w.dead_at, w.stopped_at, w.beat_at)
    ELSE clock_timestamp() END) * 1000)::bigint AS version
FROM workers w;
