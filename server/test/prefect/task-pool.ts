import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { authString } from "./prefect-server.ts";
import { type PythonProcess, startPython } from "./python-process.ts";
import { waitFor } from "./wait-for.ts";

const root = path.resolve(import.meta.dirname, "../../..");

/** A process work pool that carries tasks, as the guide makes it. */
export interface TaskPool {
  /** Starts a worker and resolves when it polls the pool; `stop` or `killTree` ends it. */
  startWorker(): Promise<PythonProcess>;
}

/**
 * Makes the work pool and the deployment `run-task/coursewright`. `environment` is that of the pool's workers and tells run-task
 * where the database is.
 */
export async function makeTaskPool(
  apiUrl: string,
  name: string,
  environment: Readonly<Record<string, string>>,
): Promise<TaskPool> {
  const start = (words: readonly string[]) => {
    const home = mkdtempSync(path.join(os.tmpdir(), "coursewright-pool-"));
    const started = startPython(words, {
      home,
      cwd: path.join(root, "examples/prefect"),
      environment: {
        PREFECT_API_URL: apiUrl,
        PREFECT_API_AUTH_STRING: authString,
        PREFECT_WORKER_QUERY_SECONDS: "1",
        PREFECT_LOGGING_TO_API_BATCH_INTERVAL: "0.2",
        COURSEWRIGHT_COMMAND: `${process.execPath} ${path.join(root, "server/src/main.ts")}`,
        ...environment,
      },
    });
    void started.ended.then(() => rmSync(home, { recursive: true, force: true }));
    return started;
  };
  const finish = async (words: readonly string[]) => {
    const started = start(words);
    if ((await started.ended) !== 0) throw new Error(`${words.join(" ")} failed:\n${started.output()}`);
  };
  await finish(["-m", "prefect", "work-pool", "create", name, "--type", "process"]);
  await finish(["run_task_flow.py", "deploy", "--pool", name]);
  return {
    async startWorker() {
      const worker = start(["-m", "prefect", "worker", "start", "--pool", name]);
      return waitFor(`a worker of ${name}`, async () => {
        if (worker.hasEnded()) throw new Error(`The worker ended:\n${worker.output()}`);
        return worker.output().includes("started!") ? worker : undefined;
      });
    },
  };
}

const run = promisify(execFile);

/** Ends a process and all that it started, at once, as a lost machine would. */
export async function killTree(pid: number): Promise<void> {
  // Stopped first, so that nothing new is started while the others are looked for.
  process.kill(pid, "SIGSTOP");
  for (const child of await childrenOf(pid)) await killTree(child);
  process.kill(pid, "SIGKILL");
}

async function childrenOf(pid: number): Promise<number[]> {
  try {
    const { stdout } = await run("pgrep", ["-P", String(pid)]);
    return stdout.trim().split("\n").map(Number);
  } catch {
    return []; // pgrep ends with 1 when it finds none.
  }
}
