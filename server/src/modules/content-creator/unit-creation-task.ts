import type { ContentPort } from "../content/public.ts";
import type { FlowEngine } from "../flow-engine/public.ts";
import type { TaskHandler } from "../task-queue/public.ts";
import { unitCreation } from "./flows/unit-creation.ts";
import { creationRequestSchema } from "./models.ts";

/** Key of the root flow of every task that writes a unit or a part of it: all of them share what is recorded below it. */
export const rootKey = "unit";

/** Runs the flow `unit_creation` for a task and writes its result to the unit when the task ends. */
export function createUnitCreationHandler(options: {
  readonly engine: Pick<FlowEngine, "runFlow">;
  readonly content: Pick<ContentPort, "finishContent" | "listMedia" | "discardMedia">;
}): TaskHandler {
  return async (task, control) => {
    const request = creationRequestSchema.safeParse(task.inputs);
    const { unit_id } = task;
    if (!request.success || unit_id === null) {
      return {
        kind: "failed",
        error_code: "request_unreadable",
        error_message: "The inputs of this task cannot be read by this version. Create the unit anew.",
      };
    }
    const outcome = await options.engine.runFlow(task, control, unitCreation, request.data, { key: rootKey });
    if (outcome.kind !== "completed") return outcome;
    const unit = outcome.output;
    let formerMedia: readonly string[] = [];
    const completed = unit.lessons.filter(({ status }) => status === "completed");
    return {
      kind: "completed",
      result: {
        unit_status: unit.status,
        title: unit.title,
        lessons_completed: completed.length,
        lessons_failed: unit.lessons.length - completed.length,
        exercises: completed.reduce((sum, { exercises }) => sum + exercises.length, 0),
        warnings: unit.warnings.length,
      },
      write: async (transaction) => {
        formerMedia = await options.content.listMedia(transaction, unit_id);
        const lessons = unit.lessons.map((lesson) => ({
          ...lesson,
          guidance: request.data.lesson_guidance?.[lesson.position] ?? null,
        }));
        await options.content.finishContent(transaction, { ...unit, lessons, unit_id, task_id: task.id });
      },
      written: () => options.content.discardMedia(formerMedia),
    };
  };
}
