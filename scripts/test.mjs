// npm test: runs the gates in order and stops at the first red one. Words choose gates: npm test -- unit browser.
// Ends with one line: N passed, N failed, N skipped.
import { spawnSync } from "node:child_process";
import { existsSync, globSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { whyNoPrefect } from "./prefect-environment.mjs";

const root = path.resolve(import.meta.dirname, "..");
const bin = path.join(root, "node_modules/.bin");
const results = path.join(root, ".cache/test-results");
const none = { passed: 0, failed: 0, skipped: 0 };

/** Each gate answers whether it is green and which tests it ran. */
const gates = {
  types: () =>
    all(
      () => run("tsc", ["-p", "server/tsconfig.json"]),
      () => run("tsc", ["-p", "admin/tsconfig.json"]),
      () => run("tsc", ["-p", "e2e/tsconfig.json"]),
    ),
  lint: () => all(() => run("biome", ["check", "."])),
  boundaries: () => all(checkBoundaries),
  unused: () => all(() => run("knip", ["--no-progress"])),
  unit: () => runVitest("unit", ["server", "admin"]),
  integration: () => runVitest("integration", ["integration"]),
  // What needs a real Prefect is the last gate's.
  browser: () => runPlaywright("browser", ["--grep-invert=prefect\\.spec\\.ts"]),
  prefect: runPrefect,
};

const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !Object.hasOwn(gates, name));
if (unknown.length > 0) {
  console.error(`There is no gate ${unknown.join(", ")}. There are: ${Object.keys(gates).join(", ")}.`);
  process.exitCode = 2;
} else {
  runGates(Object.keys(gates).filter((name) => chosen.length === 0 || chosen.includes(name)));
}

function runGates(names) {
  mkdirSync(results, { recursive: true });
  const total = { ...none };
  for (const name of names) {
    console.log(`\n> ${name}`);
    const startedAt = performance.now();
    const { green, counts } = gates[name]();
    for (const key of Object.keys(total)) total[key] += counts[key];
    // A red gate without a failed test, such as the type check, counts as one failure.
    if (!green && counts.failed === 0) total.failed += 1;
    console.log(
      `> ${name}: ${green ? "green" : "RED"} in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`,
    );
    if (!green) {
      process.exitCode = 1;
      break;
    }
  }
  console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
}

function all(...checks) {
  return { green: checks.every((check) => check()), counts: none };
}

function run(command, words, environment = {}) {
  const outcome = spawnSync(path.join(bin, command), words, {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (outcome.error) console.error(`${command}: ${outcome.error.message}`);
  return outcome.status === 0;
}

// Without a transpiler that it knows dependency-cruiser reads nothing and reports nothing wrong, so a run that
// looked at no module is red.
function checkBoundaries() {
  const words = ["--config", ".dependency-cruiser.mjs", "--output-type", "json", "server/src", "admin/src"];
  const outcome = spawnSync(path.join(bin, "depcruise"), words, {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 512 * 1024 * 1024,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let summary;
  try {
    ({ summary } = JSON.parse(outcome.stdout));
  } catch {
    console.error(`dependency-cruiser gave no result:\n${outcome.stdout}`);
    return false;
  }
  for (const { rule, from, to } of summary.violations)
    console.log(`${rule.severity} ${rule.name}: ${from} -> ${to}`);
  console.log(`${summary.totalCruised} modules, ${summary.error} forbidden imports`);
  return summary.totalCruised > 0 && summary.error === 0;
}

function runVitest(name, projects) {
  const file = path.join(results, `${name}.json`);
  rmSync(file, { force: true });
  const words = ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  const green = run("vitest", [...words, ...projects.map((project) => `--project=${project}`)]);
  const report = readReport(file);
  if (report === undefined) return { green: false, counts: none };
  const counts = {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
  };
  return { green: green && counts.passed > 0, counts };
}

function runPlaywright(name, chosenTests) {
  const file = path.join(results, `${name}.json`);
  rmSync(file, { force: true });
  const green = run("playwright", ["test", "--config", "e2e", "--reporter=list,json", ...chosenTests], {
    PLAYWRIGHT_JSON_OUTPUT_FILE: file,
  });
  const stats = readReport(file)?.stats;
  if (stats === undefined) return { green: false, counts: none };
  const counts = { passed: stats.expected + stats.flaky, failed: stats.unexpected, skipped: stats.skipped };
  return { green: green && counts.passed > 0, counts };
}

// Without Python each file counts as one skipped test; on the build server they must run.
function runPrefect() {
  const reason = whyNoPrefect(root);
  if (reason === undefined) {
    const server = runVitest("prefect", ["prefect"]);
    if (!server.green) return server;
    const browser = runPlaywright("prefect-browser", ["--project=prefect"]);
    const sums = Object.keys(none).map((key) => [key, server.counts[key] + browser.counts[key]]);
    return { green: browser.green, counts: Object.fromEntries(sums) };
  }
  const files = globSync(["server/**/*.prefect.test.ts", "e2e/prefect.spec.ts"], {
    cwd: root,
    exclude: ["**/node_modules/**"],
  }).length;
  console.log(`${files} files with tests against a real Prefect are skipped: ${reason}.`);
  return { green: process.env.CI !== "true", counts: { ...none, skipped: files } };
}

function readReport(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}
