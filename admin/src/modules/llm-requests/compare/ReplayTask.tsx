import { useEffect, useRef } from "react";
import type { TaskDetail } from "../../../api/detail-rows.ts";
import { useLiveRefresh } from "../../../api/live/use-live.ts";
import { describeError } from "../../../api/problem.ts";
import { paths } from "../../../paths.ts";
import { AppLink } from "../../../ui/link/AppLink.tsx";
import { DataStates } from "../../../ui/page/DataStates.tsx";
import { ErrorBlock, Notice } from "../../../ui/page/ErrorBlock.tsx";
import { SkeletonBlock } from "../../../ui/page/Skeleton.tsx";
import { LongText } from "../../../ui/value/LongText.tsx";
import { CancelTask, ContinueTask, pauseSentenceOf, useTask } from "../../tasks/public.ts";

type ReplayTaskProps = { taskId: string; onMoved: () => void };

/** Where a replay stands while it is not done: waiting, running, paused or failed, in words. Nothing once it is. */
export function ReplayTask({ taskId, onMoved }: ReplayTaskProps) {
  const task = useTask(taskId);
  const status = task.data?.status;
  // The task belongs to the replay, so whatever happens in it may have brought the original a new row.
  useLiveRefresh((change) => change.parents.task_id === taskId || change.id === taskId, onMoved);
  useEndOnce(status === "completed" || status === "failed", onMoved);
  return (
    <DataStates
      data={task.data}
      failure={task.error === null ? null : describeError(task.error)}
      skeleton={<SkeletonBlock lines={2} label="Loading the replay" />}
      onReload={task.reload}
      reloading={task.reloading}
    >
      {(shown) => <TaskWords task={shown} onChanged={task.reload} />}
    </DataStates>
  );
}

function useEndOnce(ended: boolean, onEnded: () => void): void {
  const current = useRef(onEnded);
  useEffect(() => {
    current.current = onEnded;
  });
  useEffect(() => {
    if (ended) current.current();
  }, [ended]);
}

function TaskWords({ task, onChanged }: { task: TaskDetail; onChanged: () => void }) {
  const open = (
    <AppLink className="button" href={paths.task(task.id)}>
      Open its task
    </AppLink>
  );
  switch (task.status) {
    case "pending":
    case "retry":
      return (
        <Notice tone="idle" icon="hollow" title="The replay waits for a worker" actions={open} role="status">
          <p>It starts as soon as one is free. You can leave this page; the replay is kept.</p>
        </Notice>
      );
    case "in_progress":
      return (
        <Notice
          tone="run"
          icon="half"
          title="The replay is on its way"
          actions={<CancelTask task={task} onCancelled={onChanged} />}
          role="status"
        >
          <p>Its answer appears here when it comes.</p>
        </Notice>
      );
    case "paused":
      return (
        <Notice
          tone="warn"
          icon="bars"
          title={<LongText text={pauseSentenceOf(task)} />}
          actions={
            <>
              <ContinueTask taskId={task.id} primary onContinued={onChanged} />
              <CancelTask task={task} onCancelled={onChanged} />
            </>
          }
        >
          <p>It goes on where it stopped once you continue it. What was sent is not sent twice.</p>
        </Notice>
      );
    case "failed":
      return (
        <ErrorBlock
          title={<LongText text={task.error_message ?? "The replay failed"} />}
          raw={task.error_code}
          actions={open}
        >
          <p>The original and everything made from it are as they were.</p>
        </ErrorBlock>
      );
    case "cancelled":
      return (
        <Notice tone="idle" icon="slash" title="The replay was cancelled" actions={open}>
          <p>What was sent before may have been charged.</p>
        </Notice>
      );
    case "completed":
      return null;
  }
}
