import { canonicalJson } from "../../../platform/canonical-json.ts";
import { TaskCancelled, TaskFenced } from "../../task-queue/public.ts";
import { flowEngineErrors, StepFailed } from "../errors.ts";
import { hashInput, hashRecipe, memoKey } from "../memo.ts";
import type { RunStepOptions, StepDefinition } from "../public.ts";
import * as steps from "../repo/steps.ts";
import { decodeStored, encodeStored } from "../stored-value.ts";
import type { FlowScope } from "./flow-scope.ts";
import { beginThroughOutage } from "./persist.ts";
import { callStep } from "./step-call.ts";
import { commitFailure, commitResult } from "./step-end.ts";
import type { TaskRun } from "./task-run.ts";

export interface StepOptions extends RunStepOptions {
  /** Steps of the engine itself, such as `now`, do not count as progress. */
  readonly isInternal?: boolean;
}

/**
 * Returns the recorded result of the call when the lineage has one, else runs the step and records it. The result is the
 * JSON-parsed output in both cases.
 * @throws StepFailed when the step failed for good; any other error has stopped the whole run
 */
export async function runStep<Input, Output, Services>(
  run: TaskRun,
  scope: FlowScope,
  step: StepDefinition<Input, Output, Services>,
  input: Input,
  options: StepOptions = {},
): Promise<Output> {
  run.throwIfStopped();
  if (scope.isClosed())
    throw new StepFailed("flow_ended", `The flow of step ${step.name} has ended already.`);
  // Before the first wait, so that the numbers follow the order of the calls.
  const order = scope.nextOrder();
  const { parsed, text } = parseInput(step, input);
  const input_hash = hashInput(text);
  const occurrence = scope.nextOccurrence(step.name, input_hash);
  const start: steps.StepStart = {
    task_id: run.task.id,
    fence: run.task.fence,
    flow_run_id: scope.flow_run_id,
    flow_path: scope.flow_path,
    step_name: step.name,
    step_version: step.version,
    step_order: order,
    occurrence,
    memo_key: memoKey({ flow_path: scope.flow_path, step_name: step.name, input_hash, occurrence }),
    input_hash,
    // See callStep for why the cast holds.
    recipe_hash: hashRecipe(step.version, step.recipe?.(run.services as Services)),
    input: encodeStored(text),
    supersede: null,
    look_back: run.task.attempt > 1 || run.task.has_ancestors,
  };
  await run.limit.acquire();
  try {
    if (options.onlyRecorded) await requireRecorded(run, start);
    return await obtain(run, scope, step, parsed, start, options);
  } catch (error) {
    if (!(error instanceof StepFailed)) run.stop(error);
    throw error;
  } finally {
    run.limit.release();
  }
}

function parseInput<Input, Output, Services>(
  step: StepDefinition<Input, Output, Services>,
  input: Input,
): { parsed: Input; text: string } {
  const result = step.input.safeParse(input);
  if (!result.success) {
    throw new StepFailed("step_input_invalid", `Step ${step.name}: ${result.error.message}`, result.error);
  }
  return { parsed: result.data, text: canonicalJson(result.data) };
}

async function requireRecorded(run: TaskRun, start: steps.StepStart): Promise<void> {
  const isRecorded = await beginThroughOutage(run.control, () =>
    steps.isStepRecorded(run.dependencies.database, {
      lineage_id: run.task.lineage_id,
      memo_key: start.memo_key,
      flow_path: start.flow_path,
    }),
  );
  if (!isRecorded) throw notRecorded(start.step_name);
}

function notRecorded(step_name: string): StepFailed {
  return new StepFailed(
    "step_not_recorded",
    `The result of ${step_name} is no longer recorded, and it is not made again here.`,
  );
}

async function obtain<Input, Output, Services>(
  run: TaskRun,
  scope: FlowScope,
  step: StepDefinition<Input, Output, Services>,
  input: Input,
  start: steps.StepStart,
  options: StepOptions,
): Promise<Output> {
  let question = start;
  const begun = await beginThroughOutage(run.control, () => {
    run.throwIfStopped();
    const asked = question;
    question = { ...start, look_back: true };
    return run.dependencies.batches.start(asked);
  });
  switch (begun.outcome) {
    case "fenced":
      throw new TaskFenced(`Task ${run.task.id} was lost before step ${step.name}`);
    case "cancelled":
      throw new TaskCancelled("The task was cancelled");
    case "failed":
      throw new StepFailed(
        begun.error_code ?? "unexpected_error",
        begun.error_message ?? "The step failed before.",
      );
    case "recorded":
    case "reused": {
      const fitting = readRecorded(step, begun);
      if (fitting !== null) {
        if (!options.isInternal) scope.progress.stepDone();
        if (begun.outcome === "reused") run.dependencies.changed();
        return fitting.output;
      }
      if (options.onlyRecorded) throw notRecorded(step.name);
      reportMiss(run, scope, step, begun);
      return obtain(run, scope, step, input, { ...start, supersede: begun.step_run_id }, options);
    }
    case "started":
      if (begun.step_run_id === null) throw new Error("A started step has an id");
      run.dependencies.changed();
      return execute(run, scope, step, input, begun.step_run_id, options);
  }
}

/** The recorded output in today's shape, or null when it has none. */
function readRecorded<Input, Output, Services>(
  step: StepDefinition<Input, Output, Services>,
  begun: steps.BegunStep,
): { readonly output: Output } | null {
  const recorded = decodeStored(begun.output, begun.output_zstd);
  if (step.output.safeParse(recorded).success) {
    // The schema accepted this very value. It is returned unparsed, as on the first run.
    return { output: recorded as Output };
  }
  const upgraded = step.upgrade?.(recorded, begun.recorded_version ?? 0) ?? null;
  return upgraded === null ? null : { output: upgraded };
}

function reportMiss<Input, Output, Services>(
  run: TaskRun,
  scope: FlowScope,
  step: StepDefinition<Input, Output, Services>,
  begun: steps.BegunStep,
): void {
  run.dependencies.logs.write(
    { flow_run_id: scope.flow_run_id, step_run_id: null },
    "warn",
    `The recorded result of ${step.name} does not fit this version; the step runs again`,
    { step_run_id: begun.step_run_id, recorded_version: begun.recorded_version, version: step.version },
  );
}

async function execute<Input, Output, Services>(
  run: TaskRun,
  scope: FlowScope,
  step: StepDefinition<Input, Output, Services>,
  input: Input,
  step_run_id: string,
  options: StepOptions,
): Promise<Output> {
  const call = await callStep(run, scope, step, input, step_run_id);
  const owned = { step_run_id, flow_run_id: scope.flow_run_id, ...call };
  if (call.result.kind === "threw") throw await commitFailure(run, owned, call.result.error);
  let text: string;
  try {
    text = canonicalJson(step.output.parse(call.result.value));
  } catch (cause) {
    const message = `The result of step ${step.name} is not what the step promises.`;
    throw await commitFailure(run, owned, flowEngineErrors.create("step_output_invalid", message, { cause }));
  }
  if (!options.isInternal) scope.progress.stepDone();
  const recorded = await commitResult(run, scope, owned, encodeStored(text));
  // Parsed from the recorded text, so that a live run and a replay see the same value; `output` accepted its source.
  return (recorded === null ? JSON.parse(text) : recorded.output) as Output;
}
