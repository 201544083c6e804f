import type { PrefectOrchestration } from "./client/wire.ts";
import { isTerminalType } from "./states.ts";

export type SteeringAction = "cancel" | "retry" | "resume";

/** How Prefect decided about a proposed state. `unknown` until the run was read again. */
export type ActionOutcome =
  | { readonly status: "accepted" }
  | { readonly status: "refused"; readonly reason: string }
  | { readonly status: "unknown"; readonly reason: string };

/**
 * Reads Prefect's decision. Cancelling a run that nothing carries out yet is answered REJECT with the state CANCELLED:
 * what was asked for has happened. WAIT means that it decides later.
 */
export function actionOutcome(action: SteeringAction, answer: PrefectOrchestration): ActionOutcome {
  const reason = answer.details?.reason?.trim() || `Prefect answered ${answer.status} without a reason.`;
  switch (answer.status) {
    case "ACCEPT":
      return { status: "accepted" };
    case "REJECT":
      return action === "cancel" && answer.state?.type === "CANCELLED"
        ? { status: "accepted" }
        : { status: "refused", reason };
    case "ABORT":
      return { status: "refused", reason };
    default:
      return { status: "unknown", reason };
  }
}

export interface SteeredRun {
  readonly state_type: string | null;
  readonly deployment_id: string | null;
}

/**
 * Why an action is not offered for a run; null when it is. Prefect itself would accept another attempt of a run that
 * still runs, without ending the first, and one of a completed run: both are refused here.
 */
export function whyNot(action: SteeringAction, run: SteeredRun): string | null {
  const { state_type, deployment_id } = run;
  switch (action) {
    case "cancel":
      if (isTerminalType(state_type)) return "The run has ended.";
      if (state_type === "CANCELLING") return "The run is being cancelled.";
      if (deployment_id === null && (state_type === "RUNNING" || state_type === "PENDING")) {
        return "Nobody would end its process: the run was not started from a deployment.";
      }
      return null;
    case "retry":
      if (state_type === "COMPLETED") return "The run is completed.";
      if (!isTerminalType(state_type)) return "The run has not ended.";
      return deployment_id === null ? "Prefect repeats only runs of a deployment." : null;
    case "resume":
      return state_type === "PAUSED" ? null : "The run is not paused.";
  }
}
