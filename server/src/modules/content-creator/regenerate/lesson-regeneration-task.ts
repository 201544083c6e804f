import type { ContentPort, FinishedLesson, WrittenParts } from "../../content/public.ts";
import type { FlowEngine } from "../../flow-engine/public.ts";
import type { MediaService } from "../../media/public.ts";
import type { TaskHandler } from "../../task-queue/public.ts";
import { lessonRegeneration } from "../flows/lesson-regeneration.ts";
import { regenerationRequestSchema } from "../models.ts";
import { statusOf, warningsOfLesson } from "../outcome.ts";
import { rootKey } from "../unit-creation-task.ts";

/** Runs the flow `lesson_regeneration` and, once it completed, puts the new lesson in the place of the former one. */
export function createLessonRegenerationHandler(options: {
  readonly engine: Pick<FlowEngine, "runFlow" | "promoteLineage">;
  readonly content: Pick<ContentPort, "replaceLesson" | "discardMedia">;
  readonly media: Pick<MediaService, "dropUse">;
}): TaskHandler {
  const { engine, content, media } = options;
  return async (task, control) => {
    const inputs = regenerationRequestSchema.safeParse(task.inputs);
    const { unit_id, lineage_id } = task;
    if (!inputs.success || unit_id === null) {
      return {
        kind: "failed",
        error_code: "request_unreadable",
        error_message: "The inputs of this task cannot be read by this version. Regenerate the lesson again.",
      };
    }
    const { lesson_id, lesson_position, request } = inputs.data;
    const outcome = await engine.runFlow(task, control, lessonRegeneration, inputs.data, { key: rootKey });
    if (outcome.kind !== "completed") return outcome;
    const lesson = outcome.output;
    let formerMedia: readonly string[] = [];
    return {
      kind: "completed",
      result: {
        lesson_id,
        lesson_position,
        title: lesson.title,
        exercises: lesson.exercises.length,
        has_audio: lesson.audio !== null,
      },
      write: async (transaction) => {
        const guidance = request.lesson_guidance?.[lesson_position] ?? null;
        const shown = await content.replaceLesson(transaction, {
          unit_id,
          task_id: task.id,
          lesson_id,
          lesson: { ...lesson, guidance },
          judge: (parts) => judge(parts, lesson),
        });
        await engine.promoteLineage(transaction, lineage_id);
        formerMedia = shown.filter((media_id) => media_id !== lesson.audio?.media_id);
        for (const media_id of formerMedia)
          await media.dropUse(transaction, { unit_id, lineage_id, media_id });
      },
      written: () => content.discardMedia(formerMedia),
    };
  };
}

/** The unit's state with the new lesson; what was missing besides stays missing. */
function judge(parts: WrittenParts, lesson: FinishedLesson) {
  const missing = (part: "podcast" | "art", exists: boolean) => {
    if (exists) return null;
    const told = parts.warnings.find((warning) => warning.part === part && warning.lesson_position === null);
    return { code: told?.code ?? "media_failed", message: told?.message ?? "It was not made." };
  };
  return {
    ...statusOf(parts.lessons, {
      podcast: missing("podcast", parts.has_podcast),
      art: missing("art", parts.has_cover),
    }),
    warnings: [
      ...parts.warnings.filter(({ lesson_position }) => lesson_position !== lesson.position),
      ...warningsOfLesson(lesson),
    ],
  };
}
