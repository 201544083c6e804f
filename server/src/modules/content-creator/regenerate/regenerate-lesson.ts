import type { Database } from "../../../platform/database.ts";
import { AppError } from "../../../platform/errors.ts";
import type { ContentPort, UnitState } from "../../content/public.ts";
import type { FlowEngine } from "../../flow-engine/public.ts";
import type { LlmGateway } from "../../llm/public.ts";
import type { MediaService } from "../../media/public.ts";
import type { TaskQueue } from "../../task-queue/public.ts";
import { creatorErrors } from "../errors.ts";
import { placeOf } from "../flows/prepare-unit.ts";
import { type CreationRequest, creationRequestSchema, type RegenerationRequest } from "../models.ts";
import { extractUnitMetadata } from "../steps/extract-unit-metadata.ts";
import { generateSourceMaterial } from "../steps/generate-source-material.ts";
import { lessonRegenerationTask } from "../task-names.ts";
import { rootKey } from "../unit-creation-task.ts";

export interface RegenerateLessonOptions {
  readonly database: Database;
  readonly content: Pick<ContentPort, "getLessonPlace" | "lockUnit" | "listGuidance" | "lendToTask">;
  readonly queue: Pick<TaskQueue, "submitFlowTask">;
  readonly engine: Pick<FlowEngine, "listRecordedSteps">;
  readonly gateway: Pick<LlmGateway, "hasProvider">;
  readonly media: Pick<MediaService, "inheritUses">;
}

/**
 * Lends the unit to a task that writes one of its lessons anew, in a lineage that continues the one of the unit's content.
 * @throws AppError `lesson_not_found`, `lesson_not_regenerable`
 */
export async function regenerateLesson(
  options: RegenerateLessonOptions,
  user: { readonly id: string },
  lesson_id: string,
  guidance: string | null,
): Promise<{ readonly unit_id: string; readonly task_id: string }> {
  const { content, queue, engine, gateway, media } = options;
  try {
    return await options.database.transaction().execute(async (transaction) => {
      const { unit_id } = await content.getLessonPlace(transaction, lesson_id);
      const unit = await content.lockUnit(transaction, unit_id);
      // The task that held the lock may have written the unit's lessons anew: this one is only now sure to stay.
      const { position } = await content.getLessonPlace(transaction, lesson_id);
      const { request, content_lineage_id } = readMaking(unit, guidance);
      refuseWithoutProvider(request, gateway);
      const recorded = await engine.listRecordedSteps(transaction, content_lineage_id, rootKey);
      if (!neededSteps(request).every((name) => recorded.includes(name))) throw planNotRecorded();
      const inputs: RegenerationRequest = {
        request: withGuidanceOf(
          request,
          await content.listGuidance(transaction, unit_id),
          position,
          guidance,
        ),
        lesson_id,
        lesson_position: position,
      };
      const task = await queue.submitFlowTask(transaction, {
        task_name: lessonRegenerationTask,
        inputs,
        unit_id,
        unit_title: unit.title,
        user_id: user.id,
        mode: "regenerate",
        parent_lineage_id: content_lineage_id,
        rebuilt_paths: [`${rootKey}/${placeOf({ position }).key}`],
      });
      await media.inheritUses(transaction, {
        unit_id,
        from_lineage_id: content_lineage_id,
        to_lineage_id: task.lineage_id,
      });
      await content.lendToTask(transaction, unit_id, task);
      return { unit_id, task_id: task.id };
    });
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "task_already_live") throw error;
    throw notRegenerable("A task of this unit is still running. Wait for its end or cancel it first.", error);
  }
}

const restingStatuses = new Set(["completed", "partial", "failed", "cancelled"]);

/** What the unit was made from and by which lineage. */
function readMaking(
  unit: UnitState,
  guidance: string | null,
): { readonly request: CreationRequest; readonly content_lineage_id: string } {
  if (!restingStatuses.has(unit.status)) {
    throw notRegenerable(
      `This unit is ${unit.status.replace("_", " ")}. A lesson can be written anew once no task works on the unit.`,
    );
  }
  const parsed = creationRequestSchema.safeParse(unit.request);
  if (!parsed.success || unit.content_lineage_id === null) throw planNotRecorded(parsed.error);
  if (guidance !== null && parsed.data.authors.text === "offline") {
    throw notRegenerable(
      "This unit was written without a language model, and only a model can follow guidance. Leave the guidance empty.",
    );
  }
  return { request: parsed.data, content_lineage_id: unit.content_lineage_id };
}

/** A unit keeps its authors: what models wrote is not written by the built-in engines. */
function refuseWithoutProvider(request: CreationRequest, gateway: Pick<LlmGateway, "hasProvider">): void {
  const { text, speech } = request.authors;
  if (text === "model" && !(gateway.hasProvider("text") && gateway.hasProvider("object"))) {
    throw notRegenerable(
      "A language model wrote this unit, and none is configured now. Set COURSEWRIGHT_LLM_BASE_URL and " +
        "COURSEWRIGHT_TEXT_MODEL first.",
    );
  }
  if (speech === "model" && !gateway.hasProvider("speech")) {
    throw notRegenerable(
      "A model spoke this unit, and none for speech is configured now. Set COURSEWRIGHT_SPEECH_MODEL first.",
    );
  }
}

/** The steps without which the lesson's brief is unknown. They are never run, and paid, a second time. */
function neededSteps(request: CreationRequest): readonly string[] {
  const plan = [extractUnitMetadata.name];
  return request.sources.length > 0 ? plan : [generateSourceMaterial.name, ...plan];
}

function withGuidanceOf(
  request: CreationRequest,
  former: Readonly<Record<string, string>>,
  position: number,
  guidance: string | null,
): CreationRequest {
  const { [String(position)]: _replaced, ...others } = former;
  const lesson_guidance = guidance === null ? others : { ...others, [String(position)]: guidance };
  return Object.keys(lesson_guidance).length === 0 ? request : { ...request, lesson_guidance };
}

function planNotRecorded(cause?: unknown) {
  return notRegenerable(
    "The plan that this lesson was written from is no longer recorded, so it cannot be written anew alone. Retry the unit " +
      "from scratch or create a new one.",
    cause,
  );
}

function notRegenerable(message: string, cause?: unknown) {
  return creatorErrors.create("lesson_not_regenerable", message, cause === undefined ? {} : { cause });
}
