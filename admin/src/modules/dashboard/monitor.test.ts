import { expect, test } from "vitest";
import type { LiveChange } from "../../api/live/live-messages.ts";
import { budgetWordsOf, failedWordsOf, slotWordsOf } from "./MonitorFigures.tsx";
import { createMonitorNews } from "./monitor-api.ts";
import { answerOf } from "./monitor-fixtures.ts";
import { costWordsOf, expectedStartOf, formatRough, progressWordsOf, timeLeftOf } from "./monitor-words.ts";

const forecast = {
  remaining: { earliest_ms: 25_000, likely_ms: 40_000, latest_ms: 70_000 },
  cost_usd: 0.06,
  based_on_runs: 120,
  unknown_because: null,
};

test.each([
  [400, "1 s"],
  [7_400, "7 s"],
  [43_000, "45 s"],
  [118_400, "2 m"],
  [134_000, "2 m 10 s"],
  [850_000, "14 m"],
  [5_300_000, "1 h 30 m"],
])("%d ms are estimated as %s", (ms, words) => {
  expect(formatRough(ms)).toBe(words);
});

test.each([
  [0, "~40 s left", "between 25 s and 1 m 10 s"],
  [30_000, "~10 s left", "at most 40 s"],
  [39_500, "any moment", "at most 30 s"],
  [80_000, "any moment", "longer than nine of ten such jobs"],
])("%d ms after the forecast the time left reads %s", (sinceMs, short, range) => {
  expect(timeLeftOf(forecast, sinceMs)).toEqual({ short, range });
});

test("a time left that nobody knows has its reason and no number", () => {
  const unknown = { ...forecast, remaining: null, unknown_because: "No step of this model was measured." };
  expect(timeLeftOf(unknown, 0)).toEqual({
    short: "",
    range: "time left unknown: no step of this model was measured",
  });
  expect(timeLeftOf(null, 0)).toEqual({ short: "", range: "" });
});

test("an unknown cost is never nothing", () => {
  const engine = "coursewright";
  expect(costWordsOf({ engine, cost_usd: 0.031, forecast })).toBe("$0.031 of about $0.06");
  expect(costWordsOf({ engine, cost_usd: 0.09, forecast })).toBe("$0.090 so far");
  expect(costWordsOf({ engine, cost_usd: null, forecast: null })).toBe("cost unknown");
  expect(costWordsOf({ engine, cost_usd: null, forecast })).toBe("cost so far unknown, about $0.06 in all");
  expect(costWordsOf({ engine: "prefect", cost_usd: 0, forecast: null })).toBe("cost unknown");
});

test.each([
  [{ steps_done: 3, steps_known: 7, percentage: null }, "3 of 7 known steps, the end is not known"],
  [{ steps_done: 3, steps_known: 7, percentage: 40 }, "3 of 7 known steps"],
  [{ steps_done: 0, steps_known: null, percentage: null }, "no step seen yet"],
  [{ steps_done: 0, steps_known: null, percentage: 10 }, ""],
])("progress on Prefect of %o reads %s", (progress, words) => {
  expect(progressWordsOf(progress, true)).toBe(words);
});

test("what Prefect carries out takes no slot of ours", () => {
  expect(slotWordsOf({ running: 3, outside_running: 0, capacity: 16 })).toBe("of 16 slots");
  expect(slotWordsOf({ running: 3, outside_running: 2, capacity: 16 })).toBe("1 of 16 slots, 2 on Prefect");
  expect(slotWordsOf({ running: 2, outside_running: 2, capacity: 0 })).toBe(
    "no slot is open here, 2 on Prefect",
  );
});

test("the expected start of a queued job comes nearer and is never in the past", () => {
  expect(expectedStartOf(118_000, 0)).toBe("in about 2 m");
  expect(expectedStartOf(118_000, 117_500)).toBe("any moment");
  expect(expectedStartOf(null, 0)).toBe("unknown");
});

test("the figures of today put failures and money into proportion", () => {
  const { figures } = answerOf();
  expect(failedWordsOf(figures)).toBe("1.5 %, 4 more not whole");
  expect(failedWordsOf({ ...figures, finished_today: 0, partial_today: 0, failed_today: 0 })).toBe("");
  expect(budgetWordsOf(figures)).toBe("of $20.00");
  expect(budgetWordsOf({ ...figures, spent_today_usd: 21 })).toBe("of $20.00, over the budget");
  expect(budgetWordsOf({ ...figures, budget_usd_per_day: null })).toBe("no daily budget");
});

function changeOf(entity: LiveChange["entity"], patch: Record<string, unknown> | null): LiveChange {
  return { entity, id: "one", parents: {}, version: 1, patch };
}

test("the page is read again for whatever it shows, and for a worker only when its health or its slots change", () => {
  const isNews = createMonitorNews();
  for (const entity of ["task", "step_run", "incident", "stuck_job", "health_state", "alert"] as const)
    expect(isNews(changeOf(entity, {}))).toBe(true);
  for (const entity of ["lesson", "step_log", "llm_request"] as const)
    expect(isNews(changeOf(entity, {}))).toBe(false);
  const beat = (health: string, running: number) =>
    isNews(changeOf("worker", { health, running, capacity: 4 }));
  expect(beat("healthy", 1)).toBe(true);
  expect(beat("healthy", 1)).toBe(false);
  expect(beat("healthy", 0)).toBe(true);
  expect(beat("suspect", 0)).toBe(true);
  expect(beat("suspect", 0)).toBe(false);
  expect(beat("dead", 0)).toBe(true);
});
