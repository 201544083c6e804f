import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { type Browser, chromium, type Page } from "@playwright/test";
import { describeRuns, printMeasured } from "./table.ts";

// From `npm start` in a fresh clone of the last commit, by somebody who has nothing but Node, npm and a browser, to a course written
// from a sample text. Goal: about a minute. What npm has to fetch is part of it.
const runs = Number(process.env.RUNS ?? 1);
const root = path.resolve(import.meta.dirname, "..");
const startMs = 600_000;
const courseMs = 120_000;
const stopMs = 15_000;

const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => interrupted.abort(new Error(`Ended by ${signal}`)));
const interruption = new Promise<never>((_resolve, reject) => {
  interrupted.signal.addEventListener("abort", () => reject(interrupted.signal.reason));
});
// Whoever races with it hears of it; between two races nobody has to.
interruption.catch(() => undefined);

interface Moments {
  readonly linkPrinted: number;
  readonly signedIn: number;
  readonly beingWritten: number;
  readonly completed: number;
}

/** What somebody who has just opened a terminal has; without the programs that the packages of this tree bring. */
function freshEnvironment(home: string): NodeJS.ProcessEnv {
  const folders = (process.env.PATH ?? "").split(path.delimiter);
  const outside = folders.filter((folder) => !folder.split(path.sep).includes("node_modules"));
  return { HOME: home, PATH: outside.join(path.delimiter), COURSEWRIGHT_PORT: "0" };
}

function cloneInto(folder: string): string {
  const clone = path.join(folder, "clone");
  const cloned = spawnSync("git", ["clone", "--quiet", root, clone], { encoding: "utf8" });
  if (cloned.status !== 0) throw new Error(`The tree could not be cloned: ${cloned.stderr}`);
  return clone;
}

function readLink(child: ChildProcess): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (chunk: string) => {
      printed += chunk;
      const link = /^Open (http\S+) /m.exec(printed)?.[1];
      if (link !== undefined) resolve(link);
    });
  }
  child.once("error", reject);
  child.once("close", (code) => reject(new Error(`npm start ended with ${code}:\n${printed}`)));
  const late = AbortSignal.timeout(startMs);
  late.addEventListener("abort", () => reject(new Error(`npm start printed no link in time:\n${printed}`)));
  return promise;
}

/** Answers when it was signed in, and the unit being written and completed, as its page says. */
async function writeCourse(
  page: Page,
  link: string,
  now: () => number,
): Promise<Omit<Moments, "linkPrinted">> {
  page.setDefaultTimeout(courseMs);
  await page.goto(link);
  await page.getByRole("heading", { level: 1, name: "Course generation" }).waitFor();
  const signedIn = now();
  await page.goto("/units/new");
  await page.getByRole("group", { name: "Samples" }).getByRole("button").first().click();
  await page.getByRole("button", { name: "Create the unit" }).click();
  const header = page.locator(".page-header");
  await header.getByText("in progress").waitFor();
  const beingWritten = now();
  await header.getByText("completed").waitFor();
  return { signedIn, beingWritten, completed: now() };
}

function openBrowser(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
  return chromium.launch({
    ...(existsSync(executablePath) ? { executablePath } : {}),
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
    handleSIGINT: false,
    handleSIGTERM: false,
  });
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    // Nobody of the group is left.
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

async function stop(child: ChildProcess): Promise<void> {
  const isEnded = child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
  const closed = isEnded ? Promise.resolve() : once(child, "close");
  signalGroup(child, "SIGTERM");
  const patience = setTimeout(() => signalGroup(child, "SIGKILL"), stopMs);
  await closed;
  clearTimeout(patience);
}

async function measure(browser: Browser, folder: string): Promise<Moments> {
  const clone = cloneInto(folder);
  const home = path.join(folder, "home");
  mkdirSync(home);
  const begin = performance.now();
  const now = () => (performance.now() - begin) / 1000;
  const child = spawn("npm", ["start"], {
    cwd: clone,
    env: freshEnvironment(home),
    stdio: ["ignore", "pipe", "pipe"],
    // In a group of its own, so that whatever npm starts ends with it.
    detached: true,
  });
  try {
    const link = await Promise.race([readLink(child), interruption]);
    const linkPrinted = now();
    const context = await browser.newContext({
      viewport: { width: 1440, height: 900 },
      baseURL: new URL(link).origin,
    });
    const later = await Promise.race([writeCourse(await context.newPage(), link, now), interruption]);
    await context.close();
    return { linkPrinted, ...later };
  } finally {
    await stop(child);
  }
}

const browser = await openBrowser();
const measured: Moments[] = [];
try {
  for (let run = 0; run < runs; run += 1) {
    const folder = mkdtempSync(path.join(os.tmpdir(), "coursewright-first-minute-"));
    try {
      measured.push(await measure(browser, folder));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
} finally {
  await browser.close();
}
const rowOf = (what: string, moment: keyof Moments): [string, string] => [
  what,
  describeRuns(
    measured.map((moments) => moments[moment]),
    "s",
    1,
  ),
];
printMeasured("From npm start in a fresh clone to a course", [
  rowOf("link printed", "linkPrinted"),
  rowOf("signed in with it", "signedIn"),
  rowOf("course being written", "beingWritten"),
  rowOf("course completed (goal about 60 s)", "completed"),
]);
