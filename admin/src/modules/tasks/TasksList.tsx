import { useLiveRow, useLiveState } from "../../api/live/use-live.ts";
import { describeError } from "../../api/problem.ts";
import type { TaskSummary } from "../../api/rows.ts";
import { paths } from "../../paths.ts";
import { NoMatches } from "../../ui/filter/NoMatches.tsx";
import { ListTrail } from "../../ui/link/list-trail.tsx";
import { useDocumentTitle } from "../../ui/page/document-title.ts";
import { EmptyState } from "../../ui/page/EmptyState.tsx";
import { PageHeader } from "../../ui/page/PageHeader.tsx";
import { lookOfStatus } from "../../ui/status/status-tone.ts";
import { ListCard } from "../../ui/table/ListCard.tsx";
import { formatTotal, NewRowsPill } from "../../ui/table/Pager.tsx";
import { useRowSelection } from "../../ui/table/row-selection.ts";
import { BulkBar } from "../bulk/public.ts";
import { ConnectionBanner } from "../engines/public.ts";
import { ListFilterBar, useListFilters } from "../lists/public.ts";
import { RoleLink } from "../session/public.ts";
import { useQueueStatus, useTasks, useWorkers } from "./task-api.ts";
import { taskColumns } from "./task-columns.tsx";
import { QueueFigures, WorkersCard } from "./WorkersCard.tsx";

const useLiveTask = (task: TaskSummary) => useLiveRow("task", task);

/** Queue and workers, then every background task, newest first. */
export function TasksList() {
  useDocumentTitle("Tasks");
  const filters = useListFilters("tasks");
  const { list, waiting, showWaiting } = useTasks(filters.query);
  const selection = useRowSelection(filters.trail);
  const queue = useQueueStatus();
  const workers = useWorkers();
  const reload = () => {
    list.reload();
    queue.reload();
    workers.reload();
  };
  return (
    <ListTrail value={filters.trail}>
      <PageHeader
        title="Tasks"
        count={list.total === null ? undefined : formatTotal(list.total)}
        live={useLiveState()}
        onReload={reload}
        reloading={list.reloading || queue.reloading || workers.reloading}
        loadedAt={list.loadedAt}
      />
      <ConnectionBanner of={(list.rows ?? []).map((task) => task.connection_id)} />
      {queue.data !== undefined && <QueueFigures queue={queue.data} />}
      <WorkersCard workers={workers} />
      <ListFilterBar
        filters={filters}
        suggestions={{ task_name: (list.rows ?? []).map((task) => task.task_name) }}
      />
      <NewRowsPill count={waiting} one="task" many="tasks" onShow={showWaiting} />
      <ListCard
        label="Tasks"
        list={list}
        failure={list.error === null ? null : describeError(list.error)}
        columns={taskColumns}
        statusWord={(task) => lookOfStatus(task.status).word}
        useRow={useLiveTask}
        selection={selection}
        selectionBar={
          <BulkBar entity="task" selection={selection} filters={filters.query} total={list.total} />
        }
        empty={filters.filtered ? <NoMatches what="task" onClear={filters.clear} /> : <NoTasks />}
      />
    </ListTrail>
  );
}

function NoTasks() {
  const newUnit = (
    <RoleLink least="operator" look="primary" large href={paths.newUnit()}>
      New unit
    </RoleLink>
  );
  return (
    <EmptyState icon="task" title="Background jobs appear here" action={newUnit}>
      Creating, resuming or retrying a unit each makes one task. A task is never lost once it was accepted.
    </EmptyState>
  );
}
