import type { createEventRoutes } from "./http/events.ts";
import { createRouter } from "./http/router.ts";
import type { createAuditRoutes } from "./modules/audit/routes.ts";
import type { createArrivalRoutes } from "./modules/content/arrivals/routes.ts";
import type { createLearnerRoutes } from "./modules/content/routes/learner-routes.ts";
import type { createLessonRoutes } from "./modules/content/routes/lesson-routes.ts";
import type { createUnitRoutes } from "./modules/content/routes/unit-routes.ts";
import type { createBulkRoutes } from "./modules/content-creator/bulk/routes.ts";
import type { createReplayRoutes } from "./modules/content-creator/replay/routes.ts";
import type { createRetryOptionsRoutes } from "./modules/content-creator/retry-options/routes.ts";
import type { createCreatorRoutes } from "./modules/content-creator/routes.ts";
import type { createFlowEngineRoutes } from "./modules/flow-engine/routes.ts";
import type { createAlertRoutes } from "./modules/insights/alerts/routes.ts";
import type { createMonitorHealthRoutes } from "./modules/insights/health/routes.ts";
import type { createIncidentRoutes } from "./modules/insights/incidents/routes.ts";
import type { createMetricsRoutes } from "./modules/insights/metrics/routes.ts";
import type { createMonitorRoutes } from "./modules/insights/monitor/routes.ts";
import type { createSavedViewRoutes } from "./modules/insights/saved-views/routes.ts";
import type { createSearchRoutes } from "./modules/insights/search/routes.ts";
import type { createLlmRoutes } from "./modules/llm/routes.ts";
import type { createMediaRoutes } from "./modules/media/routes.ts";
import type { createEngineActionRoutes } from "./modules/prefect/actions/routes.ts";
import type { createConnectionRoutes } from "./modules/prefect/connections/routes.ts";
import type { createDisagreementRoutes } from "./modules/prefect/disagreements/routes.ts";
import type { createEngineRunRoutes } from "./modules/prefect/runs/routes.ts";
import type { createTaskQueueRoutes } from "./modules/task-queue/routes.ts";
import type { createLinkRoutes } from "./modules/users/links/routes.ts";
import type { createMachineProofRoutes } from "./modules/users/machine-proof/routes.ts";
import type { createUserManagementRoutes } from "./modules/users/manage/routes.ts";
import type { createUserRoutes } from "./modules/users/routes.ts";
import type { createSecurityRoutes } from "./modules/users/security/routes.ts";
import type { createSessionRoutes } from "./modules/users/sessions/routes.ts";
import type { createSignInRoutes } from "./modules/users/sign-in/routes.ts";
import type { createTokenRoutes } from "./modules/users/tokens/routes.ts";

/** The routers of all modules, each with paths below `/api/v1`. */
export interface ApiParts {
  readonly taskQueue: ReturnType<typeof createTaskQueueRoutes>;
  readonly flowEngine: ReturnType<typeof createFlowEngineRoutes>;
  readonly llm: ReturnType<typeof createLlmRoutes>;
  readonly units: ReturnType<typeof createUnitRoutes>;
  readonly lessons: ReturnType<typeof createLessonRoutes>;
  readonly arrivals: ReturnType<typeof createArrivalRoutes>;
  readonly learner: ReturnType<typeof createLearnerRoutes>;
  readonly creator: ReturnType<typeof createCreatorRoutes>;
  readonly replay: ReturnType<typeof createReplayRoutes>;
  readonly retryOptions: ReturnType<typeof createRetryOptionsRoutes>;
  readonly bulk: ReturnType<typeof createBulkRoutes>;
  readonly media: ReturnType<typeof createMediaRoutes>;
  readonly users: ReturnType<typeof createUserRoutes>;
  readonly userManagement: ReturnType<typeof createUserManagementRoutes>;
  readonly signIn: ReturnType<typeof createSignInRoutes>;
  readonly links: ReturnType<typeof createLinkRoutes>;
  readonly sessions: ReturnType<typeof createSessionRoutes>;
  readonly tokens: ReturnType<typeof createTokenRoutes>;
  readonly security: ReturnType<typeof createSecurityRoutes>;
  readonly machineProof: ReturnType<typeof createMachineProofRoutes>;
  readonly audit: ReturnType<typeof createAuditRoutes>;
  readonly monitor: ReturnType<typeof createMonitorRoutes>;
  readonly metrics: ReturnType<typeof createMetricsRoutes>;
  readonly health: ReturnType<typeof createMonitorHealthRoutes>;
  readonly incidents: ReturnType<typeof createIncidentRoutes>;
  readonly alerts: ReturnType<typeof createAlertRoutes>;
  readonly search: ReturnType<typeof createSearchRoutes>;
  readonly savedViews: ReturnType<typeof createSavedViewRoutes>;
  readonly connections: ReturnType<typeof createConnectionRoutes>;
  readonly engineRuns: ReturnType<typeof createEngineRunRoutes>;
  readonly engineActions: ReturnType<typeof createEngineActionRoutes>;
  readonly disagreements: ReturnType<typeof createDisagreementRoutes>;
  readonly events: ReturnType<typeof createEventRoutes>;
}

/** Everything below `/api/v1`. Chained, because the dashboard's typed client is derived from its type. */
export function createApi(parts: ApiParts) {
  return createRouter()
    .route("/", parts.taskQueue)
    .route("/", parts.flowEngine)
    .route("/", parts.llm)
    .route("/", parts.units)
    .route("/", parts.lessons)
    .route("/", parts.arrivals)
    .route("/", parts.learner)
    .route("/", parts.creator)
    .route("/", parts.replay)
    .route("/", parts.retryOptions)
    .route("/", parts.bulk)
    .route("/", parts.media)
    .route("/", parts.users)
    .route("/", parts.userManagement)
    .route("/", parts.signIn)
    .route("/", parts.links)
    .route("/", parts.sessions)
    .route("/", parts.tokens)
    .route("/", parts.machineProof)
    .route("/", parts.security)
    .route("/", parts.audit)
    .route("/", parts.monitor)
    .route("/", parts.metrics)
    .route("/", parts.health)
    .route("/", parts.incidents)
    .route("/", parts.alerts)
    .route("/", parts.search)
    .route("/", parts.savedViews)
    .route("/", parts.connections)
    .route("/", parts.engineRuns)
    .route("/", parts.engineActions)
    .route("/", parts.disagreements)
    .route("/", parts.events);
}

export type ApiType = ReturnType<typeof createApi>;
