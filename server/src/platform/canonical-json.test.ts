import fastCheck from "fast-check";
import { expect, test } from "vitest";
import { canonicalJson, sha256Hex } from "./canonical-json.ts";

test("keys are sorted by UTF-16 code units and numbers are written as RFC 8785 says", () => {
  const value = { "\u20ac": 1, "\r": 2, "1": 3, "\ud83d\ude00": 4, "\u00f6": 5, "\ufb33": 6 };
  expect(canonicalJson(value)).toBe('{"\\r":2,"1":3,"\u00f6":5,"\u20ac":1,"\ud83d\ude00":4,"\ufb33":6}');
  expect(canonicalJson([4.5, 2e-3, 1e-27, -0, 1e15])).toBe("[4.5,0.002,1e-27,0,1000000000000000]");
});

test("a property that is undefined counts as absent", () => {
  expect(canonicalJson({ a: 1, b: undefined })).toBe(canonicalJson({ a: 1 }));
});

test.each([
  ["NaN", { a: Number.NaN }, "$.a is NaN"],
  ["infinity", [Number.POSITIVE_INFINITY], "$[0] is Infinity"],
  ["an integer that is not exact", { a: [2 ** 53] }, "$.a[0] is 9007199254740992"],
  ["a bigint", 1n, "$ is bigint"],
  ["undefined in an array", [undefined], "$[0] is undefined"],
  ["undefined itself", undefined, "$ is undefined"],
  ["a date", { at: new Date(0) }, "$.at is an instance of a class"],
  ["a lone surrogate", "a\ud800", "$ has half a surrogate pair"],
  ["a lone surrogate in a name", { "\udc00": 1 }, "the name of a property of $ has half a surrogate pair"],
  ["U+0000", { a: "\u0000" }, "$.a has the character U+0000"],
])("%s is refused with its place", (_, value, message) => {
  expect(() => canonicalJson(value)).toThrow(message);
});

test("a value that contains itself is refused, one that appears twice is not", () => {
  const inner = { a: 1 };
  expect(canonicalJson([inner, inner])).toBe('[{"a":1},{"a":1}]');
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  expect(() => canonicalJson(cycle)).toThrow("$.self contains itself");
});

test("the text does not depend on the order of keys and reads back as the value", () => {
  const json = fastCheck.jsonValue();
  fastCheck.assert(
    fastCheck.property(json, (value) => {
      let text: string;
      try {
        text = canonicalJson(value);
      } catch (error) {
        fastCheck.pre(!(error instanceof TypeError)); // Refused values are the other tests' matter.
        throw error;
      }
      expect(canonicalJson(reversed(value))).toBe(text);
      expect(canonicalJson(JSON.parse(text))).toBe(text);
    }),
  );
});

test("the hash is SHA-256 of the UTF-8 bytes", () => {
  expect(sha256Hex("")).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  expect(sha256Hex("€")).toHaveLength(64);
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, part]) => [name, reversed(part)]),
  );
}
