import type { TimeLeft } from "./simulate.ts";
import { quantileOf } from "./step-samples.ts";

/** What was foreseen at a moment of a job that has ended, and what came. */
export interface EndedForecast extends TimeLeft {
  readonly actual_ms: number;
}

/**
 * How ends lie about what is foreseen, measured in widths: 0 is the likely end, 1 the width from there to the simulated latest
 * end, -1 the width to the earliest.
 */
export interface Calibration {
  readonly earliest: number;
  readonly likely: number;
  readonly latest: number;
}

/** Fewer ended forecasts say little of how far forecasts are off. */
const leastEnded = 30;
/** Until then: what a simulation cannot know (common slow hours, retries) is added roughly. */
const uncalibrated: Calibration = { earliest: -1.5, likely: 0, latest: 1.5 };
// Widths are measured as ratios: a range of no width at all would make every end infinitely far from it.
const leastWidth = 0.05;
const leastMs = 1;

/** From the newest ended forecasts, so that eight of ten ends lie between `earliest` and `latest`. */
export function calibrate(ended: readonly EndedForecast[]): Calibration {
  if (ended.length < leastEnded) return uncalibrated;
  const scores = Float64Array.from(ended, scoreOf).sort();
  // The next end is one more beside them: the outer tenths are counted of one more than there are.
  const outer = 0.1 - 0.8 / (scores.length - 1);
  const likely = quantileOf(scores, 0.5);
  return {
    earliest: Math.min(likely, quantileOf(scores, outer)),
    likely,
    latest: Math.max(likely, quantileOf(scores, 1 - outer)),
  };
}

/** Moves and stretches what was simulated. Never negative; nothing left stays nothing. */
export function corrected(left: TimeLeft, { earliest, likely, latest }: Calibration): TimeLeft {
  if (left.likely_ms <= 0) return { earliest_ms: 0, likely_ms: 0, latest_ms: Math.max(0, left.latest_ms) };
  const at = (score: number) =>
    Math.max(leastMs, left.likely_ms) * Math.exp(score * (score < 0 ? widthBelow(left) : widthAbove(left)));
  return { earliest_ms: at(earliest), likely_ms: at(likely), latest_ms: at(latest) };
}

function scoreOf(ended: EndedForecast): number {
  const ratio = Math.log(Math.max(leastMs, ended.actual_ms) / Math.max(leastMs, ended.likely_ms));
  return ratio / (ratio < 0 ? widthBelow(ended) : widthAbove(ended));
}

function widthBelow({ earliest_ms, likely_ms }: TimeLeft): number {
  return Math.max(leastWidth, Math.log(Math.max(leastMs, likely_ms) / Math.max(leastMs, earliest_ms)));
}

function widthAbove({ likely_ms, latest_ms }: TimeLeft): number {
  return Math.max(leastWidth, Math.log(Math.max(leastMs, latest_ms) / Math.max(leastMs, likely_ms)));
}
