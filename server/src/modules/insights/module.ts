import type { Database } from "../../platform/database.ts";
import type { Logger } from "../../platform/logger.ts";
import type { Forecaster } from "../content-creator/public.ts";
import { type AlertSettings, createAlerts } from "./alerts/alerts.ts";
import { hideReceivers } from "./alerts/hide-receivers.ts";
import { createAlertRoutes } from "./alerts/routes.ts";
import { createClearingDuty } from "./clearing.ts";
import { createMonitorHealthRoutes } from "./health/routes.ts";
import { createHealthDuty, createHealthService } from "./health/service.ts";
import { createIncidentRoutes } from "./incidents/routes.ts";
import {
  createIncidentDuty,
  createIncidentService,
  type IncidentServiceOptions,
} from "./incidents/service.ts";
import { createKeeper, type Duty } from "./keeper.ts";
import { createMetricsRoutes } from "./metrics/routes.ts";
import { createMetricsDuties, createMetricsService } from "./metrics/service.ts";
import { createMonitorRoutes } from "./monitor/routes.ts";
import { createMonitorService } from "./monitor/service.ts";
import { createInsightsPersonalData } from "./personal-data/service.ts";
import { createSavedViewRoutes } from "./saved-views/routes.ts";
import { createSavedViewService } from "./saved-views/service.ts";
import { createSearchRoutes } from "./search/routes.ts";
import { createSearchService, type SearchSource, type SearchSources } from "./search/service.ts";
import { listSummaries as listStuckJobs } from "./stuck/repo.ts";
import { createStuckDuty } from "./stuck/stuck-duty.ts";

type RowOf<Kind extends keyof SearchSources> =
  SearchSources[Kind] extends SearchSource<infer Row> ? Row : never;
type ListIds = (filter: { q: string }, limit: number) => Promise<readonly string[]>;
type ListIdsByWords = (words: string, limit: number) => Promise<readonly string[]>;
type ListRows<Row> = (ids: readonly string[]) => Promise<readonly Row[]>;

/** What the search asks of the other modules: the lists' own searches and rows. */
export interface InsightsModuleOptions {
  readonly database: Database;
  /** For the keeper's session lock. */
  readonly connectionString: string;
  readonly logger: Logger;
  readonly alertSettings: AlertSettings;
  /** From content-creator and the queue: how an incident's units are resumed. */
  readonly recovery: Omit<IncidentServiceOptions, "database" | "logger">;
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
  readonly forecaster: Forecaster;
  /** Of this program. */
  readonly version: string;
  /** The cap in force; undefined: none. */
  readonly budgetUsdPerDay: number | undefined;
  /** Work of other modules that one server of all does. */
  readonly duties: readonly Duty[];
}

/** Builds the insights module; only app.ts calls it. */
export function createInsightsModule(options: InsightsModuleOptions) {
  const { database, connectionString: url, logger } = options;
  const duties: Duty[] = [...options.duties];
  const health = createHealthService(database, options.version);
  duties.push(createHealthDuty(database, options.version));
  const metrics = createMetricsService(database);
  duties.push(...createMetricsDuties(database));
  const incidents = createIncidentService({ ...options.recovery, database, logger });
  duties.push(createIncidentDuty({ ...options.recovery, database, logger }));
  const alerts = createAlerts(database, options.alertSettings);
  duties.push(...alerts.duties);
  duties.push(createClearingDuty(database));
  duties.push(createStuckDuty({ database, forecaster: options.forecaster }));
  const monitor = createMonitorService({
    ...{ database, health, incidents, alerts: alerts.service },
    ...{ forecaster: options.forecaster, budgetUsdPerDay: options.budgetUsdPerDay },
  });
  return {
    /** Work that one server of all does; start it with the server. */
    keeper: createKeeper({ url, logger, duties }),
    healthRoutes: createMonitorHealthRoutes(health),
    /** For the change stream. */
    listSummaries: {
      health_state: health.listSummaries,
      stuck_job: (ids: readonly string[]) => listStuckJobs(database, ids),
    },
    monitorRoutes: createMonitorRoutes(monitor),
    metricsRoutes: createMetricsRoutes(metrics),
    incidents: { listSummaries: incidents.listSummaries },
    incidentRoutes: createIncidentRoutes(incidents),
    alerts: {
      listSummaries: alerts.service.listSummaries,
      /** A row as the change stream tells it to those who may not see accounts. */
      hideReceivers,
      sealAddresses: alerts.sealAddresses,
      secretStores: alerts.secretStores,
      stop: alerts.stop,
    },
    alertRoutes: createAlertRoutes(alerts.service),
    searchRoutes: createSearchRoutes(createSearchService(sourcesOf(options))),
    savedViewRoutes: createSavedViewRoutes(createSavedViewService(database)),
    personalData: createInsightsPersonalData(database),
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
