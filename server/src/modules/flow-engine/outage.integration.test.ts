import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chain } from "../../../test/engine/chain-flow.ts";
import { createEngineHarness, type EngineHarness, waitFor } from "../../../test/engine/harness.ts";
import { createDatabase, type DatabaseConnection } from "../../platform/database.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../platform/embedded-postgres/supervisor.ts";
import { createSilentLogger } from "../../platform/logger.ts";
import { migrate } from "../../platform/migrate.ts";

let home: string;
let postgres: EmbeddedPostgres;
let connection: DatabaseConnection;
let harness: EngineHarness;
const logger = createSilentLogger();

beforeAll(async () => {
  home = mkdtempSync(path.join(os.tmpdir(), "coursewright-outage-"));
  postgres = await startEmbeddedPostgres({ home, logger });
  await migrate({ url: postgres.url, logger });
  connection = createDatabase({ url: postgres.url, max: 10, applicationName: "test", logger });
  harness = createEngineHarness({ ...connection, url: postgres.url });
});
afterAll(async () => {
  await harness.stop();
  await connection.close();
  await postgres.stop();
  rmSync(home, { recursive: true, force: true });
});

test("kill -9 of the database: results of calls in flight are held and committed, nobody is declared dead", async () => {
  const callsFile = path.join(home, "calls");
  harness.serve(chain, { callsFile, gateFile: path.join(home, "gate") });
  const worker = await harness.startWorker();
  const before = worker.id();
  const { id } = await harness.submit({ task_name: "chain", inputs: { steps: 6, ms: 400, gated: null } });
  const calls = () =>
    readFileSync(callsFile, { encoding: "utf8", flag: "a+" }).split("\n").filter(Boolean).map(Number);
  await waitFor(
    async () => calls(),
    (made) => made.length >= 2,
  );
  const postmaster = Number(
    readFileSync(path.join(home, "postgres", "postmaster.pid"), "utf8").split("\n")[0],
  );
  process.kill(postmaster, "SIGKILL");
  const isBack = async () => {
    try {
      return (await harness.readTask(id)).status;
    } catch {
      return null; // Still away.
    }
  };
  await waitFor(isBack, (status) => status === "completed", 45_000);
  expect(await harness.readTask(id)).toMatchObject({ crashes: 0 });
  expect(worker.id()).toBe(before);
  expect(calls()).toEqual([0, 1, 2, 3, 4, 5]);
  const dead = await sql<{
    count: number;
  }>`SELECT count(*) AS count FROM workers WHERE dead_at IS NOT NULL`.execute(connection.database);
  expect(dead.rows).toEqual([{ count: 0 }]);
}, 60_000);
