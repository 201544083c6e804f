import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freshSignInRoutes, routeAccess } from "../src/http/access.ts";
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

/** Rows that whoever reads a list may keep of it, and that nobody else sees. */
const savedViews: readonly string[] = [
  "POST /api/v1/admin/saved-views",
  "PATCH /api/v1/admin/saved-views/:id",
  "DELETE /api/v1/admin/saved-views/:id",
];

/** How somebody without a session gets one; nothing else may be sent without. */
const waysIn: readonly string[] = [
  "POST /api/v1/auth/sign-in",
  "POST /api/v1/auth/sign-in/second-factor",
  "POST /api/v1/auth/sign-in/single-sign-on",
  "POST /api/v1/auth/links/look",
  "POST /api/v1/auth/links/use",
];

const table = Object.entries(routeAccess);
const isUnsafe = (route: string) => !/^(GET|HEAD|OPTIONS) /.test(route);
const isOnesOwn = ([route, access]: readonly [string, string]) =>
  access === "own" || savedViews.includes(route);

describe("the table of who may call what", () => {
  it("names every route of the server, and no other", () => {
    expect(routesOf(test).sort()).toEqual(Object.keys(routeAccess).sort());
  });

  it("lets a stranger send nothing but what signs them in", () => {
    const open = table.filter(([route, access]) => isUnsafe(route) && access === "public");
    expect(open.map(([route]) => route).sort()).toEqual(waysIn.toSorted());
  });

  it("asks for a fresh sign-in only where something can be changed, by somebody who is signed in", () => {
    for (const route of Object.keys(freshSignInRoutes)) {
      expect(isUnsafe(route)).toBe(true);
      expect([route, routeAccess[route]]).toEqual([route, expect.stringMatching(/^(own|admin)$/)]);
    }
  });

  it("opens to learners nothing that changes anything", () => {
    expect(
      table.filter(([route, access]) => isUnsafe(route) && /^learn/.test(access)).map(([route]) => route),
    ).toEqual([]);
  });

  it("lets nobody but administrators delete what is not their own", () => {
    const deletes = table.filter(([route]) => route.startsWith("DELETE "));
    expect(deletes.length).toBeGreaterThan(0);
    expect(deletes.filter((entry) => !isOnesOwn(entry) && entry[1] !== "admin")).toEqual([]);
  });

  it("lets nobody below an operator change anything that is not their own", () => {
    const changes = table.filter(
      (entry) => isUnsafe(entry[0]) && !isOnesOwn(entry) && !waysIn.includes(entry[0]),
    );
    expect(changes.length).toBeGreaterThan(0);
    expect(changes.filter(([, access]) => access !== "operator" && access !== "admin")).toEqual([]);
  });

  it("keeps accounts and the audit log for administrators", () => {
    const kept = table.filter(([route]) => /\/admin\/(users|audit-log)/.test(route));
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.filter(([, access]) => access !== "admin")).toEqual([]);
  });

  it("is held by the server: a stranger is asked to sign in wherever it asks for somebody", async () => {
    const closed = table.filter(([, access]) => access !== "public" && access !== "learning");
    for (const [route] of closed) {
      const [method = "", path = ""] = route.split(" ");
      const filled = path.replace(/:\w+/g, "0190a000-0000-7000-8000-000000000000");
      const answer = await test.askAnonymously(filled, {
        method,
        ...(isUnsafe(route) ? { headers: { "content-type": "application/json" }, body: "{}" } : {}),
      });
      // What the error mapper answers.
      const { code } = (await answer.json()) as { code: string };
      expect([route, answer.status, code]).toEqual([route, 401, "sign_in_required"]);
    }
  });

  it("lets no token near what belongs to a session", async () => {
    for (const [route] of table.filter(([, access]) => access === "own")) {
      const [method = "", path = ""] = route.split(" ");
      const filled = path.replace(/:\w+/g, "0190a000-0000-7000-8000-000000000000");
      const answer = await (isUnsafe(route) ? test.send(method, filled, {}) : test.request(filled));
      expect([route, answer.status]).toEqual([route, 403]);
    }
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
