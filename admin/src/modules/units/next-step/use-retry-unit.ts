import { useMutation, useQueryClient } from "@tanstack/react-query";
import { sendJson } from "../../../api/client.ts";

/** `resume` keeps the recorded steps, `from_scratch` runs all of them again. */
export type RetryMode = "resume" | "from_scratch";

type AcceptedUnit = { unit_id: string; task_id: string };

/** Starts a new task for a failed, partial or cancelled unit. @throws ApiError `unit_not_retryable` while one is unfinished. */
export function retryUnit(unitId: string, mode: RetryMode): Promise<AcceptedUnit> {
  return sendJson<AcceptedUnit>("POST", `/content-creator/units/${unitId}/retry`, { mode });
}

/** Retries a unit and lets every list that shows it be read again. */
export function useRetryUnit(unitId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (mode: RetryMode) => retryUnit(unitId, mode),
    onSuccess: () => queryClient.invalidateQueries(),
  });
}
