import fastCheck from "fast-check";
import { describe, expect, it } from "vitest";
import { createRedactor, createSecretRegistry, redacted } from "./redaction.ts";
import { maskAddress } from "./secret-address.ts";

const secret = 'sk-Pr0j/abc+def="12<3>&ü';

/** The ways in which an outside system may tell a secret back. */
const tellings: Readonly<Record<string, (text: string) => string>> = {
  "as it is": (text) => text,
  "in an address": encodeURIComponent,
  "in an address, in lower case": (text) =>
    encodeURIComponent(text).replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
  "in a form": (text) => new URLSearchParams({ q: text }).toString(),
  "in JSON": (text) => JSON.stringify({ text }),
  "in JSON within JSON": (text) => JSON.stringify({ body: JSON.stringify({ text }) }),
  "in HTML": (text) =>
    text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;"),
  "in base64": (text) => Buffer.from(text).toString("base64"),
  "in base64url": (text) => Buffer.from(text).toString("base64url"),
  "in base64 at the second place": (text) => Buffer.from(`u${text}`).toString("base64"),
  "in base64 at the third place": (text) => Buffer.from(`:u${text}!`).toString("base64url"),
  "in base64 within an address": (text) => encodeURIComponent(Buffer.from(`ab${text}`).toString("base64")),
  "in hexadecimal": (text) => Buffer.from(text).toString("hex"),
};

describe("a redactor", () => {
  it.each(Object.entries(tellings))("removes a secret that is told %s", (_name, tell) => {
    const { text } = createRedactor([secret]);
    const told = tell(secret);
    const clean = text(`before ${told} after`);
    expect(clean).toContain(redacted);
    expect(clean).toMatch(/^before .* after$/);
    // Of a longer base64 text the characters that hold bits of its neighbours stay.
    expect(clean.length).toBeLessThan("before  after".length + redacted.length + (told.length - 20));
    expect(clean).not.toContain(told);
  });

  it("finds each of many secrets wherever they stand, and changes nothing else", () => {
    const word = fastCheck.string({ unit: "grapheme-ascii", minLength: 8, maxLength: 40 });
    const given = fastCheck.record({
      secrets: fastCheck.array(word, { minLength: 1, maxLength: 20 }),
      parts: fastCheck.array(fastCheck.string({ unit: "grapheme-ascii" }), { minLength: 2, maxLength: 10 }),
    });
    fastCheck.assert(
      fastCheck.property(given, ({ secrets, parts }) => {
        const { text } = createRedactor(secrets);
        const clean = text(parts.map((part, index) => part + (secrets[index] ?? "")).join("\n"));
        for (const one of secrets) if (!isWord(one)) expect(clean).not.toContain(one);
        const innocent = "An innocent text about tides.";
        if (!secrets.some((one) => innocent.includes(one))) expect(text(innocent)).toBe(innocent);
      }),
      { numRuns: 300 },
    );
  });

  it("leaves JSON JSON, also where a secret looks like a number or like its brackets", () => {
    const { jsonText } = createRedactor(["12345678", '","b":"', "quoted"]);
    const text = JSON.stringify({ a: "1", b: "2", number: 12345678, words: "the 12345678", quoted: [1] });
    expect(JSON.parse(jsonText(text))).toMatchObject({ a: "1", b: "2", words: `the ${redacted}` });
    expect(jsonText("{no json 12345678")).toBe(`{no json ${redacted}`);
  });

  it("takes neither short nor plain words for secrets, but knows them within base64", () => {
    const { text } = createRedactor(["x", "admin", "postgres"]);
    expect(text("x marks the spot of admin and postgres")).toBe("x marks the spot of admin and postgres");
    expect(text(Buffer.from("user:postgres").toString("base64"))).toContain(redacted);
  });

  it("knows the password and the long pieces of an address", () => {
    const { text } = createRedactor([
      "postgres://me:hunter2hunter@db.test:5432/course",
      "https://hooks.example.org/services/T0123/abcdefghijklmnopqrst?key=0123456789",
      "someone:Some-Pa55word",
    ]);
    for (const told of [
      "hunter2hunter",
      "abcdefghijklmnopqrst",
      "0123456789",
      "Some-Pa55word",
      Buffer.from("someone:Some-Pa55word").toString("base64"),
    ]) {
      expect(text(`a ${told} b`)).toBe(`a ${redacted} b`);
    }
    expect(text("https://hooks.example.org/ and course at db.test")).not.toContain(redacted);
  });

  it("learns secrets while it runs", () => {
    const registry = createSecretRegistry();
    expect(registry.text("late-secret-1")).toBe("late-secret-1");
    registry.add("late-secret-1");
    registry.add("late-secret-1");
    registry.add(undefined);
    expect([registry.text("late-secret-1"), registry.size]).toEqual([redacted, 1]);
  });

  it("needs no more than linear time for text that almost matches everywhere", () => {
    const { text } = createRedactor([`${"a".repeat(200)}b`, `${"ab".repeat(100)}c`]);
    const cost = (length: number) => {
      const hostile = "ab".repeat(length / 4) + "a".repeat(length / 2);
      return Math.min(
        ...[1, 2, 3].map(() => {
          const begun = performance.now();
          text(hostile);
          return performance.now() - begun;
        }),
      );
    };
    cost(100_000);
    expect(cost(1_600_000) / cost(200_000)).toBeLessThan(24);
  });
});

describe("a shown address", () => {
  it.each([
    ["https://hooks.example.org/services/T0/B0/abcdef1234", "https://hooks.example.org/…1234"],
    ["https://hooks.example.org:8443/x?token=0123456789", "https://hooks.example.org:8443/…6789"],
    ["http://127.0.0.1:4000/short", "http://127.0.0.1:4000/…"],
    ["http://127.0.0.1:4000", "http://127.0.0.1:4000/"],
    ["nonsense", "…"],
  ])("of %s is %s", (address, shown) => {
    expect(maskAddress(address)).toBe(shown);
    if (shown.length > 1) expect(createRedactor([address]).text(shown)).toBe(shown);
  });
});

function isWord(text: string): boolean {
  return /^[a-z]{1,15}$/.test(text) || /^[^:\s]+:\S+$/.test(text) || text.includes("://");
}
