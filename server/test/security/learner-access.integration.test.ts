import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { routeAccess } from "../../src/http/access.ts";
import { createTestApp, type TestApp } from "../app.ts";
import { createPerson, createToken } from "./people.ts";

const learning = Object.entries(routeAccess)
  .filter(([, access]) => access === "learning")
  .map(([route]) => route.replace("GET ", "").replace(/:\w+/g, () => randomUUID()));

/** Codes of refusals by who asks; an unknown id is answered by the route itself. */
const refusals = new Set([401, 403]);

async function statuses(test: TestApp, headers: Readonly<Record<string, string>>): Promise<number[]> {
  return Promise.all(learning.map(async (route) => (await test.askAnonymously(route, { headers })).status));
}

async function areLetIn(test: TestApp, headers: Readonly<Record<string, string>>): Promise<boolean> {
  const answered = await statuses(test, headers);
  const refused = answered.filter((status) => refusals.has(status)).length;
  // Half open would be neither.
  expect([0, learning.length]).toContain(refused);
  return refused === 0;
}

describe("published content", () => {
  let closed: TestApp;
  beforeAll(async () => {
    closed = await createTestApp({
      COURSEWRIGHT_LEARNER_ACCESS: "token",
      COURSEWRIGHT_REQUIRE_SECOND_FACTOR: "staff",
    });
  });
  afterAll(() => closed.close());

  it("is anybody's by default", async () => {
    const open = await createTestApp();
    expect(learning.length).toBeGreaterThan(3);
    expect(await areLetIn(open, {})).toBe(true);
    await open.close();
  });

  it("asks strangers to sign in when the settings say token, on every route", async () => {
    expect(await statuses(closed, {})).toEqual(learning.map(() => 401));
    const madeUp = { authorization: `Bearer cw_${"a".repeat(43)}` };
    expect(await statuses(closed, madeUp)).toEqual(learning.map(() => 401));
  });

  it("is open then to learners and everybody above, by session and by token", async () => {
    for (const role of ["learner", "viewer"] as const) {
      const person = await createPerson(closed, role);
      expect([role, await areLetIn(closed, person.session)]).toEqual([role, true]);
      const scopes = role === "learner" ? (["learn"] as const) : (["read"] as const);
      const token = await createToken(closed, person, scopes);
      expect([role, await areLetIn(closed, token)]).toEqual([role, true]);
    }
  });

  it("is closed then to a token that may only deliver lessons, and to whoever owes a second factor", async () => {
    const delivering = { authorization: `Bearer ${await closed.makeToken("content:write")}` };
    expect(await statuses(closed, delivering)).toEqual(learning.map(() => 403));
    const owing = await createPerson(closed, "operator");
    expect(await statuses(closed, owing.session)).toEqual(learning.map(() => 403));
  });
});
