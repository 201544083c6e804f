import { getJson, getPage, type Page, type Query, sendJson } from "../../api/client.ts";
import type { QueueStatus, TaskDetail, Worker } from "../../api/detail-rows.ts";
import { type ItemState, useItemQuery, useResource } from "../../api/item-query.ts";
import type { LiveChange } from "../../api/live/live-messages.ts";
import { useLiveRefresh } from "../../api/live/use-live.ts";
import { useLiveList } from "../../api/live/use-live-list.ts";
import type { FlowRunSummary, TaskSummary } from "../../api/rows.ts";

const tasksPath = "/task-queue/tasks";
/** The longest page that the server gives: more runs than a task of 20 lessons has. */
const longestPage = 200;

/** One page of tasks, newest first. */
export function getTasks(filters: Query, signal?: AbortSignal): Promise<Page<TaskSummary>> {
  return getPage<TaskSummary>(tasksPath, filters, signal);
}

/** One task with its inputs, attempts and relatives. @throws ApiError `task_not_found`. */
export function getTask(id: string, signal?: AbortSignal): Promise<TaskDetail> {
  return getJson<TaskDetail>(`${tasksPath}/${id}`, signal);
}

/** The flow runs of a task, newest first, at most 200. */
export async function getTaskFlowRuns(id: string, signal?: AbortSignal): Promise<FlowRunSummary[]> {
  const page = await getPage<FlowRunSummary>(`${tasksPath}/${id}/flow-runs`, { limit: longestPage }, signal);
  return page.rows;
}

/** Asks a task to end; finished steps are kept. */
export function cancelTask(id: string): Promise<TaskDetail> {
  return sendJson<TaskDetail>("POST", `${tasksPath}/${id}/cancel`);
}

/** Lets a paused task go on. @throws ApiError when the task is not paused. */
export function continueTask(id: string): Promise<TaskDetail> {
  return sendJson<TaskDetail>("POST", `${tasksPath}/${id}/continue`);
}

/** Tasks that follow the live stream. */
export function useTasks(filters: Query) {
  return useLiveList<TaskSummary>("task", tasksPath, filters, getTasks);
}

/** One task, read again whenever it changes. */
export function useTask(id: string): ItemState<TaskDetail> {
  const task = useResource(["task", id], (signal) => getTask(id, signal));
  useLiveRefresh((change) => change.id === id, task.reload);
  return task;
}

/** The flow runs of one task, read again whenever one of them changes. */
export function useTaskFlowRuns(id: string): ItemState<FlowRunSummary[]> {
  const runs = useResource(["task-flow-runs", id], (signal) => getTaskFlowRuns(id, signal));
  useLiveRefresh((change) => change.entity === "flow_run" && change.parents.task_id === id, runs.reload);
  return runs;
}

/** Whether a worker's announced row says more than another heartbeat: a worker that is new, gone, or in another health. */
export function isWorkerNews(change: LiveChange, known: readonly Worker[] | undefined): boolean {
  if (change.entity !== "worker") return false;
  const worker = known?.find(({ id }) => id === change.id);
  return worker === undefined || change.patch === null || change.patch.health !== worker.health;
}

/** The workers of a day. Their heartbeats come with the live rows; the list is read again when a worker comes, goes or falls silent. */
export function useWorkers(): ItemState<Worker[]> {
  const workers = useItemQuery<Worker[]>("/task-queue/workers");
  useLiveRefresh((change) => isWorkerNews(change, workers.data), workers.reload);
  return workers;
}

/** The queue in numbers, read again whenever a task moves. */
export function useQueueStatus(ready = true): ItemState<QueueStatus> {
  const queue = useItemQuery<QueueStatus>(ready ? "/task-queue/status" : null);
  useLiveRefresh((change) => ready && change.entity === "task", queue.reload);
  return queue;
}
