import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { expect } from "@playwright/test";
import { createClient } from "../server/src/platform/database.ts";
import { startEmbeddedPostgres } from "../server/src/platform/embedded-postgres/supervisor.ts";
import { createSilentLogger } from "../server/src/platform/logger.ts";
import { ask, askWith, createHome, createUnit, removeHome } from "../server/test/product.ts";
import { addAddress, type RunningProgram, runProgram } from "../server/test/program.ts";
import { startTestProvider, type TestProvider } from "../server/test/provider/provider.ts";
import { startTcpProxy, type TcpProxy } from "../server/test/tcp-proxy.ts";
import { watchedTest } from "./fixtures.ts";

/** The full numbers in `npm run campaign:live`, a sample of them otherwise. */
export const campaign = {
  units: Number(process.env.LIVE_UNITS ?? 6),
  cuts: Number(process.env.LIVE_CUTS ?? 5),
  seed: Number(process.env.LIVE_SEED ?? 20_261_122),
};

/** API and dashboard, a worker and the database, each a process of its own; the browser comes through a proxy. */
export interface World {
  /** Of the product, by way of the proxy. */
  readonly url: string;
  readonly provider: TestProvider;
  readonly proxy: TcpProxy;
  /** Asks for a unit; answers its id. */
  createUnit(title: string, change?: Record<string, unknown>): Promise<string>;
  /** Cancels every job that has not ended, and waits until all have. */
  cancelAll(): Promise<void>;
  /** Takes away what would still need somebody: jobs, units and open incidents. What was recorded of them stays. */
  cleanUp(): Promise<void>;
  /** Ends the process that serves the API without any warning. */
  killServer(): Promise<void>;
  /** Starts it again at the same address. */
  startServer(): Promise<void>;
  /** Stops the worker's process as a machine that freezes does: it keeps its connections and says nothing. */
  freezeWorker(): void;
  thawWorker(): void;
  /** Reads the product's database. */
  query<Row>(statement: string, values?: readonly unknown[]): Promise<readonly Row[]>;
}

const slots = 4;

/** A world of its own for a worker's tests. */
export const monitorTest = watchedTest.extend<object, { world: World }>({
  world: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from the pattern which fixtures are wanted.
    async ({}, use) => {
      const { world, close } = await startWorld();
      try {
        await use(world);
      } finally {
        await close();
      }
    },
    { scope: "worker", timeout: 90_000 },
  ],
  address: [({ world }, use) => use(world.url), { scope: "worker" }],
});

async function startWorld(): Promise<{ world: World; close(): Promise<void> }> {
  const home = createHome();
  const provider = await startTestProvider();
  const database = await startEmbeddedPostgres({
    home: `${home}-database`,
    logger: createSilentLogger(),
    settings: { fsync: "off" },
  });
  const settings = {
    COURSEWRIGHT_HOME: home,
    COURSEWRIGHT_KEY_FILE: `${home}-keys`,
    DATABASE_URL: database.url,
    LOG_LEVEL: "warn",
    COURSEWRIGHT_WORKER_CONCURRENCY: String(slots),
    COURSEWRIGHT_LLM_BASE_URL: provider.url,
    COURSEWRIGHT_LLM_API_KEY: "test-key",
    COURSEWRIGHT_TEXT_MODEL: "test-text",
    COURSEWRIGHT_SPEECH_MODEL: "test-speech",
    COURSEWRIGHT_IMAGE_MODEL: "test-image",
  };
  let server = runProgram(["serve"], { ...settings, COURSEWRIGHT_PORT: "0" });
  const address = await server.ready();
  await setPrices(database.url, new URL(provider.url).host);
  const worker = runProgram(["worker"], settings);
  await until(worker, /worker is running/);
  const proxy = await startTcpProxy(address);
  const url = proxy.url.replace(/\/$/, "");
  addAddress(address, url);
  const world: World = {
    url,
    provider,
    proxy,
    createUnit: (title, change = {}) =>
      createUnit(address, {
        title,
        topic: title,
        learner_level: "beginner",
        target_lesson_count: 2,
        ...change,
      }),
    cancelAll: () => cancelAll(address, database.url),
    cleanUp: () => cleanUp(address, database.url),
    async killServer() {
      server.child.kill("SIGKILL");
      await server.ended();
    },
    async startServer() {
      server = runProgram(["serve"], { ...settings, COURSEWRIGHT_PORT: new URL(address).port });
      await server.ready();
    },
    freezeWorker: () => signal(worker.child, "SIGSTOP"),
    thawWorker: () => signal(worker.child, "SIGCONT"),
    query: (statement, values) => query(database.url, statement, values),
  };
  return {
    world,
    async close() {
      signal(worker.child, "SIGCONT");
      for (const program of [worker, server]) {
        program.child.kill("SIGTERM");
        await program.ended();
      }
      await proxy.close();
      await database.stop();
      await provider.close();
      for (const folder of [home, `${home}-database`]) removeHome(folder);
    },
  };
}

async function cancelAll(address: string, databaseUrl: string): Promise<void> {
  const live = "SELECT id FROM tasks WHERE status IN ('pending', 'in_progress', 'retry', 'paused')";
  for (const { id } of await query<{ id: string }>(databaseUrl, live)) {
    await ask(address, `/task-queue/tasks/${id}/cancel`, { method: "POST" });
  }
  await expect.poll(() => query(databaseUrl, live)).toEqual([]);
}

async function cleanUp(address: string, databaseUrl: string): Promise<void> {
  await cancelAll(address, databaseUrl);
  for (const { id } of await query<{ id: string }>(databaseUrl, "SELECT id FROM units")) {
    await ask(address, `/content/units/${id}`, { method: "DELETE" });
  }
  const open = "SELECT id FROM incidents WHERE resolved_at IS NULL";
  for (const { id } of await query<{ id: string }>(databaseUrl, open)) {
    await askWith(address, "PATCH", `/admin/incidents/${id}`, { is_resolved: true });
  }
  await expect.poll(() => query(databaseUrl, open)).toEqual([]);
}

/** Without prices every cost would be unknown. */
async function setPrices(url: string, provider: string): Promise<void> {
  await query(
    url,
    `INSERT INTO price_book (provider, model, billed, usd_per_million, source)
     SELECT $1, model, billed, 10, 'test' FROM (VALUES ('test-text', 'input_token'), ('test-text', 'output_token'),
       ('test-speech', 'character'), ('test-image', 'image')) AS priced (model, billed)`,
    [provider],
  );
}

async function until(program: RunningProgram, words: RegExp): Promise<void> {
  while (!words.test(program.stdout())) {
    await Promise.race([
      once(program.child.stdout ?? program.child, "data"),
      program.ended().then((code) => {
        throw new Error(`The program ended with ${code}:\n${program.stderr()}`);
      }),
    ]);
  }
}

function signal(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.exitCode === null) child.kill(name);
}

async function query<Row>(url: string, statement: string, values: readonly unknown[] = []): Promise<Row[]> {
  const client = createClient({ url, applicationName: "browser test" });
  await client.connect();
  try {
    // The caller names the columns that its statement reads.
    return (await client.query(statement, [...values])).rows as Row[];
  } finally {
    await client.end();
  }
}
