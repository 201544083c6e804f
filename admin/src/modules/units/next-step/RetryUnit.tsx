import { useState } from "react";
import type { UnitDetail } from "../../../api/content-rows.ts";
import { Choice } from "../../../ui/form/Field.tsx";
import { showToast } from "../../../ui/overlay/toasts.ts";
import { Button } from "../../../ui/page/Button.tsx";
import { Card } from "../../../ui/page/Card.tsx";
import { useUnitFlowRuns } from "../use-unit-flow-runs.ts";
import { Refusal } from "./Refusal.tsx";
import { resumeSentence, scratchSentence } from "./retry-words.ts";
import { type RetryMode, useRetryUnit } from "./use-retry-unit.ts";

/** Offers the two ways on for a unit that is not whole, each with what follows from it. */
export function RetryUnit({ unit }: { unit: UnitDetail }) {
  const runs = useUnitFlowRuns(unit.id).data ?? [];
  const resumable = unit.lineage_id !== null;
  const [chosen, setChosen] = useState<RetryMode>("resume");
  const mode = resumable ? chosen : "from_scratch";
  const retry = useRetryUnit(unit.id);
  const words = mode === "resume" ? "The unit goes on." : "The unit is written anew.";
  const start = () => {
    // The card is gone as soon as the unit's status changes, so the remark must not hang on it.
    retry.mutateAsync(mode).then(
      () => showToast({ tone: "ok", words }),
      () => undefined, // A refusal is shown from the mutation's own state.
    );
  };
  return (
    <div className="leads">
      <Card title="Finish this unit" padded>
        <div className="next-step">
          <fieldset className="choices">
            <legend className="visually-hidden">How to go on</legend>
            {resumable && (
              <Choice
                name="mode"
                title="Resume"
                checked={mode === "resume"}
                onChoose={() => setChosen("resume")}
              >
                {resumeSentence(unit, runs)}
              </Choice>
            )}
            <Choice
              name="mode"
              title="Retry from scratch"
              checked={mode === "from_scratch"}
              onChoose={() => setChosen("from_scratch")}
            >
              {scratchSentence(unit, runs)}
            </Choice>
          </fieldset>
          <Refusal error={retry.error} />
          <div>
            <Button look="primary" large busy={retry.isPending} onClick={start}>
              {mode === "resume" ? "Resume" : "Retry from scratch"}
            </Button>
          </div>
        </div>
      </Card>
    </div>
  );
}
