import { createServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer as createListener, type Server } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createIdentityProvider } from "../src/modules/users/sign-in/identity-provider.ts";
import { AppError } from "../src/platform/errors.ts";
import { createSilentLogger } from "../src/platform/logger.ts";
import { isMetadataAddress, isPublicAddress } from "../src/platform/public-address.ts";
import { createSafeFetch, type SafeFetch } from "../src/platform/safe-fetch.ts";
import { createOriginFetch } from "../src/platform/safe-origin-fetch.ts";
import { openSafeSocket } from "../src/platform/safe-socket.ts";
import { hostileHosts, privateIpv4 } from "./hostile-addresses.ts";
import { type NameServer, startNameServer } from "./name-server.ts";

// Nobody has this address, though it lies in the range of the public internet.
const unrouted = "3000::1";

/** The first one leads nowhere; the answers of the others lead somewhere private, by themselves or among others, at once or later. */
const names = {
  "unrouted.test": () => [unrouted],
  "private.test": () => ["127.0.0.1"],
  "private6.test": () => ["::1"],
  "mapped.test": () => ["::ffff:127.0.0.1"],
  "metadata.test": () => ["169.254.169.254"],
  "metadata6.test": () => ["fd00:ec2::254"],
  "mixed.test": () => [unrouted, "127.0.0.1"],
  "mixed6.test": () => ["8.8.8.8", "::1"],
  "many.test": () => ["8.8.8.8", "8.8.4.4", "10.0.0.1"],
  "nat64.test": () => ["64:ff9b::7f00:1"],
  "rebinding.test": (asked: number) => (asked % 2 === 0 ? [unrouted] : ["127.0.0.1"]),
  "rebinding6.test": (asked: number) => (asked % 2 === 0 ? [unrouted] : ["::1"]),
  "late.test": (asked: number) => (asked < 2 ? [unrouted] : ["127.0.0.1", "::1"]),
};

/** A token whose key is looked for among the provider's. */
const unsigned = `${Buffer.from('{"alg":"RS256","kid":"x"}').toString("base64url")}.e30.AAAA`;

const listeners: Server[] = [];
let reached = 0;
let port = 0;
let nameServer: NameServer;
let safe: SafeFetch;

beforeAll(async () => {
  // On every address of this machine, of both kinds: whatever reaches it at all is counted.
  const listener = createListener((socket) => {
    reached += 1;
    socket.on("error", () => undefined);
    socket.end("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsecret");
  });
  listeners.push(listener);
  await new Promise<void>((resolve) => listener.listen(0, "::", resolve));
  port = portOf(listener);
  nameServer = await startNameServer(names);
  safe = createSafeFetch({ resolve: nameServer.resolve, timeoutMs: 5_000 });
});
afterAll(async () => {
  await safe.close();
  await nameServer.close();
  await Promise.all(listeners.map((listener) => new Promise((resolve) => listener.close(resolve))));
});

function portOf(listener: Server): number {
  // It listens on a port, not on a path.
  return (listener.address() as AddressInfo).port;
}

/** A server on loopback that an administrator allowed. */
async function startAllowed(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  listeners.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `127.0.0.1:${portOf(server)}`;
}

async function codeOf(request: Promise<unknown>): Promise<string> {
  return request.then(
    () => "answered",
    (error: unknown) => (error instanceof AppError ? error.code : `bug: ${String(error)}`),
  );
}

function hostileUrls(): (readonly [what: string, url: string])[] {
  const hosts = hostileHosts().map(([what, host]) => [what, `http://${host}:${port}/`] as const);
  const others = [
    ["a user before the host", `http://someone@127.0.0.1:${port}/`],
    ["a public name as the user", `http://example.org@127.0.0.1:${port}/`],
    ["a public name as user and password", `http://example.org:80@127.0.0.1:${port}/`],
    ["a backslash before an at sign", `http://127.0.0.1:${port}\\@example.org/`],
    ["a tab within the host", `http://127.0.\t0.1:${port}/`],
    ["a line break within the host", `http://127.0.0.1\n:${port}/`],
    ["slashes too many", `http:////127.0.0.1:${port}/`],
    ["slashes too few", `http:127.0.0.1:${port}/`],
    ["spaces around", `  http://127.0.0.1:${port}/  `],
    ["capital letters", `HTTP://LOCALHOST:${port}/`],
    ["https", `https://127.0.0.1:${port}/`],
    ["localhost", `http://localhost:${port}/`],
    ["localhost with a dot", `http://localhost.:${port}/`],
    ["a name below localhost", `http://a.localhost:${port}/`],
    ["a zero-width space", `http://127.0.0.1\u200b:${port}/`],
    ["a soft hyphen", `http://127.0\u00ad.0.1:${port}/`],
    ["port 0 before", `http://127.0.0.1:000${port}/`],
    ...["file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1:70/_", "data:text/plain,x"].map(
      (url) => ["another protocol", url] as const,
    ),
    ...["dict://127.0.0.1:11211/", "ldap://127.0.0.1/", "unix:///run/docker.sock", "javascript:1", "//x"].map(
      (url) => ["another protocol", url] as const,
    ),
  ] as const;
  return [...hosts, ...others];
}

describe("an address that somebody gave", () => {
  it("reaches nothing private, in whatever form it is written, asked for directly", async () => {
    const urls = hostileUrls();
    const plain = createSafeFetch({ timeoutMs: 1_000 });
    const wrong: string[] = [];
    for (const [what, url] of urls) {
      const code = await codeOf(plain.fetch(url));
      // A form that no name can have is not even asked for; a name that nobody has is not found.
      if (code !== "address_refused" && !(code === "remote_unreachable" && /localhost/.test(url))) {
        wrong.push(`${what} (${url}): ${code}`);
      }
    }
    await plain.close();
    expect(wrong).toEqual([]);
    process.stdout.write(`SSRF: ${urls.length} targets asked for directly, ${reached} reached\n`);
    expect([urls.length >= 150, reached]).toEqual([true, 0]);
  });

  it("reaches nothing private by a redirect of an allowed server", async () => {
    let target = "";
    const host = await startAllowed((_, answer) => answer.writeHead(302, { location: target }).end());
    const allowing = createSafeFetch({ allowedPrivateHosts: [host], timeoutMs: 1_000 });
    const urls = hostileUrls().filter(
      ([what, url]) => /^[\x20-\x7e]*$/.test(url) && what !== "slashes too few" && !url.startsWith("//"),
    );
    const wrong: string[] = [];
    for (const [what, url] of urls) {
      target = url;
      const code = await codeOf(allowing.fetch(`http://${host}/`));
      if (code !== "address_refused" && !(code === "remote_unreachable" && /localhost/i.test(url))) {
        wrong.push(`${what} (${url}): ${code}`);
      }
    }
    await allowing.close();
    expect(wrong).toEqual([]);
    process.stdout.write(`SSRF: ${urls.length} targets by redirects, ${reached} reached\n`);
    expect([urls.length >= 150, reached]).toEqual([true, 0]);
  });

  it("reaches nothing private by what the document of an identity provider names", async () => {
    let named = {};
    const host: string = await startAllowed((_, answer) => answer.end(JSON.stringify(named)));
    const issuer = `http://${host}`;
    const settings = { name: "ID", issuer, client_id: "x", client_secret: "a secret that stays here" };
    const exchange = { code: "x", code_verifier: "x", redirect_uri: "x" };
    const before = reached;
    const urls = hostileUrls().flatMap(([what, url]) => [
      [what, url] as const,
      ...(/^http:\/\//i.test(url) ? [[what, url.replace(/^http:/i, "https:")] as const] : []),
    ]);
    const wrong: string[] = [];
    for (const [what, url] of urls) {
      named = {
        ...{ issuer, authorization_endpoint: `${issuer}/a`, jwks_uri: url, token_endpoint: url },
        userinfo_endpoint: url,
      };
      const provider = createIdentityProvider({ settings, logger: createSilentLogger(), timeoutMs: 1_000 });
      const codes = [
        await codeOf(provider.exchangeCode(exchange)),
        await codeOf(provider.readPerson({ id_token: unsigned, access_token: "x" }, "x")),
      ];
      if (codes.some((code) => code !== "single_sign_on_unavailable"))
        wrong.push(`${what} (${url}): ${codes}`);
    }
    expect(wrong).toEqual([]);
    process.stdout.write(
      `SSRF: ${urls.length} targets by an identity provider's document, ${reached - before} reached\n`,
    );
    expect([urls.length >= 150, reached - before]).toEqual([true, 0]);
  });

  it("opens no socket to anything private", async () => {
    for (const [what, url] of hostileUrls()) {
      const address = URL.parse(url);
      if (address === null) continue;
      let words: string | undefined;
      try {
        const opened = openSafeSocket(address, { protocol: "p" });
        words = await new Promise((resolve) => {
          opened.webSocket.addEventListener("close", () => resolve(opened.connectError()?.message));
        });
        opened.destroy();
      } catch (error) {
        words = error instanceof AppError ? error.code : undefined;
      }
      expect(words, what).toMatch(/address_refused|is not public|ENOTFOUND|EAI_AGAIN/);
    }
    expect(reached).toBe(0);
  });

  it("reaches nothing private by a name, also when its answer changes between two look-ups", async () => {
    const turns = 4;
    for (const name of Object.keys(names).filter((one) => one !== "unrouted.test")) {
      const isChanging = /rebinding|late/.test(name);
      const seen: string[] = [];
      for (let turn = 0; turn < turns; turn += 1) {
        // Nobody answers at the unrouted address; how long that takes to be known depends on the network.
        const request = isChanging ? { timeoutMs: 500 } : {};
        seen.push(await codeOf(safe.fetch(`http://${name}:${port}/`, request)));
      }
      // One look-up for each request: what was checked is what is connected to.
      expect(nameServer.countOf(name), name).toBe(turns);
      const allowed = isChanging ? /^address_refused$|^remote_(unreachable|timeout)$/ : /^address_refused$/;
      for (const code of seen) expect(code, name).toMatch(allowed);
      expect(seen, name).toContain("address_refused");
    }
    expect(reached).toBe(0);
  });

  it("reaches a metadata service neither by an allowed name nor by an allowed address", async () => {
    const metadata = ["169.254.169.254", "100.100.100.200", "168.63.129.16", "192.0.0.192"];
    const forms = hostileHosts().filter(([what]) => metadata.some((address) => what.endsWith(` ${address}`)));
    const hosts = [
      ...forms.map(([, host]) => new URL(`http://${host}/`).hostname),
      ...["[fd00:ec2::254]", "[fd20:ce::254]", "[fe80::a9fe:a9fe]", "metadata.test", "metadata6.test"],
    ];
    const allowing = createSafeFetch({
      ...{ allowedPrivateHosts: hosts, resolve: nameServer.resolve, timeoutMs: 50 },
    });
    // Teredo and the local NAT64 range carry the address in a form that only their network knows.
    const known = hosts.filter((host) => !/^\[(2001:0?:|2001::|64:ff9b:1:|::ffff:0:)/.test(host));
    for (const host of known) {
      expect(await codeOf(allowing.fetch(`http://${host}/latest/meta-data/`)), host).toBe("address_refused");
    }
    expect(known.length).toBeGreaterThan(60);
    await allowing.close();
  });

  it("reaches a metadata service by no name of the one host that the settings name", async () => {
    for (const name of ["metadata.test", "metadata6.test"]) {
      const address = `http://${name}:${port}/v1/chat`;
      const ask = createOriginFetch(address, nameServer.resolve);
      const signal = AbortSignal.timeout(5_000);
      const asked = ask(address, { method: "POST", headers: new Headers(), body: "{}", signal });
      await expect(asked, name).rejects.toMatchObject({ cause: { code: "ERR_ADDRESS_REFUSED" } });
    }
    expect(reached).toBe(0);
  });

  it("takes no more than it may: size, unpacked or not, time and redirects", async () => {
    const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024));
    const host = await startAllowed((incoming, answer) => {
      if (incoming.url === "/bomb") answer.writeHead(200, { "content-encoding": "gzip" }).end(bomb);
      else if (incoming.url === "/endless") pour(answer);
      else if (incoming.url === "/silent") answer.write("x");
      else answer.writeHead(302, { location: "/again" }).end();
    });
    const allowing = createSafeFetch({ allowedPrivateHosts: [host], timeoutMs: 500, maxBytes: 1024 * 1024 });
    const packed = await allowing.fetch(`http://${host}/bomb`);
    expect(packed.body.length).toBe(bomb.length);
    expect(await codeOf(allowing.fetch(`http://${host}/endless`))).toBe("remote_answer_too_large");
    expect(await codeOf(allowing.fetch(`http://${host}/silent`))).toBe("remote_timeout");
    expect(await codeOf(allowing.fetch(`http://${host}/loop`))).toBe("remote_redirect_refused");
    await allowing.close();
  });

  it("is given up in time, also while no connection comes about", async () => {
    const begun = performance.now();
    expect(await codeOf(safe.fetch(`http://unrouted.test:${port}/`, { timeoutMs: 300 }))).toMatch(
      /^remote_(timeout|unreachable)$/,
    );
    expect(performance.now() - begun).toBeLessThan(2_000);
  });
});

describe("an address", () => {
  it.each(privateIpv4)("%s is not public", (address) => expect(isPublicAddress(address)).toBe(false));

  it("of a metadata service is known in its forms, and others are not taken for one", () => {
    for (const address of ["127.0.0.1", "10.0.0.1", "::1", "fd00::1", "::ffff:10.0.0.1", "nonsense", ""]) {
      expect(isMetadataAddress(address), address).toBe(false);
    }
    for (const address of [
      "169.254.169.254",
      "::ffff:a9fe:a9fe",
      "64:ff9b::a9fe:a9fe",
      "2002:a9fe:a9fe::1",
    ]) {
      expect(isMetadataAddress(address), address).toBe(true);
    }
  });
});

/** Sends until the other side has enough. */
function pour(answer: Parameters<RequestListener>[1]): void {
  const more = () => {
    while (!answer.destroyed && answer.write(Buffer.alloc(64 * 1024)));
  };
  answer.on("drain", more);
  more();
}
