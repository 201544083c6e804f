import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

// Linux counts in hundredths of a second, whatever its kernel's own tick.
const msPerTick = 10;

/** Processor time in ms that a PostgreSQL server and its sessions, ended ones included, have used; NaN where /proc is missing. */
export function postgresProcessorMs(dataFolder: string): number {
  const [postmaster] = readFileSync(path.join(dataFolder, "postmaster.pid"), "utf8").split("\n");
  let ticks = Number.NaN;
  for (const { pid, parent, own, ended } of readProcesses()) {
    if (pid === postmaster) ticks = (Number.isNaN(ticks) ? 0 : ticks) + own + ended;
    else if (parent === postmaster) ticks = (Number.isNaN(ticks) ? 0 : ticks) + own;
  }
  return ticks * msPerTick;
}

function* readProcesses(): Generator<{ pid: string; parent: string; own: number; ended: number }> {
  for (const pid of listPids()) {
    let stat: string;
    try {
      stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    } catch {
      continue; // It ended meanwhile.
    }
    // The name, in parentheses, may hold anything; what follows is separated by spaces.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [user, system, endedUser, endedSystem] = fields.slice(11, 15).map(Number);
    yield {
      pid,
      parent: fields[1] ?? "",
      own: (user ?? 0) + (system ?? 0),
      ended: (endedUser ?? 0) + (endedSystem ?? 0),
    };
  }
}

function listPids(): string[] {
  try {
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}
