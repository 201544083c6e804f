import type { Connection, ConnectionVerdict, Deployment, EngineAction } from "../../api/engine-rows.ts";

/** A connection that is read and well, for tests. */
export const sampleConnection: Connection = {
  id: "019a0000-0000-7000-8000-0000000000c1",
  kind: "prefect",
  name: "Production",
  base_url: "http://prefect.example.org:4200/api",
  ui_url: "http://prefect.example.org:4200",
  auth_kind: "none",
  filter_tags: [],
  filter_deployment_ids: [],
  is_from_environment: false,
  disabled_at: null,
  health: "live",
  health_since: "2026-11-22T03:00:00.000Z",
  health_reason: null,
  version_found: "3.8.8",
  last_ok_at: "2026-11-22T03:04:00.000Z",
  last_sync_at: "2026-11-22T03:04:00.000Z",
  lag_ms: 420,
  live_runs: 0,
  created_at: "2026-11-22T02:00:00.000Z",
  updated_at: "2026-11-22T03:04:00.000Z",
  version: 5,
};

/** The same, not reached since 03:05. */
export const downConnection: Connection = {
  ...sampleConnection,
  health: "down",
  health_since: "2026-11-22T03:05:00.000Z",
  health_reason: "Nothing listens at prefect.example.org:4200.",
  version: 6,
};

/** What trying it finds when all is well. */
export const goodVerdict: ConnectionVerdict = {
  is_ok: true,
  code: null,
  sentence: "Prefect 3.8.8 answers: 12 runs and 2 deployments.",
  advice: null,
  version_found: "3.8.8",
  answered_in_ms: 34,
  has_events: true,
  run_count: 12,
  deployment_count: 2,
};

/** A deployment that writes units. */
export const sampleDeployment: Deployment = {
  id: "019a0000-0000-7000-8000-0000000000d1",
  name: "course-generation",
  flow_name: "write-course",
  description: null,
  tags: ["coursewright"],
  is_paused: false,
  is_ready: true,
  last_polled_at: "2026-11-22T03:04:00.000Z",
  work_pool_name: null,
  parameters: [
    "source_text",
    "target_lesson_count",
    "learner_level",
    "unit_id",
    "return_to",
    "variant",
    "seconds_per_lesson",
  ].map((name) => ({ name, is_required: false })),
};

/** A launch that is on its way. */
export const pendingLaunch: EngineAction = {
  id: "019a0000-0000-7000-8000-0000000000a1",
  connection_id: sampleConnection.id,
  kind: "launch",
  task_id: "019a0000-0000-7000-8000-0000000000e1",
  flow_run_id: null,
  external_run_id: null,
  status: "pending",
  reason: null,
  attempts: 0,
  requested_by_name: "Local administrator",
  expires_at: "2026-11-22T03:34:00.000Z",
  created_at: "2026-11-22T03:04:00.000Z",
  settled_at: null,
  version: 1,
};
