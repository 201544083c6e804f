import { useState } from "react";
import type { CourseGeneration, QueuedJob } from "../../../api/monitor-rows.ts";
import { paths } from "../../../paths.ts";
import { AppLink } from "../../../ui/link/AppLink.tsx";
import { Button } from "../../../ui/page/Button.tsx";
import { Card } from "../../../ui/page/Card.tsx";
import { StatusMark } from "../../../ui/status/StatusBadge.tsx";
import { lookOfStatus } from "../../../ui/status/status-tone.ts";
import { type Column, DataTable } from "../../../ui/table/DataTable.tsx";
import { formatClock, formatCount } from "../../../ui/value/format.ts";
import { shortName } from "../../../ui/value/visible-text.ts";
import { RunOrigin, RunState } from "../../engines/public.ts";
import { CancelTask, ContinueTask, pauseSentenceOf } from "../../tasks/public.ts";
import { useAnswerMoment, useWordsSince } from "../answer-moment.tsx";
import { expectedStartOf } from "../monitor-words.ts";
import { isOnPrefect, outsideRowOf } from "./job-engine.ts";
import { addressOf, formatElapsed, titleOf } from "./job-words.ts";
import "./jobs.css";

const rowsAtFirst = 8;

function Waiting({ job }: { job: QueuedJob }) {
  return <>{useWordsSince((sinceMs) => formatElapsed(job.waiting_ms + sinceMs))}</>;
}

function ExpectedStart({ job }: { job: QueuedJob }) {
  const words = useWordsSince((sinceMs) => expectedStartOf(job.expected_start_ms, sinceMs));
  if (job.status === "paused") return null;
  return <span className={job.expected_start_ms === null ? "text-3" : undefined}>{words}</span>;
}

/** Why a job waits. */
export function waitingReasonOf(job: QueuedJob, as_of: string): string {
  if (job.cancel_requested_at !== null) return "is being cancelled";
  if (isOnPrefect(job)) return job.status === "paused" ? "paused on Prefect" : "waits on Prefect";
  if (job.status === "paused") return pauseSentenceOf(job);
  const dueMs = Date.parse(job.available_at);
  if (dueMs > Date.parse(as_of)) return `not before ${formatClock(new Date(dueMs))}`;
  return job.status === "retry" ? "waits to be taken up again" : "waits for a worker";
}

function WaitingReason({ job }: { job: QueuedJob }) {
  const { as_of } = useAnswerMoment();
  const words = shortName(waitingReasonOf(job, as_of), 300);
  return (
    <>
      <RunState row={outsideRowOf(job)} />{" "}
      <span className="text-2" title={words}>
        {words}
      </span>
    </>
  );
}

function QueueActions({ job }: { job: QueuedJob }) {
  const { onChanged } = useAnswerMoment();
  const task = {
    id: job.task_id,
    task_name: job.task_name,
    cancel_requested_at: job.cancel_requested_at,
  };
  return (
    <span className="queue-actions">
      {job.status === "paused" && job.cancel_requested_at === null && !isOnPrefect(job) && (
        <ContinueTask taskId={job.task_id} onContinued={onChanged} />
      )}
      <CancelTask task={task} isOnPrefect={isOnPrefect(job)} quiet onCancelled={onChanged} />
    </span>
  );
}

const columns: Column<QueuedJob>[] = [
  {
    key: "position",
    header: "Place",
    minWidth: 56,
    phone: "mark",
    cell: (job) =>
      job.position === null ? <StatusMark status={job.status} small /> : formatCount(job.position),
  },
  {
    key: "unit",
    header: "Job",
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
    key: "person",
    header: "For",
    wideOnly: true,
    cell: (job) => <span className="text-2">{shortName(job.user_name ?? "")}</span>,
  },
  {
    key: "reason",
    header: "Why it waits",
    slack: true,
    phone: "detail",
    cell: (job) => <WaitingReason job={job} />,
  },
  {
    key: "waiting",
    header: "Waiting",
    align: "end",
    minWidth: 84,
    phone: "aside-detail",
    cell: (job) => <Waiting job={job} />,
  },
  {
    key: "start",
    header: "Starts",
    align: "end",
    cell: (job) => <ExpectedStart job={job} />,
  },
  {
    key: "actions",
    header: <span className="visually-hidden">Actions</span>,
    align: "end",
    phone: "aside",
    cell: (job) => <QueueActions job={job} />,
  },
];

// What was expected then is not recorded, and nothing can be done then.
const pastColumns = columns.filter(({ key }) => key !== "start" && key !== "actions");

function noteOf({ figures }: CourseGeneration): string {
  const { queued, paused, oldest_waiting_ms } = figures;
  if (queued === 0) return paused === 1 ? "paused, waits for somebody" : "all paused, wait for somebody";
  const oldest = `oldest waits ${formatElapsed(oldest_waiting_ms)}`;
  return paused === 0 ? oldest : `${oldest}, ${formatCount(paused)} of them paused`;
}

/** What waits: for a worker, in the order in which it will be taken, and paused for a person. Absent while nothing waits. */
export function QueuedJobs({ answer }: { answer: CourseGeneration }) {
  const [showsAll, setShowsAll] = useState(false);
  const { isPast } = useAnswerMoment();
  const { queued_jobs, queued_total } = answer;
  if (queued_total === 0) return null;
  const shown = showsAll ? queued_jobs : queued_jobs.slice(0, rowsAtFirst);
  const beyond = queued_total - queued_jobs.length;
  return (
    <Card title="Queued" count={queued_total} note={noteOf(answer)}>
      <DataTable
        label="Queued jobs"
        columns={isPast ? pastColumns : columns}
        rows={shown}
        rowKey={(job) => job.task_id}
        statusWord={(job) => lookOfStatus(job.status).word}
      />
      {shown.length < queued_total && (
        <footer className="card-foot">
          {shown.length < queued_jobs.length && (
            <Button onClick={() => setShowsAll(true)}>
              Show {formatCount(queued_jobs.length - shown.length)} more
            </Button>
          )}
          {beyond > 0 && (
            <AppLink className="link" href={paths.tasks({ status: "pending,retry,paused" })}>
              {formatCount(beyond)} more in Tasks
            </AppLink>
          )}
        </footer>
      )}
    </Card>
  );
}
