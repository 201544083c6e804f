import type { ActiveJob, JobForecast, JobProgress } from "../../api/monitor-rows.ts";
import { formatDuration, formatQuantity, formatUsd } from "../../ui/value/format.ts";

const steps: readonly (readonly [upToMs: number, stepMs: number])[] = [
  [20_000, 1_000],
  [120_000, 5_000],
  [600_000, 10_000],
  [3_600_000, 60_000],
  [Number.POSITIVE_INFINITY, 600_000],
];

/** A length of time as precisely as an estimate deserves: `7 s`, `45 s`, `1 m 10 s`, `2 m`, `14 m`. At least a second. */
export function formatRough(ms: number): string {
  const step = steps.find(([upTo]) => ms < upTo)?.[1] ?? 1_000;
  return formatDuration(Math.max(1_000, Math.round(ms / step) * step)).replace(/ 00 [sm]$/, "");
}

/** Time left in words: a short one for the head of a card, and the range it lies in, if any is known. */
export type TimeLeft = { short: string; range: string };

/** A sentence as the part of another. */
const insideSentence = (text: string) => text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, "");

/** The time that a job still takes, `sinceMs` after its forecast was made. */
export function timeLeftOf(forecast: JobForecast | null, sinceMs: number): TimeLeft {
  const remaining = forecast?.remaining ?? null;
  if (remaining === null) {
    const reason = forecast?.unknown_because ?? null;
    return { short: "", range: reason === null ? "" : `time left unknown: ${insideSentence(reason)}` };
  }
  const likely = remaining.likely_ms - sinceMs;
  const earliest = remaining.earliest_ms - sinceMs;
  const latest = remaining.latest_ms - sinceMs;
  const short = likely < 1_000 ? "any moment" : `~${formatRough(likely)} left`;
  if (latest < 1_000) return { short, range: "longer than nine of ten such jobs" };
  if (earliest < 1_000) return { short, range: `at most ${formatRough(latest)}` };
  const [least, most] = [formatRough(earliest), formatRough(latest)];
  return { short, range: least === most ? `about ${least}` : `between ${least} and ${most}` };
}

/** What Prefect tells of a job's steps; new ones may appear in it at any time. */
function wordsOnPrefectOf({ steps_done, steps_known, percentage }: JobProgress): string {
  if (steps_known === null || steps_known === 0) {
    if (steps_done > 0) return `${formatQuantity(steps_done, "step")} done`;
    return percentage === null ? "no step seen yet" : "";
  }
  const counted = `${steps_done} of ${steps_known} known steps`;
  return percentage === null ? `${counted}, the end is not known` : counted;
}

/** `23 of 41 steps`, or how many were done while nobody can say of how many. */
export function progressWordsOf(progress: JobProgress, isOnPrefect = false): string {
  if (isOnPrefect) return wordsOnPrefectOf(progress);
  const { steps_done, steps_known } = progress;
  if (steps_known !== null) return `${steps_done} of ${formatQuantity(steps_known, "step")}`;
  return steps_done === 0
    ? "no step done yet, plan not made yet"
    : `${formatQuantity(steps_done, "step")} done, plan not made yet`;
}

/** `about $0.06`: a third decimal is shown only where it says something. */
const aboutUsd = (usd: number) => `about ${formatUsd(usd).replace(/(\.\d\d)0$/, "$1")}`;

/** `$0.031 of about $0.06`; without a forecast what was spent so far. Unknown is never nothing. */
export function costWordsOf(job: Pick<ActiveJob, "cost_usd" | "forecast" | "engine">): string {
  // Prefect does not tell what its runs cost.
  if (job.engine === "prefect" && !job.cost_usd) return "cost unknown";
  const expected = job.forecast?.cost_usd ?? null;
  if (job.cost_usd === null) {
    return expected === null ? "cost unknown" : `cost so far unknown, ${aboutUsd(expected)} in all`;
  }
  if (expected === null || expected <= job.cost_usd) return `${formatUsd(job.cost_usd)} so far`;
  return `${formatUsd(job.cost_usd)} of ${aboutUsd(expected)}`;
}

/** When a queued job begins, `sinceMs` after it was reckoned. */
export function expectedStartOf(expected_start_ms: number | null, sinceMs: number): string {
  if (expected_start_ms === null) return "unknown";
  const left = expected_start_ms - sinceMs;
  return left < 1_000 ? "any moment" : `in about ${formatRough(left)}`;
}
