import type { Database } from "../../platform/database.ts";
import { createSavedViewRoutes } from "./saved-views/routes.ts";
import { createSavedViewService } from "./saved-views/service.ts";
import { createSearchRoutes } from "./search/routes.ts";
import { createSearchService, type SearchSource, type SearchSources } from "./search/service.ts";

type RowOf<Kind extends keyof SearchSources> =
  SearchSources[Kind] extends SearchSource<infer Row> ? Row : never;
type ListIds = (filter: { q: string }, limit: number) => Promise<readonly string[]>;
type ListIdsByWords = (words: string, limit: number) => Promise<readonly string[]>;
type ListRows<Row> = (ids: readonly string[]) => Promise<readonly Row[]>;

/** What the search asks of the other modules: the lists' own searches and rows. */
export interface InsightsModuleOptions {
  readonly database: Database;
  readonly content: {
    readonly port: { readonly listMatchingUnitIds: ListIds };
    readonly service: { readonly listMatchingLessonIds: ListIdsByWords };
    readonly listSummaries: {
      readonly unit: ListRows<RowOf<"unit">>;
      readonly lesson: ListRows<RowOf<"lesson">>;
    };
  };
  readonly flowEngine: {
    readonly listMatchingIds: ListIds;
    readonly listFlowRunSummaries: ListRows<RowOf<"flow_run">>;
    readonly listMatchingStepIds: ListIdsByWords;
    readonly listStepSummaries: ListRows<RowOf<"step_run">>;
  };
  readonly taskQueue: {
    readonly listMatchingIds: ListIds;
    readonly listTaskSummaries: ListRows<RowOf<"task">>;
  };
  readonly llm: {
    readonly listMatchingIds: ListIds;
    readonly listSummaries: ListRows<RowOf<"llm_request">>;
  };
  readonly users: {
    readonly listMatchingIds: ListIds;
    readonly listSummaries: ListRows<RowOf<"user">>;
  };
}

/** Builds the insights module; only app.ts calls it. */
export function createInsightsModule(options: InsightsModuleOptions) {
  return {
    searchRoutes: createSearchRoutes(createSearchService(sourcesOf(options))),
    savedViewRoutes: createSavedViewRoutes(createSavedViewService(options.database)),
  };
}

function sourcesOf({ content, flowEngine, taskQueue, llm, users }: InsightsModuleOptions): SearchSources {
  const byFilter =
    (listIds: ListIds): ListIdsByWords =>
    (q, limit) =>
      listIds({ q }, limit);
  return {
    unit: {
      listMatchingIds: byFilter(content.port.listMatchingUnitIds),
      listRows: content.listSummaries.unit,
    },
    lesson: {
      listMatchingIds: content.service.listMatchingLessonIds,
      listRows: content.listSummaries.lesson,
    },
    flow_run: {
      listMatchingIds: byFilter(flowEngine.listMatchingIds),
      listRows: flowEngine.listFlowRunSummaries,
    },
    step_run: {
      listMatchingIds: flowEngine.listMatchingStepIds,
      listRows: flowEngine.listStepSummaries,
    },
    task: { listMatchingIds: byFilter(taskQueue.listMatchingIds), listRows: taskQueue.listTaskSummaries },
    llm_request: { listMatchingIds: byFilter(llm.listMatchingIds), listRows: llm.listSummaries },
    user: { listMatchingIds: byFilter(users.listMatchingIds), listRows: users.listSummaries },
  };
}
