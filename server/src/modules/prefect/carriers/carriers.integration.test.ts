import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../../../test/database.ts";
import { createEngineHarness, type EngineHarness } from "../../../../test/engine/harness.ts";
import { CarrierUpstream, makeRun } from "../../../../test/prefect/carrier-upstream.ts";
import { createSilentLogger } from "../../../platform/logger.ts";
import { prefectErrors } from "../errors.ts";
import type { WatchContext, WatchDuty } from "../watching/watch-duty.ts";
import { createCarrierDuty } from "./carrier-duty.ts";
import { insertCarriers, listCarriers, listFormerRuns } from "./repo.ts";

let database: TestDatabase;
let harness: EngineHarness;
let connection_id: string;

beforeAll(async () => {
  database = await createTestDatabase();
  harness = createEngineHarness(database);
});
afterAll(async () => {
  await harness.stop();
  await database.close();
});
beforeEach(async () => {
  await sql`DELETE FROM tasks`.execute(database.database);
  await sql`DELETE FROM task_carriers`.execute(database.database);
  await sql`DELETE FROM connections`.execute(database.database);
  connection_id = await addConnection("Prefect");
});

async function addConnection(name: string): Promise<string> {
  const result = await sql<{ id: string }>`
    INSERT INTO connections (name, base_url) VALUES (${name}, 'http://prefect.test/api') RETURNING id`.execute(
    database.database,
  );
  return result.rows[0]!.id;
}

function makeDuty(
  upstream: CarrierUpstream,
  options: Partial<Parameters<typeof createCarrierDuty>[0]> = {},
): { duty: WatchDuty; turn: () => Promise<void> } {
  const duty = createCarrierDuty({
    database: database.database,
    logger: createSilentLogger(),
    tasks: harness.taskQueue.service,
    carriesTasks: true,
    changed: () => undefined,
    followMs: 0,
    ...options,
  });
  const connection = {
    ...{ id: connection_id, lock_key: 1, name: "Prefect", base_url: "http://prefect.test/api", ui_url: null },
    ...{ authentication: { kind: "none" as const }, filter_tags: [], filter_deployment_ids: [] },
    settings_version: 1,
  };
  const context: WatchContext = {
    ...{ connection, client: upstream.client(), signal: new AbortController().signal },
    reporter: { tellLive: () => undefined, sweepSoon: () => undefined },
    isLive: () => true,
    isReachable: () => true,
    refresh: async () => undefined,
  };
  return { duty, turn: () => duty.run(context) };
}

async function submit(): Promise<string> {
  return (await harness.submit({ task_name: "carried", queue_name: "prefect" })).id;
}

const carriersOf = (task_id: string) => listCarriers(database.database, task_id);

async function readProblem(): Promise<string | null> {
  const result = await sql<{ health_reason: string | null }>`
    SELECT health_reason FROM connection_states WHERE id = ${connection_id}`.execute(database.database);
  return result.rows[0]?.health_reason ?? null;
}

/** As `run-task` does: claims the task, then ends or hands it back. */
async function takeUp(id: string, then: "completed" | "retry" | null): Promise<void> {
  await sql`UPDATE tasks SET status = 'in_progress', fence = fence + 1 WHERE id = ${id}`.execute(
    database.database,
  );
  if (then === "completed") {
    await sql`UPDATE tasks SET status = 'completed', completed_at = clock_timestamp() WHERE id = ${id}`.execute(
      database.database,
    );
  }
  if (then === "retry") {
    await sql`UPDATE tasks SET status = 'retry', fence = fence + 1 WHERE id = ${id}`.execute(
      database.database,
    );
  }
}

async function pass(seconds: number): Promise<void> {
  await sql`UPDATE task_carriers SET ended_at = ended_at - ${`${seconds} s`}::interval,
    state_since = state_since - ${`${seconds} s`}::interval,
    next_attempt_at = next_attempt_at - ${`${seconds} s`}::interval`.execute(database.database);
}

describe("bringing tasks to Prefect", () => {
  it("makes one run for a task that waits, and leaves other queues alone", async () => {
    const upstream = new CarrierUpstream();
    const id = await submit();
    await harness.submit({ task_name: "ours" });
    const { turn } = makeDuty(upstream);
    await turn();
    await turn();
    expect(upstream.launches).toMatchObject([
      { parameters: { task_id: id }, tags: ["coursewright-task"], idempotency_key: `task:${id}:0` },
    ]);
    const [run] = upstream.runs.values();
    expect(await carriersOf(id)).toMatchObject([
      {
        external_id: run!.id,
        external_url: `http://prefect.test/runs/flow-run/${run!.id}`,
        external_state: "Scheduled",
        ended_at: null,
        connection_name: "Prefect",
      },
    ]);
  });

  it("makes the same run again after a crash before or after the launch", async () => {
    const upstream = new CarrierUpstream();
    const id = await submit();
    const unreachable = prefectErrors.create("prefect_unreachable", "Nobody answers.");
    upstream.nextFailure = { when: "before", error: unreachable };
    await expect(makeDuty(upstream).turn()).rejects.toThrow("Nobody answers.");
    expect(await carriersOf(id)).toMatchObject([{ external_id: null, error_message: "Nobody answers." }]);
    await pass(10);
    upstream.nextFailure = { when: "after", error: unreachable };
    await expect(makeDuty(upstream).turn()).rejects.toThrow("Nobody answers.");
    await pass(10);
    await makeDuty(upstream).turn();
    expect(upstream.runs.size).toBe(1);
    expect(upstream.launches).toHaveLength(2);
    expect(await carriersOf(id)).toMatchObject([{ error_message: null, external_id: expect.any(String) }]);
  });

  it("makes one run when two servers do it at once", async () => {
    const upstream = new CarrierUpstream();
    const id = await submit();
    await Promise.all([makeDuty(upstream).turn(), makeDuty(upstream).turn()]);
    expect(upstream.runs.size).toBe(1);
    expect(await carriersOf(id)).toHaveLength(1);
  });

  it("says what is missing, at the carrier and at the connection, until it is there", async () => {
    const upstream = new CarrierUpstream();
    upstream.isDeployed = false;
    const id = await submit();
    const { turn } = makeDuty(upstream);
    await turn();
    await turn();
    const missing = expect.stringContaining("no deployment 'run-task/coursewright'");
    expect(await carriersOf(id)).toMatchObject([{ external_id: null, error_message: missing }]);
    expect(await readProblem()).toEqual(missing);
    upstream.isDeployed = true;
    await pass(10);
    await turn();
    expect(await carriersOf(id)).toMatchObject([{ external_id: expect.any(String), error_message: null }]);
    expect(await readProblem()).toBeNull();
  });

  it("chooses no connection when two are enabled and none is the environment's, and says so", async () => {
    const upstream = new CarrierUpstream();
    await addConnection("Another");
    const id = await submit();
    await makeDuty(upstream).turn();
    expect(await carriersOf(id)).toEqual([]);
    expect(await readProblem()).toMatch(/'Prefect', 'Another' are enabled/);
    await sql`UPDATE connections SET is_from_environment = true WHERE id = ${connection_id}`.execute(
      database.database,
    );
    await makeDuty(upstream).turn();
    expect(await carriersOf(id)).toHaveLength(1);
    expect(await readProblem()).toBeNull();
  });

  it("carries what waits for a connection that was disabled", async () => {
    const upstream = new CarrierUpstream();
    const id = await submit();
    await makeDuty(upstream).turn();
    await sql`UPDATE connections SET disabled_at = clock_timestamp()`.execute(database.database);
    connection_id = await addConnection("Another");
    const { turn } = makeDuty(upstream);
    await turn();
    await pass(2);
    await turn();
    expect(await carriersOf(id)).toMatchObject([
      { connection_name: "Another", ended_at: null, external_id: expect.any(String) },
      {
        connection_name: "Prefect",
        ended_at: expect.any(String),
        error_message: expect.stringMatching(/Another/),
      },
    ]);
  });

  it("does not carry a task that was cancelled, or whose time has not come", async () => {
    const upstream = new CarrierUpstream();
    const [cancelled, later] = [await submit(), await submit()];
    await harness.taskQueue.service.cancelTask(cancelled);
    await sql`UPDATE tasks SET available_at = clock_timestamp() + interval '1 hour' WHERE id = ${later}`.execute(
      database.database,
    );
    await makeDuty(upstream).turn();
    expect(upstream.launches).toEqual([]);
  });
});

describe("what becomes of a run", () => {
  it("ends the carrier with the run and brings no other one to a task that ended", async () => {
    const upstream = new CarrierUpstream();
    const id = await submit();
    const { turn } = makeDuty(upstream);
    await turn();
    await takeUp(id, "completed");
    upstream.move("COMPLETED", "Completed");
    await turn();
    await pass(100);
    await turn();
    expect(await carriersOf(id)).toMatchObject([
      { external_state: "Completed", ended_at: expect.any(String) },
    ]);
    expect(upstream.launches).toHaveLength(1);
  });

  it.each([
    ["crashed", (upstream: CarrierUpstream) => upstream.move("CRASHED", "Crashed")],
    ["was lost by Prefect", (upstream: CarrierUpstream) => upstream.runs.clear()],
  ])("that %s before it took the task up is followed by another one, later each time", async (_name, end) => {
    const upstream = new CarrierUpstream();
    const id = await submit();
    const { turn } = makeDuty(upstream);
    await turn();
    end(upstream);
    await turn();
    expect(upstream.launches).toHaveLength(1);
    await pass(2);
    await turn();
    end(upstream);
    await turn();
    await pass(2);
    await turn();
    expect(upstream.launches).toHaveLength(2);
    await pass(2);
    await turn();
    expect(upstream.launches.map(({ idempotency_key }) => idempotency_key)).toEqual([
      `task:${id}:0`,
      `task:${id}:0:2`,
      `task:${id}:0:3`,
    ]);
    expect(await carriersOf(id)).toHaveLength(3);
  });

  it("that hands its task back is followed by one for the task's next turn", async () => {
    const upstream = new CarrierUpstream();
    const id = await submit();
    const { turn } = makeDuty(upstream);
    await turn();
    await takeUp(id, "retry");
    upstream.move("CRASHED", "Crashed");
    await turn();
    expect(upstream.launches.map(({ idempotency_key }) => idempotency_key)).toEqual([
      `task:${id}:0`,
      `task:${id}:2`,
    ]);
  });

  it("that runs without taking its task up is given up after a time", async () => {
    const upstream = new CarrierUpstream();
    const id = await submit();
    const patience = { runningMs: 60_000, pendingMs: 600_000, overMs: 600_000 };
    const { turn } = makeDuty(upstream, { patience });
    await turn();
    upstream.move("RUNNING", "Running");
    await turn();
    await pass(50);
    await turn();
    expect(await carriersOf(id)).toMatchObject([{ ended_at: null }]);
    await pass(11);
    await turn();
    expect(await carriersOf(id)).toMatchObject([{ error_message: expect.stringMatching(/not take up/) }]);
    await pass(2);
    await turn();
    expect(upstream.launches).toHaveLength(2);
  });

  it("that begins late, when the task is done, is only noted", async () => {
    const upstream = new CarrierUpstream();
    const id = await submit();
    const { turn } = makeDuty(upstream);
    await turn();
    await takeUp(id, "completed");
    upstream.move("RUNNING", "Running");
    await turn();
    upstream.move("COMPLETED", "Completed");
    await turn();
    expect((await harness.readTask(id)).status).toBe("completed");
    expect(upstream.cancelled).toEqual([]);
    expect(await carriersOf(id)).toMatchObject([{ external_state: "Completed" }]);
  });

  it("that nobody begins says so at the connection", async () => {
    const upstream = new CarrierUpstream();
    await submit();
    const { turn } = makeDuty(upstream);
    await turn();
    upstream.move("SCHEDULED", "Late");
    await turn();
    expect(await readProblem()).toMatch(/^1 run waits in Prefect for a worker/);
  });
});

describe("cancelling", () => {
  it("in Prefect ends the task, also when its process has handed it back already", async () => {
    const upstream = new CarrierUpstream();
    const id = await submit();
    const { turn } = makeDuty(upstream);
    await turn();
    await takeUp(id, "retry");
    upstream.move("CANCELLING", "Cancelling");
    await turn();
    expect((await harness.readTask(id)).status).toBe("cancelled");
    upstream.move("CANCELLED", "Cancelled");
    await turn();
    expect(upstream.launches).toHaveLength(1);
    expect(await carriersOf(id)).toMatchObject([{ external_state: "Cancelled" }]);
  });

  it("is not overtaken: no other run is asked for before the one that handed the task back was read", async () => {
    const upstream = new CarrierUpstream();
    const id = await submit();
    await makeDuty(upstream).turn();
    const [run] = upstream.runs.values();
    await takeUp(id, "retry");
    expect(await listFormerRuns(database.database, connection_id)).toEqual([run!.id]);
    expect(await insertCarriers(database.database, connection_id, [], 20)).toBe(0);
    expect(await insertCarriers(database.database, connection_id, [run!.id], 20)).toBe(1);
  });

  it("of a run whose turn is over leaves the task to the run that carries it now", async () => {
    const upstream = new CarrierUpstream();
    const id = await submit();
    const { turn } = makeDuty(upstream);
    await turn();
    upstream.move("RUNNING", "Running");
    const [former] = upstream.runs.keys();
    await takeUp(id, "retry");
    await turn();
    expect(upstream.launches).toHaveLength(2);
    const run = upstream.runs.get(former!)!;
    upstream.runs.set(former!, { ...makeRun("CANCELLED", "Cancelled"), id: run.id });
    await turn();
    expect((await harness.readTask(id)).status).toBe("retry");
  });

  it("the task takes back a run that nobody has begun, and no other", async () => {
    const upstream = new CarrierUpstream();
    const [waiting, begun] = [await submit(), await submit()];
    const { turn } = makeDuty(upstream);
    await turn();
    upstream.move("RUNNING", "Running");
    await harness.taskQueue.service.cancelTask(waiting);
    await harness.taskQueue.service.cancelTask(begun);
    await turn();
    const [first] = upstream.runs.values();
    expect(upstream.cancelled).toEqual([first!.id]);
    expect(await carriersOf(waiting)).toMatchObject([
      { error_message: "The task ended before the run began." },
    ]);
    expect(await carriersOf(begun)).toMatchObject([{ ended_at: null }]);
  });
});
