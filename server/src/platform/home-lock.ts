import { randomUUID } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { defineErrors } from "./errors.ts";
import { findProcessStart } from "./processes.ts";

export const homeLockErrors = defineErrors({
  home_in_use: { status: 409, retryable: true, title: "Data folder in use" },
});

const holderSchema = z.object({
  pid: z.number().int(),
  process_start: z.string(),
  started_at: z.string(),
  address: z.string().nullable(),
});

/** The process that uses a data folder. */
export type HomeLockHolder = z.infer<typeof holderSchema>;

export interface HomeLock {
  /** Tells later processes where this one can be reached, such as `http://127.0.0.1:4400`. */
  setAddress(address: string): void;
  release(): void;
}

/** Creates the data folder, for its owner only, when it is missing. */
export function ensureHome(home: string): void {
  mkdirSync(home, { recursive: true, mode: 0o700 });
}

/**
 * Claims a data folder for this process. A lock left by a process that was killed is taken over.
 *
 * @throws AppError `home_in_use` naming pid and address of the live holder.
 */
export function acquireHomeLock(home: string): HomeLock {
  ensureHome(home);
  const file = lockFile(home);
  const own: HomeLockHolder = {
    pid: process.pid,
    process_start: findProcessStart(process.pid) ?? "unknown",
    started_at: new Date().toISOString(),
    address: null,
  };
  while (!tryCreate(file, own)) {
    const holder = findHomeLockHolder(home);
    if (holder) throw inUse(home, holder);
    setStaleAside(file);
  }
  return {
    setAddress(address) {
      own.address = address;
      writeAtomically(file, own);
    },
    release() {
      if (readHolder(file)?.pid === process.pid) rmSync(file, { force: true });
    },
  };
}

/** The live process that holds a data folder, or `undefined` when none does. */
export function findHomeLockHolder(home: string): HomeLockHolder | undefined {
  const holder = readHolder(lockFile(home));
  if (!holder) return undefined;
  return findProcessStart(holder.pid) === holder.process_start ? holder : undefined;
}

function lockFile(home: string): string {
  return path.join(home, "lock");
}

function inUse(home: string, holder: HomeLockHolder) {
  const where = holder.address === null ? "" : ` and answers at ${holder.address}`;
  return homeLockErrors.create(
    "home_in_use",
    `The data folder ${home} is in use by process ${holder.pid}, which runs since ${holder.started_at}${where}. ` +
      "Stop it first, or set COURSEWRIGHT_HOME to another folder.",
  );
}

function tryCreate(file: string, holder: HomeLockHolder): boolean {
  const draft = `${file}.${randomUUID()}`;
  writeFileSync(draft, JSON.stringify(holder), { mode: 0o600 });
  try {
    linkSync(draft, file); // Fails when the file exists and never shows it half written.
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function writeAtomically(file: string, holder: HomeLockHolder): void {
  const draft = `${file}.${randomUUID()}`;
  writeFileSync(draft, JSON.stringify(holder), { mode: 0o600 });
  renameSync(draft, file);
}

// Between the look and the rename another process may have taken the stale lock over: what was moved is
// looked at again and, when it belongs to a live process, put back.
function setStaleAside(file: string): void {
  const aside = `${file}.${randomUUID()}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return;
    throw error;
  }
  const moved = readHolder(aside);
  if (moved && findProcessStart(moved.pid) === moved.process_start) linkSync(aside, file);
  rmSync(aside, { force: true });
}

function readHolder(file: string): HomeLockHolder | undefined {
  try {
    return holderSchema.safeParse(JSON.parse(readFileSync(file, "utf8"))).data;
  } catch {
    return undefined; // Missing, or not written by us: both mean that nobody holds the folder.
  }
}
