import type { SearchParams } from "../../ui/link/search-params.ts";
import { lookOfStatus } from "../../ui/status/status-tone.ts";
import { formatDuration, formatMoment, formatUsd, shortenId } from "../../ui/value/format.ts";
import { type Filter, timePresets } from "./filters.ts";

type WordedList = { many: string; filters: readonly Filter[] };

function timeWords(kept: SearchParams, now: Date): string | null {
  const preset = timePresets.find((one) => one.value === kept.time);
  if (preset !== undefined) return preset.word;
  const from = kept.created_from === undefined ? null : formatMoment(new Date(kept.created_from), now);
  const to = kept.created_to === undefined ? null : formatMoment(new Date(kept.created_to), now);
  if (from !== null && to !== null) return `${from} to ${to}`;
  if (from !== null) return `since ${from}`;
  return to === null ? null : `until ${to}`;
}

function rangeWords(
  least: string | undefined,
  most: string | undefined,
  word: (value: number) => string,
): string | null {
  if (least !== undefined && most !== undefined) return `${word(Number(least))} to ${word(Number(most))}`;
  if (least !== undefined) return `at least ${word(Number(least))}`;
  return most === undefined ? null : `at most ${word(Number(most))}`;
}

/** A filter's value in words; null when it is not in force. An id is shortened, its title is for the caller to know. */
export function wordsOf(filter: Filter, kept: SearchParams, now: Date): string | null {
  switch (filter.kind) {
    case "status": {
      const statuses = (kept.status ?? "").split(",").filter((status) => status !== "");
      return statuses.length === 0 ? null : statuses.map((status) => lookOfStatus(status).word).join(" or ");
    }
    case "time":
      return timeWords(kept, now);
    case "duration":
      return rangeWords(kept.min_duration_ms, kept.max_duration_ms, (ms) => formatDuration(ms));
    case "cost":
      return rangeWords(kept.min_cost_usd, kept.max_cost_usd, (usd) => formatUsd(usd));
    case "text":
      return kept.q === undefined ? null : `“${kept.q}”`;
    case "choice":
      return filter.options.find((option) => option.value === kept[filter.name])?.word ?? null;
    case "name":
      return kept[filter.name] ?? null;
    case "entity": {
      const id = kept[filter.name];
      return id === undefined ? null : `of ${filter.word.toLowerCase()} ${shortenId(id)}`;
    }
  }
}

/** A filtered list in words: "Failed flow runs · lesson_podcast · last 24 hours". */
export function describeList({ many, filters }: WordedList, kept: SearchParams, now: Date): string {
  const words = filters.map((filter) => ({ kind: filter.kind, word: wordsOf(filter, kept, now) }));
  const status = words.find(({ kind }) => kind === "status")?.word ?? null;
  const noun = status === null ? many : `${status} ${many}`;
  const rest = words.filter(({ kind, word }) => kind !== "status" && word !== null);
  return [noun.charAt(0).toUpperCase() + noun.slice(1), ...rest.map(({ word }) => word)].join(" · ");
}
