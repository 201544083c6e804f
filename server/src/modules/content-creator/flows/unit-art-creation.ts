import { z } from "zod";
import { defineFlow } from "../definitions.ts";
import { authorsSchema } from "../models.ts";
import { describeCover } from "../steps/describe-cover.ts";
import { drawCover } from "../steps/draw-cover.ts";

/** The cover of the unit, made beside its lessons. */
export const unitArtCreation = defineFlow({
  name: "unit_art_creation",
  version: 1,
  input: z.strictObject({
    authors: authorsSchema,
    unit_title: z.string(),
    unit_description: z.string(),
    lesson_titles: z.array(z.string()),
  }),
  output: z.strictObject({
    media_id: z.string(),
    alt: z.string(),
    palette: z.array(z.string()),
    written_by: z.record(z.string(), z.string()),
  }),
  async run(context, { authors, ...unit }) {
    context.expectSteps(2);
    const { llm_request_id, ...cover } = await context.step(describeCover, { author: authors.text, ...unit });
    const drawn = await context.step(drawCover, {
      author: authors.image,
      unit_title: unit.unit_title,
      cover,
    });
    return {
      media_id: drawn.media_id,
      alt: drawn.alt,
      palette: drawn.palette,
      written_by: { cover_description: llm_request_id, cover: drawn.llm_request_id },
    };
  },
});
