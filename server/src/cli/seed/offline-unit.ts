import { readFileSync } from "node:fs";
import type { FinishedLesson } from "../../modules/content/public.ts";
import { planUnit } from "../../modules/content-creator/offline-author/plan-unit.ts";
import { writeExercises } from "../../modules/content-creator/offline-author/write-exercises/write-exercises.ts";
import { writeLesson } from "../../modules/content-creator/offline-author/write-lesson.ts";
import type { LessonStory, UnitStory } from "./story.ts";

const sourceFile = new URL("../../../../examples/sources/how-tides-work.md", import.meta.url);
const lessonCount = 2;

type Written = Pick<
  UnitStory,
  "title" | "description" | "source" | "learning_objectives" | "lessons" | "quotes" | "podcast_transcript"
>;

/** What the offline author makes of the text about tides: quotes and drafts, really written now. */
export function writeOfflineUnit(): Written {
  const text = readFileSync(sourceFile, "utf8");
  const sources = [{ title: "How tides work", text }];
  const plan = planUnit({ sources, target_lesson_count: lessonCount, learner_level: "beginner" });
  const lessons = plan.lessons.map(({ position, title, objective, learning_objective_ids }): LessonStory => {
    const lesson = writeLesson({ plan, position, sources });
    const written = writeExercises({ plan, position, sources });
    return {
      title,
      objective,
      learning_objective_ids,
      transcript: lesson.transcript,
      body: lesson.body.map(withReferences),
      exercises: written.exercises.map((exercise) => {
        const { quote, ...reference } = exercise.evidence;
        return { ...exercise, evidence: { quote, reference } };
      }),
      quality: { dropped: written.dropped, findings: [], note: written.note, audio_outdated: false },
      review: "draft",
    };
  });
  return {
    title: plan.title,
    description: plan.description,
    source: { title: "How tides work", text },
    learning_objectives: plan.learning_objectives.map(
      ({ references: _references, ...objective }) => objective,
    ),
    lessons,
    quotes: plan,
    podcast_transcript: `${plan.title}. ${plan.lessons.map(({ title }) => `${title}.`).join(" ")}`,
  };
}

type AuthorBlock = ReturnType<typeof writeLesson>["body"][number];
type AuthorSpan = Extract<AuthorBlock, { type: "paragraph" }>["spans"][number];

/** Stored spans name a missing reference `null`. */
function withReferences(block: AuthorBlock): FinishedLesson["body"][number] {
  const stored = (span: AuthorSpan) => ({ ...span, reference: span.reference ?? null });
  if (block.type === "paragraph") return { ...block, spans: block.spans.map(stored) };
  if (block.type === "list") return { ...block, items: block.items.map((item) => item.map(stored)) };
  return block;
}
