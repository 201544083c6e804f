import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createOpenAI } from "@ai-sdk/openai";
import { APICallError, generateSpeech, generateText, NoObjectGeneratedError, Output, streamText } from "ai";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { unitMetadataSchema } from "./answer-schemas.ts";
import { startTestProvider, type TestProvider } from "./provider.ts";

const apiKey = "test-key";
let provider: TestProvider;

beforeEach(async () => {
  provider = await startTestProvider({ api_key: apiKey });
});

afterEach(async () => {
  await provider.close();
});

function openai() {
  return createOpenAI({ baseURL: provider.url, apiKey });
}

const once = { maxRetries: 0 };

const unitPrompt = "Topic: Tides of the North Sea\nLessons: 5\nObjective ids: lo_1, lo_2, lo_3";

describe("faults", () => {
  const ask = (prompt = "Topic: Soil", options: { abortSignal?: AbortSignal; maxRetries?: number } = {}) =>
    generateText({ model: openai()("m"), prompt, ...once, ...options });
  const askObject = () =>
    generateText({
      model: openai()("m"),
      output: Output.object({ schema: unitMetadataSchema, name: "unit_metadata" }),
      prompt: unitPrompt,
      ...once,
    });

  it("refuses a wrong key, a schema that strict mode forbids and a text too long to speak", async () => {
    const stranger = createOpenAI({ baseURL: provider.url, apiKey: "wrong" });
    await expect(generateText({ model: stranger("m"), prompt: "x", ...once })).rejects.toMatchObject({
      statusCode: 401,
    });
    const schema = z.object({ title: z.string(), note: z.string().optional() });
    const loose = generateText({
      model: openai()("m"),
      output: Output.object({ schema, name: "loose" }),
      prompt: "x",
      ...once,
    });
    await expect(loose).rejects.toMatchObject({
      statusCode: 400,
      message: expect.stringContaining("'note' is missing"),
    });
    const long = generateSpeech({ model: openai().speech("tts"), text: "a".repeat(4097), ...once });
    await expect(long).rejects.toMatchObject({ statusCode: 400 });
    expect(provider.log().map(({ action }) => action)).toEqual(["unauthorized", "rejected", "rejected"]);
  });

  it("answers 429 as often as the rule says and tells when to come back", async () => {
    provider.setScript({
      rules: [{ match: { kind: "text" }, times: 2, action: { status: 429, retry_after: { ms: 5 } } }],
    });
    const result = await ask("Topic: Soil", { maxRetries: 2 });
    expect(result.text).toContain("Soil");
    expect(provider.calls().map(({ status }) => status)).toEqual([429, 429, 200]);
    provider.setScript({ rules: [{ action: { status: 503, retry_after: { date_in_s: 60 } } }] });
    const error = await ask().catch((caught: unknown) => caught);
    expect(APICallError.isInstance(error) && error.isRetryable).toBe(true);
    const until = APICallError.isInstance(error)
      ? Date.parse(error.responseHeaders?.["retry-after"] ?? "")
      : 0;
    expect(until).toBeGreaterThan(Date.now());
  });

  it("lets the first matching calls pass and then fails only the named ones", async () => {
    provider.setScript({
      rules: [
        {
          match: { prompt: "lesson 2", model: ["m"] },
          skip: 1,
          times: 1,
          action: { status: 500, error_code: "overloaded" },
        },
      ],
    });
    await ask("lesson 1");
    await ask("lesson 2");
    await expect(ask("lesson 2")).rejects.toMatchObject({ statusCode: 500 });
    await ask("lesson 2");
    expect(provider.calls({ action: "status" })).toMatchObject([{ n: 3, prompt_excerpt: "lesson 2" }]);
  });

  it("hangs until the caller gives up and logs the call as aborted", async () => {
    for (const action of [{ hang: true }, { hang_mid_body: true }, { latency_ms: 60_000 }]) {
      provider.setScript({ rules: [{ action }] });
      provider.resetLog();
      const controller = new AbortController();
      const call = ask("Topic: Soil", { abortSignal: controller.signal });
      await expect.poll(() => provider.calls().length).toBe(1);
      controller.abort();
      await expect(call).rejects.toThrow();
      await expect.poll(() => provider.calls()[0]).toMatchObject({ aborted: true, finished_at: null });
    }
  });

  it("cuts the connection before and within an answer", async () => {
    for (const cut of [true, "before_headers" as const]) {
      provider.setScript({ rules: [{ action: { cut } }] });
      await expect(ask()).rejects.toThrow();
    }
    provider.setScript({ rules: [{ action: { cut: true } }] });
    const result = streamText({ model: openai()("m"), prompt: "Topic: Soil", onError: () => {}, ...once });
    await expect(result.consumeStream().then(() => result.finishReason)).rejects.toMatchObject({
      isRetryable: true,
    });
    expect(provider.calls({ action: "cut" })).toMatchObject([
      { status: 200 },
      { status: null },
      { status: 200 },
    ]);
  });

  it("ends a stream early without an error and breaks one of its events", async () => {
    for (const [action, finish] of [
      [{ cut: "clean" as const }, "interrupted"],
      [{ invalid_json: true }, "error"],
    ] as const) {
      provider.setScript({ rules: [{ action }] });
      const result = streamText({ model: openai()("m"), prompt: "Topic: Soil", onError: () => {}, ...once });
      await result.consumeStream();
      expect([action, await result.finishReason]).toEqual([action, finish]);
    }
  });

  it("gives broken, fenced, misfitting, truncated and refused objects that the SDK does not accept", async () => {
    const expected = [
      { action: { invalid_json: true }, finish: "stop" },
      { action: { invalid_json: "fenced" as const }, finish: "stop" },
      { action: { wrong_schema: true }, finish: "stop" },
      { action: { truncate: true }, finish: "length" },
      { action: { refusal: "No." }, finish: "content-filter" },
      { action: { empty: true }, finish: "stop" },
    ];
    for (const { action, finish } of expected) {
      provider.setScript({ rules: [{ match: { schema_name: "unit_metadata" }, action }] });
      const error = await askObject()
        .then((result) => result.output)
        .catch((caught: unknown) => caught);
      expect(NoObjectGeneratedError.isInstance(error), JSON.stringify(action)).toBe(true);
      expect(error).toMatchObject({ finishReason: finish });
    }
    provider.setScript({ rules: [{ match: { kind: "object" }, action: { wrong_schema: true } }] });
    const wrong = await askObject()
      .then((result) => result.output)
      .catch((caught: unknown) => caught);
    const text = NoObjectGeneratedError.isInstance(wrong) ? (wrong.text ?? "") : "";
    expect(JSON.parse(text)).not.toHaveProperty("title");
  });

  it("ends a text at the token limit of the call", async () => {
    const result = await generateText({
      model: openai().chat("m"),
      prompt: "Topic: Soil",
      maxOutputTokens: 20,
      ...once,
    });
    expect(result.finishReason).toBe("length");
    expect(result.usage.outputTokens).toBe(20);
  });

  it("sends a page as audio, an empty recording and a verbatim body", async () => {
    const speak = () => generateSpeech({ model: openai().speech("tts"), text: "Hello there", ...once });
    provider.setScript({
      rules: [{ times: 1, action: { html_as_audio: true } }, { action: { empty: true } }],
    });
    expect(Buffer.from((await speak()).audio.uint8Array).toString()).toContain("<html>");
    await expect(speak()).rejects.toThrow();
    provider.setScript({
      rules: [{ action: { body: "<h1>Bad gateway</h1>", status: 502, content_type: "text/html" } }],
    });
    await expect(ask()).rejects.toMatchObject({ statusCode: 502, responseBody: "<h1>Bad gateway</h1>" });
  });

  it("waits as long as the kind is told to, streamed or not", async () => {
    provider.setScript({ latency_ms: { text: 300 } });
    const startedMs = performance.now();
    await ask();
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(295);
    const streamedMs = performance.now();
    await streamText({ model: openai()("m"), prompt: "Topic: Soil", ...once }).consumeStream();
    expect(performance.now() - streamedMs).toBeGreaterThanOrEqual(295);
  });
});

describe("control and log", () => {
  it("takes a script, refuses a wrong one and hands out the log over HTTP", async () => {
    const put = (script: unknown) =>
      fetch(`${provider.origin}/_control/script`, { method: "PUT", body: JSON.stringify(script) });
    expect((await put({ latency_ms: { text: 1 }, rules: [{ action: { status: 500 } }] })).status).toBe(200);
    const wrong = await put({ rules: [{ action: { stauts: 500 } }] });
    expect(wrong.status).toBe(400);
    expect(await wrong.text()).toContain("stauts");
    await expect(generateText({ model: openai()("m"), prompt: "x", ...once })).rejects.toMatchObject({
      statusCode: 500,
    });
    const log = z.array(z.looseObject({ n: z.number() }));
    expect(log.parse(await (await fetch(`${provider.origin}/_control/log`)).json())).toHaveLength(1);
    expect((await fetch(`${provider.origin}/_control/log`, { method: "DELETE" })).status).toBe(204);
    expect(provider.log()).toEqual([]);
  });

  it("writes two lines for a call and goes on counting after a restart on the same file", async () => {
    const folder = mkdtempSync(join(tmpdir(), "provider-log-"));
    const file = join(folder, "calls.jsonl");
    try {
      for (const round of [1, 2]) {
        const own = await startTestProvider({ log_file: file });
        const model = createOpenAI({ baseURL: own.url, apiKey: "any" })("m");
        await generateText({
          model,
          prompt: `round ${round}`,
          headers: { "x-client-request-id": `id-${round}` },
          ...once,
        });
        await own.close();
      }
      const lines = readFileSync(file, "utf8")
        .trim()
        .split("\n")
        .map((line): unknown => JSON.parse(line));
      expect(lines).toMatchObject([
        { event: "received", n: 1, client_request_id: "id-1", kind: "text" },
        { event: "finished", n: 1, status: 200 },
        { event: "received", n: 2, client_request_id: "id-2", prompt_excerpt: "round 2" },
        { event: "finished", n: 2, status: 200 },
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("ends open connections when it closes", async () => {
    const own = await startTestProvider({ script: { rules: [{ action: { hang: true } }] } });
    const call = generateText({
      model: createOpenAI({ baseURL: own.url, apiKey: "any" })("m"),
      prompt: "x",
      ...once,
    });
    const outcome = expect(call).rejects.toThrow();
    await expect.poll(() => own.calls().length).toBe(1);
    await own.close();
    await outcome;
    expect(own.calls()).toMatchObject([{ aborted: true, status: null, action: "hang" }]);
  });
});
