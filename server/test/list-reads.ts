import type { UnitFilter } from "../src/modules/content/filter.ts";
import { listPublishedUnits } from "../src/modules/content/repo/learner-repo.ts";
import { listLessonSummaries } from "../src/modules/content/repo/lesson-repo.ts";
import { unitListing } from "../src/modules/content/repo/unit-lists.ts";
import { listUnitSummaries } from "../src/modules/content/repo/unit-repo.ts";
import type { FlowRunFilter } from "../src/modules/flow-engine/filter.ts";
import { listFlowRunSummaries, listStepSummaries } from "../src/modules/flow-engine/repo/reading.ts";
import { flowRunListing } from "../src/modules/flow-engine/repo/run-lists.ts";
import { createRequestListRepo } from "../src/modules/llm/repo/request-lists.ts";
import type { TaskFilter } from "../src/modules/task-queue/filter.ts";
import { listTaskSummaries, taskListing } from "../src/modules/task-queue/repo/reading.ts";
import type { UserFilter } from "../src/modules/users/filter.ts";
import { listUserSummaries, userListing } from "../src/modules/users/repo.ts";
import type { Database } from "../src/platform/database.ts";
import { type Listing, listPage } from "../src/platform/listing.ts";
import { searchWindow } from "../src/platform/newest-ids.ts";
import { countCap, type PageQuery } from "../src/platform/page.ts";
import { type LargeTable, largeTableId, largeTables } from "./large-tables.ts";

/** A read of one page as the product sends it, with what its plan must keep to. */
export interface ListRead {
  /** As in the address: `tasks?status=failed`. */
  readonly name: string;
  readonly table: LargeTable;
  /** At least one of these finds the page's rows. */
  readonly indexes: readonly string[];
  /** Words that are looked up before; common ones are then looked for row by row in the newest. */
  readonly words?: "rare" | "common";
  /** Durations or costs between bounds. */
  readonly hasSpan: boolean;
  /** Sends the page's query and its count. */
  read(database: Database, page: PageQuery): Promise<unknown>;
}

/** A read of summary rows by their ids, for the change stream. */
export interface SummaryRead {
  readonly table: LargeTable;
  read(database: Database, ids: readonly string[]): Promise<readonly unknown[]>;
}

/** Rows of a page; one more is read to know whether there is a next one. */
export const pageLimit = 50;
const commonWords: readonly string[] = ["course", "of"];

type Filters<Filter> = readonly (readonly [filter: Filter, ...indexes: string[]])[];

function wordsOf(filter: object): Pick<ListRead, "words"> {
  if (!("q" in filter)) return {};
  return { words: commonWords.includes(String(filter.q)) ? "common" : "rare" };
}

function readsOf<Filter extends object>(
  name: string,
  table: LargeTable,
  filters: Filters<Filter>,
  read: (database: Database, filter: Filter, page: PageQuery) => Promise<unknown>,
): ListRead[] {
  return filters.map(([filter, ...indexes]) => {
    const query = Object.entries(filter).map(([field, value]) => `${field}=${value}`);
    return {
      name: query.length === 0 ? name : `${name}?${query.join("&")}`,
      table,
      indexes,
      ...(table !== "users" && wordsOf(filter)),
      hasSpan: Object.keys(filter).some((field) => /^(min|max)_/.test(field)),
      read: (database, page) => read(database, filter, page),
    };
  });
}

const listed =
  <Filter extends { q?: string | undefined }>(listing: Listing<Filter>) =>
  (database: Database, filter: Filter, page: PageQuery) =>
    listPage(database, listing, filter, page);

// Of unit 2,000, whose tasks, runs and requests have these numbers.
const unit_id = largeTableId(2_000);
const owner_id = largeTableId(5_999);
const created = { created_from: "2026-01-08T00:00:00Z", created_to: "2026-01-09T00:00:00Z" };

const taskReads = readsOf<TaskFilter>(
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
    [{ user_id: largeTableId(1) }, "tasks_user", "tasks_pkey"],
    [{ user_id: largeTableId(22) }, "tasks_user"],
    [{ mode: "resume" }, "tasks_mode"],
    [{ engine: "prefect" }, "tasks_outside"],
    [{ engine: "coursewright" }, "tasks_pkey"],
    [{ connection_id: largeTableId(2) }, "tasks_connection"],
    [{ engine: "prefect", status: ["completed"] }, "tasks_outside"],
    [{ mode: "from_scratch" }, "tasks_pkey"],
    [{ min_duration_ms: 600_000 }, "tasks_duration"],
    [{ min_duration_ms: 1_000, max_duration_ms: 300_000 }, "tasks_duration"],
    [{ max_duration_ms: 1_000 }, "tasks_duration"],
    [{ min_duration_ms: 600_000, ...created }, "tasks_duration"],
    [{ min_duration_ms: 600_000, status: ["completed"] }, "tasks_duration"],
    [{ min_duration_ms: 600_000, task_name: "unit_creation" }, "tasks_duration"],
    [{ q: "volcanoes" }, "tasks_unit"],
    [{ q: "glaciers" }, "tasks_pkey"],
    [{ q: "tokens are taken" }, "tasks_error"],
    [{ q: "call 77 to" }, "tasks_error"],
    [{ q: "llm_replay" }, "tasks_name"],
    [{ q: "course" }, "tasks_unit", "tasks_pkey"],
    [{ q: "of" }, "tasks_pkey"],
    [{ q: owner_id }, "tasks_pkey"],
    [{ unit_id, q: "course" }, "tasks_unit"],
    [{ task_name: "unit_creation", status: ["failed"] }, "tasks_failed", "tasks_status"],
    [{ task_name: "llm_replay", status: ["completed"] }, "tasks_name"],
    [{ unit_id, status: ["completed", "failed"] }, "tasks_unit"],
    [{ status: ["failed"], ...created }, "tasks_failed", "tasks_status"],
    [{ status: ["failed"], q: "refused" }, "tasks_error"],
    [{ task_name: "unit_creation", ...created }, "tasks_name", "tasks_pkey"],
  ],
  listed(taskListing),
);

const flowRunReads = readsOf<FlowRunFilter>(
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
    [{ engine: "prefect" }, "flow_runs_outside"],
    [{ engine: "coursewright" }, "flow_runs_pkey"],
    [{ connection_id: largeTableId(2) }, "flow_runs_connection"],
    [{ engine: "prefect", status: ["completed"] }, "flow_runs_outside"],
    [created, "flow_runs_pkey"],
    [{ user_id: largeTableId(22) }, "flow_runs_user"],
    [{ min_duration_ms: 600_000 }, "flow_runs_duration"],
    [{ max_duration_ms: 300_000 }, "flow_runs_duration"],
    [{ min_cost_usd: "1" }, "flow_runs_cost"],
    [{ max_cost_usd: "0.5" }, "flow_runs_cost"],
    [{ max_cost_usd: "0.001" }, "flow_runs_cost"],
    [{ min_cost_usd: "1", status: ["completed"] }, "flow_runs_cost"],
    [{ min_cost_usd: "1", min_duration_ms: 1_000 }, "flow_runs_duration", "flow_runs_cost"],
    [{ q: "volcanoes" }, "flow_runs_unit"],
    [{ q: "glaciers" }, "flow_runs_task_id_flow_key_key"],
    [{ q: "tokens are taken" }, "flow_runs_error"],
    [{ q: "art_creation" }, "flow_runs_name"],
    [{ q: "course" }, "flow_runs_unit", "flow_runs_pkey"],
    [{ q: owner_id.slice(0, 12) }, "flow_runs_pkey"],
    [{ unit_id, status: ["completed"] }, "flow_runs_unit"],
    [{ unit_id, flow_name: "lesson_creation" }, "flow_runs_unit"],
    [{ flow_name: "lesson_creation", status: ["failed"] }, "flow_runs_status"],
    [{ flow_name: "unit_art_creation", status: ["completed"] }, "flow_runs_name"],
    [{ status: ["failed"], ...created }, "flow_runs_status"],
  ],
  listed(flowRunListing),
);

type RequestFilter = Parameters<ReturnType<typeof createRequestListRepo>["listPage"]>[0];

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
    [created, "llm_requests_pkey"],
    [{ step_name: "write" }, "llm_requests_step_name", "llm_requests_pkey"],
    [{ step_name: "draw" }, "llm_requests_step_name"],
    [{ replay_of_request_id: largeTableId(1) }, "llm_requests_replays"],
    [{ min_duration_ms: 600_000 }, "llm_requests_duration"],
    [{ min_duration_ms: 60_000 }, "llm_requests_duration"],
    [{ min_cost_usd: "0.5" }, "llm_requests_cost"],
    [{ min_cost_usd: "0.001" }, "llm_requests_cost"],
    [{ min_cost_usd: "0.5", provider: "openai" }, "llm_requests_cost"],
    [{ q: "limited" }, "llm_requests_error"],
    [{ q: "volcanoes" }, "llm_requests_unit"],
    [{ q: "glaciers" }, "llm_requests_task"],
    [{ q: "gpt-old" }, "llm_requests_model"],
    [{ q: "goog" }, "llm_requests_provider"],
    [{ q: "answer-4711" }, "llm_requests_response"],
    [{ q: "course" }, "llm_requests_unit", "llm_requests_pkey"],
    [{ q: owner_id }, "llm_requests_pkey"],
    [{ provider: "openai", model: "gpt-old" }, "llm_requests_model"],
    [{ model: "gpt", status: ["failed"] }, "llm_requests_status"],
    [{ kind: ["image"], status: ["completed"] }, "llm_requests_kind"],
    [{ kind: ["object"], status: ["failed", "in_doubt"] }, "llm_requests_status"],
    [{ unit_id, status: ["completed"] }, "llm_requests_unit"],
    [{ unit_id, kind: ["object"] }, "llm_requests_unit"],
  ],
  (database, filter, page) => createRequestListRepo(database).listPage(filter, page),
);

const unitReads = readsOf<UnitFilter>(
  "units",
  "units",
  [
    [{}, "units_pkey"],
    [{ status: ["completed"] }, "units_status", "units_pkey"],
    [{ status: ["failed"] }, "units_status"],
    [{ status: ["in_progress", "paused"] }, "units_status"],
    [{ user_id: largeTableId(1) }, "units_user", "units_pkey"],
    [{ user_id: largeTableId(22) }, "units_user"],
    [created, "units_pkey"],
    [{ learner_level: "advanced" }, "units_level"],
    [{ author: "google" }, "units_author"],
    [{ engine: "prefect" }, "units_outside"],
    [{ engine: "coursewright" }, "units_pkey"],
    [{ connection_id: largeTableId(2) }, "units_connection"],
    [{ engine: "prefect", status: ["completed"] }, "units_outside"],
    [{ min_duration_ms: 600_000 }, "units_duration"],
    [{ min_cost_usd: "1" }, "units_cost"],
    [{ q: "volcanoes" }, "units_title"],
    [{ q: "glaciers" }, "units_pkey"],
    [{ q: "tokens are taken" }, "units_error"],
    [{ q: "course" }, "units_pkey"],
    [{ user_id: largeTableId(22), status: ["completed"] }, "units_user"],
    [{ status: ["failed"], q: "course" }, "units_status"],
  ],
  listed(unitListing),
);

const publishedReads = readsOf(
  "learner/units",
  "units",
  [[{}, "units_published"]],
  (database, _, { limit, cursor }) => listPublishedUnits(database, { limit, after: cursor ?? null }),
);

const userReads = readsOf<UserFilter>(
  "users",
  "users",
  [
    [{}, "users_pkey"],
    [{ role: "learner" }, "users_role", "users_pkey"],
    [{ role: "operator" }, "users_role"],
    [{ is_active: true }, "users_active", "users_pkey"],
    [{ is_active: false }, "users_active"],
    [{ q: "person" }, "users_pkey"],
  ],
  listed(userListing),
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

/** Most rows that a query of the list may put in order: those of a few branches, of many where runs of an index are merged. */
export function sortedBound(read: ListRead, isCount: boolean): number {
  if (read.words === undefined && !read.hasSpan) return 4 * (pageLimit + 1);
  if (isCount && read.hasSpan) return countCap * 5;
  return isCount || read.words === "common" ? countCap * 2 : 5_000;
}

/** Most rows that a query of the list may read of any table, of one scan. */
export function rowsBound(read: ListRead, isCount: boolean): number {
  // Units are read by id, or all while they are fewer than the rows that are tested.
  if (read.words === "common" && !isCount) return Math.max(searchWindow, largeTables.units) + pageLimit;
  // A count reads each of a few runs to its cap.
  if (read.hasSpan && isCount) return countCap * 5;
  // A count may go past the rows that a value of at least half of them leaves out.
  return isCount ? countCap * 2 : 5_000;
}
