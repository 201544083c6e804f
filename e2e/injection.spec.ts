import { type BrowserContext, expect, type Page } from "@playwright/test";
import { createClient } from "../server/src/platform/database.ts";
import { findDatabaseUrl } from "../server/src/platform/embedded-postgres/cluster.ts";
import { type Product, readJson } from "../server/test/product.ts";
import { injectionPayloads } from "../server/test/security/injection-payloads.ts";
import { sampleTest, waitForContent } from "./fixtures.ts";
import { plant } from "./hostile-plant.ts";
import { listSamplePages } from "./pages.ts";

// The full campaign names more: npm run campaign:security.
const payloadCount = Number(process.env.SECURITY_PAYLOADS ?? 60);
const seed = Number(process.env.SECURITY_SEED ?? 20_261_122);
/** The sample looks at every so-manieth page only. */
const pageCount = Number(process.env.SECURITY_PAGES ?? 16);
/** So many at a time stand in every text; each round plants others. */
const perRound = 60;

interface Watch {
  /** Calls of the function that every payload tries to call. */
  readonly hits: string[];
  readonly foreign: string[];
}

/** Gives the pages the function, and notes who calls it and which requests leave for elsewhere. */
async function watch(context: BrowserContext, origin: string): Promise<Watch> {
  const seen: Watch = { hits: [], foreign: [] };
  await context.exposeBinding("hit", ({ page }) => void seen.hits.push(page.url()));
  context.on("request", (request) => {
    const url = new URL(request.url());
    if (!["data:", "blob:"].includes(url.protocol) && url.origin !== origin) seen.foreign.push(request.url());
  });
  context.on("dialog", (dialog) => {
    seen.hits.push(`dialog on ${dialog.page()?.url()}`);
    void dialog.dismiss();
  });
  return seen;
}

/** Takes the policy off every answer, so that nothing but the rendering itself stands between a text and the browser. */
async function dropPolicy(context: BrowserContext): Promise<void> {
  await context.route("**/*", async (route) => {
    if (route.request().resourceType() !== "document") return route.continue();
    const answer = await route.fetch();
    const { "content-security-policy": _policy, ...headers } = answer.headers();
    await route.fulfill({ response: answer, headers });
  });
}

async function plantInto({ home }: Product, payloads: readonly string[]): Promise<number> {
  const url = findDatabaseUrl(home);
  if (url === undefined) throw new Error("The product has no database of its own.");
  const client = createClient({ url, applicationName: "injection test" });
  await client.connect();
  try {
    return await plant(client, payloads);
  } finally {
    await client.end();
  }
}

/** Every page on sample data, and the places inside of them that show other texts. */
async function listSurfaces({ url }: Product): Promise<{ name: string; path: string }[]> {
  const pages = await listSamplePages(url);
  const [unit] = await readJson<{ id: string }[]>(url, "/content/units?status=completed");
  const runs = await readJson<{ id: string }[]>(url, "/flow-engine/runs?limit=3");
  const tabs = ["runs", "requests", "sources", "podcast"].map((tab) => ({
    name: `unit, ${tab}`,
    path: `/units/${unit?.id}?tab=${tab}`,
  }));
  const opened = runs.map(({ id }, place) => ({ name: `run ${place} opened`, path: `/flows?open=${id}` }));
  return [...pages, ...tabs, ...opened];
}

/** What a person may do on any page without asking for anything: point at things and leaf through fields. */
async function touch(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const element of document.querySelectorAll("main *, main")) {
      for (const kind of ["mouseover", "pointerenter", "focus", "toggle", "animationstart"])
        element.dispatchEvent(new Event(kind, { bubbles: true }));
    }
  });
}

/** Elements that only a text that became markup could have made, and addresses that run. */
const intruders =
  'iframe, object, embed, base, main script, [onerror], [onload], [onclick], [onfocus], [ontoggle], [onbegin], [onstart], a[href^="javascript:" i], a[href^="data:" i], a[href^="vbscript:" i], [src*="attacker.example"], [style*="attacker.example"]';

for (const policy of ["with", "without"] as const) {
  sampleTest(
    `no hostile text runs or loads anything on any page ${policy} the content policy`,
    async ({ browser, product, session }) => {
      const payloads = injectionPayloads(payloadCount, seed);
      const rounds = Math.ceil(payloads.length / perRound);
      sampleTest.setTimeout(120_000 + rounds * 240_000);
      const context = await browser.newContext({
        baseURL: product.url,
        storageState: { cookies: [...session], origins: [] },
      });
      const seen = await watch(context, new URL(product.url).origin);
      if (policy === "without") await dropPolicy(context);
      const page = await context.newPage();
      const all = await listSurfaces(product);
      const step = Math.max(1, Math.floor(all.length / pageCount));
      const surfaces = all.filter((_surface, place) => place % step === 0);
      expect(surfaces.length).toBeGreaterThanOrEqual(12);
      const showing = new Set<string>();
      for (let round = 0; round < rounds; round += 1) {
        const part = payloads.slice(round * perRound, (round + 1) * perRound);
        expect(await plantInto(product, part)).toBeGreaterThan(200);
        for (const { name, path } of surfaces) {
          await page.goto(path);
          await waitForContent(page);
          await touch(page);
          await expect(page.locator(intruders), `${name}, round ${round}`).toHaveCount(0);
          expect(seen, `${name}, round ${round}`).toEqual({ hits: [], foreign: [] });
          const text = (await page.getByRole("main").textContent()) ?? "";
          if (/attacker\.example|\bhit[(`]/.test(text)) showing.add(name);
        }
      }
      await context.close();
      // A page that shows none of them proves nothing.
      expect(showing.size, [...showing].join(", ")).toBeGreaterThanOrEqual(12);
      process.stdout.write(
        `injection ${policy} policy: ${payloads.length} payloads on ${surfaces.length} pages, ${showing.size} of which show them ` +
          `(${payloads.length * showing.size} cases), 0 executions, 0 requests elsewhere (seed ${seed})\n`,
      );
    },
  );
}

sampleTest(
  "the watch would notice: a payload that is let through as markup is counted",
  async ({ browser, product, session }) => {
    const context = await browser.newContext({
      baseURL: product.url,
      storageState: { cookies: [...session], origins: [] },
    });
    const seen = await watch(context, new URL(product.url).origin);
    await dropPolicy(context);
    const page = await context.newPage();
    await page.goto("/units");
    await waitForContent(page);
    await page.evaluate(() => {
      const place = document.querySelector("main");
      // What a careless page would do with a title.
      place?.insertAdjacentHTML("beforeend", '<img src="https://attacker.example/x.png" onerror="hit()">');
    });
    await expect.poll(() => seen.hits.length).toBeGreaterThan(0);
    expect(seen.foreign.length).toBeGreaterThan(0);
    await context.close();
  },
);
