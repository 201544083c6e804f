import { type SteeringAction, whyNot } from "../action-outcome.ts";
import type { OutsideRun } from "./repo.ts";

export const steeringActions = ["cancel", "retry", "resume"] as const satisfies readonly SteeringAction[];

/** Why an action is not offered for a mirrored run, as a sentence; null when it is. */
export function whyNotRun(
  action: SteeringAction,
  run: Pick<
    OutsideRun,
    | "connection_name"
    | "connection_removed_at"
    | "connection_disabled_at"
    | "external_parent_task_run_id"
    | "missing_upstream_at"
    | "external_state_type"
    | "external_deployment_id"
    | "is_unit_elsewhere"
  >,
): string | null {
  if (run.connection_removed_at !== null) return `The connection ${run.connection_name} was removed.`;
  if (run.connection_disabled_at !== null) return `The connection ${run.connection_name} is disabled.`;
  if (run.external_parent_task_run_id !== null)
    return "A subflow cannot be steered alone: open the run that began it.";
  if (run.missing_upstream_at !== null) return "Prefect does not know the run any more.";
  const reason = whyNot(action, {
    state_type: run.external_state_type,
    deployment_id: run.external_deployment_id,
  });
  if (reason !== null || action !== "retry" || !run.is_unit_elsewhere) return reason;
  return "The unit was given to another task since: what this run returns would not become part of it.";
}
