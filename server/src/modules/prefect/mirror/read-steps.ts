import { largestPage } from "../client/queries.ts";
import type { PrefectTaskRun } from "../client/wire.ts";
import { inPages } from "./complete-runs.ts";
import { isStandIn } from "./mapping.ts";
import type { Mirror, ReadContext } from "./mirror.ts";

/** How many steps are handed over at once: a run of 10,000 is written in parts. */
const partSize = 5 * largestPage;

/**
 * Reads what is new of the steps of these runs (at most 200) and hands it over in parts, each of which is to be remembered once it is
 * written. The number of steps tells whether there are new ones, and those that have not ended are asked for by their ids; so
 * runs on which nothing moves cost one or two requests, however many steps they have.
 */
export async function readSteps(
  mirror: Mirror,
  context: ReadContext,
  flow_run_ids: readonly string[],
  take: (steps: readonly PrefectTaskRun[]) => Promise<void>,
): Promise<void> {
  if (flow_run_ids.length === 0) return;
  const { client, connection, signal } = context;
  const memory = mirror.memoryOf(connection);
  const query = { flow_run_ids, is_without_stand_ins: true };
  const known = new Set<string>();
  const open = new Set<string>();
  for (const id of flow_run_ids) {
    for (const [step_id, { isDone }] of memory.steps.get(id) ?? []) {
      known.add(step_id);
      if (!isDone) open.add(step_id);
    }
  }
  let part = new Map<string, PrefectTaskRun>();
  const keep = async (page: readonly PrefectTaskRun[], isLast: boolean) => {
    for (const step of page) {
      part.set(step.id, step);
      if (isStandIn(step)) known.delete(step.id);
      else known.add(step.id);
    }
    if (part.size === 0 || (part.size < partSize && !isLast)) return;
    const steps = [...part.values()];
    part = new Map();
    await take(steps);
  };

  for (const ids of inPages([...open])) {
    await keep(await client.listTaskRuns({ ids, limit: largestPage }, signal), false);
  }
  const total = await client.countTaskRuns(query, signal);
  for (let offset = 0; known.size < total; offset += largestPage) {
    const page = await client.listTaskRuns({ ...query, limit: largestPage, offset }, signal);
    await keep(page, false);
    if (page.length < largestPage) break;
  }
  await keep([], true);
}

/** Reads the progress artifacts of these runs (at most 200).. */
export async function readProgress(
  mirror: Mirror,
  { client, connection, signal }: ReadContext,
  flow_run_ids: readonly string[],
): Promise<void> {
  if (flow_run_ids.length === 0) return;
  const memory = mirror.memoryOf(connection);
  const newestOf = new Set<string>();
  for (const artifact of await client.listProgress(flow_run_ids, signal)) {
    const { flow_run_id } = artifact;
    if (!flow_run_id || newestOf.has(flow_run_id)) continue;
    newestOf.add(flow_run_id);
    memory.artifacts.set(flow_run_id, artifact);
  }
}
