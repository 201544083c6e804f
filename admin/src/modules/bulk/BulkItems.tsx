import type { BulkItem } from "../../api/detail-rows.ts";
import { describeError } from "../../api/problem.ts";
import { paths } from "../../paths.ts";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { DataStates } from "../../ui/page/DataStates.tsx";
import { EmptyState } from "../../ui/page/EmptyState.tsx";
import { SkeletonRows } from "../../ui/page/Skeleton.tsx";
import { StatusBadge } from "../../ui/status/StatusBadge.tsx";
import { lookOfStatus } from "../../ui/status/status-tone.ts";
import { type Column, DataTable } from "../../ui/table/DataTable.tsx";
import { Pager } from "../../ui/table/Pager.tsx";
import { ShortId } from "../../ui/value/CopyId.tsx";
import { Moment } from "../../ui/value/Moment.tsx";
import { shortName } from "../../ui/value/visible-text.ts";
import "./bulk.css";
import { useBulkItems } from "./bulk-api.ts";

function addressOf(item: BulkItem): string {
  if (item.entity === "unit") return paths.unit(item.entity_id);
  return item.entity === "task" ? paths.task(item.entity_id) : paths.flowRun(item.entity_id);
}

/** Why an item did not work, in words; nothing where it did. */
export function itemRemarkOf(item: Pick<BulkItem, "status" | "error_code" | "error_message">): string {
  if (item.status === "pending" || item.status === "done") return "";
  return item.error_message ?? item.error_code?.replaceAll("_", " ") ?? "for no reason that was told";
}

const columns: Column<BulkItem>[] = [
  {
    key: "status",
    header: "Outcome",
    minWidth: 112,
    phone: "mark",
    cell: (item) => <StatusBadge status={item.status} />,
  },
  {
    key: "thing",
    header: "What",
    phone: "title",
    cell: (item) => (
      <AppLink className="strong bulk-item-title cut" href={addressOf(item)}>
        {item.title === null ? <ShortId id={item.entity_id} /> : shortName(item.title)}
      </AppLink>
    ),
  },
  {
    key: "remark",
    header: "Why",
    slack: true,
    phone: "detail",
    cell: (item) => (
      <span className="text-2" title={shortName(itemRemarkOf(item), 600)}>
        {shortName(itemRemarkOf(item), 600)}
      </span>
    ),
  },
  {
    key: "task",
    header: "New task",
    phone: "aside",
    cell: (item) =>
      item.result_task_id !== null && (
        <AppLink className="link" href={paths.task(item.result_task_id)}>
          <ShortId id={item.result_task_id} />
        </AppLink>
      ),
  },
  {
    key: "completed",
    header: "When",
    align: "end",
    wideOnly: true,
    cell: (item) => (
      <span className="text-2">
        <Moment at={item.completed_at} />
      </span>
    ),
  },
];

const emptyWords: Record<string, string> = {
  "": "This action has no items",
  failed: "Nothing failed",
  refused: "Nothing was refused",
  done: "Nothing is done yet",
  pending: "Nothing is left to do",
};

type BulkItemsProps = { taskId: string; status: string; ended: boolean };

/** The items with one outcome, with the reason where one did not work and the task that it started. */
export function BulkItems({ taskId, status, ended }: BulkItemsProps) {
  const list = useBulkItems(taskId, status);
  return (
    <DataStates
      data={list.rows}
      failure={list.error === null ? null : describeError(list.error)}
      skeleton={<SkeletonRows rows={5} label="Loading the items" />}
      onReload={list.reload}
      reloading={list.reloading}
    >
      {(rows) =>
        rows.length === 0 ? (
          <EmptyState icon="task" title={emptyWords[status]} />
        ) : (
          <div className="bulk-items">
            <DataTable
              label="Items of this bulk action"
              columns={columns}
              rows={rows}
              rowKey={(item) => item.id}
              statusWord={(item) => wordOf(item, ended)}
            />
            <Pager
              shown={rows.length}
              total={list.total}
              hasOlder={list.hasOlder}
              loadingOlder={list.loadingOlder}
              olderError={list.olderError}
              onOlder={list.loadOlder}
            />
          </div>
        )
      }
    </DataStates>
  );
}

function wordOf(item: BulkItem, ended: boolean): string {
  return item.status === "pending" && ended ? "not reached" : lookOfStatus(item.status).word;
}
