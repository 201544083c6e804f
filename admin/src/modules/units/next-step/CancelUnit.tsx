import { useState } from "react";
import { describeError } from "../../../api/problem.ts";
import { ConfirmDialog } from "../../../ui/overlay/Dialog.tsx";
import { Button } from "../../../ui/page/Button.tsx";
import { useUnitAction } from "./use-unit-action.ts";

/** Stops the making of a unit after one question. */
export function CancelUnit({ taskId }: { taskId: string }) {
  const [asking, setAsking] = useState(false);
  const cancel = useUnitAction(`/task-queue/tasks/${taskId}/cancel`, "The unit is being stopped.");
  const words = cancel.error === null ? null : describeError(cancel.error);
  const confirm = () => cancel.mutate(undefined, { onSuccess: () => setAsking(false) });
  return (
    <>
      <Button large onClick={() => setAsking(true)}>
        Cancel
      </Button>
      <ConfirmDialog
        open={asking}
        title="Stop writing this unit?"
        confirmWord="Stop writing"
        dangerous
        busy={cancel.isPending}
        failure={words === null ? undefined : `${words.title}. ${words.text}`}
        onConfirm={confirm}
        onClose={() => setAsking(false)}
      >
        Finished steps are kept: resuming the unit later does not run or pay for them again. Calls in flight
        are stopped; their provider may still charge for them.
      </ConfirmDialog>
    </>
  );
}
