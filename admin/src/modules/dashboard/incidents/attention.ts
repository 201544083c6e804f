import type { CourseGeneration } from "../../../api/monitor-rows.ts";
import type { LlmRequestSummary, UnitSummary } from "../../../api/rows.ts";
import { formatQuantity } from "../../../ui/value/format.ts";
import { shortName, visibleText } from "../../../ui/value/visible-text.ts";
import { pauseSentenceOf } from "../../tasks/public.ts";

const dayMs = 86_400_000;

/** Why a unit needs somebody: its mark, a headline and what follows from it. */
export type AttentionWords = { status: string; title: string; text: string };

/** Words for a failed, partial or paused unit; `pause_reason` is the server's own sentence. */
export function attentionWordsOf(unit: UnitSummary): AttentionWords {
  const name = shortName(unit.title);
  const reason = visibleText(unit.error_message ?? (unit.error_code ?? "").replaceAll("_", " "));
  if (unit.status === "paused") {
    return {
      status: "paused",
      title: `${name} is paused`,
      text: pauseSentenceOf(unit),
    };
  }
  const written = `${unit.lessons_completed} of ${formatQuantity(unit.target_lesson_count, "lesson")} written`;
  if (unit.status === "partial") {
    return {
      status: "partial",
      title: `${name} is not whole`,
      text: reason === "" ? `${written}.` : `${written}. ${reason}`,
    };
  }
  return {
    status: "failed",
    title: `${name} failed`,
    text: reason === "" ? `${written}; no reason was recorded.` : reason,
  };
}

/** Of requests in doubt those of the last 24 hours; older ones are settled or forgotten and need nobody today. */
export function freshDoubtsOf(requests: LlmRequestSummary[], now: number): LlmRequestSummary[] {
  return requests.filter((request) => now - Date.parse(request.created_at) < dayMs);
}

/**
 * How many of the `broken` units (failed or partial) no open incident tells of. A unit counts in the one incident of its newest
 * failure, so the sum is exact as long as the answer holds all of them.
 */
export function unexplainedCount(broken: number, { incidents }: Pick<CourseGeneration, "incidents">): number {
  const told = incidents.reduce((sum, { unit_count_unrepaired }) => sum + unit_count_unrepaired, 0);
  return Math.max(0, broken - told);
}

/** Paused units that wait for the same reason. */
export type PausedGroup = { reason: string; units: UnitSummary[] };

/** Paused units by their reason, the largest group first. */
export function groupPaused(units: readonly UnitSummary[]): PausedGroup[] {
  const groups = Map.groupBy(units, pauseSentenceOf);
  return [...groups]
    .map(([reason, members]) => ({ reason, units: members }))
    .toSorted((left, right) => right.units.length - left.units.length);
}
