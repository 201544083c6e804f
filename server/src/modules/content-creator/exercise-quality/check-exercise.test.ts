import { describe, expect, it } from "vitest";
import { checkExercise } from "./check-exercise.ts";
import type { CheckedExercise, CheckedOption, ExerciseContext } from "./model.ts";

const context: ExerciseContext = {
  objective_ids: ["lo_1"],
  source_text: "A rising tide is called a flood tide. It runs towards the land.",
  other_stems: ["How long does a lunar day last at the equator?"],
};

function options(texts: string[], keyIndex = 0): CheckedOption[] {
  return texts.map((text, index) => ({
    label: "ABCDE".charAt(index),
    text,
    is_key: index === keyIndex,
    rationale: `The source says so about this: ${index}.`,
  }));
}

function exercise(changes: Partial<CheckedExercise> = {}): CheckedExercise {
  return {
    stem: "Which name does the source give to a rising sea?",
    options: options(["a flood tide", "an ebb tide", "a neap tide", "a storm surge"]),
    category: "comprehension",
    learning_objective_id: "lo_1",
    bloom_level: "Recall",
    difficulty: "easy",
    evidence: { quote: "A rising tide is called a flood tide." },
    ...changes,
  };
}

function hardCodes(changes: Partial<CheckedExercise>): string[] {
  return checkExercise(exercise(changes), context).hard.map((finding) => finding.code);
}

function softCodes(changes: Partial<CheckedExercise>): string[] {
  return checkExercise(exercise(changes), context).soft.map((finding) => finding.code);
}

describe("checkExercise", () => {
  it("finds nothing wrong with a sound item", () => {
    expect(checkExercise(exercise(), context)).toEqual({ hard: [], soft: [] });
  });

  const hardCases: [string, Partial<CheckedExercise>][] = [
    ["options_not_a_to_d", { options: options(["one tide", "two ebbs", "three bores"]) }],
    ["options_not_a_to_d", { options: options(["one", "two", "three", "four", "five"]) }],
    ["not_one_key", { options: options(["one", "two", "three", "four"], 9) }],
    ["option_empty", { options: options(["one", " ", "three", "four"]) }],
    ["options_equal", { options: options(["a flood tide", "an ebb tide", "An ebb  tide!", "a surge"]) }],
    ["combined_option", { options: options(["a flood", "an ebb", "a neap", "all of the above"]) }],
    ["combined_option", { options: options(["a flood", "an ebb", "a neap", "both A and B"]) }],
    ["option_contains_option", { options: options(["tide", "a neap tide", "a bore", "a surge"]) }],
    ["key_in_stem", { stem: "What is a flood tide called by people at sea?" }],
    ["stem_too_short", { stem: "What is it?" }],
    ["stem_repeated", { stem: "How long does a lunar day last at the equator" }],
    ["objective_unknown", { learning_objective_id: "lo_9" }],
    ["bloom_level_unknown", { bloom_level: "Guessing" }],
    ["category_unknown", { category: "trivia" }],
    ["difficulty_unknown", { difficulty: "brutal" }],
    ["evidence_not_found", { evidence: { quote: "The tide waits for no man." } }],
  ];
  it.each(hardCases)("rejects an item for %s", (code, changes) => {
    expect(hardCodes(changes)).toContain(code);
  });

  it("rejects an empty rationale and a key whose rationale names another option", () => {
    const silent = options(["a flood tide", "an ebb tide", "a neap tide", "a storm surge"]);
    const [key, second, ...rest] = silent;
    expect(hardCodes({ options: [key!, { ...second!, rationale: " " }, ...rest] })).toContain(
      "rationale_empty",
    );
    const pointing = [{ ...key!, rationale: "Right, unlike option C." }, second!, ...rest];
    expect(hardCodes({ options: pointing })).toContain("rationale_names_option");
  });

  it("lets one number contain another and finds evidence despite other marks and spaces", () => {
    const numbers = options(["12", "12.5", "24", "48"]);
    expect(hardCodes({ stem: "How many hours does the cycle take?", options: numbers })).toEqual([]);
    expect(hardCodes({ evidence: { quote: "a RISING tide  is called a *flood* tide" } })).toEqual([]);
  });

  it("leaves the evidence check out when there is no source text", () => {
    const unchecked = { ...context, source_text: undefined };
    expect(checkExercise(exercise({ evidence: { quote: "Never written." } }), unchecked).hard).toEqual([]);
  });

  const long = "the water that runs towards the land for six hours and lifts every boat in the harbour";
  const softCases: [string, Partial<CheckedExercise>][] = [
    [
      "key_longest",
      { options: options([long, "the water that runs away", "the water that stands still", "the rain"]) },
    ],
    ["option_lengths_differ", { options: options(["the rain", long, `${long} again`, `${long} too`]) }],
    [
      "absolute_distractors",
      { options: options(["a flood tide", "always an ebb", "a neap tide", "a surge"]) },
    ],
    ["negation_hidden", { stem: "Which of these tides does not lift the boats?" }],
    ["numbers_unsorted", { options: options(["12", "24", "6", "48"]) }],
    ["grammar_cue", { stem: "A sea that rises twice a day is called an ____." }],
    ["number_cue", { options: options(["bores", "ebb tide", "neap tide", "storm surge"]) }],
    [
      "key_repeats_stem",
      {
        stem: "What is a rising flood of sea water at the coast called?",
        options: options(["a rising flood", "an ebb", "a bore", "slack"]),
      },
    ],
  ];
  it.each(softCases)("marks an item for %s", (code, changes) => {
    expect(softCodes(changes)).toContain(code);
  });

  it("accepts a negation in capitals, sorted numbers and shared absolute words", () => {
    expect(softCodes({ stem: "Which of these tides does NOT lift the boats?" })).toEqual([]);
    expect(softCodes({ options: options(["6", "12", "24", "48"], 1) })).toEqual([]);
    expect(softCodes({ options: options(["always up", "always down", "never up", "only down"]) })).toEqual(
      [],
    );
  });
});
