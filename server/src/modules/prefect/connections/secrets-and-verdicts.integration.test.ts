import type { RequestListener } from "node:http";
import { PassThrough } from "node:stream";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createTestApp, type TestApp } from "../../../../test/app.ts";
import { type ForeignServer, startForeignServer } from "../../../../test/prefect/foreign-server.ts";
import { findFreePort } from "../../../../test/prefect/free-port.ts";
import { waitFor } from "../../../../test/prefect/wait-for.ts";
import { createLogger } from "../../../platform/logger.ts";
import type { Connection, ConnectionVerdict } from "./models.ts";

const path = "/api/v1/prefect/connections";
const secrets = {
  password: "hunter2-of-the-tester",
  key: "pnu_0123456789abcdef",
  later: "another-password-77",
};
const base_url = "http://127.0.0.1:9/api";
const basic = { kind: "basic", auth_string: `tester:${secrets.password}` };

let test: TestApp;
const servers: ForeignServer[] = [];
beforeAll(async () => {
  test = await createTestApp();
});
beforeEach(async () => {
  await test.database.pool.query("DELETE FROM connections");
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
afterAll(() => test.close());

/** The address of what could be an API. */
async function listen(listener: RequestListener): Promise<string> {
  const server = await startForeignServer(listener);
  servers.push(server);
  return server.apiUrl;
}

// The routes answer with a connection or a problem.
const read = async (answer: Response) => (await answer.json()) as Connection & { code: string };
const created = async (body: Record<string, unknown>) =>
  read(await test.send("POST", path, { name: "Prefect", base_url, ...body }));
const edit = (id: string, body: unknown) => test.send("PATCH", `${path}/${id}`, body);
const outcome = async (answer: Response) => [answer.status, (await read(answer)).code];
const probe = async (body: unknown) =>
  (await (await test.send("POST", `${path}/test`, body)).json()) as ConnectionVerdict;
const stored = async (id: string) => {
  const { rows } = await test.database.pool.query("SELECT * FROM connections WHERE id = $1", [id]);
  return rows[0];
};

describe("secrets", () => {
  it("are never answered, logged, streamed or stored as they are", async () => {
    let log = "";
    const destination = new PassThrough();
    destination.on("data", (chunk) => {
      log += String(chunk);
    });
    const other = await createTestApp({}, createLogger({ level: "trace", format: "json", destination }));
    const { url } = await other.app.startServer();
    const cutting = new AbortController();
    const stream = await fetch(`${url}/api/v1/events`, {
      headers: { authorization: `Bearer ${other.token}` },
      signal: cutting.signal,
    });
    let streamed = "";
    const streaming = (async () => {
      for await (const text of stream.body!.pipeThrough(new TextDecoderStream())) streamed += text;
    })().catch(() => undefined);
    const answers: string[] = [];
    const keep = async (answer: Response) => {
      const text = await answer.text();
      answers.push(text);
      return text;
    };
    const made = JSON.parse(
      await keep(await other.send("POST", path, { name: "With secret", base_url, credentials: basic })),
    ) as Connection;
    const bearer = { kind: "bearer", api_key: secrets.key };
    await keep(await other.send("POST", path, { base_url, ...{ name: "With key", credentials: bearer } }));
    await keep(await other.send("POST", path, { base_url, ...{ name: "WITH KEY", credentials: bearer } }));
    await keep(
      await other.send("PATCH", `${path}/${made.id}`, {
        credentials: { kind: "basic", auth_string: `x:${secrets.later}` },
      }),
    );
    await keep(
      await other.send("PATCH", `${path}/${made.id}`, {
        credentials: { kind: "bearer", api_key: `${secrets.key} b` },
      }),
    );
    await keep(await other.request(path));
    await keep(await other.send("POST", `${path}/${made.id}/test`));
    await keep(await other.send("POST", `${path}/test`, { base_url, credentials: bearer }));
    await keep(await other.request(`${path}/${made.id}/deployments`));
    await keep(await other.send("PATCH", `${path}/${made.id}`, { name: "Told last" }));
    await waitFor("the stream", async () => (streamed.includes("Told last") ? true : undefined));
    cutting.abort();
    await streaming;
    const { rows } = await other.database.pool.query<{ row: string }>(
      "SELECT c::text AS row FROM connections c",
    );
    expect(rows.filter(({ row }) => row.includes("cw1."))).toHaveLength(2);
    expect(log).toContain(path);
    const everything = [...answers, streamed, log, ...rows.map(({ row }) => row)].join("\n");
    await other.close();
    for (const secret of Object.values(secrets)) {
      expect(everything).not.toContain(secret);
      expect(everything).not.toContain(Buffer.from(secret).toString("base64").slice(2, -4));
    }
    expect(everything).not.toContain(Buffer.from(basic.auth_string).toString("base64"));
  });

  it("stay when they are not entered again, and are wiped with the connection", async () => {
    const { id } = await created({ credentials: basic });
    const before = (await stored(id)).auth_encrypted;
    expect(before).toMatch(/^cw1\./);
    expect(await read(await edit(id, { name: "Renamed" }))).toMatchObject({ auth_kind: "basic" });
    expect((await stored(id)).auth_encrypted).toBe(before);
    await test.request(`${path}/${id}`, { method: "DELETE" });
    expect(await stored(id)).toMatchObject({ auth_encrypted: null, removed_at: expect.anything() });
  });

  it("go to the host only that they were entered for", async () => {
    const { id } = await created({ credentials: basic });
    const seen: (string | undefined)[] = [];
    const elsewhere = await listen((incoming, answer) => {
      seen.push(incoming.headers.authorization);
      answer.end();
    });
    expect(await outcome(await edit(id, { base_url: elsewhere }))).toEqual([
      422,
      "connection_credentials_needed",
    ]);
    expect(await probe({ connection_id: id, base_url: elsewhere })).toMatchObject({
      is_ok: false,
      code: "connection_credentials_needed",
      advice: expect.any(String),
    });
    expect(seen).toEqual([]);
    await probe({ connection_id: id, base_url: elsewhere, credentials: { kind: "none" } });
    expect(seen).toEqual([undefined]);
    const moved = await edit(id, {
      base_url: elsewhere,
      credentials: { kind: "bearer", api_key: secrets.key },
    });
    expect(moved.status).toBe(200);
    await test.send("POST", `${path}/${id}/test`);
    expect(seen).toEqual([undefined, `Bearer ${secrets.key}`]);
  });

  it("that cannot be decrypted are a verdict, not a crash", async () => {
    const { id } = await created({ credentials: basic });
    await test.database.pool.query("UPDATE connections SET auth_encrypted = 'cw1.1.AAAA' WHERE id = $1", [
      id,
    ]);
    const answer = await test.send("POST", `${path}/${id}/test`);
    expect(await answer.json()).toMatchObject({
      is_ok: false,
      code: "secret_unreadable",
      advice: "Enter the credentials again.",
    });
  });
});

describe("trying an address", () => {
  it("says that nobody listens", async () => {
    const port = await findFreePort();
    expect(await probe({ base_url: `http://127.0.0.1:${port}/api` })).toMatchObject({
      is_ok: false,
      code: "prefect_unreachable",
      sentence: `Nothing listens at 127.0.0.1:${port}.`,
      advice: expect.stringContaining("Start Prefect"),
      has_events: null,
    });
  });

  it("says that a name is not known", async () => {
    expect(await probe({ base_url: "http://prefect.invalid:4200/api" })).toMatchObject({
      code: "prefect_unreachable",
      sentence: "The name prefect.invalid is not known.",
    });
  });

  it("says that a web page answers", async () => {
    const address = await listen((_, answer) =>
      answer.writeHead(200, { "content-type": "text/html" }).end("<!doctype html>"),
    );
    expect(await probe({ base_url: address })).toMatchObject({
      code: "prefect_not_an_api",
      sentence: expect.stringContaining("a web page"),
      advice: expect.stringContaining("another program"),
    });
    expect(await probe({ base_url: address.replace("/api", "") })).toMatchObject({
      code: "prefect_not_an_api",
      advice: expect.stringContaining(`try ${address}`),
    });
  });

  it("says where it is redirected to, and does not go there", async () => {
    const asked: (string | undefined)[] = [];
    const address = await listen((incoming, answer) => {
      asked.push(incoming.url);
      answer.writeHead(302, { location: "/sign-in" }).end();
    });
    expect(await probe({ base_url: address })).toMatchObject({
      code: "prefect_not_an_api",
      sentence: `${address} redirects to /sign-in.`,
      advice: expect.stringContaining("the API itself"),
    });
    expect(asked).toEqual(["/api/admin/version"]);
  });

  it("says that a server without TLS was asked with it", async () => {
    const address = await listen((_, answer) => answer.end());
    expect(await probe({ base_url: address.replace("http:", "https:") })).toMatchObject({
      code: "prefect_unreachable",
      sentence: expect.stringContaining("does not speak TLS"),
      advice: expect.stringContaining("http://"),
    });
  });

  it("says that the connection is broken off", async () => {
    const address = await listen((incoming) => incoming.socket.destroy());
    expect(await probe({ base_url: address })).toMatchObject({
      code: "prefect_unreachable",
      sentence: expect.stringContaining("broke the connection off"),
    });
  });

  it("knows the connection that it is about", async () => {
    const missing = "00000000-0000-7000-8000-000000000000";
    const answer = await test.send("POST", `${path}/test`, { connection_id: missing, base_url });
    expect(await outcome(answer)).toEqual([404, "connection_not_found"]);
  });
});
