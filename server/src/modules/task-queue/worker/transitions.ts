import type { Database, Transaction } from "../../../platform/database.ts";
import type { ClaimedTask, SettledTask, TaskOutcome } from "../public.ts";
import { findTaskUnit } from "../repo/administration.ts";
import * as ownership from "../repo/ownership.ts";
import * as workers from "../repo/workers.ts";
import { lockTaskUnit, type SettlePorts, settle } from "../settle.ts";

/** An outcome that leaves a trace; `fenced` writes nothing. */
export type WrittenOutcome = Exclude<TaskOutcome, { readonly kind: "fenced" }>;

/** What ending a task needs to know of it. */
export type OwnedTask = Pick<ClaimedTask, "id" | "fence" | "unit_id">;

/** Claims up to `free` tasks of one queue in one transaction. */
export async function claim(
  database: Database,
  ports: SettlePorts,
  options: {
    readonly worker_id: string;
    readonly queue: string;
    readonly task_names: readonly string[];
    readonly free: number;
  },
): Promise<ClaimedTask[]> {
  return database.transaction().execute(async (transaction) => {
    const tasks = await ownership.claimTasks(transaction, options);
    await recordClaims(transaction, ports, tasks);
    return tasks;
  });
}

/** Claims exactly one task; null when it is not claimable. */
export async function claimOne(
  database: Database,
  ports: SettlePorts,
  options: { readonly worker_id: string; readonly task_id: string },
): Promise<ClaimedTask | null> {
  return database.transaction().execute(async (transaction) => {
    const task = await ownership.claimTask(transaction, options);
    if (task === null) return null;
    await recordClaims(transaction, ports, [task]);
    return task;
  });
}

async function recordClaims(
  transaction: Transaction,
  ports: SettlePorts,
  tasks: readonly ClaimedTask[],
): Promise<void> {
  if (tasks.length === 0) return;
  await ownership.insertAttempts(transaction, tasks);
  for (const task of tasks) {
    // A task's first owner finds nothing that could be out of line.
    if (task.attempt > 1) await settle(transaction, ports, { ...noError, ...task, status: "in_progress" });
  }
}

const noError = { error_code: null, error_message: null, pause_reason: null };

/**
 * Ends the owner's hold of the task as the outcome says.
 * @throws TaskFenced when the task is somebody else's, or was ended by this very call whose reply got lost
 * @throws Error when a step of the task still runs
 */
export async function endTask(
  database: Database,
  ports: SettlePorts,
  task: OwnedTask,
  outcome: WrittenOutcome,
): Promise<SettledTask> {
  return database.transaction().execute(async (transaction) => {
    const hasUnit = await lockTaskUnit(transaction, ports, task);
    const { cancel_requested } = await ownership.fenceTask(transaction, task);
    if (outcome.kind === "released" || outcome.kind === "paused") {
      return handBack(transaction, ports, task, outcome);
    }
    const kind = cancel_requested ? "cancelled" : outcome.kind;
    if (outcome.kind !== "cancelled" && (await ownership.hasRunningStep(transaction, task.id))) {
      throw new Error(`Task ${task.id} was about to end while a step of it runs`);
    }
    if (kind !== "cancelled" && outcome.kind !== "cancelled" && hasUnit) await outcome.write?.(transaction);
    const failure = kind === "failed" && outcome.kind === "failed" ? outcome : null;
    const moved = await ownership.finishTask(transaction, {
      id: task.id,
      status: kind,
      result: kind === "completed" && outcome.kind === "completed" ? outcome.result : undefined,
      error_code: failure?.error_code ?? null,
      error_message: failure?.error_message ?? null,
    });
    await ownership.endAttempt(transaction, {
      task_id: task.id,
      outcome: kind,
      error_code: moved.error_code,
    });
    // The owner keeps its fence, but nothing of it may stay open.
    await settle(transaction, ports, { ...moved, fence: moved.fence + 1 });
    return moved;
  });
}

async function handBack(
  transaction: Transaction,
  ports: SettlePorts,
  task: OwnedTask,
  outcome: Extract<TaskOutcome, { readonly kind: "released" | "paused" }>,
): Promise<SettledTask> {
  const moved =
    outcome.kind === "paused"
      ? await ownership.pauseTask(transaction, { id: task.id, reason: outcome.reason })
      : await ownership.releaseTask(transaction, { id: task.id, ...outcome });
  await ownership.endAttempt(transaction, {
    task_id: task.id,
    outcome: outcome.kind === "released" && outcome.crashed ? "crashed" : outcome.kind,
    error_code: moved.error_code,
  });
  await settle(transaction, ports, moved);
  return moved;
}

/** Takes one task from its dead worker; null when somebody else did. */
export async function takeOver(
  database: Database,
  ports: SettlePorts,
  orphan: { readonly id: string; readonly unit_id: string | null },
): Promise<SettledTask | null> {
  return database.transaction().execute(async (transaction) => {
    await lockTaskUnit(transaction, ports, orphan);
    const moved = await workers.takeFromDead(transaction, orphan.id);
    if (moved === null) return null;
    await ownership.endAttempt(transaction, {
      task_id: moved.id,
      outcome: "worker_died",
      error_code: moved.error_code,
    });
    await settle(transaction, ports, moved);
    return moved;
  });
}

/** Settles one task that nobody works on. */
export async function settleIdle(database: Database, ports: SettlePorts, id: string): Promise<void> {
  await database.transaction().execute(async (transaction) => {
    const found = await findTaskUnit(transaction, id);
    if (found === null) return;
    await lockTaskUnit(transaction, ports, { id, unit_id: found.unit_id });
    const task = await workers.lockForSettling(transaction, id);
    if (task !== null) await settle(transaction, ports, { ...task, fence: task.fence + 1 });
  });
}
