import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Access, routeAccess } from "../../src/http/access.ts";
import type { Role, TokenScope } from "../../src/platform/caller.ts";
import { createTestApp, type TestApp } from "../app.ts";
import { createPerson, createToken, type Person, sameOrigin } from "./people.ts";

/** Somebody who knocks, and what the issue of roles grants them. */
interface Visitor {
  readonly name: string;
  readonly role: Role | null;
  /** Sessions reach what is one's own; tokens never do. */
  readonly hasSession: boolean;
  readonly scopes: readonly TokenScope[];
  readonly headers: Readonly<Record<string, string>>;
}

// Said here once more, apart from the code that enforces it.
const rank: Readonly<Record<Role, number>> = { learner: 1, viewer: 2, operator: 3, admin: 4 };
const scopeRank: Readonly<Record<TokenScope, number>> = {
  learn: 1,
  read: 2,
  operate: 3,
  admin: 4,
  "content:write": 0,
};
const delivering = "PUT /api/v1/content/units/:id/lessons/:position";

function isGranted(visitor: Visitor, route: string, access: Access): boolean {
  if (access === "public" || access === "learning") return true;
  if (visitor.role === null) return false;
  if (access === "own") return visitor.hasSession;
  if (rank[visitor.role] < rank[access]) return false;
  if (visitor.hasSession) return true;
  if (route === delivering && visitor.scopes.includes("content:write")) return true;
  return Math.max(...visitor.scopes.map((scope) => scopeRank[scope])) >= rank[access];
}

const roles: readonly Role[] = ["learner", "viewer", "operator", "admin"];
const scopesOf: Readonly<Record<Role, readonly TokenScope[]>> = {
  learner: ["learn"],
  viewer: ["read"],
  operator: ["operate"],
  admin: ["admin"],
};

let test: TestApp;
let people: Record<Role, Person>;
let otherLearner: Person;
let visitors: Visitor[];

beforeAll(async () => {
  test = await createTestApp({
    COURSEWRIGHT_REQUIRE_SECOND_FACTOR: "nobody",
    COURSEWRIGHT_REQUESTS_PER_SECOND: "1000000",
  });
  const made = await Promise.all(roles.map(async (role) => [role, await createPerson(test, role)] as const));
  // Object.fromEntries forgets that all four are there.
  people = Object.fromEntries(made) as Record<Role, Person>;
  otherLearner = await createPerson(test, "learner");
  visitors = [
    { name: "nobody", role: null, hasSession: false, scopes: [], headers: {} },
    {
      name: "a made-up token",
      role: null,
      hasSession: false,
      scopes: [],
      headers: { authorization: `Bearer cw_${"a".repeat(43)}` },
    },
    {
      name: "a made-up cookie",
      role: null,
      hasSession: false,
      scopes: [],
      headers: { cookie: "coursewright-0.session_token=abc.def", ...sameOrigin },
    },
  ];
  for (const person of [...Object.values(people), otherLearner]) {
    const { role, session } = person;
    const named = person === otherLearner ? "another learner" : role;
    visitors.push({ name: `${named} by session`, role, hasSession: true, scopes: [], headers: session });
    const scopes = scopesOf[role];
    visitors.push({
      ...{ name: `${named} by token`, role, hasSession: false, scopes },
      headers: await createToken(test, person, scopes),
    });
  }
  const narrow: readonly (readonly [Role, readonly TokenScope[]])[] = [
    ["admin", ["read"]],
    ["admin", ["learn"]],
    ["operator", ["content:write"]],
  ];
  for (const [role, scopes] of narrow) {
    const headers = await createToken(test, people[role], scopes);
    visitors.push({ name: `${role} with the scope ${scopes[0]}`, role, hasSession: false, scopes, headers });
  }
}, 60_000);
afterAll(() => test.close());

const refusals = new Set(["sign_in_required", "not_allowed"]);

/** Whether the door was shut, and by which code; a request that came in may still fail for its content. */
async function knock(
  visitor: Visitor,
  method: string,
  path: string,
): Promise<{ status: number; isRefused: boolean }> {
  const sends = method !== "GET" && method !== "HEAD";
  const answer = await test.askAnonymously(path, {
    method,
    headers: { ...visitor.headers, ...(sends ? { "content-type": "application/json" } : {}) },
    ...(sends ? { body: "{}" } : {}),
  });
  if (answer.headers.get("content-type")?.startsWith("text/event-stream")) {
    await answer.body?.cancel();
    return { status: answer.status, isRefused: false };
  }
  const said = await answer.text();
  const isProblem = answer.headers.get("content-type")?.startsWith("application/problem+json") ?? false;
  // A problem as every refusal is.
  const code = isProblem ? (JSON.parse(said) as { code: string }).code : "";
  return { status: answer.status, isRefused: refusals.has(code) };
}

const fill = (path: string) =>
  path
    .replace(":position", "1")
    .replace(/:\w*id\b/g, () => randomUUID())
    .replace(/:\w+/g, "x");

// Ends what the matrix itself stands on.
const lastOf = new Set(["POST /api/v1/auth/sign-out", "DELETE /api/v1/admin/sessions"]);

describe("every route for every visitor", () => {
  it("lets in whom the table names and nobody else", async () => {
    const wrong: string[] = [];
    let count = 0;
    for (const [route, access] of Object.entries(routeAccess)) {
      if (lastOf.has(route)) continue;
      const [method = "", path = ""] = route.split(" ");
      for (const visitor of visitors) {
        const { status, isRefused } = await knock(visitor, method, fill(path));
        count += 1;
        const granted = isGranted(visitor, route, access);
        if (granted === isRefused) wrong.push(`${visitor.name}: ${route} (${access}) answered ${status}`);
        if (!granted && ![401, 403].includes(status))
          wrong.push(`${visitor.name}: ${route} refused with ${status}`);
        if (!granted && (status === 401) !== (visitor.role === null))
          wrong.push(`${visitor.name}: ${route}: ${status}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(count).toBe((Object.keys(routeAccess).length - lastOf.size) * visitors.length);
    process.stdout.write(
      `role matrix: ${count} requests, ${visitors.length} visitors, 0 unexpected answers\n`,
    );
  }, 240_000);

  it("answers no method that is not declared, whoever asks", async () => {
    const wrong: string[] = [];
    let count = 0;
    const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"];
    const paths = new Set(Object.keys(routeAccess).map((route) => route.split(" ")[1] ?? ""));
    const chosen = visitors.filter(({ name }) =>
      ["nobody", "viewer by token", "admin by session"].includes(name),
    );
    for (const path of paths) {
      for (const method of methods) {
        if (`${method} ${path}` in routeAccess) continue;
        for (const visitor of chosen) {
          const { status } = await knock(visitor, method, fill(path));
          count += 1;
          if (status < 400 || status >= 500)
            wrong.push(`${visitor.name}: ${method} ${path} answered ${status}`);
        }
      }
    }
    expect(wrong).toEqual([]);
    process.stdout.write(`undeclared methods: ${count} requests, all refused\n`);
  }, 120_000);

  it("is not talked around by other spellings of an address", async () => {
    const spellings = [
      "/api/v1/admin/users/",
      "//api/v1/admin/users",
      "/api//v1/admin/users",
      "/api/v1/./admin/users",
      "/api/v1/learner/../admin/users",
      "/api/v1/learner/..%2fadmin/users",
      "/api/v1/admin%2fusers",
      "/api/v1/%61dmin/users",
      "/api/v1/admin/users;a=b",
      "/api/v1/admin/users%00",
      "/api/v1/admin/users.json",
      "/API/v1/admin/users",
      "/api/v1/Admin/Users",
      "/api/v1/admin/users?/healthz",
      "/api/v1/admin/users#/healthz",
      "/healthz/../api/v1/admin/users",
    ];
    for (const spelling of spellings) {
      const answer = await test.askAnonymously(spelling);
      const said = await answer.text();
      expect(said, spelling).not.toContain("@example.org");
      if (answer.ok) expect(answer.headers.get("content-type"), spelling).toContain("text/html");
    }
  });
});

describe("what belongs to somebody", () => {
  it("is not found by others: saved views, sessions, tokens", async () => {
    const { viewer, operator } = people;
    const view = await json<{ id: string }>(
      await test.send(
        "POST",
        "/api/v1/admin/saved-views",
        { page: "units", name: "Mine", search: "q=x" },
        viewer.session,
      ),
    );
    const [session] = await json<{ id: string }[]>(
      await test.request("/api/v1/admin/sessions", { headers: viewer.session }),
    );
    const made = await json<{ api_token: { id: string } }>(
      await test.send(
        "POST",
        "/api/v1/admin/tokens",
        { name: "Mine", scopes: ["read"], expires_in_days: 1 },
        viewer.session,
      ),
    );
    const foreign = [
      await test.send("PATCH", `/api/v1/admin/saved-views/${view.id}`, { name: "Yours" }, operator.session),
      await test.send("DELETE", `/api/v1/admin/saved-views/${view.id}`, undefined, operator.session),
      await test.send("DELETE", `/api/v1/admin/sessions/${session?.id}`, undefined, operator.session),
      await test.send("DELETE", `/api/v1/admin/tokens/${made.api_token.id}`, undefined, operator.session),
    ];
    expect(foreign.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
    const listed = await json<{ id: string }[]>(
      await test.request("/api/v1/admin/tokens", { headers: operator.session }),
    );
    expect(listed.map(({ id }) => id)).not.toContain(made.api_token.id);
    expect((await test.request("/api/v1/admin/sessions", { headers: viewer.session })).status).toBe(200);
  });

  it("an Idempotency-Key belongs to whoever sent it: the same word of somebody else makes a unit of their own", async () => {
    const unit = {
      ...{ title: "Tides", learner_level: "beginner", target_lesson_count: 1, start: false },
      sources: [{ text: "The tide is the daily rise and fall of the sea. ".repeat(20) }],
    };
    const made: string[] = [];
    for (const { session } of [people.operator, people.operator, people.admin]) {
      const headers = { ...session, "idempotency-key": "the same word" };
      const answer = await test.send("POST", "/api/v1/content-creator/units", unit, headers);
      made.push((await json<{ unit_id: string }>(answer)).unit_id);
    }
    expect(made[1]).toBe(made[0]);
    expect(made[2]).not.toBe(made[0]);
  });

  it("cannot be claimed by sending more fields than a route knows", async () => {
    const { viewer } = people;
    const raised = [
      await test.send("PATCH", "/api/v1/auth/profile", { name: "Still me", role: "admin" }, viewer.session),
      await test.send(
        "POST",
        "/api/v1/admin/saved-views",
        { page: "units", name: "x", search: "", user_id: people.admin.id },
        viewer.session,
      ),
      await test.send(
        "POST",
        "/api/v1/admin/tokens",
        { name: "x", scopes: ["admin"], expires_in_days: 1 },
        viewer.session,
      ),
    ];
    expect(raised.map(({ status }) => status)).toEqual([422, 422, 403]);
    const state = await json<{ user: { role: string } }>(
      await test.request("/api/v1/auth/session", { headers: viewer.session }),
    );
    expect(state.user.role).toBe("viewer");
  });
});

describe("what ends, ends at once", () => {
  it("a deactivated account, a lost role and a signed-out session reach nothing from the next request on", async () => {
    const person = await createPerson(test, "operator");
    const token = await createToken(test, person, ["operate"]);
    const reads = async () =>
      Promise.all(
        [person.session, token].map(
          async (headers) => (await test.request("/api/v1/content/units", { headers })).status,
        ),
      );
    expect(await reads()).toEqual([200, 200]);
    await test.send("PUT", `/api/v1/admin/users/${person.id}`, { role: "viewer" });
    const cancel = await test.send("POST", `/api/v1/task-queue/tasks/${randomUUID()}/cancel`, {}, token);
    expect(cancel.status).toBe(403);
    await test.send("PUT", `/api/v1/admin/users/${person.id}`, { is_active: false });
    expect(await reads()).toEqual([401, 401]);
    const other = await createPerson(test, "viewer");
    await test.send("POST", "/api/v1/auth/sign-out", {}, other.session);
    expect((await test.request("/api/v1/content/units", { headers: other.session })).status).toBe(401);
  });
});

async function json<Answer>(answer: Response): Promise<Answer> {
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${answer.status}: ${text}`);
  // The documented answer of the route that was asked.
  return JSON.parse(text) as Answer;
}
