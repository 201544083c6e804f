import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findFreePort } from "../../server/test/prefect/free-port.ts";

// The set that the tests pin: newer releases of some packages do not start this server.
const requirements = path.resolve(import.meta.dirname, "../../server/test/prefect/requirements.txt");
const startMs = 180_000;
const stopMs = 15_000;

/** A real Prefect server on loopback: SQLite, all services, no pages, no telemetry. */
export interface Peer {
  readonly api: string;
  /** Its SQLite file; to be opened only while the server is stopped. */
  readonly file: string;
  readonly startMs: number;
  stop(): Promise<void>;
}

/** Installs the peer by pip into a virtual environment that is kept for the next run; answers its Python. */
export function installPeer(): string {
  const wanted = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 12);
  const folder = process.env.PREFECT_VENV ?? path.join(os.tmpdir(), `coursewright-bench-prefect-${wanted}`);
  const python = path.join(folder, "bin/python");
  if (!existsSync(path.join(folder, "bin/prefect"))) {
    const run = (program: string, words: readonly string[]) =>
      execFileSync(program, words, { stdio: ["ignore", 2, 2] });
    run("python3", ["-m", "venv", folder]);
    run(python, [
      ...["-m", "pip", "install", "--quiet", "--disable-pip-version-check"],
      ...["--requirement", requirements],
    ]);
    // The first import compiles thousands of files.
    run(python, ["-c", "import prefect.server.api.server"]);
  }
  return python;
}

/** The version that is measured against, as the requirements say. */
export function peerVersion(): string {
  return /^prefect==(\S+)$/m.exec(readFileSync(requirements, "utf8"))?.[1] ?? "of unknown version";
}

/** Starts the server over the data in this folder and resolves when it is ready. */
export async function startPeer(python: string, folder: string): Promise<Peer> {
  const port = await findFreePort();
  const api = `http://127.0.0.1:${port}/api`;
  const begin = performance.now();
  const words = ["-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", String(port)];
  const child = spawn(python, words, {
    cwd: folder,
    detached: true,
    stdio: ["ignore", "ignore", "pipe"],
    env: {
      PATH: process.env.PATH ?? "",
      HOME: folder,
      PREFECT_HOME: folder,
      PREFECT_SERVER_UI_ENABLED: "false",
      PREFECT_SERVER_ANALYTICS_ENABLED: "false",
      DO_NOT_TRACK: "1",
    },
  });
  let printed = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    printed = (printed + text).slice(-10_000);
  });
  try {
    await ready(api, child);
  } catch (error) {
    await end(child);
    throw new Error(`The peer's server did not start:\n${printed}`, { cause: error });
  }
  return {
    api,
    file: path.join(folder, "prefect.db"),
    startMs: performance.now() - begin,
    stop: () => end(child),
  };
}

async function ready(api: string, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + startMs;
  while (performance.now() < deadline && child.exitCode === null) {
    // Not listening yet is what is waited for.
    const answer = await fetch(`${api}/ready`).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(250);
  }
  throw new Error(`No answer within ${startMs} ms, or it ended with ${child.exitCode}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), stopMs);
  await ended;
  clearTimeout(timer);
}
