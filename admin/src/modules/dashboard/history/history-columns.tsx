import type { FinishedJob } from "../../../api/monitor-rows.ts";
import { paths } from "../../../paths.ts";
import { AppLink } from "../../../ui/link/AppLink.tsx";
import { StatusBadge } from "../../../ui/status/StatusBadge.tsx";
import type { Column } from "../../../ui/table/DataTable.tsx";
import { formatCount, formatQuantity } from "../../../ui/value/format.ts";
import { Duration, Moment } from "../../../ui/value/Moment.tsx";
import { Money } from "../../../ui/value/Money.tsx";
import { shortName } from "../../../ui/value/visible-text.ts";
import { RunOrigin, RunState } from "../../engines/public.ts";
import { PersonLink } from "../../session/public.ts";
import { outsideRowOf } from "../jobs/job-engine.ts";
import { addressOf, titleOf } from "../jobs/job-words.ts";
import { taskTypes } from "./history-filters.ts";

function writtenOf(job: FinishedJob): string {
  const { lessons_completed, target_lesson_count } = job;
  const lessons =
    target_lesson_count === null || lessons_completed >= target_lesson_count
      ? formatQuantity(lessons_completed, "lesson")
      : `${lessons_completed} of ${formatQuantity(target_lesson_count, "lesson")}`;
  return job.exercise_count === 0 ? lessons : `${lessons}, ${formatQuantity(job.exercise_count, "exercise")}`;
}

/** A run of Prefect that belongs to no unit has written no lessons of ours. */
function resultOnPrefectOf(job: FinishedJob): string {
  if (job.outcome === "completed") return "done";
  if (job.outcome === "cancelled") return "stopped";
  return job.error_message ?? job.error_code?.replaceAll("_", " ") ?? "no reason was told";
}

/** What came of a job, in one line: what was written, and why no more was. */
export function resultOf(job: FinishedJob): string {
  if (job.unit_id === null && job.engine === "prefect") return resultOnPrefectOf(job);
  const reason = job.error_message ?? job.error_code?.replaceAll("_", " ") ?? "";
  const failedLessons =
    job.lessons_failed === 0 ? "" : `${formatQuantity(job.lessons_failed, "lesson")} failed`;
  const why = reason === "" ? failedLessons : reason;
  const written = job.lessons_completed === 0 ? "" : writtenOf(job);
  if (job.outcome === "completed") return written === "" ? "done" : written;
  if (job.outcome === "cancelled") {
    return written === "" ? "stopped before a lesson was finished" : `stopped; ${written} written`;
  }
  if (job.outcome === "failed" && why !== "") return why;
  const parts = [written === "" ? "no lesson was finished" : written, why];
  return parts.filter((part) => part !== "").join("; ");
}

/** What kind of work a finished job was. */
export function typeWordOf(task_name: string): string {
  return taskTypes.find(({ value }) => value === task_name)?.word ?? task_name.replaceAll("_", " ");
}

/** Columns of the history. */
export const historyColumns: Column<FinishedJob>[] = [
  {
    key: "outcome",
    header: "Outcome",
    minWidth: 112,
    phone: "mark",
    cell: (job) => <StatusBadge status={job.outcome} />,
  },
  {
    key: "unit",
    header: "Unit",
    phone: "title",
    cell: (job) => (
      <span className="name-and-part">
        <AppLink className="strong" href={addressOf(job)}>
          {titleOf(job)}
        </AppLink>
        <RunOrigin row={outsideRowOf(job)} what={titleOf(job)} />
      </span>
    ),
  },
  {
    key: "level",
    header: "Level",
    wideOnly: true,
    cell: (job) => <span className="text-2">{job.learner_level}</span>,
  },
  {
    key: "job",
    header: "Job",
    wideOnly: true,
    cell: (job) => (
      <AppLink className="link" href={paths.task(job.id)}>
        {typeWordOf(job.task_name)}
      </AppLink>
    ),
  },
  {
    key: "result",
    header: "Result",
    slack: true,
    phone: "detail",
    cell: (job) => (
      <>
        <RunState row={outsideRowOf(job)} /> <span className="text-2">{shortName(resultOf(job), 300)}</span>
      </>
    ),
  },
  {
    key: "person",
    header: "For",
    above: 1280,
    cell: (job) =>
      job.user_name !== null &&
      (job.user_id === null ? (
        <span className="text-2">{shortName(job.user_name)}</span>
      ) : (
        <PersonLink id={job.user_id} className="text-2">
          {shortName(job.user_name)}
        </PersonLink>
      )),
  },
  {
    key: "finished",
    header: "Finished",
    align: "end",
    minWidth: 96,
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
    minWidth: 88,
    phone: "aside-detail",
    cell: (job) => <Duration ms={job.duration_ms} />,
  },
  {
    key: "tokens",
    header: "Tokens",
    align: "end",
    wideOnly: true,
    minWidth: 76,
    // A job that asked no model, or whose answers were never counted, has no number.
    cell: (job) => job.tokens > 0 && <span className="text-2">{formatCount(job.tokens)}</span>,
  },
  {
    key: "cost",
    header: "Cost",
    align: "end",
    minWidth: 84,
    phone: "aside",
    // Prefect does not tell what its runs cost.
    cell: (job) => (
      <Money
        cost_usd={job.engine === "prefect" && job.cost_usd === 0 ? null : job.cost_usd}
        offline={job.is_offline}
      />
    ),
  },
];
