import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  apiKey,
  codeOf,
  type GatewayHarness,
  startGatewayHarness,
} from "../../../../test/gateway-harness.ts";
import type { ReplayEdits } from "../public.ts";

let harness: GatewayHarness;

beforeAll(async () => {
  harness = await startGatewayHarness();
});
afterAll(() => harness.close());
beforeEach(() => harness.renew());
afterEach(() => harness.endTest());

function replay(request_id: string, edits: ReplayEdits = {}) {
  const { correlation, signal } = harness.textCall();
  return harness.llm.replayer.replay({ correlation, signal, request_id, edits });
}

async function settleAll(): Promise<void> {
  await harness.settle();
  harness.llm.releaseCalls(harness.step.step_run_id);
}

/** The body that a request sent, as it is kept. */
async function bodyOf(request_id: string): Promise<unknown> {
  const sent = JSON.parse(await harness.llm.service.getPayload(request_id, "request"));
  return sent.body;
}

describe.each(["chat_completions", "responses"] as const)("a request through %s", (languageApi) => {
  it("is sent again byte for byte, and its row says what it repeats", async () => {
    harness.useModule({ languageApi });
    const first = await harness.llm.gateway.object(harness.objectCall());
    await settleAll();
    // Whatever is configured for new calls by now.
    harness.useModule({ languageApi: "chat_completions" });
    const again = await replay(first.request_id);
    await settleAll();
    const [sent, resent] = harness.provider.calls();
    expect(resent?.body_sha256).toBe(sent?.body_sha256);
    expect(resent?.path).toBe(sent?.path);
    expect(again).toMatchObject({ kind: "object", fits_schema: true, schema_problem: null, media: null });
    const [original, copy] = await harness.requestsOfStep();
    expect(copy).toMatchObject({
      id: again.request_id,
      status: "completed",
      replay_of_request_id: first.request_id,
      api_variant: languageApi,
      parameters: original?.parameters,
      prompt_name: original?.prompt_name,
      prompt_hash: original?.prompt_hash,
      messages: original?.messages,
      response: { fits_schema: true, text: again.text },
    });
    expect(await harness.llm.service.getRequest(first.request_id)).toMatchObject({
      replay: { allowed: true, reason: null },
      replays: [{ id: again.request_id, status: "completed", model: "writer-1" }],
    });
  });

  it("is sent with its edits and nothing else changed", async () => {
    harness.useModule({ languageApi });
    const first = await harness.llm.gateway.text(harness.textCall({ temperature: 0.5 }));
    await settleAll();
    const edits = { model: "writer-2", system: "Be brief.", prompt: "Topic: Ebb", max_output_tokens: 50 };
    const again = await replay(first.request_id, edits);
    await settleAll();
    expect(harness.provider.calls()[1]).toMatchObject({ model: "writer-2", kind: "text" });
    const [before, after] = [await bodyOf(first.request_id), await bodyOf(again.request_id)];
    const restored = JSON.stringify(after)
      .replace("writer-2", "writer-1")
      .replace("Be brief.", "You write lessons.")
      .replace("Topic: Ebb", "Topic: Tides")
      .replace(/("max_[a-z_]+"):50/, "$1:2000");
    expect(restored).toBe(JSON.stringify(before));
    const copy = await harness.llm.service.getRequest(again.request_id);
    expect(copy).toMatchObject({ model: "writer-2", parameters: { max_output_tokens: 50 } });
    expect(copy.parameters.edited).toEqual(["model", "system", "prompt", "max_output_tokens"]);
  });
});

describe("a replay", () => {
  it("shows an answer that does not fit the schema, and makes no call to repair it", async () => {
    const first = await harness.llm.gateway.object(harness.objectCall());
    await settleAll();
    const content = JSON.stringify({ title: "Tides", count: "three", note: null });
    const choice = { message: { role: "assistant", content }, finish_reason: "stop" };
    const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
    harness.provider.setScript({ rules: [{ match: {}, action: { body: { choices: [choice], usage } } }] });
    const again = await replay(first.request_id);
    await settleAll();
    expect(again).toMatchObject({ text: content, fits_schema: false });
    expect(again.schema_problem).toContain("count");
    expect(harness.provider.calls()).toHaveLength(2);
    expect((await harness.requestsOfStep())[1]).toMatchObject({
      status: "completed",
      response: { text: content, object: { count: "three" }, fits_schema: false },
    });
  });

  it("is tried again while the provider is away, each attempt marked as a replay", async () => {
    const first = await harness.llm.gateway.text(harness.textCall());
    await settleAll();
    harness.provider.setScript({ rules: [{ match: {}, times: 1, action: { status: 500 } }] });
    await replay(first.request_id);
    await settleAll();
    const rows = (await harness.requestsOfStep()).slice(1);
    expect(rows.map(({ status, attempt }) => [status, attempt])).toEqual([
      ["failed", 1],
      ["completed", 2],
    ]);
    expect(rows.map((row) => row.replay_of_request_id)).toEqual([first.request_id, first.request_id]);
    // Shown as one replay: its last attempt.
    expect((await harness.llm.service.getRequest(first.request_id)).replays).toMatchObject([
      { status: "completed" },
    ]);
  });

  it("fails like any call when the provider refuses it, and keeps what it said", async () => {
    const first = await harness.llm.gateway.text(harness.textCall());
    await settleAll();
    harness.provider.setScript({ rules: [{ match: {}, action: { status: 400 } }] });
    expect(await codeOf(replay(first.request_id))).toBe("provider_rejected");
    expect((await harness.requestsOfStep())[1]).toMatchObject({ status: "failed", http_status: 400 });
  });

  it("brings speech and pictures again", async () => {
    const spoken = await harness.llm.gateway.speech({ ...harness.textCall(), text: "The tide rises." });
    const drawn = await harness.llm.gateway.image({
      ...harness.textCall(),
      prompt: "A bay",
      size: "1024x1024",
    });
    await settleAll();
    const again = await replay(spoken.request_id, { text: "The tide falls.", voice: "echo" });
    expect(Buffer.from(again.media?.bytes ?? []).length).toBeGreaterThan(100);
    expect((await replay(drawn.request_id)).media?.mime).toMatch(/^image\//);
    await settleAll();
    expect(harness.provider.calls({ kind: "image" })[1]?.body_sha256).toBe(
      harness.provider.calls({ kind: "image" })[0]?.body_sha256,
    );
    expect(await bodyOf(again.request_id)).toMatchObject({ input: "The tide falls.", voice: "echo" });
    expect((await harness.llm.service.getRequest(again.request_id)).units_billed).toBe(15);
  });

  it("refuses an edit with the provider's key in it, which is stored nowhere", async () => {
    const first = await harness.llm.gateway.text(harness.textCall());
    await settleAll();
    const edits = { prompt: `My key is ${apiKey}` };
    expect(await codeOf(harness.llm.service.requireReplayable(first.request_id, edits))).toBe(
      "replay_edit_invalid",
    );
    expect(await codeOf(replay(first.request_id, edits))).toBe("replay_edit_invalid");
    expect(harness.provider.calls()).toHaveLength(1);
  });
});

describe("what cannot be sent again", () => {
  it("says why: the built-in author, an expired payload, another provider, an unknown request", async () => {
    const { correlation, signal, prompt_name, prompt_hash } = harness.textCall();
    const offline = await harness.llm.gateway.offline({
      ...{ correlation, signal, prompt_name, prompt_hash, kind: "text", model: "extractive-1", input: {} },
      work: async () => "text",
      describe: (text) => text,
    });
    const lost = await harness.llm.gateway.text(harness.textCall());
    await settleAll();
    await sql`DELETE FROM payloads_llm_requests WHERE owner_id = ${lost.request_id}`.execute(
      harness.database,
    );
    const { service } = harness.llm;
    const reasonOf = async (id: string) => (await service.getRequest(id)).replay;
    expect(await reasonOf(offline.request_id)).toMatchObject({
      allowed: false,
      reason: expect.stringContaining("built-in author"),
    });
    expect(await reasonOf(lost.request_id)).toMatchObject({
      allowed: false,
      reason: expect.stringContaining("no longer kept"),
    });
    for (const id of [offline.request_id, lost.request_id]) {
      expect(await codeOf(service.requireReplayable(id, {}))).toBe("llm_request_not_replayable");
    }
    const kept = await harness.llm.gateway.text(harness.textCall());
    await settleAll();
    await sql`UPDATE llm_requests SET provider = 'elsewhere.example' WHERE id = ${kept.request_id}`.execute(
      harness.database,
    );
    expect((await reasonOf(kept.request_id)).reason).toContain("elsewhere.example");
    expect(await codeOf(service.requireReplayable(crypto.randomUUID(), {}))).toBe("request_not_found");
  });
});

describe("payloads", () => {
  it("above 256 KB do not come along, but are there as they are", async () => {
    const prompt = "tide ".repeat(60_000);
    const { request_id } = await harness.llm.gateway.text(harness.textCall({ prompt }));
    await settleAll();
    const details = await harness.llm.service.getRequest(request_id);
    expect(details.request).toBeNull();
    expect(details.request_characters).toBeGreaterThan(prompt.length);
    expect(details.response).not.toBeNull();
    expect(details.response_characters).toBe(
      (await harness.llm.service.getPayload(request_id, "response")).length,
    );
    const whole = await harness.llm.service.getPayload(request_id, "request");
    expect(whole.length).toBe(details.request_characters);
    expect(whole).toContain(prompt);
    expect(await codeOf(harness.llm.service.getPayload(crypto.randomUUID(), "request"))).toBe(
      "llm_payload_not_found",
    );
  });
});

describe("the models to choose from", () => {
  it("are the configured ones and those that were asked before, without the built-in author", async () => {
    const first = await harness.llm.gateway.text(harness.textCall());
    await settleAll();
    await replay(first.request_id, { model: "writer-9" });
    await settleAll();
    const models = await harness.llm.service.listModels();
    const provider = new URL(harness.provider.url).host;
    expect(
      models.filter(({ is_configured }) => is_configured).map(({ kind, model }) => [kind, model]),
    ).toEqual([
      ["text", "writer-1"],
      ["object", "writer-1"],
      ["speech", "voice-1"],
      ["image", "painter-1"],
    ]);
    expect(models).toContainEqual({ kind: "text", provider, model: "writer-9", is_configured: false });
    expect(models.filter((model) => model.provider === "offline")).toEqual([]);
  });
});
