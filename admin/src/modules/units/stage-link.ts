import type { UnitStage } from "../../api/content-rows.ts";
import type { FlowRunSummary } from "../../api/rows.ts";
import { paths } from "../../paths.ts";

const byNeed = ["failed", "running", "paused", "pending", "cancelled"];

/**
 * Where a stage leads: to its run, or to the one of its runs that failed or is at work. Where several of them ask for
 * the same attention it leads to the list of the unit's runs. Undefined for a stage without a run.
 */
export function stageAddress(
  unitId: string,
  stage: Pick<UnitStage, "flow_run_ids">,
  runs: readonly Pick<FlowRunSummary, "id" | "status">[],
): string | undefined {
  const ids = new Set(stage.flow_run_ids);
  const [only] = ids;
  if (only === undefined) return undefined;
  if (ids.size === 1) return paths.flowRun(only);
  const own = runs.filter((run) => ids.has(run.id));
  for (const status of byNeed) {
    const [first, second] = own.filter((run) => run.status === status);
    if (first !== undefined) {
      return second === undefined ? paths.flowRun(first.id) : paths.unit(unitId, { tab: "runs" });
    }
  }
  return paths.unit(unitId, { tab: "runs" });
}
