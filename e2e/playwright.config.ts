import { existsSync } from "node:fs";
import { defineConfig } from "@playwright/test";

const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";

export default defineConfig({
  testDir: ".",
  outputDir: "results",
  fullyParallel: false,
  workers: 2,
  retries: 0,
  forbidOnly: process.env.CI !== undefined,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: "list",
  use: {
    viewport: { width: 1440, height: 900 },
    trace: { mode: "retain-on-failure", screenshots: false, sources: false },
    launchOptions: {
      // Without one there, Playwright takes the browser that it installed itself.
      ...(existsSync(executablePath) ? { executablePath } : {}),
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  // Each worker starts a product of its own, so those who share one share a worker too.
  projects: [
    // The story reads lists that hold nothing but what it made.
    { name: "story", testMatch: /story\.spec\.ts/, workers: 1 },
    { name: "work", testMatch: /(course|live|outage)\.spec\.ts/, workers: 1 },
    { name: "accounts", testMatch: /(sign-in|account-forms|roles)\.spec\.ts/, workers: 1 },
    { name: "monitor", testMatch: /(monitor|alerts)\.spec\.ts/, workers: 1 },
    { name: "repair", testMatch: /(bulk|repair|replay)\.spec\.ts/, workers: 1 },
    {
      name: "pages",
      testMatch: /(navigation|security|walk|a11y|screenshots|lists|large)\.spec\.ts/,
      workers: 1,
    },
    // Writes over everything that its product shows.
    { name: "injection", testMatch: /injection\.spec\.ts/, workers: 1 },
    // Needs Python; the gate prefect runs it.
    { name: "prefect", testMatch: /prefect\.spec\.ts/, workers: 1 },
  ],
});
