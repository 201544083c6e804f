import type { Query } from "../../api/client.ts";
import type { SearchParams } from "../../ui/link/search-params.ts";

/** A kind of thing that a list can be narrowed to by its id. */
export type FilteredEntity = "unit" | "user" | "task" | "flow run" | "step" | "request" | "connection";

/** One value to choose; the word is what people read. */
export type FilterOption = { value: string; word: string };

/** One filter of a list page. Each knows which names it has in the address. */
export type Filter =
  | { kind: "status"; values: readonly string[] }
  | { kind: "choice"; name: string; word: string; options: readonly FilterOption[] }
  /** Any name; the known ones and those among the rows on show are offered. */
  | { kind: "name"; name: string; word: string; known?: readonly string[] }
  | { kind: "entity"; name: string; word: string; entity: FilteredEntity }
  | { kind: "text"; placeholder: string }
  | { kind: "time" }
  | { kind: "duration" }
  | { kind: "cost" };

/** A value in the address that cannot be used, and why. */
export type DroppedValue = { name: string; value: string; reason: string };

/** The ranges that move with the clock, by their value in the address. */
export const timePresets: readonly (FilterOption & { ms: number })[] = [
  { value: "1h", word: "last hour", ms: 3_600_000 },
  { value: "24h", word: "last 24 hours", ms: 86_400_000 },
  { value: "7d", word: "last 7 days", ms: 7 * 86_400_000 },
  { value: "30d", word: "last 30 days", ms: 30 * 86_400_000 },
];

/** The names a filter has in the address. */
export function namesOf(filter: Filter): string[] {
  switch (filter.kind) {
    case "status":
      return ["status"];
    case "text":
      return ["q"];
    case "time":
      return ["time", "created_from", "created_to"];
    case "duration":
      return ["min_duration_ms", "max_duration_ms"];
    case "cost":
      return ["min_cost_usd", "max_cost_usd"];
    default:
      return [filter.name];
  }
}

/** Where a list has no statuses its few choices stand in the line instead of behind a button. */
export function inlineChoicesOf(filters: readonly Filter[]): (Filter & { kind: "choice" })[] {
  if (filters.some((filter) => filter.kind === "status")) return [];
  return filters.filter((filter) => filter.kind === "choice");
}

const idPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const momentPattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

/** A day that its month does not have is no moment, although browsers read it as one of the next month. */
function isMoment(value: string): boolean {
  if (!momentPattern.test(value) || Number.isNaN(Date.parse(value))) return false;
  const [year = 0, month = 0, day = 0] = value.slice(0, 10).split("-").map(Number);
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

const longestText = 200;
const largestDurationMs = 2_147_483_647;
const controlCharacters = /\p{Cc}/u;

/** Why a value cannot be used under a name; null when it can. Several statuses are judged one by one elsewhere. */
function refusalOf(filter: Filter, name: string, value: string): string | null {
  switch (filter.kind) {
    case "status":
      return filter.values.includes(value) ? null : "there is no such status here";
    case "choice":
      return filter.options.some((option) => option.value === value) ? null : "it is none of the choices";
    case "entity":
      return idPattern.test(value) ? null : "it is not an id";
    case "name":
    case "text":
      if (value.length > longestText) return `it is longer than ${longestText} characters`;
      return controlCharacters.test(value) || !value.isWellFormed()
        ? "it holds characters that no text has"
        : null;
    case "time":
      if (name === "time")
        return timePresets.some((preset) => preset.value === value) ? null : "it is none of the choices";
      return isMoment(value) ? null : "it is not a time";
    case "duration":
      return /^\d{1,10}$/.test(value) && Number(value) <= largestDurationMs
        ? null
        : "it is not a number of milliseconds";
    case "cost":
      return /^\d{1,6}(\.\d{1,8})?$/.test(value) ? null : "it is not an amount of dollars";
  }
}

/** What is usable of an address, and what is not. */
export type ReadFilters = { kept: SearchParams; dropped: DroppedValue[] };

function readStatuses(filter: Filter, value: string, read: ReadFilters): void {
  const statuses = [...new Set(value.split(",").filter((status) => status !== ""))];
  const usable = statuses.filter((status) => refusalOf(filter, "status", status) === null);
  const unusable = statuses.filter((status) => !usable.includes(status));
  if (usable.length > 0) read.kept.status = usable.join(",");
  for (const status of unusable) {
    read.dropped.push({ name: "status", value: status, reason: "there is no such status here" });
  }
}

const ranges = [
  { least: "created_from", most: "created_to", order: Date.parse },
  { least: "min_duration_ms", most: "max_duration_ms", order: Number },
  { least: "min_cost_usd", most: "max_cost_usd", order: Number },
];

/** A range whose end lies before its beginning holds nothing: its end is dropped. */
function dropTurnedRanges({ kept, dropped }: ReadFilters): void {
  for (const { least, most, order } of ranges) {
    const [from, to] = [kept[least], kept[most]];
    if (from === undefined || to === undefined || order(from) <= order(to)) continue;
    delete kept[most];
    dropped.push({ name: most, value: to, reason: `it lies before ${least}` });
  }
  if (kept.time === undefined) return;
  for (const name of ["created_from", "created_to"]) {
    const value = kept[name];
    if (value === undefined) continue;
    delete kept[name];
    dropped.push({ name, value, reason: "a range that moves with the clock is chosen too" });
  }
}

/** What a list page keeps in its address beside its filters: what is open inside its rows. */
const pageState = new Set(["open", "step", "lesson", "source", "quote", "view", "tab", "in"]);

/** Reads a page's filters from its address: usable values as they are, the others with the reason. */
export function readFilters(filters: readonly Filter[], search: SearchParams): ReadFilters {
  const read: ReadFilters = { kept: {}, dropped: [] };
  for (const filter of filters) {
    for (const name of namesOf(filter)) {
      const value = search[name];
      if (value === undefined || value === "") continue;
      if (filter.kind === "status") {
        readStatuses(filter, value, read);
        continue;
      }
      const reason = refusalOf(filter, name, value);
      if (reason === null) read.kept[name] = value;
      else read.dropped.push({ name, value, reason });
    }
  }
  dropTurnedRanges(read);
  const known = new Set(filters.flatMap(namesOf));
  for (const [name, value] of Object.entries(search)) {
    if (known.has(name) || pageState.has(name)) continue;
    read.dropped.push({ name, value, reason: "there is no such filter here" });
  }
  return read;
}

/** The filters as the server takes them: a range that moves with the clock becomes a moment, to the minute. */
export function queryOf(kept: SearchParams, nowMs: number): Query {
  const { time, ...query } = kept;
  const preset = timePresets.find((one) => one.value === time);
  if (preset === undefined) return query;
  const from = Math.floor((nowMs - preset.ms) / 60_000) * 60_000;
  return { ...query, created_from: new Date(from).toISOString() };
}
