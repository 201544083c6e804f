import type { UnitDetail } from "../../../api/content-rows.ts";
import { Card } from "../../../ui/page/Card.tsx";
import { formatQuantity } from "../../../ui/value/format.ts";
import { GenerateOnPrefect } from "../../engines/public.ts";
import { RoleButton } from "../../session/public.ts";
import { Refusal } from "./Refusal.tsx";
import { useUnitAction } from "./use-unit-action.ts";

/** Starts a draft. */
export function StartUnit({ unit }: { unit: UnitDetail }) {
  const start = useUnitAction(`/content-creator/units/${unit.id}/start`, "The unit is being written.");
  return (
    <div className="leads">
      <Card title="Write this unit" padded>
        <div className="next-step">
          <p className="text-2">
            It is saved as a draft. Once started, {formatQuantity(unit.target_lesson_count, "lesson")} with
            exercises, audio and a cover are made; you can leave the page meanwhile.
          </p>
          <Refusal error={start.error} />
          <div className="next-step-buttons">
            <RoleButton
              least="operator"
              look="primary"
              large
              icon="play"
              busy={start.isPending}
              onClick={() => start.mutate()}
            >
              Start
            </RoleButton>
            <GenerateOnPrefect unit={{ id: unit.id, title: unit.title, hasLessons: false }} />
          </div>
        </div>
      </Card>
    </div>
  );
}
