// The virtual environment with the real Prefect that tests run against: .cache/prefect-venv, made from
// server/test/prefect/requirements.txt. Where it cannot be made, .cache/prefect-venv.missing says why.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

const oldestPython = [3, 10];

/** Where things are, in the project at this root. */
export function prefectPlaces(root) {
  const folder = path.join(root, ".cache/prefect-venv");
  return {
    folder,
    python: path.join(folder, "bin/python"),
    requirements: path.join(root, "server/test/prefect/requirements.txt"),
    stamp: path.join(folder, "requirements.sha256"),
    missing: path.join(root, ".cache/prefect-venv.missing"),
  };
}

/** Why there is no Prefect to test with; undefined when there is one of the wanted versions. */
export function whyNoPrefect(root) {
  const places = prefectPlaces(root);
  if (existsSync(places.python) && readText(places.stamp) === wantedStamp(places)) return undefined;
  return readText(places.missing) ?? "npm run setup -- --for-tests was not run";
}

/** Makes the environment where it is not there yet. Announces the work before it begins; answers why it failed. */
export function ensurePrefect(root, announce) {
  const places = prefectPlaces(root);
  if (whyNoPrefect(root) === undefined) return undefined;
  mkdirSync(path.dirname(places.folder), { recursive: true });
  const reason = makeEnvironment(places, announce);
  if (reason === undefined) rmSync(places.missing, { force: true });
  else writeFileSync(places.missing, reason);
  return reason;
}

function makeEnvironment(places, announce) {
  const python = findPython();
  if (python === undefined) return `there is no Python ${oldestPython.join(".")} or newer`;
  announce("Installing Prefect for its tests. This takes a minute or two, once.");
  rmSync(places.folder, { recursive: true, force: true });
  if (
    !run([python, "-m", "venv", places.folder]) &&
    !(installVenv() && run([python, "-m", "venv", places.folder]))
  ) {
    return "python3 -m venv failed (on Debian, as root: apt-get install python3-venv)";
  }
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
  if (!run([places.python, ...pip, "--requirement", places.requirements]))
    return "pip could not install Prefect";
  // The first import compiles thousands of files; here nobody waits for it with a time limit.
  if (!run([places.python, "-c", "import prefect.server.api.server"]))
    return "the installed Prefect does not start";
  writeFileSync(places.stamp, wantedStamp(places));
  return undefined;
}

function findPython() {
  const script = `import sys; sys.exit(0 if sys.version_info >= (${oldestPython.join(", ")}) else 1)`;
  return ["python3", "/usr/bin/python3"].find((name) => spawnSync(name, ["-c", script]).status === 0);
}

function installVenv() {
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return false;
  return run(["apt-get", "update", "-qq"]) && run(["apt-get", "install", "-y", "-qq", "python3-venv"]);
}

function wantedStamp(places) {
  return createHash("sha256").update(readFileSync(places.requirements)).digest("hex");
}

function readText(file) {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

function run([command, ...words]) {
  const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive", DO_NOT_TRACK: "1" };
  return spawnSync(command, words, { env: environment, stdio: ["ignore", 2, 2] }).status === 0;
}
