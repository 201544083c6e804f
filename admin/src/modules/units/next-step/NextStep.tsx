import type { UnitDetail } from "../../../api/content-rows.ts";
import { useSearchParams } from "../../../ui/link/search-params.ts";
import { Notice } from "../../../ui/page/ErrorBlock.tsx";
import { PausedUnit } from "./PausedUnit.tsx";
import { PublishUnit } from "./PublishUnit.tsx";
import { RetryUnit } from "./RetryUnit.tsx";
import { RunningUnit } from "./RunningUnit.tsx";
import { StartUnit } from "./StartUnit.tsx";
import "./next-step.css";

const retryable = ["partial", "failed", "cancelled"];

/** The one thing to do next with a unit, and what follows from it. */
export function NextStep({ unit }: { unit: UnitDetail }) {
  const [search] = useSearchParams();
  const isAskedInVain = search.retry !== undefined && !retryable.includes(unit.status);
  return (
    <>
      {isAskedInVain && (
        <Notice tone="idle" icon="reload" title="There is nothing to retry" role="status">
          <p>{reasonAgainstRetry[unit.status]}</p>
        </Notice>
      )}
      <StepOf unit={unit} />
    </>
  );
}

const reasonAgainstRetry: Partial<Record<UnitDetail["status"], string>> = {
  completed: "This unit is whole. One lesson alone can be written anew from the lesson itself.",
  in_progress: "This unit is being written. Cancel it first, or wait until it ends.",
  paused: "This unit is paused. Let it go on, or cancel it first.",
  draft: "This unit was not started yet.",
};

function StepOf({ unit }: { unit: UnitDetail }) {
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
          <PublishUnit unit={unit} leads={false} />
        </>
      );
    case "failed":
    case "cancelled":
      return <RetryUnit unit={unit} />;
    case "completed":
      return <PublishUnit unit={unit} leads />;
  }
}
