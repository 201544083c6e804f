import type { DashboardMetrics, Incident } from "../../../api/monitor-rows.ts";
import type { TimeSliderBar, TimeSliderMark } from "../../../ui/time-slider/TimeSlider.tsx";
import { formatClock } from "../../../ui/value/format.ts";

const hourMs = 3_600_000;
const minuteMs = 60_000;

/** The spans that the slider can cover, up to now. */
export const spans = [
  { value: "1h", word: "1 h", ms: hourMs, stepMs: 10_000, pageMs: 5 * minuteMs },
  { value: "24h", word: "24 h", ms: 24 * hourMs, stepMs: minuteMs, pageMs: 30 * minuteMs },
  { value: "7d", word: "7 d", ms: 168 * hourMs, stepMs: 10 * minuteMs, pageMs: 6 * hourMs },
] as const;

/** The name of one of the spans, or of everything that was recorded. */
export type SpanName = (typeof spans)[number]["value"] | "all";

/** A span with its ends, and how far one press of a key moves in it. All in milliseconds. */
export type Span = { from: number; to: number; stepMs: number; pageMs: number };

/** The span that ends at `toMs`; everything recorded is at least a minute long. */
export function spanOf(name: SpanName, recorded_since: string | null, toMs: number): Span {
  const known = spans.find(({ value }) => value === name);
  if (known !== undefined) {
    return { from: toMs - known.ms, to: toMs, stepMs: known.stepMs, pageMs: known.pageMs };
  }
  const since = recorded_since === null ? toMs - hourMs : Date.parse(recorded_since);
  const from = Math.min(since, toMs - minuteMs);
  const stepMs = Math.max(1_000, Math.ceil((toMs - from) / 500 / 1_000) * 1_000);
  return { from, to: toMs, stepMs, pageMs: stepMs * 20 };
}

/** The shortest span that reaches back to a moment. */
export function spanFor(at: number, toMs: number): SpanName {
  return spans.find(({ ms }) => at >= toMs - ms)?.value ?? "all";
}

/** The past moment in an address; `wrong` is what stands there when it is none. The server's clock may be a minute ahead. */
export function readMoment(
  text: string | undefined,
  nowMs: number,
): { at: string | null; wrong: string | null } {
  if (text === undefined || text === "") return { at: null, wrong: null };
  const ms = /^\d{4}-\d{2}-\d{2}T/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) || ms > nowMs + minuteMs
    ? { at: null, wrong: text }
    : { at: new Date(ms).toISOString(), wrong: null };
}

const dayFormat = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const yearFormat = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });

/** `12:04:31 on 21 Nov`, with the year where it is another. */
export function pastWordsOf(at: Date, now: Date): string {
  const day = (at.getFullYear() === now.getFullYear() ? dayFormat : yearFormat).format(at);
  return `${formatClock(at)} on ${day}`;
}

/** One job alone is no tower. */
const leastHighest = 8;

/**
 * What happened behind the slider: jobs that went well, and those that did not, against the highest bar. The slider is a map, not
 * a chart: heights grow with the root of the counts, so that a single failure can be found beside a busy hour.
 */
export function barsOf(metrics: DashboardMetrics | undefined): TimeSliderBar[] {
  if (metrics === undefined) return [];
  const { completed, partial, failed, cancelled } = metrics.jobs;
  const counts = metrics.points.map((point, place) => ({
    at: Date.parse(point),
    good: (completed[place] ?? 0) + (cancelled[place] ?? 0),
    bad: (failed[place] ?? 0) + (partial[place] ?? 0),
  }));
  const highest = Math.max(leastHighest, ...counts.map(({ good, bad }) => good + bad));
  return counts
    .filter(({ good, bad }) => good + bad > 0)
    .map(({ at, good, bad }) => {
      const scale = Math.sqrt((good + bad) / highest) / (good + bad);
      return { at, good: good * scale, bad: bad * scale };
    });
}

/** How long one bar lasts. */
export function barMsOf(metrics: DashboardMetrics | undefined): number {
  if (metrics === undefined) return 0;
  return { minute: minuteMs, hour: hourMs, day: 24 * hourMs }[metrics.resolution];
}

/** Where incidents of the span began. */
export function marksOf(
  incidents: readonly Pick<Incident, "first_seen_at" | "error_message">[],
  span: Span,
): TimeSliderMark[] {
  return incidents
    .map((incident) => ({
      at: Date.parse(incident.first_seen_at),
      words: incident.error_message.slice(0, 120),
    }))
    .filter(({ at }) => at >= span.from && at <= span.to);
}
