import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { createSteeringHarness, type SteeringHarness } from "../../../../test/prefect/steering-harness.ts";
import { prefectErrors } from "../errors.ts";

let harness: SteeringHarness;
beforeAll(async () => {
  harness = await createSteeringHarness();
});
afterAll(() => harness.close());
beforeEach(() => harness.beginAnew());

const launch = (unit_id: string, parameters = {}) => harness.launch(unit_id, parameters);
const read = (id: string) => harness.readAction(id);
const ourId = (external_id: string) => harness.ourId(external_id);
const tooSlow = () => prefectErrors.create("prefect_too_slow", "It took longer than 10000 ms.");
const down = () =>
  prefectErrors.create("prefect_unreachable", "Prefect could not be reached.", {
    cause: Object.assign(new Error("connect"), { code: "ECONNREFUSED" }),
  });

interface UnitAndTask {
  readonly unit_status: string;
  readonly unit_error: string | null;
  readonly unit_task: string | null;
  readonly task_status: string;
  readonly task_error: string | null;
  readonly error_code: string | null;
  readonly executor: string;
  readonly external_id: string | null;
}
async function readTask(task_id: string): Promise<UnitAndTask> {
  const { rows } = await sql<UnitAndTask>`
    SELECT u.status AS unit_status, u.error_message AS unit_error, u.task_id AS unit_task, t.status AS task_status,
      t.error_message AS task_error, t.error_code, t.executor, t.external_id
    FROM tasks t JOIN units u ON u.id = t.unit_id WHERE t.id = ${task_id}`.execute(harness.database);
  if (rows[0] === undefined) throw new Error(`There is no task ${task_id}`);
  return rows[0];
}

it("gives the unit to an external task and the run what the flow knows of the unit", async () => {
  const text = "The Moon pulls at the sea. ".repeat(20);
  const unit_id = await harness.insertUnit([{ kind: "text", title: null, text }]);
  const { task_id, action } = await launch(unit_id, { variant: "slow\u0000", title: "Mine" });
  expect(action).toMatchObject({ kind: "launch", status: "pending", task_id, attempts: 0 });
  expect(await readTask(task_id)).toMatchObject({
    ...{ unit_status: "in_progress", unit_task: task_id, task_status: "pending", executor: "external" },
    external_id: null,
  });
  expect(await harness.turn()).toBeUndefined();
  const [made] = harness.prefect.launches;
  expect(made).toMatchObject({
    idempotency_key: task_id,
    tags: ["coursewright", `unit:${unit_id}`],
    labels: { coursewright_task_id: task_id },
  });
  expect(made?.parameters).toEqual({
    ...{ unit_id, title: "Tides", target_lesson_count: 2, source_text: text, variant: "slow\uFFFD" },
    return_to: "http://127.0.0.1:4400",
  });
  const settled = await read(action.id);
  expect(settled).toMatchObject({ status: "accepted", reason: null, attempts: 1 });
  expect((await readTask(task_id)).external_id).toBe(settled.external_run_id);
  const run = await ourId(settled.external_run_id ?? "");
  expect((await harness.steering.runs.getRun(run)).recent_actions.map(({ id }) => id)).toEqual([action.id]);
});

it("leaves nothing half made when the unit cannot be launched", async () => {
  const unit_id = await harness.insertUnit();
  await launch(unit_id);
  const count = async () =>
    (
      await sql<{
        n: number;
      }>`SELECT (SELECT count(*) FROM tasks)::int + (SELECT count(*) FROM action_outbox)::int + (SELECT
      count(*) FROM lineages)::int AS n`.execute(harness.database)
    ).rows[0]?.n;
  const before = await count();
  await expect(launch(unit_id)).rejects.toMatchObject({ code: "unit_not_launchable" });
  await sql`UPDATE units SET status = 'failed' WHERE id = ${unit_id}`.execute(harness.database);
  await expect(launch(unit_id)).rejects.toMatchObject({
    code: "unit_not_launchable",
    message: "A task of this unit is still running. Wait for its end or cancel it first.",
  });
  expect(await count()).toBe(before);
  await expect(launch(randomUUID())).rejects.toMatchObject({ code: "unit_not_found" });
});

it("refuses a source that Prefect would not take, and says how large it is", async () => {
  const text = "Вода".repeat(20_000);
  const unit_id = await harness.insertUnit([{ kind: "text", title: null, text }]);
  await expect(launch(unit_id)).rejects.toMatchObject({
    code: "unit_not_launchable",
    message: expect.stringContaining("takes 469 KB"),
  });
});

it.each(["draft", "failed", "partial", "cancelled"])("takes a unit that is %s", async (status) => {
  const unit_id = await harness.insertUnit();
  await sql`UPDATE units SET status = ${status} WHERE id = ${unit_id}`.execute(harness.database);
  expect((await launch(unit_id)).unit_id).toBe(unit_id);
});

it("makes one run of two sendings, also when the answer of the first was lost", async () => {
  const { task_id, action } = await launch(await harness.insertUnit());
  harness.prefect.after = (call) => {
    if (call === "createFlowRun") throw tooSlow();
  };
  expect(await harness.turn()).toMatchObject({ code: "prefect_too_slow" });
  expect(await read(action.id)).toMatchObject({
    status: "pending",
    reason: expect.stringContaining("10000"),
  });
  harness.prefect.after = () => undefined;
  await harness.hasten();
  await harness.turn();
  expect(await read(action.id)).toMatchObject({ status: "accepted", attempts: 2 });
  expect(harness.prefect.count("createFlowRun")).toBe(2);
  expect([...harness.prefect.runs.values()].filter((run) => run.idempotency_key === task_id)).toHaveLength(1);
});

it("is sent again by another server when its sender died after sending it", async () => {
  const { task_id, action } = await launch(await harness.insertUnit());
  const dying = new AbortController();
  harness.prefect.after = (call) => {
    if (call !== "createFlowRun") return;
    dying.abort(new Error("killed"));
    throw dying.signal.reason;
  };
  const dead = harness.createOutbox({ leaseMs: 0 });
  expect(await harness.turn(dead, dying.signal)).toMatchObject({ message: "killed" });
  expect((await read(action.id)).status).toBe("sent");
  harness.prefect.after = () => undefined;
  await harness.turn();
  expect((await read(action.id)).status).toBe("accepted");
  expect(harness.prefect.launches).toHaveLength(1);
  expect((await readTask(task_id)).external_id).not.toBeNull();
});

it("is nobody else's while one sends it", async () => {
  await launch(await harness.insertUnit());
  const other = harness.createOutbox();
  const reached = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  harness.prefect.before = async (call) => {
    if (call !== "createFlowRun") return;
    reached.resolve();
    await goOn.promise;
  };
  const sending = harness.turn();
  await reached.promise;
  await harness.turn(other);
  goOn.resolve();
  await sending;
  expect(harness.prefect.count("createFlowRun")).toBe(1);
});

it("ends the task and the unit with Prefect's words when it refuses", async () => {
  const { task_id, action } = await launch(await harness.insertUnit());
  harness.prefect.before = (call) => {
    if (call === "createFlowRun") {
      throw prefectErrors.create("prefect_refused", "Validation failed for field 'lessons'");
    }
  };
  expect(await harness.turn()).toBeUndefined();
  const reason = "Validation failed for field 'lessons'";
  expect(await read(action.id)).toMatchObject({ status: "refused", reason });
  expect(await readTask(task_id)).toMatchObject({
    ...{ unit_status: "failed", unit_error: reason, task_status: "failed", task_error: reason },
    error_code: "prefect_refused",
  });
});

it("waits while Prefect is down, says so, and gives up in time", async () => {
  const { task_id, action } = await launch(await harness.insertUnit());
  harness.prefect.before = () => {
    throw down();
  };
  expect(await harness.turn()).toMatchObject({ code: "prefect_unreachable" });
  await sql`UPDATE connections SET health = 'down', health_reason = 'Nothing listens there.'`.execute(
    harness.database,
  );
  await sql`UPDATE action_outbox SET expires_at = clock_timestamp() + interval '1 hour' WHERE id = ${action.id}`.execute(
    harness.database,
  );
  const { housekeeping } = harness.createOutbox();
  housekeeping.start();
  await expect
    .poll(async () => (await read(action.id)).reason)
    .toBe("Prefect is down. Nothing listens there.");
  await housekeeping.stop();
  await sql`UPDATE action_outbox SET expires_at = clock_timestamp() WHERE id = ${action.id}`.execute(
    harness.database,
  );
  housekeeping.start();
  await expect.poll(async () => (await read(action.id)).status).toBe("expired");
  await housekeeping.stop();
  await sql`UPDATE connections SET health = 'live', health_reason = NULL`.execute(harness.database);
  expect(await readTask(task_id)).toMatchObject({ unit_status: "failed", task_status: "failed" });
});

it("is withdrawn when its task was cancelled first", async () => {
  const { task_id, action } = await launch(await harness.insertUnit());
  await harness.tasks.cancelTask(task_id);
  await harness.turn();
  expect(await read(action.id)).toMatchObject({
    status: "expired",
    reason: expect.stringContaining("Withdrawn"),
  });
  expect(harness.prefect.count("createFlowRun")).toBe(0);
  expect(await readTask(task_id)).toMatchObject({ unit_status: "cancelled", task_status: "cancelled" });
});

it("cancels the run when its task was cancelled while it was launched", async () => {
  const { task_id, action } = await launch(await harness.insertUnit());
  harness.prefect.after = async (call) => {
    if (call === "createFlowRun") await harness.tasks.cancelTask(task_id);
  };
  await harness.turn();
  await harness.turn();
  const { external_run_id } = await read(action.id);
  expect(harness.prefect.run(external_run_id ?? "").state_type).toBe("CANCELLED");
  expect(await readTask(task_id)).toMatchObject({ unit_status: "cancelled", task_status: "cancelled" });
});
