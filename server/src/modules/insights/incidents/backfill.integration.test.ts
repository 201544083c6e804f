import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { insertFailedUnits, outage } from "../../../../test/builders/failed-units.ts";
import { createDatabaseBefore, type OlderDatabase } from "../../../../test/older-database.ts";
import { listIncidents, listOpenAt } from "./repo.ts";

let connection: OlderDatabase;
beforeAll(async () => {
  connection = await createDatabaseBefore("0020_incidents.sql");
});
afterAll(() => connection.close());

test("failures of the last 30 days are grouped when incidents begin; what left nothing to do is resolved", async () => {
  const { database } = connection;
  await sql`
    WITH lineage AS (INSERT INTO lineages DEFAULT VALUES RETURNING id)
    INSERT INTO tasks (id, task_name, status, lineage_id, error_code, completed_at)
    SELECT uuidv7_floor(now() - interval '31 days'), 'bulk_action', 'failed', id, 'too_old', now() - interval '31 days'
    FROM lineage`.execute(database);
  const repaired = await insertFailedUnits(database, 40, { ...outage, http_status: 429 });
  await sql`UPDATE units SET status = 'completed' WHERE id = ANY(${repaired}::uuid[])`.execute(database);
  await sql`UPDATE flow_step_runs SET completed_at = completed_at - interval '3 days'`.execute(database);
  await insertFailedUnits(database, 30, outage);
  await connection.migrate();
  expect(await listIncidents(database, {}, 10, null)).toMatchObject([
    { status: "open", http_status: 503, failure_count: 30, unit_count: 30, unit_count_unrepaired: 30 },
    {
      ...{ status: "resolved", resolved_because: "repaired", resolved_by: null, http_status: 429 },
      ...{
        failure_count: 40,
        unit_count: 40,
        unit_count_unrepaired: 0,
        sample: { unit_title: expect.any(String) },
      },
    },
  ]);
  const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
  expect((await listOpenAt(database, daysAgo(4), 10)).total).toBe(0);
  const { rows, total } = await listOpenAt(database, daysAgo(2), 10);
  expect(total).toBe(1);
  expect(rows).toMatchObject([{ status: "open", http_status: 429, failure_count: 40, resolved_at: null }]);
});
