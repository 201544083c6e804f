import { sql } from "kysely";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createMirrorWorld, type MirrorWorld } from "../../../../../test/prefect/mirror-world.ts";
import { createPrefectModel, type PrefectModel } from "../../../../../test/prefect/prefect-model.ts";
import type { WatchContext, WatchDuty } from "../../watching/watch-duty.ts";
import { refreshHinted } from "../refresh.ts";
import { readCursor } from "../repo.ts";
import { createSweeps } from "./sweeps.ts";

let world: MirrorWorld;

beforeEach(async () => {
  world = await createMirrorWorld();
});
afterEach(() => world.close());

/** One server that watches, with what it remembers. */
function watch(model: PrefectModel, filter_tags: string[] = []) {
  world.mirror.forget(world.connection.id);
  const context = world.contextFor(model.client, { ...world.connection, filter_tags });
  const duties = createSweeps(world.mirror);
  const take = (word: string) => {
    const duty = duties.find(({ name }) => name.includes(word));
    if (duty === undefined) throw new Error(`There is no sweep of ${word}`);
    return duty.run(context);
  };
  return { context, duties, take, takeAll: () => runAll(duties, context) };
}

async function runAll(duties: readonly WatchDuty[], context: WatchContext): Promise<void> {
  for (const duty of duties) await duty.run(context);
}

async function readStatuses(): Promise<Record<string, string>> {
  const { rows } = await sql<{ external_id: string; status: string }>`
    SELECT external_id, status FROM flow_runs WHERE connection_id IS NOT NULL`.execute(
    world.database.database,
  );
  return Object.fromEntries(rows.map(({ external_id, status }) => [external_id, status]));
}

it("finds what begins and ends by sweeps alone, with Prefect's clock five minutes before or behind ours", async () => {
  for (const aheadMs of [0, 300_000, -300_000]) {
    const model = createPrefectModel({ aheadMs });
    const old = model.addRun().id;
    model.setRunState(old, "RUNNING");
    const server = watch(model);
    await server.takeAll();
    const begun = model.addRun().id;
    model.setRunState(begun, "RUNNING");
    await server.take("begun");
    expect(await readStatuses()).toMatchObject({ [old]: "running", [begun]: "running" });
    const short = model.addRun().id;
    model.setRunState(short, "RUNNING");
    model.setRunState(short, "FAILED");
    model.setRunState(begun, "COMPLETED");
    await server.take("ended");
    expect(await readStatuses()).toMatchObject({ [begun]: "completed", [short]: "failed" });
    model.setRunState(old, "CANCELLED");
    await server.take("active");
    expect(await readStatuses()).toMatchObject({ [old]: "cancelled" });
    // The next ones share the connection.
    await sql`DELETE FROM connection_cursors`.execute(world.database.database);
  }
});

it("sees a run that ended and changes again, although its end stays where it was", async () => {
  const model = createPrefectModel();
  const { id } = model.addRun();
  model.setRunState(id, "RUNNING");
  model.setRunState(id, "CANCELLED");
  const server = watch(model);
  await server.takeAll();
  const { end_time } = model.runs.get(id)!;
  model.setRunState(id, "COMPLETED");
  model.runs.get(id)!.end_time = end_time;
  // Ended runs are read by their ids at the first turn of a watch and every 30 s then.
  await watch(model).take("active");
  expect(await readStatuses()).toEqual({ [id]: "completed" });
});

it("reads the past once, a page at a turn, goes on after a change of the server, and then asks no more", async () => {
  const model = createPrefectModel();
  const ids = Array.from({ length: 250 }, () => {
    const { id } = model.addRun();
    model.setRunState(id, "RUNNING");
    model.setStepState(model.addStep(id).id, "COMPLETED");
    model.setRunState(id, "COMPLETED");
    return id;
  });
  await watch(model).take("past");
  expect(Object.keys(await readStatuses()).sort()).toEqual(ids.slice(150).sort());
  const second = watch(model);
  await second.take("past");
  await second.take("past");
  expect(Object.keys(await readStatuses()).sort()).toEqual([...ids].sort());
  const { rows } = await sql<{ count: number }>`
    SELECT count(*)::int AS count FROM flow_step_runs WHERE connection_id IS NOT NULL`.execute(
    world.database.database,
  );
  expect(rows[0]?.count).toBe(250);
  const before = model.calls.get("runs");
  await second.take("past");
  expect(model.calls.get("runs")).toBe(before);
});

it("asks once for what it knows already, however much of it there is", async () => {
  const model = createPrefectModel();
  for (let index = 0; index < 450; index += 1) {
    const { id } = model.addRun();
    model.setRunState(id, "RUNNING");
    model.setRunState(id, "COMPLETED");
  }
  const server = watch(model);
  await server.take("ended");
  await server.take("ended");
  const before = model.calls.get("runs") ?? 0;
  await server.take("ended");
  expect((model.calls.get("runs") ?? 0) - before).toBe(1);
});

it("does not move its cursor past what could not be written", async () => {
  const model = createPrefectModel();
  const server = watch(model);
  const first = model.addRun().id;
  model.setRunState(first, "RUNNING");
  await server.take("begun");
  const cursor = await readCursor(world.database.database, world.connection.id, "begun");
  expect(cursor).not.toBeUndefined();
  const second = model.addRun({ created: "no moment that the database takes" });
  model.setRunState(second.id, "RUNNING");
  await expect(server.take("begun")).rejects.toThrow();
  expect(await readCursor(world.database.database, world.connection.id, "begun")).toEqual(cursor);
  second.created = null;
  await server.take("begun");
  expect(await readStatuses()).toMatchObject({ [second.id]: "running" });
  expect(await readCursor(world.database.database, world.connection.id, "begun")).not.toEqual(cursor);
});

it("takes only what the connection's tags let in, and with it the subflows, which carry none", async () => {
  const model = createPrefectModel();
  const wanted = model.addRun({ tags: ["wanted", "other"] }).id;
  const unwanted = model.addRun({ tags: ["other"] }).id;
  for (const id of [wanted, unwanted]) model.setRunState(id, "RUNNING");
  const child = model.addSubflow(wanted).id;
  const grandchild = model.addSubflow(child).id;
  model.addSubflow(unwanted);
  const server = watch(model, ["wanted"]);
  await server.take("begun");
  expect(Object.keys(await readStatuses()).sort()).toEqual([wanted, child, grandchild].sort());
  const later = model.addSubflow(wanted).id;
  await server.take("active");
  expect(Object.keys(await readStatuses())).toContain(later);
  // Events name every run that there is.
  await refreshHinted(world.mirror, server.context, [...model.runs.keys()]);
  expect(Object.keys(await readStatuses()).sort()).toEqual([wanted, child, grandchild, later].sort());
});

it("finds runs that wait, and tells up to when everything was read", async () => {
  const model = createPrefectModel();
  const { id } = model.addRun();
  model.setRunState(id, "SCHEDULED", "Late");
  const server = watch(model);
  await server.take("waiting");
  expect(await readStatuses()).toEqual({ [id]: "pending" });
  const startedAt = Date.now();
  for (const sweep of ["active", "begun"]) await server.take(sweep);
  expect(world.news.some(({ last_sync_at }) => last_sync_at !== undefined)).toBe(false);
  await server.take("ended");
  const told = world.news.findLast(({ last_sync_at }) => last_sync_at !== undefined)?.last_sync_at ?? "";
  expect(Date.parse(told)).toBeGreaterThanOrEqual(startedAt);
});
