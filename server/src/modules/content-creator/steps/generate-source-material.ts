import { z } from "zod";
import { learnerLevels } from "../../content/public.ts";
import { defineStep } from "../definitions.ts";
import { asLine, asObjectives, loadPrompt } from "../prompt.ts";
import { cleanText } from "../source-cleaning/clean-source.ts";
import { callOf, recipeOf } from "./step-calls.ts";

const template = loadPrompt(new URL("./generate-source-material.md", import.meta.url));

/** Words that one lesson is made from. */
const wordsPerLesson = 500;

/** Writes the text that the lessons are made from, when the unit was created from a topic. */
export const generateSourceMaterial = defineStep({
  name: "generate_source_material",
  version: 1,
  input: z.strictObject({
    topic: z.string(),
    learner_level: z.enum(learnerLevels),
    learning_objectives: z.array(z.string()),
    target_lesson_count: z.int(),
  }),
  output: z.strictObject({ text: z.string().min(1), provider: z.string(), llm_request_id: z.string() }),
  recipe: recipeOf(template, "text"),
  async run(context, input) {
    const { learning_objectives } = input;
    const answer = await context.services.gateway.text({
      ...callOf(context),
      ...template.render({
        topic: asLine(input.topic),
        learner_level: input.learner_level,
        lesson_count: input.target_lesson_count,
        word_count: input.target_lesson_count * wordsPerLesson,
        objectives: asObjectives(learning_objectives),
      }),
      max_output_tokens: 2_000 + input.target_lesson_count * wordsPerLesson * 3,
    });
    return {
      text: cleanText(answer.text).trim(),
      provider: answer.provider,
      llm_request_id: answer.request_id,
    };
  },
});
