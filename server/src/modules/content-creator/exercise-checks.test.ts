import { describe, expect, test } from "vitest";
import { checkDrafts, countReasons, noteOf, toExercises } from "./exercise-checks.ts";

const transcript = "The moon pulls on the near side of the ocean more strongly than on the far side.";

const draft = {
  category: "comprehension" as const,
  stem: "Why does water rise on the side that faces the satellite?",
  options: [
    {
      label: "A" as const,
      text: "Gravity acts harder on nearer water",
      rationale: "Attraction falls with distance.",
    },
    {
      label: "B" as const,
      text: "Sunlight warms the surface there",
      rationale: "Warmth does not lift an ocean.",
    },
    {
      label: "C" as const,
      text: "Winds push from every direction",
      rationale: "Winds make waves, no bulges.",
    },
    { label: "D" as const, text: "The sea floor lifts twice daily", rationale: "The floor barely moves." },
  ],
  key: "A" as const,
  learning_objective_id: "lo_1",
  bloom_level: "Comprehension" as const,
  difficulty: "medium" as const,
  quote: "The moon pulls on the near side of the ocean more strongly than on the far side.",
  reference: null,
};
const context = { objective_ids: ["lo_1"], transcript, others: [] };

describe("checkDrafts", () => {
  test("keeps a sound item, which then has one key and its review", () => {
    const { kept, failed } = checkDrafts([draft], context);
    expect(failed).toEqual([]);
    const [exercise] = toExercises(kept, "approved");
    expect(exercise).toMatchObject({ id: "ex_1", review: "approved", evidence: { quote: draft.quote } });
    expect(exercise?.options.filter(({ is_key }) => is_key).map(({ label }) => label)).toEqual(["A"]);
  });

  test("fails the copy of an item, an unknown objective and a quote that nobody wrote", () => {
    const { kept, failed } = checkDrafts(
      [
        draft,
        draft,
        {
          ...draft,
          stem: "Which objective would this very exercise serve best?",
          learning_objective_id: "lo_9",
        },
        {
          ...draft,
          stem: "Where does the quoted sentence of this item come from?",
          quote: "Nobody wrote this sentence here.",
        },
      ],
      context,
    );
    expect(kept).toHaveLength(1);
    expect(failed).toHaveLength(3);
    expect(failed.every(({ findings }) => findings.length > 0)).toBe(true);
  });

  test("fails an item whose labels are out of order, which could not be stored", () => {
    const { failed } = checkDrafts([{ ...draft, options: draft.options.toReversed() }], context);
    expect(failed).toHaveLength(1);
  });
});

test("dropped items are counted by reason, each once", () => {
  const failed = [
    {
      draft,
      findings: [
        { code: "stem_copy", message: "" },
        { code: "other", message: "" },
      ],
    },
    { draft, findings: [{ code: "stem_copy", message: "" }] },
  ];
  expect(countReasons([{ reason: "too_short", count: 1 }], failed)).toEqual([
    { reason: "stem_copy", count: 2 },
    { reason: "too_short", count: 1 },
  ]);
});

test("the note says how far both targets were reached", () => {
  const exercises = toExercises(checkDrafts([draft], context).kept, "draft");
  expect(noteOf(exercises, { comprehension: 5, transfer: 5 })).toBe(
    "comprehension: 1 of 5, transfer: 0 of 5",
  );
});
