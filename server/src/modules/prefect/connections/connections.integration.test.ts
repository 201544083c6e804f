import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createTestApp, type TestApp } from "../../../../test/app.ts";
import type { Connection } from "./models.ts";

const path = "/api/v1/prefect/connections";
const base_url = "http://127.0.0.1:9/api";
const basic = { kind: "basic", auth_string: "tester:secret" };

let test: TestApp;
beforeAll(async () => {
  test = await createTestApp();
});
beforeEach(async () => {
  await test.database.pool.query("DELETE FROM connections");
});
afterAll(() => test.close());

interface Problem {
  readonly code: string;
  readonly detail: string;
}

// The routes answer with a connection or a problem.
const read = async (answer: Response) => (await answer.json()) as Connection & Problem;
const create = (body: Record<string, unknown>) =>
  test.send("POST", path, { name: "Prefect", base_url, ...body });
const created = async (body: Record<string, unknown> = {}) => read(await create(body));
const edit = (id: string, body: unknown) => test.send("PATCH", `${path}/${id}`, body);
const list = async () => (await (await test.request(path)).json()) as Connection[];
const outcome = async (answer: Response) => [answer.status, (await read(answer)).code];
const stored = async (id: string) => {
  const { rows } = await test.database.pool.query("SELECT * FROM connections WHERE id = $1", [id]);
  return rows[0];
};

describe("connections", () => {
  it("are added, listed by name, changed and removed", async () => {
    const answer = await create({
      name: " Staging ",
      base_url: `${base_url}//`,
      filter_tags: ["a", "a", "b"],
    });
    expect(answer.status).toBe(201);
    const made = await read(answer);
    expect(made).toMatchObject({
      kind: "prefect",
      name: "Staging",
      base_url,
      ui_url: "http://127.0.0.1:9",
      auth_kind: "none",
      filter_tags: ["a", "b"],
      filter_deployment_ids: [],
      is_from_environment: false,
      disabled_at: null,
      health: "connecting",
      live_runs: 0,
      version: 1,
    });
    await created({ name: "another" });
    expect((await list()).map(({ name }) => name)).toEqual(["another", "Staging"]);
    const ids = ["5f0c1f0e-9d3c-4c5b-8a7e-0d4b6f1f2a3b"];
    const changed = await read(await edit(made.id, { name: "Live", filter_deployment_ids: ids }));
    expect(changed).toMatchObject({ name: "Live", filter_deployment_ids: ids, filter_tags: ["a", "b"] });
    expect((await test.request(`${path}/${made.id}`, { method: "DELETE" })).status).toBe(204);
    expect((await list()).map(({ name }) => name)).toEqual(["another"]);
    expect(await outcome(await edit(made.id, { name: "x" }))).toEqual([404, "connection_not_found"]);
    expect(await outcome(await test.request(`${path}/${made.id}`, { method: "DELETE" }))).toEqual([
      404,
      "connection_not_found",
    ]);
    expect((await created({ name: "LIVE" })).name).toBe("LIVE");
  });

  it("begin anew only when something changes that decides how they are watched", async () => {
    const { id } = await created({ credentials: basic });
    const version = async () => (await stored(id)).settings_version;
    await edit(id, { name: "Renamed", base_url: `${base_url}/`, ui_url: "http://127.0.0.1:9/" });
    expect(await version()).toBe(1);
    await edit(id, { filter_tags: ["course"] });
    await edit(id, { credentials: { kind: "bearer", api_key: "pnu_key" } });
    await edit(id, { base_url: "http://127.0.0.1:9/other/api" });
    await edit(id, { ui_url: "https://pages.example/prefect" });
    expect(await version()).toBe(5);
  });

  it("mirror from the start for another server or other filters, not for other credentials", async () => {
    const { id } = await created();
    const { pool } = test.database;
    const cursors = async () =>
      (await pool.query("SELECT 1 FROM connection_cursors WHERE connection_id = $1", [id])).rowCount;
    const setCursor = () =>
      pool.query("INSERT INTO connection_cursors (connection_id, stream, value) VALUES ($1, 'begun', '{}')", [
        id,
      ]);
    await setCursor();
    await edit(id, { credentials: basic });
    expect(await cursors()).toBe(1);
    await edit(id, { filter_tags: ["course"] });
    expect(await cursors()).toBe(0);
    await setCursor();
    await edit(id, { base_url: "http://127.0.0.1:10/api", credentials: { kind: "none" } });
    expect(await cursors()).toBe(0);
  });

  it("let the address of the pages follow the API unless it was set", async () => {
    const { id } = await created();
    const elsewhere = "https://prefect.example/team/api";
    expect((await read(await edit(id, { base_url: elsewhere }))).ui_url).toBe("https://prefect.example/team");
    expect((await read(await edit(id, { ui_url: "https://pages.example/p/" }))).ui_url).toBe(
      "https://pages.example/p",
    );
    expect((await read(await edit(id, { base_url }))).ui_url).toBe("https://pages.example/p");
    expect((await read(await edit(id, { ui_url: null }))).ui_url).toBe("http://127.0.0.1:9");
  });

  it("are disabled and enabled, and keep since when", async () => {
    const { id } = await created();
    const off = await read(await edit(id, { is_enabled: false }));
    expect(off).toMatchObject({ health: "disabled", disabled_at: expect.any(String) });
    const still = await read(await edit(id, { is_enabled: false }));
    expect([still.disabled_at, still.health_since]).toEqual([off.disabled_at, off.health_since]);
    expect(await outcome(await test.request(`${path}/${id}/deployments`))).toEqual([
      409,
      "connection_disabled",
    ]);
    expect(await read(await edit(id, { is_enabled: true }))).toMatchObject({
      health: "connecting",
      disabled_at: null,
    });
  });

  it("have names of their own, without case", async () => {
    await created({ name: "Prefect" });
    const other = await created({ name: "Other" });
    expect(await outcome(await create({ name: "PREFECT" }))).toEqual([409, "connection_name_taken"]);
    expect(await outcome(await edit(other.id, { name: "prefect" }))).toEqual([409, "connection_name_taken"]);
  });

  it("are at most fifty, also when they are added at once", async () => {
    await test.database.pool.query(
      "INSERT INTO connections (name, base_url) SELECT 'Connection ' || n, 'http://127.0.0.1:9/api' FROM generate_series(1, 48) n",
    );
    const answers = await Promise.all(["One", "Two", "Three", "Four"].map((name) => create({ name })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 409, 409]);
    expect(await outcome(await create({ name: "Five" }))).toEqual([409, "connection_limit_reached"]);
    expect(await list()).toHaveLength(50);
  });

  it("count the top-level runs that have not ended", async () => {
    const { id } = await created();
    const { pool } = test.database;
    const insert = (status: string, parent: string | null) =>
      pool.query<{ id: string }>(
        `INSERT INTO flow_runs (flow_name, flow_version, flow_key, flow_path, status, connection_id, external_id, parent_flow_run_id)
         VALUES ('f', 0, gen_random_uuid()::text, 'p', $1, $2, gen_random_uuid()::text, $3) RETURNING id`,
        [status, id, parent],
      );
    const { rows } = await insert("running", null);
    await insert("running", rows[0]!.id);
    await insert("pending", null);
    await insert("completed", null);
    expect((await list())[0]?.live_runs).toBe(2);
    await pool.query("DELETE FROM flow_runs");
  });
});

describe("an address", () => {
  it.each([
    ["with another protocol", "ftp://127.0.0.1/api"],
    ["that runs a script", "javascript:alert(1)"],
    ["without a host", "http:///"],
    ["with a user and a password", "http://me:pw@127.0.0.1:9/api"],
    ["with a user", "http://me@127.0.0.1:9/api"],
    ["with a query", "http://127.0.0.1:9/api?x=1"],
    ["with an empty query", "http://127.0.0.1:9/api?"],
    ["with a fragment", "http://127.0.0.1:9/api#top"],
    ["that is none", "127.0.0.1:9"],
    ["that is too long", `http://127.0.0.1/${"a".repeat(2_000)}`],
  ])("%s is refused", async (_name, address) => {
    const { id } = await created({ name: "Good" });
    for (const answer of [
      await create({ base_url: address }),
      await create({ ui_url: address }),
      await edit(id, { base_url: address }),
      await test.send("POST", `${path}/test`, { base_url: address }),
    ]) {
      expect(await outcome(answer)).toEqual([422, "request_invalid"]);
    }
    expect(await list()).toHaveLength(1);
  });
});

describe("credentials", () => {
  it.each([
    ["that are an auth string without a colon", { kind: "basic", auth_string: "tester" }],
    ["that are a key of two lines", { kind: "bearer", api_key: "a\nb" }],
    ["of an unknown kind", { kind: "oauth" }],
  ])("%s are refused", async (_name, credentials) => {
    expect(await outcome(await create({ credentials }))).toEqual([422, "request_invalid"]);
  });
});
