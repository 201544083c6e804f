import { useMutation } from "@tanstack/react-query";
import { describeError } from "../../api/problem.ts";
import { showToast } from "../../ui/overlay/toasts.ts";
import { RoleButton } from "../session/public.ts";
import { continueTask } from "./task-api.ts";

type ContinueTaskProps = { taskId: string; primary?: boolean; onContinued: () => void };

/** Lets a paused task go on where it stopped. */
export function ContinueTask({ taskId, primary = false, onContinued }: ContinueTaskProps) {
  const proceed = useMutation({
    mutationFn: () => continueTask(taskId),
    onSuccess: () => {
      showToast({ tone: "ok", words: "The task goes on as soon as a worker is free." });
      onContinued();
    },
    onError: (error) => {
      const words = describeError(error);
      showToast({ tone: "bad", words: `${words.title}. ${words.text}` });
    },
  });
  return (
    <RoleButton
      least="operator"
      look={primary ? "primary" : "plain"}
      busy={proceed.isPending}
      onClick={() => proceed.mutate()}
    >
      Continue
    </RoleButton>
  );
}
