import { largestPage } from "../client/queries.ts";
import type { PrefectFlowRun } from "../client/wire.ts";
import { type Applied, applyReading, type Reading } from "./apply.ts";
import { hasFilter, inPages } from "./complete-runs.ts";
import { noteDue } from "./memory.ts";
import type { Mirror, ReadContext } from "./mirror.ts";
import { readProgress, readSteps } from "./read-steps.ts";

/** Runs of one reading, and those asked for that Prefect does not know. */
interface Found {
  readonly runs: readonly PrefectFlowRun[];
  readonly missing: readonly string[];
}

async function findByIds({ client, signal }: ReadContext, ids: readonly string[]): Promise<Found> {
  const runs = await client.listFlowRuns({ ids, limit: largestPage }, signal);
  const found = new Set(runs.map(({ id }) => id));
  return { runs, missing: ids.filter((id) => !found.has(id)) };
}

/**
 * Reads these runs by their ids, one request for 200 of them, and writes what changed; those that Prefect does not know are
 * marked as gone there. Their steps are read by the sweep of steps.
 */
export async function refreshRuns(
  mirror: Mirror,
  context: ReadContext,
  external_ids: readonly string[],
  options: Pick<Reading, "isNoted"> = {},
): Promise<Applied> {
  let changed = 0;
  let lag_ms: number | null = null;
  for (const ids of inPages([...new Set(external_ids)])) {
    const applied = await applyReading(mirror, context, { ...(await findByIds(context, ids)), ...options });
    changed += applied.changed;
    lag_ms = applied.lag_ms ?? lag_ms;
  }
  return { changed, lag_ms };
}

/** `refreshRuns` for runs of which something was heard: their steps and progress are read within about two seconds. */
export async function refreshHinted(
  mirror: Mirror,
  context: ReadContext,
  external_ids: readonly string[],
): Promise<void> {
  const { id } = context.connection;
  const { lag_ms } = await refreshRuns(mirror, context, external_ids);
  const memory = mirror.memoryOf(context.connection);
  for (const external_id of external_ids) {
    if (memory.written.get(external_id) !== undefined) noteDue(memory, external_id);
  }
  if (lag_ms !== null) await mirror.store.tell(id, { lag_ms });
}

/** `refreshRuns` with the steps and the progress of the same runs. */
export async function refreshWithSteps(
  mirror: Mirror,
  context: ReadContext,
  external_ids: readonly string[],
  options: Pick<Reading, "isNoted"> = {},
): Promise<void> {
  const memory = mirror.memoryOf(context.connection);
  for (const ids of inPages([...new Set(external_ids)])) {
    // What comes to them from here on is for the next turn.
    for (const id of ids) memory.due.delete(id);
    try {
      await readWithSteps(mirror, context, await findByIds(context, ids), options);
    } catch (error) {
      for (const id of ids) memory.due.add(id);
      throw error;
    }
  }
}

/** Writes runs that were read just now (at most 200), after reading their steps and progress. */
export async function readWithSteps(
  mirror: Mirror,
  context: ReadContext,
  { runs, missing }: Found,
  options: Pick<Reading, "isNoted" | "cursor"> = {},
): Promise<void> {
  const ids = runs.map(({ id }) => id);
  await readProgress(mirror, context, ids);
  await readSteps(mirror, context, ids, async (steps) => {
    await applyReading(mirror, context, { runs, steps, isWithSteps: true });
  });
  await applyReading(mirror, context, { runs, missing, isWithSteps: true, ...options });
}

const deepestTree = 20;

/**
 * Reads these runs with all that they began, their steps and their progress, and writes it: for somebody who looks at them. The
 * moment of the reading is kept. Unknown ones are marked as gone upstream.
 */
export async function refreshTrees(
  mirror: Mirror,
  context: ReadContext,
  external_ids: readonly string[],
): Promise<void> {
  await refreshWithSteps(mirror, context, external_ids, { isNoted: true });
  const children = await readChildren(context, external_ids);
  for (const page of inPages(children)) {
    await readWithSteps(mirror, context, { runs: page, missing: [] }, { isNoted: true });
  }
  // What the subflows brought counts for the runs that began them.
  await refreshRuns(mirror, context, external_ids, { isNoted: true });
}

/** All runs that these began, and what those began, top down. */
export async function readChildren(
  { client, signal }: ReadContext,
  external_ids: readonly string[],
): Promise<PrefectFlowRun[]> {
  const known = new Set(external_ids);
  const found: PrefectFlowRun[] = [];
  let level = [...known];
  for (let depth = 0; depth < deepestTree && level.length > 0; depth += 1) {
    const next: string[] = [];
    for (const parent_flow_run_ids of inPages(level)) {
      for (let offset = 0; ; offset += largestPage) {
        const query = { parent_flow_run_ids, sort: "START_TIME_ASC", limit: largestPage, offset } as const;
        const page = await client.listFlowRuns(query, signal);
        for (const run of page.filter(({ id }) => !known.has(id))) {
          known.add(run.id);
          found.push(run);
          next.push(run.id);
        }
        if (page.length < largestPage) break;
      }
    }
    level = next;
  }
  return found;
}

/** Runs that these began are found by nothing else where the connection filters: they carry neither tags nor deployment. */
export async function refreshChildren(
  mirror: Mirror,
  context: ReadContext,
  external_ids: readonly string[],
): Promise<void> {
  if (!hasFilter(context) || external_ids.length === 0) return;
  for (const runs of inPages(await readChildren(context, external_ids))) {
    await applyReading(mirror, context, { runs });
  }
}
