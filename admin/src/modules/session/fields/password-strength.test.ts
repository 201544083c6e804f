import { expect, test } from "vitest";
import { judgePassword, refusalOf } from "./password-strength.ts";

test.each([
  ["", "At least 12 characters."],
  ["elevenchars", "1 more character, at least."],
  ["aaaaaaaaaaaaaaaa", "Long enough, but the same few characters over and over."],
  ["my-hohenheim-99", "It holds a part of your name or address: easy to guess."],
  ["winter apple", "Good. Four unrelated words would be stronger."],
  ["winter apple cloud", "Strong."],
  ["winter apple cloud nine", "Very strong."],
])("%j is judged: %s", (password, words) => {
  expect(judgePassword(password, ["Ann Hohenheim", "ann@example.org"]).words).toBe(words);
});

test("twelve characters are enough, however many bytes they take", () => {
  expect(refusalOf("🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊")).toBe("Choose at least 12 characters.");
  expect(refusalOf("🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊")).toBeUndefined();
});
