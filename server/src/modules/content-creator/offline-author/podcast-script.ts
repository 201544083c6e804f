import type { Block, LessonText } from "./model.ts";
import { countedNoun } from "./wording.ts";

function quotesOf(block: Block): string[] {
  if (block.type === "paragraph")
    return block.spans.filter((span) => span.kind === "quote").map((span) => span.text);
  if (block.type === "list")
    return block.items
      .flat()
      .filter((span) => span.kind === "quote")
      .map((span) => span.text);
  return [];
}

/** The key points a lesson ends with, or its first two quoted sentences when it is too short to have any. */
function pointsOf(lesson: LessonText): string[] {
  const heading = lesson.body.findIndex((block) => block.type === "heading" && block.text === "Key points");
  const keyPoints = heading < 0 ? undefined : lesson.body[heading + 1];
  if (keyPoints !== undefined) return quotesOf(keyPoints);
  return lesson.body.flatMap(quotesOf).slice(0, 2);
}

/**
 * The spoken text of a whole unit: a fixed opening and ending, and for each lesson its title and its key points
 * as the source words them.
 */
export function unitPodcastScript(lessons: readonly LessonText[], title: string): string {
  const parts = [
    `${title}. This is a short tour of ${countedNoun(lessons.length, "lesson")}, told in the words of the source.`,
  ];
  lessons.forEach((lesson, index) => {
    const points = pointsOf(lesson);
    if (points.length === 0) return;
    parts.push(`Lesson ${index + 1}: ${lesson.title}.`, points.join(" "));
  });
  parts.push(`That was ${title}. The lessons themselves hold the full text and its exercises.`);
  return parts.join("\n\n");
}
