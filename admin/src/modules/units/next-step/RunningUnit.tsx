import type { UnitDetail } from "../../../api/content-rows.ts";
import { Card } from "../../../ui/page/Card.tsx";
import { ProgressBar } from "../../../ui/status/ProgressBar.tsx";
import { lookOfStatus } from "../../../ui/status/status-tone.ts";
import { shortName } from "../../../ui/value/visible-text.ts";
import { activityPhraseOf } from "../../flow-runs/public.ts";
import { useRegeneration } from "../lesson/regeneration.ts";
import { nameOf } from "../lesson/regeneration-words.ts";
import { CancelUnit } from "./CancelUnit.tsx";

function activityOf(unit: UnitDetail): string {
  if (unit.current_step === null) return "The first step begins.";
  return `Now it ${shortName(activityPhraseOf(unit.current_step))}.`;
}

/** How far a unit is, and the way to stop it. */
export function RunningUnit({ unit }: { unit: UnitDetail }) {
  const regeneration = useRegeneration(unit);
  const waiting = unit.task_status === "pending" || unit.task_status === "retry";
  return (
    <div className="leads">
      <Card
        title={
          waiting
            ? "Waits for a worker"
            : regeneration === null
              ? "Being written"
              : `${nameOf(regeneration)} is being written anew`
        }
        padded
        actions={<ProgressBar percentage={unit.progress_percentage} label="Progress of the unit" numbered />}
      >
        <div className="next-step">
          <p className="text-2">
            {waiting
              ? `The task is ${lookOfStatus(unit.task_status ?? "pending").word}; a worker takes it as soon as one is free.`
              : `${activityOf(unit)} You can leave the page, the work goes on.`}
          </p>
          {unit.task_id !== null && (
            <div>
              <CancelUnit taskId={unit.task_id} regeneration={regeneration} />
            </div>
          )}
        </div>
      </Card>
    </div>
  );
}
