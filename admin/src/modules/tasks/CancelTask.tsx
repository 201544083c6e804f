import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { describeError } from "../../api/problem.ts";
import type { TaskSummary } from "../../api/rows.ts";
import { ConfirmDialog } from "../../ui/overlay/Dialog.tsx";
import { RoleButton } from "../session/public.ts";
import { cancelTask } from "./task-api.ts";
import { cancelWordsOf } from "./task-words.ts";

type CancelTaskProps = {
  task: Pick<TaskSummary, "id" | "task_name" | "cancel_requested_at">;
  /** Prefect carries it out: only Prefect can end it. */
  isOnPrefect?: boolean;
  /** Without a frame, for the foot of a card. */
  quiet?: boolean;
  onCancelled: () => void;
};

/** Stops a task after one question. */
export function CancelTask({ task, isOnPrefect = false, quiet = false, onCancelled }: CancelTaskProps) {
  const [asking, setAsking] = useState(false);
  const cancel = useMutation({
    mutationFn: () => cancelTask(task.id),
    onSuccess: () => {
      setAsking(false);
      onCancelled();
    },
  });
  const { button, consequence } = cancelWordsOf(task.task_name, isOnPrefect);
  const words = cancel.error === null ? null : describeError(cancel.error);
  const requested = task.cancel_requested_at !== null ? "It is being cancelled already." : undefined;
  return (
    <>
      <RoleButton
        least="operator"
        look={quiet ? "quiet" : "plain"}
        onClick={() => setAsking(true)}
        disabledReason={requested}
      >
        Cancel
      </RoleButton>
      <ConfirmDialog
        open={asking}
        title={`${button}?`}
        confirmWord={button}
        dangerous
        busy={cancel.isPending}
        failure={words === null ? undefined : `${words.title}. ${words.text}`}
        onConfirm={() => cancel.mutate()}
        onClose={() => setAsking(false)}
      >
        {consequence}
      </ConfirmDialog>
    </>
  );
}
