import { type Database, isInfrastructureError, type Transaction } from "../../../platform/database.ts";
import { AppError } from "../../../platform/errors.ts";
import type { Logger } from "../../../platform/logger.ts";
import * as repo from "./recovery-repo.ts";

/** What a recovery asks of the module that writes units. */
export interface ResumeUnits {
  /** Gives the unit a task that resumes it. @throws AppError when it cannot be resumed now */
  resumeUnitWithin(
    transaction: Transaction,
    user: { readonly id: string },
    unit_id: string,
  ): Promise<{ readonly task_id: string }>;
  /** Rings for the workers, after the commit. */
  notifyTasks(): void;
}

export interface RecoveryOptions extends ResumeUnits {
  readonly database: Database;
  readonly logger: Logger;
}

/** Units read at once. */
const batchSize = 25;
/** How long one turn goes on, shared by all recoveries; each resumes some units. */
const turnMs = 1_500;

/**
 * Moves every unfinished recovery as far as it goes now. All its state is in the database, and each unit leaves `pending` in the
 * transaction that resumes it: another process goes on at any point, and two at once do nothing twice.
 */
export async function advanceRecoveries(options: RecoveryOptions): Promise<void> {
  const failures: unknown[] = [];
  const ids = await repo.listUnfinished(options.database);
  for (const id of ids) {
    try {
      await advance(options, id, turnMs / ids.length);
    } catch (error) {
      // The others go on all the same; this one tries again in the next turn.
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, "Recoveries could not be moved on");
}

async function advance(options: RecoveryOptions, id: string, shareMs: number): Promise<void> {
  const { database } = options;
  const until = performance.now() + shareMs;
  do {
    const wave = await database.transaction().execute((transaction) => settle(transaction, id));
    if (wave === null) break;
    for (const item of await repo.listPending(database, id, wave, batchSize)) {
      await resumeItem(options, id, wave, item);
    }
  } while (performance.now() < until);
  await repo.showRecovery(database, id);
}

/** Writes down what ended, then what follows from it. Answers the wave of which units are to be resumed now; null: none. */
async function settle(transaction: Transaction, id: string): Promise<number | null> {
  const recovery = await repo.lockRecovery(transaction, id);
  if (recovery === null) return null;
  const items = await repo.listRunning(transaction, id);
  const ends = await endsOf(transaction, recovery, items);
  await repo.endItems(transaction, ends);
  if (recovery.state !== "running") return null;
  const failure = ends.find(({ state }) => state === "failed");
  const tally = await repo.countItems(transaction, recovery);
  if (failure !== undefined) {
    await end(
      transaction,
      recovery,
      "stopped",
      `${failure.reason} No further unit is resumed.${goOn(tally)}`,
    );
    return null;
  }
  if (tally.pending_in_wave > 0) return recovery.wave;
  if (tally.running_in_wave > 0) {
    const paused = items.find((item) => item.status === "paused" && item.unit_id !== null);
    const reason =
      paused === undefined
        ? null
        : `It waits: "${paused.title}" is paused. ${paused.pause_reason ?? ""}`.trim();
    if (reason !== recovery.reason) await repo.setReason(transaction, id, reason);
    return null;
  }
  if (tally.next_wave !== null) {
    await repo.beginWave(transaction, id, tally.next_wave);
    return tally.next_wave;
  }
  await complete(transaction, recovery, tally);
  return null;
}

async function endsOf(
  transaction: Transaction,
  recovery: repo.Recovery,
  items: readonly repo.RunningItem[],
): Promise<repo.ItemEnd[]> {
  const ends: repo.ItemEnd[] = [];
  for (const item of items) {
    const end = await endOf(transaction, recovery, item);
    if (end !== null) ends.push(end);
  }
  return ends;
}

const unfinished = new Set(["pending", "in_progress", "retry", "paused"]);

async function endOf(
  transaction: Transaction,
  recovery: repo.Recovery,
  item: repo.RunningItem,
): Promise<repo.ItemEnd | null> {
  const { id, title, status, unit_status } = item;
  if (item.unit_id === null || status === null) {
    return { id, state: "refused", reason: `"${title}" was deleted while it was resumed.` };
  }
  if (unfinished.has(status)) return null;
  if (status === "completed" && unit_status === "completed") return { id, state: "succeeded", reason: null };
  if (status === "cancelled") {
    return { id, state: "failed", reason: `"${title}" was cancelled after it was resumed.` };
  }
  // The cause is told from what the incidents count, a moment later.
  if (item.is_uncounted) return null;
  const cause = await repo.findCauseOf(transaction, recovery.incident_id, item.task_id);
  const how = status === "completed" ? "is not whole this time either" : "failed again";
  const why =
    cause === null
      ? "."
      : cause.is_same
        ? ", for the same cause."
        : `, for another cause: ${asSentence(cause.error_message)}`;
  return { id, state: "failed", reason: `"${title}" ${how}${why}` };
}

function asSentence(words: string): string {
  return /[.!?]$/.test(words) ? words : `${words}.`;
}

function goOn({ running }: repo.Tally): string {
  if (running === 0) return "";
  return running === 1 ? " One that runs already goes on." : ` ${running} that run already go on.`;
}

async function complete(
  transaction: Transaction,
  recovery: repo.Recovery,
  { succeeded, refused }: repo.Tally,
): Promise<void> {
  const leftOut =
    refused === 0
      ? ""
      : ` ${refused} ${refused === 1 ? "was" : "were"} left out: deleted, busy, repaired or failed otherwise meanwhile.`;
  if (succeeded === 0) {
    await end(transaction, recovery, "stopped", `No unit could be resumed.${leftOut}`);
    return;
  }
  const written =
    succeeded === 1 ? "One unit was resumed and is whole." : `${succeeded} units were resumed and are whole.`;
  const { total } = await repo.findResumable(transaction, recovery.incident_id, 0);
  if (total > 0) {
    const others = total === 1 ? "Another unit" : `${total} other units`;
    const reason = `${written}${leftOut} ${others} failed for the same cause meanwhile, so the incident stays open.`;
    await end(transaction, recovery, "completed", reason);
    return;
  }
  await repo.resolveRecovered(transaction, recovery.incident_id);
  await end(transaction, recovery, "completed", `${written}${leftOut} The incident is marked as resolved.`);
}

async function end(
  transaction: Transaction,
  { id }: repo.Recovery,
  state: "completed" | "stopped",
  reason: string,
  stopped_by_id: string | null = null,
): Promise<void> {
  await repo.endRecovery(transaction, id, state, reason, stopped_by_id);
  await repo.showRecovery(transaction, id);
}

/** Begins no further unit. False when the recovery had ended. */
export async function stopRecovery(
  transaction: Transaction,
  id: string,
  person_id: string,
): Promise<boolean> {
  const recovery = await repo.lockRecovery(transaction, id);
  if (recovery?.state !== "running") return false;
  const tally = await repo.countItems(transaction, recovery);
  await end(transaction, recovery, "stopped", `No further unit is resumed.${goOn(tally)}`, person_id);
  return true;
}

async function resumeItem(
  options: RecoveryOptions,
  recovery_id: string,
  wave: number,
  item: repo.PendingItem,
): Promise<void> {
  const locked = (work: (transaction: Transaction, recovery: repo.Recovery) => Promise<void>) =>
    options.database.transaction().execute(async (transaction) => {
      const recovery = await repo.lockRecovery(transaction, recovery_id);
      if (recovery?.state !== "running" || recovery.wave !== wave) return;
      if (await repo.isPending(transaction, item.id)) await work(transaction, recovery);
    });
  try {
    await locked(async (transaction, { user_id, incident_id }) => {
      const unit_id = await requireBroken(transaction, item.id, incident_id);
      const { task_id } = await options.resumeUnitWithin(transaction, { id: user_id }, unit_id);
      await repo.markResumed(transaction, item.id, task_id);
    });
  } catch (error) {
    if (isInfrastructureError(error)) throw error;
    const refusal = readRefusal(error);
    if (refusal === null) options.logger.error({ error, item_id: item.id }, "A unit could not be resumed");
    const state = refusal === null ? "failed" : "refused";
    const reason = refusal ?? `"${item.title}" could not be resumed: the log of the server says why.`;
    // What was begun is rolled back; only why it did not happen is written.
    await locked(async (transaction, recovery) => {
      await repo.endItems(transaction, [{ id: item.id, state, reason }]);
      if (state === "refused") return;
      const running = goOn(await repo.countItems(transaction, recovery));
      await end(transaction, recovery, "stopped", `${reason} No further unit is resumed.${running}`);
    });
    return;
  }
  options.notifyTasks();
}

/** Why a unit is left out. */
class UnitRefused extends Error {
  override readonly name = "UnitRefused";
}

/** The unit of an item that waits. @throws UnitRefused when it is gone, not broken any more or another incident's */
async function requireBroken(
  transaction: Transaction,
  item_id: string,
  incident_id: string,
): Promise<string> {
  const unit = await repo.findUnit(transaction, item_id);
  if (unit === null) throw new UnitRefused("It was deleted.");
  if (unit.status !== "failed" && unit.status !== "partial") {
    throw new UnitRefused(`It is ${unit.status.replace("_", " ")} by now.`);
  }
  // That one's recovery resumes it.
  if (unit.incident_id !== incident_id) {
    throw new UnitRefused("Its newest failure belongs to another incident.");
  }
  return unit.unit_id;
}

/** What an expected refusal says; null for anything else. */
function readRefusal(error: unknown): string | null {
  if (error instanceof UnitRefused) return error.message;
  return error instanceof AppError && error.status < 500 ? error.message : null;
}
