import type { StepSummary } from "../../api/rows.ts";
import type { TimelineBar } from "../../ui/timeline/timeline-scale.ts";

/** A step as it is shown: reused results and repeated attempts have their own words. */
export function shownStatusOf(
  step: Pick<StepSummary, "status" | "reused_from_step_run_id" | "superseded_at">,
): string {
  if (step.status === "failed" && step.superseded_at !== null) return "retried";
  return step.status === "completed" && step.reused_from_step_run_id !== null ? "reused" : step.status;
}

/** The bars of one step: first its waiting, then its working; a reused step is one outline. */
export function barsOf(step: StepSummary): TimelineBar[] {
  const from = Date.parse(step.started_at ?? step.created_at);
  const to = step.completed_at === null ? null : Date.parse(step.completed_at);
  if (step.status === "pending") return [{ kind: "waiting", status: step.status, from, to }];
  if (step.reused_from_step_run_id !== null)
    return [{ kind: "reused", status: "completed", from, to: to ?? from }];
  const waitingMs = step.waiting_ms ?? 0;
  const working: TimelineBar = { kind: "working", status: step.status, from: from + waitingMs, to };
  if (waitingMs === 0) return [working];
  return [{ kind: "waiting", status: step.status, from, to: from + waitingMs }, working];
}
