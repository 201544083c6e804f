import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "./database.ts";
import { fillLargeTables, largeTableId, largeTables } from "./large-tables.ts";
import { type ListRead, listReads, pageLimit, rowsBound, summaryReads } from "./list-reads.ts";
import { captureQueries, explain, nodesOf, type PlanNode, type SentQuery } from "./query-plan.ts";

// Few rows: people, workers, and what the last ten seconds added to people's totals.
const scannable: readonly string[] = ["users", "workers", "user_usage_deltas"];

/** As many as the change stream reads at once. */
const idsPerRead = 500;

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase({ max: 4 });
  await fillLargeTables(test.pool);
}, 120_000);
afterAll(() => test.close());

/** A page's statement and its count's, whichever comes first. */
async function queriesOf(
  read: ListRead,
  cursor: string | null,
): Promise<{ page: SentQuery; count: SentQuery }> {
  const sent = await captureQueries(test.pool, (database) => read.read(database, cursor));
  const isCount = ({ sql }: SentQuery) => /^\s*SELECT count\(/.test(sql);
  const page = sent.find((query) => !isCount(query));
  const count = sent.find(isCount);
  if (sent.length !== 2 || page === undefined || count === undefined) {
    throw new Error(`${read.name} sent ${sent.length} statements, not one page and one count`);
  }
  return { page, count };
}

function fullScans(plan: PlanNode, allowed: readonly string[]): string[] {
  return nodesOf(plan).flatMap(({ type, relation }) =>
    type === "Seq Scan" && relation !== undefined && !allowed.includes(relation) ? [relation] : [],
  );
}

function mostRowsRead(plan: PlanNode): number {
  return Math.max(...nodesOf(plan).map(({ relation, rowsRead }) => (relation === undefined ? 0 : rowsRead)));
}

function mostRowsSorted(plan: PlanNode): number {
  return Math.max(
    0,
    ...nodesOf(plan)
      .filter(({ type }) => type === "Sort" || type === "Incremental Sort")
      .flatMap(({ children }) => children.map(({ rows }) => rows)),
  );
}

function indexesOf(plan: PlanNode): string[] {
  return nodesOf(plan).flatMap(({ index }) => index ?? []);
}

function expectBounded(plan: PlanNode, read: ListRead, isCount: boolean): void {
  // A search in the newest rows meets the units' titles: those are read by id, or all while they are fewer than the rows.
  const allowed = read.window === undefined || read.table === "units" ? scannable : [...scannable, "units"];
  expect(fullScans(plan, allowed)).toEqual([]);
  expect(mostRowsRead(plan)).toBeLessThanOrEqual(rowsBound(read, isCount));
  expect(mostRowsSorted(plan)).toBeLessThanOrEqual(4 * (pageLimit + 1));
}

describe.each(listReads)("$name", (read) => {
  it("reads its first page, a page deep in the list and its count through its index", async () => {
    const middle = largeTableId(Math.floor(largeTables[read.table] / 7));
    const first = await queriesOf(read, null);
    const deep = await queriesOf(read, middle);
    for (const [query, isCount] of [
      [first.page, false],
      [deep.page, false],
      [first.count, true],
    ] as const) {
      const plan = await explain(test.pool, query);
      expectBounded(plan, read, isCount);
      const used = indexesOf(plan);
      if (!(isCount && read.table === "users")) {
        expect(
          read.indexes.some((index) => used.includes(index)),
          used.join(", "),
        ).toBe(true);
      }
    }
  });
});

describe("rows by id, for the change stream", () => {
  it.each(summaryReads)("of $table take one look-up each", async ({ table, read }) => {
    const ids = Array.from({ length: idsPerRead }, (_, place) =>
      largeTableId(1 + Math.floor((place * largeTables[table]) / idsPerRead)),
    );
    const sent = await captureQueries(test.pool, async (database) => {
      expect(await read(database, ids)).toHaveLength(ids.length);
    });
    expect(sent).toHaveLength(1);
    for (const query of sent) {
      const plan = await explain(test.pool, query);
      expect(fullScans(plan, scannable)).toEqual([]);
      expect(indexesOf(plan)).toContain(`${table}_pkey`);
      const own = nodesOf(plan).filter(({ relation }) => relation === table);
      expect(own.reduce((rows, { rowsRead }) => rows + rowsRead, 0)).toBe(ids.length);
    }
  });
});
