import { expect, test } from "vitest";
import type { LlmRequestSummary, UnitSummary } from "../../../api/rows.ts";
import { attentionWordsOf, freshDoubtsOf, groupPaused, unexplainedCount } from "./attention.ts";
import { incidentOf } from "./incident-fixtures.ts";

// Only the fields that are read here; a whole row has forty.
function unitOf(id: string, fields: Partial<UnitSummary> = {}): UnitSummary {
  return {
    id,
    title: "Tides",
    status: "failed",
    target_lesson_count: 3,
    lessons_completed: 3,
    error_code: null,
    error_message: null,
    pause_reason: null,
    ...fields,
  } as UnitSummary;
}

test.each([
  ["failed", { error_message: "The provider is overloaded." }, "Tides failed", "The provider is overloaded."],
  ["failed", { lessons_completed: 0 }, "Tides failed", "0 of 3 lessons written; no reason was recorded."],
  ["partial", { lessons_completed: 2 }, "Tides is not whole", "2 of 3 lessons written."],
  ["paused", { pause_reason: "The budget is reached." }, "Tides is paused", "The budget is reached."],
  ["paused", {}, "Tides is paused", "It waits for a person."],
] as const)("a %s unit with %o says why it needs somebody", (status, fields, title, text) => {
  expect(attentionWordsOf(unitOf("a", { status, ...fields }))).toEqual({ status, title, text });
});

test("requests in doubt are of interest for a day", () => {
  const now = Date.parse("2026-11-21T12:00:00Z");
  const doubts = ["2026-11-21T11:00:00Z", "2026-11-19T12:00:00Z"].map(
    (created_at) => ({ created_at }) as LlmRequestSummary,
  );
  expect(freshDoubtsOf(doubts, now)).toEqual([doubts[0]]);
});

test("units that open incidents tell of are not told again", () => {
  const incidents = [incidentOf({ unit_count_unrepaired: 3 }), incidentOf({ unit_count_unrepaired: 1 })];
  expect(unexplainedCount(4, { incidents })).toBe(0);
  expect(unexplainedCount(6, { incidents })).toBe(2);
  // Both were read at different moments.
  expect(unexplainedCount(3, { incidents })).toBe(0);
});

test("units that are paused for one reason stand together", () => {
  const paused = (id: string, pause_reason: string | null) => unitOf(id, { status: "paused", pause_reason });
  const groups = groupPaused([
    paused("a", "By hand."),
    paused("b", "budget_day: the cap is reached."),
    paused("c", "budget_day: the cap is reached."),
    paused("d", null),
  ]);
  expect(groups.map(({ reason, units }) => [reason, units.map(({ id }) => id)])).toEqual([
    ["The cap is reached.", ["b", "c"]],
    ["By hand.", ["a"]],
    ["It waits for a person.", ["d"]],
  ]);
});
