import { listPublishedUnits } from "../src/modules/content/repo/learner-repo.ts";
import { listLessonSummaries } from "../src/modules/content/repo/lesson-repo.ts";
import { listUnitSummaries, listUnits } from "../src/modules/content/repo/unit-repo.ts";
import {
  listFlowRunSummaries,
  listFlowRuns,
  listStepSummaries,
} from "../src/modules/flow-engine/repo/reading.ts";
import { createRequestListRepo } from "../src/modules/llm/repo/request-lists.ts";
import { listTaskSummaries, listTasks } from "../src/modules/task-queue/repo/reading.ts";
import { listUserSummaries, listUsers } from "../src/modules/users/repo.ts";
import type { Database } from "../src/platform/database.ts";
import { countCap } from "../src/platform/page.ts";
import { type LargeTable, largeTableId } from "./large-tables.ts";

/** A read of one page as the product sends it, with what its plan must keep to. */
export interface ListRead {
  /** As in the address: `tasks?status=failed`. */
  readonly name: string;
  readonly table: LargeTable;
  /** At least one of these finds the page's rows. */
  readonly indexes: readonly string[];
  /** A text search may look at this many rows more. */
  readonly window?: number;
  /** Sends the page's query and its count; `cursor` is the last id that was seen. */
  read(database: Database, cursor: string | null): Promise<unknown>;
}

/** A read of summary rows by their ids, for the change stream. */
export interface SummaryRead {
  readonly table: LargeTable;
  read(database: Database, ids: readonly string[]): Promise<readonly unknown[]>;
}

/** Rows of a page; one more is read to know whether there is a next one. */
export const pageLimit = 50;
const textWindow = 20_000;

type Filters<Filter> = readonly (readonly [filter: Filter, ...indexes: string[]])[];

function readsOf<Filter extends object>(
  name: string,
  table: LargeTable,
  filters: Filters<Filter>,
  read: (database: Database, filter: Filter, cursor: string | null) => Promise<unknown>,
): ListRead[] {
  return filters.map(([filter, ...indexes]) => {
    const query = Object.entries(filter).map(([field, value]) => `${field}=${value}`);
    return {
      name: query.length === 0 ? name : `${name}?${query.join("&")}`,
      table,
      indexes,
      ...("q" in filter && table !== "users" && { window: textWindow }),
      read: (database, cursor) => read(database, filter, cursor),
    };
  });
}

// Of unit 2,000, whose tasks, runs and requests have these numbers.
const unit_id = largeTableId(2_000);
const owner_id = largeTableId(5_999);
const created = { created_from: "2026-01-08T00:00:00Z", created_to: "2026-01-09T00:00:00Z" };

const taskReads = readsOf<Parameters<typeof listTasks>[1]>(
  "tasks",
  "tasks",
  [
    [{}, "tasks_pkey"],
    [{ status: ["completed"] }, "tasks_status", "tasks_pkey"],
    [{ status: ["failed"] }, "tasks_failed", "tasks_status"],
    [{ status: ["cancelled"] }, "tasks_status"],
    [{ status: ["pending", "in_progress", "retry", "paused"] }, "tasks_status", "tasks_live"],
    [{ status: ["completed", "failed", "cancelled"] }, "tasks_status", "tasks_pkey"],
    [{ task_name: "llm_replay" }, "tasks_name"],
    [{ task_name: "unit_creation" }, "tasks_name", "tasks_pkey"],
    [{ unit_id }, "tasks_unit"],
    [created, "tasks_pkey"],
    [{ q: "volcanoes" }, "tasks_pkey"],
    [{ q: owner_id }, "tasks_pkey"],
    [{ task_name: "unit_creation", status: ["failed"] }, "tasks_failed", "tasks_status"],
    [{ task_name: "llm_replay", status: ["completed"] }, "tasks_name"],
    [{ unit_id, status: ["completed", "failed"] }, "tasks_unit"],
    [{ status: ["failed"], ...created }, "tasks_failed", "tasks_status"],
    [{ status: ["failed"], q: "refused" }, "tasks_failed", "tasks_status"],
    [{ task_name: "unit_creation", ...created }, "tasks_name", "tasks_pkey"],
  ],
  (database, filter, cursor) =>
    listTasks(database, filter, { limit: pageLimit, cursor: cursor ?? undefined }),
);

const flowRunReads = readsOf<Parameters<typeof listFlowRuns>[1]>(
  "runs",
  "flow_runs",
  [
    [{}, "flow_runs_pkey"],
    [{ status: ["completed"] }, "flow_runs_status", "flow_runs_pkey"],
    [{ status: ["failed"] }, "flow_runs_status"],
    [{ status: ["running", "paused"] }, "flow_runs_status"],
    [{ flow_name: "lesson_creation" }, "flow_runs_name", "flow_runs_pkey"],
    [{ flow_name: "unit_art_creation" }, "flow_runs_name"],
    [{ task_id: owner_id }, "flow_runs_task_id_flow_key_key"],
    [{ arq_task_id: owner_id }, "flow_runs_task_id_flow_key_key"],
    [{ unit_id }, "flow_runs_unit"],
    [{ parent_flow_run_id: largeTableId(5_998) }, "flow_runs_parent"],
    [created, "flow_runs_pkey"],
    [{ q: "volcanoes" }, "flow_runs_pkey"],
    [{ q: owner_id.slice(0, 12) }, "flow_runs_pkey"],
    [{ unit_id, status: ["completed"] }, "flow_runs_unit"],
    [{ unit_id, flow_name: "lesson_creation" }, "flow_runs_unit"],
    [{ flow_name: "lesson_creation", status: ["failed"] }, "flow_runs_status"],
    [{ flow_name: "unit_art_creation", status: ["completed"] }, "flow_runs_name"],
    [{ status: ["failed"], ...created }, "flow_runs_status"],
  ],
  (database, filter, cursor) =>
    listFlowRuns(database, filter, { limit: pageLimit, cursor: cursor ?? undefined }),
);

type RequestFilter = Parameters<ReturnType<typeof createRequestListRepo>["list"]>[0];

const requestReads = readsOf<RequestFilter>(
  "requests",
  "llm_requests",
  [
    [{}, "llm_requests_pkey"],
    [{ step_run_id: owner_id }, "llm_requests_step"],
    [{ flow_run_id: owner_id }, "llm_requests_flow_run"],
    [{ task_id: owner_id }, "llm_requests_task"],
    [{ unit_id }, "llm_requests_unit"],
    [{ user_id: largeTableId(1) }, "llm_requests_user", "llm_requests_pkey"],
    [{ user_id: largeTableId(22) }, "llm_requests_user"],
    [{ status: ["completed"] }, "llm_requests_status", "llm_requests_pkey"],
    [{ status: ["failed"] }, "llm_requests_status"],
    [{ status: ["failed", "in_doubt", "pending"] }, "llm_requests_status"],
    [{ kind: ["object"] }, "llm_requests_kind", "llm_requests_pkey"],
    [{ kind: ["image"] }, "llm_requests_kind"],
    [{ kind: ["image", "speech"] }, "llm_requests_kind"],
    [{ provider: "openai" }, "llm_requests_provider", "llm_requests_pkey"],
    [{ provider: "google" }, "llm_requests_provider"],
    [{ model: "gpt" }, "llm_requests_model", "llm_requests_pkey"],
    [{ model: "gpt-old" }, "llm_requests_model"],
    [{ q: "limited" }, "llm_requests_pkey"],
    [{ q: owner_id }, "llm_requests_pkey"],
    [{ provider: "openai", model: "gpt-old" }, "llm_requests_model"],
    [{ model: "gpt", status: ["failed"] }, "llm_requests_status"],
    [{ kind: ["image"], status: ["completed"] }, "llm_requests_kind"],
    [{ kind: ["object"], status: ["failed", "in_doubt"] }, "llm_requests_status"],
    [{ unit_id, status: ["completed"] }, "llm_requests_unit"],
    [{ unit_id, kind: ["object"] }, "llm_requests_unit"],
  ],
  (database, filter, cursor) => {
    const repo = createRequestListRepo(database);
    return Promise.all([repo.list(filter, pageLimit + 1, cursor), repo.count(filter)]);
  },
);

const unitReads = readsOf<Omit<Parameters<typeof listUnits>[1], "limit" | "after">>(
  "units",
  "units",
  [
    [{}, "units_pkey"],
    [{ status: ["completed"] }, "units_status", "units_pkey"],
    [{ status: ["failed"] }, "units_status"],
    [{ status: ["in_progress", "paused"] }, "units_status"],
    [{ user_id: largeTableId(1) }, "units_user", "units_pkey"],
    [{ user_id: largeTableId(22) }, "units_user"],
    [{ q: "volcanoes" }, "units_title"],
    [{ q: "course" }, "units_pkey"],
    [{ user_id: largeTableId(22), status: ["completed"] }, "units_user"],
    [{ status: ["failed"], q: "course" }, "units_status"],
  ],
  (database, filter, after) => listUnits(database, { ...filter, limit: pageLimit, after }),
);

const publishedReads = readsOf("learner/units", "units", [[{}, "units_published"]], (database, _, after) =>
  listPublishedUnits(database, { limit: pageLimit, after }),
);

const userReads = readsOf<Omit<Parameters<typeof listUsers>[1], "limit" | "after">>(
  "users",
  "users",
  [
    [{}, "users_pkey"],
    [{ role: "learner" }, "users_role", "users_pkey"],
    [{ role: "operator" }, "users_role"],
    [{ q: "person" }, "users_pkey"],
  ],
  (database, filter, after) => listUsers(database, { ...filter, limit: pageLimit, after }),
);

/** Every list of the product, with each filter alone and the common pairs. */
export const listReads: readonly ListRead[] = [
  ...taskReads,
  ...flowRunReads,
  ...requestReads,
  ...unitReads,
  ...publishedReads,
  ...userReads,
];

/** What the change stream reads, one for each entity with large tables. */
export const summaryReads: readonly SummaryRead[] = [
  { table: "tasks", read: listTaskSummaries },
  { table: "flow_runs", read: listFlowRunSummaries },
  { table: "flow_step_runs", read: listStepSummaries },
  { table: "llm_requests", read: (database, ids) => createRequestListRepo(database).listByIds(ids) },
  { table: "units", read: listUnitSummaries },
  { table: "lessons", read: listLessonSummaries },
  { table: "users", read: listUserSummaries },
];

/** Most rows that a query of the list may read of any table, of one scan. */
export function rowsBound(read: ListRead, isCount: boolean): number {
  if (read.window !== undefined) return read.window + pageLimit;
  // A count may go past the rows that a value of at least half of them leaves out.
  return isCount ? countCap * 2 : 5_000;
}
