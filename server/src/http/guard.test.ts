import { describe, expect, it } from "vitest";
import { createSilentLogger } from "../platform/logger.ts";
import { createHttpApplication } from "./server.ts";

const user = {
  id: "00000000-0000-7000-8000-000000000001",
  name: "Local administrator",
  role: "admin",
} as const;

function createApplication() {
  const application = createHttpApplication({
    logger: createSilentLogger(),
    identify: async () => user,
    allowedHosts: ["courses.example"],
    publicUrl: "https://courses.example",
    adminDirectory: "/nonexistent",
  });
  application.get("/healthz", (context) => context.json({ status: "ok" }));
  application.post("/api/v1/content-creator/units", async (context) =>
    context.json(await context.req.json(), 202),
  );
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
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; " +
        "connect-src 'self'; font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    );
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
  });
});
