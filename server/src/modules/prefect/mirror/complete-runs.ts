import { carrierTag } from "../carriers/carried-tasks.ts";
import { largestPage } from "../client/queries.ts";
import type { PrefectFlowRun } from "../client/wire.ts";
import { attemptOf } from "../states.ts";
import { isUuid, type ReadRun } from "./mapping.ts";
import type { MirrorMemory } from "./memory.ts";
import type { Mirror, ReadContext } from "./mirror.ts";
import { findLaunchedTasks } from "./repo.ts";

export interface CompletedRuns {
  readonly runs: readonly ReadRun[];
  /** They only carry tasks of ours. */
  readonly carriers: readonly PrefectFlowRun[];
}

/** Whether the connection shows only a part of Prefect's runs. */
export function hasFilter({ connection }: Pick<ReadContext, "connection">): boolean {
  return connection.filter_tags.length > 0 || connection.filter_deployment_ids.length > 0;
}

/** Cuts a list into parts that Prefect takes at once. */
export function inPages<Item>(items: readonly Item[], size = largestPage): Item[][] {
  const pages: Item[][] = [];
  for (let start = 0; start < items.length; start += size) pages.push(items.slice(start, start + size));
  return pages;
}

/**
 * Looks up what the runs name by ids alone: flow, deployment, parent, attempt. Runs that began them come along when they are not
 * known yet, so that trees are whole; where the connection filters, a subflow comes only with a parent that is mirrored.
 */
export async function completeRuns(
  mirror: Mirror,
  context: ReadContext,
  found: readonly PrefectFlowRun[],
): Promise<CompletedRuns> {
  const memory = mirror.memoryOf(context.connection);
  const carriers = found.filter(({ tags }) => tags.includes(carrierTag));
  const byId = new Map(found.filter(({ tags }) => !tags.includes(carrierTag)).map((run) => [run.id, run]));
  await dropOutsiders(mirror, context, byId);
  await findParents(memory, context, [...byId.values()]);
  await addAncestors(mirror, context, byId);
  const runs = [...byId.values()];
  await findFlowNames(memory, context, runs);
  await findDeploymentNames(memory, context, runs);
  await findAttempts(memory, context, runs);
  return { runs: runs.map((run) => completed(memory, run)), carriers };
}

function completed(memory: MirrorMemory, run: PrefectFlowRun): ReadRun {
  return {
    run,
    flow_name: memory.flowNames.get(run.flow_id) ?? run.name,
    deployment_name: run.deployment_id ? (memory.deploymentNames.get(run.deployment_id) ?? null) : null,
    parent_external_id: run.parent_task_run_id ? (memory.parents.get(run.parent_task_run_id) ?? null) : null,
    attempt: memory.attempts.get(run.id)?.attempt ?? Math.max(1, run.run_count),
  };
}

function passesFilter({ connection }: ReadContext, run: PrefectFlowRun): boolean {
  const { filter_tags, filter_deployment_ids } = connection;
  return (
    filter_tags.every((tag) => run.tags.includes(tag)) &&
    (filter_deployment_ids.length === 0 || filter_deployment_ids.includes(run.deployment_id ?? ""))
  );
}

/** Events name runs that the filter leaves out as well. Those that we launched, or know from before, stay. */
async function dropOutsiders(
  mirror: Mirror,
  context: ReadContext,
  byId: Map<string, PrefectFlowRun>,
): Promise<void> {
  if (!hasFilter(context)) return;
  const outside = [...byId.values()].filter((run) => !run.parent_task_run_id && !passesFilter(context, run));
  const unknown = await withoutWritten(
    mirror,
    context,
    outside.map(({ id }) => id),
  );
  const keys = unknown.flatMap((id) => byId.get(id)?.idempotency_key ?? []).filter(isUuid);
  const own = { ids: keys, external_ids: unknown };
  const launched = await findLaunchedTasks(mirror.database, context.connection.id, own);
  for (const id of unknown) {
    const key = byId.get(id)?.idempotency_key?.toLowerCase();
    if (!launched.some((task) => task.external_id === id || task.id === key)) byId.delete(id);
  }
}

async function findParents(
  memory: MirrorMemory,
  { client, signal }: ReadContext,
  runs: readonly PrefectFlowRun[],
): Promise<void> {
  const standIns = runs.flatMap(({ parent_task_run_id: id }) =>
    id && memory.parents.get(id) === undefined ? [id] : [],
  );
  for (const ids of inPages(standIns)) {
    for (const step of await client.listTaskRuns({ ids, limit: largestPage }, signal)) {
      if (step.flow_run_id) memory.parents.set(step.id, step.flow_run_id);
    }
  }
}

const deepestTree = 20;

async function addAncestors(
  mirror: Mirror,
  context: ReadContext,
  byId: Map<string, PrefectFlowRun>,
): Promise<void> {
  const memory = mirror.memoryOf(context.connection);
  const parentOf = (run: PrefectFlowRun) =>
    run.parent_task_run_id ? memory.parents.get(run.parent_task_run_id) : undefined;
  const unknown = new Set<string>();
  let missing: string[] = [];
  for (let depth = 0; depth < deepestTree; depth += 1) {
    const wanted = [...byId.values()].flatMap((run) => parentOf(run) ?? []).filter((id) => !byId.has(id));
    missing = await withoutWritten(
      mirror,
      context,
      [...new Set(wanted)].filter((id) => !unknown.has(id)),
    );
    if (missing.length === 0 || hasFilter(context)) break;
    for (const ids of inPages(missing)) {
      const parents = await context.client.listFlowRuns({ ids, limit: largestPage }, context.signal);
      for (const parent of parents) byId.set(parent.id, parent);
      await findParents(memory, context, parents);
    }
    for (const id of missing) if (!byId.has(id)) unknown.add(id);
  }
  if (hasFilter(context)) dropOrphans(byId, parentOf, new Set(missing));
}

/** A subflow whose parent the filter leaves out is left out as well, and what it began itself. */
function dropOrphans(
  byId: Map<string, PrefectFlowRun>,
  parentOf: (run: PrefectFlowRun) => string | undefined,
  outside: Set<string>,
): void {
  for (let hasChanged = true; hasChanged; ) {
    hasChanged = false;
    for (const run of byId.values()) {
      const parent = parentOf(run);
      const isOutside = parent === undefined ? Boolean(run.parent_task_run_id) : outside.has(parent);
      if (!isOutside) continue;
      byId.delete(run.id);
      outside.add(run.id);
      hasChanged = true;
    }
  }
}

async function withoutWritten(
  mirror: Mirror,
  { connection }: ReadContext,
  ids: readonly string[],
): Promise<string[]> {
  const memory = mirror.memoryOf(connection);
  const unsure = ids.filter((id) => memory.written.get(id) === undefined);
  if (unsure.length === 0) return [];
  const known = new Set(
    (await mirror.runs.findRuns(connection.id, unsure)).map(({ external_id }) => external_id),
  );
  return unsure.filter((id) => !known.has(id));
}

async function findFlowNames(
  memory: MirrorMemory,
  { client, signal }: ReadContext,
  runs: readonly PrefectFlowRun[],
): Promise<void> {
  const unknown = new Set(
    runs.map(({ flow_id }) => flow_id).filter((id) => memory.flowNames.get(id) === undefined),
  );
  for (const ids of inPages([...unknown])) {
    for (const flow of await client.listFlows(ids, signal)) memory.flowNames.set(flow.id, flow.name);
  }
}

async function findDeploymentNames(
  memory: MirrorMemory,
  { client, signal }: ReadContext,
  runs: readonly PrefectFlowRun[],
): Promise<void> {
  const isUnknown = (id: string) => memory.deploymentNames.get(id) === undefined;
  const unknown = new Set(runs.flatMap(({ deployment_id: id }) => (id && isUnknown(id) ? [id] : [])));
  for (let offset = 0; unknown.size > 0; offset += largestPage) {
    const page = await client.listDeployments({ limit: largestPage, offset }, signal);
    for (const { id, name } of page) {
      memory.deploymentNames.set(id, name);
      unknown.delete(id);
    }
    if (page.length < largestPage) break;
  }
  for (const id of unknown) memory.deploymentNames.set(id, null);
}

/** Only a run that began more than once can be in another attempt than its first. */
async function findAttempts(
  memory: MirrorMemory,
  { client, signal }: ReadContext,
  runs: readonly PrefectFlowRun[],
): Promise<void> {
  for (const { id, run_count } of runs) {
    if (run_count <= 1 || memory.attempts.get(id)?.run_count === run_count) continue;
    const states = await client.listFlowRunStates(id, signal);
    memory.attempts.set(id, { run_count, attempt: attemptOf(states, run_count) });
  }
}
