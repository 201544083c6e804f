import type { TaskSummary } from "../../api/rows.ts";
import { paths } from "../../paths.ts";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { RowLink } from "../../ui/link/list-trail.tsx";
import { StatusBadge } from "../../ui/status/StatusBadge.tsx";
import type { Column } from "../../ui/table/DataTable.tsx";
import { ShortId } from "../../ui/value/CopyId.tsx";
import { Elapsed, Moment } from "../../ui/value/Moment.tsx";
import { shortName } from "../../ui/value/visible-text.ts";
import { RunOrigin, RunProgress, RunState } from "../engines/public.ts";
import { associatedEntityOf } from "./task-words.ts";

/** Why a task is paused, as a sentence; the server's own where it gave one. */
export function pauseSentenceOf(task: Pick<TaskSummary, "pause_reason">): string {
  const reason = task.pause_reason;
  if (reason === null || reason === "") return "It waits for a person.";
  // A single word such as `waiting_for_review` is a code; a sentence may have one before it, as in `budget_day: the cap …`.
  if (!reason.includes(" ")) return `It waits: ${reason.replaceAll("_", " ")}.`;
  const sentence = reason.replace(/^[a-z_]+: /, "");
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

/** What a task does now, waits for, or ended with. */
export function taskActivityOf(task: TaskSummary): string {
  if (task.status === "failed")
    return shortName(task.error_message ?? task.error_code ?? "failed without a reason");
  if (task.cancel_requested_at !== null && task.completed_at === null) return "is being cancelled";
  if (task.status === "paused") return pauseSentenceOf(task);
  return task.completed_at === null ? (task.current_step ?? "") : "";
}

/** Columns of every list of tasks. */
export const taskColumns: Column<TaskSummary>[] = [
  {
    key: "id",
    header: "Task ID",
    phone: "detail",
    cell: (task) => (
      <>
        <RowLink className="link" href={paths.task(task.id)}>
          <ShortId id={task.id} />
        </RowLink>
        <span className="only-phone">
          {" "}
          <RunState row={task} />
        </span>
      </>
    ),
  },
  {
    key: "type",
    header: "Task Type",
    above: 920,
    cell: (task) => <span className="text-2">{task.task_name}</span>,
  },
  {
    key: "status",
    header: "Status",
    minWidth: 112,
    phone: "mark",
    cell: (task) => <StatusBadge status={task.status} />,
  },
  {
    key: "unit",
    header: "Associated Entity",
    phone: "title",
    cell: (task) => (
      <span className="name-and-part">
        {task.unit_id === null ? (
          <span className="text-2">{shortName(associatedEntityOf(task))}</span>
        ) : (
          <AppLink className="strong" href={paths.unit(task.unit_id)}>
            {shortName(task.unit_title ?? "")}
          </AppLink>
        )}
        <RunOrigin row={task} what="the run" />
      </span>
    ),
  },
  {
    key: "activity",
    header: "Step, or error",
    slack: true,
    cell: (task) => (
      <>
        <RunState row={task} /> <span className="text-2">{shortName(taskActivityOf(task), 300)}</span>
      </>
    ),
  },
  {
    key: "progress",
    header: "Progress",
    wideOnly: true,
    cell: (task) =>
      task.started_at === null || task.status === "completed" ? null : (
        <RunProgress run={task} label={`Progress of ${task.task_name}`} />
      ),
  },
  {
    key: "started",
    header: "Started",
    align: "end",
    phone: "aside",
    cell: (task) => (
      <span className="text-2">
        <Moment at={task.started_at} />
      </span>
    ),
  },
  {
    key: "duration",
    header: "Duration",
    align: "end",
    minWidth: 88,
    phone: "aside-detail",
    cell: (task) => <Elapsed from={task.started_at} to={task.completed_at} />,
  },
];
