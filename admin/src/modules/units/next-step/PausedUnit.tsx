import type { UnitDetail } from "../../../api/content-rows.ts";
import { Card } from "../../../ui/page/Card.tsx";
import { LongText } from "../../../ui/value/LongText.tsx";
import { RoleButton } from "../../session/public.ts";
import { pauseSentenceOf } from "../../tasks/public.ts";
import { useRegeneration } from "../lesson/regeneration.ts";
import { CancelUnit } from "./CancelUnit.tsx";
import { Refusal } from "./Refusal.tsx";
import { useUnitAction } from "./use-unit-action.ts";

/** Why a unit waits, with the ways on. */
export function PausedUnit({ unit }: { unit: UnitDetail }) {
  const goOn = useUnitAction(`/task-queue/tasks/${unit.task_id}/continue`, "The unit goes on.");
  const regeneration = useRegeneration(unit);
  return (
    <div className="leads">
      <Card title="This unit is paused" padded>
        <div className="next-step">
          <p>
            <LongText text={pauseSentenceOf(unit)} />
          </p>
          <p className="text-2">
            Nothing is lost and nothing runs meanwhile. It goes on where it stopped; finished steps are not
            paid again.
          </p>
          <Refusal error={goOn.error} />
          {unit.task_id !== null && (
            <div className="next-step-buttons">
              <RoleButton
                least="operator"
                look="primary"
                large
                busy={goOn.isPending}
                onClick={() => goOn.mutate()}
              >
                Continue
              </RoleButton>
              <CancelUnit taskId={unit.task_id} regeneration={regeneration} />
            </div>
          )}
        </div>
      </Card>
    </div>
  );
}
