import { z } from "zod";
import { blockSchema, learnerLevels } from "../../content/public.ts";
import { defineFlow } from "../definitions.ts";
import { authorsSchema } from "../models.ts";
import { generateUnitPodcastTranscript } from "../steps/generate-unit-podcast-transcript.ts";
import { synthesizeUnitAudio } from "../steps/synthesize-unit-audio.ts";

/** The podcast of the whole unit, after its lessons. */
export const unitPodcast = defineFlow({
  name: "unit_podcast",
  version: 1,
  input: z.strictObject({
    authors: authorsSchema,
    unit_title: z.string(),
    learner_level: z.enum(learnerLevels),
    lessons: z
      .array(z.strictObject({ title: z.string(), transcript: z.string(), body: z.array(blockSchema) }))
      .min(1),
  }),
  output: z.strictObject({
    media_id: z.string(),
    seconds: z.number(),
    transcript: z.string(),
    written_by: z.record(z.string(), z.string()),
  }),
  async run(context, { authors, ...unit }) {
    context.expectSteps(2);
    const { transcript, llm_request_id } = await context.step(generateUnitPodcastTranscript, {
      author: authors.text,
      ...unit,
    });
    const audio = await context.step(synthesizeUnitAudio, { author: authors.speech, text: transcript });
    return {
      media_id: audio.media_id,
      seconds: audio.seconds,
      transcript,
      written_by: { podcast: llm_request_id, podcast_audio: audio.llm_request_id },
    };
  },
});
