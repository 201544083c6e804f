import { useParams } from "@tanstack/react-router";
import type { TaskDetail } from "../../api/detail-rows.ts";
import { useLiveState } from "../../api/live/use-live.ts";
import { describeError } from "../../api/problem.ts";
import { paths } from "../../paths.ts";
import { JsonView } from "../../ui/content/JsonView.tsx";
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
import { innerRunColumns } from "../flow-runs/public.ts";
import { CancelTask } from "./CancelTask.tsx";
import { ContinueTask } from "./ContinueTask.tsx";
import { TaskAttempts } from "./TaskAttempts.tsx";
import { TaskFacts } from "./TaskFacts.tsx";
import { TaskLineage } from "./TaskLineage.tsx";
import { useTask, useTaskFlowRuns } from "./task-api.ts";
import { pauseSentenceOf } from "./task-columns.tsx";

/** One task: its flow runs, attempts, relatives, inputs and result, and the ways to stop it or let it go on. */
export function TaskDetails() {
  const { id } = useParams({ strict: false });
  return id === undefined ? null : <TaskPage key={id} id={id} />;
}

function TaskPage({ id }: { id: string }) {
  const detail = useTask(id);
  const runs = useTaskFlowRuns(id);
  const task = detail.data;
  const title = task?.unit_title ?? task?.task_name ?? "Task";
  useDocumentTitle(title);
  const reload = () => {
    detail.reload();
    runs.reload();
  };
  return (
    <>
      <PageHeader
        title={title}
        breadcrumbs={[
          <AppLink key="tasks" href={paths.tasks()}>
            Tasks
          </AppLink>,
          task?.task_name ?? "one task",
        ]}
        status={task?.status}
        id={id}
        live={useLiveState()}
        actions={
          task !== undefined &&
          task.completed_at === null && <CancelTask task={task} onCancelled={detail.reload} />
        }
        onReload={reload}
        reloading={detail.reloading || runs.reloading}
        loadedAt={detail.loadedAt}
      />
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
  return (
    <>
      <TaskOutcome task={task} onChanged={onChanged} />
      <div className="two-columns">
        <div className="stack">
          <Card title="Flow runs">
            <TaskFlowRuns runs={runs} />
          </Card>
          <TaskAttempts attempts={task.attempts} />
          <Card title="Inputs" note="what it was asked to do" padded>
            <JsonView value={task.inputs} label="inputs" />
          </Card>
          {task.result !== null && (
            <Card title="Result" padded>
              <JsonView value={task.result} label="result" />
            </Card>
          )}
        </div>
        <aside className="stack">
          <TaskFacts task={task} />
          <TaskLineage task={task} />
        </aside>
      </div>
    </>
  );
}

function TaskOutcome({ task, onChanged }: { task: TaskDetail; onChanged: () => void }) {
  if (task.status === "paused") {
    return (
      <Notice
        tone="warn"
        icon="bars"
        title={pauseSentenceOf(task)}
        actions={<ContinueTask taskId={task.id} primary onContinued={onChanged} />}
      >
        <p>It holds no worker while it waits. Continuing repeats no finished step and pays none again.</p>
      </Notice>
    );
  }
  if (task.error_message === null) return null;
  const unit = task.unit_id !== null && (
    <AppLink className="button" href={paths.unit(task.unit_id)}>
      Open the unit to retry
    </AppLink>
  );
  return (
    <ErrorBlock title={task.error_message} raw={task.error_code} actions={unit}>
      <p>Finished steps are kept. A resumed unit does not run or pay for them again.</p>
    </ErrorBlock>
  );
}

function TaskFlowRuns({ runs }: { runs: Runs }) {
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
          <EmptyState icon="flow" title="Runs appear here once a worker takes the task" />
        ) : (
          <DataTable
            label="Flow runs of this task"
            columns={innerRunColumns}
            rows={rows}
            rowKey={(run) => run.id}
            statusWord={(run) => lookOfStatus(run.status).word}
          />
        )
      }
    </DataStates>
  );
}
