import type { Database } from "../../platform/database.ts";
import type { Logger } from "../../platform/logger.ts";
import { createPeriodic } from "../../platform/periodic.ts";
import { drawCover } from "./cover/cover.ts";
import { createMediaRepo } from "./repo.ts";
import { createMediaRoutes, type IsPublished } from "./routes.ts";
import { createMediaService } from "./service.ts";
import { createSpeechEngine } from "./speech/speech-engine.ts";
import { createMediaStore } from "./store.ts";

export interface MediaModuleOptions {
  readonly database: Database;
  /** COURSEWRIGHT_HOME; files go to its folder `media`. */
  readonly home: string;
  readonly logger: Logger;
  readonly isPublished: IsPublished;
}

const housekeepingEveryMs = 24 * 60 * 60_000;

/** Builds the media module. `service.close()` ends its threads. */
export function createMediaModule({ database, home, logger: parent, isPublished }: MediaModuleOptions) {
  const logger = parent.child({ module: "media" });
  const service = createMediaService({
    database,
    store: createMediaStore(home),
    repo: createMediaRepo(database),
    speech: createSpeechEngine(),
    cover: drawCover,
  });
  const housekeeping = createPeriodic(housekeepingEveryMs, logger, "Media housekeeping", async () => {
    const removed = await service.removeOrphans();
    if (removed.media > 0 || removed.files > 0) logger.info(removed, "Left-over media were removed");
  });
  return {
    service,
    routes: createMediaRoutes(service, isPublished),
    /** Removes what nothing refers to any more; call it after the commit that took the references away. Never rejects. */
    async discard(media_ids: readonly string[]): Promise<void> {
      try {
        await service.removeUnused(media_ids);
      } catch (error) {
        // The change that made them unused stands, and the daily housekeeping removes them.
        logger.warn({ error, media_ids }, "Unused media could not be removed yet");
      }
    },
    /** Now and once a day; any number of processes may do it. `stop` ends after the current run. */
    housekeeping,
  };
}
