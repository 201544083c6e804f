import type { Database } from "../../platform/database.ts";
import type { Logger } from "../../platform/logger.ts";
import type { ContentPort } from "../content/public.ts";
import type { OutsideTasks } from "../task-queue/public.ts";
import { createEngineActionService } from "./actions/engine-actions.ts";
import { createOutbox, type Outbox, type OutboxOptions } from "./actions/outbox.ts";
import type { EngineActionService } from "./actions/service.ts";
import type { ConnectionStore, PrefectClients } from "./connections/store.ts";
import { createDisagreementService } from "./disagreements/find-and-repair.ts";
import type { DisagreementService } from "./disagreements/service.ts";
import { createEngineRunService, type EngineRunOptions } from "./runs/engine-runs.ts";
import type { EngineRunService } from "./runs/service.ts";

export interface SteeringOptions
  extends Pick<EngineRunOptions, "readRuns" | "listCarriers">,
    Pick<OutboxOptions, "wakeDuty"> {
  readonly database: Database;
  readonly logger: Logger;
  /** Tells the change feeds that rows changed; after a commit. */
  readonly changed: () => void;
  readonly store: Pick<ConnectionStore, "getWatched">;
  readonly clients: Pick<PrefectClients, "clientFor">;
  readonly tasks: OutsideTasks;
  readonly units: Pick<ContentPort, "lockUnit" | "giveToTask" | "readSource">;
  /** How long a cancelled run may take to end. */
  readonly cancelMs: number;
}

/** What people ask of Prefect, what they see of its runs, and where it disagrees with us. */
export interface Steering {
  readonly actions: EngineActionService;
  readonly runs: EngineRunService;
  readonly disagreements: DisagreementService;
  readonly outbox: Outbox;
  /** From now on launched runs return their lessons to this address. */
  listensAt(url: string): void;
}

export function createSteering(options: SteeringOptions): Steering {
  let address: string | null = null;
  const outbox = createOutbox({ ...options, returnTo: () => address });
  const actions = createEngineActionService({ ...options, outbox });
  return {
    actions,
    runs: createEngineRunService(options),
    disagreements: createDisagreementService({ ...options, actions, outbox }),
    outbox,
    listensAt(url) {
      address = url;
    },
  };
}
