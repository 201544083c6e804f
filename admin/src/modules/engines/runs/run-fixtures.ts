import type { Connection, Disagreement, EngineAction, EngineRun } from "../../../api/engine-rows.ts";
import { sampleConnection } from "../engine-fixtures.ts";

const moment = "2026-11-21T12:04:31.000Z";
const connectionId = "019a0000-0000-7000-8000-00000000000c";
const flowRunId = "019a0000-0000-7000-8000-0000000000f1";
const externalId = "5a1e6d0c-0000-4000-8000-000000000001";

/** A connection that is read live. */
export function liveConnection(fields: Partial<Connection> = {}): Connection {
  return { ...sampleConnection, id: connectionId, name: "cellar", ...fields };
}

/** A cancellation that is on its way. */
export function pendingCancel(fields: Partial<EngineAction> = {}): EngineAction {
  return {
    id: "019a0000-0000-7000-8000-0000000000a1",
    connection_id: connectionId,
    kind: "cancel",
    task_id: null,
    flow_run_id: flowRunId,
    external_run_id: externalId,
    status: "pending",
    reason: null,
    attempts: 0,
    requested_by_name: "Ada",
    expires_at: "2026-11-21T12:34:31.000Z",
    created_at: moment,
    settled_at: null,
    version: 1,
    ...fields,
  };
}

/** A run at work that was started from a deployment. */
export function runningRun(fields: Partial<EngineRun> = {}): EngineRun {
  return {
    flow_run_id: flowRunId,
    connection: {
      id: connectionId,
      name: "cellar",
      health: "live",
      health_reason: null,
      last_sync_at: moment,
      is_removed: false,
    },
    external_id: externalId,
    external_url: `http://prefect:4200/runs/flow-run/${externalId}`,
    run_name: "brave-otter",
    state_type: "RUNNING",
    state_name: "Running",
    state_at: moment,
    attempt: 2,
    deployment_name: "course/example",
    work_pool_name: "kitchen",
    progress_source: "counts",
    observed_at: moment,
    last_heartbeat_at: moment,
    missing_upstream_at: null,
    suspect_since: null,
    suspect_reason: null,
    is_cancel_unconfirmed: false,
    actions: [
      { kind: "cancel", why_not: null },
      { kind: "retry", why_not: "The run has not ended." },
      { kind: "resume", why_not: "The run is not paused." },
    ],
    recent_actions: [],
    ...fields,
  };
}

/** A run that Prefect does not know any more. */
export function lostRun(fields: Partial<Disagreement> = {}): Disagreement {
  return {
    id: `lost:${flowRunId}`,
    kind: "lost",
    connection_id: connectionId,
    connection_name: "cellar",
    flow_run_id: flowRunId,
    task_id: "019a0000-0000-7000-8000-0000000000b1",
    unit_id: null,
    title: "Tides",
    since: moment,
    ours: "in progress since 12:01:00",
    theirs: "does not know the run",
    repairs: ["read_again", "end_here"],
    ...fields,
  };
}
