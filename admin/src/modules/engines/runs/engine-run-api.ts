import { useMutation, useQueryClient } from "@tanstack/react-query";
import { getJson, sendJson } from "../../../api/client.ts";
import type { EngineAction, EngineRun, EngineTask } from "../../../api/engine-rows.ts";
import { type ItemState, useResource } from "../../../api/item-query.ts";
import { useLiveRefresh } from "../../../api/live/use-live.ts";

const runKey = (flowRunId: string) => ["engine-run", flowRunId] as const;
const runPath = (flowRunId: string) => `/prefect/flow-runs/${flowRunId}`;

/** What can be asked of a run. */
export type RunActionKind = EngineRun["actions"][number]["kind"];

/** What Prefect says of a run, read again whenever the run changes or something was asked of Prefect. */
export function useEngineRun(flowRunId: string): ItemState<EngineRun> {
  const run = useResource(runKey(flowRunId), (signal) => getJson<EngineRun>(runPath(flowRunId), signal));
  useLiveRefresh((change) => change.id === flowRunId || change.entity === "engine_action", run.reload);
  return run;
}

/** What Prefect has to do with a task: the runs that carried it, and what was asked for it. */
export function useEngineTask(taskId: string): ItemState<EngineTask> {
  const task = useResource(["engine-task", taskId], (signal) =>
    getJson<EngineTask>(`/prefect/tasks/${taskId}`, signal),
  );
  useLiveRefresh(
    (change) => change.id === taskId || change.entity === "engine_action" || change.entity === "task_carrier",
    task.reload,
  );
  return task;
}

/** Asks Prefect to cancel, retry or resume a run. @throws ApiError `engine_action_impossible` with the reason. */
export function useActOnRun(flowRunId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (kind: RunActionKind) =>
      sendJson<EngineAction>("POST", `${runPath(flowRunId)}/actions`, { kind }),
    onSuccess: (action) => {
      queryClient.setQueryData<EngineRun>(["item", ...runKey(flowRunId)], (known) =>
        known === undefined ? known : withAction(known, action),
      );
    },
  });
}

/** The run with an action in front of those that it had; the same action is not there twice. */
export function withAction(run: EngineRun, action: EngineAction): EngineRun {
  const others = run.recent_actions.filter(({ id }) => id !== action.id);
  return { ...run, recent_actions: [action, ...others] };
}

/** Reads a run, its steps and its log from Prefect now. @throws ApiError codes of Prefect, such as `prefect_unreachable`. */
export function useReadRunAgain(flowRunId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: () => sendJson<undefined>("POST", `${runPath(flowRunId)}/refresh`),
    onSuccess: () => queryClient.invalidateQueries(),
  });
}
