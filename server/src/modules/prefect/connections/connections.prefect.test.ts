import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createTestApp, type TestApp } from "../../../../test/app.ts";
import { serveCourseFlow } from "../../../../test/prefect/course-flow.ts";
import { type HttpProxy, startHttpProxy } from "../../../../test/prefect/http-proxy.ts";
import { ownPrefectApi } from "../../../../test/prefect/own-prefect.ts";
import { authString } from "../../../../test/prefect/prefect-server.ts";
import type { PythonProcess } from "../../../../test/prefect/python-process.ts";
import { waitFor } from "../../../../test/prefect/wait-for.ts";
import { createPrefectClient, type PrefectClient } from "../client/client.ts";
import { createRequestBudget } from "../client/request-budget.ts";
import type { PrefectDeployment } from "../client/wire.ts";
import type { Connection, ConnectionVerdict, Deployment } from "./models.ts";

const path = "/api/v1/prefect/connections";
const apiUrl = ownPrefectApi();
const basic = { kind: "basic", auth_string: authString };

let test: TestApp;
let client: PrefectClient;
let served: PythonProcess;
let deployment: PrefectDeployment;
beforeAll(async () => {
  test = await createTestApp();
  client = createPrefectClient({
    apiUrl,
    authentication: { kind: "basic", auth_string: authString },
    budget: createRequestBudget({ requestsPerSecond: 50 }),
  });
  ({ process: served, deployment } = await serveCourseFlow(client, apiUrl, "connections-test"));
});
afterAll(async () => {
  await served?.stop();
  await client?.close();
  await test?.close();
});

const proxies: HttpProxy[] = [];
afterEach(async () => {
  for (const proxy of proxies.splice(0)) await proxy.close();
  await test.database.pool.query("DELETE FROM connections");
});

// The routes answer with what is named.
const answerOf = async <Answer>(answer: Promise<Response>) => (await (await answer).json()) as Answer;
const probe = (body: unknown) => answerOf<ConnectionVerdict>(test.send("POST", `${path}/test`, body));
const create = (body: Record<string, unknown> = {}) =>
  answerOf<Connection>(
    test.send("POST", path, { name: "Prefect", base_url: apiUrl, credentials: basic, ...body }),
  );
const verdictOf = ({ id }: Connection) =>
  answerOf<ConnectionVerdict>(test.send("POST", `${path}/${id}/test`));

describe("the verdict on a real server", () => {
  it("is well with the right password, and counts what is there", async () => {
    const verdict = await probe({ base_url: `${apiUrl}/`, credentials: basic });
    expect(verdict).toMatchObject({
      is_ok: true,
      code: null,
      sentence: expect.stringMatching(/^Prefect 3\.\d+\.\d+ answers: \d+ runs? and \d+ deployments?\.$/),
      version_found: expect.stringMatching(/^3\./),
      answered_in_ms: expect.any(Number),
      has_events: true,
      advice: null,
    });
    expect(verdict.deployment_count).toBeGreaterThan(0);
  });

  it.each([
    ["a wrong password", { kind: "basic", auth_string: "tester:wrong" }],
    ["no credentials", { kind: "none" }],
    ["a key where an auth string is wanted", { kind: "bearer", api_key: "pnu_1" }],
  ])("is a failed sign-in with %s", async (_name, credentials) => {
    expect(await probe({ base_url: apiUrl, credentials })).toMatchObject({
      is_ok: false,
      code: "prefect_auth_failed",
      advice: expect.stringContaining("PREFECT_SERVER_API_AUTH_STRING"),
      run_count: null,
    });
  });

  it("names the address to try when /api was forgotten", async () => {
    const base_url = apiUrl.replace(/\/api$/, "");
    expect(await probe({ base_url, credentials: basic })).toMatchObject({
      is_ok: false,
      code: "prefect_not_an_api",
      advice: expect.stringContaining(`try ${apiUrl}`),
    });
  });

  it("names the version of one that is too old", async () => {
    const old = await startHttpProxy(apiUrl, (incoming, answer) => {
      if (incoming.url !== "/api/admin/version") return "forward";
      answer.writeHead(200, { "content-type": "application/json" }).end('"2.20.27"');
      return "answered";
    });
    proxies.push(old);
    expect(await probe({ base_url: old.apiUrl, credentials: basic })).toMatchObject({
      is_ok: false,
      code: "prefect_version_incompatible",
      sentence: expect.stringContaining("2.20.27"),
      version_found: "2.20.27",
      advice: expect.any(String),
    });
  });

  it("is a failed server while a gateway stands in for it, and well when it is back", async () => {
    let isDown = true;
    const gateway = await startHttpProxy(apiUrl, (_incoming, answer) => {
      if (!isDown) return "forward";
      answer.writeHead(502, { "content-type": "text/html" }).end("<h1>Bad gateway</h1>");
      return "answered";
    });
    proxies.push(gateway);
    const connection = await create({ base_url: gateway.apiUrl });
    expect(await verdictOf(connection)).toMatchObject({ is_ok: false, code: "prefect_failed" });
    isDown = false;
    expect(await verdictOf(connection)).toMatchObject({ is_ok: true });
  });
});

describe("without WebSockets on the way", () => {
  it("it is well, and says that events do not come live and what lets them through", async () => {
    // This proxy forwards requests, not upgrades.
    const proxy = await startHttpProxy(apiUrl, () => "forward");
    proxies.push(proxy);
    expect(await probe({ base_url: proxy.apiUrl, credentials: basic })).toMatchObject({
      is_ok: true,
      has_events: false,
      advice: expect.stringContaining("WebSockets"),
    });
  });
});

describe("a stored connection", () => {
  it("is tried with its stored credentials and filters", async () => {
    const connection = await create({
      filter_tags: ["nobody-has-this"],
      filter_deployment_ids: [deployment.id],
    });
    const expected = {
      is_ok: true,
      run_count: 0,
      deployment_count: 1,
      sentence: expect.stringContaining("pass the filters"),
      advice: expect.stringContaining("No run passes"),
    };
    expect(await verdictOf(connection)).toMatchObject(expected);
    expect(await probe({ connection_id: connection.id, base_url: apiUrl })).toMatchObject(expected);
  });

  it("offers its deployments with their flows and parameters", async () => {
    const { id } = await create();
    const mine = await waitFor("a ready deployment", async () => {
      const deployments = await answerOf<Deployment[]>(test.request(`${path}/${id}/deployments`));
      return deployments.find((each) => each.id === deployment.id && each.is_ready);
    });
    expect(mine).toMatchObject({
      name: "connections-test",
      flow_name: "write-course",
      tags: expect.arrayContaining(["coursewright"]),
      is_paused: false,
      last_polled_at: expect.any(String),
      parameters: expect.arrayContaining([{ name: "unit_id", is_required: false }]),
    });
    await test.send("PATCH", `${path}/${id}`, {
      filter_deployment_ids: ["00000000-0000-4000-8000-000000000000"],
    });
    expect(await answerOf(test.request(`${path}/${id}/deployments`))).toEqual([]);
    const all = await answerOf<Deployment[]>(test.request(`${path}/${id}/deployments?all=true`));
    expect(all.map((each) => each.id)).toContain(deployment.id);
  });

  it("whose password was changed says so when deployments are asked for", async () => {
    const { id } = await create({ credentials: { kind: "basic", auth_string: "tester:old" } });
    const answer = await test.request(`${path}/${id}/deployments`);
    expect(answer.status).toBe(502);
    expect(await answer.json()).toMatchObject({ code: "prefect_auth_failed" });
  });
});
