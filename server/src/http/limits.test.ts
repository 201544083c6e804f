import { gzipSync } from "node:zlib";
import { createRoute, z } from "@hono/zod-openapi";
import { describe, expect, it } from "vitest";
import { signedIn } from "../../test/builders/test-api.ts";
import type { Caller } from "../platform/caller.ts";
import { createSilentLogger } from "../platform/logger.ts";
import { createHttpApplication } from "./server.ts";

const operator = signedIn({ id: "u1", name: "Ada", role: "operator" });

function createApplication(caller: Caller | null = operator, requestsPerSecond = 1_000) {
  const application = createHttpApplication({
    logger: createSilentLogger(),
    identify: async () => caller,
    recordAudit: async () => undefined,
    learnerAccess: "public",
    allowedHosts: [],
    publicUrl: undefined,
    trustedProxies: [],
    requestsPerSecond,
    adminDirectory: "/nonexistent",
  });
  application.get("/healthz", (context) => context.json({ status: "ok" }));
  for (const route of [
    "/api/v1/content-creator/units",
    "/api/v1/content-creator/bulk-actions",
    "/api/v1/auth/sign-in",
  ]) {
    const taken = createRoute({
      method: "post",
      path: route,
      request: { body: { required: true, content: { "application/json": { schema: z.unknown() } } } },
      responses: { 200: { description: "Taken." } },
    });
    application.openapi(taken, (context) => context.json(typeof context.req.valid("json"), 200));
  }
  application.put("/api/v1/content/units/:id/lessons/:position", async (context) =>
    context.json({ size: (await context.req.text()).length }),
  );
  application.get("/api/v1/learner/units", (context) => context.json([]));
  return application;
}

type Body = string | Buffer<ArrayBuffer> | ReadableStream<Uint8Array>;

const json = { "content-type": "application/json" };
/** A JSON text of exactly so many bytes. */
const textOf = (bytes: number) => JSON.stringify("a".repeat(bytes - 2));
const megabyte = 1024 * 1024;

function send(
  route: string,
  body: Body,
  headers: Record<string, string> = json,
  caller: Caller | null = operator,
) {
  const method = route.includes("/lessons/") ? "PUT" : "POST";
  const init: RequestInit = { method, body, headers: { host: "localhost", ...headers }, duplex: "half" };
  return createApplication(caller).request(route, init);
}

/** A body of unknown length, with a count of how much of it was taken. */
function endlessBody(): { body: ReadableStream<Uint8Array>; taken: () => number } {
  let taken = 0;
  const chunk = new Uint8Array(64 * 1024).fill(0x20);
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      taken += chunk.length;
      controller.enqueue(chunk);
    },
  });
  return { body, taken: () => taken };
}

describe("the size of a body", () => {
  it.each([
    ["/api/v1/content-creator/units", 20 * megabyte, "20 MB"],
    ["/api/v1/content/units/u/lessons/1", 2 * megabyte, "2 MB"],
    ["/api/v1/content-creator/bulk-actions", megabyte, "1 MB"],
    ["/api/v1/auth/sign-in", 16 * 1024, "16 KB"],
  ])("at %s is at most %d bytes", async (route, most, words) => {
    expect((await send(route, textOf(most))).status).toBe(200);
    const refused = await send(route, textOf(most + 1));
    expect(refused.status).toBe(413);
    expect(await refused.json()).toMatchObject({
      code: "body_too_large",
      detail: expect.stringContaining(words),
    });
  });

  it("is counted as it comes, whatever was announced, and the rest is not read", async () => {
    const announcements: Record<string, string>[] = [{}, { "content-length": "10" }];
    for (const announced of announcements) {
      const { body, taken } = endlessBody();
      const answer = await send("/api/v1/auth/sign-in", body, { ...json, ...announced });
      expect(answer.status).toBe(413);
      expect(taken()).toBeLessThan(megabyte);
    }
  });

  it("is not read at all for somebody who may not call the route, or at no route", async () => {
    for (const [route, caller, status] of [
      ["/api/v1/content-creator/units", null, 401],
      ["/api/v1/absent", operator, 404],
    ] as const) {
      const { body, taken } = endlessBody();
      expect((await send(route, body, json, caller)).status).toBe(status);
      expect(taken()).toBeLessThan(megabyte);
    }
  });
});

describe("the form of a body", () => {
  it.each<[string, Record<string, string>, Body]>([
    ["packed with gzip", { ...json, "content-encoding": "gzip" }, gzipSync(textOf(1_000))],
    ["packed with a zip bomb", { ...json, "content-encoding": "br, gzip" }, gzipSync(textOf(megabyte))],
    ["without a type", { "content-type": "" }, "{}"],
    ["of another type", { "content-type": "application/json-patch+json" }, "{}"],
    ["of a form", { "content-type": "application/x-www-form-urlencoded" }, "a=1"],
  ])("%s is refused", async (_name, headers, body) => {
    const answer = await send("/api/v1/content-creator/bulk-actions", body, headers);
    expect(answer.status).toBe(415);
    expect(await answer.json()).toMatchObject({ code: "media_type_unsupported" });
  });

  it("without a type and of unknown length is refused too", async () => {
    const { body } = new Response(Buffer.from("{}"));
    if (body === null) throw new Error("A response with bytes has a body");
    expect((await send("/api/v1/content-creator/bulk-actions", body, {})).status).toBe(415);
  });

  it.each([
    ["nested a hundred levels", `${"[".repeat(100)}${"]".repeat(100)}`, 422, "request_invalid"],
    ["nested a hundred thousand levels", '{"a":'.repeat(100_000), 422, "request_invalid"],
    ["of a quarter of a million values", `[${"1,".repeat(250_000)}1]`, 422, "request_invalid"],
    ["that is no JSON", "{", 400, "body_not_json"],
    ["that is empty", "", 400, "body_not_json"],
    ["that is no UTF-8", Buffer.from([0x22, 0xff, 0xfe, 0x5c]), 400, "body_not_json"],
  ])("%s is refused", async (_name, body, status, code) => {
    const answer = await send("/api/v1/content-creator/bulk-actions", body);
    expect(await answer.json()).toMatchObject({ code, status });
  });

  it.each(["application/json", "application/json; charset=utf-8", "Application/JSON"])(
    "of the type %s is taken",
    async (type) => {
      const answer = await send("/api/v1/content-creator/bulk-actions", "{}", { "content-type": type });
      expect(answer.status).toBe(200);
    },
  );
});

describe("the rate of requests", () => {
  it("is held for each caller with 429 and the time to wait; files of the dashboard are not counted", async () => {
    const application = createApplication(operator, 2);
    const ask = (route: string) => application.request(route, { headers: { host: "localhost" } });
    for (let request = 0; request < 10; request += 1)
      expect((await ask("/api/v1/learner/units")).status).toBe(200);
    const refused = await ask("/api/v1/learner/units");
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("1");
    expect(await refused.json()).toMatchObject({ code: "too_many_requests", retryable: true });
    // No file is there in this test; it is not refused for its number.
    expect((await ask("/assets/entry.js")).status).toBe(404);
  });

  it("is a quarter of it for strangers, however many routes they try", async () => {
    const application = createApplication(null, 4);
    const statuses: number[] = [];
    for (let request = 0; request < 7; request += 1) {
      const answer = await application.request(`/api/v1/absent-${request}`, {
        headers: { host: "localhost" },
      });
      statuses.push(answer.status);
    }
    expect(statuses).toEqual([404, 404, 404, 404, 404, 429, 429]);
  });
});
