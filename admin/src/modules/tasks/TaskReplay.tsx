import type { TaskDetail } from "../../api/detail-rows.ts";
import { paths } from "../../paths.ts";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { Notice } from "../../ui/page/ErrorBlock.tsx";
import { ShortId } from "../../ui/value/CopyId.tsx";

/** The request that a replay task sends again; null for other tasks. */
export function replayOriginOf(task: Pick<TaskDetail, "task_name" | "inputs">): string | null {
  if (task.task_name !== "llm_replay") return null;
  const inputs: Record<string, unknown> =
    typeof task.inputs === "object" && task.inputs !== null ? { ...task.inputs } : {};
  return typeof inputs.replay_of_request_id === "string" ? inputs.replay_of_request_id : null;
}

/** Says which request a replay task sends again, with the way to the comparison. */
export function TaskReplay({ task }: { task: TaskDetail }) {
  const origin = replayOriginOf(task);
  if (origin === null) return null;
  return (
    <Notice
      tone="run"
      icon="reload"
      title={
        <>
          Sends request <ShortId id={origin} /> again
        </>
      }
      actions={
        <>
          <AppLink className="button" href={paths.llmRequest(origin, { compare: task.id })}>
            Compare the answers
          </AppLink>
          <AppLink className="button" href={paths.llmRequest(origin)}>
            Open the original
          </AppLink>
        </>
      }
    >
      <p>Nothing in a unit is made from its answer.</p>
    </Notice>
  );
}
