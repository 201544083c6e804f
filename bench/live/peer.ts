import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import type { Browser, Page } from "@playwright/test";
import { wallClock } from "./changes.ts";
import { describeQuantiles } from "./quantiles.ts";

// What is measured against; another version may be given to see how it does.
const version = process.env.LIVE_PEER_VERSION ?? "3.8.8";
// Newer ones have dropped an argument that this version of the peer still uses.
const framework = process.env.LIVE_PEER_FASTAPI ?? "0.140.0";
const environment =
  process.env.LIVE_PEER_VENV ?? path.join(os.tmpdir(), `coursewright-bench-prefect-${version}`);
const longestWaitMs = 45_000;
const startMs = 120_000;

/** The program of the peer, installed by pip into a virtual environment that is kept for the next run. */
function install(): string {
  const program = path.join(environment, "bin/prefect");
  if (!existsSync(program)) {
    execFileSync("python3", ["-m", "venv", environment], { stdio: "inherit" });
    const pip = path.join(environment, "bin/pip");
    execFileSync(pip, ["install", "--quiet", `prefect==${version}`, `fastapi==${framework}`], {
      stdio: ["ignore", 2, 2],
    });
  }
  return program;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        address !== null && typeof address === "object" ? resolve(address.port) : reject(),
      );
    });
  });
}

async function post<Answer>(api: string, route: string, body: unknown): Promise<Answer> {
  const answer = await fetch(`${api}${route}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`POST ${route}: ${answer.status} ${text.slice(0, 300)}`);
  // The shape that the peer's reference of its API gives for the route.
  return JSON.parse(text) as Answer;
}

async function ready(api: string, child: ChildProcess): Promise<void> {
  const end = performance.now() + startMs;
  while (performance.now() < end && child.exitCode === null) {
    const answer = await fetch(`${api}/ready`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error("The peer's server did not start");
}

// A text, because this program knows no DOM.
const waitForText = (words: string) => `new Promise((resolve) => {
  const look = () => {
    if (!document.body.innerText.includes(${JSON.stringify(words)})) return;
    observer.disconnect();
    clearTimeout(timer);
    resolve(performance.timeOrigin + performance.now());
  };
  const observer = new MutationObserver(look);
  observer.observe(document.body, { childList: true, subtree: true, characterData: true });
  const timer = setTimeout(() => { observer.disconnect(); resolve(null); }, ${longestWaitMs});
  look();
})`;

interface Delays {
  readonly page: number[];
  readonly api: number[];
  notShown: number;
}

/** Changes the state of one run again and again, at moments that follow no beat, and waits until the page shows its name. */
async function changeStates(page: Page, api: string, runId: string, changes: number): Promise<Delays> {
  const delays: Delays = { page: [], api: [], notShown: 0 };
  for (let change = 0; change < changes; change += 1) {
    const name = `Chapter${change}x${process.pid}`;
    const shown = page.evaluate<number | null>(waitForText(name));
    await page.waitForTimeout(500 + ((change * 1_618) % 3_000));
    await post(api, `/flow_runs/${runId}/set_state`, { state: { type: "RUNNING", name }, force: true });
    const committedAt = wallClock();
    const read = await fetch(`${api}/flow_runs/${runId}`);
    if (!(await read.text()).includes(name)) throw new Error("The peer's API does not show what it took");
    delays.api.push(wallClock() - committedAt);
    const at = await shown;
    if (at === null) delays.notShown += 1;
    else delays.page.push(Math.max(0, at - committedAt));
  }
  return delays;
}

/**
 * A real Prefect server on loopback with SQLite and without telemetry: a flow run's state is changed through its API, and seen
 * on its own page in Chromium and through its API.
 */
export async function measurePeer(browser: Browser, changes: number): Promise<[string, string][]> {
  const program = install();
  const home = mkdtempSync(path.join(os.tmpdir(), "coursewright-bench-prefect-home-"));
  const port = await freePort();
  const address = `http://127.0.0.1:${port}`;
  const api = `${address}/api`;
  const child = spawn(program, ["server", "start", "--host", "127.0.0.1", "--port", String(port)], {
    env: {
      PATH: process.env.PATH ?? "",
      HOME: home,
      PREFECT_HOME: home,
      PREFECT_SERVER_ANALYTICS_ENABLED: "false",
      DO_NOT_TRACK: "1",
      // Its page asks port 4200 otherwise.
      PREFECT_SERVER_UI_API_URL: api,
      PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED: "false",
    },
    stdio: "ignore",
  });
  try {
    await ready(api, child);
    const flow = await post<{ id: string }>(api, "/flows/", { name: "unit_creation" });
    const run = await post<{ id: string }>(api, "/flow_runs/", {
      flow_id: flow.id,
      name: "tides",
      state: { type: "RUNNING" },
    });
    const measured: [string, string][] = [];
    for (const [what, place] of [
      ["its list of runs", "/v2/runs"],
      ["the run's own page", `/v2/runs/flow-run/${run.id}`],
    ] as const) {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
      const page = await context.newPage();
      await page.goto(address + place);
      await page.getByText("tides").first().waitFor();
      const { page: shown, api: read, notShown } = await changeStates(page, api, run.id, changes);
      await context.close();
      const missed = notShown === 0 ? "" : `, not shown within ${longestWaitMs / 1000} s: ${notShown}`;
      measured.push([
        `Prefect ${version}: state set → ${what} (one change every few seconds)`,
        `${shown.length === 0 ? "never shown" : describeQuantiles(shown)}${missed}`,
      ]);
      if (place === "/v2/runs")
        measured.push([`Prefect ${version}: state set → read through its API`, describeQuantiles(read)]);
    }
    return measured;
  } finally {
    child.kill("SIGTERM");
    if (child.exitCode === null) await once(child, "close");
    rmSync(home, { recursive: true, force: true });
  }
}
