import type { ActionOutcome, SteeringAction } from "../action-outcome.ts";
import type { PrefectFlowRun } from "../client/wire.ts";
import { externalState, isTerminalType } from "../states.ts";

/** What a run was like before it was asked to change. */
export interface StateBefore {
  readonly state_id: string | null;
  readonly state_type: string | null;
  readonly run_count: number;
}

export function stateBeforeOf(
  run: Pick<PrefectFlowRun, "state_id" | "state_type" | "run_count">,
): StateBefore {
  return {
    state_id: run.state_id ?? null,
    state_type: run.state_type ?? null,
    run_count: run.run_count,
  };
}

/**
 * What became of an action whose answer was lost, told by the run as it is now; null while that does not tell. States are
 * compared by their ids: no clock is asked.
 */
export function decideUnknown(
  action: SteeringAction,
  before: StateBefore,
  run: Pick<PrefectFlowRun, "state_id" | "state_type" | "state_name" | "run_count">,
): Exclude<ActionOutcome, { readonly status: "unknown" }> | null {
  const type = run.state_type ?? null;
  if ((run.state_id ?? null) === before.state_id) return null;
  const word = externalState(run.state_type, run.state_name) ?? "unknown";
  switch (action) {
    case "cancel":
      if (type === "CANCELLING" || type === "CANCELLED") return { status: "accepted" };
      // It went on by itself meanwhile; the request may still come.
      return isTerminalType(type) ? { status: "refused", reason: `The run has ended: ${word}.` } : null;
    case "retry":
      if (!isTerminalType(type) || run.run_count > before.run_count) return { status: "accepted" };
      // An ended run can get another end without anybody's asking for an attempt.
      return null;
    case "resume":
      if (type === "PAUSED") return null;
      return !isTerminalType(type) || run.run_count > before.run_count
        ? { status: "accepted" }
        : { status: "refused", reason: `The run has ended: ${word}.` };
  }
}
