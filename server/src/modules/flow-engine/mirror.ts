import type { Database, Transaction } from "../../platform/database.ts";
import { createLogMirror } from "./mirrored-logs.ts";
import type { FlowMirror, MirroredRun } from "./public.ts";
import * as rows from "./repo/mirror.ts";

/** Deeper than subflows are nested; more levels are linked at the next reading. */
const mostLevels = 20;

/** Writes rows that stand for runs, steps and log lines of outside engines. */
export function createFlowMirror(database: Database): FlowMirror {
  return {
    ...createLogMirror(database),
    writeRuns,
    async writeProgress(transaction, progress) {
      if (progress.length > 0) await rows.updateProgress(transaction, progress);
    },
    async writeSteps(transaction, steps) {
      if (steps.length === 0) return;
      await rows.insertSteps(transaction, steps);
      await rows.updateSteps(transaction, steps);
    },
    async noteRuns(transaction, notes) {
      if (notes.length > 0) await rows.updateNotes(transaction, notes);
    },
    async findRuns(connection_id, external_ids, transaction) {
      if (external_ids.length === 0) return [];
      return rows.findRuns(transaction ?? database, connection_id, external_ids);
    },
    listOpenRuns: (connection_id, limit) => rows.listOpenRuns(database, connection_id, limit),
  };
}

async function writeRuns(
  transaction: Transaction,
  runs: readonly MirroredRun[],
): Promise<ReadonlyMap<string, string>> {
  if (runs.length === 0) return new Map();
  await rows.insertRuns(transaction, runs);
  const known = await rows.lockRuns(transaction, runs);
  await rows.updateRuns(transaction, runs);
  let parents = known.map(({ id }) => id);
  for (let level = 0; level < mostLevels && parents.length > 0; level += 1) {
    parents = await rows.adoptRuns(transaction, parents);
  }
  return new Map(known.map(({ id, external_id }) => [external_id, id]));
}
