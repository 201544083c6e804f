import { describe, expect, it } from "vitest";
import { readPromptFacts } from "./prompt-facts.ts";

describe("reading a prompt", () => {
  it("finds counts, ids, subject and lesson title in labelled lines", () => {
    const facts = readPromptFacts(
      [
        "Write exercises for one lesson.",
        "- Unit title: **The sea**",
        "- Lesson title: Why tides differ",
        "- Lessons: 6",
        "- Exercises: 8",
        "- Comprehension: 5",
        "- Transfer: 3",
        "- Objective ids: lo_2, lo_4.",
      ].join("\n"),
    );
    expect(facts).toMatchObject({
      topic: "The sea",
      lessonTitle: "Why tides differ",
      lessonCount: 6,
      exerciseCount: 8,
      comprehensionCount: 5,
      transferCount: 3,
      objectiveIds: ["lo_2", "lo_4"],
    });
  });

  it("reads counts and ids out of running text and JSON", () => {
    const facts = readPromptFacts(
      'Plan 7 short lessons with 12 multiple choice exercises for { "topic": "Bees", "learning_objective_ids": ["lo_1", "lo_2"] }',
    );
    expect(facts).toMatchObject({ lessonCount: 7, exerciseCount: 12, objectiveIds: ["lo_1", "lo_2"] });
    expect(facts.objects).toHaveLength(1);
  });

  it("takes terms, sentences and headings from the source and none from the instructions", () => {
    const facts = readPromptFacts(
      [
        "You must write exactly two lessons from the passage.",
        "<source>",
        "# The hive",
        "The queen lays the eggs in the comb while the workers feed the brood.",
        "A swarm of bees leaves the hive in May and follows the queen.",
        "</source>",
        "Never mention the instruction.",
      ].join("\n"),
    );
    expect(facts.headings).toEqual(["The hive"]);
    expect(facts.sentences).toHaveLength(2);
    expect(facts.terms).toContain("the queen");
    expect(facts.terms).not.toContain("the instruction");
  });

  it("has an answer to a prompt that says nothing", () => {
    const facts = readPromptFacts("?");
    expect(facts.terms.length).toBeGreaterThan(3);
    expect(facts.topic).not.toBe("");
    expect(facts.lessonCount).toBeGreaterThan(0);
  });
});
