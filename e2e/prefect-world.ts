import { randomUUID } from "node:crypto";
import { mkdtempSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { createPrefectClient, type PrefectClient } from "../server/src/modules/prefect/client/client.ts";
import { createRequestBudget } from "../server/src/modules/prefect/client/request-budget.ts";
import type { PrefectFlowRun } from "../server/src/modules/prefect/client/wire.ts";
import { serveCourseFlow, waitForState } from "../server/test/prefect/course-flow.ts";
import { authString, startPrefectServer } from "../server/test/prefect/prefect-server.ts";
import { startPython } from "../server/test/prefect/python-process.ts";
import { waitFor } from "../server/test/prefect/wait-for.ts";
import {
  askWith,
  createHome,
  type Product,
  readJson,
  removeHome,
  startProduct,
} from "../server/test/product.ts";
import { makeToken, type SessionCookie, signIn } from "../server/test/sign-in.ts";
import { startTcpProxy, type TcpProxy } from "../server/test/tcp-proxy.ts";
import { watchedTest } from "./fixtures.ts";

/** The names of the deployments that wait for runs: the example, and a course that is written at the second try. */
export type ServedDeployment = "course-generation" | "second-try";

/** A product beside a real Prefect that serves flows; between the two is a way that a test can cut. */
export interface PrefectWorld {
  readonly product: Product;
  /** Of the product's first administrator. */
  readonly session: readonly SessionCookie[];
  /** Prefect's API as the product reaches it. */
  readonly apiUrl: string;
  readonly proxy: TcpProxy;
  /** Adds the connection, unless it is there, and answers its id once it is live. */
  connect(): Promise<string>;
  /** Starts a run in Prefect, without the product; answers Prefect's id of it. */
  start(deployment: ServedDeployment, parameters: Readonly<Record<string, unknown>>): Promise<string>;
  /** Asks Prefect itself, and waits until the run is in one of these states. */
  stateOf(id: string, ...types: string[]): Promise<PrefectFlowRun>;
}

/** Where Prefect's secret goes in the form of a connection. */
export const credentials = { user: authString.split(":")[0] ?? "", password: authString.split(":")[1] ?? "" };

/** One world for all tests of a worker. */
export const prefectTest = watchedTest.extend<object, { world: PrefectWorld }>({
  world: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from the pattern which fixtures are wanted.
    async ({}, use) => {
      const cleanUps: (() => Promise<unknown>)[] = [];
      try {
        await use(await startWorld(cleanUps));
      } finally {
        for (const cleanUp of cleanUps.toReversed()) await cleanUp();
      }
    },
    { scope: "worker", timeout: 120_000 },
  ],
  address: [({ world }, use) => use(world.product.url), { scope: "worker" }],
  session: [({ world }, use) => use(world.session), { scope: "worker" }],
});

async function startWorld(cleanUps: (() => Promise<unknown>)[]): Promise<PrefectWorld> {
  const home = createHome();
  cleanUps.push(async () => removeHome(home));
  const startingProduct = startProduct(home, { COURSEWRIGHT_PREFECT_REQUESTS_PER_SECOND: "20" });
  cleanUps.push(() => startingProduct.then((product) => product.stop()));
  const prefect = await startPrefectServer();
  cleanUps.push(() => prefect.stop());
  const product = await startingProduct;
  const session = await signIn(product.url);
  const target = { url: product.url, token: await makeToken(product.url, session, "content:write") };
  const client = createPrefectClient({
    apiUrl: prefect.apiUrl,
    authentication: { kind: "basic", auth_string: authString },
    budget: createRequestBudget({ requestsPerSecond: 50 }),
  });
  cleanUps.push(() => client.close());
  const proxy = await startTcpProxy(prefect.apiUrl);
  cleanUps.push(() => proxy.close());
  const served: Record<ServedDeployment, Promise<string>> = {
    "second-try": serveSecondTry(client, prefect.apiUrl, cleanUps),
    "course-generation": serveCourseFlow(client, prefect.apiUrl, "course-generation", target).then(
      ({ process, deployment }) => {
        cleanUps.push(() => process.stop());
        return deployment.id;
      },
    ),
  };
  await Promise.all(Object.values(served));
  return {
    ...{ product, session, proxy, apiUrl: proxy.url },
    connect: () => connect(product, proxy.url),
    async start(deployment, parameters) {
      const deployment_id = await served[deployment];
      const idempotency_key = `browser-test-${randomUUID()}`;
      return waitFor("a run", async () => {
        try {
          return (await client.createFlowRun({ deployment_id, parameters, idempotency_key })).run.id;
        } catch (error) {
          // On SQLite, Prefect refuses what comes while it writes something else.
          if (error instanceof Error && error.message.includes("503")) return undefined;
          throw error;
        }
      });
    },
    stateOf: (id, ...types) => waitForState(client, id, types),
  };
}

async function serveSecondTry(
  client: PrefectClient,
  apiUrl: string,
  cleanUps: (() => Promise<unknown>)[],
): Promise<string> {
  const home = mkdtempSync(path.join(os.tmpdir(), "coursewright-test-"));
  cleanUps.push(async () => removeHome(home));
  const served = startPython(["second_try_flow.py"], {
    home,
    cwd: path.resolve(import.meta.dirname, "../server/test/prefect"),
    environment: {
      PREFECT_API_URL: apiUrl,
      PREFECT_API_AUTH_STRING: authString,
      PREFECT_RUNNER_POLL_FREQUENCY: "1",
      PREFECT_LOGGING_TO_API_BATCH_INTERVAL: "0.2",
    },
  });
  cleanUps.push(() => served.stop());
  return waitFor("the deployment second-try", async () => {
    if (served.hasEnded()) throw new Error(`The flow is not served:\n${served.output()}`);
    return (await client.listDeployments({ limit: 200 })).find(({ name }) => name === "second-try")?.id;
  });
}

interface ConnectionRow {
  readonly id: string;
  readonly health: string;
}

async function connect(product: Product, base_url: string): Promise<string> {
  const read = () => readJson<ConnectionRow[]>(product.url, "/prefect/connections");
  if ((await read()).length === 0) {
    const added = await askWith(product.url, "POST", "/prefect/connections", {
      name: "Kitchen",
      base_url,
      credentials: { kind: "basic", auth_string: authString },
    });
    if (!added.ok) throw new Error(`The connection was refused: ${await added.text()}`);
  }
  return waitFor("a live connection", async () => (await read()).find(({ health }) => health === "live")?.id);
}
