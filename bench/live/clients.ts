import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import path from "node:path";
import type pg from "pg";
import { authorization } from "../../server/test/product.ts";
import { commitChanges } from "./changes.ts";

export interface ClientsOptions {
  readonly url: string;
  readonly serverPid: number;
  readonly pool: pg.Pool;
  readonly clients: number;
  readonly perSecond: number;
  readonly seconds: number;
}

export interface ClientsRun {
  /** From COMMIT to the broadcast with the row, whole, at a reader; every reader of every change counts. In ms. */
  readonly delays: readonly number[];
  readonly gaps: number;
  readonly megabytesPerSecond: number;
  /** Resident memory of the server in MB. */
  readonly memory: { readonly idle: number; readonly open: number; readonly most: number };
  /** Processor time of the server, in ms per second. */
  readonly serverMsPerSecond: number;
}

interface Answer {
  readonly arrivals: Readonly<Record<string, readonly number[]>>;
  readonly rows: readonly { readonly seq: number; readonly id: string; readonly cents: number }[];
  readonly gaps: number;
  readonly bytes: number;
}

const program = path.resolve(import.meta.dirname, "../live-readers.ts");

/** Opens so many streams from one other process and changes rows while they listen. */
export async function measureClients(options: ClientsOptions): Promise<ClientsRun> {
  const { url, serverPid, pool, clients, perSecond, seconds } = options;
  const { rows: newest } = await pool.query<{ id: string }>(
    "SELECT id FROM flow_runs ORDER BY id DESC LIMIT 10000",
  );
  const idle = residentMb(serverPid);
  const child = spawn(process.execPath, ["--max-old-space-size=4000", program, url, String(clients)], {
    env: { ...process.env, READER_AUTHORIZATION: authorization(url).authorization },
    stdio: ["pipe", "pipe", "inherit"],
  });
  let printed = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
  });
  await until(child, () => printed.startsWith("open\n"));
  const open = residentMb(serverPid);
  let most = open;
  const watch = setInterval(() => {
    most = Math.max(most, residentMb(serverPid));
  }, 250);
  const processorBefore = processorMs(serverPid);
  const begin = performance.now();
  const changes = await commitChanges({
    pool,
    perSecond,
    seconds,
    pick: (change) => newest[(change * 7919) % newest.length]?.id ?? "",
  });
  const wholeSeconds = (performance.now() - begin) / 1000;
  const serverMsPerSecond = (processorMs(serverPid) - processorBefore) / wholeSeconds;
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  clearInterval(watch);
  const ended = once(child, "close");
  child.stdin.end();
  await ended;
  // What live-readers.ts prints.
  const answer = JSON.parse(printed.slice("open\n".length)) as Answer;
  const told = Map.groupBy(answer.rows, ({ id }) => id);
  const delays: number[] = [];
  for (const { id, cents, committedAt } of changes) {
    // A change that a later one of the same row overtook came with that one.
    const seq = told.get(id)?.find((row) => row.cents >= cents)?.seq;
    const arrived = seq === undefined ? undefined : answer.arrivals[seq];
    if (arrived === undefined) throw new Error("A change was never told");
    for (const at of arrived) delays.push(at - committedAt);
  }
  return {
    delays,
    gaps: answer.gaps,
    megabytesPerSecond: answer.bytes / 1e6 / wholeSeconds,
    memory: { idle, open, most },
    serverMsPerSecond,
  };
}

async function until(child: ChildProcess, holds: () => boolean): Promise<void> {
  while (!holds()) {
    if (child.exitCode !== null || child.stdout === null) throw new Error("The readers ended too early");
    await once(child.stdout, "data");
  }
}

function residentMb(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kilobytes) / 1024;
}

function processorMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  // Linux counts in hundredths of a second.
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
