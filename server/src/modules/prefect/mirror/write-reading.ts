import type { Transaction } from "../../../platform/database.ts";
import type { KnownRun, MirroredRun } from "../../flow-engine/public.ts";
import type { ObservedTask } from "../../task-queue/public.ts";
import type { PrefectTaskRun } from "../client/wire.ts";
import type { WatchedConnection } from "../connections/store.ts";
import type { MirroredStatus } from "../states.ts";
import {
  hasProvedStep,
  isUuid,
  mirroredRun,
  mirroredStep,
  namedUnit,
  outsideProgress,
  type ReadRun,
  recheckUntil,
  timesOf,
} from "./mapping.ts";
import type { Mirror } from "./mirror.ts";
import { findLaunchedTasks, findUnitTitles, type LaunchedTask } from "./repo.ts";
import { progressOf, type RunProgress } from "./tree-progress.ts";

/** A run whose state is not older than the stored one. */
export interface RunToWrite {
  readonly read: ReadRun;
  readonly known: KnownRun | undefined;
  readonly status: MirroredStatus;
}

export interface ReadingToWrite {
  readonly runs: readonly RunToWrite[];
  readonly steps: readonly PrefectTaskRun[];
  readonly missing?: readonly string[];
  readonly isNoted?: boolean;
  /** Stored rows by external id: of the runs, their parents and those that are missing. */
  readonly known: ReadonlyMap<string, KnownRun>;
  /** When each run of the reading was made, also where only its steps are written. */
  readonly madeAt: ReadonlyMap<string, string>;
}

/** Whose a run is: its own task and unit, or those of the run that began it. */
interface Owner {
  readonly task_id: string | null;
  readonly unit_id: string | null;
  readonly unit_title: string | null;
}

interface Writing {
  readonly transaction: Transaction;
  readonly mirror: Mirror;
  readonly connection: WatchedConnection;
  readonly reading: ReadingToWrite;
  readonly readAt: string;
  readonly progress: ReadonlyMap<string, RunProgress | null>;
  readonly titles: ReadonlyMap<string, string>;
  readonly owners: Map<string, Owner>;
}

/** Writes tasks before runs before steps: the lock order of everybody. The caller holds the connection's rows. */
export async function writeReading(
  transaction: Transaction,
  mirror: Mirror,
  connection: WatchedConnection,
  reading: ReadingToWrite,
): Promise<void> {
  const memory = mirror.memoryOf(connection);
  const tops = reading.runs.filter(({ read }) => !read.run.parent_task_run_id);
  const launched = await findLaunched(transaction, connection, tops);
  const named = reading.runs.flatMap(({ read, known }) =>
    [namedUnit(read.run) ?? [], known?.unit_id ?? []].flat(),
  );
  const parents = [...reading.known.values()].flatMap(({ unit_id }) => unit_id ?? []);
  const writing: Writing = {
    ...{ transaction, mirror, connection, reading },
    readAt: new Date().toISOString(),
    progress: new Map(reading.runs.map(({ read, known }) => [read.run.id, progressOf(memory, read, known)])),
    titles: await findUnitTitles(transaction, [...new Set([...named, ...parents])]),
    owners: new Map(),
  };
  await moveLaunched(writing, tops, launched);
  await observe(
    writing,
    tops.filter(({ read }) => !launched.has(read.run.id)),
  );
  const rows = reading.runs.map((run) => rowOf(writing, run));
  const written = rows.length === 0 ? new Map() : await mirror.runs.writeRuns(transaction, rows);
  const ids = new Map([...reading.known.values()].map(({ external_id, id }) => [external_id, id]));
  for (const [external_id, id] of written) ids.set(external_id, id);
  await writeSteps(writing, rows, ids);
  await writeProgress(writing, ids);
  await noteRuns(writing, ids);
}

async function findLaunched(
  transaction: Transaction,
  connection: WatchedConnection,
  tops: readonly RunToWrite[],
): Promise<ReadonlyMap<string, LaunchedTask>> {
  const tasks = await findLaunchedTasks(transaction, connection.id, {
    ids: tops.flatMap(({ read }) => (isUuid(read.run.idempotency_key) ? [read.run.idempotency_key] : [])),
    external_ids: tops.map(({ read }) => read.run.id),
  });
  const found = new Map<string, LaunchedTask>();
  for (const { read } of tops) {
    const { id, idempotency_key: key } = read.run;
    const task = tasks.find(
      (each) => each.external_id === id || (each.external_id === null && each.id === key?.toLowerCase()),
    );
    if (task !== undefined) found.set(id, task);
  }
  return found;
}

/** In the order of their units, so that two transactions never wait for each other. */
async function moveLaunched(
  writing: Writing,
  tops: readonly RunToWrite[],
  launched: ReadonlyMap<string, LaunchedTask>,
): Promise<void> {
  const { transaction, mirror } = writing;
  const unitOf = ({ read }: RunToWrite) => launched.get(read.run.id)?.unit_id ?? "";
  const own = tops.filter(({ read }) => launched.has(read.run.id));
  for (const run of own.toSorted((one, other) => (unitOf(one) < unitOf(other) ? -1 : 1))) {
    const task = launched.get(run.read.run.id);
    if (task === undefined) continue;
    const external_id = run.read.run.id;
    const { unit_id, unit_title } = task;
    writing.owners.set(external_id, { task_id: task.id, unit_id, unit_title });
    const finish =
      run.status === "completed" && unit_id !== null
        ? (inside: Transaction) => finishUnit(writing, inside, run, { unit_id, task_id: task.id })
        : undefined;
    await mirror.tasks.moveOutsideTask(
      transaction,
      { id: task.id, external_id },
      progressOfTask(writing, run),
      finish,
    );
  }
}

/** The unit and the task are locked. The run's row comes first: the lessons say which run they came from. */
async function finishUnit(
  writing: Writing,
  transaction: Transaction,
  run: RunToWrite,
  own: { readonly unit_id: string; readonly task_id: string },
): Promise<unknown> {
  await writing.mirror.runs.writeRuns(transaction, [rowOf(writing, run)]);
  const course = await writing.mirror.arrivals.finishFromArrivals(transaction, {
    ...own,
    external_run_id: run.read.run.id,
  });
  return course === null ? null : { unit_status: course.status, missing: course.missing };
}

async function observe(writing: Writing, tops: readonly RunToWrite[]): Promise<void> {
  if (tops.length === 0) return;
  const { transaction, mirror, connection, titles, readAt } = writing;
  const tasks = tops.map((run): ObservedTask => {
    const { run: wire } = run.read;
    const named = namedUnit(wire);
    return {
      ...progressOfTask(writing, run),
      connection_id: connection.id,
      external_id: wire.id,
      task_name: "prefect_flow_run",
      title: wire.name,
      inputs: wire.parameters ?? {},
      unit_id: named !== null && titles.has(named) ? named : null,
      created_at: timesOf(wire, false, readAt).created_at,
    };
  });
  const ids = await mirror.tasks.observeTasks(transaction, tasks);
  for (const { external_id, unit_id } of tasks) {
    const unit_title = unit_id === null ? null : (titles.get(unit_id) ?? null);
    writing.owners.set(external_id, { task_id: ids.get(external_id) ?? null, unit_id, unit_title });
  }
}

function progressOfTask({ progress, readAt }: Writing, { read, status }: RunToWrite) {
  const found = progress.get(read.run.id) ?? null;
  return outsideProgress(read, status, found?.progress ?? null, found?.current_step ?? null, readAt);
}

const nobody: Owner = { task_id: null, unit_id: null, unit_title: null };

function ownerOf(writing: Writing, external_id: string): Owner {
  const found = writing.owners.get(external_id);
  if (found !== undefined) return found;
  // A ring of parents would never end otherwise.
  writing.owners.set(external_id, nobody);
  const inReading = writing.reading.runs.find(({ read }) => read.run.id === external_id);
  const parent = inReading?.read.parent_external_id;
  const owner = parent
    ? ownerOf(writing, parent)
    : knownOwner(writing, writing.reading.known.get(external_id));
  writing.owners.set(external_id, owner);
  return owner;
}

function knownOwner({ titles }: Writing, known: KnownRun | undefined): Owner {
  if (known === undefined) return nobody;
  const { task_id, unit_id } = known;
  return { task_id, unit_id, unit_title: unit_id === null ? null : (titles.get(unit_id) ?? null) };
}

function rowOf(writing: Writing, { read, known, status }: RunToWrite): MirroredRun {
  const { connection, mirror, readAt } = writing;
  const isSameState = known !== undefined && known.external_state_id === (read.run.state?.id ?? null);
  const recheck_until = recheckUntil(read.run, {
    isEnded: status === "completed" || status === "failed" || status === "cancelled",
    cancelMs: mirror.cancelMs,
    nowMs: Date.parse(readAt),
    decided: isSameState ? known.recheck_until : undefined,
  });
  return mirroredRun(connection, read, { ...ownerOf(writing, read.run.id), status, recheck_until }, readAt);
}

async function writeSteps(
  { transaction, mirror, connection, reading, readAt }: Writing,
  rows: readonly MirroredRun[],
  ids: ReadonlyMap<string, string>,
): Promise<void> {
  const rowsById = new Map(rows.map((row) => [row.external_id, row]));
  const steps = reading.steps.flatMap((step) => {
    const external_id = step.flow_run_id ?? "";
    const flow_run_id = ids.get(external_id);
    if (flow_run_id === undefined || !hasProvedStep(step)) return [];
    const row = rowsById.get(external_id);
    const known = reading.known.get(external_id);
    const task_id = row?.task_id ?? known?.task_id ?? null;
    const created_at = reading.madeAt.get(external_id) ?? readAt;
    return [mirroredStep(connection.id, step, { flow_run_id, task_id, created_at }, readAt)];
  });
  if (steps.length > 0) await mirror.runs.writeSteps(transaction, steps);
}

async function writeProgress(
  { transaction, mirror, reading, progress }: Writing,
  ids: ReadonlyMap<string, string>,
): Promise<void> {
  const rows = reading.runs.flatMap(({ read, status }) => {
    const flow_run_id = ids.get(read.run.id);
    const found = progress.get(read.run.id) ?? null;
    const isCompleted = status === "completed";
    if (flow_run_id === undefined || (found === null && !isCompleted)) return [];
    const { source = "counts", percentage = null, steps_done = 0, steps_known = 0 } = found?.progress ?? {};
    return [
      {
        flow_run_id,
        source,
        percentage: isCompleted ? 100 : percentage,
        steps_done,
        total_steps: found === null ? null : (found.steps_total ?? steps_known),
        current_step: isCompleted ? null : (found?.current_step ?? null),
      },
    ];
  });
  if (rows.length > 0) await mirror.runs.writeProgress(transaction, rows);
}

async function noteRuns(
  { transaction, mirror, reading, readAt }: Writing,
  ids: ReadonlyMap<string, string>,
): Promise<void> {
  const seen = reading.runs.flatMap(({ read, known }) => {
    const id = ids.get(read.run.id);
    if (id === undefined) return [];
    if (known?.missing_upstream_at) return [{ id, observed_at: readAt, is_missing: false }];
    return reading.isNoted === true ? [{ id, observed_at: readAt }] : [];
  });
  const gone = (reading.missing ?? []).flatMap((external_id) => {
    const known = reading.known.get(external_id);
    return known === undefined || known.missing_upstream_at !== null
      ? []
      : [{ id: known.id, observed_at: readAt, is_missing: true }];
  });
  if (seen.length + gone.length > 0) await mirror.runs.noteRuns(transaction, [...seen, ...gone]);
}
