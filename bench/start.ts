import { readdirSync, readFileSync } from "node:fs";
import { createHome, removeHome, startProduct } from "../server/test/product.ts";
import { describeRuns, printMeasured } from "./table.ts";

// Cold start to serving: goal at most 6 s on an empty folder, 3 s on existing data. Idle memory of the whole process tree.
const runs = Number(process.env.RUNS ?? 5);
const settleMs = 5_000;

const first: number[] = [];
const again: number[] = [];
const memory: number[] = [];
for (let run = 0; run < runs; run += 1) {
  const home = createHome();
  const fresh = await startProduct(home);
  first.push(fresh.startMs / 1000);
  await fresh.stop();
  const existing = await startProduct(home);
  again.push(existing.startMs / 1000);
  await new Promise((resolve) => setTimeout(resolve, settleMs));
  memory.push(treeMemoryMb(existing.pid));
  await existing.stop();
  removeHome(home);
}
printMeasured("Start and idle memory", [
  ["first start on an empty folder (goal at most 6 s)", describeRuns(first, "s")],
  ["start on existing data (goal at most 3 s)", describeRuns(again, "s")],
  ["idle memory of the process tree (proportional set size)", describeRuns(memory, "MB", 0)],
]);

/** Proportional set size of a process and all it started, in MB: shared pages are counted once. Linux only. */
function treeMemoryMb(rootPid: number): number {
  const parents = new Map<number, number>();
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    const parent = /^PPid:\s+(\d+)/m.exec(readProc(`/proc/${entry}/status`))?.[1];
    if (parent !== undefined) parents.set(Number(entry), Number(parent));
  }
  const isBelow = (pid: number): boolean =>
    pid === rootPid || (parents.has(pid) && isBelow(parents.get(pid) ?? 0));
  let kilobytes = 0;
  for (const pid of parents.keys()) {
    if (isBelow(pid))
      kilobytes += Number(/^Pss:\s+(\d+)/m.exec(readProc(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0);
  }
  return kilobytes / 1024;
}

function readProc(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // The process has ended meanwhile.
    return "";
  }
}
