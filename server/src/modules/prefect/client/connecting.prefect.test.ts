import { afterEach, describe, expect, it } from "vitest";
import { findFreePort } from "../../../../test/prefect/free-port.ts";
import { type Intercept, startHttpProxy } from "../../../../test/prefect/http-proxy.ts";
import { ownPrefectApi } from "../../../../test/prefect/own-prefect.ts";
import { authString } from "../../../../test/prefect/prefect-server.ts";
import { startTcpProxy } from "../../../../test/tcp-proxy.ts";
import type { PrefectAuthentication } from "./authorization.ts";
import { createPrefectClient, type PrefectClient } from "./client.ts";
import { createRequestBudget } from "./request-budget.ts";

const realUrl = ownPrefectApi();
const basic: PrefectAuthentication = { kind: "basic", auth_string: authString };
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function connect(
  apiUrl: string,
  options: { authentication?: PrefectAuthentication; timeoutMs?: number; maxBytes?: number } = {},
): PrefectClient {
  const budget = createRequestBudget({ requestsPerSecond: 50 });
  const client = createPrefectClient({ apiUrl, authentication: basic, budget, ...options });
  closing.push(() => client.close());
  return client;
}

async function proxy(intercept: Intercept) {
  const started = await startHttpProxy(realUrl, intercept);
  closing.push(() => started.close());
  return started;
}

/** Writes to Prefect what the product itself never writes. */
async function post(path: string, body: unknown): Promise<{ id: string }> {
  const authorization = `Basic ${Buffer.from(authString).toString("base64")}`;
  const headers = { "content-type": "application/json", authorization };
  const answer = await fetch(realUrl + path, { method: "POST", headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as { id: string };
}

async function createRun(): Promise<string> {
  const flow = await post("/flows/", { name: "by-hand" });
  return (await post("/flow_runs/", { flow_id: flow.id, name: "by hand" })).id;
}

describe("the verdict on an address", () => {
  it("is the version with the right credentials", async () => {
    expect(await connect(`${realUrl}/`).getVersion()).toMatch(/^3\./);
  });

  it.each<[string, PrefectAuthentication]>([
    ["without credentials", { kind: "none" }],
    ["with a wrong auth string", { kind: "basic", auth_string: "tester:wrong" }],
    ["with a key where an auth string is wanted", { kind: "bearer", api_key: "pnu_something" }],
  ])("is a failed sign-in %s", async (_name, authentication) => {
    const client = connect(realUrl, { authentication });
    await expect(client.getVersion()).rejects.toMatchObject({
      code: "prefect_auth_failed",
      retryable: false,
    });
  });

  it("is not an API without /api at its end", async () => {
    const client = connect(realUrl.replace(/\/api$/, ""));
    await expect(client.getVersion()).rejects.toMatchObject({
      code: "prefect_not_an_api",
      message: expect.stringContaining("/api"),
    });
  });

  it("is unreachable where nobody listens", async () => {
    const client = connect(`http://127.0.0.1:${await findFreePort()}/api`);
    await expect(client.getVersion()).rejects.toMatchObject({ code: "prefect_unreachable", retryable: true });
  });

  it.each(["3.6.21", "2.20.27", "4.0.0"])("is an unsupported version for %s", async (version) => {
    const old = await proxy((incoming, answer) => {
      if (incoming.url !== "/api/admin/version") return "forward";
      answer.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(version));
      return "answered";
    });
    await expect(connect(old.apiUrl).getVersion()).rejects.toMatchObject({
      code: "prefect_version_incompatible",
      details: { version },
    });
  });
});

describe("the credentials", () => {
  it("go with each request as Prefect wants them", async () => {
    const seen = await proxy(() => "forward");
    await connect(seen.apiUrl).getVersion();
    await connect(seen.apiUrl, { authentication: { kind: "bearer", api_key: "pnu_1" } })
      .getVersion()
      .catch(() => null);
    await connect(seen.apiUrl, { authentication: { kind: "none" } })
      .getVersion()
      .catch(() => null);
    expect(seen.authorizations).toEqual([
      `Basic ${Buffer.from(authString).toString("base64")}`,
      "Bearer pnu_1",
      undefined,
    ]);
  });
});

describe("trouble on the way", () => {
  it("is a slow Prefect after the time limit, and over when the answers come again", async () => {
    let isSlow = true;
    const slow = await proxy(() => (isSlow ? "answered" : "forward"));
    const client = connect(slow.apiUrl, { timeoutMs: 300 });
    await expect(client.getVersion()).rejects.toMatchObject({ code: "prefect_too_slow", retryable: true });
    isSlow = false;
    expect(await client.getVersion()).toMatch(/^3\./);
  });

  it("is an unreachable Prefect while the connection is cut, and over when it is back", async () => {
    const tcp = await startTcpProxy(realUrl);
    closing.push(() => tcp.close());
    const client = connect(tcp.url);
    await client.getVersion();
    tcp.cut();
    await expect(client.listFlowRuns({ limit: 1 })).rejects.toMatchObject({ code: "prefect_unreachable" });
    tcp.restore();
    expect(await client.getVersion()).toMatch(/^3\./);
  });

  it("is a failed Prefect for the page of a gateway in front of it", async () => {
    const broken = await proxy((_incoming, answer) => {
      answer.writeHead(502, { "content-type": "text/html" }).end("<h1>Bad gateway</h1>");
      return "answered";
    });
    const reading = connect(broken.apiUrl).listFlowRuns({ limit: 1 });
    await expect(reading).rejects.toMatchObject({ code: "prefect_failed", retryable: true });
  });

  it("is no error of Prefect when the caller gives up", async () => {
    const silent = await proxy(() => "answered");
    const controller = new AbortController();
    const reading = connect(silent.apiUrl).getVersion(controller.signal);
    controller.abort(new Error("enough"));
    await expect(reading).rejects.toThrow("enough");
  });
});

describe("what people put into Prefect", () => {
  it("is read: state names of any kind", async () => {
    const id = await createRun();
    await post(`/flow_runs/${id}/set_state`, {
      state: { type: "COMPLETED", name: "À moitié écrit 🌓" },
      force: true,
    });
    const run = await connect(realUrl).findFlowRun(id);
    expect(run).toMatchObject({ state_type: "COMPLETED", state_name: "À moitié écrit 🌓" });
  });

  it("is read in shorter pages when its lines are huge, losing none", async () => {
    const flow_run_id = await createRun();
    const line = (number: number) => ({
      name: "test",
      level: 20,
      message: `${number} ${"x".repeat(40_000)}`,
      timestamp: new Date(Date.UTC(2026, 0, 1, 0, 0, number)).toISOString(),
      flow_run_id,
    });
    await post(
      "/logs/",
      Array.from({ length: 12 }, (_, number) => line(number)),
    );
    const client = connect(realUrl, { maxBytes: 200_000 });
    const numbers: number[] = [];
    for (;;) {
      const page = await client.listLogs({ flow_run_ids: [flow_run_id], limit: 20, offset: numbers.length });
      if (page.length === 0) break;
      numbers.push(...page.map(({ message }) => Number.parseInt(message, 10)));
    }
    expect(numbers).toEqual(Array.from({ length: 12 }, (_, number) => number));
  });

  it("is an answer too large, not a crash, when one line alone exceeds the limit", async () => {
    const flow_run_id = await createRun();
    const timestamp = new Date().toISOString();
    await post("/logs/", [{ name: "test", level: 20, message: "x".repeat(60_000), timestamp, flow_run_id }]);
    const reading = connect(realUrl, { maxBytes: 50_000 }).listLogs({ flow_run_ids: [flow_run_id] });
    await expect(reading).rejects.toMatchObject({ code: "prefect_answer_too_large", retryable: false });
  });
});
