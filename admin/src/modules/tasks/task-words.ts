import type { QueueStatus, TaskDetail } from "../../api/detail-rows.ts";
import type { TaskSummary } from "../../api/rows.ts";
import { formatQuantity } from "../../ui/value/format.ts";

const titles: Record<string, string> = {
  bulk_action: "Bulk action",
  llm_replay: "Replay of an LLM request",
  prefect_flow_run: "Run on Prefect",
};

/** What a task is about, for a headline: its unit, else what kind of work it is. */
export function taskTitleOf(task: Pick<TaskSummary, "unit_title" | "task_name">): string {
  return task.unit_title ?? titles[task.task_name] ?? task.task_name.replaceAll("_", " ");
}

const entities: Record<string, string> = {
  bulk_action: "many at once",
  llm_replay: "one LLM request",
  prefect_flow_run: "a run on Prefect",
};

/** What a task without a unit belongs to, for lists. */
export function associatedEntityOf(task: Pick<TaskSummary, "unit_title" | "task_name">): string {
  return task.unit_title ?? entities[task.task_name] ?? "no unit";
}

const cancelWords: Record<string, { button: string; consequence: string }> = {
  bulk_action: {
    button: "Stop the bulk action",
    consequence: "What is done stays done. Everything that it has not reached yet is left as it is.",
  },
  llm_replay: {
    button: "Cancel the replay",
    consequence:
      "A call in flight is stopped; its provider may still charge for it. The original request stays as it is.",
  },
  lesson_regeneration: {
    button: "Stop writing anew",
    consequence:
      "The lesson stays as it was, and so does the rest of the unit. Calls in flight are stopped; their provider may still charge for them.",
  },
};

const cancelOnPrefect = {
  button: "Cancel it on Prefect",
  consequence:
    "Prefect is asked to end the run with everything below it; the task ends when Prefect says so. What it has returned until then is kept.",
};

/** What cancelling a task means, and the word for it. */
export function cancelWordsOf(
  taskName: string,
  isOnPrefect = false,
): { button: string; consequence: string } {
  if (isOnPrefect) return cancelOnPrefect;
  return (
    cancelWords[taskName] ?? {
      button: "Cancel the task",
      consequence:
        "Finished steps are kept, and a resumed unit does not pay for them again. Calls in flight are stopped; their provider may still charge for them.",
    }
  );
}

/** Why a task has not been taken by a worker yet, in words; `at` is the moment before which it will not be. */
export type Waiting = { title: string; words: string; at: string | null; isStuck: boolean };

type Queued = Pick<
  TaskDetail,
  | "status"
  | "available_at"
  | "crashes"
  | "error_message"
  | "pause_reason"
  | "connection_id"
  | "external_id"
  | "queue_name"
>;

// Tasks of this queue are carried by runs of Prefect; no worker of ours takes them by itself.
const carriedQueue = "prefect";

/** What a task waits for whose work is begun by Prefect; null for all others. */
function waitingOnPrefectOf({ connection_id, external_id, queue_name }: Queued): Waiting | null {
  if (connection_id !== null) {
    const words =
      external_id === null
        ? "Prefect was asked to start it. Its run appears here as soon as Prefect has made it."
        : "Prefect begins it as soon as somebody takes it there: a worker of its pool, or whoever serves its deployment.";
    return { title: "It waits on Prefect", words, at: null, isStuck: false };
  }
  if (queue_name !== carriedQueue) return null;
  const words =
    "A run of Prefect carries it as soon as a worker of the pool is free. Its task here stays the truth.";
  return { title: "It waits to be carried by Prefect", words, at: null, isStuck: false };
}

/** Why a queued task waits; null for a task in any other state. */
export function waitingOf(task: Queued, queue: QueueStatus | undefined, nowMs: number): Waiting | null {
  if (task.status !== "pending" && task.status !== "retry") return null;
  const onPrefect = waitingOnPrefectOf(task);
  if (onPrefect !== null) return onPrefect;
  const later = Date.parse(task.available_at) > nowMs;
  const title = titleOf(task, later);
  if (later) {
    const words = "Its finished steps are kept. It is taken up again at the time it waits for.";
    return { title, words, at: task.available_at, isStuck: false };
  }
  if (queue !== undefined && queue.workers_healthy === 0) {
    const words = 'No worker is alive. Start one with "coursewright worker"; the task is kept until then.';
    return { title: "It waits, and nothing will take it", words, at: null, isStuck: true };
  }
  if (queue !== undefined && queue.running >= queue.capacity) {
    const waiting = formatQuantity(queue.pending + queue.retry, "task");
    const words = `All ${formatQuantity(queue.capacity, "slot")} are busy and ${waiting} wait. It starts when its turn comes.`;
    return { title, words, at: null, isStuck: false };
  }
  return { title, words: "A worker takes it within a second or two.", at: null, isStuck: false };
}

function titleOf(task: Queued, later: boolean): string {
  if (task.status === "pending") return later ? "It is not due yet" : "It waits for a worker";
  if (task.error_message !== null) return `It waits to go on: ${task.error_message}`;
  return task.crashes > 0 ? "It waits to go on after its worker died" : "It waits to go on";
}
