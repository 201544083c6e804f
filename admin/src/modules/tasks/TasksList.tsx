import { useCallback } from "react";
import type { Query } from "../../api/client.ts";
import type { QueueStatus, Worker } from "../../api/detail-rows.ts";
import { useItemQuery } from "../../api/item-query.ts";
import { useLiveRefresh, useLiveRow, useLiveState } from "../../api/live/use-live.ts";
import { describeError } from "../../api/problem.ts";
import type { TaskSummary } from "../../api/rows.ts";
import { paths } from "../../paths.ts";
import { FilterLine, FilterSearch } from "../../ui/filter/Filters.tsx";
import { IdChips } from "../../ui/filter/IdChips.tsx";
import { NoMatches } from "../../ui/filter/NoMatches.tsx";
import { StatusFilter } from "../../ui/filter/StatusFilter.tsx";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { useSearchParams } from "../../ui/link/search-params.ts";
import { useDocumentTitle } from "../../ui/page/document-title.ts";
import { EmptyState } from "../../ui/page/EmptyState.tsx";
import { PageHeader } from "../../ui/page/PageHeader.tsx";
import { lookOfStatus } from "../../ui/status/status-tone.ts";
import { ListCard } from "../../ui/table/ListCard.tsx";
import { formatTotal, NewRowsPill } from "../../ui/table/Pager.tsx";
import { useTasks } from "./task-api.ts";
import { taskColumns } from "./task-columns.tsx";
import { QueueFigures, WorkersCard } from "./WorkersCard.tsx";

const statuses = ["in_progress", "pending", "retry", "paused", "failed", "completed", "cancelled"];
const filterNames = ["status", "q", "task_name", "unit_id"] as const;

const useLiveTask = (task: TaskSummary) => useLiveRow("task", task);

/** Queue and workers, then every background task, newest first. */
export function TasksList() {
  useDocumentTitle("Tasks");
  const [search, change] = useSearchParams();
  const setText = useCallback((q: string) => change({ q }), [change]);
  const filters: Query = Object.fromEntries(filterNames.map((name) => [name, search[name]]));
  const { list, waiting, showWaiting } = useTasks(filters);
  const queue = useItemQuery<QueueStatus>("/task-queue/status");
  const workers = useItemQuery<Worker[]>("/task-queue/workers");
  useLiveRefresh((change) => change.entity === "worker", workers.reload);
  useLiveRefresh((change) => change.entity === "worker" || change.entity === "task", queue.reload);
  const reload = () => {
    list.reload();
    queue.reload();
    workers.reload();
  };
  const filtered = filterNames.some((name) => search[name]);
  return (
    <>
      <PageHeader
        title="Tasks"
        count={list.total === null ? undefined : formatTotal(list.total)}
        live={useLiveState()}
        onReload={reload}
        reloading={list.reloading || queue.reloading || workers.reloading}
        loadedAt={list.loadedAt}
      />
      {queue.data !== undefined && <QueueFigures queue={queue.data} />}
      <WorkersCard workers={workers} />
      <FilterLine note="newest first">
        <StatusFilter statuses={statuses} />
        <IdChips names={{ unit_id: "Unit" }} />
        <FilterSearch value={search.q ?? ""} placeholder="Title or id" onChange={setText} />
      </FilterLine>
      <NewRowsPill count={waiting} one="task" many="tasks" onShow={showWaiting} />
      <ListCard
        label="Tasks"
        list={list}
        failure={list.error === null ? null : describeError(list.error)}
        columns={taskColumns}
        statusWord={(task) => lookOfStatus(task.status).word}
        useRow={useLiveTask}
        empty={filtered ? <NoMatches what="task" names={filterNames} /> : <NoTasks />}
      />
    </>
  );
}

function NoTasks() {
  const newUnit = (
    <AppLink className="button button-primary button-large" href={paths.newUnit()}>
      New unit
    </AppLink>
  );
  return (
    <EmptyState icon="task" title="Background jobs appear here" action={newUnit}>
      Creating, resuming or retrying a unit each makes one task. A task is never lost once it was accepted.
    </EmptyState>
  );
}
