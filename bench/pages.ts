import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "@playwright/test";
import { createDatabase } from "../server/src/platform/database.ts";
import { startEmbeddedPostgres } from "../server/src/platform/embedded-postgres/supervisor.ts";
import { createLogger } from "../server/src/platform/logger.ts";
import { migrate } from "../server/src/platform/migrate.ts";
import { createHome, readJson, removeHome, startProduct } from "../server/test/product.ts";
import { type SessionCookie, signIn } from "../server/test/sign-in.ts";
import { changePlace, loadRows, noteFirstRow, openHugeValue, scrollThrough } from "./pages/in-page.ts";
import { seededRows, seedPages } from "./pages/seed.ts";
import { builtSizes } from "./pages/sizes.ts";
import { describeRuns, printMeasured } from "./table.ts";

// The dashboard in Chromium over 100,000 flow runs, a million steps and a million model calls. PAGES_HOME keeps the filled data
// folder for the next run; the dashboard must be built before (npm run build).
const runs = Number(process.env.RUNS ?? 5);
const loadedRows = 100_000;
const kept = process.env.PAGES_HOME;
let cookies: SessionCookie[] = [];

const lists = [
  {
    address: "/flows",
    heading: "Flow Runs",
    filters: ["status=failed", "status=completed", "flow_name=unit_art_creation", "q=Tides"],
  },
  {
    address: "/tasks",
    heading: "Tasks",
    filters: ["status=failed", "status=cancelled", "task_name=lesson_regeneration", "q=Tides"],
  },
  {
    address: "/llm-requests",
    heading: "LLM Requests",
    filters: ["status=failed", "provider=google", "kind=speech", "q=gpt"],
  },
  { address: "/units", heading: "Units", filters: ["status=failed", "status=partial", "q=Tides"] },
  { address: "/users", heading: "Users", filters: ["role=operator", "q=Person 9"] },
];

function p95(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * 0.95) - 1)] ?? Number.NaN;
}

async function fill(home: string): Promise<void> {
  const logger = createLogger({ level: "warn", format: "json" });
  const postgres = await startEmbeddedPostgres({ home, logger });
  try {
    await migrate({ url: postgres.url, logger });
    const { pool, close } = createDatabase({ url: postgres.url, max: 1, applicationName: "bench", logger });
    try {
      await seedPages(pool, (words) => console.error(words));
    } finally {
      await close();
    }
  } finally {
    await postgres.stop();
  }
}

async function openPage(browser: Browser, base: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, baseURL: base });
  await context.addCookies(cookies);
  const page = await context.newPage();
  await page.addInitScript(noteFirstRow);
  return page;
}

async function measureCold(browser: Browser, base: string): Promise<[string, string][]> {
  const rows: [string, string][] = [];
  for (const list of lists) {
    const times: number[] = [];
    // The first opening warms the server, not the browser: each opening has a cache of its own.
    for (let run = -1; run < runs; run += 1) {
      const page = await openPage(browser, base);
      await page.goto(list.address);
      await page.waitForSelector("tr.table-row");
      const firstRowMs = await page.evaluate<number>("window.firstRowMs");
      if (run >= 0) times.push(firstRowMs);
      await page.context().close();
    }
    rows.push([
      `${list.heading}: rows in the document, cold (goal at most 500 ms)`,
      describeRuns(times, "ms", 0),
    ]);
  }
  return rows;
}

async function measureChanges(browser: Browser, base: string): Promise<[string, string][]> {
  const page = await openPage(browser, base);
  await page.goto("/users");
  await page.waitForSelector("tr.table-row");
  const first: number[] = [];
  const routes: number[][] = [];
  const filters: number[][] = [];
  for (let run = 0; run <= runs; run += 1) {
    const ofRun: number[] = [];
    const ofFilters: number[] = [];
    for (const { address, heading } of lists)
      ofRun.push(await page.evaluate<number>(changePlace(address, heading)));
    for (const list of lists) {
      await page.evaluate(changePlace(list.address, list.heading));
      for (const filter of list.filters) {
        // Another bound each time, so that no answer is known from the run before.
        const address = `${list.address}?${filter}&created_from=${encodeURIComponent(new Date(Date.UTC(2020, 0, 1 + run)).toISOString())}`;
        ofFilters.push(await page.evaluate<number>(changePlace(address, list.heading)));
      }
    }
    if (run === 0) first.push(...ofRun);
    else {
      routes.push(ofRun);
      filters.push(ofFilters);
    }
  }
  await page.context().close();
  return [
    ["first visit of a list inside the page, its script included", describeRuns(first, "ms", 0)],
    [
      `route change, p95 of ${lists.length} a run (goal at most 100 ms)`,
      describeRuns(routes.map(p95), "ms", 0),
    ],
    [
      `filter change, p95 of ${filters[0]?.length} a run (goal at most 150 ms)`,
      describeRuns(filters.map(p95), "ms", 0),
    ],
  ];
}

async function heapMb(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  await session.detach();
  return usedSize / 1_000_000;
}

async function measureScrolling(browser: Browser, base: string): Promise<[string, string][]> {
  const page = await openPage(browser, base);
  await page.goto("/flows");
  await page.waitForSelector("tr.table-row");
  const emptyMb = await heapMb(page);
  const loadMs = await page.evaluate<number>(loadRows(loadedRows));
  const heaps: number[] = [];
  const steady: number[] = [];
  const fast: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const from = 200_000 + run * 600_000;
    steady.push(p95(await page.evaluate<number[]>(scrollThrough(300, 120, from))));
    fast.push(p95(await page.evaluate<number[]>(scrollThrough(300, 2_000, from))));
    heaps.push(await heapMb(page));
  }
  await page.context().close();
  return [
    [`loading ${loadedRows} rows by scrolling on`, `${(loadMs / 1000).toFixed(1)} s`],
    ["scrolling them at 120 px a frame, p95 frame (goal at most 20 ms)", describeRuns(steady, "ms", 1)],
    ["scrolling them at 2,000 px a frame, p95 frame (goal at most 20 ms)", describeRuns(fast, "ms", 1)],
    [
      `heap with them (goal at most 80 MB; ${emptyMb.toFixed(0)} MB with the first page)`,
      describeRuns(heaps, "MB", 0),
    ],
  ];
}

async function measureHuge(browser: Browser, base: string, runId: string): Promise<[string, string][]> {
  const times: number[] = [];
  const heaps: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const page = await openPage(browser, base);
    await page.goto(`/flows/${runId}`);
    await page.getByRole("button", { name: /^Show input/ }).waitFor();
    times.push(await page.evaluate<number>(openHugeValue));
    heaps.push(await heapMb(page));
    await page.context().close();
  }
  return [
    ["a JSON of 20 MB, from the press of its button to its lines", describeRuns(times, "ms", 0)],
    ["heap with it", describeRuns(heaps, "MB", 0)],
  ];
}

const home = kept ?? createHome();
if (kept === undefined || !existsSync(`${home}/postgres`)) await fill(home);
const product = await startProduct(home, { COURSEWRIGHT_REQUESTS_PER_SECOND: "1000000" });
const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
const browser = await chromium.launch({
  ...(existsSync(executablePath) ? { executablePath } : {}),
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
});
try {
  const [newest] = await readJson<{ id: string }[]>(product.url, "/flow-engine/runs?limit=1");
  if (newest === undefined) throw new Error("The data folder holds no flow runs");
  cookies = await signIn(product.url);
  const sizes = builtSizes();
  const measured: [string, string][] = [
    ["script of the entry, compressed (goal at most 130 KB)", `${sizes.entryKb.toFixed(1)} KB`],
    [
      "largest script that comes later, compressed (goal at most 40 KB)",
      `${sizes.largest.kb.toFixed(1)} KB (${sizes.largest.file})`,
    ],
    ...(await measureCold(browser, product.url)),
    ...(await measureChanges(browser, product.url)),
    ...(await measureHuge(browser, product.url, newest.id)),
    ...(await measureScrolling(browser, product.url)),
  ];
  const counts = Object.entries(seededRows).map(([table, count]) => `${count} ${table}`);
  printMeasured(`Pages over ${counts.join(", ")}`, measured);
} finally {
  await browser.close();
  await product.stop();
  if (kept === undefined) removeHome(home);
}
