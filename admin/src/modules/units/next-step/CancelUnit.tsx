import { useState } from "react";
import { describeError } from "../../../api/problem.ts";
import { ConfirmDialog } from "../../../ui/overlay/Dialog.tsx";
import { RoleButton } from "../../session/public.ts";
import { nameOf, type Regeneration } from "../lesson/regeneration-words.ts";
import { useUnitAction } from "./use-unit-action.ts";

type CancelUnitProps = {
  taskId: string;
  /** Set where the task writes one lesson anew and not the unit. */
  regeneration: Regeneration | null;
  /** Prefect writes it: only Prefect can end it. */
  isOnPrefect?: boolean;
};

/** Stops the making of a unit, or of one lesson anew, after one question. */
export function CancelUnit({ taskId, regeneration, isOnPrefect = false }: CancelUnitProps) {
  const [asking, setAsking] = useState(false);
  const cancel = useUnitAction(
    `/task-queue/tasks/${taskId}/cancel`,
    isOnPrefect
      ? "Prefect is asked to stop the unit's run."
      : regeneration === null
        ? "The unit is being stopped."
        : "Writing the lesson is being stopped.",
  );
  const words = cancel.error === null ? null : describeError(cancel.error);
  const confirm = () => cancel.mutate(undefined, { onSuccess: () => setAsking(false) });
  return (
    <>
      <RoleButton least="operator" large onClick={() => setAsking(true)}>
        Cancel
      </RoleButton>
      <ConfirmDialog
        open={asking}
        title={
          regeneration === null
            ? "Stop writing this unit?"
            : `Stop writing ${nameOf(regeneration).toLowerCase()} anew?`
        }
        confirmWord="Stop writing"
        dangerous
        busy={cancel.isPending}
        failure={words === null ? undefined : `${words.title}. ${words.text}`}
        onConfirm={confirm}
        onClose={() => setAsking(false)}
      >
        {consequenceOf(regeneration, isOnPrefect)}
      </ConfirmDialog>
    </>
  );
}

function consequenceOf(regeneration: Regeneration | null, isOnPrefect: boolean): string {
  if (isOnPrefect) {
    return "Prefect is asked to end the run with everything below it; the unit ends when Prefect says so. Lessons that arrived until then are kept for another attempt of the run.";
  }
  const kept =
    regeneration === null
      ? "Finished steps are kept: resuming the unit later does not run or pay for them again."
      : "The lesson stays as it was, and so does the rest of the unit.";
  return `${kept} Calls in flight are stopped; their provider may still charge for them.`;
}
