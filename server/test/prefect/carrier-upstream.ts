import { randomUUID } from "node:crypto";
import type { Launch, PrefectClient } from "../../src/modules/prefect/client/client.ts";
import type { PrefectFlowRun } from "../../src/modules/prefect/client/wire.ts";

/** A model of what Prefect holds of runs that carry tasks: by idempotency key, as `create_flow_run` keeps them. */
export class CarrierUpstream {
  readonly runs = new Map<string, PrefectFlowRun>();
  readonly launches: Launch[] = [];
  isDeployed = true;
  /** Thrown by the next launch, before or after the run was made. */
  nextFailure: { readonly when: "before" | "after"; readonly error: Error } | null = null;
  /** Ids in the order of their cancellation. */
  readonly cancelled: string[] = [];

  client(): PrefectClient {
    const used: Partial<PrefectClient> = {
      findDeployment: async (flow_name, name) =>
        this.isDeployed
          ? { id: randomUUID(), name: `${flow_name}/${name}`, flow_id: randomUUID(), tags: [], paused: false }
          : null,
      createFlowRun: async (launch) => this.launch(launch),
      listFlowRuns: async ({ ids }) => [...this.runs.values()].filter(({ id }) => ids?.includes(id)),
      findFlowRun: async (id) => [...this.runs.values()].find((run) => run.id === id) ?? null,
      setState: async (id) => {
        this.cancelled.push(id);
        return { status: "REJECT" };
      },
    };
    // The duty calls these alone; anything else would show as an error of the test.
    return used as PrefectClient;
  }

  private launch(launch: Launch): { run: PrefectFlowRun; is_new: boolean } {
    const failure = this.nextFailure;
    this.nextFailure = null;
    if (failure?.when === "before") throw failure.error;
    this.launches.push(launch);
    const known = this.runs.get(launch.idempotency_key);
    const run = known ?? makeRun("SCHEDULED", "Scheduled");
    this.runs.set(launch.idempotency_key, run);
    if (failure?.when === "after") throw failure.error;
    return { run, is_new: known === undefined };
  }

  /** The newest run gets into this state. */
  move(type: string, name = type): void {
    const newest = [...this.runs.entries()].at(-1);
    if (newest === undefined) throw new Error("There is no run yet");
    const [key, { id }] = newest;
    this.runs.set(key, { ...makeRun(type, name), id });
  }
}

let moment = Date.parse("2026-01-01T00:00:00Z");

/** A run that got into this state later than all that were made before. */
export function makeRun(type: string, name: string): PrefectFlowRun {
  moment += 1_000;
  const state = { id: randomUUID(), type, name, timestamp: new Date(moment).toISOString() };
  return {
    ...{ id: randomUUID(), name: "run", flow_id: randomUUID(), tags: [], run_count: 1 },
    ...{ state_type: type, state_name: name, state },
  };
}
