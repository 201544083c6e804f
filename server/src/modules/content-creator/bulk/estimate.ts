import type { Estimate } from "../retry-options/models.ts";
import type { RetryOptionsService } from "../retry-options/service.ts";
import type { BulkRepo, WantedAction } from "./repo.ts";

/** Units whose recorded steps are looked at one by one. */
const mostResumed = 20;

const free: Estimate = { cost_usd: 0, duration_ms: null, based_on_runs: 0, unknown_because: null };

/** What a bulk action would cost. How long it takes depends on the queue and is not told. */
export function createBulkEstimate(
  repo: Pick<BulkRepo, "groupRequests" | "listEligibleUnits">,
  retryOptions: Pick<RetryOptionsService, "estimateFromScratch" | "estimateResumes">,
): (wanted: WantedAction, eligible: number) => Promise<Estimate> {
  return async (wanted, eligible) => {
    if (wanted.action === "cancel" || eligible === 0) return free;
    if (wanted.action === "retry") {
      return retryOptions.estimateFromScratch(await repo.groupRequests(wanted));
    }
    if (eligible > mostResumed) {
      return {
        ...free,
        cost_usd: null,
        unknown_because: `What is kept differs from unit to unit; it is estimated for up to ${mostResumed} units.`,
      };
    }
    return retryOptions.estimateResumes(await repo.listEligibleUnits(wanted, mostResumed));
  };
}
