import type { TaskSummary, UnitSummary } from "../../api/rows.ts";
import { paths } from "../../paths.ts";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { Card } from "../../ui/page/Card.tsx";
import { StatusBadge } from "../../ui/status/StatusBadge.tsx";
import { lookOfStatus } from "../../ui/status/status-tone.ts";
import { type Column, DataTable } from "../../ui/table/DataTable.tsx";
import { formatQuantity } from "../../ui/value/format.ts";
import { Elapsed, Moment } from "../../ui/value/Moment.tsx";
import { Money } from "../../ui/value/Money.tsx";

/** A finished unit with the task that finished it, where that is known. */
export type FinishedJob = UnitSummary & { task: TaskSummary | undefined };

/** Finished units, newest end first, each with its own task out of `tasks`. */
export function finishedJobsOf(units: UnitSummary[], tasks: TaskSummary[]): FinishedJob[] {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  return units
    .filter((unit) => unit.completed_at !== null)
    .sort((left, right) => (right.completed_at ?? "").localeCompare(left.completed_at ?? ""))
    .map((unit) => ({ ...unit, task: unit.task_id === null ? undefined : byId.get(unit.task_id) }));
}

/** What came of a unit, in one line. */
export function resultOf(unit: UnitSummary): string {
  if (unit.status === "failed") return unit.error_message ?? unit.error_code ?? "failed without a reason";
  if (unit.lessons_completed === 0) return "no lesson was finished";
  const lessons =
    unit.lessons_completed === unit.target_lesson_count
      ? formatQuantity(unit.lessons_completed, "lesson")
      : `${unit.lessons_completed} of ${formatQuantity(unit.target_lesson_count, "lesson")}`;
  const parts = [lessons, formatQuantity(unit.exercise_count, "exercise")];
  if (unit.podcast_media_id !== null) parts.push("podcast");
  if (unit.cover_media_id !== null) parts.push("cover");
  return parts.join(", ");
}

const columns: Column<FinishedJob>[] = [
  {
    key: "outcome",
    header: "Outcome",
    minWidth: 112,
    phone: "mark",
    cell: (job) => <StatusBadge status={job.status} />,
  },
  {
    key: "unit",
    header: "Unit",
    phone: "title",
    cell: (job) => (
      <AppLink className="strong" href={paths.unit(job.id)}>
        {job.title}
      </AppLink>
    ),
  },
  {
    key: "level",
    header: "Level",
    wideOnly: true,
    cell: (job) => <span className="text-2">{job.learner_level}</span>,
  },
  {
    key: "result",
    header: "Result",
    slack: true,
    phone: "detail",
    cell: (job) => <span className="text-2">{resultOf(job)}</span>,
  },
  {
    key: "task",
    header: "Job",
    wideOnly: true,
    cell: (job) =>
      job.task_id !== null && (
        <AppLink className="link" href={paths.task(job.task_id)}>
          {job.task?.task_name ?? "task"}
        </AppLink>
      ),
  },
  {
    key: "finished",
    header: "Finished",
    align: "end",
    cell: (job) => (
      <span className="text-2">
        <Moment at={job.completed_at} />
      </span>
    ),
  },
  {
    key: "duration",
    header: "Duration",
    align: "end",
    minWidth: 96,
    phone: "aside-detail",
    cell: (job) =>
      job.task !== undefined && <Elapsed from={job.task.started_at} to={job.task.completed_at} />,
  },
  {
    key: "cost",
    header: "Cost",
    align: "end",
    minWidth: 92,
    phone: "aside",
    cell: (job) => <Money cost_usd={job.cost_usd} offline={job.author === "offline"} />,
  },
];

const shown = 20;

/** Finished units, newest first, with outcome, duration and cost. */
export function JobHistory({ jobs }: { jobs: FinishedJob[] }) {
  return (
    <Card
      title="History"
      note={`last ${Math.min(shown, jobs.length)} finished`}
      actions={
        <AppLink className="text-2" href={paths.tasks()}>
          All tasks
        </AppLink>
      }
    >
      <DataTable
        label="Finished units"
        columns={columns}
        rows={jobs.slice(0, shown)}
        rowKey={(job) => job.id}
        statusWord={(job) => lookOfStatus(job.status).word}
      />
    </Card>
  );
}
