import type { Pool } from "pg";
import type { Database } from "../../platform/database.ts";
import type { Logger } from "../../platform/logger.ts";
import { createTaskNotifier } from "./notifier.ts";
import type { SingleTaskReport, TaskHandler } from "./public.ts";
import { fenceTask } from "./repo/ownership.ts";
import { createTaskQueueRoutes } from "./routes.ts";
import { createTaskQueueService } from "./service.ts";
import type { SettlePorts } from "./settle.ts";
import { classifyFailure } from "./worker/outcome.ts";
import { runSingleTask } from "./worker/single-task.ts";
import { createWorker, type WorkerOptions } from "./worker/worker.ts";

export interface TaskQueueModuleOptions {
  readonly database: Database;
  readonly pool: Pool;
  /** For connections outside the pool: heartbeat and wake-up. */
  readonly connectionString: string;
  readonly logger: Logger;
  readonly app_version: string;
  /** Tells the change feeds that rows changed; after a commit. */
  readonly changed: () => void;
  /**
   * The other modules' parts, in lock order: flow-engine, llm, content. Read at each use, so that modules which need the
   * queue themselves can add theirs after it was built.
   */
  readonly ports: SettlePorts;
  /** The queue of new tasks of this name that name none themselves. Default: `default`. */
  readonly queueOf?: (task_name: string) => string;
}

/** Builds the task queue: service, routes, workers and the ports that other modules are given. */
export function createTaskQueueModule(options: TaskQueueModuleOptions) {
  const { database, pool, ports, changed } = options;
  const logger = options.logger.child({ module: "task-queue" });
  const handlers = new Map<string, TaskHandler>();
  const notifier = createTaskNotifier(pool, logger);
  const service = createTaskQueueService({
    ...{ database, notifier, ports, handlers, changed },
    queueOf: options.queueOf ?? (() => "default"),
  });
  const workerDependencies = {
    database,
    url: options.connectionString,
    ports,
    handlers,
    logger,
    app_version: options.app_version,
    wake: () => service.notifyTasks(),
    changed,
  };
  return {
    service,
    routes: createTaskQueueRoutes(service),
    fence: fenceTask,
    classifyFailure,
    createWorker: (workerOptions: WorkerOptions) => createWorker(workerDependencies, workerOptions),
    /** Claims and runs one task; resolves to the process's exit code. */
    runTask: (id: string, signal: AbortSignal, report?: (report: SingleTaskReport) => void) =>
      runSingleTask(workerDependencies, id, signal, report),
    /** Sends what is still to be rung. Call it before the pool closes. */
    stop: () => notifier.stop(),
  };
}
