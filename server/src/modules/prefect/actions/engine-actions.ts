import type { Database, Transaction } from "../../../platform/database.ts";
import { AppError } from "../../../platform/errors.ts";
import { type ContentPort, noSuchUnit } from "../../content/public.ts";
import type { OutsideTasks } from "../../task-queue/public.ts";
import type { SteeringAction } from "../action-outcome.ts";
import type { ConnectionStore } from "../connections/store.ts";
import { prefectErrors } from "../errors.ts";
import { getOutsideRun } from "../runs/outside-run.ts";
import { findUnitToLaunch, type OutsideRun, type UnitToLaunch } from "../runs/repo.ts";
import { whyNotRun } from "../runs/steering.ts";
import {
  jsonBytes,
  type LaunchBody,
  largestOwnParameterBytes,
  largestSourceBytes,
  requestedSourcesSchema,
} from "./launch-body.ts";
import type { EngineAction, Launch } from "./models.ts";
import type { Outbox } from "./outbox.ts";
import { findActionByKey, freeKey, insertAction, listActions, type NewAction } from "./repo/outbox.ts";
import type { EngineActionService, Requester } from "./service.ts";
import { actionLifeMs, undecidedAfterMs } from "./waits.ts";

export interface EngineActionOptions {
  readonly database: Database;
  readonly store: Pick<ConnectionStore, "getWatched">;
  readonly tasks: Pick<OutsideTasks, "submitOutsideTask">;
  readonly units: Pick<ContentPort, "lockUnit" | "giveToTask" | "readSource">;
  readonly outbox: Pick<Outbox, "wake">;
  /** Tells the change feeds that rows changed; after a commit. */
  readonly changed: () => void;
}

/** A unit's creation, whichever engine carries it out. */
const unitCreation = "unit_creation";
const launchableStatuses = new Set(["draft", "failed", "partial", "cancelled"]);

export function createEngineActionService(options: EngineActionOptions): EngineActionService {
  const { database, store, units, outbox, changed } = options;

  function tell(connection_id: string): void {
    changed();
    outbox.wake(connection_id);
  }

  async function steer(user: Requester, run: OutsideRun, kind: SteeringAction): Promise<EngineAction> {
    // The same button pressed twice means one thing; in another state of the run it means another.
    const key = `${kind}:${run.id}:${run.external_state_id ?? "none"}`;
    const action = await database.transaction().execute((transaction) =>
      insertOnce(transaction, {
        ...{ connection_id: run.connection_id, key, kind, task_id: run.task_id, flow_run_id: run.id },
        ...{ external_run_id: run.external_id, body: {}, requested_by: user.id, life_ms: actionLifeMs },
      }),
    );
    tell(run.connection_id);
    return action;
  }

  async function submit(
    user: Requester,
    connection_id: string,
    unit: UnitToLaunch,
    body: LaunchBody,
  ): Promise<{ task_id: string; action: EngineAction }> {
    return database.transaction().execute(async (transaction) => {
      const locked = await units.lockUnit(transaction, unit.id);
      refuseUnlaunchable(locked.status);
      const task = await options.tasks.submitOutsideTask(transaction, {
        task_name: unitCreation,
        inputs: locked.request,
        unit_id: unit.id,
        unit_title: locked.title,
        user_id: user.id,
        connection_id,
        ...(locked.task_id === null ? {} : { retry_of_task_id: locked.task_id }),
      });
      await units.giveToTask(transaction, unit.id, task);
      const action = await insertOnce(transaction, {
        ...{ connection_id, key: `launch:${task.id}`, kind: "launch", task_id: task.id, flow_run_id: null },
        ...{ external_run_id: null, body, requested_by: user.id, life_ms: actionLifeMs },
      });
      return { task_id: task.id, action };
    });
  }

  return {
    async act(user, flow_run_id, { kind }) {
      const run = await getOutsideRun(database, flow_run_id);
      await store.getWatched(run.connection_id);
      const reason = whyNotRun(kind, run);
      if (reason !== null) throw prefectErrors.create("engine_action_impossible", reason);
      return steer(user, run, kind);
    },
    async launch(user, connection_id, launch) {
      const connection = await store.getWatched(connection_id);
      const wanted = connection.filter_deployment_ids;
      if (wanted.length > 0 && !wanted.includes(launch.deployment_id)) {
        throw prefectErrors.create(
          "engine_action_impossible",
          `${connection.name} does not watch this deployment. Add it to the connection's filter first.`,
        );
      }
      const unit = await findUnitToLaunch(database, launch.unit_id);
      if (unit === null) throw noSuchUnit();
      const body = bodyOf(unit, launch);
      await refuseTooLarge(units, body);
      const { task_id, action } = await submit(user, connection_id, unit, body).catch(explainLiveTask);
      tell(connection_id);
      return { unit_id: unit.id, task_id, action };
    },
    listSummaries: (ids) => listActions(database, ids),
  };
}

/** The action of this key, made now unless it was asked for already and may still come to something. */
async function insertOnce(transaction: Transaction, action: NewAction): Promise<EngineAction> {
  await freeKey(transaction, action.key, undecidedAfterMs);
  await insertAction(transaction, action);
  const stored = await findActionByKey(transaction, action.key);
  if (stored === null) throw new Error(`The action ${action.key} was not stored`);
  return stored;
}

function bodyOf(unit: UnitToLaunch, launch: Launch): LaunchBody {
  const sources = requestedSourcesSchema.safeParse(unit.request);
  return {
    deployment_id: launch.deployment_id,
    unit_id: unit.id,
    title: unit.title,
    target_lesson_count: unit.target_lesson_count,
    learner_level: unit.learner_level,
    source_sha256s: sources.success ? sources.data : [],
    parameters: launch.parameters,
  };
}

async function refuseTooLarge(units: Pick<ContentPort, "readSource">, body: LaunchBody): Promise<void> {
  if (jsonBytes(body.parameters) > largestOwnParameterBytes) {
    throw notLaunchable("The parameters are larger than 64 KB as JSON.");
  }
  let bytes = 0;
  for (const sha256 of body.source_sha256s) bytes += jsonBytes(await units.readSource(body.unit_id, sha256));
  if (bytes <= largestSourceBytes) return;
  throw notLaunchable(
    `The source takes ${Math.ceil(bytes / 1024)} KB in a request to Prefect, which takes ${largestSourceBytes / 1024} KB at most. ` +
      "Generate the unit here, or shorten its source.",
  );
}

function refuseUnlaunchable(status: string): void {
  if (launchableStatuses.has(status)) return;
  throw notLaunchable(
    `This unit is ${status.replace("_", " ")}. Only a draft and a failed, partial or cancelled unit can be generated on Prefect.`,
  );
}

function explainLiveTask(error: unknown): never {
  if (!(error instanceof AppError) || error.code !== "task_already_live") throw error;
  throw notLaunchable("A task of this unit is still running. Wait for its end or cancel it first.", error);
}

function notLaunchable(message: string, cause?: unknown): AppError {
  return prefectErrors.create("unit_not_launchable", message, cause === undefined ? {} : { cause });
}
