// npm run campaign:live: the tests of the live monitor with their full numbers: 20 units, 100 cuts of the event stream, 1,000
// dropped or reordered events. npm test runs a sample of the same tests. A seed can be given: npm run campaign:live -- 42.
import { spawnSync } from "node:child_process";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "..");
const seed = Number(process.argv[2] ?? 20_261_122);
if (!Number.isSafeInteger(seed) || seed < 1) {
  console.error(`"${process.argv[2]}" is no seed. Give a whole number above 0, or none.`);
  process.exit(2);
}
const numbers = { LIVE_UNITS: 20, LIVE_CUTS: 100, LIVE_EVENTS: 1_000, LIVE_SEED: seed };

const words = Object.entries(numbers).map(([name, value]) => `${name}=${value}`);
console.log(`The live campaign: ${words.join(" ")}\n`);
const outcomes = [
  run("vitest", ["run", "--project=admin", "admin/src/api/live"]),
  run("vitest", ["run", "--project=integration", "server/src/http/events-resume"]),
  run("playwright", ["test", "--config", "e2e", "monitor.spec.ts", "--reporter=list"]),
];
const isGreen = outcomes.every((code) => code === 0);
console.log(`\nThe live campaign is ${isGreen ? "green" : "RED"}: ${words.join(" ")}`);
process.exitCode = isGreen ? 0 : 1;

function run(command, given) {
  const outcome = spawnSync(path.join(root, "node_modules/.bin", command), given, {
    cwd: root,
    env: {
      ...process.env,
      ...Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, String(value)])),
    },
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (outcome.error) console.error(`${command}: ${outcome.error.message}`);
  return outcome.status ?? 1;
}
