import type { QueueStatus } from "../../api/detail-rows.ts";
import { useItemQuery, useResource } from "../../api/item-query.ts";
import type { LiveChange } from "../../api/live/live-messages.ts";
import { useLiveRefresh, useLiveState } from "../../api/live/use-live.ts";
import { useWorkerNews } from "../../api/live/use-worker-news.ts";
import { describeError } from "../../api/problem.ts";
import type { TaskSummary, UnitSummary } from "../../api/rows.ts";
import { paths } from "../../paths.ts";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { SectionTitle } from "../../ui/page/Card.tsx";
import { DataStates } from "../../ui/page/DataStates.tsx";
import { useDocumentTitle } from "../../ui/page/document-title.ts";
import { EmptyState } from "../../ui/page/EmptyState.tsx";
import { PageHeader } from "../../ui/page/PageHeader.tsx";
import { SkeletonBlock } from "../../ui/page/Skeleton.tsx";
import { formatCount } from "../../ui/value/format.ts";
import { getTasks } from "../tasks/public.ts";
import { GenerationJobCard } from "./GenerationJobCard.tsx";
import { HealthFigures } from "./HealthFigures.tsx";
import { finishedJobsOf, JobHistory } from "./JobHistory.tsx";
import { NeedsAttention } from "./NeedsAttention.tsx";

const fullCards = 4;
const oneLineCards = 12;
const activeTasks = { status: "in_progress,pending,retry", limit: 100 };
const endedTasks = { status: "completed,failed,cancelled", limit: 100 };
const stoppedUnits = { status: "failed,partial,paused", limit: 50 };
const endedUnits = { status: "completed,partial,failed,cancelled", limit: 50 };

const newUnit = (
  <AppLink className="button button-primary" href={paths.newUnit()}>
    New unit
  </AppLink>
);

type Board = { active: TaskSummary[]; stopped: UnitSummary[]; ended: UnitSummary[]; tasks: TaskSummary[] };

/** Whether a change moves a job between the parts of the page; a mere step forward does not. */
export function movesJobs(change: LiveChange, board: Board | undefined): boolean {
  if (board === undefined) return change.entity === "task" || change.entity === "unit";
  const status = change.patch?.status;
  if (change.entity === "task") return board.active.find((task) => task.id === change.id)?.status !== status;
  if (change.entity !== "unit") return false;
  const known =
    board.ended.find((unit) => unit.id === change.id) ?? board.stopped.find((unit) => unit.id === change.id);
  return known === undefined ? status !== "in_progress" : known.status !== status;
}

function useUnits(filters: { status: string; limit: number }) {
  return useItemQuery<UnitSummary[]>("/content/units", filters);
}

function useBoard() {
  const queue = useItemQuery<QueueStatus>("/task-queue/status");
  const active = useResource(
    ["tasks", activeTasks],
    async (signal) => (await getTasks(activeTasks, signal)).rows,
  );
  const tasks = useResource(
    ["tasks", endedTasks],
    async (signal) => (await getTasks(endedTasks, signal)).rows,
  );
  const stopped = useUnits(stoppedUnits);
  const ended = useUnits(endedUnits);
  const parts = [queue, active, tasks, stopped, ended];
  const board: Board | undefined =
    active.data === undefined ||
    tasks.data === undefined ||
    stopped.data === undefined ||
    ended.data === undefined
      ? undefined
      : { active: active.data, tasks: tasks.data, stopped: stopped.data, ended: ended.data };
  const reload = () => {
    for (const part of parts) part.reload();
  };
  useWorkerNews(queue.reload);
  useLiveRefresh((change) => movesJobs(change, board), reload);
  return {
    queue: queue.data,
    board,
    error: parts.find((part) => part.error !== null)?.error ?? null,
    reloading: parts.some((part) => part.reloading),
    loadedAt: active.loadedAt,
    reload,
  };
}

/** What is being written now, what needs somebody, and what was finished last. */
export function Dashboard() {
  useDocumentTitle("Course generation");
  const { queue, board, error, reloading, loadedAt, reload } = useBoard();
  return (
    <>
      <PageHeader
        title="Course generation"
        live={useLiveState()}
        actions={newUnit}
        onReload={reload}
        reloading={reloading}
        loadedAt={loadedAt}
      />
      {queue !== undefined && <HealthFigures queue={queue} />}
      <DataStates
        data={board}
        failure={error === null ? null : describeError(error)}
        skeleton={<SkeletonBlock lines={10} label="Loading the jobs" />}
        onReload={reload}
        reloading={reloading}
      >
        {(shown) => <BoardContent board={shown} noWorker={queue?.workers_healthy === 0} onChanged={reload} />}
      </DataStates>
    </>
  );
}

type BoardContentProps = { board: Board; noWorker: boolean; onChanged: () => void };

function BoardContent({ board, noWorker, onChanged }: BoardContentProps) {
  const jobs = finishedJobsOf(board.ended, board.tasks);
  return (
    <>
      <div className="two-columns">
        <div className="stack">
          <ActiveJobs tasks={board.active} onChanged={onChanged} />
        </div>
        <aside className="stack">
          <NeedsAttention units={board.stopped} noWorker={noWorker} onChanged={onChanged} />
        </aside>
      </div>
      {jobs.length > 0 && <JobHistory jobs={jobs} />}
    </>
  );
}

/** What runs stands before what waits, once not every job has a card of its own. */
export function inOrderOfWork(tasks: TaskSummary[]): TaskSummary[] {
  if (tasks.length <= fullCards) return tasks;
  const begun = (task: TaskSummary) => task.status === "in_progress";
  return [...tasks.filter(begun), ...tasks.filter((task) => !begun(task))];
}

function ActiveJobs({ tasks, onChanged }: { tasks: TaskSummary[]; onChanged: () => void }) {
  const jobs = inOrderOfWork(tasks);
  const lines = jobs.slice(fullCards, fullCards + oneLineCards);
  const left = tasks.length - fullCards - lines.length;
  return (
    <>
      <SectionTitle
        title="Active"
        note={formatCount(tasks.length)}
        actions={
          <AppLink className="text-2" href={paths.tasks()}>
            Tasks and workers
          </AppLink>
        }
      />
      {tasks.length === 0 && (
        <section className="card">
          <EmptyState
            icon="bolt"
            title="Nothing is being written"
            action={
              <AppLink className="button button-large" href={paths.newUnit()}>
                New unit
              </AppLink>
            }
          >
            A job appears here with its stages, lessons, time and cost as soon as a unit is created.
          </EmptyState>
        </section>
      )}
      {jobs.slice(0, fullCards).map((task) => (
        <GenerationJobCard key={task.id} task={task} onCancelled={onChanged} />
      ))}
      {lines.length > 0 && (
        <div className="job-lines">
          {lines.map((task) => (
            <GenerationJobCard key={task.id} task={task} compact onCancelled={onChanged} />
          ))}
        </div>
      )}
      {left > 0 && (
        <AppLink className="link" href={paths.tasks({ status: activeTasks.status })}>
          {formatCount(left)} more in Tasks
        </AppLink>
      )}
    </>
  );
}
