import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { learnerLevels, unitStatuses } from "../src/modules/content/models.ts";
import { flowRunStatuses } from "../src/modules/flow-engine/public.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

test.each([
  ["flow_runs_status_check", flowRunStatuses],
  ["flow_step_runs_status_check", flowRunStatuses],
  ["units_status_check", unitStatuses],
  ["units_learner_level_check", learnerLevels],
])("the words of %s are the same in SQL and in code", async (name, words) => {
  const { rows } = await sql<{ definition: string }>`
    SELECT pg_get_constraintdef(oid) AS definition FROM pg_constraint WHERE conname = ${name}`.execute(
    database.database,
  );
  const stored = [...(rows[0]?.definition ?? "").matchAll(/'([a-z_]+)'/g)].map((match) => match[1]);
  expect(stored).toEqual([...words]);
});
