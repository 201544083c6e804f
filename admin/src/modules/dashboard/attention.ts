import type { LlmRequestSummary, UnitSummary } from "../../api/rows.ts";
import { formatQuantity } from "../../ui/value/format.ts";

const dayMs = 86_400_000;

/** Why a unit needs somebody: its mark, a headline and what follows from it. */
export type AttentionWords = { status: string; title: string; text: string };

/** Words for a failed, partial or paused unit; `pause_reason` is the server's own sentence. */
export function attentionWordsOf(unit: UnitSummary): AttentionWords {
  const reason = unit.error_message ?? (unit.error_code ?? "").replaceAll("_", " ");
  if (unit.status === "paused") {
    return {
      status: "paused",
      title: `${unit.title} is paused`,
      text: unit.pause_reason ?? "It waits for a person.",
    };
  }
  const written = `${unit.lessons_completed} of ${formatQuantity(unit.target_lesson_count, "lesson")} written`;
  if (unit.status === "partial") {
    return {
      status: "partial",
      title: `${unit.title} is not whole`,
      text: reason === "" ? `${written}.` : `${written}. ${reason}`,
    };
  }
  return {
    status: "failed",
    title: `${unit.title} failed`,
    text: reason === "" ? `${written}; no reason was recorded.` : reason,
  };
}

/** Of requests in doubt those of the last 24 hours; older ones are settled or forgotten and need nobody today. */
export function freshDoubtsOf(requests: LlmRequestSummary[], now: number): LlmRequestSummary[] {
  return requests.filter((request) => now - Date.parse(request.created_at) < dayMs);
}
