import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findFreePort } from "./free-port.ts";
import { type PythonProcess, startPython } from "./python-process.ts";

/** The secret that the tests' server wants (PREFECT_SERVER_API_AUTH_STRING). */
export const authString = "tester:prefect-test-secret";

export interface PrefectServer {
  readonly apiUrl: string;
  readonly pid: number;
  readonly startedInMs: number;
  output(): string;
  stop(): Promise<void>;
  /** Ends it as a crash would; its folder stays for the next one. */
  kill(): Promise<void>;
}

export interface PrefectServerOptions {
  /** Holds the SQLite file. Default: a temporary one that goes with the server. */
  readonly folder?: string;
  /** Default: a free one. */
  readonly port?: number;
  readonly environment?: Readonly<Record<string, string>>;
}

const longestStartMs = 120_000;

/** Waiting times of minutes are seconds here: late runs, and what is cancelled although nobody confirms it. */
const shortTimes = {
  PREFECT_SERVER_SERVICES_LATE_RUNS_LOOP_SECONDS: "1",
  PREFECT_SERVER_SERVICES_LATE_RUNS_AFTER_SECONDS: "3",
  PREFECT_SERVER_SERVICES_CANCELLATION_CLEANUP_LOOP_SECONDS: "1",
  PREFECT_SERVER_SERVICES_CANCELLATION_CLEANUP_CANCELLING_TIMEOUT_SECONDS: "6",
};

/** Starts a real Prefect server on loopback: SQLite, no pages, no analytics, all services. Resolves when it is ready. */
export async function startPrefectServer(options: PrefectServerOptions = {}): Promise<PrefectServer> {
  const folder = options.folder ?? mkdtempSync(path.join(os.tmpdir(), "coursewright-prefect-"));
  const port = options.port ?? (await findFreePort());
  const apiUrl = `http://127.0.0.1:${port}/api`;
  const startedAt = performance.now();
  const process = startPython(
    ["-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", String(port)],
    {
      home: folder,
      environment: {
        PREFECT_SERVER_UI_ENABLED: "false",
        PREFECT_SERVER_API_AUTH_STRING: authString,
        ...shortTimes,
        ...options.environment,
      },
    },
  );
  try {
    await waitUntilReady(process, apiUrl);
  } catch (error) {
    await process.kill();
    throw error;
  }
  const removeFolder = () => {
    if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
  };
  return {
    apiUrl,
    pid: process.pid,
    startedInMs: performance.now() - startedAt,
    output: () => process.output(),
    kill: () => process.kill(),
    async stop() {
      await process.stop();
      removeFolder();
    },
  };
}

async function waitUntilReady(process: PythonProcess, apiUrl: string): Promise<void> {
  const deadline = performance.now() + longestStartMs;
  while (performance.now() < deadline) {
    if (process.hasEnded()) throw new Error(`Prefect ended at its start:\n${process.output()}`);
    // Not listening yet is what is waited for.
    const answer = await fetch(`${apiUrl}/ready`).catch(() => null);
    if (answer?.ok === true) return;
    await sleep(100);
  }
  throw new Error(`Prefect was not ready after ${longestStartMs} ms:\n${process.output()}`);
}
