import { sql } from "kysely";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createMirrorWorld, type MirrorWorld } from "../../../../../test/prefect/mirror-world.ts";
import { createPrefectModel, type PrefectModel } from "../../../../../test/prefect/prefect-model.ts";
import type { PrefectClient } from "../../client/client.ts";
import { prefectErrors } from "../../errors.ts";
import { refreshHinted } from "../refresh.ts";
import { createSweeps } from "./sweeps.ts";

let world: MirrorWorld;

beforeEach(async () => {
  world = await createMirrorWorld();
});
afterEach(() => world.close());

function watch(client: PrefectClient) {
  world.mirror.forget(world.connection.id);
  const context = world.contextFor(client);
  const duties = createSweeps(world.mirror);
  const take = async (word: string) => {
    const duty = duties.find(({ name }) => name.includes(word));
    if (duty === undefined) throw new Error(`There is no sweep of ${word}`);
    await duty.run(context);
  };
  return { context, take };
}

async function readStatuses(): Promise<Map<string, string>> {
  const { rows } = await sql<{ external_id: string; status: string }>`
    SELECT external_id, status FROM flow_runs WHERE connection_id IS NOT NULL`.execute(
    world.database.database,
  );
  return new Map(rows.map(({ external_id, status }) => [external_id, status]));
}

/** Runs of half an hour, so that only the newest are within the overlap behind the newest. */
function addBurst(model: PrefectModel, count: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    const run = model.addRun();
    model.setRunState(run.id, "RUNNING");
    model.setRunState(run.id, "COMPLETED");
    const moment = new Date(Date.now() - (count - index) * 6_000).toISOString();
    Object.assign(run, { start_time: moment, end_time: moment });
    return run.id;
  });
}

it.each([["begun"], ["ended"]])(
  "finds the runs of every page after a page of %s runs failed",
  async (sweep) => {
    const model = createPrefectModel();
    let isFailing = true;
    const server = watch({
      ...model.client,
      listFlowRuns: async (query, signal) => {
        if (isFailing && query.offset === 200) throw prefectErrors.create("prefect_too_slow", "Too slow.");
        return model.client.listFlowRuns(query, signal);
      },
    });
    const first = model.addRun();
    model.setRunState(first.id, "RUNNING");
    model.setRunState(first.id, "COMPLETED");
    const longAgo = new Date(Date.now() - 3_600_000).toISOString();
    Object.assign(first, { start_time: longAgo, end_time: longAgo });
    await server.take(sweep);
    const ids = addBurst(model, 300);
    await expect(server.take(sweep)).rejects.toMatchObject({ code: "prefect_too_slow" });
    isFailing = false;
    await server.take(sweep);
    const known = await readStatuses();
    expect(ids.filter((id) => !known.has(id))).toHaveLength(0);
  },
);

it("finds the older runs of an outage although events have named the newest already", async () => {
  const model = createPrefectModel();
  const server = watch(model.client);
  const first = model.addRun();
  model.setRunState(first.id, "RUNNING");
  const longAgo = new Date(Date.now() - 3_600_000).toISOString();
  Object.assign(first, { start_time: longAgo });
  await server.take("begun");
  // The first turn of a watch reads everything, whatever it looks like.
  await server.take("begun");
  const ids = addBurst(model, 300);
  await refreshHinted(world.mirror, server.context, ids.slice(100));
  await server.take("begun");
  const known = await readStatuses();
  expect(ids.filter((id) => !known.has(id))).toHaveLength(0);
});

it("sees an old run that goes on although nobody told of it", async () => {
  const model = createPrefectModel();
  const { id } = model.addRun();
  const run = model.runs.get(id);
  const longAgo = new Date(Date.now() - 3_600_000).toISOString();
  const server = watch(model.client);
  model.setRunState(id, "RUNNING");
  model.setRunState(id, "FAILED");
  Object.assign(run ?? {}, { start_time: longAgo, end_time: longAgo });
  for (const sweep of ["begun", "ended"]) await server.take(sweep);
  await sql`UPDATE flow_runs SET recheck_until = NULL`.execute(world.database.database);
  const newer = model.addRun().id;
  model.setRunState(newer, "RUNNING");
  await server.take("begun");
  // Somebody repeats it in Prefect, and a worker takes it up at once.
  model.setRunState(id, "SCHEDULED", "AwaitingRetry");
  model.setRunState(id, "RUNNING");
  for (const sweep of ["begun", "ended", "active", "waiting"]) await server.take(sweep);
  expect((await readStatuses()).get(id)).toBe("running");
});

it.each([["begun"], ["ended"]])(
  "finds every run of the first burst on a server that had none, by the sweep of %s runs",
  async (sweep) => {
    const model = createPrefectModel();
    const server = watch(model.client);
    await server.take(sweep);
    const ids = Array.from({ length: 300 }, () => {
      const { id } = model.addRun();
      model.setRunState(id, "RUNNING");
      model.setRunState(id, "COMPLETED");
      return id;
    });
    await server.take(sweep);
    const known = await readStatuses();
    expect(ids.filter((id) => !known.has(id))).toHaveLength(0);
  },
);

it("asks once while many runs wait that it knows, and nothing begins", async () => {
  const model = createPrefectModel();
  const server = watch(model.client);
  const first = model.addRun();
  model.setRunState(first.id, "RUNNING");
  await server.take("begun");
  for (let index = 0; index < 450; index += 1) model.setRunState(model.addRun().id, "SCHEDULED", "Late");
  await server.take("begun");
  const before = model.calls.get("runs") ?? 0;
  await server.take("begun");
  expect((model.calls.get("runs") ?? 0) - before).toBe(1);
});
