import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { describeError } from "../../api/problem.ts";
import type { TaskSummary } from "../../api/rows.ts";
import { ConfirmDialog } from "../../ui/overlay/Dialog.tsx";
import { Button } from "../../ui/page/Button.tsx";
import { cancelTask } from "./task-api.ts";

type CancelTaskProps = {
  task: Pick<TaskSummary, "id" | "cancel_requested_at">;
  /** Without a frame, for the foot of a card. */
  quiet?: boolean;
  onCancelled: () => void;
};

/** Stops a task after one question. */
export function CancelTask({ task, quiet = false, onCancelled }: CancelTaskProps) {
  const [asking, setAsking] = useState(false);
  const cancel = useMutation({
    mutationFn: () => cancelTask(task.id),
    onSuccess: () => {
      setAsking(false);
      onCancelled();
    },
  });
  const words = cancel.error === null ? null : describeError(cancel.error);
  const requested = task.cancel_requested_at !== null ? "It is being cancelled already." : undefined;
  return (
    <>
      <Button look={quiet ? "quiet" : "plain"} onClick={() => setAsking(true)} disabledReason={requested}>
        Cancel
      </Button>
      <ConfirmDialog
        open={asking}
        title="Cancel this task?"
        confirmWord="Cancel the task"
        dangerous
        busy={cancel.isPending}
        failure={words === null ? undefined : `${words.title}. ${words.text}`}
        onConfirm={() => cancel.mutate()}
        onClose={() => setAsking(false)}
      >
        Finished steps are kept, and a resumed unit does not pay for them again. Calls in flight are stopped;
        their provider may still charge for them.
      </ConfirmDialog>
    </>
  );
}
