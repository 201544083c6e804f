import { z } from "zod";
import type { StepContext } from "../../flow-engine/public.ts";
import { type CreatorServices, defineStep } from "../definitions.ts";
import { authorSchema, coverAnswerSchema } from "../models.ts";
import { loadPrompt } from "../prompt.ts";
import { callOf, offlinePrompt, recipeOf } from "./step-calls.ts";

const template = loadPrompt(new URL("./draw-cover.md", import.meta.url));

const drawing = z.strictObject({ author: authorSchema, unit_title: z.string(), cover: coverAnswerSchema });

/** Draws the cover and stores it. The built-in generator also says what it has drawn. */
export const drawCover = defineStep({
  name: "draw_cover",
  version: 1,
  input: drawing,
  output: z.strictObject({
    media_id: z.string(),
    alt: z.string(),
    palette: z.array(z.string()),
    llm_request_id: z.string(),
  }),
  recipe: recipeOf(template, "image"),
  async run(context, input) {
    const drawn =
      input.author === "offline" ? await drawOffline(context, input) : await drawByModel(context, input);
    const { media, keepMedia } = context.services;
    const kept = await keepMedia(() => media.storeImage(drawn.bytes), {
      made_by_llm_request_id: drawn.llm_request_id,
      task_id: context.correlation.task_id,
    });
    context.log("info", "Drew the cover", { bytes: drawn.bytes.length, alt: drawn.alt });
    return {
      media_id: kept.id,
      alt: drawn.alt,
      palette: drawn.palette,
      llm_request_id: drawn.llm_request_id,
    };
  },
});

type Drawing = z.infer<typeof drawing>;

async function drawOffline(context: StepContext<CreatorServices>, { unit_title, cover }: Drawing) {
  const input = { title: unit_title, description: cover.description, palette: cover.palette };
  const { result, request_id } = await context.services.gateway.offline({
    ...callOf(context),
    ...offlinePrompt("drawCover"),
    kind: "image",
    model: "cover-generator",
    input,
    work: (signal) => context.services.media.drawCover(input, signal),
    describe: ({ bytes, mime, width, height, composition }) => ({
      bytes: bytes.length,
      mime,
      width,
      height,
      composition,
    }),
  });
  return {
    bytes: result.bytes,
    alt: result.alt_text,
    palette: [...result.palette],
    llm_request_id: request_id,
  };
}

async function drawByModel(context: StepContext<CreatorServices>, { cover }: Drawing) {
  const { prompt, prompt_name, prompt_hash } = template.render({
    description: cover.description,
    palette: cover.palette.join(", "),
  });
  const answer = await context.services.gateway.image({
    ...callOf(context),
    prompt_name,
    prompt_hash,
    prompt,
    size: "1024x1024",
  });
  return {
    bytes: answer.bytes,
    alt: cover.alt_text,
    palette: cover.palette,
    llm_request_id: answer.request_id,
  };
}
