import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  codeOf,
  coverSchema,
  type GatewayHarness,
  startGatewayHarness,
} from "../../../../test/gateway-harness.ts";

let harness: GatewayHarness;

beforeAll(async () => {
  harness = await startGatewayHarness();
});
afterAll(() => harness.close());
beforeEach(() => harness.renew());
afterEach(() => harness.endTest());

describe("failed attempts", () => {
  it("waits as long as a 429 asks, blocks the model for everyone and goes on", async () => {
    harness.provider.setScript({ rules: [{ times: 1, action: { status: 429, retry_after: { ms: 300 } } }] });
    let waitedMs = 0;
    const startedMs = performance.now();
    await harness.llm.gateway.text(harness.textCall({ reportWaiting: (ms) => (waitedMs += ms) }));
    expect(performance.now() - startedMs).toBeGreaterThan(250);
    expect(waitedMs).toBeGreaterThan(200);
    await harness.settle();
    expect(await harness.requestsOfStep()).toMatchObject([
      { status: "failed", attempt: 1, http_status: 429, error_code: "provider_rate_limited", cost_usd: 0 },
      { status: "completed", attempt: 2 },
    ]);
    const { rows } = await sql`SELECT blocked_until, blocked_reason FROM rate_limits
      WHERE provider = ${new URL(harness.provider.url).host}`.execute(harness.database);
    expect(rows).toMatchObject([
      { blocked_until: expect.any(String), blocked_reason: expect.stringContaining("429") },
    ]);
  });

  it("repeats a 500 and a broken connection, one row for each call received", async () => {
    harness.provider.setScript({
      rules: [
        { times: 1, action: { status: 500 } },
        { times: 1, action: { cut: "before_headers" } },
        { times: 1, action: { cut: true } },
      ],
    });
    const answer = await harness.llm.gateway.text(harness.textCall());
    await harness.settle();
    const requests = await harness.requestsOfStep();
    expect(requests.map(({ status, error_code }) => [status, error_code])).toEqual([
      ["failed", "provider_unavailable"],
      ["failed", "provider_unavailable"],
      ["failed", "provider_unavailable"],
      ["completed", null],
    ]);
    expect(requests.map(({ id }) => id)).toEqual(
      harness.provider.log().map(({ client_request_id }) => client_request_id),
    );
    expect(requests.at(-1)?.id).toBe(answer.request_id);
    expect(requests.map(({ cost_usd }) => cost_usd)).toEqual([0, null, null, null]);
  });

  it("gives up after four attempts", async () => {
    harness.provider.setScript({ rules: [{ action: { status: 503 } }] });
    expect(await codeOf(harness.llm.gateway.text(harness.textCall()))).toBe("provider_unavailable");
    expect(harness.provider.log()).toHaveLength(4);
    expect(await harness.settle()).toMatchObject({ cost_usd: 0, tokens_input: 0 });
  });

  it("times out on a provider that never answers and on one that stalls", async () => {
    harness.useModule({ timing: { firstByteMs: 150, idleMs: 100 } });
    harness.provider.setScript({
      rules: [
        { times: 1, action: { hang: true } },
        { times: 1, action: { hang_mid_body: true } },
      ],
    });
    await harness.llm.gateway.text(harness.textCall());
    await harness.settle();
    expect(await harness.requestsOfStep()).toMatchObject([
      { status: "failed", error_code: "provider_timeout", http_status: null, cost_usd: null },
      { status: "failed", error_code: "provider_timeout", http_status: 200 },
      { status: "completed" },
    ]);
  });

  it.each([
    [401, "provider_auth"],
    [400, "provider_rejected"],
    [302, "provider_rejected"],
  ])("does not repeat a %i", async (status, code) => {
    harness.provider.setScript({ rules: [{ action: { status } }] });
    expect(await codeOf(harness.llm.gateway.text(harness.textCall()))).toBe(code);
    expect(harness.provider.log()).toHaveLength(1);
  });

  it("does not repeat a 429 that says the credit is used up", async () => {
    harness.provider.setScript({ rules: [{ action: { status: 429, error_code: "insufficient_quota" } }] });
    expect(await codeOf(harness.llm.gateway.text(harness.textCall()))).toBe("provider_quota_exhausted");
    expect(harness.provider.log()).toHaveLength(1);
  });

  it("takes a refusal as final and says so", async () => {
    harness.provider.setScript({ rules: [{ action: { refusal: "I cannot help with that." } }] });
    expect(await codeOf(harness.llm.gateway.object(harness.objectCall()))).toBe("provider_refused");
    expect(harness.provider.log()).toHaveLength(1);
    expect(await harness.requestsOfStep()).toMatchObject([
      { status: "failed", error_message: expect.stringContaining("I cannot help with that.") },
    ]);
  });
});

describe("unusable answers", () => {
  it("mends JSON in a code fence without another call", async () => {
    harness.provider.setScript({ rules: [{ action: { invalid_json: "fenced" } }] });
    const { object } = await harness.llm.gateway.object(harness.objectCall());
    await harness.settle();
    expect(coverSchema.parse(object)).toEqual(object);
    expect(await harness.requestsOfStep()).toMatchObject([
      { status: "completed", response: { repaired: true } },
    ]);
    expect(harness.provider.log()).toHaveLength(1);
  });

  it("asks once more with what is wrong when the schema is not met", async () => {
    harness.provider.setScript({ rules: [{ times: 1, action: { wrong_schema: true } }] });
    await harness.llm.gateway.object(harness.objectCall());
    await harness.settle();
    const requests = await harness.requestsOfStep();
    expect(requests).toMatchObject([
      { status: "failed", error_code: "answer_invalid", parameters: { purpose: "answer" } },
      { status: "completed", parameters: { purpose: "repair" } },
    ]);
    expect(requests[1]?.messages.map(({ role }) => role)).toEqual(["system", "user", "assistant", "user"]);
    expect(requests[1]?.messages.at(-1)?.content).toContain("does not fit its schema");
    expect(requests[1]?.siblings.map(({ id }) => id)).toEqual(requests.map(({ id }) => id));
  });

  it("fails with the raw answer kept when the repair is rubbish too", async () => {
    const rubbish = "<html>Lorem ipsum \u0000</html>";
    harness.provider.setScript({ rules: [{ action: { body: rubbish, content_type: "text/html" } }] });
    expect(await codeOf(harness.llm.gateway.object(harness.objectCall()))).toBe("answer_invalid");
    const requests = await harness.requestsOfStep();
    expect(requests).toHaveLength(2);
    for (const request of requests) {
      expect(request).toMatchObject({ status: "failed", error_code: "answer_invalid" });
      expect(request.response).toMatchObject({ status: 200, body: rubbish.replace("\u0000", "\uFFFD") });
    }
  });

  it("keeps an answer that makes no sense at all, and books what it says it used only where that can be", async () => {
    const usage = { prompt_tokens: 1.5, completion_tokens: 7, total_tokens: -1 };
    const message = { role: "assistant", content: "All \u0000 is well." };
    const body = { id: "a\u0000b", choices: [{ index: 0, message, finish_reason: "stop" }], usage };
    harness.provider.setScript({
      rules: [{ times: 1, action: { body } }, { action: { body: "[".repeat(50_000) } }],
    });
    await harness.llm.gateway.text(harness.textCall());
    expect(await codeOf(harness.llm.gateway.text(harness.textCall()))).toBe("answer_invalid");
    await harness.settle();
    expect(await harness.requestsOfStep()).toMatchObject([
      { status: "completed", tokens_input: null, tokens_output: 7, provider_response_id: "a\uFFFDb" },
      { status: "failed", response: { body: "[".repeat(50_000) } },
      { status: "failed" },
    ]);
  });

  it("asks for a cut-off answer again with twice the room, then gives up", async () => {
    harness.provider.setScript({ rules: [{ action: { truncate: true } }] });
    expect(await codeOf(harness.llm.gateway.object(harness.objectCall({ max_output_tokens: 500 })))).toBe(
      "answer_truncated",
    );
    expect((await harness.requestsOfStep()).map(({ parameters }) => parameters)).toMatchObject([
      { purpose: "answer", max_output_tokens: 500 },
      { purpose: "longer_answer", max_output_tokens: 1000 },
    ]);
  });

  it("asks again for an empty text, and fails a picture without data", async () => {
    harness.provider.setScript({
      rules: [
        { times: 1, match: { kind: "text" }, action: { empty: true } },
        { match: { kind: "image" }, action: { empty: true } },
      ],
    });
    await harness.llm.gateway.text(harness.textCall());
    expect(harness.provider.calls({ kind: "text" })).toHaveLength(2);
    const picture = harness.llm.gateway.image({ ...harness.textCall(), prompt: "x", size: "1024x1024" });
    expect(await codeOf(picture)).toBe("answer_invalid");
  });
});
