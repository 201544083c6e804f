import { randomUUID } from "node:crypto";
import type { MirroredRun, MirroredStep } from "../../src/modules/flow-engine/public.ts";
import type { ObservedTask } from "../../src/modules/task-queue/public.ts";

/** A moment some seconds after the first of the tests. ISO 8601 with microseconds, as Prefect writes them. */
export function moment(seconds: number): string {
  return new Date(Date.UTC(2026, 9, 1, 8) + seconds * 1_000).toISOString().replace("Z", "123Z");
}

export function mirroredRun(
  run: Partial<MirroredRun> & Pick<MirroredRun, "connection_id" | "external_id">,
): MirroredRun {
  return {
    flow_name: "course",
    status: "running",
    task_id: null,
    parent_external_id: null,
    unit_id: null,
    unit_title: null,
    external_run_name: "brave-otter",
    external_url: `http://127.0.0.1:9/runs/flow-run/${run.external_id}`,
    external_state: "Running",
    external_state_type: "RUNNING",
    external_state_id: randomUUID(),
    external_state_at: moment(1),
    external_deployment_id: null,
    external_deployment_name: null,
    external_work_pool: null,
    external_parent_task_run_id: null,
    attempt: 1,
    error_code: null,
    error_message: null,
    created_at: moment(0),
    started_at: moment(1),
    completed_at: null,
    recheck_until: null,
    ...run,
  };
}

export function mirroredStep(
  step: Partial<MirroredStep> & Pick<MirroredStep, "connection_id" | "external_id" | "flow_run_id">,
): MirroredStep {
  return {
    task_id: null,
    step_name: "write_lesson",
    step_order: 1,
    status: "running",
    attempt: 1,
    external_state: "Running",
    external_state_type: "RUNNING",
    external_state_id: randomUUID(),
    external_state_at: moment(2),
    error_code: null,
    error_message: null,
    created_at: moment(2),
    started_at: moment(2),
    completed_at: null,
    ...step,
  };
}

export function observedTask(
  task: Partial<ObservedTask> & Pick<ObservedTask, "connection_id" | "external_id">,
): ObservedTask {
  return {
    task_name: "prefect_flow_run",
    title: "brave-otter",
    inputs: { topic: "Tides" },
    unit_id: null,
    created_at: moment(0),
    status: "in_progress",
    pause_reason: null,
    attempt: 1,
    progress_percentage: 10,
    current_step: "write_lesson",
    error_code: null,
    error_message: null,
    result: null,
    available_at: null,
    started_at: moment(1),
    completed_at: null,
    external_state_at: moment(1),
    external_state_id: "a",
    ...task,
  };
}
