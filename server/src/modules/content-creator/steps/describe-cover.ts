import { z } from "zod";
import { defineStep } from "../definitions.ts";
import { authorSchema, coverAnswerSchema, describedCoverSchema } from "../models.ts";
import { asLine, asLines, loadPrompt } from "../prompt.ts";
import { cleanAnswer } from "../source-cleaning/clean-source.ts";
import { askOfflineAuthor, callOf, recipeOf } from "./step-calls.ts";

const template = loadPrompt(new URL("./describe-cover.md", import.meta.url));

/** Says what the cover shows, in which colours, and how to describe it to somebody who cannot see it. */
export const describeCover = defineStep({
  name: "describe_cover",
  version: 1,
  input: z.strictObject({
    author: authorSchema,
    unit_title: z.string(),
    unit_description: z.string(),
    lesson_titles: z.array(z.string()),
  }),
  output: describedCoverSchema,
  recipe: recipeOf(template, "object"),
  async run(context, { author, unit_title, unit_description, lesson_titles }) {
    if (author === "offline") {
      const input = { title: unit_title, description: unit_description, keywords: lesson_titles };
      const answer = await askOfflineAuthor(context, "describeCover", input, "object");
      return { ...answer.result, llm_request_id: answer.request_id };
    }
    const answer = await context.services.gateway.object({
      ...callOf(context),
      ...template.render({
        unit_title: asLine(unit_title),
        unit_description: asLine(unit_description),
        lesson_titles: asLines(lesson_titles),
      }),
      max_output_tokens: 2_000,
      schema: coverAnswerSchema,
      schema_name: "cover_description",
    });
    return { ...cleanAnswer(answer.object), llm_request_id: answer.request_id };
  },
});
