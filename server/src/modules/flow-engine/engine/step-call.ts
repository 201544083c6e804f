import { flowEngineErrors } from "../errors.ts";
import type { StepContext, StepCorrelation, StepDefinition } from "../public.ts";
import type { FlowScope } from "./flow-scope.ts";
import type { TaskRun } from "./task-run.ts";

const defaultDeadlineMs = 600_000;
/** A step that does not end after its signal was aborted is left behind after this time. */
const abandonMs = 2_000;

/** How a step's own code ended. */
export interface StepCall<Output> {
  readonly result:
    | { readonly kind: "returned"; readonly value: Output }
    | { readonly kind: "threw"; readonly error: unknown };
  /** The step asked for its correlation, so it may have made paid calls. */
  readonly mayHaveCalls: boolean;
  readonly waiting_ms: number;
  readonly working_ms: number;
}

/** Runs the step's own code under its deadline, a cancel and the shutdown grace. Never rejects. */
export async function callStep<Input, Output, Services>(
  run: TaskRun,
  scope: FlowScope,
  step: StepDefinition<Input, Output, Services>,
  input: Input,
  step_run_id: string,
): Promise<StepCall<Output>> {
  const controller = new AbortController();
  const startedAt = performance.now();
  const deadlineMs = step.deadlineMs ?? defaultDeadlineMs;
  const forgetAbort = run.onAbort((reason) => controller.abort(reason));
  const deadline = setTimeout(() => controller.abort(deadlineError(step.name, deadlineMs)), deadlineMs);
  let waitedMs = 0;
  let mayHaveCalls = false;
  const { task, dependencies } = run;
  const correlation: StepCorrelation = {
    task_id: task.id,
    fence: task.fence,
    worker_id: task.worker_id,
    flow_run_id: scope.flow_run_id,
    step_run_id,
    unit_id: task.unit_id,
    user_id: task.user_id,
  };
  const context: StepContext<Services> = {
    // `registerFlow` took the services with the flow's own type, and a flow's steps share that type.
    services: run.services as Services,
    get correlation() {
      mayHaveCalls = true;
      return correlation;
    },
    signal: controller.signal,
    log: (level, message, fields) =>
      dependencies.logs.write({ flow_run_id: scope.flow_run_id, step_run_id }, level, message, fields),
    reportWaiting(ms) {
      waitedMs += ms;
    },
  };
  const result = await raceAbort(controller.signal, () => step.run(context, input));
  clearTimeout(deadline);
  forgetAbort();
  const total = performance.now() - startedAt;
  const waiting = Math.min(waitedMs, total);
  return { result, mayHaveCalls, waiting_ms: round(waiting), working_ms: round(total - waiting) };
}

async function raceAbort<Output>(
  signal: AbortSignal,
  work: () => Promise<Output>,
): Promise<StepCall<Output>["result"]> {
  let abandon: NodeJS.Timeout | undefined;
  const abandoned = new Promise<never>((_resolve, reject) => {
    signal.addEventListener("abort", () => {
      abandon = setTimeout(() => reject(signal.reason), abandonMs);
    });
  });
  try {
    return { kind: "returned", value: await Promise.race([work(), abandoned]) };
  } catch (error) {
    // What an aborted call throws says less than why it was aborted.
    return { kind: "threw", error: signal.aborted ? signal.reason : error };
  } finally {
    clearTimeout(abandon);
  }
}

function deadlineError(step_name: string, deadlineMs: number) {
  return flowEngineErrors.create(
    "step_deadline_exceeded",
    `The step ${step_name} did not end within ${Math.round(deadlineMs / 1_000)} s. Retry the unit with "resume" to run it again.`,
  );
}

function round(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
