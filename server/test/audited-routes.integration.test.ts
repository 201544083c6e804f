import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { routeAccess } from "../src/http/access.ts";
import { auditedRoutes, unauditedRoutes } from "../src/http/audited-routes.ts";
import type { AuditLogEntry, AuditVerification } from "../src/modules/audit/models.ts";
import { createTestApp, type TestApp } from "./app.ts";
import { createBrowser } from "./browser.ts";
import { makeAccount } from "./builders/account.ts";

const browserName = "Mozilla/5.0 (test)";
let test: TestApp;
/** The running server. */
let url: string;
/** Number of the newest entry before the test. */
let before: number;
beforeAll(async () => {
  test = await createTestApp();
  ({ url } = await test.app.startServer());
});
beforeEach(async () => {
  before = (await readLog())[0]?.seq ?? 0;
});
afterAll(() => test.close());

async function readLog(): Promise<AuditLogEntry[]> {
  const answer = await test.request("/api/v1/admin/audit-log?limit=200");
  expect(answer.status).toBe(200);
  // What the route promises.
  return (await answer.json()) as AuditLogEntry[];
}

/** Entries of this test, oldest first. */
async function newEntries(): Promise<AuditLogEntry[]> {
  return (await readLog()).filter(({ seq }) => seq > before).reverse();
}

async function readJson<Body>(answer: Promise<Response>, status: number): Promise<Body> {
  const response = await answer;
  const text = await response.text();
  expect([response.status, text]).toEqual([status, text]);
  // The shape that the test expects; its assertions fail when the answer has another one.
  return JSON.parse(text) as Body;
}

function createUnit(start: boolean): Promise<{ unit_id: string; task_id: string }> {
  const sources = [{ text: "Water boils at one hundred degrees, and the steam rises. ".repeat(10) }];
  const unit = { title: "Water", sources, learner_level: "beginner", target_lesson_count: 1, start };
  return readJson(test.send("POST", "/api/v1/content-creator/units", unit), start ? 202 : 201);
}

describe("the table of what is written down", () => {
  const routes = () => new Set(test.app.http.routes.map(({ method, path }) => `${method} ${path}`));
  const named = new Set([...Object.keys(auditedRoutes), ...Object.keys(unauditedRoutes)]);

  it("says of every route that may change something whether it is, and names no other route", () => {
    const unsafe = [...routes()].filter((route) => !/^(GET|HEAD|OPTIONS|ALL) /.test(route));
    expect(unsafe.filter((route) => !named.has(route))).toEqual([]);
    expect([...named].filter((route) => !routes().has(route))).toEqual([]);
  });

  it("says it of every read that is for administrators only or answers with a file", async () => {
    // An OpenAPI document, as the route says.
    const { paths } = (await (await test.request("/openapi.json")).json()) as {
      paths: Record<string, { get?: { responses: Record<string, { content?: object }> } }>;
    };
    const files = Object.entries(paths).flatMap(([path, { get }]) => {
      const types = Object.keys(get?.responses[200]?.content ?? {});
      const isFile = /export/.test(path) || types.some((type) => type !== "application/json");
      return isFile ? [`GET ${path.replace(/\{(\w+)\}/g, ":$1")}`] : [];
    });
    const closed = Object.entries(routeAccess).filter(
      ([route, access]) => /^GET /.test(route) && access === "admin",
    );
    const handsOut = [...files, ...closed.map(([route]) => route)];
    expect(handsOut).toEqual(
      expect.arrayContaining([
        "GET /api/v1/admin/audit-log/export",
        "GET /api/v1/admin/users/:id/export",
        "GET /api/v1/content/units/:id/export",
      ]),
    );
    expect(handsOut.filter((route) => !named.has(route))).toEqual([]);
    for (const route of handsOut.filter((name) => name.endsWith("/export")))
      expect(auditedRoutes).toHaveProperty([route]);
  });

  it("says it once", () => {
    expect(Object.keys(auditedRoutes).filter((route) => route in unauditedRoutes)).toEqual([]);
  });

  it("takes objects from parameters that the routes have", () => {
    for (const [route, { parameter }] of Object.entries(auditedRoutes))
      if (parameter !== undefined) expect(route.split("/")).toContain(`:${parameter}`);
  });

  it("gives every action a name of its own, the kind of thing and a verb", () => {
    const actions = Object.values(auditedRoutes).map(({ action }) => action);
    expect(new Set(actions).size).toBe(actions.length);
    for (const action of actions) expect(action).toMatch(/^[a-z_]+\.[a-z_]+$/);
  });
});

describe("a request of the command line", () => {
  it("that creates and cancels is written down with what it made, from where and by which token", async () => {
    const { unit_id, task_id } = await createUnit(true);
    const headers = { "user-agent": browserName };
    await test.send("POST", `/api/v1/task-queue/tasks/${task_id}/cancel`, undefined, headers);
    const entries = await newEntries();
    expect(entries).toHaveLength(2);
    expect(entries[0]).toMatchObject({
      ...{ action: "unit.create", object_kind: "unit", object_id: unit_id, result: "done", code: null },
      ...{ actor_kind: "machine", actor_name: "Local administrator" },
      details: { is_started: true, lessons: 1 },
    });
    expect(entries[1]).toMatchObject({
      ...{ action: "task.cancel", object_kind: "task", object_id: task_id, result: "done" },
      ...{ address: "127.0.0.1", user_agent: browserName },
    });
    expect(entries[1]?.token_id).toMatch(/^[0-9a-f-]{36}$/);
    expect(entries[1]?.token_name).toEqual(expect.any(String));
  });

  it("has the id that its answer carries", async () => {
    const { unit_id } = await createUnit(false);
    const answer = await test.send("DELETE", `/api/v1/content/units/${unit_id}`);
    expect(answer.status).toBe(204);
    const entries = await newEntries();
    expect(entries.at(-1)).toMatchObject({
      ...{ action: "unit.delete", object_id: unit_id, result: "done" },
      request_id: answer.headers.get("x-request-id"),
    });
  });

  it("that the handler refuses is written down with the reason", async () => {
    const unknown = "01890000-0000-7000-8000-00000000dead";
    await test.send("POST", `/api/v1/content-creator/units/${unknown}/retry`, { mode: "resume" });
    await test.send("DELETE", "/api/v1/content/units/not-an-id%00%2F");
    expect(await newEntries()).toMatchObject([
      {
        ...{ action: "unit.retry", object_id: unknown, result: "refused", code: "unit_not_found" },
        details: { mode: "resume" },
      },
      { action: "unit.delete", object_id: "not-an-id\ufffd/", result: "refused", code: "request_invalid" },
    ]);
  });

  it("that only reads is not written down, unless it hands the log out", async () => {
    await test.request("/api/v1/content/units");
    await test.send("POST", "/api/v1/content-creator/bulk-actions/preview", {
      ...{ action: "cancel", entity: "task", filter: {} },
    });
    expect(await newEntries()).toEqual([]);
    const answer = await test.request("/api/v1/admin/audit-log/export?format=csv");
    expect(answer.headers.get("content-disposition")).toBe('attachment; filename="audit-log.csv"');
    expect(await answer.text()).toMatch(/^seq,id,at,/);
    expect(await newEntries()).toMatchObject([{ action: "audit_log.export", result: "done" }]);
  });
});

describe("somebody who asks for what they may not see", () => {
  it("is written down once for each route, however often and with whatever id, event streams too", async () => {
    const headers = { authorization: `Bearer ${await test.makeToken("learn")}`, "user-agent": browserName };
    const unit = "01890000-0000-7000-8000-00000000dead";
    const closed = [
      "/task-queue/tasks",
      "/events",
      `/content/units/${unit}`,
      `/content/units/${unit}/export`,
    ];
    for (const [place, path] of [...closed, ...closed, "/content/units/other", ...closed].entries()) {
      const answer = await fetch(`${url}/api/v1${path}`, {
        headers,
        method: place % 5 === 4 ? "HEAD" : "GET",
      });
      await answer.body?.cancel();
      expect([path, answer.status]).toEqual([path, 403]);
    }
    const refused = { result: "refused", code: "not_allowed", actor_kind: "token", user_agent: browserName };
    expect(await newEntries()).toMatchObject([
      {
        ...{ action: "access.refused", object_kind: "route", object_id: "GET /api/v1/task-queue/tasks" },
        ...{ ...refused, address: "127.0.0.1", actor_name: "Local administrator", details: {} },
      },
      { ...refused, action: "access.refused", object_id: "GET /api/v1/events" },
      { ...refused, action: "access.refused", object_id: "GET /api/v1/content/units/:id" },
      { ...refused, action: "unit.export", object_kind: "unit", object_id: unit },
    ]);
  });

  it("is each caller for themselves: a learner's session beside another's", async () => {
    const people = [await makeAccount(test, "learner"), await makeAccount(test, "learner")];
    const { seq } = (await newEntries()).at(-1) ?? { seq: before };
    for (const { browser } of [...people, ...people]) {
      const answer = await browser.ask("GET", "/admin/users");
      expect(answer).toMatchObject({ status: 403, body: { code: "not_allowed" } });
    }
    const entries = (await newEntries()).filter((entry) => entry.seq > seq);
    expect(entries.map(({ action, actor_id }) => [action, actor_id])).toEqual(
      people.map(({ id }) => ["access.refused", id]),
    );
  });

  it("is not written down while nobody is signed in", async () => {
    expect((await test.askAnonymously("/api/v1/task-queue/tasks")).status).toBe(401);
    expect(await newEntries()).toEqual([]);
  });
});

describe("a token that may only read", () => {
  it("is written down with each thing that it tried", async () => {
    const headers = { authorization: `Bearer ${await test.makeToken("read")}` };
    const { unit_id } = await createUnit(false);
    const refused = await test.send("DELETE", `/api/v1/content/units/${unit_id}`, undefined, headers);
    expect(refused.status).toBe(403);
    expect((await newEntries()).at(-1)).toMatchObject({
      ...{ action: "unit.delete", object_id: unit_id, result: "refused", code: "not_allowed" },
      actor_kind: "token",
    });
    expect((await test.request("/api/v1/admin/audit-log", { headers })).status).toBe(403);
  });

  it("cannot fill the log with what it may not change", async () => {
    const headers = { authorization: `Bearer ${await test.makeToken("read")}` };
    for (let time = 0; time < 40; time += 1)
      await test.send("DELETE", `/api/v1/content/units/${time}`, undefined, headers);
    const entries = await newEntries();
    expect(entries).toHaveLength(20);
    expect(entries.at(-1)).toMatchObject({ action: "unit.delete", object_id: "19", result: "refused" });
  });
});

describe("a person in a browser", () => {
  it("is written down from the sign-in on, also where somebody else tried their password", async () => {
    const person = await makeAccount(test);
    const { seq } = (await newEntries()).at(-1) ?? { seq: before };
    await createBrowser(test).ask("POST", "/auth/sign-in", {
      email: person.email,
      password: "not the password",
    });
    const browser = createBrowser(test, { "user-agent": browserName });
    await browser.ask("POST", "/auth/sign-in", { email: person.email, password: person.password });
    await browser.ask("DELETE", "/content/units/01890000-0000-7000-8000-00000000dead");
    await browser.ask("POST", "/auth/sign-out");
    const entries = (await newEntries()).filter((entry) => entry.seq > seq);
    expect(entries).toMatchObject([
      { action: "session.sign_in", actor_kind: "nobody", result: "refused", code: "sign_in_refused" },
      { action: "session.sign_in", actor_kind: "session", result: "done", user_agent: browserName },
      { action: "unit.delete", actor_kind: "session", result: "refused", code: "not_allowed" },
      { action: "session.sign_out", actor_kind: "session", result: "done" },
    ]);
    expect(entries.map(({ actor_id }) => actor_id)).toEqual(Array(4).fill(person.id));
  });
});

describe("a stranger", () => {
  it("leaves no trace at routes that ask for somebody, so that nobody can fill the log", async () => {
    for (const route of Object.keys(auditedRoutes).filter((name) => !name.includes("/auth/"))) {
      const [method = "", path = ""] = route.split(" ");
      const filled = path.replace(/:\w+/g, "1");
      await test.askAnonymously(filled, {
        method,
        headers: { "content-type": "application/json" },
        body: method === "GET" ? null : "{}",
      });
    }
    expect(await newEntries()).toEqual([]);
  });

  it("who fails to sign in is written down, without the address that was typed", async () => {
    const body = JSON.stringify({ email: "nobody-here@example.com", password: "wrong password 1" });
    const answer = await test.askAnonymously("/api/v1/auth/sign-in", {
      ...{ method: "POST", headers: { "content-type": "application/json", origin: "http://127.0.0.1" } },
      body,
    });
    expect(answer.status).toBe(401);
    const entries = await newEntries();
    expect(entries).toMatchObject([
      {
        ...{ action: "session.sign_in", actor_kind: "nobody", actor_id: null, result: "refused" },
        ...{ code: "sign_in_refused", address: "127.0.0.1" },
      },
    ]);
    expect(JSON.stringify(entries)).not.toContain("nobody-here");
  });

  it("whose sign-in is held back is written down, with the account where there is one", async () => {
    const { id, email } = await makeAccount(test);
    const signIn = (typed: string) =>
      fetch(`${url}/api/v1/auth/sign-in`, {
        ...{ method: "POST", headers: { "content-type": "application/json", "user-agent": browserName } },
        body: JSON.stringify({ email: typed, password: "wrong password 1" }),
      });
    const typed = [email, "held-back@example.com"];
    for (const address of typed) expect((await signIn(address)).status).toBe(401);
    // As if more guesses had gone before.
    await sql`UPDATE throttles SET blocked_until = clock_timestamp() + interval '1 minute' WHERE key LIKE 'account:%' OR key LIKE 'known:%'`.execute(
      test.database.database,
    );
    const { seq } = (await newEntries()).at(-1) ?? { seq: before };
    for (const address of typed) expect((await signIn(address)).status).toBe(429);
    await sql`DELETE FROM throttles`.execute(test.database.database);
    const entries = (await newEntries()).filter((entry) => entry.seq > seq);
    const heldBack = {
      ...{ action: "session.sign_in", result: "refused", code: "too_many_sign_ins", actor_kind: "nobody" },
      ...{ address: "127.0.0.1", user_agent: browserName, details: {} },
    };
    expect(entries).toMatchObject([
      { ...heldBack, actor_id: id },
      { ...heldBack, actor_id: null },
    ]);
    expect(JSON.stringify(entries)).not.toContain("held-back");
  });

  it("cannot fill the log with links that do not work", async () => {
    const body = JSON.stringify({ token: "A".repeat(43) });
    for (let time = 0; time < 80; time += 1) {
      await test.askAnonymously("/api/v1/auth/links/use", {
        ...{ method: "POST", headers: { "content-type": "application/json" }, body },
      });
    }
    const entries = await newEntries();
    expect(entries.length).toBeGreaterThan(40);
    expect(entries.length).toBeLessThan(65);
    expect(entries[0]).toMatchObject({ action: "session.link", result: "refused", code: "link_invalid" });
  });

  it("who sends nonsense to the sign-in is not", async () => {
    const answer = await test.askAnonymously("/api/v1/auth/sign-in", {
      ...{ method: "POST", headers: { "content-type": "application/json" }, body: "{}" },
    });
    expect(answer.status).toBe(422);
    expect(await newEntries()).toEqual([]);
  });
});

describe("an administrator who changes a role", () => {
  it("is written down with the role that was given", async () => {
    const { rows } = await sql<{ id: string }>`
      INSERT INTO users (name, email, role) VALUES ('Ada', 'ada@example.com', 'viewer') RETURNING id`.execute(
      test.database.database,
    );
    const id = rows[0]?.id;
    const answer = await test.send("PUT", `/api/v1/admin/users/${id}`, { role: "operator" });
    expect(answer.status).toBe(200);
    expect(await newEntries()).toMatchObject([
      {
        action: "user.edit",
        object_kind: "user",
        object_id: id,
        result: "done",
        details: { role: "operator" },
      },
    ]);
  });
});

describe("when the log cannot be written", () => {
  it("gives nobody a session whose sign-in is not written down", async () => {
    const { email, password } = await makeAccount(test);
    const browser = createBrowser(test);
    await sql`ALTER TABLE audit_log RENAME TO audit_log_away`.execute(test.database.database);
    const answer = await browser.ask("POST", "/auth/sign-in", { email, password });
    await sql`ALTER TABLE audit_log_away RENAME TO audit_log`.execute(test.database.database);
    expect(answer).toMatchObject({ status: 503, body: { code: "audit_unavailable" } });
    expect(browser.cookies.size).toBe(0);
  });

  it("says that the action was done and could not be written down", async () => {
    const { unit_id } = await createUnit(false);
    await sql`ALTER TABLE audit_log RENAME TO audit_log_away`.execute(test.database.database);
    const answer = await test.send("DELETE", `/api/v1/content/units/${unit_id}`);
    const problem = await answer.json();
    const refused = await test.send("DELETE", `/api/v1/content/units/${unit_id}`);
    const refusal = await refused.json();
    await sql`ALTER TABLE audit_log_away RENAME TO audit_log`.execute(test.database.database);
    expect(answer.status).toBe(503);
    expect(problem).toMatchObject({ code: "audit_unavailable", retryable: false });
    // What was not done is answered as ever.
    expect(refused.status).toBe(404);
    expect(refusal).toMatchObject({ code: "unit_not_found" });
    expect(await newEntries()).toHaveLength(1);
  });
});

describe("the verdict on the chain", () => {
  it("says that all of this is whole, and names the head that the newest entry shows", async () => {
    const [newest] = await readLog();
    const verdict = await readJson<AuditVerification>(
      test.request("/api/v1/admin/audit-log/verification"),
      200,
    );
    expect(verdict).toEqual({
      ...{ is_intact: true, entries: newest?.seq, head: newest?.hash, first_broken_seq: null, problem: null },
      ...{ removed: 0, since: expect.stringMatching(/^\d{4}-/) },
    });
    expect(await readJson(test.request("/api/v1/admin/audit-log/extent"), 200)).toEqual({
      ...{ newest_seq: newest?.seq, removed: 0, keep_days: 400, since: expect.stringMatching(/^\d{4}-/) },
    });
  });
});
