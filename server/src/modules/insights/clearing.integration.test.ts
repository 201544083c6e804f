import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../../test/database.ts";
import { createClearingDuty } from "./clearing.ts";

let testDatabase: TestDatabase;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
});
afterAll(() => testDatabase.close());

test("flags and states are forgotten 90 days after they ended, open ones never", async () => {
  const { database } = testDatabase;
  const days = [200, 91, 89];
  await sql`
    WITH lineage AS (INSERT INTO lineages DEFAULT VALUES RETURNING id),
      task AS (INSERT INTO tasks (task_name, lineage_id) SELECT 'unit_creation', id FROM lineage RETURNING id)
    INSERT INTO stuck_jobs (task_id, kind, sentence, since, until)
    SELECT t.id, 'heartbeat_late', coalesce(ended::text, 'open'), clock_timestamp() - interval '300 days',
      clock_timestamp() - ended * interval '1 day'
    FROM task t, unnest(${[...days, null]}::int[]) ended`.execute(database);
  await sql`
    INSERT INTO health_states (kind, name, state, sentence, meaning, since, ended_at)
    SELECT 'queue', 'q', 'ok', coalesce(ended::text, 'open'), '', clock_timestamp() - interval '300 days',
      clock_timestamp() - ended * interval '1 day'
    FROM unnest(${[...days, null]}::int[]) ended`.execute(database);
  await createClearingDuty(database).run();
  for (const table of ["stuck_jobs", "health_states"]) {
    const { rows } = await sql<{ sentence: string }>`
      SELECT sentence FROM ${sql.table(table)} ORDER BY sentence`.execute(database);
    expect(rows.map(({ sentence }) => sentence)).toEqual(["89", "open"]);
  }
});
