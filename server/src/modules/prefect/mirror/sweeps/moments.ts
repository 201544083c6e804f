import type { PrefectFlowRun } from "../../client/wire.ts";

/** How far a sweep looks back behind its cursor: what was committed late in Prefect is found again. */
export const overlapMs = 2 * 60_000;
/** Prefect's clock may be this far before or behind ours. */
export const clockDifferenceMs = 10 * 60_000;

/** The later of two of Prefect's moments, in its own words; they are compared to the millisecond. */
export function laterOf(one: string | null, other: string | null | undefined): string | null {
  if (!other) return one;
  return one === null || Date.parse(other) > Date.parse(one) ? other : one;
}

export function shifted(moment: string, byMs: number): string {
  return new Date(Date.parse(moment) + byMs).toISOString();
}

/** When the last of these began, by Prefect's clock; one that only waits counts for nothing, its time may lie ahead. */
export function newestStart(runs: readonly PrefectFlowRun[], before: string | null): string | null {
  return runs.reduce((newest, { start_time }) => laterOf(newest, start_time), before);
}

export function newestEnd(runs: readonly PrefectFlowRun[], before: string | null): string | null {
  return runs.reduce((newest, { end_time }) => laterOf(newest, end_time), before);
}

/** The time that Prefect compares with `start_time`. */
export function comparedStart(run: PrefectFlowRun): string | null {
  return run.start_time ?? run.expected_start_time ?? null;
}
