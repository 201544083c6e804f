import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { insertConnection } from "../../../../test/builders/connection.ts";
import { mirroredRun } from "../../../../test/builders/mirrored.ts";
import { createTestDatabase, type TestDatabase } from "../../../../test/database.ts";
import { createPrefectModel, type PrefectModel } from "../../../../test/prefect/prefect-model.ts";
import { createTestContext } from "../../../../test/prefect/watch-context.ts";
import { createFlowMirror } from "../../flow-engine/mirror.ts";
import type { FlowMirror, KnownRun, MirroredRun } from "../../flow-engine/public.ts";
import { prefectErrors } from "../errors.ts";
import type { WatchContext } from "../watching/watch-duty.ts";
import { heartbeatEvent } from "./event-reading.ts";
import { noteSigns } from "./signs-of-life.ts";
import { createSuspicion } from "./suspect.ts";

const silenceMs = 540_000;
const turnMs = 30_000;
let testDatabase: TestDatabase;
let mirror: FlowMirror;
let connection_id: string;
let model: PrefectModel;
let now: number;
let connections = 0;

beforeAll(async () => {
  testDatabase = await createTestDatabase({ max: 4 });
  mirror = createFlowMirror(testDatabase.database);
});
afterAll(() => testDatabase.close());
beforeEach(async () => {
  model = createPrefectModel();
  now = Date.UTC(2026, 10, 22, 12);
  connections += 1;
  connection_id = await insertConnection(testDatabase.database, { name: `Prefect ${connections}` });
});

const taker = () => ({ database: testDatabase.database, mirror, changed: () => undefined, silenceMs });
const newDuty = () => createSuspicion({ ...taker(), now: () => now });
const newContext = () => createTestContext({ connection_id, client: model.client });

async function write(given: MirroredRun): Promise<MirroredRun> {
  await testDatabase.database.transaction().execute((transaction) => mirror.writeRuns(transaction, [given]));
  return given;
}
const insertRun = () => write(mirroredRun({ connection_id, external_id: randomUUID() }));

function beat({ external_id }: MirroredRun, agoMs = 0, clockMs = 0) {
  const at = new Date(now - agoMs + clockMs).toISOString();
  const resource = { "prefect.resource.id": `prefect.flow-run.${external_id}` };
  model.events.push({ id: randomUUID(), event: heartbeatEvent, occurred: at, received: at, resource });
}

/** Turns of the duty for so long, as often as it wants them; before each, what the caller wants to happen. */
async function live(
  duty: ReturnType<typeof createSuspicion>,
  context: WatchContext,
  durationMs: number,
  before: () => void = () => undefined,
) {
  expect(duty.everyMs(context)).toBe(turnMs);
  for (const end = now + durationMs; now < end; ) {
    now += turnMs;
    before();
    await duty.run(context);
  }
}

async function find({ external_id }: MirroredRun): Promise<KnownRun & { suspect_reason?: string | null }> {
  const [run] = await mirror.findRuns(connection_id, [external_id]);
  if (run === undefined) throw new Error("The run is gone");
  return run;
}
const isSuspect = async (run: MirroredRun) => (await find(run)).suspect_since !== null;

describe("a run that Prefect calls RUNNING", () => {
  test("is suspected after its heartbeats stopped for long enough, and keeps its state", async () => {
    const [dead, alive] = [await insertRun(), await insertRun()];
    const [duty, context] = [newDuty(), newContext()];
    beat(dead);
    await live(duty, context, silenceMs, () => beat(alive));
    expect(await isSuspect(dead)).toBe(false);
    await live(duty, context, 2 * turnMs, () => beat(alive));
    expect(await find(dead)).toMatchObject({
      status: "running",
      external_state_type: "RUNNING",
      suspect_since: expect.any(String),
    });
    const { rows } = await sql<{ reason: string }>`
      SELECT suspect_reason AS reason FROM flow_runs WHERE external_id = ${dead.external_id}`.execute(
      testDatabase.database,
    );
    expect(rows[0]?.reason).toMatch(/^Its last heartbeat came at 2026-11-22 12:00:\d\d UTC\. /);
    expect(await isSuspect(alive)).toBe(false);
  });

  test("is never suspected when it never sent a heartbeat", async () => {
    const run = await insertRun();
    await live(newDuty(), newContext(), 3 * silenceMs);
    expect(await isSuspect(run)).toBe(false);
  });

  test("is no longer suspected after a sign of life, also one that came live", async () => {
    const [first, second] = [await insertRun(), await insertRun()];
    const [duty, context] = [newDuty(), newContext()];
    beat(first);
    beat(second);
    await live(duty, context, silenceMs + 2 * turnMs);
    expect([await isSuspect(first), await isSuspect(second)]).toEqual([true, true]);
    beat(first);
    await live(duty, context, turnMs);
    expect(await isSuspect(first)).toBe(false);
    const sign = { moment: now, isHeartbeat: false };
    await noteSigns(taker(), connection_id, new Map([[second.external_id, sign]]));
    expect(await isSuspect(second)).toBe(false);
  });

  test("is no longer suspected once it ended", async () => {
    const run = await insertRun();
    const [duty, context] = [newDuty(), newContext()];
    beat(run);
    await live(duty, context, silenceMs + 2 * turnMs);
    expect(await isSuspect(run)).toBe(true);
    await write({
      ...run,
      ...{ status: "failed", external_state: "Crashed", external_state_type: "CRASHED" },
      ...{ external_state_id: randomUUID(), external_state_at: new Date(now).toISOString() },
      completed_at: new Date(now).toISOString(),
      recheck_until: new Date(Date.now() + 600_000).toISOString(),
    });
    await live(duty, context, turnMs);
    expect(await isSuspect(run)).toBe(false);
  });

  test("that begins anew after a long rest gets its time again", async () => {
    const run = await insertRun();
    const [duty, context] = [newDuty(), newContext()];
    beat(run);
    const paused = { status: "paused", external_state: "Paused", external_state_type: "PAUSED" } as const;
    const stateAt = () => ({
      external_state_id: randomUUID(),
      external_state_at: new Date(now).toISOString(),
    });
    await write({ ...run, ...paused, ...stateAt() });
    await live(duty, context, 4 * silenceMs);
    await write({ ...run, ...stateAt() });
    await live(duty, context, silenceMs - turnMs);
    expect(await isSuspect(run)).toBe(false);
    await live(duty, context, 3 * turnMs);
    expect(await isSuspect(run)).toBe(true);
  });
});

describe("silence that is not the run's own", () => {
  test("an outage of Prefect counts for nothing: the time begins anew", async () => {
    const run = await insertRun();
    const [duty, context] = [newDuty(), newContext()];
    beat(run);
    await live(duty, context, 2 * turnMs);
    const away = {
      ...model.client,
      listEvents: () => Promise.reject(prefectErrors.create("prefect_unreachable", "Away.")),
    };
    Object.assign(context, { client: away });
    for (let turn = 0; turn < 30; turn += 1) {
      now += turnMs;
      await expect(duty.run(context)).rejects.toMatchObject({ code: "prefect_unreachable" });
    }
    Object.assign(context, { client: model.client });
    await live(duty, context, silenceMs - turnMs);
    expect(await isSuspect(run)).toBe(false);
    await live(duty, context, 3 * turnMs);
    expect(await isSuspect(run)).toBe(true);
  });

  test("neither does ours: another server that begins to watch waits for as long, and keeps what is suspected", async () => {
    const [quiet, dead] = [await insertRun(), await insertRun()];
    const [duty, context] = [newDuty(), newContext()];
    beat(dead);
    await live(duty, context, silenceMs + 2 * turnMs);
    beat(quiet);
    await live(duty, context, turnMs);
    now += 3 * silenceMs;
    const [nextDuty, nextContext] = [newDuty(), newContext()];
    await live(nextDuty, nextContext, silenceMs - turnMs);
    expect([await isSuspect(quiet), await isSuspect(dead)]).toEqual([false, true]);
  });

  test("nor a process of ours that slept for an hour between two turns", async () => {
    const run = await insertRun();
    const [duty, context] = [newDuty(), newContext()];
    beat(run);
    await live(duty, context, 2 * turnMs);
    now += 3_600_000;
    await live(duty, context, silenceMs - turnMs);
    expect(await isSuspect(run)).toBe(false);
  });

  test.each([-300_000, 290_000])("nor clocks that are %d ms apart", async (clockMs) => {
    const run = await insertRun();
    await live(newDuty(), newContext(), 3 * silenceMs, () => beat(run, 20, clockMs));
    expect(await isSuspect(run)).toBe(false);
  });

  test("nor heartbeats that were not among the newest of all: it is asked for by its id first", async () => {
    const run = await insertRun();
    await noteSigns(taker(), connection_id, new Map([[run.external_id, { moment: now, isHeartbeat: true }]]));
    const before = (await find(run)).last_heartbeat_at ?? "";
    await live(newDuty(), newContext(), 2 * silenceMs, () => {
      beat(run, 1_000);
      for (let place = 0; place < 50; place += 1) {
        beat(mirroredRun({ connection_id, external_id: randomUUID() }), 10);
      }
    });
    const { suspect_since, last_heartbeat_at } = await find(run);
    expect(suspect_since).toBeNull();
    expect(Date.parse(last_heartbeat_at ?? "") - Date.parse(before)).toBeGreaterThan(silenceMs);
  });
});
