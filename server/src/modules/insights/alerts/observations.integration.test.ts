import { sql } from "kysely";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../../../test/database.ts";
import { captureQueries, explain, nodesOf } from "../../../../test/query-plan.ts";
import type { Database } from "../../../platform/database.ts";
import {
  countEndedJobs,
  findOldestWaiting,
  listProviderTroubles,
  listStuckTasks,
  readSpending,
} from "./repo/observations.ts";

let test: TestDatabase;

// 20,000 ended jobs, one every minute; 20,000 waiting ones in two queues with three priorities.
beforeAll(async () => {
  test = await createTestDatabase();
  const { database } = test;
  await sql`
    WITH made AS (INSERT INTO lineages SELECT FROM generate_series(1, 40000) RETURNING id),
    numbered AS (SELECT id, row_number() OVER () AS n FROM made)
    INSERT INTO tasks (task_name, lineage_id, status, queue_name, priority, available_at, completed_at, result)
    SELECT 'unit_creation', id, CASE WHEN n <= 20000 THEN 'completed' ELSE 'pending' END,
      CASE WHEN n % 2 = 0 THEN 'default' ELSE 'night' END, n % 3, clock_timestamp() - n * interval '1 second',
      CASE WHEN n <= 20000 THEN clock_timestamp() - n * interval '1 minute' END, '{"unit_status": "completed"}'
    FROM numbered`.execute(database);
  await sql`ANALYZE tasks`.execute(database);
});
afterAll(() => test.close());

/** How many rows of tasks were read. */
async function tasksRead(read: (database: Database) => Promise<unknown>): Promise<number> {
  const [query] = await captureQueries(test.pool, read);
  if (query === undefined) throw new Error("Nothing was asked.");
  const nodes = nodesOf(await explain(test.pool, query)).filter(({ relation }) => relation === "tasks");
  return nodes.reduce((sum, { rowsRead }) => sum + rowsRead, 0);
}

it("the jobs of a window are read without those that ended before", async () => {
  expect(await countEndedJobs(test.database, 30)).toEqual({ total: expect.closeTo(30, -0.5), failed: 0 });
  expect(await tasksRead((database) => countEndedJobs(database, 30))).toBeLessThan(100);
});

it("the oldest waiting job is found by the head of each queue and priority", async () => {
  expect(await findOldestWaiting(test.database)).toMatchObject({ unit_title: null });
  expect(await tasksRead(findOldestWaiting)).toBeLessThan(100);
});

it("nothing is found where nothing is recorded", async () => {
  expect(await listStuckTasks(test.database)).toEqual([]);
  expect(await listProviderTroubles(test.database, 2)).toEqual([]);
  expect(await readSpending(test.database)).toMatchObject({ known_usd: 0, unknown_count: 0 });
});
