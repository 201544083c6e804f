import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestApi } from "../../../test/builders/test-api.ts";
import { findAdministrator, insertWrittenUnit } from "../../../test/builders/written-unit.ts";
import { createTestDatabase, type TestDatabase } from "../../../test/database.ts";
import { createUserRoutes } from "./routes.ts";
import { createUserService } from "./service.ts";

let test_database: TestDatabase;

beforeAll(async () => {
  test_database = await createTestDatabase();
});
afterAll(() => test_database.close());

test("the local administrator is the one user, with the units that they made", async () => {
  const { database } = test_database;
  const users = createUserService(database);
  const administrator = await findAdministrator(database);
  await insertWrittenUnit(database);
  const call = createTestApi(administrator, createUserRoutes(users));
  const listed = await call("GET", "/admin/users?role=admin&q=local");
  expect(listed.body).toHaveLength(1);
  expect(listed.body[0]).toMatchObject({ id: administrator.id, unit_count: 1, email: null, is_active: true });
  expect((await call("GET", `/admin/users/${administrator.id}`)).body).toEqual(listed.body[0]);
  expect((await call("GET", "/admin/users?q=nobody")).body).toEqual([]);
  expect((await call("GET", "/admin/users/00000000-0000-7000-8000-000000000000")).body.code).toBe(
    "user_not_found",
  );
  expect(await users.listSummaries([administrator.id])).toHaveLength(1);
});

test("a person's totals follow their requests, before and after the fold", async () => {
  const { database } = test_database;
  const users = createUserService(database);
  const { id } = await findAdministrator(database);
  const former = await users.getUser(id);
  const made = await sql<{ id: string }>`
    INSERT INTO llm_requests (user_id, kind, provider, model, cost_usd)
    VALUES (${id}, 'text', 'p', 'm', NULL), (${id}, 'text', 'p', 'm', 0.25) RETURNING id`.execute(database);
  await sql`UPDATE llm_requests SET status = 'completed', cost_usd = 0.5 WHERE id = ${made.rows[0]?.id}`.execute(
    database,
  );
  const totals = async () => {
    const { unit_count, llm_request_count, cost_usd } = await users.getUser(id);
    return { unit_count, llm_request_count, cost_usd };
  };
  const expected = {
    unit_count: former.unit_count,
    llm_request_count: former.llm_request_count + 2,
    cost_usd: (former.cost_usd ?? 0) + 0.75,
  };
  expect(await totals()).toEqual(expected);
  await sql`SELECT fold_user_usage()`.execute(database);
  expect((await sql`SELECT 1 FROM user_usage_deltas`.execute(database)).rows).toEqual([]);
  expect(await totals()).toEqual(expected);
  await sql`DELETE FROM llm_requests WHERE id = ${made.rows[1]?.id}`.execute(database);
  await sql`SELECT fold_user_usage()`.execute(database);
  expect(await totals()).toEqual({
    ...expected,
    llm_request_count: expected.llm_request_count - 1,
    cost_usd: expected.cost_usd - 0.25,
  });
});
