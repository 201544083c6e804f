import type { FlowDefinition, FlowEngine } from "../public.ts";
import { findRecordedOutput, listLineageSteps } from "../repo/lineage-steps.ts";
import { listRecordedSteps, supersedeRebuiltSteps } from "../repo/lineages.ts";
import { decodeStored } from "../stored-value.ts";
import { runFlowRun } from "./flow-run.ts";
import { createTaskRun, type EngineDependencies } from "./task-run.ts";

/** Runs flows for claimed tasks. It holds nothing between two tasks but the registered flows. */
export function createFlowEngine(dependencies: EngineDependencies): FlowEngine {
  const registered = new Map<string, { readonly flow: unknown; readonly services: unknown }>();

  return {
    registerFlow(flow, services) {
      if (registered.has(flow.name)) throw new Error(`The flow ${flow.name} is registered already`);
      registered.set(flow.name, { flow, services });
    },
    async runFlow(task, control, flow, input, { key }) {
      const run = createTaskRun(dependencies, task, control, servicesOf(registered, flow));
      try {
        const { output, flow_run_id } = await runFlowRun(run, flow, input, { key, parent: null });
        return { kind: "completed", output, flow_run_id };
      } catch (error) {
        const outcome = dependencies.classifyFailure(error);
        if (outcome.kind === "released" && outcome.crashed) {
          dependencies.logger.error(
            { error, task_id: task.id, flow_name: flow.name },
            "A flow broke off unexpectedly",
          );
        }
        return outcome;
      } finally {
        run.close();
        await dependencies.logs.flush();
      }
    },
    listLineageSteps: (unit_id, lineage_id) => listLineageSteps(dependencies.database, unit_id, lineage_id),
    async readRecordedOutput(step_run_id) {
      const recorded = await findRecordedOutput(dependencies.database, step_run_id);
      return recorded === null ? undefined : decodeStored(recorded.output, recorded.output_zstd);
    },
    listRecordedSteps,
    promoteLineage: supersedeRebuiltSteps,
  };
}

function servicesOf<Input, Output, Services>(
  registered: ReadonlyMap<string, { readonly flow: unknown; readonly services: unknown }>,
  flow: FlowDefinition<Input, Output, Services>,
): unknown {
  const found = registered.get(flow.name);
  if (found?.flow !== flow) throw new Error(`The flow ${flow.name} is not registered with the engine`);
  return found.services;
}
