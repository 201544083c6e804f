import { afterAll, expect, it, vi } from "vitest";
import {
  askWith,
  createHome,
  createUnit,
  readJson,
  removeHome,
  startProduct,
  waitForUnit,
} from "./product.ts";
import { startTestProvider } from "./provider/provider.ts";

const homes: string[] = [];
afterAll(() => homes.forEach(removeHome));

interface LessonAnswer {
  readonly id: string;
  readonly content_version: number;
  readonly transcript: string;
}

it("a lesson that is written anew when the product is killed is finished after a new start, and nothing else changes", async () => {
  const home = createHome();
  homes.push(home);
  const provider = await startTestProvider();
  const settings = {
    COURSEWRIGHT_LLM_BASE_URL: provider.url,
    COURSEWRIGHT_LLM_API_KEY: "test",
    COURSEWRIGHT_TEXT_MODEL: "test-text",
    COURSEWRIGHT_SPEECH_MODEL: "test-speech",
    COURSEWRIGHT_IMAGE_MODEL: "test-image",
  };
  const first = await startProduct(home, settings);
  const unitId = await createUnit(first.url, {
    topic: "How tides work",
    learner_level: "beginner",
    target_lesson_count: 3,
  });
  const unit = await waitForUnit(first.url, unitId);
  expect([unit.status, unit.error_message]).toEqual(["completed", null]);
  const read = (url: string) =>
    Promise.all(unit.lessons.map(({ id }) => readJson<LessonAnswer>(url, `/content/lessons/${id}`)));
  const before = await read(first.url);

  provider.resetLog();
  provider.setScript({ latency_ms: { text: 300, object: 1_500, speech: 1_500 } });
  const accepted = await askWith(
    first.url,
    "POST",
    `/content-creator/lessons/${unit.lessons[1]?.id}/regenerate`,
    { guidance: "Begin with a storm." },
  );
  expect(accepted.status).toBe(202);
  await vi.waitFor(() => expect(provider.calls({ kind: "object" })).toHaveLength(1), {
    timeout: 20_000,
    interval: 5,
  });
  process.kill(first.pid, "SIGKILL");

  const second = await startProduct(home, settings);
  const after = await waitForUnit(second.url, unitId);
  expect([after.status, after.error_message]).toEqual(["completed", null]);
  expect(after.podcast_media_id).toBe(unit.podcast_media_id);
  expect(after.cover_media_id).toBe(unit.cover_media_id);
  const lessons = await read(second.url);
  expect(lessons[0]).toEqual(before[0]);
  expect(lessons[2]).toEqual(before[2]);
  expect(lessons[1]).toMatchObject({ id: before[1]?.id, content_version: 2 });
  // The text was recorded before the kill: it is not asked for again, and no other lesson is.
  expect(provider.calls({ kind: "text" })).toHaveLength(1);
  expect(provider.calls({ schema_name: "unit_metadata" })).toEqual([]);
  await second.stop();
  await provider.close();
}, 120_000);
