import type { UnitDetail } from "../src/modules/content/models.ts";
import type { Database } from "../src/platform/database.ts";
import { createTestApp } from "./app.ts";
import { sendJson, type TestCall } from "./builders/test-api.ts";

/** The whole product in this process, on a database of its own, called without a socket. */
export interface CourseApp {
  readonly database: Database;
  /** Its data folder. */
  readonly home: string;
  startWorker(): Promise<void>;
  /** With its socket, change stream and keeper. */
  startServer(): Promise<void>;
  /** One request to the API; `path` without its prefix. */
  readonly call: TestCall;
  /** Waits until the unit's task has ended; answers the unit. */
  finished(unit_id: string): Promise<UnitDetail>;
  stop(): Promise<void>;
}

const unfinished = new Set(["in_progress", "paused"]);
const longestWaitMs = 90_000;

/** `environment` adds settings, a provider's address for example. */
export async function createCourseApp(environment: Record<string, string> = {}): Promise<CourseApp> {
  const app = await createTestApp(environment);
  const call: TestCall = (method, path, body, headers = {}) =>
    sendJson((init) => app.request(`/api/v1${path}`, init), method, body, headers);

  return {
    database: app.database.database,
    home: app.config.home,
    startWorker: () => app.app.startWorker(),
    startServer: async () => void (await app.app.startServer()),
    call,
    async finished(unit_id) {
      const deadline = Date.now() + longestWaitMs;
      for (;;) {
        const { body } = await call<UnitDetail>("GET", `/content/units/${unit_id}`);
        if (!unfinished.has(body.status)) return body;
        if (Date.now() > deadline)
          throw new Error(`The unit is still ${body.status} at ${body.current_step}`);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
    stop: () => app.close(),
  };
}
