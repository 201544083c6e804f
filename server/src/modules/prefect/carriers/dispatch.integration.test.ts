import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type CourseApp, createCourseApp } from "../../../../test/course-app.ts";
import { waitFor } from "../../../../test/engine/harness.ts";
import type { TaskDetails } from "../../task-queue/models.ts";

const text = readFileSync(
  path.resolve(import.meta.dirname, "../../../../../examples/sources/how-tides-work.md"),
  "utf8",
);
const unit = { sources: [{ kind: "text", text }], learner_level: "beginner", target_lesson_count: 1 };

let app: CourseApp;

beforeAll(async () => {
  app = await createCourseApp({ COURSEWRIGHT_DISPATCH: "prefect" });
  await app.startWorker();
});
afterAll(() => app.stop());

async function createUnit(target: CourseApp): Promise<{ unit_id: string; task_id: string }> {
  const { status, body } = await target.call<{ unit_id: string; task_id: string }>(
    "POST",
    "/content-creator/units",
    unit,
  );
  expect(status).toBe(202);
  return body;
}

const readTask = async (id: string) => (await app.call<TaskDetails>("GET", `/task-queue/tasks/${id}`)).body;

it("leaves a unit to Prefect, while our worker does what somebody waits for: a bulk cancel needs no Prefect", async () => {
  const { unit_id, task_id } = await createUnit(app);
  expect(await readTask(task_id)).toMatchObject({ status: "pending", queue_name: "prefect" });
  const bulk = await app.call<{ task_id: string }>("POST", "/content-creator/bulk-actions", {
    action: "cancel",
    entity: "unit",
    ids: [unit_id],
  });
  expect(bulk.status).toBe(202);
  const ended = await waitFor(
    () => readTask(bulk.body.task_id),
    ({ status }) => status === "completed",
  );
  expect(ended.queue_name).toBe("default");
  expect(await readTask(task_id)).toMatchObject({ status: "cancelled", attempt: 0 });
});

it("carries a unit with our own worker where COURSEWRIGHT_QUEUES names the queue", async () => {
  const both = await createCourseApp({
    COURSEWRIGHT_DISPATCH: "prefect",
    COURSEWRIGHT_QUEUES: "default,prefect",
  });
  try {
    await both.startWorker();
    const { unit_id } = await createUnit(both);
    expect((await both.finished(unit_id)).status).toBe("completed");
  } finally {
    await both.stop();
  }
});
