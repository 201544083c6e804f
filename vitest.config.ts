import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

// Most integration tests wait for a database or a child process: two files at once pay off on two cores already.
const maxWorkers = Math.max(2, availableParallelism() - 1);
const integration = "server/**/*.integration.test.ts";

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "server",
          include: ["server/{src,test}/**/*.test.ts", "scripts/**/*.test.ts"],
          exclude: [integration],
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
        extends: "./admin/vite.config.ts",
        root: "admin",
        test: { name: "admin", include: ["src/**/*.test.{ts,tsx}"], environment: "jsdom" },
      },
    ],
  },
});
