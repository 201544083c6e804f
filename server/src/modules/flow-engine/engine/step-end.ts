import { AppError } from "../../../platform/errors.ts";
import { storableText } from "../../../platform/storable-text.ts";
import { TaskFenced } from "../../task-queue/public.ts";
import { StepFailed } from "../errors.ts";
import * as steps from "../repo/steps.ts";
import { decodeStored, type StoredValue } from "../stored-value.ts";
import type { FlowScope } from "./flow-scope.ts";
import { bookLostCalls, offerLateResult } from "./late-result.ts";
import { isUniqueViolation } from "./memo-race.ts";
import { commitThroughOutage } from "./persist.ts";
import type { TaskRun } from "./task-run.ts";

/** A step of ours whose code has ended and whose row says `running` still. */
export interface OwnedStep {
  readonly step_run_id: string;
  readonly flow_run_id: string;
  readonly mayHaveCalls: boolean;
  readonly waiting_ms: number;
  readonly working_ms: number;
}

/**
 * Records the result. Null when it was recorded; the other result when one of the same key was first.
 * @throws TaskFenced after the result was offered as a late one
 */
export async function commitResult(
  run: TaskRun,
  scope: FlowScope,
  step: OwnedStep,
  output: StoredValue,
): Promise<{ readonly output: unknown } | null> {
  const flow = scope.progress.read();
  const finish: steps.StepFinish = {
    task_id: run.task.id,
    fence: run.task.fence,
    step_run_id: step.step_run_id,
    output,
    waiting_ms: step.waiting_ms,
    working_ms: step.working_ms,
    steps_done: flow.steps_done,
    total_steps: flow.total_steps,
    flow_progress: flow.percentage,
    task_progress: run.progress.percentage(),
  };
  const finished = await commitThroughOutage(run.control, () => finishOnce(run, step, finish));
  if (finished.outcome === "fenced") {
    await offerLateResult(run, { ...step, output });
    throw new TaskFenced(`Task ${run.task.id} was lost while a step ran`);
  }
  run.dependencies.releaseCalls(step.step_run_id);
  run.dependencies.changed();
  if (finished.outcome === "completed") return null;
  return { output: decodeStored(finished.output, finished.output_zstd) };
}

async function finishOnce(
  run: TaskRun,
  step: OwnedStep,
  finish: steps.StepFinish,
): Promise<steps.FinishedStep> {
  try {
    return await finishWithCalls(run, step, finish);
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    return await finishWithCalls(run, step, finish); // The other result is visible now.
  }
}

async function finishWithCalls(
  run: TaskRun,
  step: OwnedStep,
  finish: steps.StepFinish,
): Promise<steps.FinishedStep> {
  const { database, settleCalls, batches } = run.dependencies;
  if (!step.mayHaveCalls) return batches.finish(finish);
  return database.transaction().execute(async (transaction) => {
    const [finished] = await steps.finishSteps(transaction, [finish]);
    if (finished === undefined) throw new Error("A step's end was not answered");
    if (!finished.is_new) return finished;
    const duplicate = finished.outcome === "duplicate";
    const calls = await settleCalls(transaction, step.step_run_id, { duplicate });
    await steps.addCost(transaction, step, calls);
    return finished;
  });
}

/**
 * Records why the step ended without a result, and what its calls cost all the same. Returns what the step's caller has to
 * throw: `StepFailed` when the failure is final, else the reason that stops the run.
 */
export async function commitFailure(run: TaskRun, step: OwnedStep, error: unknown): Promise<unknown> {
  const failure = describeFailure(run, error);
  let lost = failure === null ? error : null;
  if (failure !== null) {
    try {
      await commitThroughOutage(run.control, () => failOnce(run, step, failure));
    } catch (commitError) {
      // Lost fence, or a database that stayed away: the run stops for that reason.
      if (!(commitError instanceof TaskFenced)) return commitError;
      lost = commitError;
    }
  }
  if (lost !== null || failure === null) {
    if (step.mayHaveCalls) await bookLostCalls(run, step);
    return lost;
  }
  run.dependencies.releaseCalls(step.step_run_id);
  run.dependencies.changed();
  return failure.isFinal ? new StepFailed(failure.error_code, failure.error_message, error) : error;
}

interface Failure {
  readonly status: "failed" | "cancelled";
  readonly error_code: string;
  readonly error_message: string;
  readonly error_causes: readonly unknown[];
  readonly isFinal: boolean;
}

async function failOnce(run: TaskRun, step: OwnedStep, failure: Failure): Promise<void> {
  const { database, fence, settleCalls } = run.dependencies;
  await database.transaction().execute(async (transaction) => {
    await fence(transaction, run.task);
    const isNew = await steps.failStep(transaction, { ...step, ...failure, fence: run.task.fence });
    if (!isNew || !step.mayHaveCalls) return;
    const calls = await settleCalls(transaction, step.step_run_id, { duplicate: false });
    await steps.addCost(transaction, step, calls);
  });
}

/** How the error reads in the step's row; null when nothing may be written any more. */
function describeFailure(run: TaskRun, error: unknown): Failure | null {
  const outcome = run.dependencies.classifyFailure(error);
  const error_causes = causeChain(error);
  switch (outcome.kind) {
    case "fenced":
      return null;
    case "failed":
      return {
        status: "failed",
        error_code: outcome.error_code,
        error_message: storableText(outcome.error_message),
        error_causes,
        isFinal: true,
      };
    case "paused":
      return cancelled("task_paused", `The task waits: ${outcome.reason}`);
    case "cancelled":
      return cancelled("task_cancelled", "The task was cancelled while this step ran.");
    case "released": {
      if (outcome.crashed) {
        return {
          status: "failed",
          error_code: "unexpected_error",
          error_message: storableText(outcome.reason),
          error_causes,
          isFinal: false,
        };
      }
      const error_code = run.control.signal.aborted ? "worker_stopped" : "infrastructure";
      return {
        status: "failed",
        error_code,
        error_message: storableText(outcome.reason),
        error_causes,
        isFinal: false,
      };
    }
  }
}

function cancelled(error_code: string, error_message: string): Failure {
  return { status: "cancelled", error_code, error_message, error_causes: [], isFinal: false };
}

const mostCauses = 8;

function causeChain(error: unknown): { name: string; message: string; code: string | null }[] {
  const chain: { name: string; message: string; code: string | null }[] = [];
  let current = error;
  while (current instanceof Error && chain.length < mostCauses) {
    const code = current instanceof AppError ? current.code : null;
    chain.push({ name: current.name, message: storableText(current.message), code });
    current = current.cause;
  }
  return chain;
}
