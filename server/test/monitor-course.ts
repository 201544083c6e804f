import { readFileSync } from "node:fs";
import path from "node:path";
import { sql } from "kysely";
import { samplesFolder } from "../src/modules/content-creator/samples.ts";
import type { AcceptedAnswer } from "../src/modules/content-creator/service.ts";
import type { CourseGeneration } from "../src/modules/insights/monitor/models.ts";
import { type CourseApp, createCourseApp } from "./course-app.ts";
import { startTestProvider, type TestProvider } from "./provider/provider.ts";

const text = readFileSync(path.join(samplesFolder, "how-tides-work.md"), "utf8");

/** The product with a provider whose answers a test scripts. */
export interface MonitoredCourse {
  readonly course: CourseApp;
  readonly models: TestProvider;
  /** Asks for a unit of two lessons; its prices are known. */
  createUnit(more?: Record<string, unknown>): Promise<AcceptedAnswer>;
  monitor(at?: string): Promise<CourseGeneration>;
  /** With its keeper, which flags and records. */
  startServer(): Promise<void>;
  stop(): Promise<void>;
}

export async function createMonitoredCourse(
  environment: Record<string, string> = {},
): Promise<MonitoredCourse> {
  const models = await startTestProvider();
  const course = await createCourseApp({
    COURSEWRIGHT_LLM_BASE_URL: models.url,
    COURSEWRIGHT_TEXT_MODEL: "test-text",
    COURSEWRIGHT_SPEECH_MODEL: "test-speech",
    COURSEWRIGHT_IMAGE_MODEL: "test-image",
    ...environment,
  });
  const { host } = new URL(models.url);
  for (const [model, billed] of [
    ["test-text", "input_token"],
    ["test-text", "output_token"],
    ["test-speech", "character"],
    ["test-image", "image"],
  ]) {
    await sql`INSERT INTO price_book (provider, model, billed, usd_per_million, source)
      VALUES (${host}, ${model}, ${billed}, 10, 'test')`.execute(course.database);
  }
  return {
    course,
    models,
    async createUnit(more = {}) {
      const answer = await course.call<AcceptedAnswer>("POST", "/content-creator/units", {
        sources: [{ kind: "text", title: "How tides work", text }],
        learner_level: "beginner",
        target_lesson_count: 2,
        ...more,
      });
      if (answer.status !== 202) throw new Error(JSON.stringify(answer.body));
      return answer.body;
    },
    async monitor(at) {
      const query = at === undefined ? "" : `?at=${encodeURIComponent(at)}`;
      const answer = await course.call<CourseGeneration>("GET", `/admin/course-generation${query}`);
      if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
      return answer.body;
    },
    startServer: () => course.startServer(),
    async stop() {
      await course.stop();
      await models.close();
    },
  };
}
