import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { createAuditService } from "../server/src/modules/audit/service.ts";
import { trimLog } from "../server/src/modules/audit/trim-log.ts";
import { createDatabase, type Database } from "../server/src/platform/database.ts";
import { startEmbeddedPostgres } from "../server/src/platform/embedded-postgres/supervisor.ts";
import { createSilentLogger } from "../server/src/platform/logger.ts";
import { migrate } from "../server/src/platform/migrate.ts";
import { ageAuditLog } from "../server/test/builders/aged-audit-log.ts";
import { auditEntry } from "../server/test/builders/audit-entry.ts";
import { printMeasured } from "./table.ts";

// What an entry of the audit log costs: they are written one after the other, whoever writes them, and each is on the disk
// before its action is answered. Also how fast the chain is read again, and how long writers wait while its beginning goes.
const entriesPerWriter = Number(process.env.ENTRIES ?? 500);
const writersFile = path.resolve(import.meta.dirname, "audit-writers.ts");

const folder = mkdtempSync(path.join(os.tmpdir(), "coursewright-bench-"));
const logger = createSilentLogger();
const postgres = await startEmbeddedPostgres({ home: path.join(folder, "home"), logger });
try {
  await migrate({ url: postgres.url, logger });
  const alone = await measure(1, 1);
  const together = await measure(2, 4);
  const connection = createDatabase({ url: postgres.url, max: 4, applicationName: "bench", logger });
  const audit = createAuditService(connection.database);
  const start = performance.now();
  const verdict = await audit.verify();
  const verifyMs = performance.now() - start;
  if (!verdict.is_intact) throw new Error(verdict.problem ?? "The chain is broken");
  const removal = await measureRemoval(connection.database);
  await connection.close();
  printMeasured("Audit log", [
    ["1 writer", alone],
    ["8 writers over 2 processes", together],
    [
      "reading the chain again",
      `${perSecond(verdict.entries, verifyMs)} (N ${verdict.entries}, whole, no number missing)`,
    ],
    ["removing what is old", removal],
  ]);
} finally {
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function measureRemoval(database: Database): Promise<string> {
  await ageAuditLog(database, 500);
  const audit = createAuditService(database);
  let isOver = false;
  let longestMs = 0;
  const start = performance.now();
  const removing = trimLog(database, 400).finally(() => {
    isOver = true;
  });
  while (!isOver) {
    const before = performance.now();
    await audit.record(auditEntry());
    longestMs = Math.max(longestMs, performance.now() - before);
  }
  const removed = await removing;
  const speed = perSecond(removed, performance.now() - start);
  const { is_intact, problem } = await audit.verify();
  if (!is_intact) throw new Error(problem ?? "The chain is broken");
  return `${speed}; a writer beside it waits ${longestMs.toFixed(0)} ms at most (N ${removed})`;
}

async function measure(processes: number, writers: number): Promise<string> {
  const children = Array.from({ length: processes }, () => {
    const words = [writersFile, postgres.url, String(writers), String(entriesPerWriter)];
    const child = spawn(process.execPath, words, { stdio: ["pipe", "pipe", "inherit"] });
    return { child, lines: createInterface(child.stdout)[Symbol.asyncIterator]() };
  });
  for (const { lines } of children) await lines.next();
  const start = performance.now();
  for (const { child } of children) child.stdin.write("go\n");
  const durations: number[] = [];
  for (const { lines } of children) {
    const { value } = await lines.next();
    // The child's own line.
    durations.push(...(JSON.parse(String(value)) as number[]));
  }
  const elapsedMs = performance.now() - start;
  durations.sort((left, right) => left - right);
  const at = (share: number) => (durations[Math.floor(durations.length * share)] ?? Number.NaN).toFixed(2);
  const speed = perSecond(durations.length, elapsedMs);
  return `${speed}; p50 ${at(0.5)} ms, p99 ${at(0.99)} ms (N ${durations.length})`;
}

function perSecond(count: number, ms: number): string {
  return `${Math.round((count / ms) * 1_000).toLocaleString("en-US")} entries/s`;
}
