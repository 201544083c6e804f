import type { FinishedLesson, UnitWarning } from "../content/public.ts";
import type { Author, CreatedUnit, LessonPlan, UnitPlan } from "./models.ts";

export interface Failure {
  readonly code: string;
  readonly message: string;
}

/** Code and sentence of whatever a step or child flow failed with. */
export function readFailure(reason: unknown): Failure {
  if (!(reason instanceof Error)) return { code: "unexpected_error", message: String(reason) };
  const code = "code" in reason && typeof reason.code === "string" ? reason.code : "unexpected_error";
  return { code, message: reason.message };
}

/** What the failed flow run of a lesson leaves in the unit: its place, its name and why. */
export function failedLesson(lesson: LessonPlan, reason: unknown): FinishedLesson {
  const { code, message } = readFailure(reason);
  return {
    ...lesson,
    status: "failed",
    transcript: "",
    body: [],
    review: "draft",
    exercises: [],
    quality: { dropped: [], findings: [], note: "", audio_outdated: false },
    audio: null,
    written_by: {},
    author: null,
    error_code: code,
    error_message: message,
  };
}

/** How a lesson ended. */
export type LessonOutcome = Pick<
  FinishedLesson,
  "position" | "title" | "status" | "error_code" | "error_message"
>;

export interface MediaFailures {
  readonly podcast: Failure | null;
  readonly art: Failure | null;
}

/** Everything that a person should know of the unit although it was written. */
export function warningsOf(
  plan: Pick<UnitPlan, "warnings" | "learning_objectives">,
  lessons: readonly FinishedLesson[],
  media: MediaFailures,
  author: Author,
): UnitWarning[] {
  const warnings: UnitWarning[] = plan.warnings.map((message) => ({
    code: "plan_note",
    message,
    part: "plan",
    lesson_position: null,
  }));
  for (const { text, covered_by_source } of author === "offline" ? plan.learning_objectives : []) {
    if (covered_by_source) continue;
    const message = `The objective "${text}" is not covered by the source.`;
    warnings.push({ code: "objective_not_covered", message, part: "source", lesson_position: null });
  }
  warnings.push(...lessons.flatMap(warningsOfLesson));
  if (media.podcast !== null) {
    const message = `The podcast failed: ${media.podcast.message}`;
    warnings.push({ code: media.podcast.code, message, part: "podcast", lesson_position: null });
  }
  if (media.art !== null) {
    const message = `The cover failed: ${media.art.message}`;
    warnings.push({ code: media.art.code, message, part: "art", lesson_position: null });
  }
  return warnings;
}

/** Why the lesson, or its audio, is missing; nothing for a lesson without a defect. */
export function warningsOfLesson(lesson: LessonOutcome): UnitWarning[] {
  const { position, status, error_code, error_message, title } = lesson;
  if (error_code === null) return [];
  const message = `Lesson ${position}, "${title}": ${error_message ?? error_code}`;
  const part = status === "failed" ? "lesson" : "podcast";
  return [{ code: error_code, message, part, lesson_position: position }];
}

/**
 * How the unit ended: completed only when nothing is missing. A failed lesson, recording or cover makes it partial, so
 * that it can be resumed, and is named. The caller has dealt with "every lesson failed".
 */
export function statusOf(
  lessons: readonly LessonOutcome[],
  media: MediaFailures,
): Pick<CreatedUnit, "status" | "error_code" | "error_message"> {
  const failed = lessons.filter(({ status }) => status === "failed");
  const silent = lessons.filter(({ status, error_code }) => status === "completed" && error_code !== null);
  const missing = [
    ...failed.map(({ position, title }) => `lesson ${position} "${title}"`),
    ...silent.map(({ position }) => `the audio of lesson ${position}`),
    ...(media.podcast === null ? [] : ["the podcast"]),
    ...(media.art === null ? [] : ["the cover"]),
  ];
  if (missing.length === 0) return { status: "completed", error_code: null, error_message: null };
  return {
    status: "partial",
    error_code: failed.length > 0 ? "lessons_failed" : "media_failed",
    error_message: `Missing: ${missing.join(", ")}. Retry the unit with "resume" to make only these.`,
  };
}
