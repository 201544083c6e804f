import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { prefectWorkers } from "./server/test/prefect/prefect-setup.ts";

// Most integration tests wait for a database or a child process: two files at once pay off on two cores already.
const maxWorkers = Math.max(2, availableParallelism() - 1);
const integration = "server/**/*.integration.test.ts";
const prefect = "server/**/*.prefect.test.ts";

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "server",
          include: ["server/{src,test}/**/*.test.ts", "scripts/**/*.test.ts"],
          exclude: [integration, prefect],
          pool: "threads",
        },
      },
      {
        test: {
          name: "integration",
          include: [integration],
          globalSetup: ["server/test/postgres-setup.ts"],
          pool: "forks",
          maxWorkers,
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        // A Prefect server for each file that runs at the same time, not more: flows are processes of their own.
        test: {
          name: "prefect",
          include: [prefect],
          globalSetup: ["server/test/postgres-setup.ts", "server/test/prefect/prefect-setup.ts"],
          pool: "forks",
          maxWorkers: prefectWorkers,
          // Above two waits in a row that are given up, so that the failure names what was waited for.
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: "./admin/vite.config.ts",
        root: "admin",
        test: {
          name: "admin",
          include: ["src/**/*.test.{ts,tsx}"],
          environment: "jsdom",
          // Pages are drawn whole; on two cores that do other things as well, five seconds are too few.
          testTimeout: 20_000,
          setupFiles: [`${import.meta.dirname}/admin/src/test-setup.ts`],
        },
      },
    ],
  },
});
