import { z } from "zod";
import { defineStep } from "../definitions.ts";
import { audioSchema, authorSchema } from "../models.ts";
import { recordSpeech } from "../speech.ts";

/** Speaks one lesson. */
export const synthesizeAudio = defineStep({
  name: "synthesize_audio",
  version: 1,
  input: z.strictObject({ author: authorSchema, text: z.string().min(1) }),
  output: audioSchema,
  run: recordSpeech,
});
