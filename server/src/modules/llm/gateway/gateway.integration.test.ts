import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  apiKey,
  codeOf,
  coverSchema,
  type GatewayHarness,
  startGatewayHarness,
} from "../../../../test/gateway-harness.ts";
import { createSilentLogger } from "../../../platform/logger.ts";
import { fenceTask } from "../../task-queue/repo/ownership.ts";
import { createLlmModule } from "../module.ts";

let harness: GatewayHarness;

beforeAll(async () => {
  harness = await startGatewayHarness();
});
afterAll(() => harness.close());
beforeEach(() => harness.renew());
afterEach(() => harness.endTest());

describe("every kind of call", () => {
  it("commits the row before the answer and completes it with the step", async () => {
    const answer = await harness.llm.gateway.text(harness.textCall());
    expect(answer.text.length).toBeGreaterThan(100);
    expect(await harness.requestsOfStep()).toMatchObject([
      { id: answer.request_id, status: "pending", response: null },
    ]);

    const sums = await harness.settle();
    harness.llm.releaseCalls(harness.step.step_run_id);
    const [request] = await harness.requestsOfStep();
    expect(request).toMatchObject({
      status: "completed",
      kind: "text",
      provider: new URL(harness.provider.url).host,
      model: "writer-1",
      api_variant: "chat_completions",
      attempt: 1,
      cost_usd: null,
      price_source: null,
      http_status: 200,
      parameters: { purpose: "answer", max_output_tokens: 2000 },
      messages: [
        { role: "system", content: "You write lessons." },
        { role: "user", content: "Topic: Tides" },
      ],
      response: { status: 200, text: answer.text, finish_reason: "stop" },
    });
    expect(request?.tokens_input).toBeGreaterThan(0);
    expect(Date.parse(request?.completed_at ?? "")).toBeGreaterThanOrEqual(
      Date.parse(request?.sent_at ?? ""),
    );
    expect(sums).toMatchObject({ request_ids: [answer.request_id], cost_usd: null });
    expect(sums.tokens_output).toBe(request?.tokens_output);
    expect(harness.provider.calls({ kind: "text" })).toMatchObject([
      { client_request_id: answer.request_id },
    ]);
  });

  it("returns an object that fits its schema", async () => {
    const { object } = await harness.llm.gateway.object(harness.objectCall());
    expect(coverSchema.parse(object)).toEqual(object);
    expect(harness.provider.calls()).toMatchObject([{ kind: "object", schema_name: "cover" }]);
  });

  it("returns speech as bytes and keeps only what describes them", async () => {
    const { bytes, mime } = await harness.llm.gateway.speech({
      ...harness.textCall(),
      text: "The tide rises twice a day.",
    });
    await harness.settle();
    const [request] = await harness.requestsOfStep();
    expect(mime).toMatch(/^audio\//);
    expect(request).toMatchObject({
      kind: "speech",
      units_billed: 27,
      tokens_input: null,
      response: { body: { bytes: bytes.length, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) } },
    });
  });

  it("returns a picture and stores no picture data", async () => {
    const { bytes, mime } = await harness.llm.gateway.image({
      ...harness.textCall(),
      prompt: "A harbour at low tide",
      size: "1024x1024",
    });
    await harness.settle();
    const [request] = await harness.requestsOfStep();
    expect(mime).toBe("image/png");
    expect(request).toMatchObject({
      kind: "image",
      response: { body: { data: [{ b64_json: { bytes: bytes.length } }] } },
    });
  });

  it("gives offline work a row of its own that costs nothing", async () => {
    const answer = await harness.llm.gateway.offline({
      ...harness.textCall(),
      kind: "object",
      model: "extractive-1",
      input: { topic: "Tides" },
      work: async () => ({ lessons: 3 }),
      describe: (result) => result,
    });
    expect(answer).toMatchObject({ provider: "offline", result: { lessons: 3 } });
    expect(await harness.settle()).toMatchObject({ cost_usd: 0, tokens_input: 0 });
    expect(await harness.requestsOfStep()).toMatchObject([
      {
        status: "completed",
        provider: "offline",
        cost_usd: 0,
        price_source: "local",
        tokens_output: null,
        request: { input: { topic: "Tides" } },
        response: { output: { lessons: 3 } },
      },
    ]);
    expect(harness.provider.log()).toEqual([]);
  });

  it("keeps the failure of offline work and throws it on", async () => {
    const broken = harness.llm.gateway.offline({
      ...harness.textCall(),
      kind: "speech",
      model: "flite-1",
      input: {},
      work: async () => Promise.reject(new TypeError("no voice")),
      describe: () => null,
    });
    await expect(broken).rejects.toThrow("no voice");
    expect(await harness.requestsOfStep()).toMatchObject([
      { status: "failed", error_code: "offline_failed" },
    ]);
  });

  it("has no provider for a kind without a model", async () => {
    const bare = createLlmModule({
      database: harness.database,
      config: {
        llm: {
          baseUrl: harness.provider.url,
          apiKey,
          textModel: "m",
          speechModel: undefined,
          imageModel: undefined,
        },
        budget: { usdPerDay: undefined, usdPerUnit: undefined },
      },
      logger: createSilentLogger(),
      fence: fenceTask,
      continuePaused: async () => [],
    });
    expect([bare.gateway.hasProvider("object"), bare.gateway.modelFor("object")]).toEqual([true, "m"]);
    expect([bare.gateway.hasProvider("speech"), bare.gateway.modelFor("speech")]).toEqual([false, null]);
    expect(await codeOf(bare.gateway.speech({ ...harness.textCall(), text: "x" }))).toBe(
      "provider_not_configured",
    );
  });
});

describe("the Responses API", () => {
  beforeEach(() => {
    harness.useModule({ languageApi: "responses" });
  });

  it("answers texts and objects, and its requests read the same", async () => {
    const { text } = await harness.llm.gateway.text(harness.textCall({ temperature: 0.3 }));
    await harness.llm.gateway.object(harness.objectCall());
    await harness.settle();
    const requests = await harness.requestsOfStep();
    expect(text.length).toBeGreaterThan(100);
    expect(requests).toMatchObject([
      { kind: "text", status: "completed", api_variant: "responses", request: { body: { store: false } } },
      { kind: "object", status: "completed", parameters: { schema_name: "cover" } },
    ]);
    for (const { messages, tokens_output } of requests) {
      expect(messages).toEqual([
        { role: expect.stringMatching(/^(system|developer)$/), content: "You write lessons." },
        { role: "user", content: "Topic: Tides" },
      ]);
      expect(tokens_output).toBeGreaterThan(0);
    }
    expect(harness.provider.log().map(({ path }) => path)).toEqual(["/v1/responses", "/v1/responses"]);
  });

  it("tells refusals and cut-off answers apart", async () => {
    harness.provider.setScript({
      rules: [{ times: 1, action: { refusal: "No." } }, { action: { truncate: true } }],
    });
    expect(await codeOf(harness.llm.gateway.object(harness.objectCall()))).toBe("provider_refused");
    expect(await codeOf(harness.llm.gateway.text(harness.textCall()))).toBe("answer_truncated");
  });

  it("repairs an answer that does not fit", async () => {
    harness.provider.setScript({ rules: [{ times: 1, action: { wrong_schema: true } }] });
    await harness.llm.gateway.object(harness.objectCall());
    await harness.settle();
    expect((await harness.requestsOfStep()).map(({ status }) => status)).toEqual(["failed", "completed"]);
  });
});

describe("secrets", () => {
  it("never stores the key, even when the provider repeats it", async () => {
    const forms = [apiKey, encodeURIComponent(apiKey), Buffer.from(apiKey).toString("base64")];
    const message = `Wrong key: ${forms.join(" or ")}`;
    harness.provider.setScript({ rules: [{ action: { status: 400, body: { error: { message } } } }] });
    const prompt = `Topic: ${forms.join(", ")}`;
    const error = await harness.llm.gateway
      .text(harness.textCall({ prompt }))
      .catch((thrown: unknown) => thrown);
    const stored = JSON.stringify(await harness.requestsOfStep());
    expect(stored).toContain("[redacted]");
    for (const form of forms) {
      expect(stored).not.toContain(form);
      expect(String(error)).not.toContain(form);
    }
  });
});
