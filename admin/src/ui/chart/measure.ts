import { formatCount, formatDuration, formatUsd } from "../value/format.ts";

/** What a chart's numbers are: things counted, milliseconds, US dollars, or hundredths. */
export type Measure = "count" | "duration" | "usd" | "percent";

const compactFormat = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });
const percentFormat = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 });

/** `18.2K`, for places where the exact number stands elsewhere. */
export function formatCompact(count: number): string {
  return compactFormat.format(count);
}

/** A value as readouts and tables write it, with its unit. */
export function formatMeasure(measure: Measure, value: number): string {
  switch (measure) {
    case "count":
      return formatCount(value);
    case "duration":
      return formatDuration(value, value < 10_000);
    case "usd":
      return formatUsd(value);
    case "percent":
      return `${percentFormat.format(value)} %`;
  }
}

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

function shortDuration(ms: number): string {
  if (ms < secondMs) return `${ms} ms`;
  if (ms < minuteMs) return `${ms / secondMs} s`;
  if (ms < hourMs) return `${ms / minuteMs} min`;
  return `${ms / hourMs} h`;
}

/** A value of an axis, short, with its unit. */
export function formatTick(measure: Measure, value: number): string {
  if (value === 0) return "0";
  switch (measure) {
    case "count":
      return formatCompact(value);
    case "duration":
      return shortDuration(value);
    case "usd":
      if (value < 0.01) return `$${Number(value.toPrecision(2))}`;
      return value < 1 ? `$${value.toFixed(2)}` : `$${formatCompact(value)}`;
    case "percent":
      return `${value} %`;
  }
}

const mantissas = [1, 2, 4, 6, 8, 10];
// Half of each is a length of time that people say.
const durationTops = [
  ...[10, 20, 40, 100, 200, 400, 600].map((ms) => ms),
  ...[1, 2, 4, 6, 10, 20, 30, 40].map((seconds) => seconds * secondMs),
  ...[1, 2, 4, 6, 10, 20, 30, 40].map((minutes) => minutes * minuteMs),
  ...[1, 2, 4, 6, 12, 24, 48].map((hours) => hours * hourMs),
];

function decimalTop(largest: number): number {
  const power = 10 ** Math.floor(Math.log10(largest));
  const top = mantissas.find((mantissa) => mantissa * power >= largest * (1 - 1e-9)) ?? 10;
  return Number((top * power).toPrecision(3));
}

/** The end of an axis that starts at 0: at least `largest`, and both it and its half are round. */
export function topOfAxis(measure: Measure, largest: number): number {
  if (measure === "percent") return [2, 10, 20, 50].find((top) => top >= largest) ?? 100;
  if (largest <= 0) return measure === "usd" ? 0.01 : measure === "duration" ? secondMs : 2;
  if (measure === "count") return Math.max(2, decimalTop(largest));
  if (measure === "usd") return decimalTop(largest);
  return (
    durationTops.find((top) => top >= largest) ?? Math.ceil(largest / (2 * hourMs * 24)) * 2 * hourMs * 24
  );
}
