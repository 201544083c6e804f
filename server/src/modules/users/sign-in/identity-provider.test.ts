import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import { type AddressInfo, createServer as createListener, type Server } from "node:net";
import {
  type CryptoKey,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JWTPayload,
  SignJWT,
  UnsecuredJWT,
} from "jose";
import { afterEach, describe, expect, it, vi } from "vitest";
import { AppError } from "../../../platform/errors.ts";
import { createSilentLogger } from "../../../platform/logger.ts";
import { createIdentityProvider, type IdentityProvider } from "./identity-provider.ts";

// Some answers are waited for until they are given up, and keys take their time to be made on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

const client_id = "coursewright";
const nonce = "a-nonce-of-this-sign-in";
const exchange = { code: "a code", code_verifier: "verifier", redirect_uri: "http://127.0.0.1/back" };
const closing: (Server & { closeAllConnections?(): void })[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const server of closing.splice(0)) {
    server.closeAllConnections?.();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
});

async function listen(server: Server): Promise<number> {
  closing.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // It listens on a port, not on a path.
  return (server.address() as AddressInfo).port;
}

/** Counts whoever connects, whatever they say. */
async function startBystander(): Promise<{ readonly port: number; readonly count: () => number }> {
  let count = 0;
  const port = await listen(
    createListener((socket) => {
      count += 1;
      socket.on("error", () => undefined);
      socket.end("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
    }),
  );
  return { port, count: () => count };
}

interface Scripted {
  readonly issuer: string;
  readonly asked: string[];
  readonly bodies: string[];
  readonly headers: IncomingMessage["headers"][];
  readonly provider: IdentityProvider;
  /** What the discovery document says beside, or otherwise than, the usual. */
  document: Record<string, unknown>;
  answers: Record<string, unknown>;
  /** Stands in for all answers when it is set. */
  instead: RequestListener | undefined;
}

/** A provider whose every answer a test writes. */
async function startScripted(client_secret?: string, timeoutMs = 10_000): Promise<Scripted> {
  const server = createServer((incoming, answer) => {
    const path = incoming.url ?? "";
    scripted.asked.push(path);
    scripted.headers.push(incoming.headers);
    if (scripted.instead !== undefined) return scripted.instead(incoming, answer);
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      scripted.bodies.push(Buffer.concat(chunks).toString("utf8"));
      const isDocument = path === "/.well-known/openid-configuration";
      answer.writeHead(200, { "content-type": "application/json" });
      answer.end(JSON.stringify(isDocument ? usual() : scripted.answers[path]));
    });
  });
  const issuer = `http://127.0.0.1:${await listen(server)}`;
  const usual = () => ({
    issuer,
    authorization_endpoint: `${issuer}/authorize?kept=1`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/keys`,
    userinfo_endpoint: `${issuer}/me`,
    ...scripted.document,
  });
  const settings = { name: "Example ID", issuer, client_id, client_secret };
  const logger = createSilentLogger();
  const scripted: Scripted = {
    ...{ issuer, asked: [], bodies: [], headers: [], document: {}, answers: {}, instead: undefined },
    provider: createIdentityProvider({ settings, logger, maxBytes: 64 * 1024, timeoutMs }),
  };
  return scripted;
}

/** `unavailable`, or what came instead. */
async function outcomeOf(work: Promise<unknown>): Promise<unknown> {
  return work.catch((error: unknown) =>
    error instanceof AppError && error.code === "single_sign_on_unavailable" ? "unavailable" : error,
  );
}

async function makeKey(
  kid: string,
): Promise<{ sign: CryptoKey; shown: Record<string, unknown>; pem: string }> {
  const { privateKey, publicKey } = await generateKeyPair("RS256");
  const shown = { ...(await exportJWK(publicKey)), kid, alg: "RS256", use: "sig" };
  return { sign: privateKey, shown, pem: await exportSPKI(publicKey) };
}

const claimsOf = (issuer: string, others: JWTPayload = {}): JWTPayload => {
  const now = Math.floor(Date.now() / 1000);
  return {
    iss: issuer,
    aud: client_id,
    sub: "s1",
    email: "a@example.org",
    nonce,
    iat: now,
    exp: now + 60,
    ...others,
  };
};
const signed = (claims: JWTPayload, key: CryptoKey, kid: string) =>
  new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid }).sign(key);

describe("an identity provider", () => {
  it("is asked for its document once, and for keys, code and user info where that says", async () => {
    const scripted = await startScripted();
    const { provider, issuer } = scripted;
    expect([provider.issuer, scripted.asked]).toEqual([undefined, []]);
    const addresses = await Promise.all([1, 2, 3].map(() => provider.findAuthorizationAddress()));
    expect(addresses[0]?.href).toBe(`${issuer}/authorize?kept=1`);
    expect(provider.issuer).toBe(issuer);
    const key = await makeKey("k1");
    const id_token = await signed(claimsOf(issuer, { email: undefined }), key.sign, "k1");
    scripted.answers = {
      "/token": { id_token, access_token: "opaque", token_type: "Bearer" },
      "/keys": { keys: [key.shown] },
      "/me": { sub: "s1", email: "b@example.org", email_verified: true },
    };
    const tokens = await provider.exchangeCode(exchange);
    expect(await provider.readPerson(tokens, nonce)).toMatchObject({
      ...{ sub: "s1", email: "b@example.org", email_verified: true, nonce },
    });
    expect(scripted.asked).toEqual(["/.well-known/openid-configuration", "/token", "/keys", "/me"]);
    expect(scripted.headers.at(-1)?.authorization).toBe("Bearer opaque");
    expect(Object.fromEntries(new URLSearchParams(scripted.bodies[1]))).toEqual({
      ...{ grant_type: "authorization_code", client_id, ...exchange },
    });
    scripted.answers["/me"] = { sub: "somebody-else", email: "b@example.org" };
    expect(await outcomeOf(provider.readPerson(tokens, nonce))).toBe("unavailable");
  });

  it("is told of in the log with its own word for what went wrong, and no other of its words", async () => {
    const entries: object[] = [];
    const scripted = await startScripted("secret");
    const logger = createSilentLogger();
    logger.warn = (entry: object) => void entries.push(entry);
    const { issuer } = scripted;
    const settings = { name: "ID", issuer, client_id, client_secret: "secret" };
    const provider = createIdentityProvider({ settings, logger });
    await provider.findAuthorizationAddress();
    const bodies = [
      '{"error":"invalid_client","error_description":"x"}',
      '{"error":"\\n forged"}',
      "access_token=1",
    ];
    for (const [index, body] of bodies.entries()) {
      scripted.instead = (_incoming, answer) => void answer.writeHead(index === 2 ? 200 : 401).end(body);
      expect(await outcomeOf(provider.exchangeCode(exchange))).toBe("unavailable");
    }
    expect(entries).toEqual([
      { issuer, reason: `${issuer} answered 401 (invalid_client).` },
      { issuer, reason: `${issuer} answered 401.` },
      { issuer, reason: `${issuer} answered no JSON.` },
    ]);
  });

  it("is the same with and without a slash at its end, and signs with the name that it gives itself", async () => {
    const scripted = await startScripted();
    const itself = `${scripted.issuer}/`;
    scripted.document = { issuer: itself };
    const key = await makeKey("k1");
    scripted.answers = { "/keys": { keys: [key.shown] } };
    const [own, asked] = [itself, scripted.issuer].map((issuer) => signed(claimsOf(issuer), key.sign, "k1"));
    const read = async (id_token: Promise<string> | undefined) =>
      outcomeOf(scripted.provider.readPerson({ id_token: (await id_token) ?? "" }, nonce));
    expect(await read(own)).toMatchObject({ sub: "s1" });
    expect([scripted.provider.issuer, await read(asked)]).toEqual([itself, "unavailable"]);
  });

  it("gets the client's secret in the way that it takes", async () => {
    const scripted = await startScripted("a:secret/é");
    scripted.answers = { "/token": { id_token: "x" } };
    await scripted.provider.exchangeCode(exchange);
    const [, basic = ""] = scripted.headers.at(-1)?.authorization?.split(" ") ?? [];
    expect(Buffer.from(basic, "base64").toString("utf8")).toBe("coursewright:a%3Asecret%2F%C3%A9");
    expect(scripted.bodies.at(-1)).not.toContain("secret");
    const other = await startScripted("a:secret/é");
    other.document = { token_endpoint_auth_methods_supported: ["private_key_jwt", "client_secret_post"] };
    other.answers = { "/token": { id_token: "x" } };
    await other.provider.exchangeCode(exchange);
    expect(other.headers.at(-1)?.authorization).toBeUndefined();
    expect(new URLSearchParams(other.bodies.at(-1)).get("client_secret")).toBe("a:secret/é");
  });

  it.each([
    ["a private address for tokens", (port: number) => ({ token_endpoint: `https://127.0.0.1:${port}/` })],
    ["a private address for keys", (port: number) => ({ jwks_uri: `https://10.0.0.1:${port}/` })],
    ["another port of its own host", (port: number) => ({ jwks_uri: `http://127.0.0.1:${port}/` })],
    [
      "a private address in disguise",
      (port: number) => ({ token_endpoint: `https://[::ffff:7f00:1]:${port}/` }),
    ],
    ["a cloud's metadata service", () => ({ userinfo_endpoint: "https://169.254.169.254/latest/meta-data" })],
    ["a metadata service without TLS", () => ({ jwks_uri: "http://169.254.169.254/latest/meta-data" })],
    ["a public address without TLS", () => ({ token_endpoint: "http://8.8.8.8/" })],
    ["a file", () => ({ jwks_uri: "file:///etc/passwd" })],
    ["a script for browsers", () => ({ authorization_endpoint: "javascript:alert(1)" })],
    ["a user and password", (port: number) => ({ token_endpoint: `https://a:b@example.org:${port}/` })],
    ["another issuer", () => ({ issuer: "https://login.example.org" })],
    ["no keys", () => ({ jwks_uri: undefined })],
  ])("whose document names %s is not used, and nothing is asked there", async (_what, document) => {
    const bystander = await startBystander();
    const scripted = await startScripted("secret");
    scripted.document = document(bystander.port);
    const { provider } = scripted;
    expect(await outcomeOf(provider.findAuthorizationAddress())).toBe("unavailable");
    expect(await outcomeOf(provider.exchangeCode(exchange))).toBe("unavailable");
    expect(await outcomeOf(provider.readPerson({ id_token: "a.b.c" }, nonce))).toBe("unavailable");
    expect([bystander.count(), new Set(scripted.asked)]).toEqual([
      0,
      new Set(["/.well-known/openid-configuration"]),
    ]);
  });

  it("whose document names a name that leads to a private address sends nothing there", async () => {
    const bystander = await startBystander();
    const scripted = await startScripted("secret");
    const { provider } = scripted;
    const hidden = `https://localhost:${bystander.port}`;
    scripted.document = { token_endpoint: `${hidden}/token`, jwks_uri: `${hidden}/keys` };
    expect(await outcomeOf(provider.exchangeCode(exchange))).toBe("unavailable");
    const key = await makeKey("k1");
    const id_token = await signed(claimsOf(scripted.issuer), key.sign, "k1");
    expect(await outcomeOf(provider.readPerson({ id_token }, nonce))).toBe("unavailable");
    expect(bystander.count()).toBe(0);
  });

  it.each<[string, RequestListener]>([
    ["endless", (_incoming, answer) => void answer.writeHead(200).end(Buffer.alloc(1024 * 1024, " "))],
    ["silent", (_incoming, answer) => void answer.writeHead(200).write("{")],
    ["a redirect", (_incoming, answer) => void answer.writeHead(302, { location: "/elsewhere" }).end()],
    ["an error", (_incoming, answer) => void answer.writeHead(500).end("{}")],
    ["no JSON", (_incoming, answer) => void answer.writeHead(200).end("<html>")],
  ])(
    "whose answer is %s is given up in time, and asked again by whoever comes next",
    async (_what, instead) => {
      const scripted = await startScripted("secret", 1_000);
      const { provider } = scripted;
      scripted.instead = instead;
      const begun = performance.now();
      expect(await outcomeOf(provider.findAuthorizationAddress())).toBe("unavailable");
      expect(performance.now() - begun).toBeLessThan(8_000);
      expect(scripted.asked).toEqual(["/.well-known/openid-configuration"]);
      scripted.instead = undefined;
      expect((await provider.findAuthorizationAddress()).origin).toBe(scripted.issuer);
      // The document is known now; the others are given up alike.
      scripted.instead = instead;
      expect(await outcomeOf(provider.exchangeCode(exchange))).toBe("unavailable");
      const { sign } = await makeKey("k1");
      const id_token = await signed(claimsOf(scripted.issuer), sign, "k1");
      expect(await outcomeOf(provider.readPerson({ id_token }, nonce))).toBe("unavailable");
      expect(scripted.asked.slice(2)).toEqual(["/token", "/keys"]);
    },
  );

  it("is asked again for a document that is older than ten minutes", async () => {
    const scripted = await startScripted();
    vi.useFakeTimers({ toFake: ["Date"] });
    await scripted.provider.findAuthorizationAddress();
    scripted.document = { authorization_endpoint: `${scripted.issuer}/moved` };
    vi.setSystemTime(Date.now() + 9 * 60_000);
    expect((await scripted.provider.findAuthorizationAddress()).pathname).toBe("/authorize");
    vi.setSystemTime(Date.now() + 2 * 60_000);
    expect((await scripted.provider.findAuthorizationAddress()).pathname).toBe("/moved");
  });
});

describe("an identity token", () => {
  it("of a key that the provider took up since is taken without a restart", async () => {
    const scripted = await startScripted();
    const { provider, issuer } = scripted;
    const [former, next] = [await makeKey("k1"), await makeKey("k2")];
    scripted.answers = { "/keys": { keys: [former.shown] } };
    vi.useFakeTimers({ toFake: ["Date"] });
    const read = async (key: typeof former, kid: string) =>
      outcomeOf(provider.readPerson({ id_token: await signed(claimsOf(issuer), key.sign, kid) }, nonce));
    expect(await read(former, "k1")).toMatchObject({ sub: "s1" });
    scripted.answers = { "/keys": { keys: [next.shown] } };
    // Nobody makes the server ask on and on.
    expect(await read(next, "k2")).toBe("unavailable");
    expect(scripted.asked.filter((path) => path === "/keys")).toHaveLength(1);
    vi.setSystemTime(Date.now() + 6_000);
    expect(await read(next, "k2")).toMatchObject({ sub: "s1" });
    // The one that the provider gave up counts no more.
    expect(await read(former, "k1")).toBe("unavailable");
  });

  it("is refused when it is not signed, signed with the public key as a secret, or by somebody else", async () => {
    const scripted = await startScripted();
    const { provider, issuer } = scripted;
    const [key, stranger] = [await makeKey("k1"), await makeKey("k1")];
    scripted.answers = { "/keys": { keys: [key.shown] } };
    const claims = claimsOf(issuer);
    const secrets = [key.pem, JSON.stringify(key.shown), String(key.shown.n)].map((text) =>
      Buffer.from(text),
    );
    const forged = [
      new UnsecuredJWT(claims).encode(),
      ...(await Promise.all(
        secrets.map((secret) =>
          new SignJWT(claims).setProtectedHeader({ alg: "HS256", kid: "k1" }).sign(secret),
        ),
      )),
      await signed(claims, stranger.sign, "k1"),
      `${await signed(claims, key.sign, "k1")}x`,
      "nonsense",
    ];
    for (const id_token of forged)
      expect([id_token, await outcomeOf(provider.readPerson({ id_token }, nonce))]).toEqual([
        id_token,
        "unavailable",
      ]);
    const id_token = await signed(claims, key.sign, "k1");
    expect(await provider.readPerson({ id_token }, nonce)).toMatchObject({ sub: "s1" });
  });

  it.each<[string, JWTPayload]>([
    ["of another issuer", { iss: "https://elsewhere.example" }],
    ["for another client", { aud: "somebody" }],
    ["for several, asked for by another one", { aud: [client_id, "somebody"], azp: "somebody" }],
    ["of another sign-in", { nonce: "another" }],
    ["of no sign-in", { nonce: undefined }],
    ["that has ended", { iat: 1_000, exp: 1_060 }],
    ["that never ends", { exp: undefined }],
    ["that is not in force yet", { nbf: Math.floor(Date.now() / 1000) + 3_600 }],
    ["of nobody", { sub: undefined }],
    ["of an empty name", { sub: "" }],
  ])("%s is refused", async (_what, others) => {
    const scripted = await startScripted();
    const key = await makeKey("k1");
    scripted.answers = { "/keys": { keys: [key.shown] } };
    const id_token = await signed(claimsOf(scripted.issuer, others), key.sign, "k1");
    expect(await outcomeOf(scripted.provider.readPerson({ id_token }, nonce))).toBe("unavailable");
    expect(scripted.asked).toContain("/keys");
  });
});
