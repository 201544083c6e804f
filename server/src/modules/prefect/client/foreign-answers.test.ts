import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { afterEach, expect, it } from "vitest";
import { createPrefectClient, type PrefectClient } from "./client.ts";
import { createRequestBudget } from "./request-budget.ts";

// Servers that are not Prefect, and gateways in front of it: what they answer is no part of Prefect's API.

const servers: Server[] = [];
const clients: PrefectClient[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

async function connectTo(
  listener: RequestListener,
  clock: { now?: () => number; wait?: (delayMs: number) => Promise<void> } = {},
) {
  const server = createServer(listener).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const budget = createRequestBudget({ requestsPerSecond: 100, ...clock });
  const client = createPrefectClient({
    apiUrl: `http://127.0.0.1:${port}/api`,
    authentication: { kind: "bearer", api_key: "secret" },
    budget,
  });
  clients.push(client);
  return client;
}

const json =
  (text: string): RequestListener =>
  (_, answer) =>
    answer.writeHead(200, { "content-type": "application/json" }).end(text);

it.each<[string, RequestListener]>([
  [
    "a web page",
    (_, answer) => answer.writeHead(200, { "content-type": "text/html" }).end("<!doctype html>"),
  ],
  [
    "a page that is missing",
    (_, answer) => answer.writeHead(404, { "content-type": "text/html" }).end("<h1>"),
  ],
  [
    "a redirect to a sign-in",
    (_, answer) => answer.writeHead(302, { location: "https://example.com/login" }).end(),
  ],
  ["JSON that is no version", json('{"status":"ok"}')],
  ["a text that is no version", json('"hello"')],
  ["an empty answer", (_, answer) => answer.writeHead(204).end()],
  ["a refusal in another program's words", (_, answer) => answer.writeHead(405).end('{"error":"no"}')],
])("%s is not Prefect", async (_name, listener) => {
  const client = await connectTo(listener);
  await expect(client.getVersion()).rejects.toMatchObject({ code: "prefect_not_an_api", retryable: false });
});

it("names the place where an answer is unexpected", async () => {
  const client = await connectTo(json('[{"id":"00000000-0000-4000-8000-000000000000"}]'));
  await expect(client.listFlowRuns({})).rejects.toMatchObject({
    code: "prefect_answer_invalid",
    message: expect.stringContaining("/flow_runs/filter"),
  });
});

it("holds every request back for as long as Prefect asks", async () => {
  let time = 0;
  const waits: number[] = [];
  let answers = 0;
  const client = await connectTo(
    (_, answer) => {
      answers += 1;
      if (answers === 1) answer.writeHead(429, { "retry-after": "7" }).end();
      else answer.writeHead(200, { "content-type": "application/json" }).end("[]");
    },
    {
      now: () => time,
      wait: async (delayMs) => {
        waits.push(delayMs);
        time += delayMs;
      },
    },
  );
  await expect(client.listFlowRuns({})).rejects.toMatchObject({
    code: "prefect_rate_limited",
    retryable: true,
    details: { retry_after_ms: 7_000 },
  });
  expect(await client.listFlowRuns({})).toEqual([]);
  expect(waits).toEqual([7_000]);
});

it("reads a page of runs in parts when all of it would be too large, and in the same order", async () => {
  const runs = Array.from({ length: 50 }, (_, index) => ({
    ...{ id: `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`, name: `run ${index}`, tags: [] },
    ...{ flow_id: "f0000000-0000-4000-8000-000000000001", run_count: 1 },
    parameters: { unit_id: "a", source_text: "x".repeat(index === 7 ? 900_000 : 400_000) },
  }));
  const client = await connectTo((request, answer) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (part: string) => {
      body += part;
    });
    request.on("end", () => {
      const { limit, offset = 0, flow_runs } = JSON.parse(body);
      const ids: string[] | undefined = flow_runs?.id?.any_;
      const found = ids === undefined ? runs : runs.filter(({ id }) => ids.includes(id));
      const page = JSON.stringify(found.slice(offset, offset + limit));
      answer.writeHead(200, { "content-type": "application/json" }).end(page);
    });
  });
  const all = runs.map(({ id }) => id);
  const listed = await client.listFlowRuns({ limit: 45, offset: 2 });
  expect(listed.map(({ id }) => id)).toEqual(all.slice(2, 47));
  const named = await client.listFlowRuns({ ids: all, limit: 200 });
  expect(named.map(({ id }) => id)).toEqual(all);
  // Two hundred of them would be held and stored otherwise.
  expect(named[0]?.parameters).toEqual({ unit_id: "a", source_text: "(391 KB, kept by Prefect)" });
});
