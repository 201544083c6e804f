import type { TaskDetail } from "../../api/detail-rows.ts";
import { paths } from "../../paths.ts";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { Card } from "../../ui/page/Card.tsx";
import { StatusMark } from "../../ui/status/StatusBadge.tsx";
import { type Column, DataTable } from "../../ui/table/DataTable.tsx";
import { ShortId } from "../../ui/value/CopyId.tsx";
import { Moment } from "../../ui/value/Moment.tsx";

/** A task of the same story, placed relative to the one on show. */
export type LineageRow = {
  id: string;
  status: string;
  relation: string;
  created_at: string;
  isThis: boolean;
};

type Story = Pick<
  TaskDetail,
  "id" | "status" | "mode" | "lineage_id" | "retry_of_task_id" | "created_at" | "related_tasks"
>;

const modeWords: Record<string, string> = {
  from_scratch: "from scratch",
  resume: "resumes",
  fork: "forked",
  regenerate: "writes a part again",
};

function relationOf(related: Story["related_tasks"][number], task: Story): string {
  const mode = modeWords[related.mode] ?? related.mode.replaceAll("_", " ");
  if (related.id === task.retry_of_task_id) return `${mode}, retried here`;
  if (related.retry_of_task_id === task.id) return `${mode}, retries this one`;
  return related.lineage_id === task.lineage_id ? `${mode}, shares its steps` : mode;
}

/** The task and its relatives, oldest first, each with what it is to the one on show. */
export function lineageRowsOf(task: Story): LineageRow[] {
  const own = `${modeWords[task.mode] ?? task.mode.replaceAll("_", " ")}, this one`;
  const rows = task.related_tasks.map((related) => ({
    id: related.id,
    status: related.status,
    relation: relationOf(related, task),
    created_at: related.created_at,
    isThis: false,
  }));
  rows.push({ id: task.id, status: task.status, relation: own, created_at: task.created_at, isThis: true });
  return rows.sort((left, right) => left.created_at.localeCompare(right.created_at));
}

const columns: Column<LineageRow>[] = [
  {
    key: "status",
    header: <span className="visually-hidden">Status</span>,
    phone: "mark",
    cell: (row) => <StatusMark status={row.status} />,
  },
  {
    key: "id",
    header: "Task",
    phone: "title",
    cell: (row) =>
      row.isThis ? (
        <ShortId id={row.id} />
      ) : (
        <AppLink className="link" href={paths.task(row.id)}>
          <ShortId id={row.id} />
        </AppLink>
      ),
  },
  {
    key: "relation",
    header: "Relation",
    slack: true,
    phone: "detail",
    cell: (row) => <span className="text-2">{row.relation}</span>,
  },
  {
    key: "created",
    header: "Created",
    align: "end",
    phone: "aside",
    cell: (row) => (
      <span className="text-2">
        <Moment at={row.created_at} />
      </span>
    ),
  },
];

/** The tasks before and after this one that belong to the same unit's story. */
export function TaskLineage({ task }: { task: TaskDetail }) {
  if (task.related_tasks.length === 0) return null;
  return (
    <Card title="Lineage" note="oldest first">
      <DataTable label="Lineage" columns={columns} rows={lineageRowsOf(task)} rowKey={(row) => row.id} />
    </Card>
  );
}
