import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { generate } from "selfsigned";
import { afterEach, expect, test } from "vitest";
import { isPublicAddress } from "./public-address.ts";
import { createSafeFetch } from "./safe-fetch.ts";

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function startServer(
  listener: RequestListener,
): Promise<{ host: string; url: string; seen: IncomingMessage[] }> {
  const seen: IncomingMessage[] = [];
  const server = createServer((incoming, answer) => {
    seen.push(incoming);
    listener(incoming, answer);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { host: `127.0.0.1:${port}`, url: `http://127.0.0.1:${port}`, seen };
}

test.each([
  "127.0.0.1",
  "10.1.2.3",
  "172.31.255.255",
  "192.168.0.1",
  "169.254.169.254",
  "100.64.0.1",
  "0.0.0.0",
  "224.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "::ffff:127.0.0.1",
  "::ffff:8.8.8.8",
  "64:ff9b::7f00:1",
  "fe80::1",
  "fe80::1%eth0",
  "fd00::1",
  "2001:db8::1",
  "2002:7f00:1::",
  "ff02::1",
  "localhost",
  "",
])("%s is no public address", (address) => expect(isPublicAddress(address)).toBe(false));

test.each(["8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111"])("%s is a public address", (address) =>
  expect(isPublicAddress(address)).toBe(true),
);

test.each([
  "http://127.0.0.1:{port}/",
  "http://127.1:{port}/",
  "http://2130706433:{port}/",
  "http://0x7f.0.0.1:{port}/",
  "http://0177.0.0.1:{port}/",
  "http://[::ffff:127.0.0.1]:{port}/",
  "http://localhost:{port}/",
  "http://0.0.0.0:{port}/",
])("%s does not reach a server on this machine", async (form) => {
  const { url, seen } = await startServer((_, answer) => answer.end("secret"));
  const safe = createSafeFetch({ timeoutMs: 5_000 });
  await expect(safe.fetch(form.replace("{port}", new URL(url).port))).rejects.toMatchObject({
    code: "address_refused",
  });
  expect(seen).toHaveLength(0);
  await safe.close();
});

test.each([
  "file:///etc/passwd",
  "ftp://example.com/",
  "gopher://example.com/",
  "http://user:pw@example.com/",
  "nonsense",
])("%s is refused", async (address) => {
  await expect(createSafeFetch().fetch(address)).rejects.toMatchObject({ code: "address_refused" });
});

test("a private host is reached when it is allowed, and only on its port", async () => {
  const allowed = await startServer((_, answer) => answer.writeHead(404, { "x-a": "b" }).end("hello"));
  const other = await startServer((_, answer) => answer.end("secret"));
  const safe = createSafeFetch({ allowedPrivateHosts: [allowed.host] });
  const answer = await safe.fetch(`${allowed.url}/x`, {
    method: "POST",
    body: "{}",
    headers: { "x-key": "1" },
  });
  expect([answer.status, answer.body.toString(), answer.headers["x-a"]]).toEqual([404, "hello", "b"]);
  expect(allowed.seen[0]?.headers["x-key"]).toBe("1");
  await expect(safe.fetch(other.url)).rejects.toMatchObject({ code: "address_refused" });
  expect(other.seen).toHaveLength(0);
  await safe.close();
});

test("a redirect to a private address is refused", async () => {
  const inner = await startServer((_, answer) => answer.end("secret"));
  const outer = await startServer((_, answer) => answer.writeHead(302, { location: inner.url }).end());
  const safe = createSafeFetch({ allowedPrivateHosts: [outer.host] });
  await expect(safe.fetch(outer.url)).rejects.toMatchObject({ code: "address_refused" });
  expect(inner.seen).toHaveLength(0);
  await safe.close();
});

test("credentials stay with their origin when it redirects elsewhere", async () => {
  const second = await startServer((_, answer) => answer.end("done"));
  const first = await startServer((incoming, answer) =>
    answer.writeHead(307, { location: incoming.url === "/" ? "/again" : second.url }).end(),
  );
  const safe = createSafeFetch({ allowedPrivateHosts: [first.host, second.host] });
  const headers = { Authorization: "Bearer x", Cookie: "a=b", "X-Api-Key": "k", Accept: "text/plain" };
  const answer = await safe.fetch(first.url, { headers });
  expect(answer.url).toBe(`${second.url}/`);
  expect(first.seen[1]?.headers).toMatchObject({ authorization: "Bearer x", "x-api-key": "k" });
  expect(second.seen[0]?.headers.accept).toBe("text/plain");
  for (const name of ["authorization", "cookie", "x-api-key"]) {
    expect(second.seen[0]?.headers).not.toHaveProperty(name);
  }
  await safe.close();
});

test("a body is not carried to another origin", async () => {
  const second = await startServer((_, answer) => answer.end("done"));
  const first = await startServer((_, answer) => answer.writeHead(308, { location: second.url }).end());
  const safe = createSafeFetch({ allowedPrivateHosts: [first.host, second.host] });
  await expect(safe.fetch(first.url, { method: "POST", body: "secret" })).rejects.toMatchObject({
    code: "remote_redirect_refused",
  });
  expect(second.seen).toHaveLength(0);
  await safe.close();
});

test("a redirect from https to http is refused: what was encrypted does not go on in the clear", async () => {
  const plain = await startServer((_, answer) => answer.end("in the clear"));
  const made = await generate([{ name: "commonName", value: "127.0.0.1" }], {
    keyType: "ec",
    extensions: [{ name: "subjectAltName", altNames: [{ type: 7, ip: "127.0.0.1" }] }],
  });
  const secure = createTlsServer({ key: made.private, cert: made.cert }, (_, answer) =>
    answer.writeHead(302, { location: plain.url }).end(),
  );
  servers.push(secure);
  await new Promise<void>((resolve) => secure.listen(0, "127.0.0.1", resolve));
  const address = secure.address();
  const host = `127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  const known = getCACertificates("default");
  setDefaultCACertificates([...known, made.cert]);
  try {
    const safe = createSafeFetch({ allowedPrivateHosts: [host, plain.host], timeoutMs: 5_000 });
    await expect(safe.fetch(`https://${host}/`)).rejects.toMatchObject({ code: "remote_redirect_refused" });
    await safe.close();
  } finally {
    setDefaultCACertificates(known);
  }
  expect(plain.seen).toHaveLength(0);
});

test("a POST that is answered with 303 goes on as GET without its body", async () => {
  const server = await startServer((incoming, answer) =>
    incoming.url === "/" ? answer.writeHead(303, { location: "/next" }).end() : answer.end("done"),
  );
  const safe = createSafeFetch({ allowedPrivateHosts: [server.host] });
  await safe.fetch(server.url, {
    method: "POST",
    body: "{}",
    headers: { "content-type": "application/json" },
  });
  expect(server.seen[1]).toMatchObject({ method: "GET", url: "/next" });
  expect(server.seen[1]?.headers).not.toHaveProperty("content-type");
  await safe.close();
});

test("whoever follows no redirects gets the redirect as the answer, and nothing is sent on", async () => {
  const target = await startServer((_incoming, answer) => answer.end("reached"));
  const server = await startServer((_incoming, answer) =>
    answer.writeHead(307, { location: target.url }).end(),
  );
  const safe = createSafeFetch({ allowedPrivateHosts: ["127.0.0.1"] });
  const answer = await safe.fetch(server.url, { method: "POST", body: "x", followsRedirects: false });
  expect([answer.status, answer.url, target.seen.length]).toEqual([307, `${server.url}/`, 0]);
  await safe.close();
});

test("the sixth redirect is refused", async () => {
  const server = await startServer((_, answer) => answer.writeHead(302, { location: "/" }).end());
  const safe = createSafeFetch({ allowedPrivateHosts: [server.host] });
  await expect(safe.fetch(server.url)).rejects.toMatchObject({ code: "remote_redirect_refused" });
  expect(server.seen).toHaveLength(6);
  await safe.close();
});

test("an answer is cut at the most bytes, also without an announced length", async () => {
  const server = await startServer((_, answer) => {
    answer.write("x".repeat(60));
    answer.end("x".repeat(60));
  });
  const safe = createSafeFetch({ allowedPrivateHosts: [server.host], maxBytes: 100 });
  await expect(safe.fetch(server.url)).rejects.toMatchObject({ code: "remote_answer_too_large" });
  expect((await safe.fetch(server.url, { maxBytes: 120 })).body).toHaveLength(120);
  await safe.close();
});

test("a server that stops in the middle of its answer is given up in time", async () => {
  const server = await startServer((_, answer) => answer.write("x"));
  const safe = createSafeFetch({ allowedPrivateHosts: [server.host], timeoutMs: 150 });
  await expect(safe.fetch(server.url)).rejects.toMatchObject({ code: "remote_timeout", retryable: true });
});

test("the caller's abort ends a request with the caller's reason", async () => {
  const controller = new AbortController();
  const server = await startServer(() => controller.abort(new Error("cancelled by the user")));
  const safe = createSafeFetch({ allowedPrivateHosts: [server.host] });
  await expect(safe.fetch(server.url, { signal: controller.signal })).rejects.toThrow(
    "cancelled by the user",
  );
});

// A rejection that nobody handles would end the whole process; the runner of the tests fails on one.
test("a caller who gave up before sends nothing and leaves no failure behind", async () => {
  const asked: string[] = [];
  const server = await startServer((request) => void asked.push(request.url ?? ""));
  const safe = createSafeFetch({ allowedPrivateHosts: [server.host] });
  const signal = AbortSignal.abort(new Error("cancelled before"));
  await expect(safe.fetch(server.url, { signal })).rejects.toThrow("cancelled before");
  await safe.close();
  expect(asked).toEqual([]);
});

test("a server that is not there is reported as unreachable", async () => {
  const safe = createSafeFetch({ allowedPrivateHosts: ["127.0.0.1:1"] });
  await expect(safe.fetch("http://127.0.0.1:1/")).rejects.toMatchObject({ code: "remote_unreachable" });
  await safe.close();
});
