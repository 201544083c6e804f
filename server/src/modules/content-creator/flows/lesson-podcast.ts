import { z } from "zod";
import { defineFlow } from "../definitions.ts";
import { audioSchema, authorSchema } from "../models.ts";
import { synthesizeAudio } from "../steps/synthesize-audio.ts";

/** The audio of one lesson, made while its exercises are being written. */
export const lessonPodcast = defineFlow({
  name: "lesson_podcast",
  version: 1,
  input: z.strictObject({ author: authorSchema, text: z.string().min(1) }),
  output: audioSchema,
  run(context, input) {
    context.expectSteps(1);
    return context.step(synthesizeAudio, input);
  },
});
