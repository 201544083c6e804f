import type { UnitDetail } from "../../../api/content-rows.ts";
import type { FlowRunSummary } from "../../../api/rows.ts";
import { useSearchParams } from "../../../ui/link/search-params.ts";
import { Notice } from "../../../ui/page/ErrorBlock.tsx";
import { isOnPrefect, runOnPrefect } from "../on-prefect.ts";
import { LastRunOnPrefect } from "./LastRunOnPrefect.tsx";
import { PausedUnit } from "./PausedUnit.tsx";
import { PublishUnit } from "./PublishUnit.tsx";
import { RetryUnit } from "./RetryUnit.tsx";
import { RunningOnPrefect } from "./RunningOnPrefect.tsx";
import { RunningUnit } from "./RunningUnit.tsx";
import { StartUnit } from "./StartUnit.tsx";
import "./next-step.css";

const retryable = ["partial", "failed", "cancelled"];

type NextStepProps = { unit: UnitDetail; runs: readonly FlowRunSummary[] };

/** The one thing to do next with a unit, and what follows from it. */
export function NextStep({ unit, runs }: NextStepProps) {
  const [search] = useSearchParams();
  const isAskedInVain = search.retry !== undefined && !retryable.includes(unit.status);
  return (
    <>
      {isAskedInVain && (
        <Notice tone="idle" icon="reload" title="There is nothing to retry" role="status">
          <p>{reasonAgainstRetry[unit.status]}</p>
        </Notice>
      )}
      <StepOf unit={unit} runs={runs} />
    </>
  );
}

const reasonAgainstRetry: Partial<Record<UnitDetail["status"], string>> = {
  completed: "This unit is whole. One lesson alone can be written anew from the lesson itself.",
  in_progress: "This unit is being written. Cancel it first, or wait until it ends.",
  paused: "This unit is paused. Let it go on, or cancel it first.",
  draft: "This unit was not started yet.",
};

function StepOf({ unit, runs }: NextStepProps) {
  const run = runOnPrefect(unit, runs);
  const goesOn = unit.status === "in_progress" || unit.status === "paused";
  if (goesOn && (run !== undefined || isOnPrefect(unit))) return <RunningOnPrefect unit={unit} run={run} />;
  switch (unit.status) {
    case "draft":
      return <StartUnit unit={unit} />;
    case "in_progress":
      return <RunningUnit unit={unit} />;
    case "paused":
      return <PausedUnit unit={unit} />;
    case "partial":
      return (
        <>
          <RetryUnit unit={unit} />
          <LastRunOnPrefect run={run} />
          <PublishUnit unit={unit} leads={false} />
        </>
      );
    case "failed":
    case "cancelled":
      return (
        <>
          <RetryUnit unit={unit} />
          <LastRunOnPrefect run={run} />
        </>
      );
    case "completed":
      return <PublishUnit unit={unit} leads />;
  }
}
