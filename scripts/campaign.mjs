// npm run campaign:live, campaign:prefect, campaign:security: tests with their full numbers, of which npm test runs a sample.
// A seed can be given: npm run campaign:live -- 42.
// live: the live monitor with 20 units, 100 cuts of the event stream, 1,000 dropped or reordered events.
// prefect: everything against a real Prefect, a log of 100 MB, a run of 10,000 task runs, 10,000 plays of what can happen to hints, the
// tests in the browser 5 times.
// security: 100,000 requests made from the API's own description, 540 hostile texts on every page and in every export, every
// hostile address, 150 planted sources written by each author, 10 rounds of planted secrets, every route for every visitor,
// guesses over three servers, one link used by 50 at once.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { whyNoPrefect } from "./prefect-environment.mjs";

const root = path.resolve(import.meta.dirname, "..");
const browserTurns = 5;

/** Each campaign names its numbers beside its seed, what keeps it from running, and its runs in order. */
const campaigns = {
  live: {
    numbers: { LIVE_UNITS: 20, LIVE_CUTS: 100, LIVE_EVENTS: 1_000 },
    seedName: "LIVE_SEED",
    runs: [
      ["vitest", "run", "--project=admin", "admin/src/api/live"],
      ["vitest", "run", "--project=integration", "server/src/http/events-resume"],
      ["playwright", "test", "--config", "e2e", "monitor.spec.ts", "--reporter=list"],
    ],
  },
  prefect: {
    numbers: {
      ...{ PREFECT_LOG_MEGABYTES: 100, PREFECT_TASK_RUNS: 10_000 },
      ...{ PREFECT_PLAYS: 10_000, PREFECT_TURNS: browserTurns },
    },
    seedName: "PREFECT_SEED",
    obstacle: () => whyNoPrefect(root),
    runs: [
      ["vitest", "run", "--project=prefect"],
      ["vitest", "run", "--project=integration", "server/src/modules/prefect"],
      [
        "playwright",
        "test",
        "--config",
        "e2e",
        "--project=prefect",
        `--repeat-each=${browserTurns}`,
        "--reporter=list",
      ],
    ],
  },
  security: {
    numbers: {
      ...{ SECURITY_REQUESTS: 100_000, SECURITY_PAYLOADS: 540, SECURITY_PAGES: 100 },
      ...{ SECURITY_SECRET_ROUNDS: 10, SECURITY_SOURCES: 150 },
    },
    seedName: "SECURITY_SEED",
    runs: [
      [
        ...["vitest", "run", "--project=integration", "server/test/security", "server/test/ssrf"],
        ...["server/test/planted-secrets", "server/src/modules/users/sign-in/throttle"],
        ...["server/test/access", "server/src/modules/users/links"],
      ],
      ["vitest", "run", "--project=server", "server/test/security"],
      ["playwright", "test", "--config", "e2e", "--project=injection", "--reporter=list"],
    ],
  },
};

const [name = "", givenSeed] = process.argv.slice(2);
const campaign = campaigns[name];
const seed = Number(givenSeed ?? 20_261_122);
const complaint = findComplaint();
if (complaint === undefined) runCampaign();
else {
  console.error(complaint);
  process.exitCode = 2;
}

function findComplaint() {
  if (campaign === undefined) return `There is no campaign "${name}". There are: ${Object.keys(campaigns)}.`;
  if (!Number.isSafeInteger(seed) || seed < 1)
    return `"${givenSeed}" is no seed. Give a whole number above 0, or none.`;
  const obstacle = campaign.obstacle?.();
  return obstacle === undefined ? undefined : `The ${name} campaign cannot run: ${obstacle}.`;
}

function runCampaign() {
  const numbers = Object.entries({ ...campaign.numbers, [campaign.seedName]: seed });
  const words = numbers.map(([key, value]) => `${key}=${value}`).join(" ");
  console.log(`The ${name} campaign: ${words}\n`);
  const environment = Object.fromEntries(numbers.map(([key, value]) => [key, String(value)]));
  const outcomes = campaign.runs.map(([command, ...given]) => run(command, given, environment));
  const isGreen = outcomes.every((code) => code === 0);
  console.log(`\nThe ${name} campaign is ${isGreen ? "green" : "RED"}: ${words}`);
  process.exitCode = isGreen ? 0 : 1;
}

function run(command, given, environment) {
  const outcome = spawnSync(path.join(root, "node_modules/.bin", command), given, {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (outcome.error) console.error(`${command}: ${outcome.error.message}`);
  return outcome.status ?? 1;
}
