import { mkdtempSync, rmSync } from "node:fs";
import {
  request as ask,
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createHome, type Product, removeHome, startProduct } from "../../test/product.ts";
import { runProgram } from "../../test/program.ts";
import {
  proveMachineToken,
  readMachineToken,
  writeMachineTokenFile,
} from "../modules/users/tokens/machine-token.ts";
import { drawToken } from "../modules/users/tokens/token-text.ts";
import { createProvedServer } from "./proved-server.ts";

let product: Product;
beforeAll(async () => {
  product = await startProduct(createHome());
});
afterAll(async () => {
  await product.stop();
  removeHome(product.home);
});

const listening: Server[] = [];
afterEach(async () => {
  for (const server of listening.splice(0)) if (server.listening) await end(server);
});

function end(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

type Handle = (request: IncomingMessage, response: ServerResponse) => void;

/** Somebody else's program on this machine: notes everything that it is sent. */
async function listen(handle: Handle, port = 0, host = "127.0.0.1") {
  const heard: string[] = [];
  const server = createServer((request, response) => {
    heard.push(`${request.url} ${JSON.stringify(request.headers)}`);
    handle(request, response);
  });
  listening.push(server);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  // It listens on TCP.
  const address = server.address() as AddressInfo;
  const name = host.includes(":") ? `[${host}]` : host;
  return { url: `http://${name}:${address.port}`, port: address.port, heard, server };
}

/** The program on this machine, with the data folder's token. */
async function cw(url: string, ...words: string[]) {
  const program = runProgram(words, {
    COURSEWRIGHT_URL: url,
    COURSEWRIGHT_HOME: product.home,
    COURSEWRIGHT_KEY_FILE: `${product.home}-keys`,
    HOME: path.join(product.home, "nobody"),
  });
  const exitCode = await program.ended();
  return { exitCode, stdout: program.stdout(), stderr: program.stderr() };
}

const token = () => readMachineToken(product.home) ?? "";
const answerJson = (response: ServerResponse, body: unknown, status = 200) =>
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));

/** Hands every request on to a server and its answer back, as a proxy does. */
const relayTo =
  (target: () => string, keepsHost = false): Handle =>
  (request, response) => {
    const { host, ...headers } = request.headers;
    const kept = keepsHost ? { ...headers, host } : headers;
    const asked = ask(`${target()}${request.url}`, { headers: kept }, (answer) => {
      response.writeHead(answer.statusCode ?? 502);
      answer.pipe(response);
    });
    asked.on("error", () => response.destroy()).end();
  };
const relay = relayTo(() => product.url);

describe("the data folder's token", () => {
  it("is sent to the server that wrote it, by either name of this machine", async () => {
    for (const url of [product.url, product.url.replace("127.0.0.1", "localhost")]) {
      const { exitCode, stdout } = await cw(url, "units", "--json");
      expect([exitCode, JSON.parse(stdout)]).toEqual([0, []]);
    }
  });

  it.each<[string, Handle]>([
    ["answers everything with a list", (_request, response) => answerJson(response, [])],
    ["makes a proof up", (_request, response) => answerJson(response, { proof: "A".repeat(43) })],
    ["sends the nonce back", ({ url = "" }, response) => answerJson(response, { proof: url.slice(-43) })],
    ["asks for the token", (_request, response) => answerJson(response, { code: "sign_in_required" }, 401)],
    [
      "redirects to the server",
      (_request, response) => response.writeHead(307, { location: product.url }).end(),
    ],
    ["answers without an end", (_request, response) => response.write("x".repeat(100_000))],
    ["relays to the server", relay],
    ["relays to the server with the name that it was asked by", relayTo(() => product.url, true)],
  ])("is not sent to a program that %s", async (_what, handle) => {
    const stranger = await listen(handle);
    const { exitCode, stdout, stderr } = await cw(stranger.url, "units");
    expect([exitCode, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(`What answers at ${stranger.url} does not know the token of the data folder`);
    expect(stranger.heard.length).toBeGreaterThan(0);
    expect(stranger.heard.join("\n")).not.toMatch(/authorization|cw_/i);
  });

  it("is not sent to a relay on the server's own port at another address of loopback", async () => {
    const { port } = new URL(product.url);
    const stranger = await listen(relay, Number(port), "127.0.0.2");
    const { exitCode, stderr } = await cw(stranger.url, "units");
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining("does not know the token")]);
    expect(stranger.heard.join("\n")).not.toMatch(/authorization|cw_/i);
  });

  it("is not sent with a proof that was overheard before", async () => {
    const overheard = { proof: "" };
    const stranger = await listen((_request, response) => answerJson(response, overheard));
    overheard.proof = proveMachineToken(token(), "n".repeat(43), `127.0.0.1 ${stranger.port}`);
    const { exitCode } = await cw(stranger.url, "units");
    expect(exitCode).toBe(1);
    expect(stranger.heard.join("\n")).not.toMatch(/authorization|cw_/i);
  });

  it("is said to be missing there by doctor too", async () => {
    const stranger = await listen(relay);
    const { exitCode, stdout } = await cw(stranger.url, "doctor", "--json");
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toContainEqual({
      ...{ what: "server", verdict: "problem" },
      detail: expect.stringContaining("does not know the token"),
    });
    expect(stranger.heard.join("\n")).not.toMatch(/authorization|cw_/i);
  });
});

describe("a connection", () => {
  let home: string;
  let own: string;
  beforeAll(() => {
    home = mkdtempSync(path.join(os.tmpdir(), "coursewright-proved-"));
  });
  beforeEach(() => {
    own = drawToken().token;
    writeMachineTokenFile(home, own);
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  const get = (route: string) => ({ method: "GET" as const, path: route, headers: {} });

  /** Proves what it is asked to prove, and answers the rest with the token that it was sent. */
  const prover =
    (known: () => string): Handle =>
    (request, response) => {
      const { localAddress = "", localPort } = request.socket;
      const nonce = new URL(request.url ?? "", "http://localhost").searchParams.get("nonce");
      if (nonce === null) return response.end(request.headers.authorization);
      return answerJson(response, {
        proof: proveMachineToken(known(), nonce, `${localAddress} ${localPort}`),
      });
    };

  it("that ended is proved anew: whoever has taken the port meanwhile is sent nothing", async () => {
    const first = await listen(prover(() => own));
    const server = createProvedServer(first.url, home);
    expect(await (await server.ask(get("/one"))).text()).toBe(`Bearer ${own}`);
    expect(await (await server.ask(get("/two"))).text()).toBe(`Bearer ${own}`);
    // One proof for both.
    expect(first.heard.map((line) => line.split(/[ ?]/)[0])).toEqual([
      "/api/v1/auth/machine-proof",
      "/one",
      "/two",
    ]);
    await end(first.server);
    const second = await listen((_request, response) => answerJson(response, []), first.port);
    await expect(server.ask(get("/three"))).rejects.toMatchObject({ code: "server_unproved" });
    expect(second.heard.join("\n")).not.toMatch(/authorization|cw_/i);
  });

  it("that ended is opened anew without a failure when the server is back", async () => {
    const first = await listen(prover(() => own));
    const server = createProvedServer(first.url, home);
    await (await server.ask(get("/one"))).text();
    await end(first.server);
    const second = await listen(
      prover(() => own),
      first.port,
    );
    expect(await (await server.ask(get("/two"))).text()).toBe(`Bearer ${own}`);
    expect(second.heard).toHaveLength(2);
  });

  it("that the server ends after each answer is proved each time, also for what changes something", async () => {
    const hasty = await listen((request, response) => {
      if (!request.url?.startsWith("/api/")) response.setHeader("connection", "close");
      prover(() => own)(request, response);
    });
    const server = createProvedServer(hasty.url, home);
    for (const route of ["/one", "/two"]) {
      const answer = await server.ask({ ...get(route), method: "POST", body: "{}" });
      expect(await answer.text()).toBe(`Bearer ${own}`);
    }
    const proof = "/api/v1/auth/machine-proof";
    expect(hasty.heard.map((line) => line.split(/[ ?]/)[0])).toEqual([proof, "/one", proof, "/two"]);
  });

  it("carries the token that the folder holds when it begins", async () => {
    const replaced = drawToken().token;
    const known = { token: own };
    const first = await listen(prover(() => known.token));
    const server = createProvedServer(first.url, home);
    await (await server.ask(get("/one"))).text();
    writeMachineTokenFile(home, replaced);
    known.token = replaced;
    first.server.closeAllConnections();
    expect(await (await server.ask(get("/two"))).text()).toBe(`Bearer ${replaced}`);
  });

  it("of an answer that goes on and on is one of its own", async () => {
    const slow = await listen((request, response) => {
      if (request.url === "/stream") response.write("first");
      else prover(() => own)(request, response);
    });
    const server = createProvedServer(slow.url, home);
    const ended = new AbortController();
    const stream = await server.ask({ ...get("/stream"), signal: ended.signal });
    expect(await (await server.ask(get("/one"))).text()).toBe(`Bearer ${own}`);
    ended.abort();
    await expect(stream.text()).rejects.toMatchObject({ name: "AbortError" });
  });

  it("by the name localhost goes to one of both addresses, and only where it was proved", async () => {
    const onFour = await listen(prover(() => own));
    const onSix = await listen(
      relayTo(() => onFour.url),
      onFour.port,
      "::1",
    );
    const server = createProvedServer(`http://localhost:${onFour.port}`, home);
    expect(await (await server.ask(get("/one"))).text()).toBe(`Bearer ${own}`);
    expect(onSix.heard).toEqual([]);
  });

  it("by the name localhost is refused to a relay on one address whose server listens on the other", async () => {
    const onSix = await listen(
      prover(() => own),
      0,
      "::1",
    );
    const onFour = await listen(
      relayTo(() => onSix.url),
      onSix.port,
    );
    const server = createProvedServer(`http://localhost:${onSix.port}`, home);
    await expect(server.ask(get("/one"))).rejects.toMatchObject({ code: "server_unproved" });
    expect([onFour.heard.length, onSix.heard.length]).toEqual([1, 1]);
    expect(onFour.heard.join("\n")).not.toMatch(/authorization|cw_/i);
    await end(onFour.server);
    // With nobody there the other address is tried.
    expect(await (await server.ask(get("/two"))).text()).toBe(`Bearer ${own}`);
  });
});
