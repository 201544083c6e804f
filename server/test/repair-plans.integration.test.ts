import { afterAll, beforeAll, expect, it } from "vitest";
import { createBulkRepo } from "../src/modules/content-creator/bulk/repo.ts";
import { createRetryOptionsRepo } from "../src/modules/content-creator/retry-options/repo.ts";
import { listLineageSteps } from "../src/modules/flow-engine/repo/lineage-steps.ts";
import { createReplayRepo } from "../src/modules/llm/repo/replays.ts";
import type { Database } from "../src/platform/database.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";
import { fillLargeTables, largeTableId } from "./large-tables.ts";
import { captureQueries, explain, nodesOf } from "./query-plan.ts";

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase({ max: 4 });
  await fillLargeTables(test.pool);
}, 120_000);
afterAll(() => test.close());

const flows = ["unit_creation", "lesson_creation", "lesson_podcast", "unit_podcast", "unit_art_creation"];
const id = largeTableId(3);

interface Read {
  readonly name: string;
  readonly read: (database: Database) => Promise<unknown>;
  /** Most rows that any part of the plan reads, however much the tables hold. */
  readonly most: number;
}

const reads: readonly Read[] = [
  {
    name: "the measured history of all steps",
    read: (database) => createRetryOptionsRepo(database).listHistory(flows),
    most: 5_000,
  },
  {
    name: "the recorded steps of a unit",
    read: (database) => listLineageSteps(database, id, id),
    most: 200,
  },
  {
    name: "the models that were asked",
    read: (database) => createReplayRepo(database).listSeenModels(),
    most: 5_000,
  },
  {
    name: "the replays of a request",
    read: (database) => createReplayRepo(database).listReplays(id),
    most: 500,
  },
  {
    name: "the items of a bulk action that wait",
    read: (database) => createBulkRepo(database).listPending(id, 25),
    most: 25,
  },
];

it.each(reads)("$name are read through indexes, as much of them as is needed", async ({ read, most }) => {
  for (const query of await captureQueries(test.pool, read)) {
    const nodes = nodesOf(await explain(test.pool, query));
    const scanned = nodes.filter(({ type, rowsRead }) => type === "Seq Scan" && rowsRead > 100);
    expect(scanned).toEqual([]);
    for (const { relation, rowsRead } of nodes) {
      if (relation !== undefined)
        expect([relation, rowsRead <= most, rowsRead]).toEqual([relation, true, rowsRead]);
    }
  }
});
