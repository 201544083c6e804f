import { expect, test } from "vitest";
import { timesOf, tokensPerSecondOf } from "./request-times.ts";

const request = {
  created_at: "2026-11-21T12:00:00.000Z",
  sent_at: "2026-11-21T12:00:01.500Z",
  first_byte_at: "2026-11-21T12:00:02.500Z",
  completed_at: "2026-11-21T12:00:06.500Z",
  tokens_output: 400,
};

test("the time is split into waiting, first byte and answer", () => {
  expect(timesOf(request)).toEqual({ queuedMs: 1500, firstByteMs: 1000, answerMs: 4000, totalMs: 6500 });
});

test("what has not happened has no length", () => {
  expect(timesOf({ ...request, first_byte_at: null, completed_at: null })).toEqual({
    queuedMs: 1500,
    firstByteMs: null,
    answerMs: null,
    totalMs: null,
  });
});

test("speed is output over the time it streamed, and is not claimed for an instant", () => {
  expect(tokensPerSecondOf(request)).toBe(100);
  expect(tokensPerSecondOf({ ...request, completed_at: "2026-11-21T12:00:02.520Z" })).toBeNull();
  expect(tokensPerSecondOf({ ...request, tokens_output: null })).toBeNull();
});
