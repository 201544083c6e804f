import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type RunningProgram, runProgram } from "../../test/program.ts";
import { createClient } from "../platform/database.ts";
import { findDatabaseUrl } from "../platform/embedded-postgres/cluster.ts";
import { listProcessesIn, waitUntil } from "../platform/processes.ts";

let base: string;
let home: string;
let programs: RunningProgram[];

beforeEach(() => {
  base = mkdtempSync(path.join(os.tmpdir(), "coursewright-start-"));
  chmodSync(base, 0o755);
  home = path.join(base, "home");
  programs = [];
});
afterEach(async () => {
  for (const program of programs) {
    if (program.child.exitCode === null) program.child.kill("SIGTERM");
    await program.ended();
  }
  for (const pid of await databaseProcesses()) process.kill(pid, "SIGKILL");
  rmSync(base, { recursive: true, force: true });
});

function run(
  words: readonly string[] = ["start"],
  settings: Readonly<Record<string, string>> = {},
): RunningProgram {
  const program = runProgram(words, {
    COURSEWRIGHT_HOME: home,
    COURSEWRIGHT_KEY_FILE: path.join(base, "keys"),
    COURSEWRIGHT_PORT: "0",
    ...settings,
  });
  programs.push(program);
  return program;
}

function databaseProcesses(): Promise<number[]> {
  return listProcessesIn(path.join(home, "postgres"));
}

async function query(sql: string): Promise<unknown[]> {
  const client = createClient({ url: findDatabaseUrl(home)!, applicationName: "test" });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function isReady(address: string): Promise<boolean> {
  return fetch(`${address}/readyz`).then(
    (response) => response.ok,
    () => false,
  );
}

test("it starts on an empty folder, says where, stops on SIGTERM with its database, and starts again", async () => {
  const first = run();
  const address = await first.ready();
  const [ready, link, ...rest] = first.stdout().split("\n");
  expect(ready).toBe(`Coursewright is ready at ${address}`);
  expect(link).toMatch(/^Open http:\/\/127\.0\.0\.1:\d+\/setup\/[\w-]{43} to sign in; the link works once$/);
  expect(rest).toEqual([""]);
  expect(await isReady(address)).toBe(true);
  await query("CREATE TABLE kept AS SELECT 42 AS answer");
  const startedAt = performance.now();
  first.child.kill("SIGTERM");
  expect(await first.ended()).toBe(0);
  expect(performance.now() - startedAt).toBeLessThan(10_000);
  expect(await databaseProcesses()).toEqual([]);
  expect(existsSync(path.join(home, "lock"))).toBe(false);
  await run().ready();
  expect(await query("SELECT answer FROM kept")).toEqual([{ answer: 42 }]);
});

test("a second start on the same data says who runs and leaves it alone, other commands join", async () => {
  const first = run();
  const address = await first.ready();
  const second = run();
  expect(await second.ended()).toBe(1);
  expect(second.stderr()).toContain(`process ${first.child.pid}`);
  expect(second.stderr()).toContain(address);
  expect(second.stderr()).toContain("COURSEWRIGHT_HOME");
  const joining = run(["migrate", "--json"]);
  expect(await joining.ended()).toBe(0);
  expect(JSON.parse(joining.stdout())).toEqual({ applied: [] });
  expect(await isReady(address)).toBe(true);
});

test("of several starts at the same moment exactly one wins", async () => {
  const contestants = [run(), run(), run()];
  const outcomes = await Promise.all(
    contestants.map((program) =>
      program.ready().then(
        () => "ready",
        () => program.ended(),
      ),
    ),
  );
  expect(outcomes.sort()).toEqual([1, 1, "ready"]);
});

test("a taken port is reported with the setting to change, and nothing is left running", async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const taken = other.address();
  const port = typeof taken === "object" && taken !== null ? String(taken.port) : "";
  const program = run(["start"], { COURSEWRIGHT_PORT: port });
  expect(await program.ended()).toBe(1);
  expect(program.stderr()).toContain(port);
  expect(program.stderr()).toContain("COURSEWRIGHT_PORT");
  expect(program.stderr()).not.toContain("    at ");
  expect(await databaseProcesses()).toEqual([]);
  other.close();
});

test("after kill -9 the next start takes over the data folder and the database left behind", async () => {
  const first = run();
  await first.ready();
  await query("CREATE TABLE kept AS SELECT 42 AS answer");
  first.child.kill("SIGKILL");
  await first.ended();
  expect((await databaseProcesses()).length).toBeGreaterThan(0);
  const address = await run().ready();
  expect(await isReady(address)).toBe(true);
  expect(await query("SELECT answer FROM kept")).toEqual([{ answer: 42 }]);
});

test("when the database is killed the program stays and answers again by itself", async () => {
  const program = run();
  const address = await program.ready();
  const postmaster = Number(
    readFileSync(path.join(home, "postgres", "postmaster.pid"), "utf8").split("\n")[0],
  );
  process.kill(postmaster, "SIGKILL");
  expect(await waitUntil(async () => !(await databaseProcesses()).includes(postmaster), 5_000)).toBe(true);
  expect(await waitUntil(() => isReady(address), 20_000, 100)).toBe(true);
  expect(program.child.exitCode).toBeNull();
});

test("a signal during the start ends everything", async () => {
  const program = run();
  expect(await waitUntil(async () => (await databaseProcesses()).length > 0, 15_000)).toBe(true);
  program.child.kill("SIGTERM");
  expect(await program.ended()).toBe(0);
  expect(await waitUntil(async () => (await databaseProcesses()).length === 0, 5_000)).toBe(true);
});

test("wrong use ends with 2 and one clear line", async () => {
  const program = run(["config"], { COURSEWRIGHT_PROT: "1" });
  expect(await program.ended()).toBe(2);
  expect(program.stderr()).toBe(
    'COURSEWRIGHT_PROT is not a setting. Did you mean COURSEWRIGHT_PORT? "coursewright config" lists them.\n',
  );
});
