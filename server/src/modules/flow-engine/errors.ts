import { AppError, defineErrors } from "../../platform/errors.ts";

/** Every code of the flow engine, those written into step and flow run rows included. */
export const flowEngineErrors = defineErrors({
  flow_run_not_found: { status: 404, retryable: false, title: "Flow run not found" },
  step_run_not_found: { status: 404, retryable: false, title: "Step run not found" },
  payload_not_found: { status: 404, retryable: false, title: "No such input or output" },
  flow_input_invalid: { status: 500, retryable: false, title: "Flow input is invalid" },
  flow_output_invalid: { status: 500, retryable: false, title: "Flow output is invalid" },
  step_input_invalid: { status: 500, retryable: false, title: "Step input is invalid" },
  step_not_recorded: { status: 409, retryable: false, title: "The step has no recorded result" },
  step_output_invalid: { status: 500, retryable: false, title: "Step output is invalid" },
  step_deadline_exceeded: { status: 504, retryable: true, title: "Step took too long" },
  worker_lost: { status: 503, retryable: true, title: "Worker lost" },
  worker_stopped: { status: 503, retryable: true, title: "Worker stopped" },
  infrastructure: { status: 503, retryable: true, title: "Database unavailable" },
  unexpected_error: { status: 500, retryable: true, title: "Unexpected error" },
  flow_ended: { status: 500, retryable: false, title: "The flow had ended" },
  task_paused: { status: 409, retryable: true, title: "The task was paused" },
  task_cancelled: { status: 409, retryable: false, title: "The task was cancelled" },
  duplicate: { status: 409, retryable: false, title: "Recorded elsewhere first" },
});

export function noSuchFlowRun(id: string) {
  return flowEngineErrors.create("flow_run_not_found", `There is no flow run ${id}.`);
}

/** Codes of steps that did not fail by themselves: the same task may run them again. */
export const repeatableStepCodes: readonly string[] = [
  "worker_lost",
  "worker_stopped",
  "infrastructure",
  "unexpected_error",
  "duplicate",
];

/** A step or child flow of this task failed for good; `code` and `message` are those of its first cause. */
export class StepFailed extends AppError {
  constructor(code: string, message: string, cause?: unknown) {
    super(code, { status: 500, retryable: false, title: "Step failed" }, message, { cause });
    this.name = "StepFailed";
  }
}
