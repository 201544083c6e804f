import type { TaskDetail } from "../../api/detail-rows.ts";
import { paths } from "../../paths.ts";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { Card } from "../../ui/page/Card.tsx";
import { StatusMark } from "../../ui/status/StatusBadge.tsx";
import { ShortId } from "../../ui/value/CopyId.tsx";
import { Moment } from "../../ui/value/Moment.tsx";
import { type LineageRow, lineageRowsOf } from "./lineage.ts";
import "./task-lineage.css";

/** The tasks of the same story as a line from the oldest to the newest; what branches off is set in. */
export function TaskLineage({ task }: { task: TaskDetail }) {
  const rows = lineageRowsOf(task);
  if (rows.length < 2) return null;
  return (
    <Card title="Lineage" count={rows.length} note="tasks, oldest first">
      <ol className="lineage">
        {rows.map((row) => (
          <li
            key={row.id}
            className={row.isBranch ? "lineage-branch" : undefined}
            aria-current={row.isThis || undefined}
          >
            <span className="lineage-mark">
              <StatusMark status={row.status} />
            </span>
            <span className="lineage-words">
              <TaskName row={row} />
              <span className="text-2"> {row.relation}</span>
              {row.error_code !== null && (
                <span className="text-3"> · {row.error_code.replaceAll("_", " ")}</span>
              )}
            </span>
            <span className="text-3 no-wrap">
              <Moment at={row.created_at} />
            </span>
          </li>
        ))}
      </ol>
    </Card>
  );
}

function TaskName({ row }: { row: LineageRow }) {
  if (row.isThis) return <ShortId id={row.id} />;
  return (
    <AppLink className="link" href={paths.task(row.id)}>
      <ShortId id={row.id} />
    </AppLink>
  );
}
