import { useMutation, useQueryClient } from "@tanstack/react-query";
import { sendJson } from "../../../api/client.ts";
import { showToast } from "../../../ui/overlay/toasts.ts";

/** Asks the server for something about a unit or its task, says that it was accepted and lets every list be read again. */
export function useUnitAction(path: string, accepted: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: () => sendJson<unknown>("POST", path),
    onSuccess: () => {
      showToast({ tone: "ok", words: accepted });
      return queryClient.invalidateQueries();
    },
  });
}
