import type { DashboardMetrics } from "./models.ts";

export type CostStage = DashboardMetrics["cost_by_stage"][number]["stage"];

/** In the order in which a unit is made. */
export const costStages = [
  "source",
  "plan",
  "lessons",
  "podcast",
  "art",
  "other",
] as const satisfies readonly CostStage[];

// As the page of a unit tells its stages; the audio of a lesson is part of the podcast's.
const stageOfStep: ReadonlyMap<string, CostStage> = new Map([
  ["generate_source_material", "source"],
  ["generate_supplemental_source_material", "source"],
  ["extract_unit_metadata", "plan"],
  ["generate_lesson_transcript", "lessons"],
  ["draft_exercises", "lessons"],
  ["validate_and_structure_exercises", "lessons"],
  ["synthesize_audio", "podcast"],
  ["generate_unit_podcast_transcript", "podcast"],
  ["synthesize_unit_audio", "podcast"],
  ["describe_cover", "art"],
  ["draw_cover", "art"],
]);

/** Where a step's requests belong; replays and everything unknown are `other`. */
export function stageOf(step_name: string): CostStage {
  return stageOfStep.get(step_name) ?? "other";
}
