import type { Transaction } from "../../platform/database.ts";
import type { ObservedTask, OutsideProgress, OutsideTasks } from "./public.ts";
import { findTaskUnit } from "./repo/administration.ts";
import * as outside from "./repo/outside-tasks.ts";
import { lockTaskUnit, type SettlePorts, settle } from "./settle.ts";
import { isOver } from "./statuses.ts";

/** Why a launched task failed although its run completed. */
const nothingReturned = {
  error_code: "nothing_returned",
  error_message: "The run completed, but none of the unit's lessons was returned.",
} as const;

/** Tasks that outside engines carry out, except their submission. */
export function createOutsideTasks(ports: SettlePorts): Omit<OutsideTasks, "submitOutsideTask"> {
  return {
    observeTasks,
    forgetRun: outside.forgetRun,
    withdrawCancel: outside.withdrawCancel,
    moveOutsideTask: (transaction, task, progress, write) =>
      moveOutsideTask(transaction, ports, task, progress, write),
  };
}

async function observeTasks(
  transaction: Transaction,
  tasks: readonly ObservedTask[],
): Promise<ReadonlyMap<string, string>> {
  // Of two readings of one run the later one counts.
  const own = [...new Map(tasks.map((task) => [`${task.connection_id} ${task.external_id}`, task])).values()];
  if (own.length === 0) return new Map();
  await outside.insertObservedTasks(transaction, own);
  const rows = await outside.lockTasksOfRuns(transaction, own);
  await outside.updateObservedTasks(transaction, own);
  return new Map(rows.map(({ id, external_id }) => [external_id, id]));
}

async function moveOutsideTask(
  transaction: Transaction,
  ports: SettlePorts,
  { id, external_id }: { readonly id: string; readonly external_id: string | null },
  progress: OutsideProgress,
  write?: (transaction: Transaction) => Promise<unknown>,
): Promise<boolean> {
  const found = await findTaskUnit(transaction, id);
  if (found === null) return false;
  const isUnitOurs = await lockTaskUnit(transaction, ports, { id, unit_id: found.unit_id });
  const task = await outside.lockLaunchedTask(transaction, id);
  if (task === null) return false;
  const isNamed = task.external_id === null && external_id !== null;
  if (isNamed) await outside.setExternalId(transaction, id, external_id);
  else if (external_id !== null && task.external_id !== external_id) return false;

  const wasOver = isOver(task.status);
  const seen = asRecorded(task, progress);
  if ((await outside.compareLaunchedTask(transaction, id, seen)) === null) return isNamed;
  const goesOn = wasOver && !isOver(seen.status);
  if (goesOn && (!isUnitOurs || (await outside.hasOtherLiveTask(transaction, task)))) return isNamed;

  const ends = isOver(seen.status) && task.status !== seen.status;
  const ended = ends && isUnitOurs && write !== undefined ? await finish(transaction, seen, write) : seen;
  // What was asked of the task before anything ran still has to reach the run.
  const moved = await outside.updateLaunchedTask(transaction, id, ended, goesOn && task.external_id !== null);
  if (moved.status !== task.status) await settle(transaction, ports, { ...moved, fence: moved.fence + 1 });
  return true;
}

/**
 * The reading as this task tells it: the result of its end is its own, and a run that completed without returning anything stays a
 * failure until a next attempt.
 */
function asRecorded(task: outside.LaunchedTask, progress: OutsideProgress): OutsideProgress {
  const isSameEnd = task.error_code === nothingReturned.error_code && progress.status === "completed";
  if (!isSameEnd || progress.attempt > task.attempt) return progress;
  return { ...progress, status: "failed", ...nothingReturned };
}

async function finish(
  transaction: Transaction,
  progress: OutsideProgress,
  write: (transaction: Transaction) => Promise<unknown>,
): Promise<OutsideProgress> {
  const result = await write(transaction);
  if (progress.status !== "completed") return { ...progress, result: result ?? progress.result };
  if (result === null || result === undefined) return { ...progress, status: "failed", ...nothingReturned };
  return { ...progress, result };
}
