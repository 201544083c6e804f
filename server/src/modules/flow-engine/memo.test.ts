import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalJson } from "../../platform/canonical-json.ts";
import { createOccurrenceCounter, flowPath, hashInput, hashRecipe, memoKey } from "./memo.ts";

const hash = (value: unknown) => hashInput(canonicalJson(value));

const json = fc.jsonValue({ noUnicodeString: false }).filter((value) => {
  try {
    hash(value);
    return true;
  } catch {
    return false; // Unsafe integers and the like are refused on purpose; see canonical-json.test.ts.
  }
});

function shuffleKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffleKeys);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, part]) => [name, shuffleKeys(part)]),
  );
}

describe("the hash of an input", () => {
  test("does not depend on the order of keys", () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(hash(shuffleKeys(value))).toBe(hash(value));
      }),
    );
  });

  test("survives a trip through JSON text", () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(hash(JSON.parse(JSON.stringify(value)))).toBe(hash(value));
      }),
    );
  });

  test("refuses what JSON cannot hold exactly", () => {
    for (const value of [Number.NaN, Infinity, 2 ** 53, "\ud800", "a\u0000b", new Date(0)]) {
      expect(() => hash({ value })).toThrow(TypeError);
    }
  });
});

describe("the memo key", () => {
  const call = { flow_path: "unit/lesson:3", step_name: "write", input_hash: hash({}), occurrence: 0 };

  test("changes with each of its parts", () => {
    const keys = [
      call,
      { ...call, flow_path: "unit/lesson:4" },
      { ...call, step_name: "rewrite" },
      { ...call, input_hash: hash({ a: 1 }) },
      { ...call, occurrence: 1 },
    ].map(memoKey);
    expect(new Set(keys).size).toBe(5);
  });

  test("cannot be forged by moving text from one part to the next", () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }).filter((text) => text.isWellFormed() && !text.includes("\u0000")),
        (text) => {
          expect(memoKey({ ...call, flow_path: `unit${text}`, step_name: "x" })).not.toBe(
            memoKey({ ...call, flow_path: "unit", step_name: `${text}x` }),
          );
        },
      ),
    );
  });

  test("is fixed for all time, because recorded results are found by it", () => {
    expect(memoKey(call)).toBe("adf4d7b24345e22111017e94cfe54ce5edc70ff252061553bbc10cd26a0f24d5");
  });
});

test("identical calls are numbered, in whatever order different ones come between", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom("a", "b", "c")), (names) => {
      const next = createOccurrenceCounter();
      const given = new Map<string, number[]>();
      for (const name of names) given.set(name, [...(given.get(name) ?? []), next(name, "hash")]);
      for (const numbers of given.values()) expect(numbers).toEqual(numbers.map((_, index) => index));
    }),
  );
});

test("a recipe's hash changes with version, prompt, model and parameters, and with nothing else", () => {
  const recipe = { prompt_hash: "p", model: "m", parameters: { temperature: 0.2, size: 1 } };
  const hashes = [
    hashRecipe(1, recipe),
    hashRecipe(2, recipe),
    hashRecipe(1, { ...recipe, prompt_hash: "q" }),
    hashRecipe(1, { ...recipe, model: "n" }),
    hashRecipe(1, { ...recipe, parameters: { temperature: 0.3, size: 1 } }),
  ];
  expect(new Set(hashes).size).toBe(5);
  expect(hashRecipe(1, { parameters: { size: 1, temperature: 0.2 }, model: "m", prompt_hash: "p" })).toBe(
    hashes[0],
  );
});

test("a flow path is the chain of keys", () => {
  expect(flowPath(flowPath(null, "unit"), "lesson:3")).toBe("unit/lesson:3");
});
