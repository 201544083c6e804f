import { sql } from "kysely";
import type { Pool } from "pg";
import { createFlowEngineModule } from "../../src/modules/flow-engine/module.ts";
import type { FlowDefinition, SettleCalls } from "../../src/modules/flow-engine/public.ts";
import { createTaskQueueModule } from "../../src/modules/task-queue/module.ts";
import type { NewTask, SettleTask, TaskStatus } from "../../src/modules/task-queue/public.ts";
import type { Worker, WorkerOptions } from "../../src/modules/task-queue/worker/worker.ts";
import type { Database } from "../../src/platform/database.ts";
import { createSilentLogger, type Logger } from "../../src/platform/logger.ts";

export interface EngineHarness {
  readonly database: Database;
  readonly taskQueue: ReturnType<typeof createTaskQueueModule>;
  readonly flowEngine: ReturnType<typeof createFlowEngineModule>;
  /** Registers the flow and a handler of the same name, which completes the task with the flow's output. */
  serve<Input, Output, Services>(flow: FlowDefinition<Input, Output, Services>, services: Services): void;
  submit(
    task: Partial<NewTask> & { readonly task_name: string },
  ): Promise<{ id: string; lineage_id: string }>;
  startWorker(options?: Partial<WorkerOptions>): Promise<Worker>;
  readTask(id: string): Promise<TaskRow>;
  /** Resolves with the row once it satisfies the condition. @throws Error after the time, with the row as it was */
  waitForTask(id: string, condition: (task: TaskRow) => boolean, withinMs?: number): Promise<TaskRow>;
  /** Stops all workers that this harness started. */
  stop(): Promise<void>;
}

export interface TaskRow {
  readonly status: TaskStatus;
  readonly fence: number;
  readonly attempt: number;
  readonly crashes: number;
  readonly worker_id: string | null;
  readonly result: unknown;
  readonly pause_reason: string | null;
  readonly error_code: string | null;
  readonly error_message: string | null;
  readonly progress_percentage: number;
}

/** Task queue and flow engine on a real database, wired as the program wires them, without units and providers. */
export function createEngineHarness(options: {
  readonly database: Database;
  readonly pool: Pool;
  readonly url: string;
  readonly settleCalls?: SettleCalls;
  readonly releaseCalls?: (step_run_id: string) => void;
  readonly logger?: Logger;
}): EngineHarness {
  const { database, pool, url } = options;
  const logger = options.logger ?? createSilentLogger();
  const settleTask: SettleTask[] = [];
  const taskQueue = createTaskQueueModule({
    database,
    pool,
    connectionString: url,
    logger,
    app_version: "test",
    changed: () => undefined,
    ports: { settleTask, lockUnit: async () => true },
  });
  const flowEngine = createFlowEngineModule({
    database,
    logger,
    fence: taskQueue.fence,
    classifyFailure: taskQueue.classifyFailure,
    settleCalls: options.settleCalls ?? settleNothing,
    releaseCalls: options.releaseCalls ?? (() => undefined),
    changed: () => undefined,
  });
  settleTask.push(flowEngine.settleTask);
  const workers: Worker[] = [];

  async function readTask(id: string): Promise<TaskRow> {
    const result = await sql<TaskRow>`SELECT * FROM tasks WHERE id = ${id}`.execute(database);
    const row = result.rows[0];
    if (row === undefined) throw new Error(`There is no task ${id}`);
    return row;
  }

  return {
    database,
    taskQueue,
    flowEngine,
    readTask,
    serve(flow, services) {
      flowEngine.engine.registerFlow(flow, services);
      taskQueue.service.registerHandler(flow.name, async (task, control) => {
        const input = flow.input.parse(task.inputs);
        const outcome = await flowEngine.engine.runFlow(task, control, flow, input, { key: "root" });
        return outcome.kind === "completed" ? { kind: "completed", result: outcome.output } : outcome;
      });
    },
    async submit(task) {
      const submitted = await database.transaction().execute((transaction) =>
        taskQueue.service.submitFlowTask(transaction, {
          inputs: {},
          unit_id: null,
          user_id: null,
          ...task,
        }),
      );
      taskQueue.service.notifyTasks();
      return submitted;
    },
    async startWorker(workerOptions = {}) {
      const worker = taskQueue.createWorker({ queues: ["default"], capacity: 16, ...workerOptions });
      workers.push(worker);
      await worker.start();
      return worker;
    },
    async waitForTask(id, condition, withinMs = 15_000) {
      return waitFor(() => readTask(id), condition, withinMs);
    },
    async stop() {
      await Promise.all(workers.map((worker) => worker.stop()));
      await taskQueue.stop();
      await flowEngine.stop();
    },
  };
}

/** Reads until the condition holds. @throws Error after the time, with what was read last */
export async function waitFor<Value>(
  read: () => Promise<Value>,
  condition: (value: Value) => boolean,
  withinMs = 15_000,
): Promise<Value> {
  const startedAt = performance.now();
  for (;;) {
    const value = await read();
    if (condition(value)) return value;
    if (performance.now() - startedAt > withinMs) {
      throw new Error(`Not within ${withinMs} ms; last seen: ${JSON.stringify(value)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const settleNothing: SettleCalls = async () => ({
  tokens_input: 0,
  tokens_cached: 0,
  tokens_output: 0,
  cost_usd: 0,
  request_ids: [],
});
