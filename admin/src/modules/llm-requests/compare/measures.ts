import type { LlmRequestSummary } from "../../../api/rows.ts";
import { formatCount, formatDuration, formatUsd } from "../../../ui/value/format.ts";
import { timesOf } from "../request-times.ts";

type Measured = Pick<
  LlmRequestSummary,
  | "provider"
  | "model"
  | "http_status"
  | "tokens_input"
  | "tokens_cached"
  | "tokens_reasoning"
  | "tokens_output"
  | "units_billed"
  | "cost_usd"
  | "created_at"
  | "sent_at"
  | "first_byte_at"
  | "completed_at"
>;

/** One line of a comparison: a value for each request, and how far the second is from the first. */
export type Measure = { name: string; values: string[]; difference: string };

type Numeric = {
  name: string;
  read: (request: Measured) => number | null;
  write: (value: number) => string;
  missing: string;
};

const numeric: readonly Numeric[] = [
  {
    name: "Input tokens",
    read: (request) => request.tokens_input,
    write: formatCount,
    missing: "not reported",
  },
  {
    name: "of which cached",
    read: (request) => request.tokens_cached,
    write: formatCount,
    missing: "not reported",
  },
  {
    name: "Output tokens",
    read: (request) => request.tokens_output,
    write: formatCount,
    missing: "not reported",
  },
  {
    name: "of which reasoning",
    read: (request) => request.tokens_reasoning,
    write: formatCount,
    missing: "not reported",
  },
  {
    name: "Billed units",
    read: (request) => request.units_billed,
    write: formatCount,
    missing: "not reported",
  },
  {
    name: "Cost",
    read: (request) => request.cost_usd,
    write: (usd) => formatUsd(usd, true),
    missing: "unknown",
  },
  {
    name: "First byte after",
    read: (request) => timesOf(request).firstByteMs,
    write: (ms) => formatDuration(ms, true),
    missing: "not measured",
  },
  {
    name: "Latency",
    read: latencyOf,
    write: (ms) => formatDuration(ms, true),
    missing: "not finished",
  },
];

function latencyOf(request: Measured): number | null {
  if (request.sent_at === null || request.completed_at === null) return null;
  return Math.max(0, Date.parse(request.completed_at) - Date.parse(request.sent_at));
}

function differenceOf(values: (number | null)[], write: (value: number) => string): string {
  const [first, second] = values;
  if (values.length !== 2 || first === null || second === null) return "";
  if (first === undefined || second === undefined) return "";
  const by = second - first;
  if (by === 0) return "same";
  return `${by > 0 ? "+" : "−"}${write(Math.abs(by))}`;
}

/** The measured values of several requests line by line; lines that none of them has are left out. */
export function measuresOf(requests: readonly Measured[]): Measure[] {
  const lines: Measure[] = [];
  for (const { name, read, write, missing } of numeric) {
    const values = requests.map(read);
    const optional = missing === "not reported" && name !== "Input tokens" && name !== "Output tokens";
    if (values.every((value) => value === null) && optional) continue;
    lines.push({
      name,
      values: values.map((value) => (value === null ? missing : write(value))),
      difference: differenceOf(values, write),
    });
  }
  return lines;
}
