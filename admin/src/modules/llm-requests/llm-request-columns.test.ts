import { expect, test } from "vitest";
import { cachedWordOf } from "./llm-request-columns.tsx";

test.each([
  ["a whole answer that was kept", { cached: true, tokens_cached: null }, "answer"],
  ["a part of the input", { cached: false, tokens_cached: 1024 }, "1,024 tokens"],
  ["nothing", { cached: false, tokens_cached: 0 }, ""],
  ["nothing where the provider did not say", { cached: false, tokens_cached: null }, ""],
])("what was reused is told: %s", (_name, request, word) => {
  expect(cachedWordOf(request)).toBe(word);
});
