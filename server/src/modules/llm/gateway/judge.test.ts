import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { ProviderReply } from "./attempt.ts";
import type { Exchange } from "./exchange.ts";
import { judgeMedia, judgeObject, judgeText, repairInstruction } from "./judge.ts";

const noUsage = {
  tokens_input: null,
  tokens_cached: null,
  tokens_reasoning: null,
  tokens_output: null,
  units: null,
};

function exchange(body: unknown = {}, contentType = "application/json"): Exchange {
  return {
    request: { method: "POST", url: "https://models.test", headers: new Headers(), body: "{}" },
    started_ms: 0,
    status: 200,
    headers: new Headers({ "content-type": contentType }),
    bytes: Buffer.from(JSON.stringify(body)),
    first_byte_ms: 1,
    duration_ms: 2,
    failure: null,
  };
}

function reply(text: string | null, finish_reason = "stop"): ProviderReply {
  return { text, finish_reason, media: null, usage: noUsage };
}

const schema = z.strictObject({ title: z.string(), count: z.number() });

describe("judgeObject", () => {
  it.each([
    ['{"title":"Tides","count":2}', false],
    ['```json\n{"title":"Tides","count":2,}\n```', true],
    ["{title: 'Tides', count: 2}", true],
  ])("takes %j", (text, repaired) => {
    expect(judgeObject(schema, reply(text), exchange())).toMatchObject({
      kind: "usable",
      value: { title: "Tides", count: 2 },
      stored: { repaired },
    });
  });

  it("names every issue of an answer that does not fit", () => {
    const judged = judgeObject(schema, reply('{"title":1,"more":true}'), exchange());
    expect(judged).toMatchObject({
      kind: "unusable",
      text: '{"title":1,"more":true}',
      failure: { category: "repairable" },
    });
    const message = judged.kind === "unusable" ? judged.failure.message : "";
    expect(message).toMatch(/title: .*count: .*more/);
  });

  it("does not mend what was cut off", () => {
    expect(judgeObject(schema, reply('{"title":"Tides","count":2', "length"), exchange())).toMatchObject({
      failure: { category: "truncated", code: "answer_truncated" },
    });
  });

  it("takes prose for an invalid answer", () => {
    expect(judgeObject(schema, reply("I am sorry, here is a poem"), exchange())).toMatchObject({
      failure: { category: "repairable", code: "answer_invalid" },
    });
  });
});

describe("judgeText", () => {
  it("finds refusals of both APIs and of content filters", () => {
    const chat = { choices: [{ message: { refusal: "No.", content: null } }] };
    const responses = { output: [{ type: "reasoning" }, { content: [{ type: "refusal", refusal: "No." }] }] };
    for (const body of [chat, responses]) {
      expect(judgeText(reply("No."), exchange(body))).toMatchObject({
        failure: { code: "provider_refused" },
      });
    }
    expect(judgeText(reply("", "content-filter"), exchange())).toMatchObject({
      failure: { code: "provider_refused" },
    });
  });

  it("takes an answer that nobody could read, and an empty one, as repairable", () => {
    expect(judgeText(null, exchange())).toMatchObject({ failure: { category: "repairable" } });
    expect(judgeText(reply(" \n"), exchange())).toMatchObject({ failure: { category: "repairable" } });
  });
});

describe("judgeMedia", () => {
  const media = { bytes: new Uint8Array([1]), mime: "audio/mpeg" };

  it("takes bytes, refuses none and refuses speech that calls itself a page", () => {
    const spoken = { ...reply(null), media };
    expect(judgeMedia(spoken, exchange({}, "audio/mpeg"), true).kind).toBe("usable");
    expect(judgeMedia(spoken, exchange({}, "text/html; charset=utf-8"), true)).toMatchObject({
      failure: { code: "answer_invalid" },
    });
    expect(judgeMedia(null, exchange(), false)).toMatchObject({ failure: { code: "answer_invalid" } });
  });
});

describe("repairInstruction", () => {
  it("holds the problem and the schema", () => {
    const text = repairInstruction("title: expected string", schema);
    expect(text).toContain("title: expected string");
    expect(text).toContain('"required":["title","count"]');
  });
});
