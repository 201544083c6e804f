import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { createSteeringHarness, type SteeringHarness } from "../../../../test/prefect/steering-harness.ts";
import type { Disagreement, RepairKind } from "./models.ts";

let harness: SteeringHarness;
beforeAll(async () => {
  harness = await createSteeringHarness();
});
afterAll(() => harness.close());
beforeEach(async () => {
  // What an earlier test left is over.
  await sql`TRUNCATE action_outbox, flow_runs, tasks, units CASCADE`.execute(harness.database);
  harness.prefect.runs.clear();
});

const list = () => harness.steering.disagreements.list();
const repair = (id: string, kind: RepairKind) =>
  harness.steering.disagreements.repair(harness.user, id, kind);
const summary = ({ kind, ours, theirs, repairs }: Disagreement) => ({ kind, ours, theirs, repairs });

async function launchUnit(): Promise<{ unit_id: string; task_id: string; external_id: string }> {
  const unit_id = await harness.insertUnit();
  const { task_id } = await harness.launch(unit_id);
  await harness.turn();
  const [run] = [...harness.prefect.runs.values()].filter(
    ({ idempotency_key }) => idempotency_key === task_id,
  );
  return { unit_id, task_id, external_id: run?.id ?? "" };
}

async function readTask(
  id: string,
): Promise<{ status: string; error_code: string | null; external_id: string }> {
  const { rows } = await sql<{ status: string; error_code: string | null; external_id: string }>`
    SELECT status, error_code, external_id FROM tasks WHERE id = ${id}`.execute(harness.database);
  if (rows[0] === undefined) throw new Error(`There is no task ${id}`);
  return rows[0];
}

const ourId = (external_id: string) => harness.ourId(external_id);

/** As if that much time had passed since then. */
const age = (table: string, column: string, minutes: number) =>
  sql`UPDATE ${sql.table(table)} SET ${sql.ref(column)} = ${sql.ref(column)} - ${minutes} * interval '1 minute'`.execute(
    harness.database,
  );

it("finds none where both sides agree", async () => {
  const { external_id } = await launchUnit();
  harness.prefect.move(external_id, "RUNNING");
  await harness.refresh(external_id);
  await age("action_outbox", "settled_at", 10);
  expect(await list()).toEqual([]);
});

/** A launch whose run was never read: Prefect lost it before anybody looked. */
async function launchUnseen() {
  const launched = await launchUnit();
  harness.prefect.runs.delete(launched.external_id);
  await sql`DELETE FROM flow_runs`.execute(harness.database);
  return launched;
}

it("lists a launched run that was never seen after a minute, not while its connection is down", async () => {
  const { task_id, unit_id } = await launchUnseen();
  expect(await list()).toEqual([]);
  await age("action_outbox", "settled_at", 2);
  const [found, ...others] = await list();
  expect(others).toEqual([]);
  expect(found).toMatchObject({
    ...{
      id: `launched_never_seen:${task_id}`,
      kind: "launched_never_seen",
      task_id,
      unit_id,
      title: "Tides",
    },
    repairs: ["launch_again", "end_here", "read_again"],
  });
  await sql`UPDATE connections SET health = 'down'`.execute(harness.database);
  expect(await list()).toEqual([]);
  await sql`UPDATE connections SET health = 'live', health_since = clock_timestamp()`.execute(
    harness.database,
  );
  expect(await list()).toEqual([]);
  await age("connections", "health_since", 60);
  expect(await list()).toHaveLength(1);
});

it("launches a lost run again under its key", async () => {
  const { task_id, external_id } = await launchUnseen();
  await age("action_outbox", "settled_at", 2);
  await repair(`launched_never_seen:${task_id}`, "launch_again");
  await harness.turn();
  const runs = [...harness.prefect.runs.values()].filter((run) => run.idempotency_key === task_id);
  expect(runs).toHaveLength(1);
  expect(runs[0]?.id).not.toBe(external_id);
  expect(await readTask(task_id)).toMatchObject({ status: "pending", external_id: runs[0]?.id });
  harness.prefect.move(runs[0]?.id ?? "", "RUNNING");
  await harness.refresh(runs[0]?.id ?? "");
  expect(await readTask(task_id)).toMatchObject({ status: "in_progress" });
  expect(await list()).toEqual([]);
});

it("ends the task of a lost run here, and does nothing twice", async () => {
  const { task_id, unit_id } = await launchUnseen();
  await age("action_outbox", "settled_at", 2);
  await repair(`launched_never_seen:${task_id}`, "end_here");
  expect(await readTask(task_id)).toMatchObject({ status: "failed", error_code: "prefect_run_lost" });
  const { rows } = await sql`SELECT status FROM units WHERE id = ${unit_id}`.execute(harness.database);
  expect(rows).toEqual([{ status: "failed" }]);
  await expect(repair(`launched_never_seen:${task_id}`, "end_here")).rejects.toMatchObject({
    code: "disagreement_not_found",
  });
});

it("lists a run that Prefect forgot before its end, and ends an observed task for it", async () => {
  const external_id = harness.prefect.insert();
  harness.prefect.move(external_id, "RUNNING");
  const id = await ourId(external_id);
  harness.prefect.runs.delete(external_id);
  await harness.refresh(external_id);
  const [found] = await list();
  expect(found && summary(found)).toEqual({
    ...{ kind: "lost", ours: "RUNNING", theirs: "does not know the run any more" },
    repairs: ["end_here", "read_again"],
  });
  await expect(repair(`lost:${id}`, "cancel_there")).rejects.toMatchObject({ code: "repair_not_offered" });
  await repair(`lost:${id}`, "end_here");
  expect(await readTask(found?.task_id ?? "")).toMatchObject({ status: "failed" });
  expect(await list()).toEqual([]);
});

it("lists a cancelled run whose process beats on, or whose parts have not ended in time", async () => {
  const external_id = harness.prefect.insert();
  harness.prefect.move(external_id, "RUNNING");
  harness.prefect.move(external_id, "CANCELLED");
  const id = await ourId(external_id);
  expect(await list()).toEqual([]);
  await sql`UPDATE flow_runs SET last_heartbeat_at = external_state_at + interval '1 minute'`.execute(
    harness.database,
  );
  const [beating] = await list();
  expect(beating).toMatchObject({ id: `cancelled_still_running:${id}`, repairs: ["read_again"] });
  await sql`UPDATE flow_runs SET last_heartbeat_at = NULL`.execute(harness.database);
  await sql`
    INSERT INTO flow_step_runs (flow_run_id, flow_path, step_name, step_version, step_order, status, connection_id, external_id)
    SELECT id, 'run', 'write_body', 0, 1, 'running', connection_id, 'step' FROM flow_runs`.execute(
    harness.database,
  );
  expect(await list()).toEqual([]);
  expect((await harness.steering.runs.getRun(id)).is_cancel_unconfirmed).toBe(true);
  await age("flow_runs", "external_state_at", 2);
  expect((await list()).map(({ ours }) => ours)).toEqual(["parts of it have not ended"]);
  await age("flow_runs", "external_state_at", 60 * 24);
  expect(await list()).toEqual([]);
});

it("lists a run that goes on after its task has ended here, and cancels it there", async () => {
  const { task_id, external_id } = await launchUnit();
  harness.prefect.move(external_id, "RUNNING");
  const id = await ourId(external_id);
  await sql`UPDATE tasks SET status = 'failed', completed_at = clock_timestamp()`.execute(harness.database);
  expect(await list()).toEqual([]);
  await age("tasks", "completed_at", 1);
  const [found] = await list();
  expect(found).toMatchObject({
    ...{ id: `ended_here_runs_there:${id}`, task_id, ours: "failed", theirs: "RUNNING" },
    repairs: ["cancel_there", "read_again"],
  });
  await repair(`ended_here_runs_there:${id}`, "cancel_there");
  await harness.turn();
  expect(harness.prefect.run(external_id).state_type).toBe("CANCELLING");
});

it("lists a silent run, and offers to cancel only what somebody would end", async () => {
  const external_id = harness.prefect.insert();
  harness.prefect.move(external_id, "RUNNING");
  const id = await ourId(external_id);
  await sql`UPDATE flow_runs SET suspect_since = clock_timestamp(), suspect_reason = 'No sign of life for 9 minutes.'`.execute(
    harness.database,
  );
  const silent = { id: `silent:${id}`, ours: "No sign of life for 9 minutes.", theirs: "RUNNING" };
  expect(await list()).toEqual([
    expect.objectContaining({ ...silent, repairs: ["cancel_there", "read_again"] }),
  ]);
  await sql`UPDATE flow_runs SET external_deployment_id = NULL`.execute(harness.database);
  expect((await list())[0]?.repairs).toEqual(["read_again"]);
  harness.prefect.move(external_id, "COMPLETED");
  await repair(`silent:${id}`, "read_again");
  expect(await list()).toEqual([]);
});
