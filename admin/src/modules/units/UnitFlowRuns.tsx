import type { ItemState } from "../../api/item-query.ts";
import { useLiveRow } from "../../api/live/use-live.ts";
import { describeError } from "../../api/problem.ts";
import type { FlowRunSummary } from "../../api/rows.ts";
import { paths } from "../../paths.ts";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { DataStates } from "../../ui/page/DataStates.tsx";
import { EmptyState } from "../../ui/page/EmptyState.tsx";
import { SkeletonRows } from "../../ui/page/Skeleton.tsx";
import { lookOfStatus } from "../../ui/status/status-tone.ts";
import { DataTable } from "../../ui/table/DataTable.tsx";
import { flowRunColumns } from "../flow-runs/public.ts";

const useLiveRun = (run: FlowRunSummary) => useLiveRow("flow_run", run);
const leftOut = ["unit", "tokens"];
const columns = flowRunColumns
  .filter((column) => !leftOut.includes(column.key))
  .map((column) =>
    column.key === "flow"
      ? { ...column, phone: "title" as const, cell: (run: FlowRunSummary) => <RunLink run={run} /> }
      : column,
  );

function RunLink({ run }: { run: FlowRunSummary }) {
  return (
    <AppLink className="strong" href={paths.flowRun(run.id)}>
      {run.flow_name}
      {run.lesson_position !== null && <span className="text-2"> lesson {run.lesson_position}</span>}
    </AppLink>
  );
}

/** Every flow run of a unit: status, current step, progress, errors and times. */
export function UnitFlowRuns({ runs }: { runs: ItemState<FlowRunSummary[]> }) {
  return (
    <DataStates
      data={runs.data}
      failure={runs.error === null ? null : describeError(runs.error)}
      skeleton={<SkeletonRows rows={5} label="Loading flow runs" />}
      onReload={runs.reload}
      reloading={runs.reloading}
    >
      {(rows) =>
        rows.length === 0 ? (
          <EmptyState icon="flow" title="Runs appear here once generation starts" />
        ) : (
          <DataTable
            label="Flow runs of this unit"
            columns={columns}
            rows={rows}
            rowKey={(run) => run.id}
            statusWord={(run) => lookOfStatus(run.status).word}
            useRow={useLiveRun}
          />
        )
      }
    </DataStates>
  );
}
