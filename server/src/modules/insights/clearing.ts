import type { Database } from "../../platform/database.ts";
import { dropOldEvents } from "./alerts/repo/events.ts";
import { dropOldStates } from "./health/repo.ts";
import { dropOldVersions } from "./incidents/repo.ts";
import type { Duty } from "./keeper.ts";
import { dropOldFlags } from "./stuck/repo.ts";

/**
 * Forgets what only the monitor's past needs after 90 days: how incidents were, alerts and their messages, flags of stuck jobs and
 * states of health. Each turn takes some of each; incidents, jobs and their steps stay.
 */
export function createClearingDuty(database: Database): Duty {
  return {
    name: "The clearing of the monitor's past",
    everyMs: 600_000,
    async run() {
      for (const drop of [dropOldVersions, dropOldEvents, dropOldFlags, dropOldStates]) await drop(database);
    },
  };
}
