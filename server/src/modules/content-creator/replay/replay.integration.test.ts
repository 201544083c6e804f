import { sql } from "kysely";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { type CourseApp, createCourseApp } from "../../../../test/course-app.ts";
import { waitFor } from "../../../../test/engine/harness.ts";
import {
  askWith,
  createHome,
  createUnit,
  readJson,
  removeHome,
  startProduct,
  waitForUnit,
} from "../../../../test/product.ts";
import { runProgram } from "../../../../test/program.ts";
import { startTestProvider, type TestProvider } from "../../../../test/provider/provider.ts";
import type { LlmRequestDetails, LlmRequestSummary } from "../../llm/models.ts";
import type { TaskDetails } from "../../task-queue/models.ts";
import type { AcceptedAnswer } from "../service.ts";

const topic = { topic: "How tides work", learner_level: "beginner", target_lesson_count: 1 };
const homes: string[] = [];

vi.setConfig({ testTimeout: 90_000 });

let app: CourseApp | undefined;
let provider: TestProvider | undefined;

afterEach(async () => {
  await app?.stop();
  await provider?.close();
  app = undefined;
  provider = undefined;
});
afterAll(() => homes.forEach(removeHome));

function settingsFor(models: TestProvider): Record<string, string> {
  return {
    COURSEWRIGHT_LLM_BASE_URL: models.url,
    COURSEWRIGHT_TEXT_MODEL: "test-text",
    COURSEWRIGHT_SPEECH_MODEL: "test-speech",
    COURSEWRIGHT_IMAGE_MODEL: "test-image",
  };
}

async function startCourse(more: Record<string, string> = {}) {
  const models = await startTestProvider();
  const course = await createCourseApp({ ...settingsFor(models), ...more });
  provider = models;
  app = course;
  await course.startWorker();
  return { course, models };
}

async function writeUnit(course: CourseApp): Promise<string> {
  const made = await course.call<AcceptedAnswer>("POST", "/content-creator/units", topic);
  const unit = await course.finished(made.body.unit_id);
  expect(unit.status).toBe("completed");
  return unit.id;
}

async function requestOf(course: CourseApp, prompt_name: string): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    SELECT id FROM llm_requests WHERE prompt_name = ${prompt_name} AND replay_of_request_id IS NULL
    ORDER BY id LIMIT 1`.execute(course.database);
  if (rows[0] === undefined) throw new Error(`There is no request of ${prompt_name}`);
  return rows[0].id;
}

const unfinished = new Set(["pending", "in_progress", "retry"]);

function taskOf(course: CourseApp, task_id: string): Promise<TaskDetails> {
  return waitFor(
    async () => (await course.call<TaskDetails>("GET", `/task-queue/tasks/${task_id}`)).body,
    ({ status }) => !unfinished.has(status),
  );
}

async function replay(course: CourseApp, request_id: string, edits: unknown = {}): Promise<TaskDetails> {
  const answer = await course.call<{ task_id: string }>("POST", `/llm/requests/${request_id}/replay`, edits);
  expect([answer.status, answer.body]).toEqual([202, { task_id: expect.any(String) }]);
  return taskOf(course, answer.body.task_id);
}

/** Everything that a course is made of. */
async function readContent(course: CourseApp): Promise<string> {
  const { rows } = await sql<{ content: string }>`
    SELECT jsonb_build_object(
      'units', (SELECT jsonb_agg(to_jsonb(u) ORDER BY id) FROM units u),
      'lessons', (SELECT jsonb_agg(to_jsonb(l) ORDER BY id) FROM lessons l),
      'sources', (SELECT jsonb_agg(to_jsonb(s) - 'text_zstd' ORDER BY id) FROM unit_sources s))::text AS content`.execute(
    course.database,
  );
  return rows[0]?.content ?? "";
}

describe("a replay", () => {
  test("is a task of one step without a unit, sends the same body and leaves all content as it is", async () => {
    const { course, models } = await startCourse();
    await writeUnit(course);
    const content = await readContent(course);
    const original = await requestOf(course, "draft-exercises");
    const before = models.log().length;
    const task = await replay(course, original);
    expect(task).toMatchObject({
      task_name: "llm_replay",
      status: "completed",
      unit_id: null,
      error_message: null,
      result: { kind: "object", model: "test-text", fits_schema: true, media_id: null },
    });
    const sent = models.log().find(({ client_request_id }) => client_request_id === original);
    const [resent] = models.log().slice(before);
    expect([resent?.body_sha256, models.log().length]).toEqual([sent?.body_sha256, before + 1]);
    const rows = (await course.call<LlmRequestSummary[]>("GET", `/llm/requests?task_id=${task.id}`)).body;
    expect(rows).toMatchObject([
      {
        replay_of_request_id: original,
        unit_id: null,
        status: "completed",
        flow_name: "llm_replay",
        step_name: "replay_request",
      },
    ]);
    expect(await readContent(course)).toBe(content);
    const details = (await course.call<LlmRequestDetails>("GET", `/llm/requests/${original}`)).body;
    expect(details).toMatchObject({
      replay: { allowed: true, reason: null },
      replays: [{ id: rows[0]?.id, task_id: task.id, status: "completed" }],
    });
  });

  test("of speech and of a picture keeps what came, to be played and seen for a while", async () => {
    const { course } = await startCourse();
    await writeUnit(course);
    const edits = { text: "The water of the bay rises and falls twice a day." };
    const spoken = await replay(course, await requestOf(course, "speech"), edits);
    const drawn = await replay(course, await requestOf(course, "draw-cover"));
    for (const [task, mime] of [
      [spoken, "audio/"],
      [drawn, "image/"],
    ] as const) {
      const { media_id, llm_request_id } = task.result as { media_id: string; llm_request_id: string }; // As the flow says.
      const { media } = (await course.call<LlmRequestDetails>("GET", `/llm/requests/${llm_request_id}`)).body;
      expect(media).toMatchObject({ media_id, mime: expect.stringContaining(mime) });
      const { rows } = await sql<{ days: number }>`
        SELECT round(extract(epoch FROM kept_until - clock_timestamp()) / 86400)::int AS days FROM media_requests
        WHERE llm_request_id = ${llm_request_id}`.execute(course.database);
      expect(rows).toEqual([{ days: 30 }]);
    }
  });

  test("that the provider refuses is a failed task with the reason, whose request keeps what was said", async () => {
    const { course, models } = await startCourse();
    await writeUnit(course);
    models.setScript({ rules: [{ match: {}, action: { status: 400 } }] });
    const task = await replay(course, await requestOf(course, "draft-exercises"), { model: "other-model" });
    expect(task).toMatchObject({ status: "failed", error_code: "provider_rejected" });
    const rows = (await course.call<LlmRequestSummary[]>("GET", `/llm/requests?task_id=${task.id}`)).body;
    expect(rows).toMatchObject([{ status: "failed", model: "other-model", http_status: 400 }]);
  });

  test("waits at the day's budget like every call, and sends nothing", async () => {
    const { course, models } = await startCourse({ COURSEWRIGHT_BUDGET_USD_PER_DAY: "50" });
    const host = new URL(models.url).host;
    for (const [model, billed] of [
      ["test-text", "input_token"],
      ["test-text", "output_token"],
      ["test-speech", "character"],
      ["test-image", "image"],
    ]) {
      await sql`INSERT INTO price_book (provider, model, billed, usd_per_million, source)
        VALUES (${host}, ${model}, ${billed}, 10, 'test')`.execute(course.database);
    }
    await writeUnit(course);
    const original = await requestOf(course, "draft-exercises");
    const before = models.log().length;
    const task = await replay(course, original, { max_output_tokens: 1_000_000 });
    expect(task.status).toBe("completed");
    await sql`UPDATE price_book SET usd_per_million = 10000`.execute(course.database);
    const refused = await replay(course, original, { max_output_tokens: 1_000_000 });
    expect([refused.status, refused.pause_reason]).toEqual(["paused", expect.stringContaining("budget")]);
    const unpriced = await replay(course, original, { model: "nobody-knows" });
    expect([unpriced.status, unpriced.pause_reason]).toEqual(["paused", expect.stringContaining("price")]);
    expect(models.log()).toHaveLength(before + 1);
  });

  test("is refused in words for what the built-in author did, for unknown ids and for senseless edits", async () => {
    const { course } = await startCourse({ COURSEWRIGHT_SPEECH_MODEL: "" });
    await writeUnit(course);
    const post = (id: string, edits: unknown) => course.call("POST", `/llm/requests/${id}/replay`, edits);
    const offline = await post(await requestOf(course, "offline:synthesizeSpeech"), {});
    expect([offline.status, offline.body.code]).toEqual([409, "llm_request_not_replayable"]);
    expect(offline.body.detail).toContain("built-in author");
    const unknown = await post(crypto.randomUUID(), {});
    expect([unknown.status, unknown.body.code]).toEqual([404, "request_not_found"]);
    const original = await requestOf(course, "draft-exercises");
    for (const edits of [{ voice: "echo" }, { temperature: 9 }, { prompt: "\u0000" }, { unknown: 1 }]) {
      expect((await post(original, edits)).status).toBe(422);
    }
  });
});

test("a replay whose process is killed goes on after a new start, its first call in doubt", async () => {
  const home = createHome();
  homes.push(home);
  provider = await startTestProvider();
  const first = await startProduct(home, settingsFor(provider));
  const unitId = await createUnit(first.url, topic);
  expect((await waitForUnit(first.url, unitId)).status).toBe("completed");
  const [original] = await readJson<LlmRequestSummary[]>(first.url, "/llm/requests?kind=object&limit=1");
  provider.setScript({ rules: [{ match: {}, times: 1, action: { hang: true } }] });
  const before = provider.log().length;
  const accepted = await askWith(first.url, "POST", `/llm/requests/${original?.id}/replay`, {});
  const { task_id } = (await accepted.json()) as { task_id: string }; // The route's documented answer.
  await vi.waitFor(() => expect(provider?.log().length).toBe(before + 1), { timeout: 20_000 });
  process.kill(first.pid, "SIGKILL");

  const second = await startProduct(home, settingsFor(provider));
  const task = await waitFor(
    () => readJson<TaskDetails>(second.url, `/task-queue/tasks/${task_id}`),
    ({ status }) => !unfinished.has(status),
    30_000,
  );
  expect([task.status, task.attempts.length]).toEqual(["completed", 2]);
  const rows = await readJson<LlmRequestSummary[]>(second.url, `/llm/requests?task_id=${task_id}`);
  expect(rows.map(({ status, replay_of_request_id }) => [status, replay_of_request_id])).toEqual([
    ["completed", original?.id],
    ["in_doubt", original?.id],
  ]);

  const program = runProgram(["replay", original?.id ?? "", "--model", "other-model", "--json"], {
    COURSEWRIGHT_URL: second.url,
    COURSEWRIGHT_HOME: home,
    COURSEWRIGHT_KEY_FILE: `${home}-keys`,
  });
  expect([await program.ended(), program.stderr()]).toEqual([0, ""]);
  expect(JSON.parse(program.stdout())).toMatchObject({
    model: "other-model",
    status: "completed",
    replay_of_request_id: original?.id,
  });
  await second.stop();
});
