import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { insertRunningStep, type RunningStep } from "../../../test/builders/running-step.ts";
import { createTestDatabase, type TestDatabase } from "../../../test/database.ts";
import { createErrorMapper } from "../../http/problems.ts";
import { createSilentLogger } from "../../platform/logger.ts";
import { fenceTask } from "../task-queue/repo/ownership.ts";
import { type LlmRequestSummary, llmRequestDetailsSchema, llmRequestSummarySchema } from "./models.ts";
import { createLlmModule, type LlmModule } from "./module.ts";
import { llmRequestKinds, llmRequestStatuses } from "./public.ts";

let test: TestDatabase;
let llm: LlmModule;
let step: RunningStep;

beforeAll(async () => {
  test = await createTestDatabase();
  llm = createLlmModule({
    database: test.database,
    config: {
      llm: {
        baseUrl: undefined,
        apiKey: undefined,
        textModel: undefined,
        speechModel: undefined,
        imageModel: undefined,
      },
      budget: { usdPerDay: undefined, usdPerUnit: undefined },
    },
    logger: createSilentLogger(),
    fence: fenceTask,
    continuePaused: async () => [],
  });
  llm.routes.onError(createErrorMapper(createSilentLogger()));
  step = await insertRunningStep(test.database);
  for (const prompt_name of ["extract-unit-metadata", "draft-exercises", "draft-exercises"]) {
    await llm.gateway.offline({
      ...{ correlation: step, signal: new AbortController().signal, prompt_name, prompt_hash: "h" },
      ...{ kind: "object", model: "extractive-1", input: { text: "tide ".repeat(4000) } },
      ...{ work: async () => ({ done: true }), describe: (value: unknown) => value },
    });
  }
  await test.database
    .transaction()
    .execute((transaction) => llm.settleCalls(transaction, step.step_run_id, { duplicate: false }));
});
afterAll(() => test.close());

async function list(query: string) {
  const response = await llm.routes.request(`/llm/requests?${query}`);
  expect(response.status).toBe(200);
  const rows = llmRequestSummarySchema
    .strict()
    .array()
    .parse(await response.json());
  return { rows, next: response.headers.get("link"), total: response.headers.get("total-count") };
}

describe("GET /llm/requests", () => {
  it("pages newest first and reaches every row once", async () => {
    const seen: LlmRequestSummary[] = [];
    let path = "/llm/requests?limit=2";
    for (let page = 0; page < 2; page += 1) {
      const { rows, next, total } = await list(path.split("?")[1] ?? "");
      expect(total).toBe("3");
      seen.push(...rows);
      path = next?.match(/<(.+)>/)?.[1] ?? "";
    }
    expect(path).toBe("");
    expect(seen.map(({ id }) => id)).toEqual([...new Set(seen.map(({ id }) => id))].toSorted().toReversed());
    expect(seen).toHaveLength(3);
  });

  it.each([
    ["status=completed,failed&kind=object", 3],
    ["status=failed", 0],
    ["provider=offline&model=extractive-1", 3],
    ["q=draft", 2],
    ["q=100%25", 0],
  ])("filters by %s", async (query, count) => {
    expect((await list(query)).rows).toHaveLength(count);
    expect((await list(`${query}&task_id=${step.task_id}&unit_id=${step.unit_id}`)).rows).toHaveLength(count);
  });

  it("finds a request by its id and names what it served", async () => {
    const { rows } = await list(`step_run_id=${step.step_run_id}`);
    const { rows: found } = await list(`q=${rows[1]?.id}`);
    expect(found).toMatchObject([
      {
        id: rows[1]?.id,
        step_name: "generate_lesson_transcript",
        flow_name: "lesson_creation",
        unit_title: "Tides",
      },
    ]);
  });

  it.each(["status=done", "limit=0", "cursor=x", "unit_id=1"])("refuses %s", async (query) => {
    expect((await llm.routes.request(`/llm/requests?${query}`)).status).toBe(422);
  });
});

describe("GET /llm/requests/{id}", () => {
  it("answers with payloads, whether stored compressed or not, and siblings", async () => {
    const { rows } = await list("limit=1");
    const response = await llm.routes.request(`/llm/requests/${rows[0]?.id}`);
    const details = llmRequestDetailsSchema.parse(await response.json());
    expect(details.request).toEqual({ input: { text: "tide ".repeat(4000) } });
    expect(details.response).toEqual({ output: { done: true } });
    expect(details.siblings).toHaveLength(3);
    const { rows: stored } = await sql<{ bytes: number; characters: number }>`
      SELECT length(content_zstd) AS bytes, characters FROM payloads_llm_requests
      WHERE owner_id = ${details.id} AND part = 'request'`.execute(test.database);
    expect(stored[0]?.characters).toBeGreaterThan(20_000);
    expect(stored[0]?.bytes).toBeLessThan(1_000);
  });

  it("answers 404 with a stable code for an id that does not exist", async () => {
    const response = await llm.routes.request("/llm/requests/019aa000-0000-7000-8000-000000000000");
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: "request_not_found" });
  });
});

describe("statuses and kinds", () => {
  it.each([
    ["status", llmRequestStatuses],
    ["kind", llmRequestKinds],
  ])("are the same words in SQL: %s", async (column, words) => {
    const { rows } = await sql<{ rule: string }>`
      SELECT pg_get_constraintdef(oid) AS rule FROM pg_constraint
      WHERE conname = ${`llm_requests_${column}_check`}`.execute(test.database);
    expect([...(rows[0]?.rule ?? "").matchAll(/'(\w+)'/g)].map((match) => match[1])).toEqual([...words]);
  });
});

describe("listSummaries", () => {
  it("answers the rows that exist", async () => {
    const { rows } = await list("limit=2");
    const ids = rows.map(({ id }) => id);
    const summaries = await llm.listSummaries([...ids, "019aa000-0000-7000-8000-000000000000"]);
    expect(summaries.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
  });
});
