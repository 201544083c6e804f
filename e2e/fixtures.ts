import { type BrowserContext, test as base, expect, type Page } from "@playwright/test";
import { createClient } from "../server/src/platform/database.ts";
import { findDatabaseUrl } from "../server/src/platform/embedded-postgres/cluster.ts";
import { createHome, type Product, removeHome, startProduct } from "../server/test/product.ts";
import { runProgram } from "../server/test/program.ts";
import { startTestProvider, type TestProvider } from "../server/test/provider/provider.ts";
import { type SessionCookie, signIn } from "../server/test/sign-in.ts";

interface Watch {
  /** What a page may complain about in this test; anything else fails it. */
  expectedFaults: readonly RegExp[];
  /** Console errors, uncaught errors, policy violations and requests to other origins so far. */
  faults: readonly string[];
}

interface Place {
  /** Of the product whose pages the browser shows. */
  readonly address: string;
  /** Its first administrator's, one for all tests of a worker. */
  readonly session: readonly SessionCookie[];
}

/**
 * Every test fails when a page complains, breaks the content policy or calls another origin. The browser is signed in as an
 * administrator of the product at `address`, which those who extend this name.
 */
export const watchedTest = base.extend<Watch, Place>({
  address: ["", { scope: "worker" }],
  session: [async ({ address }, use) => use(await signIn(address)), { scope: "worker" }],
  baseURL: ({ address }, use) => use(address),
  storageState: ({ session }, use) => use({ cookies: [...session], origins: [] }),
  expectedFaults: [[], { option: true }],
  faults: [
    async ({ context, baseURL, expectedFaults }, use) => {
      const faults: string[] = [];
      watchContext(context, new URL(baseURL ?? "").origin, faults);
      await use(faults);
      const unexpected = faults.filter((fault) => !expectedFaults.some((pattern) => pattern.test(fault)));
      expect(unexpected).toEqual([]);
    },
    { auto: true },
  ],
});

function watchContext(context: BrowserContext, origin: string, faults: string[]): void {
  // The browser reports what the content policy stops as an error on the console.
  context.on("console", (message) => {
    if (message.type() === "error") faults.push(`console: ${message.text()} at ${message.location().url}`);
  });
  context.on("weberror", (error) => faults.push(`uncaught: ${error.error().message}`));
  context.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol !== "data:" && url.origin !== origin) faults.push(`other origin: ${request.url()}`);
  });
}

/** A product on empty data, written to by the offline author. */
export const offlineTest = watchedTest.extend<object, { product: Product }>({
  product: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from the pattern which fixtures are wanted.
    async ({}, use) => withProduct({}, use),
    { scope: "worker", timeout: 60_000 },
  ],
  address: [({ product }, use) => use(product.url), { scope: "worker" }],
});

/** A product on sample data: units in every status with their tasks, runs, steps and requests. */
export const sampleTest = watchedTest.extend<object, { product: Product }>({
  product: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from the pattern which fixtures are wanted.
    async ({}, use) =>
      withProduct({}, async (product) => {
        await seed(product.home);
        await use(product);
      }),
    { scope: "worker", timeout: 120_000 },
  ],
  address: [({ product }, use) => use(product.url), { scope: "worker" }],
});

/** A product whose models are the test provider's. */
export const modelTest = watchedTest.extend<object, { product: Product; provider: TestProvider }>({
  provider: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from the pattern which fixtures are wanted.
    async ({}, use) => {
      const provider = await startTestProvider();
      await use(provider);
      await provider.close();
    },
    { scope: "worker" },
  ],
  product: [
    async ({ provider }, use) =>
      withProduct(
        {
          COURSEWRIGHT_LLM_BASE_URL: provider.url,
          COURSEWRIGHT_LLM_API_KEY: "test-key",
          COURSEWRIGHT_TEXT_MODEL: "test-text",
          COURSEWRIGHT_SPEECH_MODEL: "test-speech",
          COURSEWRIGHT_IMAGE_MODEL: "test-image",
        },
        use,
      ),
    { scope: "worker", timeout: 60_000 },
  ],
  address: [({ product }, use) => use(product.url), { scope: "worker" }],
});

/** A product of the test's own that nobody has signed in to. */
export const freshTest = watchedTest.extend<{ product: Product }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from the pattern which fixtures are wanted.
  product: async ({}, use) => withProduct({}, use),
  baseURL: ({ product }, use) => use(product.url),
  storageState: undefined,
});

/** A product that a test stops and starts again on the same data and address. */
export interface Restartable {
  readonly url: string;
  /** Of its first administrator's session, which outlives a stop. */
  readonly cookies: SessionCookie[];
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** A product of the test's own that can go away. */
export const outageTest = watchedTest.extend<{ server: Restartable }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from the pattern which fixtures are wanted.
  server: async ({}, use) => {
    const home = createHome();
    let product: Product | undefined = await startProduct(home);
    const { url } = product;
    const stop = async () => {
      await product?.stop();
      product = undefined;
    };
    const start = async () => {
      product = await startProduct(home, { COURSEWRIGHT_PORT: new URL(url).port });
    };
    await use({ url, stop, start, cookies: await signIn(url) });
    await stop();
    removeHome(home);
  },
  baseURL: ({ server }, use) => use(server.url),
  storageState: ({ server }, use) => use({ cookies: server.cookies, origins: [] }),
});

async function withProduct(
  environment: Record<string, string>,
  use: (product: Product) => Promise<void>,
): Promise<void> {
  const home = createHome();
  const product = await startProduct(home, environment);
  try {
    await use(product);
  } finally {
    await product.stop();
    removeHome(home);
  }
}

async function seed(home: string): Promise<void> {
  const program = runProgram(["seed"], { COURSEWRIGHT_HOME: home, COURSEWRIGHT_KEY_FILE: `${home}-keys` });
  const code = await program.ended();
  if (code !== 0) throw new Error(`seed ended with ${code}:\n${program.stderr()}`);
}

/** Runs one statement in the product's own database, for what no route can bring about. */
export async function runSql(product: Product, statement: string, values: unknown[] = []): Promise<void> {
  const url = findDatabaseUrl(product.home);
  if (url === undefined) throw new Error("The product has no database of its own.");
  const client = createClient({ url, applicationName: "browser test" });
  await client.connect();
  try {
    await client.query(statement, values);
  } finally {
    await client.end();
  }
}

/** Waits until the page has its headline and nothing of it is still on its way. */
export async function waitForContent(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();
  await expect(page.locator(".skeleton")).toHaveCount(0);
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
}

/** Leaves a mark that only a reload of the page removes. */
export async function markPage(page: Page): Promise<void> {
  await page.evaluate(() => document.documentElement.setAttribute("data-test-mark", "kept"));
}

/** Fails when the page was reloaded since it was marked. */
export async function expectNotReloaded(page: Page): Promise<void> {
  await expect(page.locator("html")).toHaveAttribute("data-test-mark", "kept");
}
