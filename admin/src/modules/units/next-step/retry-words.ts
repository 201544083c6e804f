import type { UnitDetail } from "../../../api/content-rows.ts";
import type { FlowRunSummary } from "../../../api/rows.ts";
import { formatDuration, formatQuantity, formatUsd } from "../../../ui/value/format.ts";

type RetriedUnit = Pick<
  UnitDetail,
  "task_id" | "lessons" | "warnings" | "cost_usd" | "lineage_id" | "author"
>;

/** What is missing of a unit: "lesson 2", "the cover". */
export function missingParts(unit: Pick<UnitDetail, "lessons" | "warnings">): string[] {
  const failed = unit.lessons.filter(({ status }) => status === "failed");
  const media = unit.warnings.flatMap(({ part, lesson_position }) => {
    if (part === "art") return ["the cover"];
    if (part === "podcast")
      return [lesson_position === null ? "the podcast" : `the audio of lesson ${lesson_position}`];
    return [];
  });
  return [...new Set([...failed.map(({ position }) => `lesson ${position}`), ...media])];
}

function listed(parts: string[]): string {
  const last = parts.at(-1) ?? "";
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(", ")} and ${last}`;
}

/** What resuming does, as far as it is known from the recorded runs. */
export function resumeSentence(unit: RetriedUnit, runs: readonly FlowRunSummary[]): string {
  const kept = runs
    .filter((run) => run.task_id === unit.task_id)
    .reduce((sum, run) => sum + run.steps_done, 0);
  const missing = listed(missingParts(unit));
  const again =
    missing === ""
      ? "What is missing runs, and what depends on it."
      : `Only ${missing} and what depends on it runs again.`;
  if (kept === 0) return again;
  return `${again} ${formatQuantity(kept, "finished step is", "finished steps are")} kept and not paid again.`;
}

/** What starting anew does, with what it took so far. */
export function scratchSentence(unit: RetriedUnit, runs: readonly FlowRunSummary[]): string {
  const whole = runs.find((run) => run.task_id === unit.task_id && run.parent_flow_run_id === null);
  const spent = unit.cost_usd === null || unit.author === "offline" ? null : formatUsd(unit.cost_usd);
  const parts: string[] = [];
  if (whole?.started_at && whole.completed_at) {
    const took = Date.parse(whole.completed_at) - Date.parse(whole.started_at);
    parts.push(`the last task took ${formatDuration(took)}`);
  }
  if (spent !== null) parts.push(`the unit has cost ${spent} so far`);
  const known = parts.length === 0 ? "" : ` For comparison: ${parts.join(", ")}.`;
  const old =
    unit.lessons.length === 0 ? "" : " Today's lessons stay readable until the new ones replace them.";
  return `Every step runs again and is paid again.${known}${old}`;
}
