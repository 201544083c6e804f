import { insightErrors } from "../errors.ts";
import type { MetricsQuery, metricRanges, resolutions } from "./models.ts";

export type Resolution = (typeof resolutions)[number];

/** A stretch of time in rows of one resolution; both ends are multiples of it and `end` is not part of it. */
export interface Stretch {
  readonly resolution: Resolution;
  readonly begin: number;
  readonly end: number;
}

/** What a question is answered with: its points, in ms since 1970, and where their rows are. */
export interface MetricsWindow extends Stretch {
  readonly points: readonly number[];
  /** The end that the answer tells: now, while the last point still runs. */
  readonly to: number;
  /** The same time in as few rows as possible, for what is summed over all of it. */
  readonly stretches: readonly Stretch[];
}

/** How long rows of a minute and of an hour are read (`rollups_kept_since` keeps them an hour longer); days stay for ever. */
export const daysKept = { minute: 3, hour: 60 } as const;

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const lengthMs = { minute: minuteMs, hour: hourMs, day: dayMs } as const;
const rangeMs = { "1h": hourMs, "24h": dayMs, "7d": 7 * dayMs, "30d": 30 * dayMs } as const satisfies Record<
  (typeof metricRanges)[number],
  number
>;
const mostMinutesMs = 3 * hourMs;
const mostHoursMs = 8 * dayMs;
const mostPoints = 400;

/**
 * Minutes for up to 3 hours, hours for up to 8 days, else days; coarser where finer rows are not kept any more. A range ends
 * with the point that runs (or that `to` lies in) and has 60, 24, 168 or 30 points.
 *
 * @throws AppError `metrics_range_too_long`, `metrics_range_in_future`
 */
export function planWindow(query: MetricsQuery, now: number): MetricsWindow {
  // What ends at the beginning of a point does not reach into it.
  const last = query.to === undefined ? now : Math.min(now, Date.parse(query.to) - 1);
  const length = query.range === undefined ? undefined : rangeMs[query.range];
  const first = query.from === undefined ? last - (length ?? 0) : Date.parse(query.from);
  if (first > now) {
    throw insightErrors.create(
      "metrics_range_in_future",
      "The range begins in the future. Choose one that begins in the past.",
    );
  }
  const resolution = resolutionFor(first, last - first, now);
  const step = lengthMs[resolution];
  const end = floorTo(last, step) + step;
  // A range goes back whole points from the running one: sixty minutes, not sixty-one.
  const begin = length === undefined ? floorTo(first, step) : end - Math.max(step, floorTo(length, step));
  const count = (end - begin) / step;
  if (count > mostPoints) {
    throw insightErrors.create(
      "metrics_range_too_long",
      `The range has ${count} days; at most ${mostPoints} are shown. Ask for parts of it, one after the other.`,
    );
  }
  return {
    resolution,
    begin,
    end,
    points: Array.from({ length: count }, (_, index) => begin + index * step),
    to: Math.min(now, end),
    stretches: splitStretch({ resolution, begin, end }, now),
  };
}

function resolutionFor(first: number, spanMs: number, now: number): Resolution {
  const isKept = (resolution: "minute" | "hour") => first >= now - daysKept[resolution] * dayMs;
  if (spanMs <= mostMinutesMs && isKept("minute")) return "minute";
  if (spanMs <= mostHoursMs && isKept("hour")) return "hour";
  return "day";
}

const coarser = { minute: "hour", hour: "day", day: null } as const;

/** Whole hours and days inside are read as such. What runs has no rows after now, so its whole day may be taken. */
function splitStretch({ resolution, begin, end }: Stretch, now: number): Stretch[] {
  const larger = coarser[resolution];
  if (larger === null || end <= begin) return end <= begin ? [] : [{ resolution, begin, end }];
  const step = lengthMs[larger];
  const innerBegin = Math.ceil(begin / step) * step;
  const innerEnd = end > now ? floorTo(end - 1, step) + step : floorTo(end, step);
  if (innerEnd <= innerBegin) return [{ resolution, begin, end }];
  const edges = [
    { resolution, begin, end: innerBegin },
    { resolution, begin: innerEnd, end },
  ].filter((edge) => edge.end > edge.begin);
  return [...edges, ...splitStretch({ resolution: larger, begin: innerBegin, end: innerEnd }, now)];
}

function floorTo(moment: number, step: number): number {
  return Math.floor(moment / step) * step;
}
