import { useParams } from "@tanstack/react-router";
import type { TaskDetail } from "../../api/detail-rows.ts";
import { useLiveState } from "../../api/live/use-live.ts";
import { describeError } from "../../api/problem.ts";
import { paths } from "../../paths.ts";
import { LazyJson } from "../../ui/content/LazyJson.tsx";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { Card } from "../../ui/page/Card.tsx";
import { DataStates } from "../../ui/page/DataStates.tsx";
import { useDocumentTitle } from "../../ui/page/document-title.ts";
import { EmptyState } from "../../ui/page/EmptyState.tsx";
import { ErrorBlock, Notice } from "../../ui/page/ErrorBlock.tsx";
import { PageHeader } from "../../ui/page/PageHeader.tsx";
import { SkeletonBlock, SkeletonRows } from "../../ui/page/Skeleton.tsx";
import { lookOfStatus } from "../../ui/status/status-tone.ts";
import { DataTable } from "../../ui/table/DataTable.tsx";
import { LongText } from "../../ui/value/LongText.tsx";
import { shortName } from "../../ui/value/visible-text.ts";
import { BulkActionCard } from "../bulk/public.ts";
import { ConnectionBanner, TaskOnPrefect } from "../engines/public.ts";
import { innerRunColumns, innerRunColumnsOnPrefect } from "../flow-runs/public.ts";
import { useNeighbours } from "../lists/public.ts";
import { CancelTask } from "./CancelTask.tsx";
import { ContinueTask } from "./ContinueTask.tsx";
import { laterRetryOf } from "./lineage.ts";
import { TaskAttempts } from "./TaskAttempts.tsx";
import { TaskFacts } from "./TaskFacts.tsx";
import { TaskLineage } from "./TaskLineage.tsx";
import { TaskReplay } from "./TaskReplay.tsx";
import { TaskWaiting } from "./TaskWaiting.tsx";
import { useTask, useTaskFlowRuns } from "./task-api.ts";
import { pauseSentenceOf } from "./task-columns.tsx";
import { taskTitleOf } from "./task-words.ts";

/** One task: its flow runs, attempts, relatives, inputs and result, and the ways to stop it or let it go on. */
export function TaskDetails() {
  const { id } = useParams({ strict: false });
  return id === undefined ? null : <TaskPage key={id} id={id} />;
}

function TaskPage({ id }: { id: string }) {
  const detail = useTask(id);
  const neighbours = useNeighbours("tasks", id);
  const runs = useTaskFlowRuns(id);
  const task = detail.data;
  const title = task === undefined ? "Task" : taskTitleOf(task);
  useDocumentTitle(shortName(title));
  const reload = () => {
    detail.reload();
    runs.reload();
  };
  return (
    <>
      <PageHeader
        title={<LongText text={title} limit={200} />}
        breadcrumbs={[
          <AppLink key="tasks" href={neighbours.listHref}>
            Tasks
          </AppLink>,
          task?.task_name ?? "one task",
        ]}
        neighbours={neighbours}
        status={task?.status}
        id={id}
        live={useLiveState()}
        actions={
          task !== undefined &&
          task.completed_at === null && (
            <CancelTask task={task} isOnPrefect={task.connection_id !== null} onCancelled={detail.reload} />
          )
        }
        onReload={reload}
        reloading={detail.reloading || runs.reloading}
        loadedAt={detail.loadedAt}
      />
      <ConnectionBanner of={[task?.connection_id]} />
      <DataStates
        data={task}
        failure={detail.error === null ? null : describeError(detail.error)}
        skeleton={<SkeletonBlock lines={10} label="Loading the task" />}
        onReload={detail.reload}
        reloading={detail.reloading}
      >
        {(shown) => <TaskContent task={shown} runs={runs} onChanged={detail.reload} />}
      </DataStates>
    </>
  );
}

type Runs = ReturnType<typeof useTaskFlowRuns>;

function TaskContent({ task, runs, onChanged }: { task: TaskDetail; runs: Runs; onChanged: () => void }) {
  const isBulk = task.task_name === "bulk_action";
  return (
    <>
      <TaskWaiting task={task} />
      {task.connection_id === null ? (
        <TaskOutcome task={task} onChanged={onChanged} />
      ) : (
        <OutcomeOnPrefect task={task} />
      )}
      <TaskReplay task={task} />
      {isBulk && <BulkActionCard task={task} />}
      <div className="two-columns">
        <div className="stack">
          {!(isBulk && runs.data?.length === 0) && (
            <Card title="Flow runs">
              <TaskFlowRuns runs={runs} isOnPrefect={task.connection_id !== null} />
            </Card>
          )}
          <TaskAttempts attempts={task.attempts} />
          <div className="stack trails">
            <Card title="Inputs" note="what it was asked to do" padded>
              <LazyJson value={task.inputs} label="inputs" missing="It was given no inputs." openLevels={3} />
            </Card>
            <Card title="Result" padded>
              <LazyJson value={task.result} label="result" missing={missingResultOf(task)} openLevels={3} />
            </Card>
          </div>
        </div>
        <aside className="stack">
          <TaskOnPrefect task={task} rootRunId={rootRunOnPrefect(runs.data)} />
          <TaskFacts task={task} />
          <TaskLineage task={task} />
        </aside>
      </div>
    </>
  );
}

/** The run that carries a whole task out on Prefect; its newest one. */
function rootRunOnPrefect(runs: Runs["data"]): string | undefined {
  return runs?.find((run) => run.connection_id !== null && run.parent_flow_run_id === null)?.id;
}

function missingResultOf(task: Pick<TaskDetail, "status" | "completed_at">): string {
  if (task.completed_at === null) return "It comes when the task ends.";
  return task.status === "completed"
    ? "It left no result beside its work."
    : `A ${task.status} task has no result.`;
}

function TaskOutcome({ task, onChanged }: { task: TaskDetail; onChanged: () => void }) {
  if (task.status === "paused") {
    return (
      <Notice
        tone="warn"
        icon="bars"
        title={<LongText text={pauseSentenceOf(task)} />}
        actions={<ContinueTask taskId={task.id} primary onContinued={onChanged} />}
      >
        <p>It holds no worker while it waits. Continuing repeats no finished step and pays none again.</p>
      </Notice>
    );
  }
  if (task.status === "cancelled") {
    return (
      <Notice tone="idle" icon="slash" title="It was cancelled" actions={<WayOn task={task} />}>
        <p>What was done until then is kept.</p>
      </Notice>
    );
  }
  // A queued task that failed before says so where it tells what it waits for.
  if (task.error_message === null || task.completed_at === null) return null;
  return (
    <ErrorBlock
      title={<LongText text={task.error_message} />}
      raw={task.error_code}
      actions={<WayOn task={task} />}
    >
      {task.unit_id !== null && (
        <p>Finished steps are kept. A resumed unit does not run or pay for them again.</p>
      )}
    </ErrorBlock>
  );
}

/** How a task stands that Prefect carries out: only Prefect can let it go on or end it. */
function OutcomeOnPrefect({ task }: { task: TaskDetail }) {
  if (task.status === "paused") {
    return (
      <Notice tone="warn" icon="bars" title="It is paused on Prefect">
        <p>It goes on when somebody resumes it there, or here by “Resume”.</p>
      </Notice>
    );
  }
  if (task.status === "cancelled") {
    return (
      <Notice tone="idle" icon="slash" title="It was cancelled" actions={<WayOn task={task} />}>
        <p>What it had returned until then is kept.</p>
      </Notice>
    );
  }
  if (task.error_message === null || task.completed_at === null) return null;
  return (
    <ErrorBlock
      title={<LongText text={task.error_message} />}
      raw={task.error_code}
      actions={<WayOn task={task} />}
    >
      {task.executor === "external" && (
        <p>The unit can be retried on Prefect by the run itself, or written here by our own workers.</p>
      )}
    </ErrorBlock>
  );
}

/** The task that took over where this one ended, else the choice of how to go on with the unit. */
function WayOn({ task }: { task: TaskDetail }) {
  const retry = laterRetryOf(task);
  if (retry !== null) {
    return (
      <AppLink className="button" href={paths.task(retry)}>
        Open the task that retries it
      </AppLink>
    );
  }
  if (task.unit_id === null) return null;
  // A lesson that was to be written anew leaves its unit as it was: there is nothing of it to retry.
  // A run that is only watched is not what its unit was made by.
  const isWhole = task.mode !== "regenerate" && task.executor !== "observed";
  return (
    <AppLink className="button" href={paths.unit(task.unit_id, isWhole ? { retry: "choose" } : {})}>
      {isWhole ? "Retry the unit…" : "Open the unit"}
    </AppLink>
  );
}

function TaskFlowRuns({ runs, isOnPrefect }: { runs: Runs; isOnPrefect: boolean }) {
  return (
    <DataStates
      data={runs.data}
      failure={runs.error === null ? null : describeError(runs.error)}
      skeleton={<SkeletonRows rows={4} label="Loading flow runs" />}
      onReload={runs.reload}
      reloading={runs.reloading}
    >
      {(rows) =>
        rows.length === 0 ? (
          <EmptyState
            icon="flow"
            title={
              isOnPrefect
                ? "Runs appear here once Prefect has made them"
                : "Runs appear here once a worker takes the task"
            }
          />
        ) : (
          <DataTable
            label="Flow runs of this task"
            columns={isOnPrefect ? innerRunColumnsOnPrefect : innerRunColumns}
            rows={rows}
            rowKey={(run) => run.id}
            statusWord={(run) => lookOfStatus(run.status).word}
          />
        )
      }
    </DataStates>
  );
}
