import type { Database } from "../../../platform/database.ts";
import { AppError } from "../../../platform/errors.ts";
import type { Logger } from "../../../platform/logger.ts";
import type { TaskQueue } from "../../task-queue/public.ts";
import { largestPage } from "../client/queries.ts";
import type { PrefectDeployment, PrefectFlowRun } from "../client/wire.ts";
import { deriveUiUrl } from "../connections/address.ts";
import type { WatchedConnection } from "../connections/store.ts";
import { prefectErrors } from "../errors.ts";
import { externalState } from "../states.ts";
import type { WatchContext, WatchDuty } from "../watching/watch-duty.ts";
import {
  carrierDeployment,
  carrierFlow,
  carrierTag,
  chooseCarrying,
  delayAfter,
  idempotencyKey,
} from "./carried-tasks.ts";
import * as repo from "./repo.ts";

export interface CarrierDutyOptions {
  readonly database: Database;
  readonly logger: Logger;
  readonly tasks: Pick<TaskQueue, "cancelTask">;
  /** New tasks are meant for Prefect; those that wait for it are carried in any case. */
  readonly carriesTasks: boolean;
  /** Tells the change feeds that rows changed; after a commit. */
  readonly changed: () => void;
  readonly patience?: repo.CarrierPatience;
  /** How long an answer about the deployment holds. Default 30 s. */
  readonly deploymentMs?: number;
  /** How often runs that are on their way are read. Default 2 s. */
  readonly followMs?: number;
}

const turnMs = 1_000;
const idleTurnMs = 5_000;
const followMs = 2_000;
const deploymentMs = 30_000;
const mostAtOnce = 20;
const defaultPatience: repo.CarrierPatience = {
  runningMs: 120_000,
  pendingMs: 900_000,
  overMs: 3_600_000,
};

type Changing = Pick<CarrierDutyOptions, "database" | "changed">;

/** What the duty remembers between its turns of one connection; losing it costs requests only. */
interface Memory {
  deployment?: { readonly found: PrefectDeployment; readonly until: number };
  followedAt: number;
  followedTo: string | null;
  said: string | null;
}

/**
 * Brings a run of Prefect to each turn of a task in the queue `prefect`, and what happens to that run back to the task. The task
 * decides: a run that begins late, twice or never changes nothing but the delay.
 */
export function createCarrierDuty(options: CarrierDutyOptions): WatchDuty {
  const memories = new Map<string, Memory>();
  const memoryOf = ({ id, settings_version }: WatchedConnection): Memory => {
    const key = `${id}:${settings_version}`;
    const memory = memories.get(key) ?? { followedAt: 0, followedTo: null, said: null };
    memories.set(key, memory);
    return memory;
  };

  return {
    name: "Carrying tasks",
    everyMs: () => (options.carriesTasks ? turnMs : idleTurnMs),
    async run(context) {
      const { id } = context.connection;
      const memory = memoryOf(context.connection);
      const formerRuns = await readFormer(options, context);
      await follow(options, context, memory);
      await cancelTasks(options, id);
      await withdraw(options, context);
      const problem = await carry(options, context, memory, formerRuns);
      if (problem !== memory.said && problem !== null) options.logger.warn({ connection_id: id }, problem);
      memory.said = problem;
      await written(options, repo.tellProblem(options.database, id, problem));
    },
  };
}

/** Tells the change feeds when rows were written. */
async function written({ changed }: Changing, rows: Promise<number>): Promise<void> {
  if ((await rows) > 0) changed();
}

/** Writes what was read of carrying runs; runs that carry nothing of ours are ignored. */
export async function noteCarrierRuns(
  options: Changing,
  connection_id: string,
  runs: readonly PrefectFlowRun[],
): Promise<void> {
  if (runs.length === 0) return;
  const readings = runs.map((run) => ({
    external_id: run.id,
    external_state: externalState(run.state_type, run.state_name),
    external_state_type: run.state_type ?? null,
    external_state_at: run.state?.timestamp ?? null,
  }));
  await written(options, repo.noteReadings(options.database, connection_id, readings));
}

/** Reads the former runs of tasks that wait for somebody again; answers their ids. */
async function readFormer(
  options: CarrierDutyOptions,
  { connection, client, signal }: WatchContext,
): Promise<readonly string[]> {
  const ids = await repo.listFormerRuns(options.database, connection.id);
  if (ids.length > 0) {
    await noteCarrierRuns(options, connection.id, await client.listFlowRuns({ ids }, signal));
  }
  return ids;
}

/** Reads the runs that have not ended, 200 at a time. */
async function follow(options: CarrierDutyOptions, context: WatchContext, memory: Memory): Promise<void> {
  const { database } = options;
  const { connection, client, signal } = context;
  if (performance.now() - memory.followedAt < (options.followMs ?? followMs)) return;
  const open = await repo.listFollowed(database, connection.id, memory.followedTo, largestPage);
  memory.followedTo = open.length < largestPage ? null : (open.at(-1)?.id ?? null);
  if (open.length > 0) {
    const ids = open.map(({ external_id }) => external_id);
    const runs = await client.listFlowRuns({ ids }, signal);
    await noteCarrierRuns(options, connection.id, runs);
    const known = new Set(runs.map(({ id }) => id));
    for (const { id, external_id } of open) {
      if (known.has(external_id)) continue;
      await written(options, repo.endCarrier(database, id, "Prefect does not know this run any more."));
    }
  }
  await written(options, repo.endSilent(database, connection.id, options.patience ?? defaultPatience));
  memory.followedAt = performance.now();
}

/** Somebody cancelled the run in Prefect: the task is to end with it. */
async function cancelTasks({ database, tasks }: CarrierDutyOptions, connection_id: string): Promise<void> {
  for (const task_id of await repo.listCancelledUpstream(database, connection_id)) {
    await tasks.cancelTask(task_id);
  }
}

/** Takes runs back that nobody has begun and whose task has ended meanwhile; they would only say so. */
async function withdraw(options: CarrierDutyOptions, context: WatchContext): Promise<void> {
  const { database } = options;
  const { connection, client, signal } = context;
  for (const { id, external_id } of await repo.listWithdrawable(database, connection.id, mostAtOnce)) {
    const run = await client.findFlowRun(external_id, signal);
    if (run !== null && run.state_type !== "SCHEDULED") {
      await noteCarrierRuns(options, connection.id, [run]);
      continue;
    }
    // First, so that the cancelled run is not taken for one that somebody cancelled in Prefect.
    await written(options, repo.endCarrier(database, id, "The task ended before the run began."));
    if (run !== null) await client.setState(external_id, { type: "CANCELLING" }, signal);
  }
}

/** Asks for carriers and launches them. Answers why tasks do not start; null while nothing is in the way. */
async function carry(
  options: CarrierDutyOptions,
  context: WatchContext,
  memory: Memory,
  formerRuns: readonly string[],
): Promise<string | null> {
  const { database } = options;
  const { id } = context.connection;
  const choice = chooseCarrying(await repo.listEnabledConnections(database));
  if (choice.id === null) {
    return options.carriesTasks || (await repo.hasWaitingTask(database)) ? choice.problem : null;
  }
  if (choice.id !== id) return null;
  await written(options, repo.endAbandoned(database, id));
  await written(options, repo.insertCarriers(database, id, formerRuns, mostAtOnce));
  for (const carrier of await repo.listUnlaunched(database, id, mostAtOnce)) {
    context.signal.throwIfAborted();
    if (carrier.is_needed) await launch(options, context, memory, carrier);
    else {
      const message = "Somebody else took up the task, or it ended.";
      await written(options, repo.endCarrier(database, carrier.id, message));
    }
  }
  return describeProblem(await repo.readProblems(database, id));
}

function describeProblem({ error_message, late }: repo.CarrierProblems): string | null {
  if (error_message !== null) return `Tasks do not start: ${error_message}`;
  if (late === 0) return null;
  const runs = late === 1 ? "1 run waits" : `${late} runs wait`;
  return `${runs} in Prefect for a worker to take tasks up. Does one poll the work pool of '${carrierFlow}/${carrierDeployment}'?`;
}

/** Makes the carrier's run, or notes why there is none. @throws AppError when Prefect cannot be asked at all */
async function launch(
  options: CarrierDutyOptions,
  context: WatchContext,
  memory: Memory,
  carrier: repo.WaitingCarrier,
): Promise<void> {
  const { database } = options;
  const { client, connection, signal } = context;
  try {
    const deployment = await findDeployment(context, memory, options.deploymentMs ?? deploymentMs);
    const { run } = await client.createFlowRun(
      {
        deployment_id: deployment.id,
        name: `task ${carrier.task_id}`,
        parameters: { task_id: carrier.task_id },
        tags: [carrierTag],
        labels: { coursewright_task_id: carrier.task_id },
        idempotency_key: idempotencyKey(carrier),
      },
      signal,
    );
    const external_url = `${connection.ui_url ?? deriveUiUrl(connection.base_url)}/runs/flow-run/${run.id}`;
    await written(
      options,
      repo.noteLaunched(database, { id: carrier.id, external_id: run.id, external_url }),
    );
    await noteCarrierRuns(options, connection.id, [run]);
  } catch (error) {
    if (signal.aborted || !(error instanceof AppError)) throw error;
    delete memory.deployment;
    const delay_ms = delayAfter(carrier.attempts + 1);
    await written(
      options,
      repo.noteFailure(database, { id: carrier.id, error_message: error.message, delay_ms }),
    );
    if (!concernsOneRun.has(error.code)) throw error;
  }
}

/** Codes that say nothing about the connection as a whole. A busy SQLite answers writes with 503. */
const concernsOneRun: ReadonlySet<string> = new Set([
  "prefect_refused",
  "prefect_not_found",
  "prefect_failed",
]);

async function findDeployment(
  { client, signal }: WatchContext,
  memory: Memory,
  holdsMs: number,
): Promise<PrefectDeployment> {
  const known = memory.deployment;
  if (known !== undefined && known.until > performance.now()) return known.found;
  const found = await client.findDeployment(carrierFlow, carrierDeployment, signal);
  if (found === null) throw notDeployed();
  memory.deployment = { found, until: performance.now() + holdsMs };
  return found;
}

function notDeployed() {
  return prefectErrors.create(
    "prefect_not_found",
    `Prefect has no deployment '${carrierFlow}/${carrierDeployment}'. Make it with: python run_task_flow.py deploy --pool NAME`,
  );
}
