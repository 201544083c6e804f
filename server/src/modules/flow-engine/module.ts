import type { Database } from "../../platform/database.ts";
import type { Logger } from "../../platform/logger.ts";
import type { SettleTask } from "../task-queue/public.ts";
import { createBatcher } from "./engine/batcher.ts";
import { createFlowEngine } from "./engine/engine.ts";
import { createStepLogs } from "./engine/step-logs.ts";
import type { EngineDependencies } from "./engine/task-run.ts";
import { createFlowMirror } from "./mirror.ts";
import { settleFlowRuns, settleSteps } from "./repo/flow-runs.ts";
import { finishSteps, type StepFinish, type StepStart, startSteps } from "./repo/steps.ts";
import { createFlowEngineRoutes } from "./routes.ts";
import { createFlowRunService } from "./service.ts";

const batchSize = { flights: 4, patienceMs: 10, most: 64 };

export interface FlowEngineModuleOptions
  extends Pick<EngineDependencies, "fence" | "classifyFailure" | "settleCalls" | "releaseCalls" | "changed"> {
  readonly database: Database;
  readonly logger: Logger;
}

/** Builds the flow engine: engine, service, routes and the port that task-queue is given. */
export function createFlowEngineModule(options: FlowEngineModuleOptions) {
  const logger = options.logger.child({ module: "flow-engine" });
  const logs = createStepLogs(options.database, logger);
  const service = createFlowRunService(options.database);
  const batches = {
    start: createBatcher({
      ...batchSize,
      runAll: (starts: readonly StepStart[]) => startSteps(options.database, starts),
    }),
    finish: createBatcher({
      ...batchSize,
      runAll: (finishes: readonly StepFinish[]) => finishSteps(options.database, finishes),
    }),
  };
  const settleTask: SettleTask = async (transaction, task) => {
    await settleFlowRuns(transaction, task);
    await settleSteps(transaction, task);
  };
  return {
    engine: createFlowEngine({ ...options, logger, logs, batches }),
    service,
    routes: createFlowEngineRoutes(service),
    settleTask,
    /** For outside engines. */
    mirror: createFlowMirror(options.database),
    /** Writes log lines that are still buffered. Call it before the pool closes. */
    stop: () => logs.flush(),
  };
}
