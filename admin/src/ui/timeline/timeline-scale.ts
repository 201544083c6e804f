/** One stretch of work or waiting, in milliseconds since 1970. An open end grows until now. */
export type TimelineBar = {
  kind: "waiting" | "working" | "reused";
  status: string;
  from: number;
  to: number | null;
};

/** The visible span of a timeline and where its marks stand. */
export type TimelineScale = { from: number; to: number; stepMs: number; marks: number[] };

const steps = [
  100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000,
  1_800_000, 3_600_000, 7_200_000, 14_400_000, 43_200_000, 86_400_000,
];
const wantedMarks = 8;

/** Span and marks for bars: round steps, at most nine marks, the first at the beginning. */
export function scaleOf(bars: TimelineBar[], now: number): TimelineScale {
  const from = bars.reduce((least, bar) => Math.min(least, bar.from), Number.POSITIVE_INFINITY);
  const to = bars.reduce((most, bar) => Math.max(most, bar.to ?? now), Number.NEGATIVE_INFINITY);
  if (!Number.isFinite(from)) return { from: now, to: now + 1000, stepMs: 1000, marks: [0] };
  const span = Math.max(100, to - from);
  const widest = steps.at(-1) ?? span;
  const stepMs =
    steps.find((step) => span / step <= wantedMarks) ?? Math.ceil(span / wantedMarks / widest) * widest;
  const marks: number[] = [];
  for (let mark = 0; mark <= span; mark += stepMs) marks.push(mark);
  return { from, to: from + span, stepMs, marks };
}

/** Left edge and width of a bar in per cent of the scale. */
export function placeOf(
  bar: TimelineBar,
  scale: TimelineScale,
  now: number,
): { left: number; width: number } {
  const span = scale.to - scale.from;
  const left = ((bar.from - scale.from) / span) * 100;
  const right = (((bar.to ?? now) - scale.from) / span) * 100;
  return { left: Math.max(0, left), width: Math.max(0, Math.min(100, right) - Math.max(0, left)) };
}

/** Time since the beginning: `0:00`, `1:30`, `1:05:00`; tenths while the steps are below a second. */
export function formatMark(offsetMs: number, stepMs: number): string {
  if (stepMs < 1000) return `${(offsetMs / 1000).toFixed(1)} s`;
  const seconds = Math.round(offsetMs / 1000);
  const two = (part: number) => String(part).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}
