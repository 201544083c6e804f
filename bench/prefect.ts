import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createHome, removeHome } from "../server/test/product.ts";
import { runProgram } from "../server/test/program.ts";
import { type LiveDatabase, startLiveDatabase } from "./live/database.ts";
import { describeQuantiles, quantile } from "./live/quantiles.ts";
import { checkFilled, copyTemplates, makeTemplates } from "./prefect/fill.ts";
import { compareLists, type ListTimes } from "./prefect/lists.ts";
import { checkEqual, startRowWatch, waitForHealth, waitForMirror } from "./prefect/mirrored.ts";
import { installPeer, type Peer, peerVersion, startPeer } from "./prefect/peer.ts";
import { type CountingProxy, type RequestRate, rateOf, startCountingProxy } from "./prefect/proxy.ts";
import { type ActiveRuns, type ChangeRun, changeStates, listActiveRuns } from "./prefect/state-changes.ts";
import { describeRuns, printMeasured } from "./table.ts";

// How late our rows follow the states of a real Prefect server, with its events and without, what we ask of it meanwhile, and
// how fast our list of its runs is beside its own. Steps, but no logs and no stored events are among what it is filled with.
const runs = Number(process.env.RUNS ?? 3);
const sizes = {
  finished: Number(process.env.PREFECT_FINISHED ?? 10_000),
  active: Number(process.env.PREFECT_ACTIVE ?? 200),
};
/** Of one change a second; a quarter of it of five a second. */
const seconds = Number(process.env.SECONDS ?? 100);
const idleSeconds = Number(process.env.PREFECT_IDLE_SECONDS ?? 30);
const listTurns = Number(process.env.PREFECT_LIST_TURNS ?? 200);
const settleMs = 5_000;

type Measured = [string, string][];
const paces = [
  { perSecond: 1, seconds },
  { perSecond: 5, seconds: seconds / 4 },
] as const;
const ways = [
  { health: "live", words: "with its events", goalMs: 1_500 },
  { health: "polling", words: "without events", goalMs: 5_000 },
] as const;

interface World {
  readonly peer: Peer;
  readonly proxy: CountingProxy;
  readonly database: LiveDatabase;
  readonly url: string;
  readonly serverPid: number;
}

/** What was measured in one way at one pace, of each run. */
interface Series {
  readonly changes: ChangeRun[];
  readonly rates: RequestRate[];
}

interface WayResult {
  readonly idle: RequestRate[];
  readonly series: readonly Series[];
}

async function fillPeer(python: string, folder: string): Promise<Peer> {
  const empty = await startPeer(python, folder);
  const templates = await makeTemplates(empty.api);
  await empty.stop();
  copyTemplates(empty.file, templates, sizes);
  const peer = await startPeer(python, folder);
  await checkFilled(peer.api, sizes);
  return peer;
}

async function measureMirror({ database, serverPid, proxy }: World, begin: number): Promise<Measured> {
  await waitForHealth(database.pool, "live");
  const idle = residentMb(serverPid);
  const { active, all } = await waitForMirror(database.pool, sizes, begin);
  const rate = rateOf(proxy.requests, begin, performance.now());
  const { finished } = sizes;
  return [
    [`start of our server → ${sizes.active} active runs are rows`, `${(active / 1_000).toFixed(1)} s`],
    [`start of our server → ${finished} finished runs, too, and all steps`, `${(all / 1_000).toFixed(1)} s`],
    ["requests on Prefect meanwhile (goal ≤ 5/s)", describeRates([rate])],
    ["memory of our server at first contact", `${idle.toFixed(0)} MB`],
    ["the same, when all is mirrored", `${residentMb(serverPid).toFixed(0)} MB`],
  ];
}

async function measureWay(
  world: World,
  active: ActiveRuns,
  way: (typeof ways)[number],
  { idle, series }: WayResult,
): Promise<void> {
  const { peer, proxy, database } = world;
  if (way.health === "live") proxy.allowSockets();
  else proxy.refuseSockets();
  await waitForHealth(database.pool, way.health);
  await sleep(settleMs);
  const idleBegin = performance.now();
  await sleep(idleSeconds * 1_000);
  idle.push(rateOf(proxy.requests, idleBegin, performance.now()));
  const watch = await startRowWatch(database.pool);
  for (const [index, pace] of paces.entries()) {
    const changes = await changeStates(peer.api, active, watch, pace);
    series[index]?.changes.push(changes);
    series[index]?.rates.push(rateOf(proxy.requests, changes.begin, changes.end));
    report(`${way.words}, ${pace.perSecond}/s: ${describeDelays([changes])}`);
  }
  await watch.stop();
}

function describeWay(way: (typeof ways)[number], { idle, series }: WayResult): Measured {
  const measured: Measured = [[`requests on Prefect ${way.words}, nothing changes`, describeRates(idle)]];
  for (const [index, { changes, rates }] of series.entries()) {
    const { perSecond } = paces[index] ?? paces[0];
    const pace = `${perSecond} change${perSecond === 1 ? "" : "s"}/s wanted`;
    const p95 = changes.map(({ delays }) =>
      quantile(
        delays.map(({ ms }) => ms),
        0.95,
      ),
    );
    const answers = changes.flatMap((change) => change.answers);
    measured.push(
      [`state set → our row ${way.words}, ${pace} (goal p95 ≤ ${way.goalMs} ms)`, describeDelays(changes)],
      ["the same, p95 of each run", describeRuns(p95, "ms", 0)],
      ["the same, p95 of each kind", describeKinds(changes)],
      ["changes made", describeRuns(changes.map(paceOf), "/s")],
      ["Prefect's answer to set_state meanwhile", describeQuantiles(answers)],
      ["requests on Prefect meanwhile (goal ≤ 5/s)", describeRates(rates)],
    );
  }
  return measured;
}

const paceOf = ({ answers, begin, end }: ChangeRun) => answers.length / ((end - begin) / 1_000);

function describeDelays(changes: readonly ChangeRun[]): string {
  const delays = changes.flatMap((change) => change.delays.map(({ ms }) => ms));
  const unseen = changes.reduce((sum, change) => sum + change.unseen, 0);
  const missed = unseen === 0 ? "" : `; not there after a minute: ${unseen}`;
  return `p95 ${quantile(delays, 0.95).toFixed(0)} ms, ${describeQuantiles(delays)}${missed}`;
}

function describeKinds(changes: readonly ChangeRun[]): string {
  const kinds = Map.groupBy(
    changes.flatMap(({ delays }) => delays),
    ({ kind }) => kind,
  );
  return [...kinds]
    .map(([kind, delays]) => {
      const times = delays.map(({ ms }) => ms);
      return `${kind} ${quantile(times, 0.95).toFixed(0)} ms (N ${times.length})`;
    })
    .join(", ");
}

function describeRates(rates: readonly RequestRate[]): string {
  const means = rates.map(({ perSecond }) => perSecond);
  const most = Math.max(...rates.map((rate) => rate.most));
  const routes = [...(rates.at(-1)?.ofRoutes ?? [])].map(([route, mean]) => `${mean.toFixed(1)} ${route}`);
  return `${describeRuns(means, "/s")}, most within a second ${most}; of the last: ${routes.join(", ")}`;
}

function describeLists(lists: readonly ListTimes[]): Measured {
  const version = `Prefect ${peerVersion()}`;
  return [
    [
      "our list of its runs, 50 newest",
      describeQuantiles(
        lists.flatMap(({ ours }) => ours),
        1,
      ),
    ],
    [
      `${version}: the same page by POST /flow_runs/filter, by turns`,
      describeQuantiles(
        lists.flatMap(({ peers }) => peers),
        1,
      ),
    ],
  ];
}

function residentMb(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kilobytes) / 1024;
}

/** The runs take long: tells on standard error how far they are. */
function report(words: string): void {
  console.error(`${new Date().toISOString().slice(11, 19)} ${words}`);
}

async function measure(world: World, begin: number): Promise<Measured> {
  const { peer, database, serverPid } = world;
  const measured = await measureMirror(world, begin);
  for (const [what, value] of measured) report(`${what}: ${value}`);
  const active = await listActiveRuns(peer.api);
  const results = ways.map(
    (): WayResult => ({ idle: [], series: paces.map(() => ({ changes: [], rates: [] })) }),
  );
  const lists: ListTimes[] = [];
  for (let run = 0; run < runs; run += 1) {
    for (const [index, way] of ways.entries()) {
      const result = results[index];
      if (result !== undefined) await measureWay(world, active, way, result);
    }
    lists.push(await compareLists(world.url, peer.api, listTurns));
  }
  for (const [index, way] of ways.entries()) {
    const result = results[index];
    if (result !== undefined) measured.push(...describeWay(way, result));
  }
  measured.push(...describeLists(lists));
  measured.push(["memory of our server at the end", `${residentMb(serverPid).toFixed(0)} MB`]);
  await sleep(settleMs);
  measured.push(["rows and runs are equally many at the end", await checkEqual(peer.api, database.pool)]);
  return measured;
}

const python = installPeer();
const folder = mkdtempSync(path.join(os.tmpdir(), "coursewright-bench-prefect-home-"));
const home = createHome();
const stops: (() => Promise<unknown>)[] = [];
try {
  const fillBegin = performance.now();
  const peer = await fillPeer(python, folder);
  stops.push(() => peer.stop());
  report(
    `Prefect holds its runs after ${((performance.now() - fillBegin) / 1_000).toFixed(0)} s, its two starts included`,
  );
  const proxy = await startCountingProxy(peer.api);
  stops.push(() => proxy.close());
  const database = await startLiveDatabase(home, 0);
  stops.push(() => database.stop());
  const begin = performance.now();
  const program = runProgram(["serve"], {
    COURSEWRIGHT_HOME: home,
    COURSEWRIGHT_KEY_FILE: `${home}-keys`,
    COURSEWRIGHT_PORT: "0",
    COURSEWRIGHT_PREFECT_URL: proxy.api,
    DATABASE_URL: database.url,
    LOG_LEVEL: "warn",
  });
  stops.push(async () => {
    if (program.stderr() !== "") console.error(program.stderr());
    program.child.kill("SIGTERM");
    await program.ended();
  });
  const url = await program.ready();
  const measured = await measure({ peer, proxy, database, url, serverPid: program.child.pid ?? 0 }, begin);
  printMeasured(
    `Prefect ${peerVersion()}: ${sizes.finished} finished and ${sizes.active} active runs; load average ${os.loadavg()[0]?.toFixed(1)} at the end`,
    measured,
  );
} finally {
  for (const stop of stops.reverse()) await stop();
  removeHome(home);
  rmSync(folder, { recursive: true, force: true });
}
