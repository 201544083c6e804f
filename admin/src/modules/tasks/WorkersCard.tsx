import type { QueueStatus, Worker } from "../../api/detail-rows.ts";
import type { ItemState } from "../../api/item-query.ts";
import { useLiveRow } from "../../api/live/use-live.ts";
import { describeError } from "../../api/problem.ts";
import { Card, FigureStrip } from "../../ui/page/Card.tsx";
import { DataStates } from "../../ui/page/DataStates.tsx";
import { EmptyState } from "../../ui/page/EmptyState.tsx";
import { SkeletonRows } from "../../ui/page/Skeleton.tsx";
import { StatusBadge } from "../../ui/status/StatusBadge.tsx";
import { type Column, DataTable } from "../../ui/table/DataTable.tsx";
import { ShortId } from "../../ui/value/CopyId.tsx";
import { useNow } from "../../ui/value/clock.ts";
import { formatCount, formatDuration, formatQuantity } from "../../ui/value/format.ts";
import { Moment, RelativeTime } from "../../ui/value/Moment.tsx";

function slotWords({ running, capacity, outside_running }: QueueStatus): string {
  const slots = `${running} of ${formatQuantity(capacity, "slot")} busy`;
  return outside_running === 0 ? slots : `${slots}, ${formatCount(outside_running)} on Prefect`;
}

/** Depth of the queue by status, and how long the oldest task has waited. */
export function QueueFigures({ queue }: { queue: QueueStatus }) {
  const waiting = queue.pending + queue.retry;
  const oldest = `oldest has waited ${formatDuration(queue.oldest_waiting_seconds * 1000)}`;
  return (
    <FigureStrip
      label="The queue by status"
      figures={[
        {
          label: "Pending",
          value: formatCount(queue.pending),
          note: waiting === 0 ? "nothing waits" : oldest,
        },
        {
          label: "In progress",
          value: formatCount(queue.in_progress + queue.outside_running),
          note: slotWords(queue),
        },
        {
          label: "Waiting to go on",
          value: formatCount(queue.retry),
          note: "after a crash or a pause",
        },
        { label: "Paused", value: formatCount(queue.paused), note: "for a budget or a person" },
        {
          label: "Workers",
          value: formatCount(queue.workers_healthy),
          note: queue.workers_healthy === 0 ? "none is alive: nothing will run" : "healthy",
        },
      ]}
    />
  );
}

/** What a worker's health means, in words. */
export function workerSentenceOf(worker: Worker, nowMs: number): string {
  const silent = formatDuration(Math.max(0, nowMs - Date.parse(worker.beat_at)));
  const queues = worker.queues.join(", ");
  const tasks = formatQuantity(worker.running, "task");
  switch (worker.health) {
    case "healthy":
      if (worker.running === 0) return `waits for work of the queue ${queues}`;
      return worker.running < worker.capacity ? `executes ${tasks}` : `executes ${tasks}; no slot is free`;
    case "suspect":
      return `has been silent for ${silent}; its tasks are taken over soon`;
    case "dead":
      return "died; another worker takes its tasks over";
    case "stopped":
      return "was stopped in order";
  }
}

function WorkerState({ worker }: { worker: Worker }) {
  const nowMs = useNow();
  return <span className="text-2">{workerSentenceOf(worker, nowMs)}</span>;
}

const useLiveWorker = (worker: Worker) => useLiveRow("worker", worker);

const columns: Column<Worker>[] = [
  {
    key: "health",
    header: "Health",
    minWidth: 112,
    phone: "mark",
    cell: (worker) => <StatusBadge status={worker.health} />,
  },
  {
    key: "host",
    header: "Host",
    phone: "title",
    cell: (worker) => <span className="strong">{worker.host}</span>,
  },
  {
    key: "pid",
    header: "Process",
    cell: (worker) => <span className="text-2">{worker.pid}</span>,
  },
  {
    key: "version",
    header: "Version",
    wideOnly: true,
    cell: (worker) => <span className="text-2">{worker.app_version}</span>,
  },
  {
    key: "state",
    header: "What it does",
    slack: true,
    phone: "detail",
    cell: (worker) => <WorkerState worker={worker} />,
  },
  { key: "id", header: "Worker ID", wideOnly: true, cell: (worker) => <ShortId id={worker.id} /> },
  {
    key: "running",
    header: "Running",
    align: "end",
    minWidth: 84,
    phone: "aside",
    cell: (worker) => `${worker.running} of ${worker.capacity}`,
  },
  {
    key: "started",
    header: "Started",
    align: "end",
    wideOnly: true,
    cell: (worker) => (
      <span className="text-2">
        <Moment at={worker.started_at} />
      </span>
    ),
  },
  {
    key: "beat",
    header: "Last heartbeat",
    align: "end",
    minWidth: 108,
    phone: "aside-detail",
    cell: (worker) => <RelativeTime at={worker.beat_at} />,
  },
];

const endedShown = 3;

/** Living workers and the last few that ended, from the server's list of a day. */
export function shownWorkersOf(workers: Worker[]): Worker[] {
  const ended = workers.filter((worker) => worker.health === "stopped" || worker.health === "dead");
  const living = workers.filter((worker) => !ended.includes(worker));
  const latest = ended
    .toSorted((left, right) => right.beat_at.localeCompare(left.beat_at))
    .slice(0, endedShown);
  return [...living, ...latest];
}

/** The processes that execute tasks, with their heartbeats as they come. */
export function WorkersCard({ workers }: { workers: ItemState<Worker[]> }) {
  return (
    <Card title="Workers" note="alive, and the last that ended within a day">
      <DataStates
        data={workers.data}
        failure={workers.error === null ? null : describeError(workers.error)}
        skeleton={<SkeletonRows rows={2} label="Loading workers" />}
        onReload={workers.reload}
        reloading={workers.reloading}
      >
        {(all) =>
          all.length === 0 ? (
            <EmptyState icon="bolt" title="No worker has ever reported">
              Start one with <code>coursewright worker</code>; accepted tasks wait for it.
            </EmptyState>
          ) : (
            <DataTable
              label="Workers"
              columns={columns}
              rows={shownWorkersOf(all)}
              rowKey={(worker) => worker.id}
              statusWord={(worker) => worker.health}
              useRow={useLiveWorker}
            />
          )
        }
      </DataStates>
    </Card>
  );
}
