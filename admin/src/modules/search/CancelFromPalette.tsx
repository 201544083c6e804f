import { useMutation, useQueryClient } from "@tanstack/react-query";
import { sendJson } from "../../api/client.ts";
import { describeError } from "../../api/problem.ts";
import { ConfirmDialog } from "../../ui/overlay/Dialog.tsx";
import { showToast } from "../../ui/overlay/toasts.ts";

/** Asks once before a task is stopped from the palette. */
export function CancelFromPalette({ taskId, onClose }: { taskId: string | null; onClose: () => void }) {
  const queryClient = useQueryClient();
  const cancel = useMutation({
    mutationFn: (id: string) => sendJson<unknown>("POST", `/task-queue/tasks/${id}/cancel`),
    onSuccess: () => {
      onClose();
      showToast({ tone: "ok", words: "The task is being stopped." });
      return queryClient.invalidateQueries();
    },
  });
  const words = cancel.error === null ? null : describeError(cancel.error);
  const close = () => {
    cancel.reset();
    onClose();
  };
  return (
    <ConfirmDialog
      open={taskId !== null}
      title="Cancel this task?"
      confirmWord="Cancel the task"
      dangerous
      busy={cancel.isPending}
      failure={words === null ? undefined : `${words.title}. ${words.text}`}
      onConfirm={() => taskId !== null && cancel.mutate(taskId)}
      onClose={close}
    >
      Finished steps are kept, and a resumed unit does not pay for them again. Calls in flight are stopped;
      their provider may still charge for them.
    </ConfirmDialog>
  );
}
