import { existsSync } from "node:fs";
import { type Browser, chromium } from "@playwright/test";
import { createHome, removeHome } from "../server/test/product.ts";
import { runProgram } from "../server/test/program.ts";
import { activeJobs, addActiveJobs } from "./live/active-jobs.ts";
import { measureAnswer } from "./live/answers.ts";
import { measureClients } from "./live/clients.ts";
import { startLiveDatabase } from "./live/database.ts";
import { type DomRun, measureDom, openList } from "./live/dom.ts";
import { measurePeer } from "./live/peer.ts";
import { describeQuantiles, quantile } from "./live/quantiles.ts";
import { describeRuns, printMeasured } from "./table.ts";

// How late the dashboard shows what was committed, what a thousand readers cost, and how fast the monitor answers over a million
// finished jobs. One `serve` process over an embedded database that this program fills and changes; the dashboard must be built
// before (npm run build). LIVE_HOME keeps the filled data folder for the next run, LIVE_PEER=0 leaves Prefect out.
const runs = Number(process.env.RUNS ?? 5);
const jobs = Number(process.env.LIVE_JOBS ?? 1_000_000);
const clients = Number(process.env.LIVE_CLIENTS ?? 1_000);
const seconds = Number(process.env.LIVE_SECONDS ?? 10);
const rows = Number(process.env.LIVE_ROWS ?? 10_000);
const perSecond = Number(process.env.LIVE_RATE ?? 200);
const withPeer = process.env.LIVE_PEER !== "0";
const kept = process.env.LIVE_HOME;
const parts = new Set((process.env.LIVE_PARTS ?? "dom,clients,answers").split(","));
// The answer of the moment is shared for 200 ms: asking less often makes the server compute each.
const uncachedMs = 220;

type Measured = [string, string][];

async function openBrowser(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
  return chromium.launch({
    ...(existsSync(executablePath) ? { executablePath } : {}),
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
  });
}

async function measurePage(url: string, pool: Parameters<typeof measureDom>[1]["pool"]): Promise<Measured> {
  const browser = await openBrowser();
  try {
    const options = { browser, url, pool, perSecond, seconds, rows, visibleEvery: 5 };
    const page = await openList(options);
    const quiet = await measureDom(page, { ...options, perSecond: 0.7, seconds: 20, visibleEvery: 1 });
    const measured: DomRun[] = [];
    for (let run = 0; run < runs; run += 1) measured.push(await measureDom(page, options));
    const all = measured.flatMap(({ delays }) => delays);
    const name = `COMMIT → row in the document, ${perSecond} changes/s, ${rows} loaded rows`;
    return [
      [`${name} (goal p50 ≤ 60, p99 ≤ 150 ms)`, describeQuantiles(all)],
      [
        "the same, p50 of each run",
        describeRuns(
          measured.map(({ delays }) => quantile(delays, 0.5)),
          "ms",
          0,
        ),
      ],
      [
        "the same, p99 of each run",
        describeRuns(
          measured.map(({ delays }) => quantile(delays, 0.99)),
          "ms",
          0,
        ),
      ],
      ["the same, one change every 1.4 s", describeQuantiles(quiet.delays)],
      [
        "main thread of the page meanwhile (goal ≤ 100 ms/s)",
        describeRuns(
          measured.map(({ mainThread }) => mainThread.all),
          "ms/s",
          0,
        ),
      ],
      ...(["script", "style", "layout"] as const).map((part): [string, string] => [
        `of it ${part}`,
        describeRuns(
          measured.map(({ mainThread }) => mainThread[part]),
          "ms/s",
          0,
        ),
      ]),
      ["main thread of the page when all is quiet", `${quiet.mainThread.all.toFixed(0)} ms/s`],
    ];
  } finally {
    await browser.close();
  }
}

async function measureReaders(
  url: string,
  serverPid: number,
  pool: Parameters<typeof measureDom>[1]["pool"],
): Promise<Measured> {
  const measured = [];
  for (let run = 0; run < runs; run += 1)
    measured.push(await measureClients({ url, serverPid, pool, clients, perSecond, seconds }));
  const [first] = measured;
  const idle = first?.memory.idle ?? Number.NaN;
  return [
    [
      `COMMIT → ${clients} readers of one server, ${perSecond} changes/s (goal p99 ≤ 250 ms)`,
      describeQuantiles(measured.flatMap(({ delays }) => delays)),
    ],
    [
      "the same, p99 of each run",
      describeRuns(
        measured.map(({ delays }) => quantile(delays, 0.99)),
        "ms",
        0,
      ),
    ],
    [
      "told to read again (gaps)",
      describeRuns(
        measured.map(({ gaps }) => gaps),
        "",
        0,
      ),
    ],
    [
      "sent",
      describeRuns(
        measured.map(({ megabytesPerSecond }) => megabytesPerSecond),
        "MB/s",
        0,
      ),
    ],
    [
      `server memory above idle, readers open (${idle.toFixed(0)} MB idle)`,
      describeRuns(
        measured.map(({ memory }) => memory.open - idle),
        "MB",
        0,
      ),
    ],
    [
      "server memory above idle, most while changes went out (goal ≤ 300 MB)",
      describeRuns(
        measured.map(({ memory }) => memory.most - idle),
        "MB",
        0,
      ),
    ],
    [
      "server's processor time meanwhile",
      describeRuns(
        measured.map(({ serverMsPerSecond }) => serverMsPerSecond),
        "ms/s",
        0,
      ),
    ],
  ];
}

async function measureAnswers(url: string, pool: Parameters<typeof addActiveJobs>[0]): Promise<Measured> {
  const active = await addActiveJobs(pool);
  const past = (turn: number) => new Date(Date.now() - (turn + 2) * 3_600_000).toISOString();
  const route = "/admin/course-generation";
  const turns = 20 * runs;
  try {
    const measured = [
      await measureAnswer(
        url,
        `GET ${route}, each computed (goal p99 ≤ 50 ms)`,
        () => route,
        turns,
        uncachedMs,
      ),
      await measureAnswer(url, `GET ${route}, one after the other`, () => route, 5 * turns),
      await measureAnswer(
        url,
        `GET ${route}?at=, another past hour each time`,
        (turn) => `${route}?at=${encodeURIComponent(past(turn))}`,
        turns,
      ),
      await measureAnswer(url, `GET ${route}/history, first page`, () => `${route}/history?limit=50`, turns),
    ];
    for (const range of ["1h", "24h", "7d", "30d"]) {
      const address = `/admin/dashboard-metrics?range=${range}`;
      measured.push(await measureAnswer(url, `GET ${address}`, () => address, turns));
    }
    return measured.map(({ what, times, kilobytes }) => [
      what,
      `${describeQuantiles(times, 1)}, ${kilobytes.toFixed(0)} KB`,
    ]);
  } finally {
    await active.end();
  }
}

async function measureOther(): Promise<Measured> {
  const browser = await openBrowser();
  try {
    return await measurePeer(browser, 2 * runs);
  } finally {
    await browser.close();
  }
}

const home = kept ?? createHome();
const database = await startLiveDatabase(home, jobs);
const program = runProgram(["serve"], {
  COURSEWRIGHT_HOME: home,
  COURSEWRIGHT_KEY_FILE: `${home}-keys`,
  COURSEWRIGHT_PORT: "0",
  DATABASE_URL: database.url,
  LOG_LEVEL: "warn",
  // All readers are one person's, and the answers are asked for as fast as they come.
  COURSEWRIGHT_STREAMS_PER_USER: String(clients + 10),
  COURSEWRIGHT_REQUESTS_PER_SECOND: "1000000",
});
try {
  const url = await program.ready();
  const measured: Measured = [];
  if (database.upgradeMs !== null)
    measured.push([
      "migrations of this release over the rows",
      `${(database.upgradeMs / 1000).toFixed(1)} s`,
    ]);
  if (parts.has("clients"))
    measured.push(...(await measureReaders(url, program.child.pid ?? 0, database.pool)));
  if (parts.has("dom")) measured.push(...(await measurePage(url, database.pool)));
  if (parts.has("answers")) measured.push(...(await measureAnswers(url, database.pool)));
  if (withPeer) measured.push(...(await measureOther()));
  const under = `${activeJobs.running} running and ${activeJobs.waiting} waiting jobs`;
  printMeasured(`Live: ${jobs} finished jobs; answers with ${under}`, measured);
} finally {
  if (program.stderr() !== "") console.error(program.stderr());
  program.child.kill("SIGTERM");
  await program.ended();
  await database.stop();
  if (kept === undefined) removeHome(home);
}
