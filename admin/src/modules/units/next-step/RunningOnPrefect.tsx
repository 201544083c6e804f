import type { UnitDetail } from "../../../api/content-rows.ts";
import type { FlowRunSummary } from "../../../api/rows.ts";
import { paths } from "../../../paths.ts";
import { AppLink } from "../../../ui/link/AppLink.tsx";
import { Card } from "../../../ui/page/Card.tsx";
import { shortName } from "../../../ui/value/visible-text.ts";
import { LaunchState, RunMarks, RunProgress } from "../../engines/public.ts";
import { activityPhraseOf } from "../../flow-runs/public.ts";
import { CancelUnit } from "./CancelUnit.tsx";

type RunningOnPrefectProps = {
  unit: UnitDetail;
  /** Undefined until Prefect has made it. */
  run: FlowRunSummary | undefined;
};

function titleOf(run: FlowRunSummary | undefined): string {
  if (run?.status === "paused") return "Paused on Prefect";
  return run === undefined || run.status === "pending" ? "Waits on Prefect" : "Being written on Prefect";
}

function activityOf(run: FlowRunSummary): string {
  if (run.status === "pending") return "Prefect begins it as soon as somebody takes it there.";
  if (run.status === "paused") return "It goes on when somebody resumes the run.";
  if (run.current_step === null) return "The run is at work.";
  return `Now it is at “${shortName(activityPhraseOf(run.current_step), 80)}”.`;
}

/** How far a unit is that Prefect writes, and the way to stop it. */
export function RunningOnPrefect({ unit, run }: RunningOnPrefectProps) {
  return (
    <div className="leads">
      <Card
        title={titleOf(run)}
        padded
        actions={run !== undefined && <RunProgress run={run} label="Progress of the unit" />}
      >
        <div className="next-step">
          {unit.task_id !== null && <LaunchState taskId={unit.task_id} hasRun={run !== undefined} />}
          {run !== undefined && (
            <>
              <span className="row wraps">
                <RunMarks row={run} what="the run" named />
              </span>
              <p className="text-2">
                {activityOf(run)} Its lessons stand here once the run has ended: they are taken over together.
                You can leave the page.
              </p>
            </>
          )}
          <div className="next-step-buttons">
            {unit.task_id !== null && <CancelUnit taskId={unit.task_id} regeneration={null} isOnPrefect />}
            {run !== undefined && (
              <AppLink className="button button-large" href={paths.flowRun(run.id)}>
                Steps and log
              </AppLink>
            )}
          </div>
        </div>
      </Card>
    </div>
  );
}
