import { z } from "zod";
import { type FinishedLesson, finishedLessonSchema } from "../../content/public.ts";
import { defineFlow } from "../definitions.ts";
import { authorSchema, lessonBriefSchema } from "../models.ts";
import { readFailure } from "../outcome.ts";
import { draftExercises } from "../steps/draft-exercises.ts";
import { generateLessonTranscript } from "../steps/generate-lesson-transcript.ts";
import { validateAndStructureExercises } from "../steps/validate-and-structure-exercises.ts";
import { lessonPodcast } from "./lesson-podcast.ts";

/** One lesson: its text, then exercises and audio beside each other. Audio that fails is reported, not thrown. */
export const lessonCreation = defineFlow({
  name: "lesson_creation",
  version: 1,
  input: z.strictObject({ brief: lessonBriefSchema, speech: authorSchema }),
  output: finishedLessonSchema,
  async run(context, { brief, speech }): Promise<FinishedLesson> {
    context.expectSteps(3);
    const { position } = brief.lesson;
    const text = await context.step(generateLessonTranscript, brief);

    const writeExercises = async () => {
      const task = { brief, transcript: text.transcript };
      const drafted = await context.step(draftExercises, task);
      return context.step(validateAndStructureExercises, { ...task, drafted });
    };
    const speak = () =>
      context.flow(
        lessonPodcast,
        { author: speech, text: text.transcript },
        { key: `lesson_podcast:${position}`, lesson_position: position },
      );
    // `all` reports one outcome per thunk, in order.
    const [exercised, audio] = (await context.all<unknown>([writeExercises, speak])) as [
      PromiseSettledResult<Awaited<ReturnType<typeof writeExercises>>>,
      PromiseSettledResult<Awaited<ReturnType<typeof speak>>>,
    ];
    if (exercised.status === "rejected") throw exercised.reason;
    const { exercises, quality, llm_request_id } = exercised.value;
    const findings = text.findings ?? [];
    const failure = audio.status === "rejected" ? readFailure(audio.reason) : null;
    return {
      ...brief.lesson,
      title: text.title,
      status: "completed",
      transcript: text.transcript,
      body: text.body,
      // The checks may let a lesson pass that a model wrote; whatever they found waits for a person.
      review: brief.author === "offline" || findings.length > 0 ? "draft" : "approved",
      exercises,
      quality: { ...quality, text_findings: findings },
      audio:
        audio.status === "fulfilled"
          ? { media_id: audio.value.media_id, seconds: audio.value.seconds }
          : null,
      written_by: {
        transcript: text.llm_request_id,
        exercises: llm_request_id,
        ...(audio.status === "fulfilled" ? { audio: audio.value.llm_request_id } : {}),
      },
      author: text.provider,
      error_code: failure?.code ?? null,
      error_message: failure === null ? null : `The audio failed: ${failure.message}`,
    };
  },
});
