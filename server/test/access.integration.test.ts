import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { routeAccess } from "../src/http/access.ts";
import { createTestApp, type TestApp } from "./app.ts";

let test: TestApp;
beforeAll(async () => {
  test = await createTestApp();
});
afterAll(() => test.close());

/** Middleware is registered for all methods; everything else is a route. */
function routesOf({ app }: TestApp): string[] {
  const routes = app.http.routes
    .filter(({ method }) => method !== "ALL")
    .map(({ method, path }) => `${method} ${path}`);
  return [...new Set(routes)];
}

/** Routes that change nothing but rows of the caller's own, which nobody else sees. */
const ofOnesOwn: readonly string[] = [
  "POST /api/v1/admin/saved-views",
  "PATCH /api/v1/admin/saved-views/:id",
  "DELETE /api/v1/admin/saved-views/:id",
];

describe("the table of who may call what", () => {
  it("names every route of the server, and no other", () => {
    expect(routesOf(test).sort()).toEqual(Object.keys(routeAccess).sort());
  });

  it("lets nobody but administrators delete what is not their own", () => {
    const deletes = Object.entries(routeAccess).filter(
      ([route]) => route.startsWith("DELETE ") && !ofOnesOwn.includes(route),
    );
    expect(deletes.length).toBeGreaterThan(0);
    expect(deletes.filter(([, access]) => access !== "admin")).toEqual([]);
  });

  it("lets nobody below an operator change anything that is not their own", () => {
    const unsafe = Object.entries(routeAccess).filter(
      ([route]) => !route.startsWith("GET ") && !ofOnesOwn.includes(route),
    );
    expect(
      unsafe.filter(([, access]) => access === "public" || access === "learner" || access === "viewer"),
    ).toEqual([]);
  });
});

describe("the OpenAPI document", () => {
  it("tags every observability route, so that it can be told from the product's own", async () => {
    const answer = await test.request("/openapi.json");
    // An OpenAPI document, as the route says.
    const document = (await answer.json()) as { paths: Record<string, Record<string, { tags?: string[] }>> };
    const observing = /^\/api\/v1\/(task-queue|flow-engine|llm)\//;
    for (const [path, operations] of Object.entries(document.paths)) {
      if (!observing.test(path)) continue;
      for (const operation of Object.values(operations))
        expect([path, operation.tags]).toEqual([path, ["admin-observability"]]);
    }
  });

  it("is shown by the docs page, route by route", async () => {
    // An OpenAPI document, as the route says.
    const document = (await (await test.request("/openapi.json")).json()) as { paths: object };
    const page = await (await test.request("/docs")).text();
    for (const path of Object.keys(document.paths)) expect(page).toContain(path);
    expect(page).not.toMatch(/<script|style=/);
  });
});
