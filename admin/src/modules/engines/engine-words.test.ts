import { expect, test } from "vitest";
import { connectionLook, isOut, outageWords } from "./engine-words.ts";

test.each([
  ["live", "live", false],
  ["polling", "polling", false],
  ["connecting", "connecting", false],
  ["down", "down", true],
  ["auth_failed", "auth failed", true],
  ["incompatible", "incompatible version", true],
  ["disabled", "disabled", false],
] as const)("a connection that is %s is called %s", (health, word, out) => {
  expect(connectionLook(health).word).toBe(word);
  expect(isOut({ health })).toBe(out);
  expect(outageWords(health) !== "").toBe(out);
});
