import type { Query } from "../../../api/client.ts";
import type { SearchParams } from "../../../ui/link/search-params.ts";

/** How a job can end. */
export const outcomes = ["completed", "partial", "failed", "cancelled"] as const;

/** Kinds of jobs that the history can be narrowed to. */
export const taskTypes = [
  { value: "unit_creation", word: "new unit" },
  { value: "lesson_regeneration", word: "a lesson anew" },
  { value: "bulk_action", word: "bulk action" },
  { value: "llm_replay", word: "replay" },
  { value: "prefect_flow_run", word: "run on Prefect" },
] as const;

/** Who carries jobs out. */
export const jobEngines = [
  { value: "coursewright", word: "Coursewright" },
  { value: "prefect", word: "Prefect" },
] as const;

/** Ranges that move with the clock, by their value in the address. */
export const endedWithin = [
  { value: "1h", word: "last hour", ms: 3_600_000 },
  { value: "24h", word: "last 24 hours", ms: 86_400_000 },
  { value: "7d", word: "last 7 days", ms: 7 * 86_400_000 },
  { value: "30d", word: "last 30 days", ms: 30 * 86_400_000 },
] as const;

/** The names that the history's filters have in the address. */
export const historyNames = [
  "outcome",
  "q",
  "time",
  "completed_from",
  "completed_to",
  "user_id",
  "unit_id",
  "task_name",
  "engine",
  "connection_id",
] as const;

/** The history's filters as the address has them; only usable ones. */
export type HistoryFilters = Partial<Record<(typeof historyNames)[number], string>>;

const idPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const longestText = 200;
const controlCharacters = /\p{Cc}/u;

const isMoment = (value: string) =>
  /^\d{4}-\d{2}-\d{2}T.+(Z|[+-]\d{2}:\d{2})$/.test(value) && !Number.isNaN(Date.parse(value));
const isText = (value: string) =>
  value.length <= longestText && !controlCharacters.test(value) && value.isWellFormed();

const isUsable: Record<(typeof historyNames)[number], (value: string) => boolean> = {
  outcome: (value) => value.split(",").every((word) => outcomes.some((outcome) => outcome === word)),
  q: isText,
  time: (value) => endedWithin.some((range) => range.value === value),
  completed_from: isMoment,
  completed_to: isMoment,
  user_id: (value) => idPattern.test(value),
  unit_id: (value) => idPattern.test(value),
  task_name: isText,
  connection_id: (value) => idPattern.test(value),
  engine: (value) => jobEngines.some((engine) => engine.value === value),
};

/** Reads the history's filters out of the page's address. What cannot be used is left out, as if it were not there. */
export function readHistoryFilters(search: SearchParams): HistoryFilters {
  const filters: HistoryFilters = {};
  for (const name of historyNames) {
    const value = search[name];
    if (value !== undefined && value !== "" && isUsable[name](value)) filters[name] = value;
  }
  return filters;
}

const earlier = (left: string | undefined, right: string) =>
  left !== undefined && Date.parse(left) < Date.parse(right) ? left : right;

/**
 * The filters as the server takes them. A range that moves with the clock becomes a moment, to the minute; at a past moment
 * it ends there, and nothing that ended later is asked for.
 */
export function historyQueryOf(filters: HistoryFilters, at: string | null, nowMs: number): Query {
  const { time, ...query } = filters;
  const range = endedWithin.find((one) => one.value === time);
  const endMs = at === null ? nowMs : Date.parse(at);
  const from =
    range === undefined
      ? query.completed_from
      : new Date(Math.floor((endMs - range.ms) / 60_000) * 60_000).toISOString();
  return {
    ...query,
    completed_from: from,
    completed_to: at === null ? query.completed_to : earlier(query.completed_to, at),
  };
}

/** The outcomes with one more or one less, in the order of the chips, so that the same choice is the same address. */
export function toggledOutcome(chosen: string | undefined, outcome: string): string {
  const now = (chosen ?? "").split(",").filter((word) => word !== "");
  const next = now.includes(outcome) ? now.filter((word) => word !== outcome) : [...now, outcome];
  return outcomes.filter((word) => next.includes(word)).join(",");
}
