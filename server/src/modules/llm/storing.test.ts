import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRedactor } from "../../platform/redaction.ts";
import { storedRequest, storedResponse } from "./gateway/stored-exchange.ts";
import { messagesOf } from "./messages.ts";
import { decodePayload, encodePayload } from "./payload.ts";

describe("redactor", () => {
  const secret = "sk-proj/abc+def=123";
  const { text, json } = createRedactor([secret, undefined, "x"]);

  it("removes the secret as it is, URL-encoded and in base64, also inside more base64", () => {
    for (const prefix of ["", "u:", "user:", "someone:"]) {
      const basic = Buffer.from(`${prefix}${secret}`).toString("base64");
      const clean = text(`${secret} ${encodeURIComponent(secret)} ${basic}`);
      expect(clean).not.toContain(secret);
      expect(clean).not.toContain(encodeURIComponent(secret));
      expect(Buffer.from(clean.split(" ")[2] ?? "", "base64").toString()).not.toContain(secret.slice(3, -3));
    }
  });

  it("cleans every text of a JSON value and its names, and leaves the rest", () => {
    expect(json({ [secret]: [secret, 1, null, { deep: `x${secret}y` }] })).toEqual({
      "[redacted]": ["[redacted]", 1, null, { deep: "x[redacted]y" }],
    });
  });

  it("does not take very short keys for secrets", () => {
    expect(text("x marks the spot")).toBe("x marks the spot");
  });
});

describe("payloads", () => {
  it("come back as they were, small and large", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.boolean(), (value, large) => {
        const whole = { value, filler: large ? "a".repeat(9_000) : "" };
        const { content, content_zstd } = encodePayload(whole);
        const stored = { content: content === null ? null : JSON.parse(content), content_zstd };
        const cleaned = JSON.parse(JSON.stringify(whole).replaceAll("\\u0000", "\uFFFD"));
        return JSON.stringify(decodePayload(stored)) === JSON.stringify(cleaned);
      }),
    );
  });

  it("hold nothing that PostgreSQL refuses", () => {
    expect(encodePayload({ text: "a\u0000b\uD800c" }).content).toBe('{"text":"a\uFFFDb\uFFFDc"}');
  });
});

describe("stored exchanges", () => {
  const exchange = {
    request: {
      method: "POST",
      url: "https://me:pass@models.test/v1",
      headers: new Headers(),
      body: '{"model":"m"}',
    },
    ...{ started_ms: 0, status: 200, first_byte_ms: 1, duration_ms: 2, failure: null },
  };

  it("keep neither credentials in the address nor the authorization header", () => {
    const headers = new Headers({
      authorization: "Bearer k",
      "content-type": "application/json",
      cookie: "a",
    });
    expect(storedRequest({ ...exchange.request, headers })).toEqual({
      ...{ method: "POST", url: "https://models.test/v1", headers: { "content-type": "application/json" } },
      body: { model: "m" },
    });
  });

  it("describe media instead of keeping them", () => {
    const headers = new Headers({
      "content-type": "audio/mpeg",
      "set-cookie": "a",
      "x-ratelimit-limit": "5",
    });
    expect(storedResponse({ ...exchange, headers, bytes: Buffer.from("abc") })).toEqual({
      status: 200,
      headers: { "content-type": "audio/mpeg", "x-ratelimit-limit": "5" },
      body: {
        ...{ bytes: 3, mime: "audio/mpeg" },
        sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
      },
    });
  });

  it("keep what nests too deeply as the text it came as", () => {
    const deep = "[".repeat(200_000) + "]".repeat(200_000);
    const stored = storedResponse({ ...exchange, headers: new Headers(), bytes: Buffer.from(deep) });
    expect(stored.body).toBe(deep);
    const flat = Buffer.from(`[${"[],".repeat(500)}[]]`);
    expect(storedResponse({ ...exchange, headers: new Headers(), bytes: flat }).body).toHaveLength(501);
  });
});

describe("messagesOf", () => {
  it("reads chat completions and Responses alike, and nothing else", () => {
    const user = { role: "user", content: "Hello" };
    expect(messagesOf({ body: { messages: [user] } })).toEqual([user]);
    const parts = [{ type: "input_text", text: "Hello" }];
    expect(messagesOf({ body: { input: [{ role: "user", content: parts }] } })).toEqual([user]);
    expect(messagesOf({ input: { topic: "Tides" } })).toEqual([]);
    expect(messagesOf(null)).toEqual([]);
  });
});
