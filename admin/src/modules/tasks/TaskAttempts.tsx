import type { TaskDetail } from "../../api/detail-rows.ts";
import { Card } from "../../ui/page/Card.tsx";
import { StatusBadge } from "../../ui/status/StatusBadge.tsx";
import { type Column, DataTable } from "../../ui/table/DataTable.tsx";
import { ShortId } from "../../ui/value/CopyId.tsx";
import { Elapsed, Moment } from "../../ui/value/Moment.tsx";

type Attempt = TaskDetail["attempts"][number];

const outcomes: Record<string, { status: string; word: string }> = {
  released: { status: "retry", word: "given back" },
  crashed: { status: "failed", word: "crashed" },
  worker_died: { status: "failed", word: "worker died" },
};

/** How an attempt ended, as a mark and a word; one without an end runs now. */
export function attemptLookOf(outcome: Attempt["outcome"]): { status: string; word: string | undefined } {
  if (outcome === null) return { status: "running", word: "runs now" };
  return outcomes[outcome] ?? { status: outcome, word: undefined };
}

function Outcome({ attempt }: { attempt: Attempt }) {
  const look = attemptLookOf(attempt.outcome);
  return <StatusBadge status={look.status} {...(look.word === undefined ? {} : { word: look.word })} />;
}

const columns: Column<Attempt>[] = [
  { key: "attempt", header: "No.", phone: "detail", cell: (attempt) => attempt.attempt },
  {
    key: "outcome",
    header: "Outcome",
    minWidth: 112,
    phone: "mark",
    cell: (attempt) => <Outcome attempt={attempt} />,
  },
  {
    key: "worker",
    header: "Worker",
    phone: "title",
    cell: (attempt) => (
      <span className="inline-row">
        {attempt.worker_host}, process {attempt.worker_pid}
        <span className="text-3">
          <ShortId id={attempt.worker_id} />
        </span>
      </span>
    ),
  },
  {
    key: "error",
    header: "Error",
    slack: true,
    cell: (attempt) => <span className="text-2">{(attempt.error_code ?? "").replaceAll("_", " ")}</span>,
  },
  {
    key: "claimed",
    header: "Claimed",
    align: "end",
    cell: (attempt) => (
      <span className="text-2">
        <Moment at={attempt.claimed_at} />
      </span>
    ),
  },
  {
    key: "length",
    header: "Duration",
    align: "end",
    minWidth: 96,
    phone: "aside",
    cell: (attempt) => <Elapsed from={attempt.claimed_at} to={attempt.ended_at} />,
  },
];

/** Every time a worker took the task, and how that ended. */
export function TaskAttempts({ attempts }: { attempts: Attempt[] }) {
  if (attempts.length === 0) return null;
  return (
    <Card title="Attempts" count={attempts.length}>
      <DataTable
        label="Attempts"
        columns={columns}
        rows={attempts}
        rowKey={(attempt) => String(attempt.attempt)}
        statusWord={(attempt) => attemptLookOf(attempt.outcome).word ?? attempt.outcome ?? ""}
      />
    </Card>
  );
}
