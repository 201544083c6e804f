import type { Database } from "../../../platform/database.ts";
import type { Logger } from "../../../platform/logger.ts";
import type { LessonArrivals } from "../../content/public.ts";
import type { FlowMirror } from "../../flow-engine/public.ts";
import type { OutsideTasks } from "../../task-queue/public.ts";
import type { PrefectFlowRun } from "../client/wire.ts";
import type { ConnectionStore, WatchedConnection } from "../connections/store.ts";
import type { WatchContext } from "../watching/watch-duty.ts";
import { createMirrorMemory, type MirrorMemory } from "./memory.ts";

/** What reading and writing needs of the watch; others who read make it themselves. */
export type ReadContext = Pick<WatchContext, "connection" | "client" | "signal">;

export interface MirrorOptions {
  readonly database: Database;
  readonly logger: Logger;
  readonly tasks: Pick<OutsideTasks, "observeTasks" | "moveOutsideTask">;
  readonly runs: FlowMirror;
  readonly arrivals: LessonArrivals;
  readonly store: Pick<ConnectionStore, "tell">;
  /** How long Prefect waits for a cancelled run's process. */
  readonly cancelMs: number;
  /** Told after each reading that found runs which only carry tasks of ours. */
  readonly onCarrierRuns: (connection: WatchedConnection, runs: readonly PrefectFlowRun[]) => Promise<void>;
}

/** The rows that stand for runs of outside engines, and what this process remembers of them. */
export interface Mirror extends MirrorOptions {
  memoryOf(connection: WatchedConnection): MirrorMemory;
  /** Begins anew with this connection: another server may have written meanwhile. */
  forget(connection_id: string): void;
}

export function createMirror(options: MirrorOptions): Mirror {
  const memories = new Map<string, { settings_version: number; memory: MirrorMemory }>();
  return {
    ...options,
    memoryOf({ id, settings_version }) {
      const known = memories.get(id);
      if (known?.settings_version === settings_version) return known.memory;
      const memory = createMirrorMemory();
      memories.set(id, { settings_version, memory });
      return memory;
    },
    forget: (connection_id) => void memories.delete(connection_id),
  };
}
