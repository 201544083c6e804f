import type { Database } from "../../../platform/database.ts";
import type { OutsideTasks } from "../../task-queue/public.ts";
import { endOutsideTask } from "../actions/end-task.ts";
import type { Outbox } from "../actions/outbox.ts";
import { hastenAction, repeatLaunch } from "../actions/repo/outbox.ts";
import type { EngineActionService, Requester } from "../actions/service.ts";
import { actionLifeMs, undecidedAfterMs } from "../actions/waits.ts";
import type { ConnectionStore, PrefectClients } from "../connections/store.ts";
import { prefectErrors } from "../errors.ts";
import type { ReadRuns } from "../runs/engine-runs.ts";
import { type Disagreement, disagreementKinds, type RepairKind } from "./models.ts";
import { type FoundDisagreement, finders, type Patience } from "./repo.ts";
import type { DisagreementService } from "./service.ts";

export interface DisagreementOptions {
  readonly database: Database;
  readonly store: Pick<ConnectionStore, "getWatched">;
  readonly clients: Pick<PrefectClients, "clientFor">;
  readonly tasks: Pick<OutsideTasks, "moveOutsideTask" | "observeTasks" | "forgetRun">;
  readonly actions: Pick<EngineActionService, "act">;
  readonly outbox: Pick<Outbox, "wake">;
  readonly readRuns: ReadRuns;
  /** Tells the change feeds that rows changed; after a commit. */
  readonly changed: () => void;
  /** How long a cancelled run may take to end. */
  readonly cancelMs: number;
  /** Default: a minute. */
  readonly unseenMs?: number;
  /** Default: 15 s. */
  readonly lagMs?: number;
}

const most = 200;

export function createDisagreementService(options: DisagreementOptions): DisagreementService {
  const { database } = options;
  const patience: Patience = {
    cancelMs: options.cancelMs,
    unseenMs: options.unseenMs ?? 60_000,
    lagMs: options.lagMs ?? 15_000,
    undecidedMs: undecidedAfterMs,
  };
  const repairs = createRepairs(options);
  return {
    async list() {
      const found = await Promise.all(disagreementKinds.map((kind) => finders[kind](database, patience)));
      const all = found.flat().sort((one, other) => compare(one.since, other.since));
      return all.slice(0, most).map(describe);
    },
    async repair(user, id, repair) {
      const kind = disagreementKinds.find((each) => id.startsWith(`${each}:`));
      const found = kind === undefined ? [] : await finders[kind](database, patience);
      const disagreement = found.find((each) => idOf(each) === id);
      if (disagreement === undefined) {
        throw prefectErrors.create("disagreement_not_found", "It is settled: there is no such disagreement.");
      }
      if (!repairsOf(disagreement).includes(repair)) {
        throw prefectErrors.create("repair_not_offered", "This cannot be repaired in that way.");
      }
      await repairs[repair](user, disagreement);
    },
  };
}

type Repair = (user: Requester, disagreement: FoundDisagreement) => Promise<void>;

function createRepairs(options: DisagreementOptions): Readonly<Record<RepairKind, Repair>> {
  const { database, store, clients, tasks, outbox, changed } = options;
  return {
    async read_again(_user, { kind, subject_id, connection_id, external_run_id }) {
      const connection = await store.getWatched(connection_id);
      await options.readRuns(connection, clients.clientFor(connection), [external_run_id]);
      if (kind !== "outcome_unknown") return;
      await hastenAction(database, subject_id);
      outbox.wake(connection_id);
    },
    async launch_again(user, { connection_id, task_id }) {
      await store.getWatched(connection_id);
      if (task_id === null) throw new Error("Only a launched task can be launched again");
      const launch = { task_id, requested_by: user.id, life_ms: actionLifeMs };
      await database.transaction().execute(async (transaction) => {
        // Prefect may have forgotten the first run, and makes another one then.
        if (await repeatLaunch(transaction, launch)) await tasks.forgetRun(transaction, task_id);
      });
      changed();
      outbox.wake(connection_id);
    },
    async end_here(_user, { task_id, theirs }) {
      if (task_id === null) throw new Error("Only a task can be ended");
      const error_message = `It was ended here: Prefect ${theirs}.`;
      await database.transaction().execute((transaction) =>
        endOutsideTask(transaction, tasks, task_id, {
          status: "failed",
          error_code: "prefect_run_lost",
          error_message,
        }),
      );
      changed();
    },
    async cancel_there(user, { flow_run_id }) {
      if (flow_run_id === null) throw new Error("Only a run that is mirrored can be cancelled");
      await options.actions.act(user, flow_run_id, { kind: "cancel" });
    },
  };
}

function repairsOf({ kind, can_cancel, is_live_here }: FoundDisagreement): RepairKind[] {
  const cancel: RepairKind[] = can_cancel ? ["cancel_there"] : [];
  const end: RepairKind[] = is_live_here ? ["end_here"] : [];
  switch (kind) {
    case "launched_never_seen":
      return ["launch_again", ...end, "read_again"];
    case "lost":
      return [...end, "read_again"];
    case "cancelled_still_running":
      return ["read_again"];
    case "ended_here_runs_there":
    case "silent":
    case "outcome_unknown":
      return [...cancel, "read_again"];
  }
}

function idOf({ kind, subject_id }: FoundDisagreement): string {
  return `${kind}:${subject_id}`;
}

function describe(found: FoundDisagreement): Disagreement {
  const {
    subject_id: _subject,
    external_run_id: _run,
    can_cancel: _cancel,
    is_live_here: _live,
    ...said
  } = found;
  return { ...said, id: idOf(found), repairs: repairsOf(found) };
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
