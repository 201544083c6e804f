import type { RetryOptions } from "../../../api/content-rows.ts";
import { type ItemState, useItemQuery } from "../../../api/item-query.ts";
import { useLiveRefresh } from "../../../api/live/use-live.ts";

/** One step that resuming would run, and why. */
export type RetryStep = RetryOptions["resume"]["steps"][number];
/** What a way on would cost and take, from measured runs; null where nothing comparable was measured. */
export type RetryEstimate = RetryOptions["resume"]["estimate"];

/** What retrying a unit would do, worked out by the server; read again when the unit changes. */
export function useRetryOptions(unitId: string): ItemState<RetryOptions> {
  const options = useItemQuery<RetryOptions>(`/content-creator/units/${unitId}/retry-options`);
  useLiveRefresh(
    (change) => change.entity === "unit" && change.id === unitId && change.patch !== null,
    options.reload,
  );
  return options;
}
