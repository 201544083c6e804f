import type { MirroredRun, MirroredStep } from "../../flow-engine/public.ts";
import type { OutsideProgress, TaskStatus } from "../../task-queue/public.ts";
import type { PrefectFlowRun, PrefectTaskRun } from "../client/wire.ts";
import type { WatchedConnection } from "../connections/store.ts";
import type { PrefectErrorCode } from "../errors.ts";
import type { Progress } from "../progress.ts";
import { externalState, isTerminalType, type MirroredStatus, mirroredStatus } from "../states.ts";

/** Label with the number of steps that a run will have, set by whoever launches it. */
export const stepsTotalLabel = "coursewright_steps_total";

/** A run with what Prefect's answer leaves to be looked up. */
export interface ReadRun {
  readonly run: PrefectFlowRun;
  readonly flow_name: string;
  readonly deployment_name: string | null;
  /** Null for a top-level run, and while the parent of a subflow is not known. */
  readonly parent_external_id: string | null;
  readonly attempt: number;
}

const uuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
const wholeUuid = new RegExp(`^${uuid}$`, "i");
const unitTag = new RegExp(`^unit:(${uuid})$`, "i");

export function isUuid(text: unknown): text is string {
  return typeof text === "string" && wholeUuid.test(text);
}

/** The unit that a run names, by its parameter or by a tag; it need not exist. */
export function namedUnit(run: Pick<PrefectFlowRun, "parameters" | "tags">): string | null {
  const named = run.parameters?.unit_id;
  if (isUuid(named)) return named.toLowerCase();
  for (const tag of run.tags) {
    const found = unitTag.exec(tag.trim())?.[1];
    if (found !== undefined) return found.toLowerCase();
  }
  return null;
}

export function stepsTotal(run: Pick<PrefectFlowRun, "labels">): number | null {
  const total = run.labels?.[stepsTotalLabel];
  return typeof total === "number" && Number.isSafeInteger(total) && total > 0 ? total : null;
}

/** A state of a type that nobody knows changes nothing but the words. */
export function statusOf(type: string | null | undefined, known: string | undefined): MirroredStatus {
  return mirroredStatus(type) ?? (known as MirroredStatus | undefined) ?? "pending"; // Stored by us before.
}

const taskStatuses: Readonly<Record<MirroredStatus, TaskStatus>> = {
  pending: "pending",
  running: "in_progress",
  paused: "paused",
  completed: "completed",
  failed: "failed",
  cancelled: "cancelled",
};

/** Where people look at a run. */
export function runUrl(connection: Pick<WatchedConnection, "base_url" | "ui_url">, id: string): string {
  const base = connection.ui_url ?? connection.base_url.replace(/\/api\/?$/, "");
  return `${base.replace(/\/+$/, "")}/runs/flow-run/${id}`;
}

interface Failing {
  readonly state_type?: string | null | undefined;
  readonly state_name?: string | null | undefined;
  readonly state?: { readonly message?: string | null | undefined } | null | undefined;
}

/** Prefect's words for a failure; nulls for a run that did not fail. */
export function failureOf(run: Failing): {
  error_code: PrefectErrorCode | null;
  error_message: string | null;
} {
  if (run.state_type !== "FAILED" && run.state_type !== "CRASHED")
    return { error_code: null, error_message: null };
  const hasCrashed = run.state_type === "CRASHED";
  const words =
    run.state?.message?.trim() || `Prefect gives no reason (${run.state_name || run.state_type}).`;
  return { error_code: hasCrashed ? "prefect_run_crashed" : "prefect_run_failed", error_message: words };
}

interface Timed {
  readonly created?: string | null | undefined;
  readonly expected_start_time?: string | null | undefined;
  readonly start_time?: string | null | undefined;
  readonly end_time?: string | null | undefined;
  readonly state?: { readonly timestamp: string } | null | undefined;
}

/** When it began and ended. `isEnded` decides: Prefect leaves an old end time standing on a run that goes on. */
export function timesOf(run: Timed, isEnded: boolean, readAt: string) {
  const created_at = run.created ?? run.expected_start_time ?? run.state?.timestamp ?? readAt;
  return {
    created_at,
    started_at: run.start_time ?? null,
    completed_at: isEnded ? (run.end_time ?? run.state?.timestamp ?? readAt) : null,
  };
}

const isEnded = (status: MirroredStatus) =>
  status === "completed" || status === "failed" || status === "cancelled";

/** The row of a run, as far as the run alone tells it. */
export function mirroredRun(
  connection: WatchedConnection,
  read: ReadRun,
  row: Pick<MirroredRun, "task_id" | "unit_id" | "unit_title" | "recheck_until" | "status">,
  readAt: string,
): MirroredRun {
  const { run } = read;
  return {
    ...row,
    ...failureOf(run),
    ...timesOf(run, isEnded(row.status), readAt),
    connection_id: connection.id,
    external_id: run.id,
    flow_name: read.flow_name,
    parent_external_id: read.parent_external_id,
    external_run_name: run.name,
    external_url: runUrl(connection, run.id),
    external_state: externalState(run.state_type, run.state_name),
    external_state_type: run.state_type ?? null,
    external_state_id: run.state?.id ?? run.state_id ?? null,
    external_state_at: run.state?.timestamp ?? null,
    external_deployment_id: run.deployment_id ?? null,
    external_deployment_name: read.deployment_name,
    external_work_pool: run.work_pool_name ?? null,
    external_parent_task_run_id: run.parent_task_run_id ?? null,
    attempt: read.attempt,
  };
}

/** How the task of a top-level run stands. */
export function outsideProgress(
  read: ReadRun,
  status: MirroredStatus,
  progress: Progress | null,
  current_step: string | null,
  readAt: string,
): OutsideProgress {
  const { run } = read;
  const { started_at, completed_at } = timesOf(run, isEnded(status), readAt);
  return {
    ...failureOf(run),
    status: taskStatuses[status],
    pause_reason: status === "paused" ? run.state?.message?.trim() || "Paused on Prefect" : null,
    attempt: read.attempt,
    progress_percentage: status === "completed" ? 100 : (progress?.percentage ?? 0),
    current_step: isEnded(status) ? null : current_step,
    result: null,
    available_at: run.next_scheduled_start_time ?? run.state?.state_details?.scheduled_time ?? null,
    started_at,
    completed_at,
    external_state_at: run.state?.timestamp ?? null,
    external_state_id: run.state?.id ?? null,
  };
}

/** Stands for a subflow, which has a row of its own. */
export function isStandIn(step: PrefectTaskRun): boolean {
  return Boolean(step.state?.state_details?.child_flow_run_id);
}

/**
 * A stand-in is made a moment before its subflow, and until then looks like any task run that has not begun; only its id is no
 * UUIDv7. So such a one counts as a step from its beginning on.
 */
export function hasProvedStep(step: PrefectTaskRun): boolean {
  const hasBegun =
    Boolean(step.start_time) || step.state_type === "RUNNING" || isTerminalType(step.state_type);
  return !isStandIn(step) && (hasBegun || step.id[14] === "7");
}

/**
 * The step that a task run is one call of: Prefect names calls by the task and the beginning of their dynamic key, such as
 * `write_body-0` or `write_body-3fa`. A name that people chose stays as it is.
 */
export function stepNameOf({ name, dynamic_key }: Pick<PrefectTaskRun, "name" | "dynamic_key">): string {
  const ending = [dynamic_key, dynamic_key.slice(0, 3)].find(
    (key) => key !== "" && name.endsWith(`-${key}`) && name.length > key.length + 1,
  );
  return ending === undefined ? name : name.slice(0, -ending.length - 1);
}

const largestOrder = 2_147_483_647;

/** The row of a task run. Steps are ordered by when they were made, in ms after their run. */
export function mirroredStep(
  connection_id: string,
  step: PrefectTaskRun,
  owner: { readonly flow_run_id: string; readonly task_id: string | null; readonly created_at: string },
  readAt: string,
): MirroredStep {
  const status = statusOf(step.state_type, undefined);
  const times = timesOf(step, isTerminalType(step.state_type), readAt);
  const afterMs = Date.parse(times.created_at) - Date.parse(owner.created_at);
  return {
    ...failureOf(step),
    ...times,
    connection_id,
    external_id: step.id,
    flow_run_id: owner.flow_run_id,
    task_id: owner.task_id,
    step_name: stepNameOf(step),
    step_order: Math.min(Math.max(afterMs, 0), largestOrder),
    status,
    attempt: Math.max(1, step.run_count),
    external_state: externalState(step.state_type, step.state_name),
    external_state_type: step.state_type ?? null,
    external_state_id: step.state?.id ?? step.state_id ?? null,
    external_state_at: step.state?.timestamp ?? null,
  };
}

const recheckMs = 10 * 60_000;

/**
 * Until when an ended run is read again: Prefect changes some ended runs, and steps come late. Measured from when its end was
 * seen here, since Prefect's clock may differ; null for a run that goes on or ended long ago.
 */
export function recheckUntil(
  run: PrefectFlowRun,
  options: {
    readonly isEnded: boolean;
    readonly cancelMs: number;
    readonly nowMs: number;
    /** When the same state was seen before: what was decided then. */
    readonly decided: string | null | undefined;
  },
): string | null {
  const { isEnded: hasEnded, cancelMs, nowMs, decided } = options;
  if (!hasEnded) return null;
  if (decided !== undefined) return decided;
  const windowMs = recheckMs + (run.state_type === "CANCELLED" ? cancelMs : 0);
  const endedAt = run.end_time ?? run.state?.timestamp;
  const isLongAgo = endedAt !== undefined && Date.parse(endedAt) < nowMs - windowMs - recheckMs;
  return isLongAgo ? null : new Date(nowMs + windowMs).toISOString();
}
