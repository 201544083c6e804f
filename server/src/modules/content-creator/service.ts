import type { Database } from "../../platform/database.ts";
import type { ContentPort } from "../content/public.ts";
import type { FlowEngine } from "../flow-engine/public.ts";
import type { LlmGateway } from "../llm/public.ts";
import type { MediaService } from "../media/public.ts";
import type { TaskQueue } from "../task-queue/public.ts";
import { authorsOf, guidanceFor } from "./create/authors.ts";
import { type CreatedAnswer, createUnit } from "./create/create-unit.ts";
import type { AuthorsAnswer, CreateUnitRequest, Sample } from "./create-request.ts";
import { regenerateLesson } from "./regenerate/regenerate-lesson.ts";
import { retryUnit, startUnit } from "./retry/retry-unit.ts";
import { readSamples } from "./samples.ts";

export interface CreatorServiceOptions {
  readonly database: Database;
  readonly content: ContentPort;
  readonly queue: Pick<TaskQueue, "submitFlowTask" | "notifyTasks">;
  readonly engine: Pick<FlowEngine, "listRecordedSteps">;
  readonly gateway: Pick<LlmGateway, "hasProvider" | "modelFor">;
  readonly media: Pick<MediaService, "inheritUses">;
  readonly samplesFolder: string;
}

export interface AcceptedAnswer {
  readonly unit_id: string;
  readonly task_id: string;
}

/** Accepts, starts and retries units, and has single lessons written anew. */
export interface CreatorService {
  /**
   * Saves the unit with its sources, and its task unless `start` is false, in one transaction. The same
   * `idempotencyKey` with the same body answers with the same unit.
   * @throws AppError `source_required`, `source_empty`, `source_binary`, `source_too_large`, `source_too_short`,
   * `source_not_english`, `idempotency_key_reused`
   */
  createUnit(
    user: { readonly id: string },
    body: CreateUnitRequest,
    idempotencyKey?: string,
  ): Promise<CreatedAnswer>;
  /** Gives a draft its first task. @throws AppError `unit_not_found`, `unit_not_startable` */
  startUnit(user: { readonly id: string }, unit_id: string): Promise<AcceptedAnswer>;
  /**
   * A new task with the same parameters, for a failed, partial or cancelled unit. `resume` keeps the lineage and with
   * it every recorded step; `from_scratch` starts a new one.
   * @throws AppError `unit_not_found`, `unit_not_retryable`
   */
  retryUnit(
    user: { readonly id: string },
    unit_id: string,
    mode: "from_scratch" | "resume",
  ): Promise<AcceptedAnswer>;
  /**
   * A task that writes this lesson anew and keeps all else: text, exercises and audio. Only when it completes is the lesson
   * replaced; otherwise the unit gets back the state it had.
   * @throws AppError `lesson_not_found`, `lesson_not_regenerable`
   */
  regenerateLesson(
    user: { readonly id: string },
    lesson_id: string,
    guidance: string | null,
  ): Promise<AcceptedAnswer>;
  listSamples(): Promise<Sample[]>;
  /** Who would write a unit that is created now. */
  describeAuthors(): AuthorsAnswer;
}

export function createCreatorService(options: CreatorServiceOptions): CreatorService {
  const { queue, gateway } = options;

  /** Rings for the workers once the task is committed. */
  async function accept(submitted: Promise<AcceptedAnswer>): Promise<AcceptedAnswer> {
    const answer = await submitted;
    queue.notifyTasks();
    return answer;
  }

  return {
    async createUnit(user, body, idempotencyKey) {
      const made = await createUnit(options, user, body, authorsOf(gateway), idempotencyKey);
      if (made.task_id !== null) queue.notifyTasks();
      return made;
    },
    startUnit: (user, unit_id) => accept(startUnit(options, user, unit_id)),
    retryUnit: (user, unit_id, mode) => accept(retryUnit(options, user, unit_id, mode)),
    regenerateLesson: (user, lesson_id, guidance) =>
      accept(regenerateLesson(options, user, lesson_id, guidance)),
    listSamples: () => readSamples(options.samplesFolder),
    describeAuthors() {
      const authors = authorsOf(gateway);
      return {
        authors,
        models: {
          text: gateway.modelFor("text"),
          speech: gateway.modelFor("speech"),
          image: gateway.modelFor("image"),
        },
        topic_needs_source: authors.text === "offline",
        guidance: guidanceFor(authors),
      };
    },
  };
}
