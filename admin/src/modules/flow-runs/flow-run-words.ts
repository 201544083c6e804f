import type { FlowRunSummary } from "../../api/rows.ts";
import { formatQuantity } from "../../ui/value/format.ts";
import { shortName } from "../../ui/value/visible-text.ts";

/** Which part of its unit a run works on: "lesson 3", "cover", "podcast"; empty for the whole unit. */
export function partOf(run: Pick<FlowRunSummary, "flow_name" | "lesson_position">): string {
  if (run.lesson_position !== null) return `lesson ${run.lesson_position}`;
  if (run.flow_name === "unit_art_creation") return "cover";
  if (run.flow_name === "unit_podcast") return "podcast";
  return "";
}

/** What a run is about, for a row or a headline: its unit, else the name that it has on Prefect. */
export function nameOfRun(
  run: Pick<FlowRunSummary, "unit_title" | "connection_id" | "flow_name" | "external_run_name">,
): string | null {
  if (run.unit_title !== null) return run.unit_title;
  return run.connection_id === null ? null : (run.external_run_name ?? run.flow_name);
}

/** What a run does now, or what came of it. */
export function activityOf(run: FlowRunSummary): string {
  if (run.status === "failed") {
    const reason = shortName(run.error_message ?? run.error_code ?? "failed without a reason");
    return run.current_step === null ? reason : `${run.current_step}: ${reason}`;
  }
  if (run.status === "running") return run.current_step ?? "begins";
  if (run.status === "paused")
    return run.current_step === null ? "waits" : `waits before ${run.current_step}`;
  if (run.status === "completed") return formatQuantity(run.steps_done, "step");
  return run.current_step ?? "";
}

/** Input and output tokens together; null when neither was measured. */
export function tokensOf(
  run: Pick<FlowRunSummary, "tokens_input" | "tokens_output" | "connection_id">,
): number | null {
  // Prefect does not count them.
  if (run.connection_id !== null) return null;
  if (run.tokens_input === null && run.tokens_output === null) return null;
  return (run.tokens_input ?? 0) + (run.tokens_output ?? 0);
}

const phrases: Record<string, string> = {
  generate_source_material: "writes the source",
  extract_unit_metadata: "plans the unit",
  generate_supplemental_source_material: "adds to the source",
  generate_lesson_transcript: "writes the lesson",
  draft_exercises: "drafts the exercises",
  validate_and_structure_exercises: "checks the exercises",
  synthesize_audio: "speaks the lesson",
  describe_cover: "describes the cover",
  draw_cover: "draws the cover",
  generate_unit_podcast_transcript: "writes the podcast",
  synthesize_unit_audio: "speaks the podcast",
};

/** A step as a verb phrase: "drafts the exercises". A step this page does not know keeps its name. */
export function activityPhraseOf(stepName: string): string {
  return phrases[stepName] ?? stepName.replaceAll("_", " ");
}
