import { z } from "zod";
import { blockSchema, learnerLevels } from "../../content/public.ts";
import { defineStep } from "../definitions.ts";
import { blocksFromMarkdown, spokenText } from "../lesson-text.ts";
import { authorSchema } from "../models.ts";
import { toQuotedLesson } from "../offline-shapes.ts";
import { asData, asLine, loadPrompt } from "../prompt.ts";
import { cleanText } from "../source-cleaning/clean-source.ts";
import { selectPassages } from "../sources.ts";
import { askOfflineAuthor, callOf, recipeOf } from "./step-calls.ts";

const template = loadPrompt(new URL("./generate-unit-podcast-transcript.md", import.meta.url));

const wordsPerLesson = 130;
const fewestWords = 300;
const maxTranscriptCharacters = 100_000;

/** Writes what the unit's podcast says, from the lessons that were written. */
export const generateUnitPodcastTranscript = defineStep({
  name: "generate_unit_podcast_transcript",
  version: 1,
  input: z.strictObject({
    author: authorSchema,
    unit_title: z.string(),
    learner_level: z.enum(learnerLevels),
    lessons: z
      .array(z.strictObject({ title: z.string(), transcript: z.string(), body: z.array(blockSchema) }))
      .min(1),
  }),
  output: z.strictObject({ transcript: z.string().min(1), llm_request_id: z.string() }),
  recipe: recipeOf(template, "text"),
  async run(context, { author, unit_title, learner_level, lessons }) {
    if (author === "offline") {
      const input = { title: unit_title, lessons: lessons.map(toQuotedLesson) };
      const answer = await askOfflineAuthor(context, "unitPodcastScript", input, "text");
      return { transcript: answer.result, llm_request_id: answer.request_id };
    }
    const texts = lessons.map(({ title, transcript }) => ({ title, text: transcript }));
    const selected = selectPassages(texts, unit_title, maxTranscriptCharacters);
    const words = Math.max(fewestWords, lessons.length * wordsPerLesson);
    const answer = await context.services.gateway.text({
      ...callOf(context),
      ...template.render({
        unit_title: asLine(unit_title),
        learner_level,
        word_count: words,
        transcripts: selected.sources
          .map(({ title, text }) => asData("transcript", text, title ?? undefined))
          .join("\n\n"),
      }),
      max_output_tokens: words * 4,
    });
    return {
      transcript: spokenText(blocksFromMarkdown(cleanText(answer.text))),
      llm_request_id: answer.request_id,
    };
  },
});
