import { expect, test } from "vitest";
import { incidentOf, recoveryOf } from "./incident-fixtures.ts";
import { consequenceWords, incidentAdvice, incidentTitle, trendWords } from "./incident-words.ts";
import { priceSentence, recoverWord, recoverySentence, wavesSentence, waveWords } from "./recovery-words.ts";

test.each([
  [{}, "14 answers of gpt-4.1-mini were not valid JSON, in validate and structure exercises"],
  [
    { failure_count: 1, error_message: "The model's answer does not fit its schema: key: Required." },
    "1 answer of gpt-4.1-mini did not fit its schema, in validate and structure exercises",
  ],
  [
    { failure_count: 2, error_message: "The model's answer is not JSON, and neither was the next." },
    "2 answers of gpt-4.1-mini were not valid JSON, in validate and structure exercises",
  ],
  [
    { error_code: "provider_rejected", http_status: 400, failure_count: 3, step_name: "draft_exercises" },
    "gpt-4.1-mini rejected 3 requests with 400, in draft exercises",
  ],
  [
    { error_code: "provider_timeout", model: null, failure_count: 2, step_name: null },
    "Openai did not answer in time twice",
  ],
  [
    { error_code: "provider_quota_exhausted", step_name: null },
    "The account at gpt-4.1-mini has no credit left",
  ],
  [
    { error_code: "crashed_repeatedly", failure_count: 1, step_name: null },
    "1 job crashed its worker again and again",
  ],
  [
    {
      error_code: "voice_broken",
      error_message: "the voice `x` is gone. Install it.",
      step_name: "synthesize_audio",
    },
    "The voice `x` is gone, 14 times, in synthesize audio",
  ],
  [{ error_code: null, error_message: "", step_name: null, failure_count: 1 }, "A failure, once"],
])("the cause %o reads %s", (fields, title) => {
  expect(incidentTitle(incidentOf(fields))).toBe(title);
});

test("a message of a million characters gives a title of one line", () => {
  const title = incidentTitle(
    incidentOf({ error_code: "odd", error_message: `a\n${"b".repeat(1_000_000)}` }),
  );
  expect(title.length).toBeLessThan(230);
  expect(title).not.toContain("\n");
});

test("each cause says what to do, also one that this page does not know", () => {
  expect(incidentAdvice({ error_code: "provider_auth" })).toBe("Check the provider's key, then recover.");
  expect(incidentAdvice({ error_code: "odd" })).toContain("Look at a sample");
});

test.each([
  [3, 3, "3 units are stopped"],
  [3, 1, "1 of 3 units is stopped"],
  [1, 1, "1 unit is stopped"],
  [3, 0, "None of its 3 units is stopped by it any more"],
  [1, 0, "Its unit is not stopped by it any more"],
  [0, 0, "No unit is affected"],
])("of %d units %d still stopped reads %s", (unit_count, unit_count_unrepaired, words) => {
  expect(consequenceWords({ unit_count, unit_count_unrepaired })).toBe(words);
});

test("the trend is told in words", () => {
  expect(trendWords(incidentOf().trend)).toBe(
    "14 failures in the last 24 hours, most in one hour 8, 1 hour ago",
  );
  expect(trendWords(Array.from({ length: 24 }, () => 0))).toBe("No failure in the last 24 hours");
});

test("a recovery says its waves", () => {
  expect(wavesSentence([1, 2, 11])).toBe("Resumes 1 unit, then 2, then 11; stops by itself if one fails.");
  expect(wavesSentence([1])).toBe("Resumes 1 unit.");
  expect(wavesSentence([])).toBe("There is nothing to resume.");
});

const estimate = { based_on_runs: 40, unknown_because: null };

test.each([
  [{ ...estimate, cost_usd: 0.06, duration_ms: 120_000 }, "About $0.060 and 2 m of work."],
  [{ ...estimate, cost_usd: 0, duration_ms: 9_000 }, "It costs nothing; about 9 s of work."],
  [
    { ...estimate, cost_usd: null, duration_ms: null, unknown_because: "No step like these ever ran." },
    "Cost and time unknown because no step like these ever ran.",
  ],
  [
    { ...estimate, cost_usd: null, duration_ms: 60_000, unknown_because: "The price of gpt-9 is not known." },
    "Cost unknown because the price of gpt-9 is not known; about 1 m of work.",
  ],
  [{ ...estimate, cost_usd: 0.5, duration_ms: null }, "About $0.500; how long it takes is unknown."],
])("the price %o reads %s", (price, words) => {
  expect(priceSentence(price)).toBe(words);
});

test("the button carries its price where there is one", () => {
  expect(recoverWord(14, 0.06)).toBe("Recover 14 units · about $0.060");
  expect(recoverWord(1, null)).toBe("Recover 1 unit");
  expect(recoverWord(1, 0)).toBe("Recover 1 unit");
});

const stoppedWaves = [
  { size: 1, succeeded: 1, failed: 0, refused: 0, running: 0 },
  { size: 2, succeeded: 0, failed: 1, refused: 1, running: 0 },
  { size: 11, succeeded: 0, failed: 0, refused: 0, running: 0 },
];

test("a recovery says how it stands", () => {
  expect(recoverySentence(recoveryOf())).toBe("Recovering, wave 2 of 3: 1 of 14 units whole again");
  expect(recoverySentence(recoveryOf({ state: "stopped", waves: stoppedWaves }))).toBe(
    "The recovery stopped: 1 of 14 units whole again, 1 failed again, 1 skipped, 11 left as they were",
  );
  const whole = stoppedWaves.map((wave) => ({ ...wave, succeeded: wave.size, failed: 0, refused: 0 }));
  expect(recoverySentence(recoveryOf({ state: "completed", waves: whole }))).toBe(
    "Recovered: 14 of 14 units whole again",
  );
});

test("each wave says how far it is", () => {
  const running = recoveryOf();
  expect([0, 1, 2].map((place) => waveWords(running, place))).toEqual([
    { status: "completed", words: "1 whole again" },
    { status: "in_progress", words: "2 under way" },
    { status: "pending", words: "waits" },
  ]);
  const stopped = recoveryOf({ state: "stopped", waves: stoppedWaves });
  expect([0, 1, 2].map((place) => waveWords(stopped, place))).toEqual([
    { status: "completed", words: "1 whole again" },
    { status: "failed", words: "1 failed again, 1 skipped" },
    { status: "cancelled", words: "was not begun" },
  ]);
});
