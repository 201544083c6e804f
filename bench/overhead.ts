import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { sql } from "kysely";
import type pg from "pg";
import { z } from "zod";
import { definitionsFor } from "../server/src/modules/flow-engine/public.ts";
import { createDatabase } from "../server/src/platform/database.ts";
import { startEmbeddedPostgres } from "../server/src/platform/embedded-postgres/supervisor.ts";
import { createLogger } from "../server/src/platform/logger.ts";
import { migrate } from "../server/src/platform/migrate.ts";
import { createEngineHarness } from "../server/test/engine/harness.ts";
import { postgresProcessorMs } from "./processor-time.ts";
import { describeRuns, median, printMeasured } from "./table.ts";

// The engine's cost of a step that does nothing, against bare graphile-worker jobs that commit a row before and after each
// step. Same database, same number of connections, durable commits on both sides. Chains are long, so that the start of a worker
// does not count. Processor time (Node and the whole PostgreSQL tree) is told beside the rates because it says the same on a
// machine that does other things as well.
const peerVersion = "0.18.0";
const tasks = Number(process.env.TASKS ?? 32);
const steps = Number(process.env.STEPS ?? 200);
const runs = Number(process.env.RUNS ?? 5);
const concurrency = 16;
const connections = 16;

interface Peer {
  run(options: {
    pgPool: pg.Pool;
    concurrency: number;
    noHandleSignals: boolean;
    logger: unknown;
    taskList: Record<string, (payload: unknown) => Promise<void>>;
  }): Promise<{ stop(): Promise<void>; addJob(name: string, payload: unknown): Promise<unknown> }>;
  Logger: new (factory: () => () => void) => unknown;
}

function installPeer(folder: string): Peer {
  execFileSync(
    "npm",
    ["install", "--prefix", folder, "--no-audit", "--no-fund", "--silent", `graphile-worker@${peerVersion}`],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  // The package has no types here; `Peer` names what the benchmark uses of its documented interface.
  return createRequire(path.join(folder, "index.js"))("graphile-worker") as Peer;
}

const { defineFlow, defineStep } = definitionsFor<null>();
const instant = defineStep({
  name: "instant",
  version: 1,
  input: z.object({ number: z.number() }),
  output: z.object({ number: z.number() }),
  run: async (_context, input) => input,
});
const chain = defineFlow({
  name: "chain",
  version: 1,
  input: z.object({}),
  output: z.object({ sum: z.number() }),
  async run(context) {
    context.expectSteps(steps);
    let sum = 0;
    for (let number = 0; number < steps; number += 1) sum += (await context.step(instant, { number })).number;
    return { sum };
  },
});

const folder = mkdtempSync(path.join(os.tmpdir(), "coursewright-bench-"));
const logger = createLogger({ level: "warn", format: "json" });
const peer = installPeer(path.join(folder, "peer"));
const postgres = await startEmbeddedPostgres({ home: path.join(folder, "home"), logger });
await migrate({ url: postgres.url, logger });
const { database, pool, close } = createDatabase({
  url: postgres.url,
  max: connections,
  applicationName: "bench",
  logger,
});

async function measureEngine(): Promise<number> {
  const harness = createEngineHarness({ database, pool, url: postgres.url, logger });
  harness.serve(chain, null);
  const ids: string[] = [];
  for (let task = 0; task < tasks; task += 1) ids.push((await harness.submit({ task_name: "chain" })).id);
  const begin = performance.now();
  await harness.startWorker({ capacity: concurrency });
  for (const id of ids) await harness.waitForTask(id, ({ status }) => status === "completed", 120_000);
  const seconds = (performance.now() - begin) / 1_000;
  await harness.stop();
  return (tasks * steps) / seconds;
}

async function measurePeer(): Promise<number> {
  let ended = 0;
  let whenDone: () => void = () => undefined;
  const done = new Promise<void>((resolve) => {
    whenDone = resolve;
  });
  const begin = performance.now();
  const runner = await peer.run({
    pgPool: pool,
    concurrency,
    noHandleSignals: true,
    logger: new peer.Logger(() => () => undefined),
    taskList: {
      async bare() {
        for (let number = 0; number < steps; number += 1) {
          const inserted = await pool.query("INSERT INTO bare_steps (number) VALUES ($1) RETURNING id", [
            number,
          ]);
          await pool.query("UPDATE bare_steps SET output = $2, done = true WHERE id = $1", [
            inserted.rows[0].id,
            JSON.stringify({ number }),
          ]);
        }
        ended += 1;
        if (ended === tasks) whenDone();
      },
    },
  });
  for (let task = 0; task < tasks; task += 1) await runner.addJob("bare", {});
  await done;
  const seconds = (performance.now() - begin) / 1_000;
  await runner.stop();
  return (tasks * steps) / seconds;
}

interface Measured {
  readonly rate: number;
  /** Processor time of one step in ms; NaN where the system does not tell. */
  readonly cost: number;
}

async function measure(run: () => Promise<number>): Promise<Measured> {
  const before = processorMs();
  const rate = await run();
  return { rate, cost: (processorMs() - before) / (tasks * steps) };
}

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000 + postgresProcessorMs(path.join(folder, "home", "postgres"));
}

const own: Measured[] = [];
const bare: Measured[] = [];
try {
  await sql`CREATE TABLE bare_steps (id bigserial PRIMARY KEY, number int, output jsonb, done boolean DEFAULT false)`.execute(
    database,
  );
  for (let run = 0; run <= runs; run += 1) {
    const [engine, without] = [await measure(measureEngine), await measure(measurePeer)];
    if (run === 0) continue; // Warms both up.
    own.push(engine);
    bare.push(without);
  }
} finally {
  await close();
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}
const rates = (runs: readonly Measured[]) => runs.map(({ rate }) => rate);
const costs = (runs: readonly Measured[]) => runs.map(({ cost }) => cost);
printMeasured(`Engine cost per step, ${tasks} tasks of ${steps} instant steps, ${concurrency} at once`, [
  ["steps per second (goal at least 1,500)", describeRuns(rates(own), "/s", 0)],
  [`graphile-worker ${peerVersion}, two commits per step`, describeRuns(rates(bare), "/s", 0)],
  ["cost against it, by rate (goal at most 1.5)", (median(rates(bare)) / median(rates(own))).toFixed(2)],
  ["processor time per step", describeRuns(costs(own), "ms", 3)],
  [`graphile-worker ${peerVersion}, processor time per step`, describeRuns(costs(bare), "ms", 3)],
  ["cost against it, by processor time", (median(costs(own)) / median(costs(bare))).toFixed(2)],
]);
