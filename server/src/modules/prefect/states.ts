import type { StateType } from "./client/wire.ts";

/** The statuses of our flow runs and steps. */
export type MirroredStatus = "pending" | "running" | "paused" | "completed" | "failed" | "cancelled";

const statusOfType: Readonly<Record<StateType, MirroredStatus>> = {
  SCHEDULED: "pending",
  PENDING: "pending",
  RUNNING: "running",
  // Its process still works until a runner has ended it.
  CANCELLING: "running",
  PAUSED: "paused",
  COMPLETED: "completed",
  FAILED: "failed",
  CRASHED: "failed",
  CANCELLED: "cancelled",
};

/**
 * Our status for a Prefect state type; null for a type that Prefect 3 does not have: the caller then keeps the status
 * it knows and shows Prefect's own word. Names do not count: a run that waits for its next attempt (`AwaitingRetry`)
 * is SCHEDULED, and people name states as they like.
 */
export function mirroredStatus(type: string | null | undefined): MirroredStatus | null {
  if (type === null || type === undefined) return "pending"; // A run that never got a state.
  return Object.hasOwn(statusOfType, type) ? statusOfType[type as StateType] : null; // It is one of the keys.
}

/** Whether Prefect leaves such a state only when somebody asks for another attempt. */
export function isTerminalType(type: string | null | undefined): boolean {
  return type === "COMPLETED" || type === "FAILED" || type === "CRASHED" || type === "CANCELLED";
}

/** What the dashboard shows as Prefect's own word: the name where it says more than the type. */
export function externalState(
  type: string | null | undefined,
  name: string | null | undefined,
): string | null {
  return name?.trim() || type || null;
}

/**
 * Which attempt a run is in, from its states, oldest first: how often it began to run after having ended or waited
 * for another attempt. Prefect's own `run_count` also counts what resumes after a pause; it is the answer only where no
 * states are known.
 */
export function attemptOf(
  states: readonly { readonly type: string; readonly name?: string | null | undefined }[],
  run_count: number,
): number {
  let attempts = 0;
  let isNew = true;
  for (const { type, name } of states) {
    if (isTerminalType(type) || name === "AwaitingRetry") isNew = true;
    else if (type === "RUNNING" && isNew) {
      attempts += 1;
      isNew = false;
    }
  }
  return attempts > 0 ? attempts : Math.max(1, run_count);
}

/** Whether the state that was read replaces the stored one: the later moment wins, then the larger id. */
export function isNewerState(
  stored: { readonly timestamp: string; readonly id: string } | null,
  read: { readonly timestamp: string; readonly id: string },
): boolean {
  if (stored === null) return true;
  const difference = microseconds(read.timestamp) - microseconds(stored.timestamp);
  return difference === 0n ? read.id > stored.id : difference > 0n;
}

// Date.parse stops at milliseconds; states of one run follow each other faster than that.
function microseconds(timestamp: string): bigint {
  const fraction = /\.(\d+)/.exec(timestamp)?.[1] ?? "";
  const wholeSeconds = Math.floor(Date.parse(timestamp) / 1_000);
  return BigInt(wholeSeconds) * 1_000_000n + BigInt(fraction.slice(0, 6).padEnd(6, "0"));
}
