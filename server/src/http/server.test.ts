import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signedIn } from "../../test/builders/test-api.ts";
import { createSilentLogger } from "../platform/logger.ts";
import { createHttpApplication, listen, type RunningServer } from "./server.ts";

const slow = { headersMs: 400, requestMs: 800, checkMs: 50, stuckMs: 200 };
const caller = signedIn({ id: "u1", name: "Ada", role: "operator" });

let server: RunningServer;
let port: number;
/** Answers without an end that somebody still waits for. */
let endless = 0;
beforeAll(async () => {
  const application = createHttpApplication({
    logger: createSilentLogger(),
    identify: async () => caller,
    recordAudit: async () => undefined,
    learnerAccess: "public",
    allowedHosts: [],
    publicUrl: undefined,
    trustedProxies: [],
    requestsPerSecond: 1_000_000,
    adminDirectory: "/nonexistent",
  });
  application.get("/healthz", (context) => context.json({ status: "ok" }));
  application.post("/api/v1/content-creator/units", async (context) =>
    context.json(await context.req.json()),
  );
  application.get("/api/v1/events", () => {
    const body = new ReadableStream<string>({
      async pull(controller) {
        // The work of an answer that takes longer than the limits for requests: the time itself is what is tested.
        await sleep(slow.requestMs + 4 * slow.checkMs);
        controller.enqueue("late");
        controller.close();
      },
    });
    return new Response(body.pipeThrough(new TextEncoderStream()), {
      headers: { "transfer-encoding": "chunked" },
    });
  });
  application.get("/api/v1/learner/units", () => {
    endless += 1;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(new Uint8Array(64 * 1024));
      },
      cancel() {
        endless -= 1;
      },
    });
    return new Response(body);
  });
  server = await listen(application, { host: "127.0.0.1", port: 0 }, slow);
  port = Number(new URL(server.url).port);
});
afterAll(() => server.close());

/** Sends the parts with a pause between, as a slow sender does, and answers all that came until the connection ended. */
async function speak(parts: readonly string[], pauseMs = 0): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let answer = "";
  socket.setEncoding("utf8").on("data", (text: string) => {
    answer += text;
  });
  const ended = new Promise<void>((resolve) => {
    socket.on("close", () => resolve()).on("error", () => resolve());
  });
  for (const part of parts) {
    if (socket.destroyed || !socket.writable) break;
    socket.write(part);
    if (pauseMs > 0) await Promise.race([sleep(pauseMs), ended]);
  }
  await ended;
  return answer;
}

const request = (line: string, ...headers: string[]) =>
  `${[line, "Host: localhost", "Connection: close", ...headers].join("\r\n")}\r\n\r\n`;
const isWell = async () => (await fetch(`${server.url}/healthz`)).status === 200;

describe("requests that no browser sends", () => {
  it.each([
    ["a header of 20 KB", request("GET /healthz HTTP/1.1", `X-Long: ${"a".repeat(20_000)}`), 431],
    ["an address of 20 KB", request(`GET /${"a".repeat(20_000)} HTTP/1.1`), 431],
    ["a thousand headers", request("GET /healthz HTTP/1.1", ...Array(4_000).fill("A: b")), 431],
    ["an unknown method", request("STEAL /healthz HTTP/1.1"), 400],
    ["a method that is known but no route's", request("PROPFIND /healthz HTTP/1.1"), 405],
    ["TRACE", request("TRACE /healthz HTTP/1.1"), 405],
    [
      "OPTIONS",
      request("OPTIONS /api/v1/content-creator/units HTTP/1.1", "Origin: https://evil.example"),
      405,
    ],
    ["OPTIONS of everything", request("OPTIONS * HTTP/1.1"), 400],
    ["no host", "GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n", 400],
    ["two lengths", request("POST /healthz HTTP/1.1", "Content-Length: 1", "Content-Length: 2"), 400],
    [
      "a length and chunks",
      request("POST /healthz HTTP/1.1", "Content-Length: 1", "Transfer-Encoding: chunked"),
      400,
    ],
    ["another server's address", request("GET http://evil.example/healthz HTTP/1.1"), 200],
    ["a path that leads out", request("GET /../../../etc/passwd HTTP/1.1"), 404],
    ["a path with broken escapes", request("GET /%ff%zz HTTP/1.1"), 404],
    ["a path with a zero", request("GET /%00 HTTP/1.1"), 404],
    ["no HTTP at all", "hello\r\n\r\n", 400],
  ])("%s is answered and nothing breaks", async (_name, text, status) => {
    const answer = await speak([text]);
    expect(answer.split("\r\n")[0]).toContain(String(status));
    expect(answer.toLowerCase()).not.toContain("access-control-");
    expect(answer).not.toContain("node_modules");
    expect(await isWell()).toBe(true);
  });

  it("an upgrade or a tunnel ends without an answer or with a plain one", async () => {
    const upgrade = await speak([
      request("GET /healthz HTTP/1.1", "Upgrade: websocket", "Connection: Upgrade"),
    ]);
    expect(upgrade).not.toContain("101 Switching");
    expect(await speak([request("CONNECT evil.example:443 HTTP/1.1")])).not.toContain("200");
    expect(await isWell()).toBe(true);
  });
});

describe("slow senders", () => {
  it("of headers, fifty at once, are ended while others are served", async () => {
    const started = performance.now();
    const drops = Array.from({ length: 1_000 }, (_, index) => `X-${index}: a\r\n`);
    const slowSenders = Array.from({ length: 50 }, () => speak(["GET /healthz HTTP/1.1\r\n", ...drops], 20));
    expect(await isWell()).toBe(true);
    const answers = await Promise.all(slowSenders);
    expect(performance.now() - started).toBeLessThan(10_000);
    for (const answer of answers) expect(answer).toMatch(/^(HTTP\/1\.1 408 |$)/);
    expect(await isWell()).toBe(true);
  });

  it("of a body are ended", async () => {
    const head = request(
      "POST /api/v1/content-creator/units HTTP/1.1",
      "Content-Type: application/json",
      "Content-Length: 1000",
    );
    const answer = await speak([head, ...Array<string>(1_000).fill(" ")], 20);
    expect(answer).toMatch(/^(HTTP\/1\.1 408 |$)/);
    expect(await isWell()).toBe(true);
  });
});

describe("a slow answer", () => {
  it("may take longer than a request may", async () => {
    expect(await speak([request("GET /api/v1/events HTTP/1.1")])).toMatch(/^HTTP\/1\.1 200 [\s\S]*late/);
  });

  it("is given up when nothing of it is taken any more, and what it was read from is let go", async () => {
    const readers = Array.from({ length: 20 }, () => {
      const socket = connect(port, "127.0.0.1").pause();
      socket.on("error", () => undefined).write(request("GET /api/v1/learner/units HTTP/1.1"));
      return socket;
    });
    await expect.poll(() => endless, { timeout: 5_000 }).toBe(20);
    await expect.poll(() => endless, { timeout: 10_000 }).toBe(0);
    for (const socket of readers) socket.destroy();
    expect(await isWell()).toBe(true);
  }, 20_000);
});

describe("a body over the wire", () => {
  it("that is too large is refused before all of it was sent", async () => {
    const head = request(
      "POST /api/v1/content-creator/units HTTP/1.1",
      "Content-Type: application/json",
      `Content-Length: ${1024 ** 3}`,
    );
    const answer = await speak([head, "x".repeat(100_000)]);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain("body_too_large");
  });

  it("in chunks is read like any other", async () => {
    const head = request(
      "POST /api/v1/content-creator/units HTTP/1.1",
      "Content-Type: application/json",
      "Transfer-Encoding: chunked",
    );
    expect(await speak([head, '7\r\n{"a":1}\r\n0\r\n\r\n'])).toMatch(/^HTTP\/1\.1 200 [\s\S]*\{"a":1\}/);
  });
});
