import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { sql } from "kysely";
import { inject } from "vitest";
import type { Database } from "../src/platform/database.ts";

const script = path.resolve(import.meta.dirname, "engine/worker-process.ts");

/** Worker processes that execute tasks named `chain` on a test's database, to be killed or frozen. */
export interface ChainWorkers {
  start(): Promise<ChildProcess>;
  /** A task of some steps; the one numbered `gated` ends once the gate is open. Answers its id. */
  submit(steps: number, gated: number | null): Promise<string>;
  openGate(): void;
  stop(): void;
}

export function createChainWorkers(database: Database): ChainWorkers {
  const folder = mkdtempSync(path.join(os.tmpdir(), "coursewright-chain-"));
  const [callsFile, gateFile] = [path.join(folder, "calls"), path.join(folder, "gate")];
  writeFileSync(callsFile, "");
  const children: ChildProcess[] = [];
  return {
    async start() {
      const { rows } = await sql<{ name: string }>`SELECT current_database() AS name`.execute(database);
      const url = new URL(inject("postgresUrl"));
      url.pathname = `/${rows[0]?.name}`;
      const child = spawn(process.execPath, [script, url.href, callsFile, gateFile], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      children.push(child);
      await new Promise((resolve, reject) => {
        child.stdout.once("data", resolve);
        child.once("exit", () => reject(new Error("The worker process ended early")));
      });
      return child;
    },
    async submit(steps, gated) {
      const { rows } = await sql<{ id: string }>`
        WITH lineage AS (INSERT INTO lineages DEFAULT VALUES RETURNING id)
        INSERT INTO tasks (task_name, inputs, lineage_id)
        SELECT 'chain', ${JSON.stringify({ steps, ms: 5, gated })}::jsonb, id FROM lineage RETURNING id`.execute(
        database,
      );
      if (rows[0] === undefined) throw new Error("The task was not inserted");
      return rows[0].id;
    },
    openGate: () => writeFileSync(gateFile, ""),
    stop() {
      for (const child of children) child.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
