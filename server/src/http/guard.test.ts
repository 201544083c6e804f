import { describe, expect, it } from "vitest";
import type { Caller, Identify } from "../platform/caller.ts";
import { createSilentLogger } from "../platform/logger.ts";
import { createHttpApplication } from "./server.ts";

const caller: Caller = {
  id: "00000000-0000-7000-8000-000000000001",
  name: "Local administrator",
  role: "admin",
  proof: { kind: "session", session_id: "one", is_fresh: true },
  owes_second_factor: false,
};

function createApplication(trustedProxies: readonly string[] = [], identify: Identify = async () => caller) {
  const application = createHttpApplication({
    logger: createSilentLogger(),
    identify,
    recordAudit: async () => undefined,
    learnerAccess: "public",
    allowedHosts: ["courses.example"],
    publicUrl: "https://courses.example",
    trustedProxies,
    requestsPerSecond: 1_000,
    adminDirectory: "/nonexistent",
  });
  application.get("/healthz", (context) => context.json({ status: "ok" }));
  application.post("/api/v1/content-creator/units", async (context) =>
    context.json(await context.req.json(), 202),
  );
  application.get("/api/v1/learner/units", (context) => context.json([]));
  application.post("/api/v1/nobody-declared-this", (context) => context.json({}));
  return application;
}

function post(headers: Record<string, string>, body = "{}") {
  return createApplication().request("/api/v1/content-creator/units", {
    method: "POST",
    headers: { host: "127.0.0.1:4400", "content-type": "application/json", ...headers },
    body,
  });
}

describe("the host guard", () => {
  it.each(["localhost:4400", "127.0.0.1:4400", "[::1]:4400", "courses.example"])(
    "answers to %s",
    async (host) => {
      const answer = await createApplication().request("/healthz", { headers: { host } });
      expect(answer.status).toBe(200);
    },
  );

  it.each(["evil.example", "127.0.0.1.evil.example:4400", "localhost.evil.example", ""])(
    "refuses a page that rebound its own name %s to this machine",
    async (host) => {
      const answer = await createApplication().request("/healthz", { headers: { host } });
      expect(answer.status).toBe(421);
      expect(await answer.json()).toMatchObject({ code: "host_not_allowed" });
    },
  );
});

describe("the cross-site guard", () => {
  it("takes a program's request, which has no origin", async () => {
    expect((await post({})).status).toBe(202);
  });

  it("takes a request of its own page", async () => {
    expect((await post({ origin: "http://127.0.0.1:4400", "sec-fetch-site": "same-origin" })).status).toBe(
      202,
    );
  });

  it.each<Record<string, string>>([
    { origin: "https://evil.example" },
    { origin: "null" },
    { origin: "http://127.0.0.1:9999" },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
  ])("refuses a request from elsewhere: %o", async (headers) => {
    const answer = await post(headers);
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ code: "cross_site_refused" });
  });

  it("takes a request with a cookie only when it says where it comes from, and one with a token in any case", async () => {
    const cookie = "session=one";
    expect((await post({ cookie, "sec-fetch-site": "same-origin" })).status).toBe(202);
    expect((await post({ cookie, origin: "http://127.0.0.1:4400" })).status).toBe(202);
    expect((await post({ cookie, authorization: "Bearer cw_token" })).status).toBe(202);
    const refused = await post({ cookie });
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({ code: "cross_site_refused" });
  });

  it("takes the public origin whatever name the proxy passes on, and that name in the clear never", async () => {
    expect((await post({ origin: "https://courses.example" })).status).toBe(202);
    const named = { host: "courses.example" };
    expect((await post({ ...named, origin: "https://courses.example" })).status).toBe(202);
    expect((await post({ ...named, origin: "http://courses.example" })).status).toBe(403);
  });

  it("believes a host that was forwarded from a trusted proxy only, and only when it is ours", async () => {
    const ask = (trustedProxies: string[], forwarded: string) =>
      createApplication(trustedProxies).request("/api/v1/content-creator/units", {
        method: "POST",
        headers: {
          host: "127.0.0.1:4400",
          "content-type": "application/json",
          "x-forwarded-host": forwarded,
          "x-forwarded-proto": "https",
          origin: `https://${forwarded.split(", ").at(-1)}`,
        },
        body: "{}",
      });
    // A request without a socket comes from 127.0.0.1.
    expect((await ask(["127.0.0.1"], "courses.example:8443")).status).toBe(202);
    expect((await ask(["127.0.0.1"], "evil.example, courses.example:8443")).status).toBe(202);
    expect((await ask(["127.0.0.1"], "evil.example")).status).toBe(421);
    expect((await ask(["10.0.0.0/8"], "courses.example:8443")).status).toBe(403);
    expect((await ask([], "courses.example:8443")).status).toBe(403);
  });

  it.each(["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"])(
    "refuses what a form can send without asking: %s",
    async (type) => {
      const answer = await post({ "content-type": type }, "topic=spend");
      expect(answer.status).toBe(415);
      expect(await answer.json()).toMatchObject({ code: "media_type_unsupported" });
    },
  );
});

describe("the application", () => {
  it("refuses a route that the access table does not know", async () => {
    const answer = await createApplication().request("/api/v1/nobody-declared-this", {
      method: "POST",
      headers: { host: "localhost" },
    });
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ code: "not_allowed" });
  });

  it("tells its health while it cannot find out who asks", async () => {
    const application = createApplication([], async () => {
      throw new Error("The database is away");
    });
    const headers = { host: "localhost", cookie: "session=one" };
    expect((await application.request("/healthz", { headers })).status).toBe(200);
    expect((await application.request("/api/v1/learner/units", { headers })).status).toBe(500);
  });

  it("answers unknown addresses with a problem that carries the request's id", async () => {
    const answer = await createApplication().request("/api/v1/absent", { headers: { host: "localhost" } });
    expect(answer.status).toBe(404);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(await answer.json()).toMatchObject({
      code: "route_not_found",
      request_id: answer.headers.get("x-request-id"),
    });
  });

  it("refuses a body over the limit", async () => {
    const large = await post({ "content-length": String(60 * 1024 * 1024) }, "{}");
    expect(large.status).toBe(413);
    expect(await large.json()).toMatchObject({ code: "body_too_large" });
  });

  it("sends the strict Content-Security-Policy with every answer", async () => {
    const answer = await post({ origin: "https://evil.example" });
    expect(answer.headers.get("content-security-policy")).toBe(
      "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; " +
        "connect-src 'self'; font-src 'self'; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; " +
        "require-trusted-types-for 'script'; trusted-types coursewright-markdown coursewright-worker",
    );
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
      "strict-transport-security": "max-age=31536000",
      "cache-control": "no-store",
    });
  });

  it("lets no page elsewhere read an answer, and keeps none of the API's", async () => {
    const origin = "https://evil.example";
    for (const method of ["GET", "HEAD", "OPTIONS", "POST", "DELETE", "QUERY"]) {
      for (const route of ["/healthz", "/api/v1/learner/units", "/api/v1/absent", "/units"]) {
        const headers = { host: "localhost", origin, "access-control-request-method": "POST" };
        const answer = await createApplication().request(route, { method, headers });
        expect([...answer.headers.keys()].filter((name) => name.startsWith("access-control-"))).toEqual([]);
        expect(answer.status, `${method} ${route}`).toBeOneOf([200, 403, 404, 405]);
        if (route.startsWith("/api/")) expect(answer.headers.get("cache-control")).toBe("no-store");
        expect(answer.headers.get("content-security-policy"), `${method} ${route}`).toMatch(
          /^default-src 'none'; .*frame-ancestors 'none'/,
        );
        expect(answer.headers.get("x-content-type-options"), `${method} ${route}`).toBe("nosniff");
        if (answer.status === 405)
          expect(answer.headers.get("allow")).toBe("GET, HEAD, POST, PUT, PATCH, DELETE");
      }
    }
  });
});
