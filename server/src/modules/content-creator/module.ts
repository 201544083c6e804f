import type { Database, Transaction } from "../../platform/database.ts";
import type { Logger } from "../../platform/logger.ts";
import type { ContentPort } from "../content/public.ts";
import type { FlowEngine } from "../flow-engine/public.ts";
import type { LlmGateway, LlmReplayer } from "../llm/public.ts";
import type { MediaService } from "../media/public.ts";
import type { Fence, TaskQueue } from "../task-queue/public.ts";
import { createAuthorThread } from "./author-thread/author-thread.ts";
import { createBulkHandler } from "./bulk/bulk-task.ts";
import { createBulkEstimate } from "./bulk/estimate.ts";
import { createBulkRepo } from "./bulk/repo.ts";
import { createBulkRoutes } from "./bulk/routes.ts";
import { type BulkService, createBulkService, type MatchingIds } from "./bulk/service.ts";
import type { CreatorServices } from "./definitions.ts";
import { lessonCreation } from "./flows/lesson-creation.ts";
import { lessonPodcast } from "./flows/lesson-podcast.ts";
import { lessonRegeneration } from "./flows/lesson-regeneration.ts";
import { unitArtCreation } from "./flows/unit-art-creation.ts";
import { unitCreation } from "./flows/unit-creation.ts";
import { unitPodcast } from "./flows/unit-podcast.ts";
import { createForecastRecorder } from "./forecast/record-forecasts.ts";
import { createForecastRepo } from "./forecast/repo.ts";
import { createForecastService } from "./forecast/service.ts";
import { createKeepMedia } from "./keep-media.ts";
import { createLessonRegenerationHandler } from "./regenerate/lesson-regeneration-task.ts";
import { llmReplay } from "./replay/llm-replay.ts";
import { createReplayRoutes } from "./replay/routes.ts";
import { createReplayHandler, createReplayService, type ReplayServiceOptions } from "./replay/service.ts";
import { retryUnitWithin } from "./retry/retry-unit.ts";
import type { RouteFor } from "./retry-options/estimate.ts";
import { createRetryOptionsRepo } from "./retry-options/repo.ts";
import { createRetryOptionsRoutes } from "./retry-options/routes.ts";
import { createRetryOptionsService, type RetryOptionsService } from "./retry-options/service.ts";
import { createCreatorRoutes } from "./routes.ts";
import { samplesFolder } from "./samples.ts";
import { createCreatorService } from "./service.ts";
import { bulkActionTask, lessonRegenerationTask, llmReplayTask, unitCreationTask } from "./task-names.ts";
import { createUnitCreationHandler } from "./unit-creation-task.ts";

export interface CreatorModuleOptions {
  readonly database: Database;
  readonly content: ContentPort;
  readonly queue: TaskQueue;
  readonly engine: FlowEngine;
  readonly gateway: LlmGateway;
  readonly media: MediaService;
  readonly logger: Logger;
  readonly fence: Fence;
  /** From llm: replays and the models in force. */
  readonly replayer: LlmReplayer;
  readonly requireReplayable: ReplayServiceOptions["requireReplayable"];
  readonly routeFor: RouteFor;
  /** The lists' own searches, for actions on all that fits. */
  readonly matchingIds: MatchingIds;
}

// Milestones of a job are noticed that late at most.
const recordingMs = 1_000;

/** Builds the content-creator module: registers its flows and its task handler. Only app.ts calls it. */
export function createCreatorModule(options: CreatorModuleOptions) {
  const { database, content, queue, engine, gateway, media } = options;
  const offlineAuthor = createAuthorThread();
  const services: CreatorServices = {
    gateway,
    media,
    offlineAuthor,
    keepMedia: createKeepMedia(database, media),
    readSource: (unit_id, sha256) => content.readSource(unit_id, sha256),
  };
  engine.registerFlow(unitCreation, services);
  engine.registerFlow(lessonCreation, services);
  engine.registerFlow(lessonPodcast, services);
  engine.registerFlow(unitPodcast, services);
  engine.registerFlow(unitArtCreation, services);
  engine.registerFlow(lessonRegeneration, services);
  queue.registerHandler(unitCreationTask, createUnitCreationHandler({ engine, content }));
  queue.registerHandler(lessonRegenerationTask, createLessonRegenerationHandler({ engine, content, media }));
  engine.registerFlow(llmReplay, { replayer: options.replayer, media, keepMedia: services.keepMedia });
  queue.registerHandler(llmReplayTask, createReplayHandler(engine));
  const retryOptions = createRetryOptionsService({
    repo: createRetryOptionsRepo(database),
    engine,
    routeFor: options.routeFor,
  });
  const forecasts = createForecastRepo(database);
  const forecaster = createForecastService({ repo: forecasts, engine, routeFor: options.routeFor });
  const service = createCreatorService({ database, content, queue, engine, gateway, media, samplesFolder });
  return {
    service,
    routes: createCreatorRoutes(service),
    replayRoutes: createReplayRoutes(
      createReplayService({ database, queue, requireReplayable: options.requireReplayable }),
    ),
    retryOptionsRoutes: createRetryOptionsRoutes(retryOptions),
    bulkRoutes: createBulkRoutes(createBulkActions(options, retryOptions)),
    /** How failed units are resumed, for the recovery of an incident. */
    recovery: {
      /** A new task that resumes the unit, in the caller's transaction. @throws AppError `unit_not_found`, `unit_not_retryable` */
      resumeUnitWithin: (transaction: Transaction, user: { readonly id: string }, unit_id: string) =>
        retryUnitWithin({ content, queue }, transaction, user, unit_id, "resume"),
      /** Rings for the workers, after the commit. */
      notifyTasks: queue.notifyTasks,
      /** What resuming these units costs, one by one. */
      estimateResumes: retryOptions.estimateResumes,
    },
    /** Looks ahead, for the monitor. */
    forecaster,
    /** Work that one server of all does again and again, each turn safe beside another one. */
    duties: [
      {
        name: "The recording of forecasts",
        everyMs: recordingMs,
        run: createForecastRecorder(forecasts, forecaster),
      },
    ],
    /** Ends the offline author's thread. */
    close: () => offlineAuthor.close(),
  };
}

function createBulkActions(options: CreatorModuleOptions, retryOptions: RetryOptionsService): BulkService {
  const { database, content, queue, logger, fence, matchingIds } = options;
  const repo = createBulkRepo(database);
  queue.registerHandler(
    bulkActionTask,
    createBulkHandler({
      database,
      logger: logger.child({ module: "content-creator" }),
      repo,
      content,
      queue,
      fence,
    }),
  );
  const estimate = createBulkEstimate(repo, retryOptions);
  return createBulkService({ database, repo, queue, matchingIds, estimate });
}
