import { at, pick } from "./choice.ts";
import { exercisesFor } from "./exercise-writer.ts";
import type { PromptFacts } from "./prompt-facts.ts";
import { fillPattern, type Prose, sentenceCase } from "./prose.ts";

/**
 * Drafts an answer for one schema name. A draft may hold more fields than the schema asks for, under several
 * usual names; `fillSchema` takes what fits and makes up the rest. `list` is used for an array of objects whose
 * name the draft does not know.
 */
export type Writer = (
  facts: PromptFacts,
  prose: Prose,
) => { fields: Record<string, unknown>; list: unknown[] };

const bloomLevels = ["understand", "apply", "analyze", "evaluate", "remember", "create"];

const objectivePatterns = [
  "Explain what {term} means and how it differs from {other}.",
  "Use records of {term} to predict what happens to {other}.",
  "Compare two cases that differ only in {term} and name the cause of the difference.",
  "Judge whether a claim about {term} is supported by the evidence given.",
  "Recall the main steps in which {term} leads to {other}.",
  "Design a simple observation that would test a claim about {term}.",
];

const evidencePatterns = [
  "Gives a definition of {term} in own words and one example that is not from the lesson.",
  "Predicts {other} for an unseen case and names the record the prediction rests on.",
  "Points out the single condition that differs and rules out one other explanation.",
  "Marks which sentence of a short text supports a claim about {term} and which does not.",
  "Lists the steps in order and says what each one hands on to the next.",
  "Describes what to measure, how often, and which result would count against the claim.",
];

const lessonPatterns = [
  "What {term} is",
  "How {term} leads to {other}",
  "Reading the evidence for {term}",
  "When {term} is not enough",
  "Using {term} in a new case",
  "From {term} to {other} and back",
];

function objectivesFor(facts: PromptFacts, prose: Prose) {
  const count =
    facts.objectives.length || facts.objectiveIds.length || Math.min(6, Math.max(3, facts.lessonCount));
  return Array.from({ length: count }, (_, index) => ({
    id: facts.objectiveIds[index] ?? `lo_${index + 1}`,
    text: facts.objectives[index] ?? fillPattern(at(objectivePatterns, index), facts, prose, index),
    bloom_level: at(bloomLevels, index),
    evidence_of_mastery: fillPattern(at(evidencePatterns, index), facts, prose, index),
    position: index + 1,
  }));
}

const unitMetadata: Writer = (facts, prose) => {
  const objectives = objectivesFor(facts, prose);
  const lessons = Array.from({ length: facts.lessonCount }, (_, index) => {
    const title = facts.headings[index] ?? fillPattern(at(lessonPatterns, index), facts, prose, index);
    const own = objectives.filter(
      (_objective, place) => place % facts.lessonCount === index % objectives.length,
    );
    const objective = at(own.length > 0 ? own : objectives, index);
    return {
      title:
        index < lessonPatterns.length
          ? title
          : `${title} (part ${Math.floor(index / lessonPatterns.length) + 1})`,
      objective: objective.text,
      description: prose.sentence(`lesson/${index}`),
      learning_objective_ids: (own.length > 0 ? own : [objective]).map(({ id }) => id),
      position: index + 1,
    };
  });
  const fields = {
    title: sentenceCase(facts.topic),
    description: `${fillPattern("A course of {topic} that follows {term} from first observation to a tested claim.", facts, prose, 0)} ${prose.sentence("unit")}`,
    learning_objectives: objectives,
    objectives,
    lessons,
    lesson_plan: lessons,
  };
  return { fields, list: lessons };
};

const exercises: Writer = (facts, prose) => {
  const list = exercisesFor(facts, prose);
  return {
    fields: { exercises: list, drafts: list, items: list, questions: list, exercise_drafts: list },
    list,
  };
};

const palettes = [
  ["#12355b", "#3a7ca5", "#81c3d7", "#f2c14e", "#f7f4ea"],
  ["#2d3a3a", "#4f7c6b", "#a3c9a8", "#e07a5f", "#f4f1de"],
  ["#3d2645", "#832161", "#da4167", "#f0b67f", "#f0eff4"],
  ["#1b3022", "#395e66", "#387d7a", "#32936f", "#e8f1d4"],
];

const coverDescription: Writer = (facts, prose) => {
  const palette = pick(palettes, facts.seed);
  const description = fillPattern(
    "A quiet illustration for {topic}: large shapes stand for {term}, a fine line leads from them to {other}, and an open sky leaves room for a title.",
    facts,
    prose,
    0,
  );
  const altText = fillPattern(
    "Abstract landscape with rounded shapes and a thin line, an image for a course about {topic}.",
    facts,
    prose,
    0,
  );
  return {
    fields: {
      description,
      prompt: description,
      alt_text: altText,
      title: sentenceCase(facts.topic),
      palette,
      colors: palette,
    },
    list: palette,
  };
};

/** Writers by the name of the schema that they know. */
export const courseWriters: Readonly<Record<string, Writer>> = {
  unit_metadata: unitMetadata,
  exercise_drafts: exercises,
  exercises,
  cover_description: coverDescription,
};
