import type { TestProject } from "vitest/node";
import { startPrefectServer } from "./prefect-server.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** API of the run's Prefect server. It wants `authString`. */
    prefectApiUrl: string;
  }
}

/** Starts one Prefect server for the whole run. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPrefectServer();
  project.provide("prefectApiUrl", server.apiUrl);
  return () => server.stop();
}
