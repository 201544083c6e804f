import { describeError } from "../../api/problem.ts";
import type { FlowRunSummary } from "../../api/rows.ts";
import { paths } from "../../paths.ts";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { DataStates } from "../../ui/page/DataStates.tsx";
import { SkeletonRows } from "../../ui/page/Skeleton.tsx";
import { lookOfStatus } from "../../ui/status/status-tone.ts";
import { DataTable } from "../../ui/table/DataTable.tsx";
import { useFlowRun } from "./flow-run-api.ts";
import { barsOf, shownStatusOf } from "./step-bars.ts";
import { stepColumns } from "./step-columns.tsx";

/** The steps of one run, fetched when its row is opened and kept current while it stays open. */
export function FlowRunSteps({ run }: { run: FlowRunSummary }) {
  const detail = useFlowRun(run.id);
  return (
    <DataStates
      data={detail.data?.steps}
      failure={detail.error === null ? null : describeError(detail.error)}
      skeleton={<SkeletonRows rows={Math.max(1, run.total_steps ?? 3)} label="Loading steps" />}
      onReload={detail.reload}
      reloading={detail.reloading}
    >
      {(steps) => (
        <>
          {steps.length > 0 && (
            <DataTable
              label={`Steps of ${run.flow_name}`}
              columns={stepColumns(steps.flatMap(barsOf))}
              rows={steps}
              rowKey={(step) => step.id}
              statusWord={(step) => lookOfStatus(shownStatusOf(step)).word}
            />
          )}
          <div className="card-foot">
            <span className="text-2">
              {run.error_message ?? (steps.length === 0 ? "No step has begun." : "")}
            </span>
            <span className="spacer" />
            <AppLink className="button" href={paths.flowRun(run.id)}>
              Open run
            </AppLink>
          </div>
        </>
      )}
    </DataStates>
  );
}
