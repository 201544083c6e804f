import { useLiveRow } from "../../api/live/use-live.ts";
import { useLiveList } from "../../api/live/use-live-list.ts";
import { describeError } from "../../api/problem.ts";
import type { FlowRunSummary } from "../../api/rows.ts";
import { useOpenKeys } from "../../ui/link/search-params.ts";
import { DataStates } from "../../ui/page/DataStates.tsx";
import { EmptyState } from "../../ui/page/EmptyState.tsx";
import { SkeletonRows } from "../../ui/page/Skeleton.tsx";
import { lookOfStatus } from "../../ui/status/status-tone.ts";
import { DataTable } from "../../ui/table/DataTable.tsx";
import { NewRowsPill, Pager } from "../../ui/table/Pager.tsx";
import { FlowRunSteps, unitRunColumns } from "../flow-runs/public.ts";

const useLiveRun = (run: FlowRunSummary) => useLiveRow("flow_run", run);

/** Every flow run of a unit, of all its tasks, newest first: flow, status, current step, progress, errors and times; a row opens to its steps. */
export function UnitFlowRuns({ unitId }: { unitId: string }) {
  const { list, waiting, showWaiting } = useLiveList<FlowRunSummary>("flow_run", "/flow-engine/runs", {
    unit_id: unitId,
  });
  const [openKeys, toggle] = useOpenKeys("open");
  return (
    <DataStates
      data={list.rows}
      failure={list.error === null ? null : describeError(list.error)}
      skeleton={<SkeletonRows rows={8} label="Loading flow runs" />}
      onReload={list.reload}
      reloading={list.reloading}
    >
      {(rows) =>
        rows.length === 0 ? (
          <EmptyState icon="flow" title="Runs appear here once generation starts" />
        ) : (
          <>
            <NewRowsPill count={waiting} one="run" many="runs" onShow={showWaiting} />
            <DataTable
              label="Flow runs of this unit"
              columns={unitRunColumns}
              rows={rows}
              rowKey={(run) => run.id}
              statusWord={(run) => lookOfStatus(run.status).word}
              useRow={useLiveRun}
              expansion={{
                openKeys,
                onToggle: toggle,
                label: (run) => `Steps of ${run.flow_name} ${run.lesson_position ?? ""}`.trim(),
                render: (run) => <FlowRunSteps run={run} narrow />,
              }}
            />
            <Pager
              shown={rows.length}
              total={list.total}
              hasOlder={list.hasOlder}
              loadingOlder={list.loadingOlder}
              olderError={list.olderError}
              onOlder={list.loadOlder}
            />
          </>
        )
      }
    </DataStates>
  );
}
