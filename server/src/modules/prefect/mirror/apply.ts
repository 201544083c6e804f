import type { Transaction } from "../../../platform/database.ts";
import type { KnownRun } from "../../flow-engine/public.ts";
import type { PrefectFlowRun, PrefectTaskRun } from "../client/wire.ts";
import { isNewerState, isTerminalType } from "../states.ts";
import { completeRuns } from "./complete-runs.ts";
import { type ReadRun, statusOf, timesOf } from "./mapping.ts";
import { type MirrorMemory, noteDue, type RunSteps, withSteps } from "./memory.ts";
import type { Mirror, ReadContext } from "./mirror.ts";
import { lockConnectionRows, saveCursor } from "./repo.ts";
import { progressStamp } from "./tree-progress.ts";
import { type RunToWrite, writeReading } from "./write-reading.ts";

/** What one or more answers of Prefect held. */
export interface Reading {
  readonly runs: readonly PrefectFlowRun[];
  /** Of these runs, without the stand-ins of subflows. */
  readonly steps?: readonly PrefectTaskRun[];
  /** Asked for by their ids, and not among the answers. */
  readonly missing?: readonly string[];
  /** How far the sweep is with this reading; stored with the rows. */
  readonly cursor?: { readonly stream: string; readonly value: unknown };
  /** Steps and progress were read along; else they are read soon where a run has changed. */
  readonly isWithSteps?: boolean;
  /** Somebody asked for it: the moment of the reading is kept even where nothing changed. */
  readonly isNoted?: boolean;
}

export interface Applied {
  /** Runs of the reading that differ from what was written before. */
  readonly changed: number;
  /** From the newest change in Prefect to its commit here, by two clocks; null when nothing changed its state. */
  readonly lag_ms: number | null;
}

/**
 * Brings our rows to what was read, in one transaction with the sweep's cursor. In any order and any number of times the result
 * is the same: a state that is older than the stored one changes nothing.
 */
export async function applyReading(mirror: Mirror, context: ReadContext, reading: Reading): Promise<Applied> {
  const { runs, carriers } = await completeRuns(mirror, context, reading.runs);
  if (carriers.length > 0) await mirror.onCarrierRuns(context.connection, carriers);
  return mirror.memoryOf(context.connection).inTurn(() => applyRuns(mirror, context, reading, runs));
}

async function applyRuns(
  mirror: Mirror,
  context: ReadContext,
  reading: Reading,
  runs: readonly ReadRun[],
): Promise<Applied> {
  const memory = mirror.memoryOf(context.connection);
  const steps = reading.steps ?? [];
  const before = rememberSteps(memory, runs, steps);
  rememberChildren(memory, runs);
  const stamps = new Map(runs.map((read) => [read.run.id, stampOf(memory, read)]));
  const changed = runs.filter(({ run }) => memory.written.get(run.id) !== stamps.get(run.id));
  const isIdle =
    changed.length === 0 && steps.length === 0 && !reading.missing?.length && reading.isNoted !== true;
  try {
    if (isIdle) {
      if (reading.cursor !== undefined) await saveCursorAlone(mirror, context, reading.cursor);
      return { changed: 0, lag_ms: null };
    }
    const written = await mirror.database
      .transaction()
      .execute((transaction) =>
        writeWithin(transaction, mirror, context, reading, reading.isNoted === true ? runs : changed),
      );
    for (const id of reading.missing ?? []) memory.written.delete(id);
    for (const { read } of written) memory.written.set(read.run.id, stamps.get(read.run.id) ?? "");
    if (reading.isWithSteps !== true) {
      for (const { read } of written) if (hasBegun(read.run)) noteDue(memory, read.run.id);
    }
    return { changed: changed.length, lag_ms: lagOf(written) };
  } catch (error) {
    for (const [id, known] of before) {
      if (known === undefined) memory.steps.delete(id);
      else memory.steps.set(id, known);
    }
    throw error;
  }
}

async function writeWithin(
  transaction: Transaction,
  mirror: Mirror,
  { connection }: ReadContext,
  reading: Reading,
  runs: readonly ReadRun[],
): Promise<RunToWrite[]> {
  await lockConnectionRows(transaction, connection.lock_key);
  const steps = reading.steps ?? [];
  const ids = [
    ...runs.flatMap(({ run, parent_external_id: parent }) => (parent === null ? [run.id] : [run.id, parent])),
    ...steps.flatMap(({ flow_run_id }) => flow_run_id ?? []),
    ...(reading.missing ?? []),
  ];
  const found = await mirror.runs.findRuns(connection.id, [...new Set(ids)], transaction);
  const known = new Map(found.map((run) => [run.external_id, run]));
  const current = runs.flatMap((read): RunToWrite[] => {
    const stored = known.get(read.run.id);
    if (stored !== undefined && isOlder(read, stored)) return [];
    return [{ read, known: stored, status: statusOf(read.run.state_type, stored?.status) }];
  });
  const readAt = new Date().toISOString();
  const madeAt = new Map(reading.runs.map((run) => [run.id, timesOf(run, false, readAt).created_at]));
  await writeReading(transaction, mirror, connection, { ...reading, steps, runs: current, known, madeAt });
  if (reading.cursor !== undefined) await saveCursor(transaction, connection.id, reading.cursor);
  return current;
}

/** Read before, but answered after what is stored already. */
function isOlder({ run }: ReadRun, stored: KnownRun): boolean {
  const state = run.state;
  if (!state || stored.external_state_id === null || stored.external_state_at === null) return false;
  if (state.id === stored.external_state_id) return false;
  return !isNewerState({ id: stored.external_state_id, timestamp: stored.external_state_at }, state);
}

async function saveCursorAlone(
  mirror: Mirror,
  { connection }: ReadContext,
  cursor: NonNullable<Reading["cursor"]>,
): Promise<void> {
  const text = JSON.stringify(cursor.value);
  const memory = mirror.memoryOf(connection);
  const key = `cursor ${cursor.stream}`;
  if (memory.written.get(key) === text) return;
  await mirror.database
    .transaction()
    .execute((transaction) => saveCursor(transaction, connection.id, cursor));
  memory.written.set(key, text);
}

function stampOf(memory: MirrorMemory, read: ReadRun): string {
  const { run, parent_external_id, deployment_name, attempt } = read;
  const state = `${run.state?.id ?? run.state_id ?? ""} ${run.state_type ?? ""} ${run.updated ?? ""} ${run.run_count}`;
  const words = `${run.name} ${parent_external_id ?? ""} ${deployment_name ?? ""} ${attempt}`;
  return `${state} ${words} ${progressStamp(memory, read)}`;
}

/** The steps are part of what is counted; they are forgotten again when nothing of it could be written. */
function rememberSteps(
  memory: MirrorMemory,
  runs: readonly ReadRun[],
  steps: readonly PrefectTaskRun[],
): ReadonlyMap<string, RunSteps | undefined> {
  const before = new Map<string, RunSteps | undefined>();
  const byRun = Map.groupBy(steps, ({ flow_run_id }) => flow_run_id ?? "");
  for (const { run } of runs) {
    const read = byRun.get(run.id);
    if (read === undefined) continue;
    const known = memory.steps.get(run.id);
    before.set(run.id, known);
    memory.steps.set(run.id, withSteps(known, read));
  }
  return before;
}

function rememberChildren(memory: MirrorMemory, runs: readonly ReadRun[]): void {
  for (const { run, parent_external_id: parent } of runs) {
    if (parent === null) continue;
    memory.parentOf.set(run.id, parent);
    const known = memory.children.get(parent);
    if (known?.has(run.id) !== true) memory.children.set(parent, new Set([...(known ?? []), run.id]));
  }
}

const hasBegun = (run: PrefectFlowRun) => Boolean(run.start_time) || isTerminalType(run.state_type);

function lagOf(written: readonly RunToWrite[]): number | null {
  const newest = written
    .filter(({ read, known }) => read.run.state && read.run.state.id !== known?.external_state_id)
    .map(({ read }) => Date.parse(read.run.state?.timestamp ?? ""));
  return newest.length === 0 ? null : Math.max(0, Date.now() - Math.max(...newest));
}
