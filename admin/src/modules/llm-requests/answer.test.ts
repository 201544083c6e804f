import { expect, test } from "vitest";
import { answerNotesOf, answerOf } from "./answer.ts";

test.each([
  [
    "a structured answer before its text",
    { object: { a: 1 }, text: '{"a":1}' },
    { kind: "object", value: { a: 1 } },
  ],
  ["text that is no object", { text: "once upon", status: 200 }, { kind: "text", text: "once upon" }],
  ["the offline author's output", { output: { lessons: [] } }, { kind: "object", value: { lessons: [] } }],
  [
    "an error body as a whole",
    { status: 500, body: "no" },
    { kind: "object", value: { status: 500, body: "no" } },
  ],
  ["nothing", null, { kind: "none" }],
])("shows %s", (_name, response, answer) => {
  expect(answerOf(response)).toEqual(answer);
});

test("a repair and the reason to stop are told, and nothing is claimed where nothing was noted", () => {
  expect(answerNotesOf({ repaired: true, finish_reason: "length" })).toEqual({
    repaired: true,
    finishReason: "length",
  });
  expect(answerNotesOf(null)).toEqual({ repaired: false, finishReason: null });
});
