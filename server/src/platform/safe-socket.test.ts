import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { afterEach, expect, it } from "vitest";
import { openSafeSocket, type SafeSocket } from "./safe-socket.ts";

let server: Server | undefined;
let opened: SafeSocket | undefined;
afterEach(async () => {
  opened?.destroy();
  server?.closeAllConnections();
  await new Promise((resolve) => (server === undefined ? resolve(null) : server.close(resolve)));
  server = undefined;
});

/** Answers upgrades as given and tells what was asked. */
async function listen(answer: string): Promise<{ url: URL; asked: string[] }> {
  const asked: string[] = [];
  const listening = createServer();
  server = listening;
  listening.on("upgrade", (incoming, socket) => {
    asked.push(
      `${incoming.url} ${incoming.headers.authorization} ${incoming.headers["sec-websocket-protocol"]}`,
    );
    socket.end(`HTTP/1.1 ${answer}\r\ncontent-length: 0\r\n\r\n`);
  });
  listening.listen(0, "127.0.0.1");
  await once(listening, "listening");
  const address = listening.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port");
  return { url: new URL(`http://127.0.0.1:${address.port}/events`), asked };
}

function open(url: URL, allowedPrivateHosts: readonly string[]) {
  const headers = { authorization: "Bearer key" };
  opened = openSafeSocket(url, { protocol: "prefect", headers, allowedPrivateHosts });
  const { webSocket } = opened;
  return new Promise<SafeSocket>((resolve) => {
    webSocket.addEventListener("close", () => resolve(opened!));
  });
}

it("refuses a private address that was not allowed, before anything is asked", async () => {
  const { url, asked } = await listen("400 Bad Request");
  expect(() => open(url, [])).toThrow("it is not a public address");
  expect(() => open(url, ["127.0.0.1:1"])).toThrow("it is not a public address");
  expect(asked).toEqual([]);
});

it("refuses a name that leads to a private address, at the moment of connecting", async () => {
  const { url, asked } = await listen("400 Bad Request");
  url.hostname = "localhost";
  expect((await open(url, [])).connectError()?.message).toBe("localhost is not public");
  expect(asked).toEqual([]);
});

it.each(["ftp://example.org/", "http://user:password@example.org/"])("refuses %s", (address) => {
  expect(() => open(new URL(address), [])).toThrow(expect.objectContaining({ code: "address_refused" }));
});

it("sends the headers to an allowed host and follows no redirect", async () => {
  const { url, asked } = await listen("302 Found\r\nlocation: /elsewhere");
  expect((await open(url, [url.host])).connectError()).toBeNull();
  expect(asked).toEqual(["/events Bearer key prefect"]);
});

it("says why no connection was made", async () => {
  const { url } = await listen("400 Bad Request");
  await new Promise((resolve) => server?.close(resolve));
  server = undefined;
  expect((await open(url, [url.host])).connectError()?.message).toContain("ECONNREFUSED");
});
