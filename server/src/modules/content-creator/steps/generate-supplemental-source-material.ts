import { z } from "zod";
import { learnerLevels, learningObjectiveSchema } from "../../content/public.ts";
import { defineStep } from "../definitions.ts";
import { sourceReferenceSchema } from "../models.ts";
import { asLine, asLines, asSources, loadPrompt } from "../prompt.ts";
import { cleanText } from "../source-cleaning/clean-source.ts";
import { readSources, selectPassages } from "../sources.ts";
import { callOf, recipeOf } from "./step-calls.ts";

const template = loadPrompt(new URL("./generate-supplemental-source-material.md", import.meta.url));

const wordsPerObjective = 250;
/** Enough of the source to keep its terms: about 10,000 tokens. */
const maxSourceCharacters = 40_000;

/** Writes what the source lacks for the objectives that it does not cover. */
export const generateSupplementalSourceMaterial = defineStep({
  name: "generate_supplemental_source_material",
  version: 1,
  input: z.strictObject({
    unit_title: z.string(),
    learner_level: z.enum(learnerLevels),
    objectives: z.array(learningObjectiveSchema).min(1),
    sources: z.array(sourceReferenceSchema),
  }),
  output: z.strictObject({ text: z.string().min(1), llm_request_id: z.string() }),
  recipe: recipeOf(template, "text"),
  async run(context, input) {
    const objectives = input.objectives.map(({ text }) => text);
    const sources = await readSources(context.services, context.correlation.unit_id, input.sources);
    const selected = selectPassages(sources, objectives.join(" "), maxSourceCharacters);
    const answer = await context.services.gateway.text({
      ...callOf(context),
      ...template.render({
        unit_title: asLine(input.unit_title),
        learner_level: input.learner_level,
        word_count: objectives.length * wordsPerObjective,
        objectives: asLines(objectives),
        sources: asSources(selected.sources),
      }),
      max_output_tokens: 2_000 + objectives.length * wordsPerObjective * 3,
    });
    return { text: cleanText(answer.text).trim(), llm_request_id: answer.request_id };
  },
});
