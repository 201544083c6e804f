import type { WatchDuty } from "../../watching/watch-duty.ts";
import type { Mirror } from "../mirror.ts";
import { createActiveSweep, createStepSweep } from "./active.ts";
import { createBackfill } from "./backfill.ts";
import { createRecentSweeps } from "./recent.ts";
import { createWaitingSweep } from "./waiting.ts";

/** Everything that is read again and again of one connection. Make them anew for each watch: they remember when they read. */
export function createSweeps(mirror: Mirror): WatchDuty[] {
  return [
    createActiveSweep(mirror),
    ...createRecentSweeps(mirror),
    createStepSweep(mirror),
    createWaitingSweep(mirror),
    createBackfill(mirror),
  ];
}
