import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestApp, type TestApp } from "../../../../test/app.ts";
import { insertedId } from "../../../../test/builders/inserted-id.ts";
import { insertRunningStep, type RunningStep } from "../../../../test/builders/running-step.ts";
import type { SavedView } from "./models.ts";

let test: TestApp;
let step: RunningStep;

beforeAll(async () => {
  test = await createTestApp();
  step = await insertRunningStep(test.database.database);
});
afterAll(() => test.close());

function run(statement: ReturnType<typeof sql>) {
  return statement.execute(test.database.database);
}

describe("saved views", () => {
  const path = "/api/v1/admin/saved-views";
  const save = (body: unknown) => test.send("POST", path, body);
  // The routes answer with a view or a problem.
  const read = async (answer: Response) => (await answer.json()) as SavedView & { code: string };

  it("are kept, listed by page, renamed and deleted", async () => {
    const made = await save({ page: "tasks", name: " Failed ", search: "?status=failed&q=a%26b" });
    expect(made.status).toBe(201);
    const view = await read(made);
    expect(view).toMatchObject({
      page: "tasks",
      name: "Failed",
      search: "status=failed&q=a%26b",
      version: 1,
    });
    await save({ page: "units", name: "Failed", search: "" });
    const list = async (query: string) =>
      // A list of views, as the route declares it.
      ((await (await test.request(`${path}${query}`)).json()) as SavedView[]).map(({ page }) => page);
    expect(await list("?page=tasks")).toEqual(["tasks"]);
    expect(await list("")).toEqual(["tasks", "units"]);
    const changed = await read(await test.send("PATCH", `${path}/${view.id}`, { name: "Broken" }));
    expect(changed).toMatchObject({ id: view.id, name: "Broken", search: view.search, version: 2 });
    expect((await test.send("DELETE", `${path}/${view.id}`)).status).toBe(204);
    expect((await test.send("DELETE", `${path}/${view.id}`)).status).toBe(404);
    expect(await list("?page=tasks")).toEqual([]);
  });

  it("belong to one person: others neither see nor change them", async () => {
    const other = await insertedId(
      test.database.database,
      sql`INSERT INTO users (name, role) VALUES ('Other', 'viewer') RETURNING id`,
    );
    const id = await insertedId(
      test.database.database,
      sql`
      INSERT INTO saved_views (user_id, page, name, search)
      VALUES (${other}, 'flows', 'Theirs', 'status=failed') RETURNING id`,
    );
    expect(await (await test.request(`${path}?page=flows`)).json()).toEqual([]);
    const changed = await test.send("PATCH", `${path}/${id}`, { name: "Mine" });
    expect([changed.status, (await read(changed)).code]).toEqual([404, "saved_view_not_found"]);
    expect((await test.send("DELETE", `${path}/${id}`)).status).toBe(404);
    expect((await save({ page: "flows", name: "Theirs", search: "" })).status).toBe(201);
    const { rows } = await run(sql`SELECT name FROM saved_views WHERE id = ${id}`);
    expect(rows).toEqual([{ name: "Theirs" }]);
  });

  it("have names of their own on each page, at most a hundred", async () => {
    await save({ page: "users", name: "Busy", search: "" });
    const again = await save({ page: "users", name: "BUSY", search: "" });
    expect([again.status, (await read(again)).code]).toEqual([409, "saved_view_name_taken"]);
    await run(sql`
      INSERT INTO saved_views (user_id, page, name, search)
      SELECT ${step.user_id}, 'users', 'View ' || n, '' FROM generate_series(1, 98) n`);
    const answers = await Promise.all(
      ["One", "Two", "Three"].map((name) => save({ page: "users", name, search: "" })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    expect((await read(await save({ page: "users", name: "Four", search: "" }))).code).toBe(
      "saved_view_limit",
    );
    expect((await save({ page: "units", name: "Four", search: "" })).status).toBe(201);
  });

  it.each([
    [{ page: "workers", name: "a", search: "" }],
    [{ page: "tasks", name: "  ", search: "" }],
    [{ page: "tasks", name: "a\u0000", search: "" }],
    [{ page: "tasks", name: "a", search: "\u0000" }],
    [{ page: "tasks", name: "x".repeat(81), search: "" }],
    [{ page: "tasks", name: "a" }],
  ])("refuses %j", async (body) => {
    expect((await save(body)).status).toBe(422);
  });

  it("refuses a change of nothing", async () => {
    expect((await test.send("PATCH", `${path}/${step.unit_id}`, {})).status).toBe(422);
  });
});
