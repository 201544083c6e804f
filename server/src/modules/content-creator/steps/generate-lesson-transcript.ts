import { z } from "zod";
import { blockSchema } from "../../content/public.ts";
import type { StepContext } from "../../flow-engine/public.ts";
import { type CreatorServices, defineStep } from "../definitions.ts";
import { blocksFromMarkdown, spokenText } from "../lesson-text.ts";
import { type LessonBrief, lessonBriefSchema } from "../models.ts";
import { fromQuotedBlocks } from "../offline-shapes.ts";
import { asData, asGuidance, asObjectives, loadPrompt } from "../prompt.ts";
import { readSources, selectPassages } from "../sources.ts";
import { askOfflineAuthor, callOf, recipeOf } from "./step-calls.ts";

const template = loadPrompt(new URL("./generate-lesson-transcript.md", import.meta.url));

const wordsByLevel = { beginner: 550, intermediate: 700, advanced: 850 } as const;
/** About 15,000 tokens of the source for each lesson. */
const maxSourceCharacters = 60_000;

export const lessonTextSchema = z.strictObject({
  title: z.string(),
  /** Plain text to be spoken. */
  transcript: z.string().min(1),
  body: z.array(blockSchema),
  provider: z.string(),
  llm_request_id: z.string(),
});
type LessonTextOutput = z.infer<typeof lessonTextSchema>;

/** Writes the lesson: a body to read and a transcript to speak. */
export const generateLessonTranscript = defineStep({
  name: "generate_lesson_transcript",
  version: 1,
  input: lessonBriefSchema,
  output: lessonTextSchema,
  recipe: recipeOf(template, "text"),
  async run(context, brief) {
    const write = brief.author === "offline" ? writeOffline : writeByModel;
    const lesson = await write(context, brief);
    context.log("info", `Wrote lesson ${brief.lesson.position}, "${lesson.title}"`, {
      words: countWords(lesson.transcript),
      parts: lesson.body.length,
    });
    return lesson;
  },
});

function countWords(text: string): number {
  return text.match(/\S+/g)?.length ?? 0;
}

/** What the offline author needs to write or question a lesson. */
export async function offlineLessonInput(context: StepContext<CreatorServices>, brief: LessonBrief) {
  if (brief.quotes === null) throw new Error("The offline author got a plan that a model made");
  const sources = await readSources(context.services, context.correlation.unit_id, brief.sources);
  return {
    plan: brief.quotes,
    position: brief.lesson.position,
    sources: sources.map(({ title, text }) => ({ ...(title === null ? {} : { title }), text })),
  };
}

async function writeOffline(
  context: StepContext<CreatorServices>,
  brief: LessonBrief,
): Promise<LessonTextOutput> {
  const input = await offlineLessonInput(context, brief);
  const { result, provider, request_id } = await askOfflineAuthor(context, "writeLesson", input, "text");
  return {
    title: result.title,
    transcript: result.transcript,
    body: fromQuotedBlocks(result.body),
    provider,
    llm_request_id: request_id,
  };
}

async function writeByModel(
  context: StepContext<CreatorServices>,
  brief: LessonBrief,
): Promise<LessonTextOutput> {
  const { lesson, objectives } = brief;
  const sources = await readSources(context.services, context.correlation.unit_id, brief.sources);
  const about = [lesson.title, lesson.objective, ...objectives.map(({ text }) => text)].join(" ");
  const words = wordsByLevel[brief.learner_level];
  const answer = await context.services.gateway.text({
    ...callOf(context),
    ...template.render({
      unit_title: brief.unit_title,
      lesson_title: lesson.title,
      lesson_objective: lesson.objective,
      learner_level: brief.learner_level,
      word_count: words,
      objectives: asObjectives(objectives.map(({ text }) => text)),
      guidance: asGuidance(brief.guidance),
      sources: selectPassages(sources, about, maxSourceCharacters)
        .sources.map(({ title, text }) => asData("source", text, title ?? undefined))
        .join("\n\n"),
    }),
    max_output_tokens: words * 4,
  });
  const body = blocksFromMarkdown(answer.text);
  return {
    title: lesson.title,
    transcript: spokenText(body),
    body,
    provider: answer.provider,
    llm_request_id: answer.request_id,
  };
}
