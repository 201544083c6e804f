import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  killFlows,
  serveCourseFlow,
  startCourseFlow,
  waitForState,
} from "../../../../test/prefect/course-flow.ts";
import { ownPrefectApi } from "../../../../test/prefect/own-prefect.ts";
import { authString } from "../../../../test/prefect/prefect-server.ts";
import type { PythonProcess } from "../../../../test/prefect/python-process.ts";
import { waitFor } from "../../../../test/prefect/wait-for.ts";
import { AppError } from "../../../platform/errors.ts";
import { actionOutcome } from "../action-outcome.ts";
import { createPrefectClient, type PrefectClient } from "./client.ts";
import { createRequestBudget } from "./request-budget.ts";
import type { PrefectDeployment, PrefectFlowRun } from "./wire.ts";

const apiUrl = ownPrefectApi();
const missing = "00000000-0000-4000-8000-000000000000";
const quick = { seconds_per_lesson: 0.1, target_lesson_count: 2 };

let client: PrefectClient;
let served: PythonProcess;
let deployment: PrefectDeployment;

beforeAll(async () => {
  client = createPrefectClient({
    apiUrl,
    authentication: { kind: "basic", auth_string: authString },
    budget: createRequestBudget({ requestsPerSecond: 50 }),
  });
  ({ process: served, deployment } = await serveCourseFlow(client, apiUrl, "client-test"));
});
afterAll(async () => {
  await served?.stop();
  await client?.close();
});

/** Asked again under the same key while Prefect's own database is locked, which it answers with 503; as the outbox does it. */
const launch = (parameters: Record<string, unknown>, key: string = crypto.randomUUID()) =>
  waitFor("Prefect to take the run", async () => {
    try {
      return (await client.createFlowRun({ deployment_id: deployment.id, parameters, idempotency_key: key }))
        .run;
    } catch (error) {
      if (error instanceof AppError && error.code === "prefect_failed") return undefined;
      throw error;
    }
  });
const retry = (id: string) =>
  client.setState(id, {
    type: "SCHEDULED",
    name: "AwaitingRetry",
    scheduled_time: new Date().toISOString(),
  });
const cancel = (id: string) => client.setState(id, { type: "CANCELLING" });
const listTasks = (run: PrefectFlowRun) => client.listTaskRuns({ flow_run_ids: [run.id] });

describe("reading", () => {
  let run: PrefectFlowRun;
  beforeAll(async () => {
    run = await waitForState(client, (await launch({ ...quick, unit_id: "unit-7" })).id, ["COMPLETED"]);
  });

  it("tells the version", async () => {
    expect(await client.getVersion()).toMatch(/^3\.\d+\.\d+/);
  });

  it("finds a run by its id, with what it was launched with", async () => {
    expect(run).toMatchObject({
      name: "course: How tides work",
      deployment_id: deployment.id,
      state_name: "Completed",
      run_count: 1,
      parameters: { unit_id: "unit-7", ...quick },
      tags: ["coursewright"],
    });
    expect(await client.findFlowRun(missing)).toBeNull();
  });

  it("lists a run's subflows and its task runs, the subflows' stand-ins among them", async () => {
    const children = await client.listFlowRuns({ parent_flow_run_ids: [run.id], sort: "START_TIME_ASC" });
    expect(children.map(({ name }) => name)).toEqual(["lesson 1", "lesson 2"]);
    const tasks = await waitFor("three task runs", async () => {
      const found = await listTasks(run);
      return found.length === 3 ? found : undefined;
    });
    const standIns = tasks.filter(({ state }) => state?.state_details?.child_flow_run_id);
    expect(standIns.map(({ state }) => state?.state_details?.child_flow_run_id).sort()).toEqual(
      children.map(({ id }) => id).sort(),
    );
    expect(standIns.map(({ id }) => id).sort()).toEqual(
      children.map(({ parent_task_run_id }) => parent_task_run_id).sort(),
    );
  });

  it("reads progress and logs; a page of logs after a moment begins with that moment", async () => {
    const [progress] = await client.listProgress([run.id]);
    expect(progress).toMatchObject({ key: "course-progress", type: "progress", data: 100 });
    const lines = await waitFor("the last line", async () => {
      const found = await client.listLogs({ flow_run_ids: [run.id] });
      return found.some(({ message }) => message.startsWith("Lesson 2 of 2")) ? found : undefined;
    });
    const third = lines[2]!;
    const rest = await client.listLogs({ flow_run_ids: [run.id], after: third.timestamp });
    expect(rest.map(({ id }) => id)).toEqual(
      lines.filter(({ timestamp }) => timestamp >= third.timestamp).map(({ id }) => id),
    );
    expect(await client.listLogs({ flow_run_ids: [run.id], lowest_level: 40 })).toEqual([]);
  });

  it("filters by state, time and tag and counts the same runs", async () => {
    const query = { state_types: ["COMPLETED"], tags: ["coursewright"], ended_after: run.end_time! } as const;
    expect((await client.listFlowRuns({ ...query, sort: "END_TIME_DESC" })).map(({ id }) => id)).toEqual([
      run.id,
    ]);
    expect(await client.countFlowRuns(query)).toBe(1);
    expect(await client.countFlowRuns({ ...query, tags: ["another"] })).toBe(0);
  });

  it("finds the flow of a deployment, which is ready while it is served", async () => {
    expect(await client.listFlows([deployment.flow_id])).toEqual([
      { id: deployment.flow_id, name: "write-course" },
    ]);
    const ready = await waitFor("READY", async () =>
      (await client.listDeployments({})).find(({ id, status }) => id === deployment.id && status === "READY"),
    );
    expect(ready.paused).toBe(false);
  });

  it("refuses pages of more than 200 with Prefect's reason", async () => {
    await expect(client.listFlowRuns({ limit: 201 })).rejects.toMatchObject({
      code: "prefect_refused",
      message: "Invalid limit: must be less than or equal to 200.",
    });
  });
});

describe("launching", () => {
  it("makes one run for one key", async () => {
    const body = { deployment_id: deployment.id, parameters: quick, idempotency_key: crypto.randomUUID() };
    const first = await client.createFlowRun({
      ...body,
      tags: ["unit:1"],
      labels: { "coursewright.task": "t" },
    });
    const second = await client.createFlowRun(body);
    expect([first.is_new, second.is_new]).toEqual([true, false]);
    expect(second.run.id).toBe(first.run.id);
    expect(first.run.tags.sort()).toEqual(["coursewright", "unit:1"]);
    expect(first.run.labels).toMatchObject({ "coursewright.task": "t" });
    await waitForState(client, first.run.id, ["COMPLETED"]);
  });

  it("is refused for parameters that do not fit, with the field", async () => {
    await expect(launch({ seconds_per_lesson: "soon" })).rejects.toMatchObject({
      code: "prefect_refused",
      message: expect.stringContaining("seconds_per_lesson"),
    });
  });

  it("is told apart when the deployment is gone", async () => {
    const launched = client.createFlowRun({ deployment_id: missing, parameters: {}, idempotency_key: "k" });
    await expect(launched).rejects.toMatchObject({ code: "prefect_not_found" });
  });
});

describe("steering", () => {
  it("cancels a run that nobody carries out yet: Prefect says REJECT and does it", async () => {
    const { run } = await client.createFlowRun({
      deployment_id: deployment.id,
      parameters: quick,
      idempotency_key: crypto.randomUUID(),
    });
    const answer = await cancel(run.id);
    expect(actionOutcome("cancel", answer)).toEqual({ status: "accepted" });
    expect((await waitForState(client, run.id, ["CANCELLED"])).run_count).toBe(0);
  });

  it("cancels a running run by way of its runner, and repeats it", async () => {
    const { id } = await launch({ variant: "slow", target_lesson_count: 2, seconds_per_lesson: 1 });
    await waitForState(client, id, ["RUNNING"]);
    expect(await cancel(id)).toMatchObject({ status: "ACCEPT", state: { type: "CANCELLING" } });
    const cancelled = await waitForState(client, id, ["CANCELLED"]);
    expect(cancelled.state?.message).toContain("cancelled");
    expect(actionOutcome("retry", await retry(id))).toEqual({ status: "accepted" });
    expect((await waitForState(client, id, ["RUNNING"])).run_count).toBe(2);
    await cancel(id);
    await waitForState(client, id, ["CANCELLED"]);
  });

  it("repeats a failed run under its id, and refuses to cancel one that has ended", async () => {
    const { id } = await launch({ ...quick, variant: "failing" });
    const failed = await waitForState(client, id, ["FAILED"]);
    expect(failed.state?.message).toContain("Nothing can be asked");
    expect(actionOutcome("cancel", await cancel(id))).toEqual({
      status: "refused",
      reason: "Run is already in terminal state FAILED.",
    });
    expect(await retry(id)).toMatchObject({ status: "ACCEPT" });
    const again = await waitFor("the second failure", async () => {
      const run = await client.findFlowRun(id);
      return run?.state_type === "FAILED" && run.run_count === 2 ? run : undefined;
    });
    expect(again.id).toBe(id);
  });

  it("cannot repeat a run without a deployment", async () => {
    const process = startCourseFlow(apiUrl, ["run", "--variant", "failing", "--seconds-per-lesson", "0.1"]);
    await process.ended;
    const [run] = await client.listFlowRuns({ state_types: ["FAILED"], sort: "END_TIME_DESC", limit: 1 });
    expect(run?.deployment_id).toBeNull();
    expect(actionOutcome("retry", await retry(run!.id))).toEqual({
      status: "refused",
      reason: "Cannot reschedule a run without an associated deployment.",
    });
  });

  it("a run without a deployment is cancelled on paper only: it ends as its process says, with the old end", async () => {
    const process = startCourseFlow(apiUrl, [
      "run",
      "--variant",
      "slow",
      "--lessons",
      "1",
      "--unit-id",
      "paper",
    ]);
    const { id } = await waitFor("the run", async () => {
      const runs = await client.listFlowRuns({
        state_types: ["RUNNING"],
        sort: "START_TIME_DESC",
        limit: 50,
      });
      return runs.find(({ parameters }) => parameters?.unit_id === "paper");
    });
    expect(await cancel(id)).toMatchObject({ status: "ACCEPT" });
    const cancelled = await waitForState(client, id, ["CANCELLED"]);
    expect(process.hasEnded()).toBe(false);
    await process.ended;
    expect(await waitForState(client, id, ["COMPLETED"])).toMatchObject({ end_time: cancelled.end_time });
  });

  it("cannot resume what is not paused, nor steer what does not exist", async () => {
    const [run] = await client.listFlowRuns({ state_types: ["COMPLETED"], limit: 1 });
    expect(actionOutcome("resume", await client.resume(run!.id)).status).toBe("refused");
    await expect(cancel(missing)).rejects.toMatchObject({ code: "prefect_not_found" });
  });
});

describe("when a process died", () => {
  const slow = { variant: "slow", target_lesson_count: 1, seconds_per_lesson: 2 };

  it("the runner reports a flow whose process was killed as crashed, and such a run can be repeated", async () => {
    const { id } = await launch(slow);
    await waitForState(client, id, ["RUNNING"]);
    await killFlows(served);
    const crashed = await waitForState(client, id, ["CRASHED"]);
    expect(crashed.state?.message).toContain("SIGKILL");
    expect(await retry(id)).toMatchObject({ status: "ACCEPT" });
    await waitForState(client, id, ["RUNNING"]);
    await cancel(id);
    await waitForState(client, id, ["CANCELLED"]);
  });

  it("the run of a dead runner stays RUNNING, and cancelling it ends by Prefect's own time limit", async () => {
    const doomed = await serveCourseFlow(client, apiUrl, "doomed");
    const { run } = await client.createFlowRun({
      deployment_id: doomed.deployment.id,
      parameters: slow,
      idempotency_key: crypto.randomUUID(),
    });
    await waitForState(client, run.id, ["RUNNING"]);
    await doomed.process.kill();
    // Prefect would accept another attempt of it even now: why the product asks for the end first.
    expect((await client.findFlowRun(run.id))?.state_type).toBe("RUNNING");
    expect(await cancel(run.id)).toMatchObject({ status: "ACCEPT", state: { type: "CANCELLING" } });
    const ended = await waitForState(client, run.id, ["CANCELLED"]);
    expect(ended.state?.message).toContain("timed out");
  });
});
