import type { LineageStep } from "../../flow-engine/public.ts";
import type { ShapeStep } from "./course-shape.ts";
import type { RemainingStep } from "./models.ts";

/** What a resume would do: the steps that run, each with the reason, and how many are kept. */
export interface Remaining {
  readonly steps: readonly { readonly step: ShapeStep; readonly why: RemainingStep["why"] }[];
  readonly kept_steps: number;
}

/** Key of a step within one lineage. */
export function stepKey(step: { readonly flow_path: string; readonly step_name: string }): string {
  return `${step.flow_path} ${step.step_name}`;
}

/**
 * Compares the shape with what the lineage has recorded. A step is kept when its newest row is completed and everything that it
 * was made from is kept and older than it: then its input is the same. It takes for granted that the steps which run succeed.
 */
export function remainingOf(shape: readonly ShapeStep[], recorded: readonly LineageStep[]): Remaining {
  const rows = new Map(recorded.map((row) => [stepKey(row), row]));
  const kept = new Map<ShapeStep, LineageStep>();
  const steps: { step: ShapeStep; why: RemainingStep["why"] }[] = [];
  for (const step of shape) {
    const row = rows.get(stepKey(step));
    if (row?.status !== "completed") {
      steps.push({ step, why: whyOpen(row?.status) });
      continue;
    }
    if (step.needs.every((needed) => isOlder(kept.get(needed), row))) kept.set(step, row);
    else steps.push({ step, why: "follows" });
  }
  return { steps, kept_steps: kept.size };
}

function whyOpen(status: string | undefined): RemainingStep["why"] {
  return status === "failed" || status === "cancelled" ? status : "not_started";
}

function isOlder(needed: LineageStep | undefined, row: LineageStep): boolean {
  if (needed === undefined) return false;
  if (needed.result_completed_at === null || row.result_started_at === null) return true;
  return Date.parse(needed.result_completed_at) <= Date.parse(row.result_started_at);
}
