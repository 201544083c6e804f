import type { Database } from "../../platform/database.ts";
import type { ContentPort } from "../content/public.ts";
import type { FlowEngine } from "../flow-engine/public.ts";
import type { LlmGateway } from "../llm/public.ts";
import type { MediaService } from "../media/public.ts";
import type { TaskQueue } from "../task-queue/public.ts";
import { createAuthorThread } from "./author-thread/author-thread.ts";
import type { CreatorServices } from "./definitions.ts";
import { lessonCreation } from "./flows/lesson-creation.ts";
import { lessonPodcast } from "./flows/lesson-podcast.ts";
import { unitArtCreation } from "./flows/unit-art-creation.ts";
import { unitCreation } from "./flows/unit-creation.ts";
import { unitPodcast } from "./flows/unit-podcast.ts";
import { createKeepMedia } from "./keep-media.ts";
import { createCreatorRoutes } from "./routes.ts";
import { samplesFolder } from "./samples.ts";
import { createCreatorService, unitCreationTask } from "./service.ts";
import { createUnitCreationHandler } from "./unit-creation-task.ts";

export interface CreatorModuleOptions {
  readonly database: Database;
  readonly content: ContentPort;
  readonly queue: TaskQueue;
  readonly engine: FlowEngine;
  readonly gateway: LlmGateway;
  readonly media: MediaService;
}

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
  queue.registerHandler(unitCreationTask, createUnitCreationHandler({ engine, content }));
  const service = createCreatorService({ database, content, queue, gateway, samplesFolder });
  return {
    service,
    routes: createCreatorRoutes(service),
    /** Ends the offline author's thread. */
    close: () => offlineAuthor.close(),
  };
}
