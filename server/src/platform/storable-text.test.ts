import { describe, expect, it } from "vitest";
import { storableJson, storableText } from "./storable-text.ts";

describe("texts that are stored", () => {
  it("have no character that PostgreSQL refuses, and nothing else changes", () => {
    expect(storableText("a\u0000b\ud800c")).toBe("a\uFFFDb\uFFFDc");
    expect(storableText("Größe 😀\n")).toBe("Größe 😀\n");
  });

  it("are cleaned inside of values, names of fields included", () => {
    const hostile = { "a\u0000": ["\u0000", { ok: "\udfff" }], kept: { n: 1, none: null, no: false } };
    expect(JSON.parse(storableJson(hostile))).toEqual({
      "a\uFFFD": ["\uFFFD", { ok: "\uFFFD" }],
      kept: { n: 1, none: null, no: false },
    });
  });
});
