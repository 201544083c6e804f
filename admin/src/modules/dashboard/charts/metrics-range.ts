import type { Query } from "../../../api/client.ts";
import type { SearchParams } from "../../../ui/link/search-params.ts";
import { formatMoment } from "../../../ui/value/format.ts";

/** A stretch of time that the charts show: one that moves with the clock, or two moments (ISO 8601, `to` empty for now). */
export type MetricsRange =
  | { kind: "1h" | "24h" | "7d" | "30d" }
  | { kind: "custom"; from: string; to: string };

/** What the range switch offers, in its order. */
export const rangeChoices = [
  { value: "1h", word: "1 h" },
  { value: "24h", word: "24 h" },
  { value: "7d", word: "7 d" },
  { value: "30d", word: "30 d" },
  { value: "custom", word: "Custom" },
] as const;

const usual: MetricsRange = { kind: "24h" };

const isMoment = (text: string | undefined): text is string =>
  text !== undefined && !Number.isNaN(Date.parse(text));

/** The range in the page's address; the last 24 hours for none and for one that cannot be. */
export function rangeOf(search: SearchParams): MetricsRange {
  const { range, from, to } = search;
  if (range === "custom") {
    if (!isMoment(from)) return usual;
    if (to === undefined || to === "") return { kind: "custom", from, to: "" };
    return isMoment(to) && Date.parse(from) < Date.parse(to) ? { kind: "custom", from, to } : usual;
  }
  if (range === "1h" || range === "24h" || range === "7d" || range === "30d") return { kind: range };
  return usual;
}

/** What the server is asked for. Nothing after the moment `at` on show is part of it. */
export function metricsQueryOf(range: MetricsRange, at: string | null): Query {
  if (range.kind !== "custom") return at === null ? { range: range.kind } : { range: range.kind, to: at };
  const ends = [range.to, at ?? ""]
    .filter((end) => end !== "")
    .toSorted((a, b) => Date.parse(a) - Date.parse(b));
  const to = ends[0];
  if (to !== undefined && Date.parse(to) <= Date.parse(range.from)) return { range: "24h", to };
  return to === undefined ? { from: range.from } : { from: range.from, to };
}

const lengths = { "1h": "hour", "24h": "24 hours", "7d": "7 days", "30d": "30 days" } as const;

/** The range as a headline: `Last 24 hours`, `20 Nov 10:00 to 21 Nov 10:00`. */
export function rangeWords(range: MetricsRange, at: string | null, now: Date): string {
  const moment = (iso: string) => formatMoment(new Date(iso), now);
  if (range.kind === "custom") {
    const asked = metricsQueryOf(range, at);
    if (asked.from !== undefined)
      return `${moment(range.from)} to ${asked.to === undefined ? "now" : moment(String(asked.to))}`;
  }
  const length = lengths[range.kind === "custom" ? "24h" : range.kind];
  return at === null ? `Last ${length}` : `${length === "hour" ? "Hour" : length} up to ${moment(at)}`;
}
