import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { finishedLessonSchema } from "../../src/modules/content/models.ts";
import { createPrefectClient, type PrefectClient } from "../../src/modules/prefect/client/client.ts";
import { createRequestBudget } from "../../src/modules/prefect/client/request-budget.ts";
import type { PrefectFlowRun } from "../../src/modules/prefect/client/wire.ts";
import { startCourseFlow } from "./course-flow.ts";
import { startLessonReceiver } from "./lesson-receiver.ts";
import { ownPrefectApi } from "./own-prefect.ts";
import { authString } from "./prefect-server.ts";
import { type PythonProcess, startPython } from "./python-process.ts";
import { waitFor } from "./wait-for.ts";

const apiUrl = ownPrefectApi();
let client: PrefectClient;

const sentLessonSchema = finishedLessonSchema
  .pick({
    title: true,
    objective: true,
    learning_objective_ids: true,
    transcript: true,
    body: true,
    exercises: true,
  })
  .extend({ run_id: z.guid() });

beforeAll(() => {
  client = createPrefectClient({
    apiUrl,
    authentication: { kind: "basic", auth_string: authString },
    budget: createRequestBudget({ requestsPerSecond: 50 }),
  });
});
afterAll(() => client.close());

/** The newest run of the example that began after this moment, without its subflows. */
function findRun(unit_id: string): Promise<PrefectFlowRun> {
  return waitFor(`the run for ${unit_id}`, async () => {
    const runs = await client.listFlowRuns({ sort: "START_TIME_DESC", limit: 50 });
    return runs.find(({ parameters }) => parameters?.unit_id === unit_id);
  });
}

async function runToItsEnd(process: PythonProcess): Promise<number | null> {
  const code = await process.ended;
  await process.stop();
  return code;
}

const readProgress = async (id: string) => (await client.listProgress([id]))[0]?.data;

it("writes a course and returns each lesson, again when the first try was not taken", async () => {
  const receiver = await startLessonReceiver();
  receiver.answers.push(503);
  const words = [
    "--lessons",
    "2",
    "--unit-id",
    "unit-a",
    "--return-to",
    receiver.url,
    "--seconds-per-lesson",
    "0.1",
  ];
  const target = { url: receiver.url, token: "cw_of-the-worker" };
  expect(await runToItsEnd(startCourseFlow(apiUrl, ["run", ...words], target))).toBe(0);
  await receiver.close();
  const run = await findRun("unit-a");
  expect(run.state_type).toBe("COMPLETED");
  expect(receiver.received.map((lesson) => lesson.path)).toEqual([
    "PUT /api/v1/content/units/unit-a/lessons/1",
    "PUT /api/v1/content/units/unit-a/lessons/1",
    "PUT /api/v1/content/units/unit-a/lessons/2",
  ]);
  expect(receiver.received[1]?.body).toEqual(receiver.received[0]?.body);
  expect(new Set(receiver.received.map(({ authorization }) => authorization))).toEqual(
    new Set(["Bearer cw_of-the-worker"]),
  );
  expect(JSON.stringify(run)).not.toContain("cw_of-the-worker");
  for (const { body } of receiver.received) {
    const lesson = sentLessonSchema.parse(body);
    expect(lesson.run_id).toBe(run.id);
    expect(lesson.exercises.length).toBeGreaterThan(0);
  }
  expect(await readProgress(run.id)).toBe(100);
});

/** Keeps the token in Prefect, or takes it away. */
async function runPython(line: string): Promise<void> {
  const home = mkdtempSync(path.join(os.tmpdir(), "coursewright-block-"));
  const environment = { PREFECT_API_URL: apiUrl, PREFECT_API_AUTH_STRING: authString };
  const python = startPython(["-c", `from prefect.blocks.system import Secret\n${line}`], {
    home,
    environment,
  });
  expect([await python.ended, python.output()]).toEqual([0, expect.any(String)]);
  rmSync(home, { recursive: true, force: true });
}

it("takes the token from Prefect's Secret block where its environment has none", async () => {
  const receiver = await startLessonReceiver();
  await runPython('Secret(value="cw_of-the-block").save("coursewright-token", overwrite=True)');
  const run = ["run", "--lessons", "1", "--seconds-per-lesson", "0.1", "--unit-id", "unit-block"];
  const flow = startCourseFlow(apiUrl, [...run, "--return-to", receiver.url], { url: receiver.url });
  expect(await runToItsEnd(flow)).toBe(0);
  await runPython('Secret.delete("coursewright-token")');
  await receiver.close();
  expect(receiver.received.map(({ authorization }) => authorization)).toEqual(["Bearer cw_of-the-block"]);
});

it.each([
  ["it has no token", undefined, 401, 1, "Coursewright answered 401. Give this worker a token"],
  ["its token is for another server", "http://127.0.0.1:9", undefined, 0, "but this worker's token is for"],
])("fails at once and says what to do when %s", async (_, url, status, sent, words) => {
  const receiver = await startLessonReceiver();
  if (status !== undefined) receiver.answers.push(status);
  const unit_id = `unit-${status ?? "elsewhere"}`;
  const target = url === undefined ? undefined : { url, token: "cw_of-the-worker" };
  const run = ["run", "--lessons", "1", "--seconds-per-lesson", "0.1", "--unit-id", unit_id];
  const flow = startCourseFlow(apiUrl, [...run, "--return-to", receiver.url], target);
  expect(await runToItsEnd(flow)).not.toBe(0);
  await receiver.close();
  expect(receiver.received.map(({ authorization }) => authorization)).toEqual(Array(sent).fill(undefined));
  expect(await findRun(unit_id)).toMatchObject({
    state_type: "FAILED",
    state: { message: expect.stringContaining(words) },
  });
});

it("shows its progress while it writes, and a task that Prefect repeats", async () => {
  const words = ["--variant", "flaky", "--lessons", "2", "--unit-id", "unit-b", "--seconds-per-lesson", "1"];
  const process = startCourseFlow(apiUrl, ["run", ...words]);
  const { id } = await findRun("unit-b");
  await waitFor("half of it", async () => ((await readProgress(id)) === 50 ? true : undefined));
  expect((await client.findFlowRun(id))?.state_type).toBe("RUNNING");
  expect(await runToItsEnd(process)).toBe(0);
  const [lesson] = await client.listFlowRuns({ parent_flow_run_ids: [id], sort: "START_TIME_ASC" });
  const tasks = await client.listTaskRuns({ flow_run_ids: [lesson!.id] });
  expect(tasks.find(({ name }) => name.startsWith("write_exercises"))).toMatchObject({
    state_type: "COMPLETED",
    run_count: 2,
  });
});

it("fails with its reason, its progress standing where it was", async () => {
  const words = [
    "--variant",
    "failing",
    "--lessons",
    "2",
    "--unit-id",
    "unit-c",
    "--seconds-per-lesson",
    "0.1",
  ];
  expect(await runToItsEnd(startCourseFlow(apiUrl, ["run", ...words]))).not.toBe(0);
  const run = await findRun("unit-c");
  expect(run).toMatchObject({
    state_type: "FAILED",
    state: { message: expect.stringContaining("The pull of the Moon") },
  });
  expect(await readProgress(run.id)).toBe(50);
});

it("wants the same Prefect in the example as in the tests", () => {
  const read = (file: string) => readFileSync(path.resolve(import.meta.dirname, file), "utf8").split("\n");
  const pinned = read("requirements.txt");
  const wanted = read("../../../examples/prefect/requirements.txt").filter((line) => line.includes("=="));
  expect(wanted).toHaveLength(2);
  for (const line of wanted) expect(pinned).toContain(line);
});
