import { spawnSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import { readdir, realpath } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * When a process started, in a form that only compares for equality, or `undefined` when it does not run.
 * With the pid it tells a process from a later one that got the same pid.
 */
export function findProcessStart(pid: number): string | undefined {
  if (process.platform !== "linux") {
    const answer = spawnSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" });
    return answer.stdout?.trim() || undefined;
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command in parentheses may hold spaces and parentheses itself; proc(5) counts state as field 3.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : fields[19];
  } catch {
    return undefined; // No such process, or it ended while it was read.
  }
}

/** Pids of the processes that work in a folder (Linux; elsewhere always empty). */
export async function listProcessesIn(folder: string): Promise<number[]> {
  if (process.platform !== "linux") return [];
  const target = await realpath(folder).catch(() => undefined);
  if (target === undefined) return [];
  const pids: number[] = [];
  for (const name of await readdir("/proc")) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    try {
      if (readlinkSync(`/proc/${pid}/cwd`) === target) pids.push(pid);
    } catch {
      // It ended meanwhile, or belongs to another user and so is none of ours.
    }
  }
  return pids;
}

/** Sends a signal; a process that has ended meanwhile is no failure. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

/** Asks until the condition holds; `false` when it did not within the time. */
export async function waitUntil(
  condition: () => boolean | Promise<boolean>,
  timeoutMs: number,
  intervalMs = 20,
): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() >= deadline) return false;
    await sleep(intervalMs);
  }
  return true;
}
