import type { z } from "zod";
import type { Database } from "../../../platform/database.ts";
import { type Page, pageFrom, readCursor } from "../../../platform/page.ts";
import { type UnitFilter, unitFilterSchema } from "../../content/public.ts";
import { type FlowRunFilter, flowRunFilterSchema } from "../../flow-engine/public.ts";
import { type TaskFilter, type TaskQueue, taskFilterSchema } from "../../task-queue/public.ts";
import { creatorErrors } from "../errors.ts";
import type { Estimate } from "../retry-options/models.ts";
import { bulkActionTask } from "../task-names.ts";
import {
  type BulkAction,
  type BulkItem,
  type BulkItemStatus,
  type BulkPreview,
  type BulkRequest,
  mostBulkItems,
} from "./models.ts";
import type { BulkRepo, WantedAction } from "./repo.ts";
import { refusalOf } from "./verdicts.ts";

/** The lists' own searches: ids of all that fit, newest first. */
export interface MatchingIds {
  readonly unit: (filter: UnitFilter, limit: number) => Promise<readonly string[]>;
  readonly task: (filter: TaskFilter, limit: number) => Promise<readonly string[]>;
  readonly flow_run: (filter: FlowRunFilter, limit: number) => Promise<readonly string[]>;
}

export interface BulkServiceOptions {
  readonly database: Database;
  readonly repo: BulkRepo;
  readonly queue: Pick<TaskQueue, "submitFlowTask" | "notifyTasks">;
  readonly matchingIds: MatchingIds;
  /** What the action would cost; a cancel costs nothing. */
  readonly estimate: (wanted: WantedAction, eligible: number) => Promise<Estimate>;
}

/** Lower is taken first: a cancel that waits behind what it is to cancel would come too late. */
const beforeTheWork = -10;

/** Accepts and shows actions on many things. */
export interface BulkService {
  /**
   * Fixes which things are meant and hands them to a task.
   * @throws AppError `bulk_filter_invalid`, `bulk_nothing_matches`, `bulk_too_many`
   */
  start(
    user: { readonly id: string },
    request: BulkRequest,
  ): Promise<{ readonly task_id: string; readonly item_count: number }>;
  /** What `start` would do now. @throws AppError `bulk_filter_invalid`, `bulk_too_many` */
  preview(request: BulkRequest): Promise<BulkPreview>;
  /** @throws AppError `bulk_action_not_found` */
  getAction(task_id: string): Promise<BulkAction>;
  /** In the order in which they are done. @throws AppError `bulk_action_not_found`, `cursor_invalid` */
  listItems(
    task_id: string,
    query: {
      readonly status?: readonly BulkItemStatus[] | undefined;
      readonly limit: number;
      readonly cursor?: string | undefined;
    },
  ): Promise<Page<BulkItem>>;
}

export function createBulkService(options: BulkServiceOptions): BulkService {
  const { database, repo, queue } = options;

  async function getAction(task_id: string): Promise<BulkAction> {
    const found = await repo.findAction(task_id);
    if (found !== null) return found;
    throw creatorErrors.create("bulk_action_not_found", `There is no bulk action with the task ${task_id}.`);
  }

  return {
    async start(user, request) {
      const wanted = await readWanted(options.matchingIds, request);
      if (wanted.ids.length === 0) {
        throw creatorErrors.create(
          "bulk_nothing_matches",
          "Nothing fits this filter any more. Reload the list to see what it shows now.",
        );
      }
      const filter = request.filter ?? null;
      const { action, entity } = request;
      const accept = () =>
        database.transaction().execute(async (transaction) => {
          const task = await queue.submitFlowTask(transaction, {
            task_name: bulkActionTask,
            inputs: { action, entity, filter },
            unit_id: null,
            user_id: user.id,
            priority: beforeTheWork,
          });
          const item_count = await repo.insertAction(transaction, task.id, { ...wanted, filter });
          return { task_id: task.id, item_count };
        });
      const accepted = await despiteDeletions(accept);
      queue.notifyTasks();
      return accepted;
    },
    async preview(request) {
      const wanted = await readWanted(options.matchingIds, request);
      const verdicts = await repo.countVerdicts(wanted);
      const eligible = verdicts.find(({ verdict }) => verdict === "eligible")?.count ?? 0;
      const skipped = verdicts
        .filter(({ verdict }) => verdict !== "eligible")
        .map(({ verdict, count }) => {
          const { code, message } = refusalOf(verdict, request.entity);
          return { code, reason: message, count };
        });
      const counted = verdicts.reduce((sum, { count }) => sum + count, 0);
      const several = wanted.ids.length - counted;
      const what = request.action === "cancel" ? "task" : "unit";
      const reason = `It belongs to a ${what} that is counted already: each ${what} is changed once.`;
      return {
        matching: wanted.ids.length,
        eligible,
        skipped: several > 0 ? [...skipped, { code: "bulk_counted_once", reason, count: several }] : skipped,
        estimate: await options.estimate(wanted, eligible),
      };
    },
    getAction,
    async listItems(task_id, { status, limit, cursor }) {
      const after = cursor === undefined ? null : readCursor(cursor);
      await getAction(task_id);
      const statuses = status ?? null;
      const [rows, counted] = await Promise.all([
        repo.listItems(task_id, statuses, limit + 1, after),
        repo.countItems(task_id, statuses),
      ]);
      return pageFrom(rows, limit, counted);
    },
  };
}

const mostTries = 5;

/** A unit that is deleted while its item is being written fails the statement. The next one sees that it is gone. */
async function despiteDeletions<Result>(write: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      return await write();
    } catch (error) {
      const isGone =
        error instanceof Error &&
        "constraint" in error &&
        error.constraint === "bulk_action_items_unit_id_fkey";
      if (!isGone || tries === mostTries) throw error;
    }
  }
}

async function readWanted(matchingIds: MatchingIds, request: BulkRequest): Promise<WantedAction> {
  const { action, entity, ids, filter } = request;
  if (ids !== undefined) return { action, entity, ids: [...new Set(ids.map((id) => id.toLowerCase()))] };
  const matching = await findMatching(matchingIds, entity, filter ?? {});
  if (matching.length > mostBulkItems) {
    throw creatorErrors.create(
      "bulk_too_many",
      `More than ${mostBulkItems.toLocaleString("en")} fit this filter. Narrow it and do them in parts.`,
    );
  }
  return { action, entity, ids: matching };
}

function findMatching(
  matchingIds: MatchingIds,
  entity: BulkRequest["entity"],
  filter: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const most = mostBulkItems + 1;
  switch (entity) {
    case "unit":
      return matchingIds.unit(readFilter(unitFilterSchema, filter), most);
    case "task":
      return matchingIds.task(readFilter(taskFilterSchema, filter), most);
    case "flow_run":
      return matchingIds.flow_run(readFilter(flowRunFilterSchema, filter), most);
  }
}

/** An unknown parameter is refused: left out, it would widen the action to things that nobody saw. */
function readFilter<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  filter: Readonly<Record<string, string>>,
): z.infer<z.ZodObject<Shape>> {
  const parsed = schema.strict().safeParse(filter);
  if (parsed.success) return parsed.data as z.infer<z.ZodObject<Shape>>; // `strict` takes nothing from the shape.
  const [issue] = parsed.error.issues;
  const field = issue === undefined ? "" : issue.path.map(String).join(".");
  const words = `${field === "" ? "" : `${field}: `}${issue?.message ?? "it cannot be read"}`;
  throw creatorErrors.create("bulk_filter_invalid", `The filter is not one of this list. ${words}.`, {
    cause: parsed.error,
  });
}
