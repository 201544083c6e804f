import { z } from "zod";
import { blockSchema, type TextFinding, textFindingSchema } from "../../content/public.ts";
import type { StepContext } from "../../flow-engine/public.ts";
import { type CreatorServices, defineStep } from "../definitions.ts";
import { blocksFromMarkdown, spokenText } from "../lesson-text.ts";
import { type LessonBrief, lessonBriefSchema } from "../models.ts";
import { fromQuotedBlocks } from "../offline-shapes.ts";
import { asGuidance, asLine, asObjectives, asSources, loadPrompt } from "../prompt.ts";
import { cleanText } from "../source-cleaning/clean-source.ts";
import { givenSources, type ReadSource, readSources, selectPassages, titledTexts } from "../sources.ts";
import { checkText } from "../text-checks/check-text.ts";
import { textOfBlocks } from "../text-checks/reader-text.ts";
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
  /** Why a person should look at it. Absent in records from before lessons were checked. */
  findings: z.array(textFindingSchema).optional(),
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
    const sources = await readSources(context.services, context.correlation.unit_id, brief.sources);
    const written = await write(context, brief, sources);
    const lesson = { ...written, findings: findingsOf(brief, written, sources) };
    context.log("info", `Wrote lesson ${brief.lesson.position}, "${lesson.title}"`, {
      words: countWords(lesson.transcript),
      parts: lesson.body.length,
      findings: lesson.findings.map(({ message }) => message),
    });
    return lesson;
  },
});

/** The second look at the lesson; `source_speaks_to_model` is told of what people gave. */
function findingsOf(
  brief: LessonBrief,
  written: LessonTextOutput,
  sources: readonly ReadSource[],
): TextFinding[] {
  const { lesson, guidance = "" } = brief;
  const given = givenSources(brief.sources, sources);
  return checkText({
    text: [written.title, textOfBlocks(written.body)].join("\n\n"),
    known: [...titledTexts(given), brief.unit_title, guidance],
    read: titledTexts(selectPassages(given, subjectOf(brief), maxSourceCharacters).sources),
    // The offline author quotes what fits its plan; its titles are made of other words at times.
    outline: brief.author === "offline" ? null : { title: lesson.title, objective: lesson.objective },
  });
}

/** What the passages of a long source are chosen by. */
function subjectOf({ lesson, objectives }: LessonBrief): string {
  return [lesson.title, lesson.objective, ...objectives.map(({ text }) => text)].join(" ");
}

function countWords(text: string): number {
  return text.match(/\S+/g)?.length ?? 0;
}

/** What the offline author needs to write or question a lesson. */
export function offlineLessonInput(brief: LessonBrief, sources: readonly ReadSource[]) {
  if (brief.quotes === null) throw new Error("The offline author got a plan that a model made");
  return {
    plan: brief.quotes,
    position: brief.lesson.position,
    sources: sources.map(({ title, text }) => ({ ...(title === null ? {} : { title }), text })),
  };
}

async function writeOffline(
  context: StepContext<CreatorServices>,
  brief: LessonBrief,
  sources: readonly ReadSource[],
): Promise<LessonTextOutput> {
  const input = offlineLessonInput(brief, sources);
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
  sources: readonly ReadSource[],
): Promise<LessonTextOutput> {
  const { lesson, objectives } = brief;
  const words = wordsByLevel[brief.learner_level];
  const answer = await context.services.gateway.text({
    ...callOf(context),
    ...template.render({
      unit_title: asLine(brief.unit_title),
      lesson_title: asLine(lesson.title),
      lesson_objective: asLine(lesson.objective),
      learner_level: brief.learner_level,
      word_count: words,
      objectives: asObjectives(objectives.map(({ text }) => text)),
      guidance: asGuidance(brief.guidance),
      sources: asSources(selectPassages(sources, subjectOf(brief), maxSourceCharacters).sources),
    }),
    max_output_tokens: words * 4,
  });
  const body = blocksFromMarkdown(cleanText(answer.text));
  return {
    title: lesson.title,
    transcript: spokenText(body),
    body,
    provider: answer.provider,
    llm_request_id: answer.request_id,
  };
}
