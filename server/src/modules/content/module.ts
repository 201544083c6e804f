import type { Database } from "../../platform/database.ts";
import { createArrivalRoutes } from "./arrivals/routes.ts";
import { createArrivalService, finishFromArrivals } from "./arrivals/service.ts";
import { createContentPort, lockUnit, settleUnitOfTask } from "./content-port.ts";
import { createLearnerService } from "./learner-service.ts";
import type { DiscardMedia, LessonArrivals } from "./public.ts";
import { createLearnerRoutes } from "./routes/learner-routes.ts";
import { createLessonRoutes } from "./routes/lesson-routes.ts";
import { createUnitRoutes } from "./routes/unit-routes.ts";
import { createContentService } from "./service.ts";

export interface ContentModuleOptions {
  readonly database: Database;
  /** Asks the queue to end a task. */
  readonly cancelTask: (task_id: string) => Promise<unknown>;
  readonly discardMedia: DiscardMedia;
  /** Where media ids are served. Default `/api/v1/media`. */
  readonly mediaPath?: string;
}

/** Builds the content module; only app.ts calls it. */
export function createContentModule(options: ContentModuleOptions) {
  const { database, cancelTask, discardMedia, mediaPath = "/api/v1/media" } = options;
  const service = createContentService({ database, cancelTask, discardMedia });
  const learnerService = createLearnerService({ database, mediaPath });
  return {
    service,
    learnerService,
    /** For content-creator. */
    port: createContentPort(database, discardMedia),
    /** For the task queue. */
    lockUnit,
    settleTask: settleUnitOfTask,
    /** For outside engines. */
    arrivals: { finishFromArrivals } satisfies LessonArrivals,
    arrivalRoutes: createArrivalRoutes(createArrivalService(database)),
    unitRoutes: createUnitRoutes(service),
    lessonRoutes: createLessonRoutes(service),
    learnerRoutes: createLearnerRoutes(learnerService),
    /** Rows for the live stream, by entity. */
    listSummaries: { unit: service.listUnitSummaries, lesson: service.listLessonSummaries },
  };
}
