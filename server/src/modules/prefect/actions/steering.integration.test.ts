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
/** A mirrored run in this state, with our id of it. */
async function mirrored(...types: Parameters<typeof harness.prefect.move>[1][]) {
  const external_id = harness.prefect.insert();
  for (const type of types) harness.prefect.move(external_id, type);
  return { external_id, id: await ourId(external_id) };
}
const act = (id: string, kind: "cancel" | "retry" | "resume") =>
  harness.steering.actions.act(harness.user, id, { kind });

it("makes one action of two clicks, and a new one after the run's state has changed", async () => {
  const { id, external_id } = await mirrored("RUNNING");
  const [first, second] = await Promise.all([act(id, "cancel"), act(id, "cancel")]);
  expect(second?.id).toBe(first?.id);
  await harness.turn();
  expect((await read(first?.id ?? "")).status).toBe("accepted");
  harness.prefect.move(external_id, "CANCELLED");
  await harness.refresh(external_id);
  const retry = await act(id, "retry");
  await harness.turn();
  expect((await read(retry.id)).status).toBe("accepted");
  expect(harness.prefect.run(external_id)).toMatchObject({
    state_type: "SCHEDULED",
    state_name: "AwaitingRetry",
  });
  await harness.refresh(external_id);
  expect((await act(id, "cancel")).id).not.toBe(first?.id);
});

it("is not offered for a subflow, nor where Prefect would do harm", async () => {
  const running = await mirrored("RUNNING");
  await expect(act(running.id, "retry")).rejects.toMatchObject({
    code: "engine_action_impossible",
    message: "The run has not ended.",
  });
  await sql`UPDATE flow_runs SET external_parent_task_run_id = ${randomUUID()} WHERE id = ${running.id}`.execute(
    harness.database,
  );
  await expect(act(running.id, "cancel")).rejects.toMatchObject({
    code: "engine_action_impossible",
    message: expect.stringContaining("subflow"),
  });
  await expect(act(randomUUID(), "cancel")).rejects.toMatchObject({ code: "flow_run_not_found" });
});

it("does not offer to repeat a run whose unit another task has by now", async () => {
  const unit_id = await harness.insertUnit();
  const { action } = await launch(unit_id);
  await harness.turn();
  const external_id = (await read(action.id)).external_run_id ?? "";
  for (const type of ["RUNNING", "FAILED"] as const) harness.prefect.move(external_id, type);
  const id = await ourId(external_id);
  expect((await harness.steering.runs.getRun(id)).actions[1]).toEqual({ kind: "retry", why_not: null });
  await launch(unit_id);
  await expect(act(id, "retry")).rejects.toMatchObject({
    code: "engine_action_impossible",
    message: expect.stringContaining("another task"),
  });
});

it("looks at the run once more before it asks: a run that began again meanwhile is not begun twice", async () => {
  const { id, external_id } = await mirrored("RUNNING", "FAILED");
  const action = await act(id, "retry");
  harness.prefect.move(external_id, "RUNNING");
  await harness.turn();
  expect(await read(action.id)).toMatchObject({ status: "refused", reason: "The run has not ended." });
  expect(harness.prefect.count("setState")).toBe(0);
});

it("counts a run that is cancelled without asking as accepted", async () => {
  const { id, external_id } = await mirrored("RUNNING");
  const action = await act(id, "cancel");
  harness.prefect.move(external_id, "CANCELLED");
  await harness.turn();
  expect((await read(action.id)).status).toBe("accepted");
  expect(harness.prefect.count("setState")).toBe(0);
});

it("decides a lost answer by the run's state and never asks twice", async () => {
  const { id } = await mirrored("RUNNING", "FAILED");
  const action = await act(id, "retry");
  harness.prefect.after = (call) => {
    if (call === "setState") throw tooSlow();
  };
  await harness.turn();
  expect(await read(action.id)).toMatchObject({
    status: "unknown",
    reason: expect.stringContaining("lost"),
  });
  await harness.hasten();
  await harness.turn();
  expect((await read(action.id)).status).toBe("accepted");
  expect(harness.prefect.count("setState")).toBe(1);
});

it("stays unknown while the run does not change, and is refused in the end", async () => {
  const { id } = await mirrored("RUNNING");
  const action = await act(id, "cancel");
  harness.prefect.before = (call) => {
    if (call === "setState") throw tooSlow();
  };
  await harness.turn();
  harness.prefect.before = () => undefined;
  await harness.hasten();
  await harness.turn();
  expect((await read(action.id)).status).toBe("unknown");
  expect((await act(id, "cancel")).id).toBe(action.id);
  await sql`UPDATE action_outbox SET sent_at = sent_at - interval '1 minute' WHERE id = ${action.id}`.execute(
    harness.database,
  );
  expect(await harness.steering.disagreements.list()).toEqual([
    expect.objectContaining({
      ...{ id: `outcome_unknown:${action.id}`, flow_run_id: id, ours: "asked to cancel" },
      repairs: ["cancel_there", "read_again"],
    }),
  ]);
  await sql`UPDATE action_outbox SET expires_at = clock_timestamp() WHERE id = ${action.id}`.execute(
    harness.database,
  );
  const { housekeeping } = harness.createOutbox();
  housekeeping.start();
  await expect.poll(async () => (await read(action.id)).status).toBe("refused");
  await housekeeping.stop();
  expect(harness.prefect.count("setState")).toBe(1);
  expect((await act(id, "cancel")).id).not.toBe(action.id);
});

it("is unknown after its sender died in the middle, and read by the next one", async () => {
  const { id, external_id } = await mirrored("RUNNING");
  const action = await act(id, "cancel");
  const dying = new AbortController();
  harness.prefect.after = (call) => {
    if (call !== "setState") return;
    dying.abort(new Error("killed"));
    throw dying.signal.reason;
  };
  await harness.turn(harness.createOutbox({ leaseMs: 0 }), dying.signal);
  expect((await read(action.id)).status).toBe("sent");
  harness.prefect.after = () => undefined;
  await harness.turn();
  expect((await read(action.id)).status).toBe("accepted");
  expect(harness.prefect.count("setState")).toBe(1);
  expect(harness.prefect.run(external_id).state_type).toBe("CANCELLING");
});

it("repeats what a busy database did not take", async () => {
  const { id } = await mirrored("RUNNING");
  const action = await act(id, "cancel");
  harness.prefect.before = (call) => {
    if (call !== "setState") return;
    throw prefectErrors.create("prefect_failed", "Prefect answered 503: Service Unavailable.", {
      details: { http_status: 503 },
    });
  };
  expect(await harness.turn()).toBeUndefined();
  expect(await read(action.id)).toMatchObject({
    status: "pending",
    reason: expect.stringContaining("503"),
  });
  harness.prefect.before = () => undefined;
  await harness.hasten();
  await harness.turn();
  expect(await read(action.id)).toMatchObject({ status: "accepted", attempts: 2 });
});

it("asks to cancel the run of a task that was cancelled here, once for each request", async () => {
  const { task_id, action } = await launch(await harness.insertUnit());
  await harness.turn();
  const external_id = (await read(action.id)).external_run_id ?? "";
  harness.prefect.move(external_id, "RUNNING");
  await harness.refresh(external_id);
  await harness.tasks.cancelTask(task_id);
  await harness.turn();
  await harness.turn();
  expect(harness.prefect.run(external_id).state_type).toBe("CANCELLING");
  expect(harness.prefect.count("setState")).toBe(1);
  const { recent_actions } = await harness.steering.runs.getTask(task_id);
  expect(recent_actions.map(({ kind, status }) => `${kind} ${status}`)).toEqual([
    "cancel accepted",
    "launch accepted",
  ]);
  harness.prefect.move(external_id, "CANCELLED");
  await harness.refresh(external_id);
  const { rows } = await sql`
    SELECT u.status AS unit_status, t.status FROM tasks t JOIN units u ON u.id = t.unit_id WHERE t.id = ${task_id}`.execute(
    harness.database,
  );
  expect(rows).toEqual([{ unit_status: "cancelled", status: "cancelled" }]);
});

it("does not send the cancelling of a run whose process nobody would end", async () => {
  const external_id = harness.prefect.insert({ deployment_id: null });
  harness.prefect.move(external_id, "RUNNING");
  const id = await ourId(external_id);
  const { rows } = await sql<{
    task_id: string;
  }>`SELECT task_id FROM outside_runs WHERE id = ${id}`.execute(harness.database);
  const task_id = rows[0]?.task_id ?? "";
  await harness.tasks.cancelTask(task_id);
  await harness.turn();
  const { recent_actions } = await harness.steering.runs.getTask(task_id);
  expect(recent_actions).toMatchObject([
    { kind: "cancel", status: "refused", reason: expect.stringContaining("Nobody would end its process") },
  ]);
  expect(harness.prefect.count("setState")).toBe(0);
});

it("says of a paused run that it can go on, and lets it", async () => {
  const { id, external_id } = await mirrored("RUNNING", "PAUSED");
  const { actions } = await harness.steering.runs.getRun(id);
  expect(actions.find(({ kind }) => kind === "resume")).toEqual({ kind: "resume", why_not: null });
  const action = await act(id, "resume");
  await harness.turn();
  expect((await read(action.id)).status).toBe("accepted");
  expect(harness.prefect.run(external_id).state_type).toBe("RUNNING");
});
