import type { Incident, IncidentDetails } from "../../../api/monitor-rows.ts";
import { sampleId } from "../monitor-fixtures.ts";
import type { Recovery } from "./recovery-words.ts";

const trend = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2, 8, 3];

/** Failures with one cause. */
export function incidentOf(fields: Partial<Incident> = {}): Incident {
  return {
    id: sampleId(),
    status: "open",
    error_code: "answer_invalid",
    error_message: "The model's answer is not valid JSON: it ends in the middle of a text.",
    error_fingerprint: "0011",
    provider: "openai",
    model: "gpt-4.1-mini",
    http_status: 200,
    flow_name: "lesson_creation",
    step_name: "validate_and_structure_exercises",
    failure_count: 14,
    unit_count: 14,
    unit_count_unrepaired: 14,
    first_seen_at: "2026-11-21T07:50:00.000Z",
    last_seen_at: "2026-11-21T12:02:31.000Z",
    trend: [...trend],
    sample: {
      at: "2026-11-21T12:02:31.000Z",
      task_id: sampleId(),
      unit_id: sampleId(),
      unit_title: "Tides",
      flow_run_id: sampleId(),
      step_run_id: sampleId(),
      llm_request_id: sampleId(),
    },
    note: null,
    noted_by: null,
    noted_at: null,
    resolved_at: null,
    resolved_by: null,
    resolved_because: null,
    recovery: null,
    version: 3,
    ...fields,
  };
}

/** One incident with its units and an offer to recover them. */
export function incidentDetailsOf(fields: Partial<IncidentDetails> = {}): IncidentDetails {
  return {
    ...incidentOf(),
    units: [
      {
        unit_id: sampleId(),
        title: "Tides",
        status: "failed",
        failure_count: 2,
        last_failed_at: "2026-11-21T12:02:31.000Z",
        flow_run_id: sampleId(),
      },
    ],
    recover: {
      is_allowed: true,
      reason: null,
      waves: [1, 2, 11],
      estimate: { cost_usd: 0.06, duration_ms: 120_000, based_on_runs: 40, unknown_because: null },
    },
    ...fields,
  };
}

/** A recovery of 14 units whose first wave is whole and whose second runs. */
export function recoveryOf(fields: Partial<Recovery> = {}): Recovery {
  return {
    id: sampleId(),
    state: "running",
    wave: 2,
    waves: [
      { size: 1, succeeded: 1, failed: 0, refused: 0, running: 0 },
      { size: 2, succeeded: 0, failed: 0, refused: 0, running: 2 },
      { size: 11, succeeded: 0, failed: 0, refused: 0, running: 0 },
    ],
    total: 14,
    reason: null,
    started_at: "2026-11-21T12:03:00.000Z",
    started_by: "Ada",
    ended_at: null,
    ...fields,
  };
}
