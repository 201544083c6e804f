import { expect, test } from "vitest";
import { violationsOf } from "./answer-schema.ts";

const schema = {
  type: "object",
  required: ["title", "lessons"],
  additionalProperties: false,
  properties: {
    title: { type: "string", maxLength: 5 },
    level: { enum: ["beginner", "advanced"] },
    lessons: { type: "array", minItems: 1, items: { $ref: "#/$defs/lesson" } },
  },
  $defs: {
    lesson: {
      anyOf: [
        { type: "object", required: ["kind"], properties: { kind: { const: "text" } } },
        { type: "null" },
      ],
    },
  },
};

test("an answer that fits has no violations", () => {
  expect(
    violationsOf(schema, { title: "Tides", level: "beginner", lessons: [{ kind: "text" }, null] }),
  ).toEqual([]);
});

test.each([
  ["a missing field", { lessons: [null] }, [{ path: "title", message: "is missing" }]],
  [
    "a field too many",
    { title: "x", lessons: [null], more: 1 },
    [{ path: "more", message: "is not in the schema" }],
  ],
  ["another type", { title: 4, lessons: [null] }, [{ path: "title", message: "is 4, not text" }]],
  [
    "a text too long",
    { title: "Tides!", lessons: [null] },
    [{ path: "title", message: "has 6 characters, more than 5" }],
  ],
  [
    "a word that is not allowed",
    { title: "x", level: "expert", lessons: [null] },
    [{ path: "level", message: 'is "expert", not one of "beginner", "advanced"' }],
  ],
  [
    "an empty list",
    { title: "x", lessons: [] },
    [{ path: "lessons", message: "has 0 entries, fewer than 1" }],
  ],
  [
    "an entry of no allowed shape",
    { title: "x", lessons: [null, { kind: "video" }] },
    [{ path: "lessons[1]", message: "fits none of its 2 allowed shapes" }],
  ],
  ["something else altogether", "text", [{ path: "", message: 'is "text", not an object' }]],
])("%s is named with its place", (_name, answer, violations) => {
  expect(violationsOf(schema, answer)).toEqual(violations);
});

test("without a schema nothing is claimed", () => {
  expect(violationsOf(null, { a: 1 })).toEqual([]);
});
