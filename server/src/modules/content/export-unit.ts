import { z } from "zod";
import {
  type Block,
  type Exercise,
  exerciseSchema,
  type Lesson,
  learningObjectiveSchema,
  lessonSchema,
  type Span,
  type UnitDetail,
  unitDetailSchema,
} from "./models.ts";

/** The JSON export. `format_version` rises when a field is removed, renamed or retyped. */
export const unitExportSchema = z.strictObject({
  format: z.literal("coursewright-unit"),
  format_version: z.literal(1),
  unit: unitDetailSchema
    .pick({ id: true, title: true, description: true, learner_level: true, author: true, created_at: true })
    .extend({
      learning_objectives: z.array(learningObjectiveSchema),
      podcast_transcript: z.string().nullable(),
    })
    .strict(),
  lessons: z.array(
    lessonSchema
      .pick({
        position: true,
        title: true,
        objective: true,
        learning_objective_ids: true,
        review: true,
        transcript: true,
        body: true,
        author: true,
        audio_seconds: true,
      })
      .extend({ exercises: z.array(exerciseSchema) })
      .strict(),
  ),
});
export type UnitExport = z.infer<typeof unitExportSchema>;

/** Completed lessons only, with all their exercises whatever their review. */
export function toUnitExport(unit: UnitDetail, lessons: readonly Lesson[]): UnitExport {
  return {
    format: "coursewright-unit",
    format_version: 1,
    unit: {
      id: unit.id,
      title: unit.title,
      description: unit.description,
      learner_level: unit.learner_level,
      author: unit.author,
      created_at: unit.created_at,
      learning_objectives: unit.learning_objectives,
      podcast_transcript: unit.podcast_transcript,
    },
    lessons: lessons
      .filter(({ status }) => status === "completed")
      .map((lesson) => ({
        position: lesson.position,
        title: lesson.title,
        objective: lesson.objective,
        learning_objective_ids: lesson.learning_objective_ids,
        review: lesson.review,
        transcript: lesson.transcript,
        body: lesson.body,
        author: lesson.author,
        audio_seconds: lesson.audio_seconds,
        exercises: lesson.exercises,
      })),
  };
}

/** The same content as Markdown. Text from sources cannot turn into markup: it is escaped. */
export function toMarkdown({ unit, lessons }: UnitExport): string {
  const parts = [`# ${escaped(unit.title)}`];
  if (unit.description !== "") parts.push(escaped(unit.description));
  parts.push(`*Level: ${unit.learner_level}. ${authorNote(unit.author)}*`);
  if (unit.learning_objectives.length > 0) {
    const lines = unit.learning_objectives.map(
      ({ text, bloom_level }) => `- ${escaped(text)} (${bloom_level})`,
    );
    parts.push("## Learning objectives", lines.join("\n"));
  }
  for (const lesson of lessons) {
    parts.push(`## Lesson ${lesson.position}: ${escaped(lesson.title)}`);
    if (lesson.objective !== "") parts.push(`*${escaped(lesson.objective)}*`);
    parts.push(...lesson.body.map(blockToMarkdown));
    if (lesson.exercises.length > 0) parts.push("### Exercises");
    for (const [place, exercise] of lesson.exercises.entries())
      parts.push(exerciseToMarkdown(exercise, place + 1));
  }
  return `${parts.join("\n\n")}\n`;
}

function authorNote(author: string | null): string {
  return author === "offline"
    ? "Quoted from the source; no AI model wrote this."
    : `Written by ${author === null ? "hand" : escaped(author)}.`;
}

function escaped(text: string): string {
  return text
    .replace(/[\\`*_[\]<>#|!]/g, "\\$&")
    .replace(/^(\s*)([-+]|\d+[.)])(\s)/gm, "$1\\$2$3")
    .replace(/\s*\n\s*/g, " ");
}

function spansToMarkdown(spans: readonly Span[]): string {
  return escaped(spans.map(({ text }) => text).join(" "));
}

function blockToMarkdown(block: Block): string {
  switch (block.type) {
    case "heading":
      return `${"#".repeat(Math.min(6, block.level + 1))} ${escaped(block.text)}`;
    case "paragraph":
      return spansToMarkdown(block.spans);
    case "list":
      return block.items.map((item) => `- ${spansToMarkdown(item)}`).join("\n");
    case "code":
      return fenced(block.text);
    case "table":
      return tableToMarkdown(block.rows);
  }
}

function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}\n${text}\n${fence}`;
}

function tableToMarkdown(rows: readonly (readonly string[])[]): string {
  const [head, ...others] = rows;
  if (head === undefined) return "";
  const line = (cells: readonly string[]) => `| ${cells.map(escaped).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...others.map(line)].join("\n");
}

function exerciseToMarkdown(exercise: Exercise, number: number): string {
  const options = exercise.options.map(({ label, text }) => `   - ${label}. ${escaped(text)}`);
  const key = exercise.options.find(({ is_key }) => is_key);
  const review =
    exercise.review === "approved" ? "" : `, ${exercise.review === "draft" ? "to review" : "rejected"}`;
  return [
    `**${number}.** ${escaped(exercise.stem)} *(${exercise.category}, ${exercise.bloom_level}, ${exercise.difficulty}${review})*`,
    "",
    ...options,
    "",
    `   Answer: ${key?.label ?? "none"}. ${escaped(key?.rationale ?? "")}`,
  ].join("\n");
}
