import type { TestProject } from "vitest/node";
import { startPrefectServer } from "./prefect-server.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** APIs of the run's Prefect servers, one for each file that runs at the same time. They want `authString`. */
    prefectApiUrls: readonly string[];
  }
}

/** How many files run at the same time. */
export const prefectWorkers = 2;

/** Starts the run's Prefect servers. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const servers = await Promise.all(Array.from({ length: prefectWorkers }, () => startPrefectServer()));
  project.provide(
    "prefectApiUrls",
    servers.map(({ apiUrl }) => apiUrl),
  );
  return async () => {
    await Promise.all(servers.map((server) => server.stop()));
  };
}
