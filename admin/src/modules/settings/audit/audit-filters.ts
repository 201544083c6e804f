import type { Query } from "../../../api/client.ts";
import type { AuditSearch } from "../../../paths.ts";
import type { SearchParams } from "../../../ui/link/search-params.ts";

/** The names that the log's filters have in the address. */
export const auditNames = ["q", "actor_id", "action", "result", "time", "at_from", "at_to"] as const;

/** The log's filters as the address has them; only usable ones. */
export type AuditFilters = Pick<AuditSearch, (typeof auditNames)[number]>;

/** How an action can end. */
export const auditResults = ["done", "refused", "failed"] as const;

/** Ranges that move with the clock, by their value in the address. */
export const happenedWithin = [
  { value: "1h", word: "last hour", ms: 3_600_000 },
  { value: "24h", word: "last 24 hours", ms: 86_400_000 },
  { value: "7d", word: "last 7 days", ms: 7 * 86_400_000 },
  { value: "30d", word: "last 30 days", ms: 30 * 86_400_000 },
] as const;

const idPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const isText = (value: string) =>
  value.length <= 200 && !/\p{Cc}/u.test(value) && value.isWellFormed() && value.trim() !== "";
const isMoment = (value: string) =>
  /^\d{4}-\d{2}-\d{2}T.+(Z|[+-]\d{2}:\d{2})$/.test(value) && !Number.isNaN(Date.parse(value));

const refusals: Record<(typeof auditNames)[number], (value: string) => string | null> = {
  q: (value) => (isText(value) ? null : "it is too long or holds characters that no text has"),
  actor_id: (value) => (idPattern.test(value) ? null : "it is not an id"),
  action: (value) => (/^[a-z_.,]{1,200}$/.test(value) ? null : "it is not an action"),
  result: (value) => (auditResults.some((result) => result === value) ? null : "there is no such result"),
  time: (value) =>
    happenedWithin.some((range) => range.value === value) ? null : "it is none of the choices",
  at_from: (value) => (isMoment(value) ? null : "it is not a time"),
  at_to: (value) => (isMoment(value) ? null : "it is not a time"),
};

/** A filter of the address that cannot be used, and why. */
export type DroppedFilter = { name: string; value: string; reason: string };

/** Reads the log's filters out of the address: usable ones, and the others with the reason. */
export function readAuditFilters(search: SearchParams): { filters: AuditFilters; dropped: DroppedFilter[] } {
  const filters: AuditFilters = {};
  const dropped: DroppedFilter[] = [];
  for (const name of auditNames) {
    const value = search[name];
    if (value === undefined || value === "") continue;
    const reason = refusals[name](value);
    if (reason === null) filters[name] = value;
    else dropped.push({ name, value, reason });
  }
  const { at_from, at_to } = filters;
  if (at_from !== undefined && at_to !== undefined && Date.parse(at_from) > Date.parse(at_to)) {
    delete filters.at_to;
    dropped.push({ name: "at_to", value: at_to, reason: "it lies before at_from" });
  }
  return { filters, dropped };
}

/** The filters as the server takes them: a range that moves with the clock becomes a moment, to the minute. */
export function auditQueryOf(filters: AuditFilters, nowMs: number): Query {
  const { time, ...query } = filters;
  const range = happenedWithin.find((one) => one.value === time);
  if (range === undefined) return query;
  const from = new Date(Math.floor((nowMs - range.ms) / 60_000) * 60_000).toISOString();
  return { ...query, at_from: from };
}

/** Where the entries that fit can be fetched as a file. */
export function exportAddress(filters: AuditFilters, format: "csv" | "jsonl", nowMs: number): string {
  const search = new URLSearchParams({ format });
  for (const [name, value] of Object.entries(auditQueryOf(filters, nowMs))) {
    if (value !== undefined) search.set(name, String(value));
  }
  return `/api/v1/admin/audit-log/export?${search}`;
}
