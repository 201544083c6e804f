import { describeError } from "../../api/problem.ts";
import type { FlowRunSummary } from "../../api/rows.ts";
import { paths } from "../../paths.ts";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { useOpenKeys } from "../../ui/link/search-params.ts";
import { DataStates } from "../../ui/page/DataStates.tsx";
import { SkeletonRows } from "../../ui/page/Skeleton.tsx";
import { LongText } from "../../ui/value/LongText.tsx";
import { useFlowRun } from "./flow-run-api.ts";
import { StepTable } from "./StepTable.tsx";
import { barsOf } from "./step-bars.ts";
import { stepColumns } from "./step-columns.tsx";

const leftOut = new Set(["attempt", "tokens", "cost"]);

type FlowRunStepsProps = {
  run: FlowRunSummary;
  /** Where the list does not have the whole width of the page: names keep their room. */
  narrow?: boolean;
};

/** The steps of one run, fetched when its row is opened and kept current while it stays open. */
export function FlowRunSteps({ run, narrow = false }: FlowRunStepsProps) {
  const detail = useFlowRun(run.id);
  const [openKeys, toggle] = useOpenKeys("step");
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
            <StepTable
              label={`Steps of ${run.flow_name}`}
              columns={stepColumns(steps.flatMap(barsOf)).filter(({ key }) => !narrow || !leftOut.has(key))}
              steps={steps}
              openKeys={openKeys}
              onToggle={toggle}
            />
          )}
          <div className="card-foot">
            <span className="text-2">
              {run.error_message === null ? (
                steps.length === 0 && "No step has begun."
              ) : (
                <LongText text={run.error_message} />
              )}
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
