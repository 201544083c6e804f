import { useMutation } from "@tanstack/react-query";
import { describeError } from "../../api/problem.ts";
import { showToast } from "../../ui/overlay/toasts.ts";

/** Does something to what a row shows, tells what went wrong and lets the page read again. */
export function useRowAction<Argument, Result>(
  action: (argument: Argument) => Promise<Result>,
  refresh: () => Promise<void>,
) {
  return useMutation({
    mutationFn: action,
    onError: (error) => {
      const { title, text } = describeError(error);
      showToast({ tone: "bad", words: `${title}. ${text}` });
    },
    onSettled: refresh,
  });
}
