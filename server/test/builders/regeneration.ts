import { expect } from "vitest";
import type { Lesson, UnitDetail } from "../../src/modules/content/models.ts";
import type { AcceptedAnswer } from "../../src/modules/content-creator/service.ts";
import type { TaskDetails } from "../../src/modules/task-queue/models.ts";
import { type CourseApp, createCourseApp } from "../course-app.ts";
import { startTestProvider, type TestProvider } from "../provider/provider.ts";

/** Calls that write the text of a lesson, for scripts of the provider. */
export const lessonText = { kind: "text" as const, prompt: "Lesson title: " };
/** How the provider's log tells them: it keeps the beginning of a prompt only. */
export const lessonCalls = { kind: "text" as const, prompt: "You write lessons" };

/** The product with models of the test provider for everything, and its worker. */
export async function startModelCourse(
  settings: Record<string, string> = {},
): Promise<{ course: CourseApp; models: TestProvider; stop(): Promise<void> }> {
  const models = await startTestProvider();
  const course = await createCourseApp({
    COURSEWRIGHT_LLM_BASE_URL: models.url,
    COURSEWRIGHT_LLM_API_KEY: "test-key",
    COURSEWRIGHT_TEXT_MODEL: "test-text",
    COURSEWRIGHT_SPEECH_MODEL: "test-speech",
    COURSEWRIGHT_IMAGE_MODEL: "test-image",
    ...settings,
  });
  await course.startWorker();
  return {
    course,
    models,
    async stop() {
      await course.stop();
      await models.close();
    },
  };
}

/** A unit of three lessons, once its task has ended. */
export async function createTides(course: CourseApp): Promise<UnitDetail> {
  const { body } = await course.call<AcceptedAnswer>("POST", "/content-creator/units", {
    topic: "How tides work",
    learner_level: "beginner",
    target_lesson_count: 3,
  });
  return course.finished(body.unit_id);
}

/** Asks for one lesson anew. */
export function regenerate(course: CourseApp, unit: UnitDetail, position: number, guidance?: string) {
  return course.call<AcceptedAnswer & { code: string; detail: string }>(
    "POST",
    `/content-creator/lessons/${unit.lessons[position - 1]?.id}/regenerate`,
    guidance === undefined ? {} : { guidance },
  );
}

/** The same, and waits until its task has ended. */
export async function regenerated(course: CourseApp, unit: UnitDetail, position: number, guidance?: string) {
  const answer = await regenerate(course, unit, position, guidance);
  expect(answer.status).toBe(202);
  return { task_id: answer.body.task_id, unit: await course.finished(unit.id) };
}

export async function readLessons(course: CourseApp, unit: UnitDetail): Promise<Lesson[]> {
  return Promise.all(
    unit.lessons.map(async ({ id }) => (await course.call<Lesson>("GET", `/content/lessons/${id}`)).body),
  );
}

export async function readTask(course: CourseApp, id: string): Promise<TaskDetails> {
  return (await course.call<TaskDetails>("GET", `/task-queue/tasks/${id}`)).body;
}

/** Everything of the unit that a regeneration which did not complete leaves as it was. */
export function lasting(unit: UnitDetail) {
  const { version: _version, updated_at: _updated, cost_usd: _cost, ...rest } = unit;
  return rest;
}
