import { getJson } from "../../api/client.ts";
import type { FlowRunDetail, StepDetail } from "../../api/detail-rows.ts";
import { useResource } from "../../api/item-query.ts";
import type { FlowRunSummary } from "../../api/rows.ts";

/** Reads `lessons: [{position, title}]` out of a plan; anything else gives no titles. */
export function titlesOf(plan: unknown): ReadonlyMap<number, string> {
  const titles = new Map<number, string>();
  if (typeof plan !== "object" || plan === null || !("lessons" in plan) || !Array.isArray(plan.lessons)) {
    return titles;
  }
  const lessons: unknown[] = plan.lessons;
  for (const lesson of lessons) {
    if (typeof lesson !== "object" || lesson === null) continue;
    if (!("position" in lesson) || !("title" in lesson)) continue;
    if (typeof lesson.position === "number" && typeof lesson.title === "string") {
      titles.set(lesson.position, lesson.title);
    }
  }
  return titles;
}

async function readPlan(flowRunId: string, signal: AbortSignal): Promise<unknown> {
  const run = await getJson<FlowRunDetail>(`/flow-engine/runs/${flowRunId}`, signal);
  const step = run.steps.findLast(
    (candidate) => candidate.step_name === "extract_unit_metadata" && candidate.status === "completed",
  );
  if (step === undefined) return null;
  return (await getJson<StepDetail>(`/flow-engine/runs/${flowRunId}/steps/${step.id}`, signal)).output;
}

const noTitles: ReadonlyMap<number, string> = new Map();

/** The planned titles of a unit's lessons by position, once its plan is written; empty before. */
export function useLessonTitles(runs: FlowRunSummary[]): ReadonlyMap<number, string> {
  const root = runs.find((run) => run.flow_name === "unit_creation");
  // A lesson's run exists only after the plan, which then does not change any more.
  const planned = root !== undefined && runs.some((run) => run.flow_name === "lesson_creation");
  const plan = useResource(["plan", root?.id], (signal) => readPlan(root?.id ?? "", signal), planned);
  return plan.data === undefined ? noTitles : titlesOf(plan.data);
}
