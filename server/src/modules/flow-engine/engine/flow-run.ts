import { z } from "zod";
import { canonicalJson } from "../../../platform/canonical-json.ts";
import { StepFailed } from "../errors.ts";
import { flowPath } from "../memo.ts";
import type { FlowContext, FlowDefinition, StepDefinition } from "../public.ts";
import * as flowRuns from "../repo/flow-runs.ts";
import { makeId, readClock } from "../repo/steps.ts";
import { encodeStored } from "../stored-value.ts";
import { createFlowScope, type FlowScope } from "./flow-scope.ts";
import { beginThroughOutage, commitThroughOutage } from "./persist.ts";
import { settleAll } from "./settle-all.ts";
import { runStep } from "./step-run.ts";
import { stepsAtOnce, type TaskRun } from "./task-run.ts";

export interface FlowRunOptions {
  readonly key: string;
  readonly parent: FlowScope | null;
  readonly lesson_position?: number;
}

/**
 * Runs a flow as its own flow run, from its row's insertion to its end.
 * @throws StepFailed when the flow failed for good; any other error has stopped the whole run
 */
export async function runFlowRun<Input, Output, Services>(
  run: TaskRun,
  flow: FlowDefinition<Input, Output, Services>,
  input: Input,
  options: FlowRunOptions,
): Promise<{ output: Output; flow_run_id: string }> {
  run.throwIfStopped();
  if (options.parent?.isClosed())
    throw new StepFailed("flow_ended", `The parent of flow ${options.key} has ended.`);
  if (run.flowKeys.has(options.key)) {
    const error = new Error(`The flow key "${options.key}" is used twice in one task`);
    run.stop(error);
    throw error;
  }
  run.flowKeys.add(options.key);
  const parsed = flow.input.safeParse(input);
  if (!parsed.success) {
    throw new StepFailed("flow_input_invalid", `Flow ${flow.name}: ${parsed.error.message}`, parsed.error);
  }
  const progress = run.progress.addFlow();
  const flow_path = flowPath(options.parent?.flow_path ?? null, options.key);
  const flow_run_id = await start(run, flow, parsed.data, { ...options, flow_path });
  const scope = createFlowScope({ flow_run_id, flow_path, progress, parent: options.parent });
  try {
    const output = await execute(run, flow, parsed.data, scope);
    progress.end();
    return { output, flow_run_id };
  } catch (error) {
    scope.close();
    await scope.whenQuiet();
    progress.end();
    run.throwIfStopped();
    throw await fail(run, flow_run_id, error);
  }
}

async function start<Input, Output, Services>(
  run: TaskRun,
  flow: FlowDefinition<Input, Output, Services>,
  input: Input,
  options: FlowRunOptions & { readonly flow_path: string },
): Promise<string> {
  const { dependencies, task } = run;
  const text = canonicalJson(input);
  try {
    const id = await beginThroughOutage(run.control, () =>
      dependencies.database.transaction().execute(async (transaction) => {
        await dependencies.fence(transaction, task);
        const owner_id = await flowRuns.startFlowRun(transaction, {
          flow_name: flow.name,
          flow_version: flow.version,
          flow_key: options.key,
          flow_path: options.flow_path,
          task_id: task.id,
          parent_flow_run_id: options.parent?.flow_run_id ?? null,
          unit_id: task.unit_id,
          unit_title: task.unit_title,
          lesson_position: options.lesson_position ?? null,
          user_id: task.user_id,
          lineage_id: task.lineage_id,
        });
        await flowRuns.insertPayload(transaction, { owner_id, part: "input", value: encodeStored(text) });
        return owner_id;
      }),
    );
    dependencies.changed();
    return id;
  } catch (error) {
    run.stop(error);
    throw error;
  }
}

async function execute<Input, Output, Services>(
  run: TaskRun,
  flow: FlowDefinition<Input, Output, Services>,
  input: Input,
  scope: FlowScope,
): Promise<Output> {
  const output = await flow.run(createFlowContext<Services>(run, scope), input);
  await scope.whenQuiet();
  run.throwIfStopped();
  scope.close();
  const parsed = flow.output.safeParse(output);
  if (!parsed.success) {
    throw new StepFailed("flow_output_invalid", `Flow ${flow.name}: ${parsed.error.message}`, parsed.error);
  }
  const text = canonicalJson(parsed.data);
  const { steps_done } = scope.progress.read();
  const { dependencies, task, control } = run;
  await commitThroughOutage(control, () =>
    dependencies.database.transaction().execute(async (transaction) => {
      await dependencies.fence(transaction, task);
      await flowRuns.completeFlowRun(transaction, { id: scope.flow_run_id, steps_done });
      const value = encodeStored(text);
      await flowRuns.insertPayload(transaction, { owner_id: scope.flow_run_id, part: "output", value });
    }),
  );
  dependencies.changed();
  // The schema accepted its source; parsed from the text as a replay would be.
  return JSON.parse(text) as Output;
}

/** Ends the flow run as failed and returns what its caller has to throw. */
async function fail(run: TaskRun, flow_run_id: string, error: unknown): Promise<unknown> {
  const { dependencies, task, control } = run;
  const outcome = dependencies.classifyFailure(error);
  if (outcome.kind !== "failed") {
    run.stop(error);
    return error;
  }
  try {
    await commitThroughOutage(control, () =>
      dependencies.database.transaction().execute(async (transaction) => {
        await dependencies.fence(transaction, task);
        await flowRuns.failFlowRun(transaction, { id: flow_run_id, ...outcome });
      }),
    );
  } catch (commitError) {
    run.stop(commitError);
    return commitError;
  }
  dependencies.changed();
  return error instanceof StepFailed
    ? error
    : new StepFailed(outcome.error_code, outcome.error_message, error);
}

function createFlowContext<Services>(run: TaskRun, scope: FlowScope): FlowContext<Services> {
  const clock = makeClockStep(run);
  const id = makeIdStep(run);
  return {
    // `registerFlow` took the services with the flow's own type, and a flow's children share that type.
    services: run.services as Services,
    task: run.task,
    signal: run.control.signal,
    step: (step, input, options) => scope.track(runStep(run, scope, step, input, options)),
    flow: (flow, input, options) =>
      scope.track(runFlowRun(run, flow, input, { ...options, parent: scope }).then(({ output }) => output)),
    async all(thunks) {
      const results = await settleAll(thunks, stepsAtOnce);
      run.throwIfStopped();
      return results;
    },
    expectSteps: (total, below) => scope.progress.expect(total, below),
    now: () => scope.track(runStep(run, scope, clock, {}, { isInternal: true })),
    id: (name) => scope.track(runStep(run, scope, id, { name }, { isInternal: true })),
    log: (level, message, fields) =>
      run.dependencies.logs.write(
        { flow_run_id: scope.flow_run_id, step_run_id: null },
        level,
        message,
        fields,
      ),
  };
}

function makeClockStep(run: TaskRun): StepDefinition<Record<string, never>, string, unknown> {
  return {
    name: "now",
    version: 1,
    input: z.record(z.string(), z.never()),
    output: z.string(),
    run: () => readClock(run.dependencies.database),
  };
}

function makeIdStep(run: TaskRun): StepDefinition<{ name: string }, string, unknown> {
  return {
    name: "id",
    version: 1,
    input: z.object({ name: z.string() }),
    output: z.string(),
    run: () => makeId(run.dependencies.database),
  };
}
