import type { Database } from "../../../platform/database.ts";
import type { FlowEngine } from "../../flow-engine/public.ts";
import type { ReplayEdits } from "../../llm/public.ts";
import type { TaskHandler, TaskQueue } from "../../task-queue/public.ts";
import { llmReplayTask } from "../task-names.ts";
import { llmReplay } from "./llm-replay.ts";
import { replayInputSchema } from "./models.ts";

export interface ReplayServiceOptions {
  readonly database: Database;
  readonly queue: Pick<TaskQueue, "submitFlowTask" | "notifyTasks">;
  /** From llm: refuses what could not be sent again. */
  readonly requireReplayable: (request_id: string, edits: ReplayEdits) => Promise<void>;
}

/** Sends recorded LLM requests again. */
export interface ReplayService {
  /**
   * A task that sends the request again with these edits. The new request belongs to the task, is paid for by the day's budget
   * and never changes content.
   * @throws AppError `request_not_found`, `llm_request_not_replayable`, `replay_edit_invalid`
   */
  replayRequest(
    user: { readonly id: string },
    request_id: string,
    edits: ReplayEdits,
  ): Promise<{ readonly task_id: string }>;
}

export function createReplayService(options: ReplayServiceOptions): ReplayService {
  const { database, queue } = options;
  return {
    async replayRequest(user, request_id, edits) {
      await options.requireReplayable(request_id, edits);
      const task = await database.transaction().execute((transaction) =>
        queue.submitFlowTask(transaction, {
          task_name: llmReplayTask,
          inputs: { replay_of_request_id: request_id, edits },
          unit_id: null,
          user_id: user.id,
        }),
      );
      queue.notifyTasks();
      return { task_id: task.id };
    },
  };
}

/** Runs the flow `llm_replay` for a task. */
export function createReplayHandler(engine: Pick<FlowEngine, "runFlow">): TaskHandler {
  return async (task, control) => {
    const input = replayInputSchema.safeParse(task.inputs);
    if (!input.success) {
      return {
        kind: "failed",
        error_code: "request_unreadable",
        error_message: "The inputs of this task cannot be read by this version. Replay the request anew.",
      };
    }
    const outcome = await engine.runFlow(task, control, llmReplay, input.data, { key: "replay" });
    return outcome.kind === "completed" ? { kind: "completed", result: outcome.output } : outcome;
  };
}
