import type { Browser, Page } from "@playwright/test";
import type pg from "pg";
import { signIn } from "../../server/test/sign-in.ts";
import { loadRows } from "../pages/in-page.ts";
import { type Change, commitChanges } from "./changes.ts";

export interface DomOptions {
  readonly browser: Browser;
  readonly url: string;
  readonly pool: pg.Pool;
  readonly perSecond: number;
  readonly seconds: number;
  readonly rows: number;
  /** In sight are few of the loaded rows: each so-many-eth change is of one of them, so that there is something to measure. */
  readonly visibleEvery: number;
}

export interface DomRun {
  /** From COMMIT to the row in the document, in ms. */
  readonly delays: readonly number[];
  readonly mainThread: MainThread;
}

/** What the page's main thread did, in ms per second. */
export interface MainThread {
  readonly all: number;
  readonly script: number;
  readonly style: number;
  readonly layout: number;
}

// Notes the text of a row's last cell with the wall clock whenever it changes. A text, because this program knows no DOM.
const watchCosts = `
  window.seen = [];
  const costs = new WeakMap();
  const look = (row) => {
    const cost = row.cells[row.cells.length - 1]?.textContent ?? "";
    if (costs.get(row) === cost) return;
    costs.set(row, cost);
    const link = row.querySelector('a[href^="/flows/"]');
    if (link === null) return;
    const id = link.getAttribute("href").split("?")[0].slice("/flows/".length);
    const cents = Math.round(Number(cost.replace(/[^0-9.]/g, "")) * 100);
    window.seen.push({ id, cents, at: performance.timeOrigin + performance.now() });
  };
  new MutationObserver((mutations) => {
    for (const { target } of mutations) {
      const row = (target.nodeType === 1 ? target : target.parentElement)?.closest("tr.table-row");
      if (row) look(row);
    }
  }).observe(document.querySelector("main"), { childList: true, subtree: true, characterData: true });
`;

const visibleIds = `[...document.querySelectorAll("tr.table-row")].filter((row) => {
    const { top, bottom } = row.getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight;
  }).map((row) => row.querySelector('a[href^="/flows/"]').getAttribute("href").split("?")[0].slice("/flows/".length))`;

/** Opens the list of flow runs with so many rows loaded. */
export async function openList({ browser, url, rows }: DomOptions): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, baseURL: url });
  await context.addCookies(await signIn(url));
  const page = await context.newPage();
  await page.goto("/flows");
  await page.waitForSelector("tr.table-row");
  await page.evaluate(loadRows(rows));
  await page.evaluate("window.scrollTo(0, 0)");
  await page.getByRole("status").getByText("live", { exact: true }).first().waitFor();
  await page.evaluate(watchCosts);
  return page;
}

/** Changes rows while the page shows them; answers how late it did. */
export async function measureDom(page: Page, options: DomOptions): Promise<DomRun> {
  const { pool, perSecond, seconds, rows, visibleEvery } = options;
  const visible = await page.evaluate<string[]>(visibleIds);
  const loaded = await pool.query<{ id: string }>("SELECT id FROM flow_runs ORDER BY id DESC LIMIT $1", [
    rows,
  ]);
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  await page.evaluate("window.seen.length = 0");
  const before = await readTimes(session);
  const begin = performance.now();
  const changes = await commitChanges({
    pool,
    perSecond,
    seconds,
    pick(change) {
      const ids = change % visibleEvery === 0 ? visible : loaded.rows.map(({ id }) => id);
      return ids[(change * 7919) % ids.length] ?? "";
    },
  });
  await page.waitForTimeout(1_000);
  const wholeSeconds = (performance.now() - begin) / 1000;
  const after = await readTimes(session);
  const seen = await page.evaluate<{ id: string; cents: number; at: number }[]>("window.seen");
  await session.detach();
  return {
    delays: delaysOf(changes, seen, new Set(visible)),
    mainThread: {
      all: (after.all - before.all) / wholeSeconds,
      script: (after.script - before.script) / wholeSeconds,
      style: (after.style - before.style) / wholeSeconds,
      layout: (after.layout - before.layout) / wholeSeconds,
    },
  };
}

type Session = Awaited<ReturnType<ReturnType<Page["context"]>["newCDPSession"]>>;

/** Since the page began, in ms. */
async function readTimes(session: Session): Promise<MainThread> {
  const { metrics } = await session.send("Performance.getMetrics");
  const ms = (wanted: string) => 1000 * (metrics.find(({ name }) => name === wanted)?.value ?? Number.NaN);
  return {
    all: ms("TaskDuration"),
    script: ms("ScriptDuration"),
    style: ms("RecalcStyleDuration"),
    layout: ms("LayoutDuration"),
  };
}

/** A change that a later one of the same row overtook counts as shown with that one. */
function delaysOf(
  changes: readonly Change[],
  seen: readonly { id: string; cents: number; at: number }[],
  visible: ReadonlySet<string>,
): number[] {
  const seenOfRow = Map.groupBy(seen, ({ id }) => id);
  return changes
    .filter(({ id }) => visible.has(id))
    .map(({ id, cents, committedAt }) => {
      const shown = seenOfRow.get(id)?.find((one) => one.cents >= cents);
      if (shown === undefined) throw new Error("A change of a row in sight was never shown");
      return shown.at - committedAt;
    });
}
