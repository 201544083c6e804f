import type { PrefectEvent } from "../client/wire.ts";

export const heartbeatEvent = "prefect.flow-run.heartbeat";
const flowRunPrefix = "prefect.flow-run.";
const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** What an event is good for: which run to read, or that a run lives. Never what state something is in. */
export interface EventHint {
  readonly kind: "run" | "step" | "heartbeat";
  readonly run_id: string;
}

/** Null for events that concern no run that can be told. */
export function readHint(event: PrefectEvent): EventHint | null {
  const own = runIdOf(event.resource);
  if (own !== null) return { kind: event.event === heartbeatEvent ? "heartbeat" : "run", run_id: own };
  for (const labels of event.related ?? []) {
    const run_id = labels["prefect.resource.role"] === "flow-run" ? runIdOf(labels) : null;
    if (run_id !== null) return { kind: "step", run_id };
  }
  return null;
}

function runIdOf(labels: Readonly<Record<string, unknown>>): string | null {
  const id = labels["prefect.resource.id"];
  if (typeof id !== "string" || !id.startsWith(flowRunPrefix)) return null;
  const run_id = id.slice(flowRunPrefix.length);
  return uuid.test(run_id) ? run_id.toLowerCase() : null;
}

/** How far clocks may be apart. */
export const clockAllowanceMs = 5 * 60_000;

/**
 * Translates Prefect's clock into ours. The shortest way that an event was seen to take stands for the difference of the
 * clocks, so that a time is at most that way too late. An event that seems older than clocks are apart is an old one and
 * tells nothing of them.
 */
export function createClockComparison() {
  let differenceMs: number | null = null;
  return {
    /** The moment of an event by our clock, in ms. */
    momentOf(event: PrefectEvent, nowMs: number): number {
      const told = Date.parse(event.received ?? event.occurred);
      const apartMs = nowMs - told;
      if (apartMs < (differenceMs ?? clockAllowanceMs)) differenceMs = apartMs;
      return Math.min(nowMs, told + (differenceMs ?? 0));
    },
  };
}
