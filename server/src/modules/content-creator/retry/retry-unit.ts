import type { Database, Transaction } from "../../../platform/database.ts";
import { AppError } from "../../../platform/errors.ts";
import type { ContentPort, UnitState } from "../../content/public.ts";
import type { NewTask, TaskMode, TaskQueue } from "../../task-queue/public.ts";
import { creatorErrors } from "../errors.ts";
import { type CreationRequest, creationRequestSchema } from "../models.ts";
import { unitCreationTask } from "../task-names.ts";

export interface RetryUnitOptions {
  readonly database: Database;
  readonly content: ContentPort;
  readonly queue: Pick<TaskQueue, "submitFlowTask">;
}

interface Accepted {
  readonly unit_id: string;
  readonly task_id: string;
}

/** Gives a draft its first task. @throws AppError `unit_not_found`, `unit_not_startable` */
export function startUnit(
  options: RetryUnitOptions,
  user: { readonly id: string },
  unit_id: string,
): Promise<Accepted> {
  return options.database.transaction().execute((transaction) =>
    giveNewTask(options, transaction, user, unit_id, (unit) => {
      if (unit.status === "draft") return {};
      throw creatorErrors.create(
        "unit_not_startable",
        "Only a draft can be started; this unit was started before.",
      );
    }),
  );
}

/** Gives a failed, partial or cancelled unit a new task. @throws AppError `unit_not_found`, `unit_not_retryable` */
export async function retryUnit(
  options: RetryUnitOptions,
  user: { readonly id: string },
  unit_id: string,
  mode: "from_scratch" | "resume",
): Promise<Accepted> {
  return options.database
    .transaction()
    .execute((transaction) => retryUnitWithin(options, transaction, user, unit_id, mode));
}

/** `retryUnit` as a part of the caller's transaction. @throws AppError `unit_not_found`, `unit_not_retryable` */
export async function retryUnitWithin(
  options: Omit<RetryUnitOptions, "database">,
  transaction: Transaction,
  user: { readonly id: string },
  unit_id: string,
  mode: "from_scratch" | "resume",
): Promise<Accepted> {
  try {
    return await giveNewTask(options, transaction, user, unit_id, (unit) => retryOf(unit, mode));
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "task_already_live") throw error;
    throw notRetryable("A task of this unit is still running. Wait for its end or cancel it first.", error);
  }
}

/** Runs `choose` under the unit's lock, then hands the unit to the new task. */
async function giveNewTask(
  { content, queue }: Omit<RetryUnitOptions, "database">,
  transaction: Transaction,
  user: { readonly id: string },
  unit_id: string,
  choose: (unit: UnitState) => Partial<NewTask>,
): Promise<Accepted> {
  const unit = await content.lockUnit(transaction, unit_id);
  const chosen = choose(unit);
  const request = readRequest(unit);
  const task = await queue.submitFlowTask(transaction, {
    task_name: unitCreationTask,
    inputs: chosen.mode === "resume" ? await withGuidance(content, transaction, unit, request) : request,
    unit_id,
    unit_title: unit.title,
    user_id: user.id,
    ...chosen,
  });
  await content.giveToTask(transaction, unit_id, task);
  return { unit_id, task_id: task.id };
}

type Guided = Pick<ContentPort, "listGuidance">;

/**
 * The request as the unit's lessons were written with it: what a person asked of single lessons belongs to what their steps
 * are remembered by. Lessons that another lineage wrote say nothing of this one.
 */
export async function withGuidance(
  content: Guided,
  transaction: Parameters<Guided["listGuidance"]>[0],
  unit: Pick<UnitState, "id" | "lineage_id" | "content_lineage_id">,
  request: CreationRequest,
): Promise<CreationRequest> {
  if (unit.content_lineage_id === null || unit.content_lineage_id !== unit.lineage_id) return request;
  const lesson_guidance = await content.listGuidance(transaction, unit.id);
  return Object.keys(lesson_guidance).length === 0 ? request : { ...request, lesson_guidance };
}

/** What the unit was made from. @throws AppError `unit_not_retryable` */
export function readRequest(unit: Pick<UnitState, "request">): CreationRequest {
  const parsed = creationRequestSchema.safeParse(unit.request);
  if (parsed.success) return parsed.data;
  throw notRetryable(
    "It is not recorded what this unit was made from. Create a new unit instead.",
    parsed.error,
  );
}

const retryableStatuses = new Set(["failed", "partial", "cancelled"]);

/** What a retry of the unit starts from. @throws AppError `unit_not_retryable` */
export function retryOf(
  unit: Pick<UnitState, "status" | "task_id" | "lineage_id">,
  mode: "from_scratch" | "resume",
): Partial<NewTask> {
  if (!retryableStatuses.has(unit.status)) {
    throw notRetryable(
      `This unit is ${unit.status.replace("_", " ")}. Only a failed, partial or cancelled unit can be retried.`,
    );
  }
  const kept: { mode: TaskMode; retry_of_task_id?: string } = { mode };
  if (unit.task_id !== null) kept.retry_of_task_id = unit.task_id;
  if (mode === "from_scratch") return kept;
  if (unit.lineage_id === null) {
    throw notRetryable("Nothing of this unit is recorded that could be resumed. Retry it from scratch.");
  }
  return { ...kept, lineage_id: unit.lineage_id };
}

function notRetryable(message: string, cause?: unknown) {
  return creatorErrors.create("unit_not_retryable", message, cause === undefined ? {} : { cause });
}
