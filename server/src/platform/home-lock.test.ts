import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { acquireHomeLock, findHomeLockHolder } from "./home-lock.ts";
import { findProcessStart } from "./processes.ts";

let base: string;
let home: string;

beforeEach(() => {
  base = mkdtempSync(path.join(os.tmpdir(), "coursewright-lock-"));
  home = path.join(base, "home");
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

function writeHolder(holder: object): void {
  writeFileSync(
    path.join(home, "lock"),
    JSON.stringify({ process_start: "1", started_at: new Date(0).toISOString(), address: null, ...holder }),
  );
}

test("a folder is held once, with pid and address, until it is released", () => {
  const lock = acquireHomeLock(home);
  lock.setAddress("http://127.0.0.1:4400");
  expect(() => acquireHomeLock(home)).toThrow(`process ${process.pid}`);
  expect(() => acquireHomeLock(home)).toThrow("http://127.0.0.1:4400");
  lock.release();
  expect(findHomeLockHolder(home)).toBeUndefined();
  acquireHomeLock(home).release();
  expect(readdirSync(home)).toEqual([]);
});

test("the folder is made for its owner only", () => {
  acquireHomeLock(home);
  expect(statSync(home).mode & 0o777).toBe(0o700);
});

test("the lock of a process that has ended is taken over", async () => {
  acquireHomeLock(home).release();
  const child = spawn(process.execPath, ["--eval", ""]);
  await once(child, "exit");
  writeHolder({ pid: child.pid });
  acquireHomeLock(home);
  expect(findHomeLockHolder(home)?.pid).toBe(process.pid);
});

test("a later process with the same pid is not taken for the holder", () => {
  acquireHomeLock(home).release();
  writeHolder({ pid: process.ppid, process_start: "not when it started" });
  expect(findHomeLockHolder(home)).toBeUndefined();
  acquireHomeLock(home);
});

test("a file that is no lock is taken over", () => {
  acquireHomeLock(home).release();
  writeFileSync(path.join(home, "lock"), "half a wri");
  acquireHomeLock(home);
  expect(JSON.parse(readFileSync(path.join(home, "lock"), "utf8"))).toMatchObject({ pid: process.pid });
});

test("a lock that another live process took over meanwhile is not released by us", () => {
  const lock = acquireHomeLock(home);
  writeHolder({ pid: process.ppid, process_start: findProcessStart(process.ppid) });
  lock.release();
  expect(findHomeLockHolder(home)?.pid).toBe(process.ppid);
});
