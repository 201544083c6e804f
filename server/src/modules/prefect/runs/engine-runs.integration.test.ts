import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, it } from "vitest";
import { insertRunningStep } from "../../../../test/builders/running-step.ts";
import { createSteeringHarness, type SteeringHarness } from "../../../../test/prefect/steering-harness.ts";
import { prefectErrors } from "../errors.ts";

let harness: SteeringHarness;
beforeAll(async () => {
  harness = await createSteeringHarness();
});
afterAll(() => harness.close());

async function mirrored(): Promise<{ id: string; external_id: string }> {
  const external_id = harness.prefect.insert();
  harness.prefect.move(external_id, "RUNNING");
  return { id: await harness.ourId(external_id), external_id };
}

it("says what Prefect says of a run, and what can be asked of it", async () => {
  const { id, external_id } = await mirrored();
  const run = await harness.steering.runs.getRun(id);
  expect(run).toMatchObject({
    ...{
      flow_run_id: id,
      external_id,
      state_type: "RUNNING",
      attempt: 1,
      deployment_name: "course-generation",
    },
    connection: { id: harness.connection_id, name: "Prefect", health: "live", is_removed: false },
    ...{ missing_upstream_at: null, suspect_since: null, is_cancel_unconfirmed: false, recent_actions: [] },
    actions: [
      { kind: "cancel", why_not: null },
      { kind: "retry", why_not: "The run has not ended." },
      { kind: "resume", why_not: "The run is not paused." },
    ],
  });
});

it("reads a run when it is asked to, also that it is gone", async () => {
  const { id, external_id } = await mirrored();
  harness.prefect.move(external_id, "COMPLETED");
  await harness.steering.runs.refresh(id);
  expect((await harness.steering.runs.getRun(id)).state_type).toBe("COMPLETED");
  harness.prefect.runs.delete(external_id);
  await harness.steering.runs.refresh(id);
  const gone = await harness.steering.runs.getRun(id);
  expect(gone.missing_upstream_at).not.toBeNull();
  expect(new Set(gone.actions.map(({ why_not }) => why_not))).toEqual(
    new Set(["Prefect does not know the run any more."]),
  );
});

it("offers nothing by way of a disabled or removed connection, and says which", async () => {
  const { id } = await mirrored();
  const whyNot = async () => (await harness.steering.runs.getRun(id)).actions[0]?.why_not;
  await sql`UPDATE connections SET disabled_at = clock_timestamp()`.execute(harness.database);
  expect(await whyNot()).toBe("The connection Prefect is disabled.");
  await expect(harness.steering.actions.act(harness.user, id, { kind: "cancel" })).rejects.toMatchObject({
    code: "connection_disabled",
  });
  await expect(harness.steering.runs.refresh(id)).rejects.toMatchObject({ code: "connection_disabled" });
  await sql`UPDATE connections SET removed_at = clock_timestamp()`.execute(harness.database);
  expect(await whyNot()).toBe("The connection Prefect was removed.");
  expect((await harness.steering.runs.getRun(id)).connection.is_removed).toBe(true);
  await sql`UPDATE connections SET disabled_at = NULL, removed_at = NULL`.execute(harness.database);
});

it("tells runs of ours and unknown ones apart", async () => {
  const { runs } = harness.steering;
  const ours = await insertRunningStep(harness.database);
  await expect(runs.getRun(ours.flow_run_id)).rejects.toMatchObject({ code: "flow_run_not_external" });
  await expect(runs.refresh(ours.flow_run_id)).rejects.toMatchObject({ code: "flow_run_not_external" });
  await expect(runs.getRun(randomUUID())).rejects.toMatchObject({ code: "flow_run_not_found" });
  await expect(runs.getTask(randomUUID())).rejects.toMatchObject({ code: "task_not_found" });
  expect(await runs.getTask(ours.task_id)).toEqual({
    ...{ task_id: ours.task_id, carriers: [], recent_actions: [] },
  });
});

it("passes on why a run could not be read, and leaves the row as it was", async () => {
  const { id, external_id } = await mirrored();
  const { listFlowRuns } = harness.prefect.client;
  harness.prefect.client.listFlowRuns = async () => {
    throw prefectErrors.create("prefect_unreachable", "Prefect could not be reached.");
  };
  await expect(harness.steering.runs.refresh(id)).rejects.toMatchObject({ code: "prefect_unreachable" });
  harness.prefect.client.listFlowRuns = listFlowRuns;
  expect(await harness.steering.runs.getRun(id)).toMatchObject({
    ...{ external_id, state_type: "RUNNING", missing_upstream_at: null },
  });
});
