import { request as forward, type IncomingMessage, type ServerResponse } from "node:http";
import { request as ask, createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import os from "node:os";
import { generate } from "selfsigned";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestApp, type TestApp } from "./app.ts";
import { makeAccount } from "./builders/account.ts";

const publicName = "courses.example";
/** An address of this machine that others could reach; in a sandbox without any, all of them. */
const outerAddress =
  Object.values(os.networkInterfaces())
    .flat()
    .find((face) => face?.family === "IPv4" && !face.internal)?.address ?? "0.0.0.0";
/** Where the people of this test sit: loopback is a whole network. */
const peopleAt = "127.0.0.2";
const reachedAt = outerAddress === "0.0.0.0" ? "127.0.0.1" : outerAddress;

let certificate: string;
let test: TestApp;
let proxy: Server;
let proxyPort: number;
let serverPort: number;
/** How the proxy names the host that it was asked for. */
let passHost: "as Host" | "as X-Forwarded-Host" = "as Host";

beforeAll(async () => {
  const made = await generate([{ name: "commonName", value: publicName }], {
    keyType: "ec",
    extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: publicName }] }],
  });
  certificate = made.cert;
  proxy = createServer({ key: made.private, cert: certificate }, passOn);
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  // A server that listens on a port has an address of this kind.
  proxyPort = (proxy.address() as AddressInfo).port;
  test = await createTestApp({
    COURSEWRIGHT_HOST: outerAddress,
    COURSEWRIGHT_PUBLIC_URL: publicOrigin(),
    COURSEWRIGHT_TRUSTED_PROXIES: reachedAt,
  });
  serverPort = Number(new URL((await test.app.startServer()).url).port);
});
afterAll(async () => {
  proxy.closeAllConnections();
  await new Promise((resolve) => proxy.close(resolve));
  await test.close();
});

const publicOrigin = () => `https://${publicName}:${proxyPort}`;

/** What nginx or Caddy do: TLS ends here, and who asked is appended. */
function passOn(incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { host = "", ...headers } = incoming.headers;
  const names =
    passHost === "as Host" ? { host } : { host: `127.0.0.1:${serverPort}`, "x-forwarded-host": host };
  const before = headers["x-forwarded-for"];
  const sender = incoming.socket.remoteAddress ?? "";
  const passed = forward(
    {
      ...{ host: reachedAt, port: serverPort, method: incoming.method, path: incoming.url },
      headers: {
        ...headers,
        ...names,
        "x-forwarded-proto": "https",
        "x-forwarded-for": before === undefined ? sender : `${before}, ${sender}`,
      },
    },
    (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    },
  );
  passed.on("error", () => outgoing.destroy());
  outgoing.on("close", () => passed.destroy());
  incoming.pipe(passed);
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly stream: IncomingMessage;
  text(): Promise<string>;
}

/** A request as a browser at the public address makes it, over TLS. */
function browse(
  method: string,
  route: string,
  headers: Record<string, string> = {},
  body?: unknown,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = ask(
      {
        ...{
          host: "127.0.0.1",
          localAddress: peopleAt,
          port: proxyPort,
          servername: publicName,
          method,
          path: route,
        },
        // The certificate is the test's own; that it is for this name is checked all the same.
        ca: certificate,
        headers: {
          host: new URL(publicOrigin()).host,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
      },
      (answer) =>
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          stream: answer.setEncoding("utf8"),
          async text() {
            let text = "";
            for await (const part of answer) text += part;
            return text;
          },
        }),
    );
    sent.on("error", reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

const page = () => ({ origin: publicOrigin(), "sec-fetch-site": "same-origin" });

describe("a server that others reach through a proxy with TLS", () => {
  it.each(["as Host", "as X-Forwarded-Host"] as const)(
    "signs in with a __Host- cookie and streams events when the proxy passes the name %s",
    async (way) => {
      passHost = way;
      const { email, password } = await makeAccount(test, "viewer");
      const signedIn = await browse("POST", "/api/v1/auth/sign-in", page(), { email, password });
      expect(JSON.parse(await signedIn.text())).toEqual({ status: "signed_in" });
      const [line = ""] = signedIn.headers["set-cookie"] ?? [];
      expect(line).toMatch(/^__Host-/);
      for (const part of ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"]) expect(line).toContain(part);
      expect(line).not.toMatch(/domain=/i);
      expect(signedIn.headers["strict-transport-security"]).toBe("max-age=31536000");
      const cookie = line.split(";")[0] ?? "";

      const { stream, status } = await browse("GET", "/api/v1/events", { cookie });
      expect(status).toBe(200);
      for await (const part of stream) {
        expect(part).toContain("event: hello");
        break;
      }
      stream.destroy();

      const view = { name: "Failed", page: "tasks", search: "status=failed" };
      const changed = await browse("POST", "/api/v1/admin/saved-views", { cookie, ...page() }, view);
      expect(changed.status).toBe(201);
      for (const origin of [`http://${new URL(publicOrigin()).host}`, "https://evil.example", "null"]) {
        const refused = await browse("POST", "/api/v1/admin/saved-views", { cookie, origin }, view);
        expect(JSON.parse(await refused.text())).toMatchObject({ code: "cross_site_refused" });
      }
      const unknown = await browse("POST", "/api/v1/admin/saved-views", { cookie }, view);
      expect(JSON.parse(await unknown.text())).toMatchObject({ code: "cross_site_refused" });
    },
  );

  it.each(["as Host", "as X-Forwarded-Host"] as const)(
    "answers no name that is not its own when the proxy passes it %s",
    async (way) => {
      passHost = way;
      const refused = await browse("GET", "/healthz", { host: "evil.example" });
      expect(refused.status).toBe(421);
    },
  );

  it("asks whoever may change things for a second factor before anything else", async () => {
    passHost = "as Host";
    const { email, password } = await makeAccount(test, "operator");
    const signedIn = await browse("POST", "/api/v1/auth/sign-in", page(), { email, password });
    const cookie = signedIn.headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
    const refused = await browse("GET", "/api/v1/task-queue/status", { cookie });
    expect(JSON.parse(await refused.text())).toMatchObject({ status: 403, code: "second_factor_required" });
  });

  it("writes down who sent a request, not what they say of themselves", async () => {
    passHost = "as Host";
    const { email, password } = await makeAccount(test);
    const spoofed = { ...page(), "x-forwarded-for": `203.0.113.99, ${reachedAt}` };
    const through = await browse("POST", "/api/v1/auth/sign-in", spoofed, { email, password });
    expect(through.status).toBe(200);
    expect(await lastAddressOf(email)).toBe(peopleAt);
  });

  it("believes nobody but the proxy", async () => {
    const { email, password } = await makeAccount(test);
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const sent = forward(
        {
          ...{ host: reachedAt, port: serverPort, localAddress: "127.0.0.3" },
          ...{ method: "POST", path: "/api/v1/auth/sign-in" },
          headers: {
            host: publicName,
            "content-type": "application/json",
            "x-forwarded-for": "203.0.113.99",
            "x-forwarded-host": "evil.example",
            "x-forwarded-proto": "https",
          },
        },
        (answer) => resolve(answer.resume().statusCode),
      );
      sent.on("error", reject);
      sent.end(JSON.stringify({ email, password }));
    });
    expect(status).toBe(200);
    expect(await lastAddressOf(email)).toBe("127.0.0.3");
  });
});

/** Where the newest session of somebody began. */
async function lastAddressOf(email: string): Promise<string | undefined> {
  const { rows } = await test.database.pool.query<{ ipAddress: string }>(
    `SELECT s."ipAddress" FROM auth."session" s JOIN users u ON u.id = s."userId" WHERE u.email = $1
     ORDER BY s."createdAt" DESC LIMIT 1`,
    [email],
  );
  return rows[0]?.ipAddress;
}
