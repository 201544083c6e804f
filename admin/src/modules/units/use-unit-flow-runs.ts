import { type ItemState, useResource } from "../../api/item-query.ts";
import { useLiveRefresh } from "../../api/live/use-live.ts";
import type { FlowRunSummary } from "../../api/rows.ts";
import { getUnitFlowRuns } from "../flow-runs/public.ts";

/** Every flow run of a unit, newest first, of all its tasks; follows the live stream. */
export function useUnitFlowRuns(unitId: string): ItemState<FlowRunSummary[]> {
  const runs = useResource(["unit-flow-runs", unitId], (signal) => getUnitFlowRuns(unitId, signal));
  useLiveRefresh((change) => change.entity === "flow_run" && change.parents.unit_id === unitId, runs.reload);
  return runs;
}
