import type { BulkAction, BulkPreview } from "../../api/detail-rows.ts";
import { formatTotal } from "../../ui/table/Pager.tsx";
import { formatCount, formatDuration, formatQuantity, formatUsd } from "../../ui/value/format.ts";
import type { BulkEntity, BulkOrder, BulkVerb } from "./bulk-api.ts";
import { mostIds } from "./bulk-api.ts";

const nouns: Record<BulkEntity, { one: string; many: string }> = {
  unit: { one: "unit", many: "units" },
  task: { one: "task", many: "tasks" },
  flow_run: { one: "flow run", many: "flow runs" },
};

/** `1 task`, `1,200 flow runs`. */
export function quantityOf(entity: BulkEntity, count: number): string {
  return formatQuantity(count, nouns[entity].one, nouns[entity].many);
}

type VerbWords = { button: string; asks: string; confirms: string; past: string; consequence: string };

const verbs: Record<BulkVerb, VerbWords> = {
  cancel: {
    button: "Cancel",
    asks: "Cancel",
    confirms: "Cancel",
    past: "cancelled",
    consequence:
      "Finished steps are kept: what is resumed later does not pay for them again. Calls in flight are stopped; their provider may still charge for them.",
  },
  retry: {
    button: "Retry from scratch",
    asks: "Retry",
    confirms: "Retry",
    past: "retried from scratch",
    consequence: "Each unit gets a new task and every step runs and is paid again.",
  },
  resume: {
    button: "Resume",
    asks: "Resume",
    confirms: "Resume",
    past: "resumed",
    consequence: "Each unit goes on where it stopped; finished steps are kept and not paid again.",
  },
};

/** The words for one action. */
export function verbWordsOf(action: BulkVerb): VerbWords {
  return verbs[action];
}

/** Estimated money and time in one sentence. Unknown is said with its reason and never shown as nothing. */
export function estimateSentence(estimate: BulkPreview["estimate"]): string {
  const { cost_usd, duration_ms, based_on_runs, unknown_because } = estimate;
  const time = duration_ms === null ? "" : ` and ${formatDuration(duration_ms)} of work`;
  if (cost_usd === null) {
    const because = unknown_because === null ? "" : `: ${unknown_because.replace(/\.$/, "")}`;
    const known = duration_ms === null ? "" : ` It takes about ${formatDuration(duration_ms)} of work.`;
    return `The cost is unknown${because}.${known}`;
  }
  const from = based_on_runs > 0 ? `, from ${formatQuantity(based_on_runs, "earlier run")}` : "";
  if (cost_usd === 0) return `It costs nothing${time === "" ? "" : `; about ${time.slice(5)}`}${from}.`;
  return `About ${formatUsd(cost_usd)}${time}${from}.`;
}

/** Why the selection cannot be acted on; undefined when it can. */
export function selectionRefusal(count: number, isAllMatching: boolean): string | undefined {
  if (isAllMatching || count <= mostIds) return undefined;
  return `At most ${formatCount(mostIds)} rows can be chosen one by one. Select all that match instead, or fewer.`;
}

const beyondConfirmation = 100;

/** True where a number must be typed before so many things are changed at once. */
export function needsTyping(eligible: number): boolean {
  return eligible > beyondConfirmation;
}

/** A list's filters as the server takes them for "all that match": only what filters, as text. */
export function filterOf(filters: Record<string, string | number | undefined>): Record<string, string> {
  const given = Object.entries(filters).filter(([, value]) => value !== undefined && value !== "");
  return Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
}

const filterWords: Record<string, string> = {
  status: "status",
  q: "text",
  task_name: "type",
  flow_name: "flow",
  unit_id: "unit",
  user_id: "user",
  task_id: "task",
  learner_level: "level",
  created_from: "created from",
  created_to: "created until",
  min_duration_ms: "at least (ms)",
  max_duration_ms: "at most (ms)",
  min_cost_usd: "at least $",
  max_cost_usd: "at most $",
};

/** A filter as a reader would say it: `status failed, text "tides"`. Null: chosen one by one. */
export function describeFilter(filter: BulkAction["filter"]): string {
  if (filter === null) return "chosen one by one";
  const parts = Object.entries(filter)
    .filter(([, value]) => value !== null && value !== undefined && value !== "")
    .map(([name, value]) => {
      const text = typeof value === "object" ? JSON.stringify(value) : String(value);
      const shown = name === "q" ? `"${text}"` : text.replaceAll("_", " ").replaceAll(",", " or ");
      return `${filterWords[name] ?? name.replaceAll("_", " ")} ${shown}`;
    });
  return parts.length === 0 ? "all there were, without a filter" : `all that matched ${parts.join(", ")}`;
}

/** `Select all 214 matching`; a capped total is told as such. */
export function selectAllWords(total: string): string {
  return `Select all ${formatTotal(total)} matching`;
}

/** What a running or ended action came to: `9 resumed, 2 refused, 1 failed, 3 not reached`. */
export function outcomeSentence(action: BulkAction, ended: boolean): string {
  const parts = [
    [action.done, verbs[action.action].past],
    [action.refused, "refused"],
    [action.failed, "failed"],
    [action.pending, ended ? "not reached" : "to do"],
  ] as const;
  const shown = parts.filter(([count]) => count > 0);
  return shown.length === 0
    ? "nothing to do"
    : shown.map(([count, word]) => `${formatCount(count)} ${word}`).join(", ");
}

/** The order for the same action over other things. */
export function orderOver(action: Pick<BulkAction, "action" | "entity">, ids: string[]): BulkOrder {
  return { action: action.action, entity: action.entity, ids };
}
