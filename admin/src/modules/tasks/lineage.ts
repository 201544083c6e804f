import type { TaskDetail } from "../../api/detail-rows.ts";

/** A task of the same story, placed relative to the one on show. */
export type LineageRow = {
  id: string;
  status: string;
  relation: string;
  error_code: string | null;
  created_at: string;
  isThis: boolean;
  /** True for tasks that branch off: a lesson written anew, a fork. */
  isBranch: boolean;
};

type Related = TaskDetail["related_tasks"][number];

type Story = Pick<
  TaskDetail,
  | "id"
  | "task_name"
  | "status"
  | "mode"
  | "lineage_id"
  | "retry_of_task_id"
  | "error_code"
  | "created_at"
  | "related_tasks"
> & { children?: Related[] };

const modeWords: Record<string, string> = {
  from_scratch: "from scratch",
  resume: "resumes",
  fork: "forked",
  regenerate: "writes a lesson anew",
};

function modeOf(mode: string): string {
  return modeWords[mode] ?? mode.replaceAll("_", " ");
}

function relationOf(related: Related, task: Story): string {
  const mode = modeOf(related.mode);
  if (related.id === task.retry_of_task_id) return `${mode}, retried by this one`;
  if (related.retry_of_task_id === task.id) return `${mode}, retries this one`;
  return related.lineage_id === task.lineage_id ? `${mode}, shares its steps` : mode;
}

function isBranch({ mode }: Pick<Related, "mode">): boolean {
  return mode === "fork" || mode === "regenerate";
}

/** The task and its relatives, oldest first, each with what it is to the one on show. */
export function lineageRowsOf(task: Story): LineageRow[] {
  const related = new Map([...task.related_tasks, ...(task.children ?? [])].map((each) => [each.id, each]));
  related.delete(task.id);
  const rows = [...related.values()].map((each) => ({
    id: each.id,
    status: each.status,
    relation: relationOf(each, task),
    error_code: each.error_code,
    created_at: each.created_at,
    isThis: false,
    isBranch: isBranch(each),
  }));
  rows.push({
    id: task.id,
    status: task.status,
    relation: `${modeOf(task.mode)}, this one`,
    error_code: task.error_code,
    created_at: task.created_at,
    isThis: true,
    isBranch: isBranch(task),
  });
  return rows.sort((left, right) => left.created_at.localeCompare(right.created_at));
}

/** The newest task that retried this one; null when none did. */
export function laterRetryOf({ id, related_tasks }: Pick<Story, "id" | "related_tasks">): string | null {
  return related_tasks.findLast((related) => related.retry_of_task_id === id)?.id ?? null;
}
