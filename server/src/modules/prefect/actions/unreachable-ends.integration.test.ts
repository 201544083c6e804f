import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { createSteeringHarness, type SteeringHarness } from "../../../../test/prefect/steering-harness.ts";

let harness: SteeringHarness;
beforeAll(async () => {
  harness = await createSteeringHarness();
});
afterAll(() => harness.close());
beforeEach(async () => {
  await harness.beginAnew();
  await sql`UPDATE connections SET removed_at = NULL, disabled_at = NULL, health = 'live'`.execute(
    harness.database,
  );
});

interface Standing {
  readonly task: string;
  readonly unit: string;
  readonly is_cancel_requested: boolean;
}

async function readStanding(task_id: string): Promise<Standing | undefined> {
  const { rows } = await sql<Standing>`
    SELECT t.status AS task, u.status AS unit, t.cancel_requested_at IS NOT NULL AS is_cancel_requested
    FROM tasks t JOIN units u ON u.id = t.unit_id WHERE t.id = ${task_id}`.execute(harness.database);
  return rows[0];
}

/** A unit whose run is under way in Prefect. */
async function launchRunning(): Promise<{ task_id: string; external_id: string }> {
  const { task_id, action } = await harness.launch(await harness.insertUnit());
  await harness.turn();
  const external_id = (await harness.readAction(action.id)).external_run_id ?? "";
  harness.prefect.move(external_id, "RUNNING");
  await harness.refresh(external_id);
  expect(await readStanding(task_id)).toMatchObject({ task: "in_progress", unit: "in_progress" });
  return { task_id, external_id };
}

async function listCancels(task_id: string): Promise<string[]> {
  const { rows } = await sql<{ status: string }>`
    SELECT status FROM action_outbox WHERE task_id = ${task_id} AND kind = 'cancel' ORDER BY id`.execute(
    harness.database,
  );
  return rows.map(({ status }) => status);
}

async function whileTidying<Result>(look: () => Promise<Result>): Promise<Result> {
  const { housekeeping } = harness.steering.outbox;
  housekeeping.start();
  try {
    return await look();
  } finally {
    await housekeeping.stop();
  }
}

it.each(["before", "after"])(
  "ends a cancelled job of a connection that is removed %s the request: nobody will ever tell of its run",
  async (moment) => {
    const { task_id } = await launchRunning();
    const remove = () =>
      sql`UPDATE connections SET removed_at = clock_timestamp(), health = 'disabled'`.execute(
        harness.database,
      );
    if (moment === "before") await remove();
    await harness.tasks.cancelTask(task_id);
    if (moment === "after") await remove();
    await whileTidying(() => expect.poll(async () => (await readStanding(task_id))?.task).toBe("cancelled"));
    expect(await readStanding(task_id)).toMatchObject({ task: "cancelled", unit: "cancelled" });
  },
);

it("leaves the job of a removed connection alone until somebody cancels it", async () => {
  const { task_id } = await launchRunning();
  await sql`UPDATE connections SET removed_at = clock_timestamp(), health = 'disabled'`.execute(
    harness.database,
  );
  await takeTurn();
  expect(await readStanding(task_id)).toMatchObject({ task: "in_progress", unit: "in_progress" });
});

/** Waits for a turn of the housekeeping. */
async function takeTurn(): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    INSERT INTO action_outbox (connection_id, key, kind, external_run_id, expires_at)
    SELECT id, 'cancel:turn', 'cancel', 'gone', clock_timestamp() FROM connections LIMIT 1 RETURNING id`.execute(
    harness.database,
  );
  const id = rows[0]?.id ?? "";
  await whileTidying(() => expect.poll(async () => (await harness.readAction(id)).status).toBe("expired"));
}

it("forgets a cancel that expired in an outage, and asks when it is asked for again", async () => {
  const { task_id, external_id } = await launchRunning();
  await harness.tasks.cancelTask(task_id);
  await whileTidying(() => expect.poll(async () => (await listCancels(task_id)).length).toBe(1));
  await sql`UPDATE action_outbox SET expires_at = clock_timestamp() WHERE task_id = ${task_id}`.execute(
    harness.database,
  );
  await whileTidying(() => expect.poll(() => listCancels(task_id)).toEqual(["expired"]));
  // The connection answers again, and nobody wants it any more.
  await harness.turn();
  expect(await readStanding(task_id)).toMatchObject({ task: "in_progress", is_cancel_requested: false });
  expect(harness.prefect.run(external_id).state_type).toBe("RUNNING");
  await harness.tasks.cancelTask(task_id);
  await harness.turn();
  expect(harness.prefect.run(external_id).state_type).toBe("CANCELLING");
  expect(await listCancels(task_id)).toEqual(["expired", "accepted"]);
});

it("asks once, however often somebody cancels while the request is under way", async () => {
  const { task_id } = await launchRunning();
  await harness.tasks.cancelTask(task_id);
  await whileTidying(() => expect.poll(async () => (await listCancels(task_id)).length).toBe(1));
  await harness.tasks.cancelTask(task_id);
  await harness.turn();
  expect(await listCancels(task_id)).toEqual(["accepted"]);
  expect(harness.prefect.count("setState")).toBe(1);
});

it("ends a cancelled job whose run was deleted in Prefect", async () => {
  const { task_id, external_id } = await launchRunning();
  harness.prefect.runs.delete(external_id);
  await harness.refresh(external_id);
  expect(await readStanding(task_id)).toMatchObject({ task: "in_progress" });
  await harness.tasks.cancelTask(task_id);
  await harness.turn();
  expect(await readStanding(task_id)).toMatchObject({ task: "cancelled", unit: "cancelled" });
  expect(await listCancels(task_id)).toEqual(["refused"]);
});

it("says no more that a job is being cancelled when Prefect refused that", async () => {
  const id = harness.prefect.insert({ deployment_id: null });
  harness.prefect.move(id, "RUNNING");
  await harness.refresh(id);
  const { rows } = await sql<{ id: string }>`SELECT id FROM tasks WHERE external_id = ${id}`.execute(
    harness.database,
  );
  const task_id = rows[0]?.id ?? "";
  const isRequested = async () =>
    (
      await sql<{
        is: boolean;
      }>`SELECT cancel_requested_at IS NOT NULL AS is FROM tasks WHERE id = ${task_id}`.execute(
        harness.database,
      )
    ).rows[0]?.is;
  await harness.tasks.cancelTask(task_id);
  expect(await isRequested()).toBe(true);
  await harness.turn();
  expect(await listCancels(task_id)).toEqual(["refused"]);
  expect(await isRequested()).toBe(false);
});

it("ends a launch that waits when its connection is removed, with a unit that can be generated again", async () => {
  const { task_id, action } = await harness.launch(await harness.insertUnit());
  await sql`UPDATE connections SET removed_at = clock_timestamp(), health = 'disabled'`.execute(
    harness.database,
  );
  await whileTidying(() =>
    expect.poll(async () => (await harness.readAction(action.id)).status).toBe("expired"),
  );
  expect(await harness.readAction(action.id)).toMatchObject({
    status: "expired",
    reason: "The connection was removed.",
  });
  expect(await readStanding(task_id)).toMatchObject({ task: "failed", unit: "failed" });
});
