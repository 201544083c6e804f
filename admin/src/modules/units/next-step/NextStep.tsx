import type { UnitDetail } from "../../../api/content-rows.ts";
import { PausedUnit } from "./PausedUnit.tsx";
import { PublishUnit } from "./PublishUnit.tsx";
import { RetryUnit } from "./RetryUnit.tsx";
import { RunningUnit } from "./RunningUnit.tsx";
import { StartUnit } from "./StartUnit.tsx";
import "./next-step.css";

/** The one thing to do next with a unit, and what follows from it. */
export function NextStep({ unit }: { unit: UnitDetail }) {
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
