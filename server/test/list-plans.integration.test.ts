import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { taskListing } from "../src/modules/task-queue/repo/reading.ts";
import { listMatchingIds } from "../src/platform/listing.ts";
import { searchWindow } from "../src/platform/newest-ids.ts";
import type { PageQuery } from "../src/platform/page.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";
import { fillLargeTables, largeTableId, largeTables } from "./large-tables.ts";
import { type ListRead, listReads, pageLimit, rowsBound, sortedBound, summaryReads } from "./list-reads.ts";
import { captureQueries, explain, nodesOf, type PlanNode, type SentQuery } from "./query-plan.ts";

// Few rows: people, workers, connections, what the last ten seconds added to people's totals, kinds of error.
const scannable: readonly string[] = [
  "users",
  "workers",
  "connections",
  "user_usage_deltas",
  "error_fingerprints",
];

/** As many as the change stream reads at once. */
const idsPerRead = 500;

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase({ max: 4 });
  await fillLargeTables(test.pool);
}, 120_000);
afterAll(() => test.close());

interface SentQueries {
  readonly page: SentQuery;
  readonly count: SentQuery;
  /** What looks the words up. */
  readonly words: readonly SentQuery[];
}

/** A page's statement, its count's and those of its words, whichever comes first. */
async function queriesOf(read: ListRead, page: Omit<PageQuery, "limit">): Promise<SentQueries> {
  const sent = await captureQueries(test.pool, (database) =>
    read.read(database, { ...page, limit: pageLimit }),
  );
  const isCount = ({ sql }: SentQuery) => /^\s*SELECT count\(/.test(sql);
  const isWords = ({ sql }: SentQuery) => sql.includes("AS unit_ids");
  const pages = sent.filter((query) => !isCount(query) && !isWords(query));
  const counts = sent.filter(isCount);
  const words = sent.filter(isWords);
  const [own, counted] = [pages[0], counts[0]];
  if (own === undefined || counted === undefined || pages.length + counts.length !== 2 || words.length > 2) {
    throw new Error(`${read.name} sent ${sent.length} statements, not one page and one count`);
  }
  return { page: own, count: counted, words };
}

function fullScans(plan: PlanNode, allowed: readonly string[]): string[] {
  // Of two ways that a statement may go, one is planned and not taken: it reads nothing.
  return nodesOf(plan).flatMap(({ type, relation, rowsRead }) =>
    type === "Seq Scan" && relation !== undefined && rowsRead > 0 && !allowed.includes(relation)
      ? [relation]
      : [],
  );
}

/** What is read of a table of few rows once for each row of a page depends on the sample that the planner took, and costs nothing. */
function mostRowsRead(plan: PlanNode): number {
  const large = nodesOf(plan).filter(
    ({ relation }) => relation !== undefined && !scannable.includes(relation),
  );
  return Math.max(0, ...large.map(({ rowsRead }) => rowsRead));
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
  // Rows that are tested one by one meet the units' titles: those are read by id, or all while they are fewer than the rows.
  const allowed = read.words === undefined || read.table === "units" ? scannable : [...scannable, "units"];
  expect(fullScans(plan, allowed)).toEqual([]);
  expect(mostRowsRead(plan)).toBeLessThanOrEqual(rowsBound(read, isCount));
  expect(mostRowsSorted(plan)).toBeLessThanOrEqual(sortedBound(read, isCount));
}

describe.each(listReads)("$name", (read) => {
  it("reads its first page, a page deep in the list and its count through its index", async () => {
    const middle = largeTableId(Math.floor(largeTables[read.table] / 7));
    const first = await queriesOf(read, {});
    const deep = await queriesOf(read, { cursor: middle });
    const newer = await queriesOf(read, { cursor: middle, direction: "newer" });
    for (const [name, query, isCount] of [
      ["first page", first.page, false],
      ["deep page", deep.page, false],
      ["newer page", newer.page, false],
      ["count", first.count, true],
    ] as const) {
      const plan = await explain(test.pool, query);
      expectBounded(plan, read, isCount);
      const used = indexesOf(plan);
      const isFree = read.name.startsWith("learner") && name === "newer page";
      if (!isFree && !(isCount && read.table === "users")) {
        expect(
          read.indexes.some((index) => used.includes(index)),
          `${name}: ${used.join(", ")}`,
        ).toBe(true);
      }
    }
    for (const query of [...first.words, ...deep.words]) {
      const plan = await explain(test.pool, query);
      expect(fullScans(plan, [...scannable, "task_texts"])).toEqual([]);
      expect(mostRowsRead(plan)).toBeLessThanOrEqual(read.words === "common" ? searchWindow * 10 : 5_000);
    }
  });
});

describe("all that fit common words", () => {
  it("are found, however many units and rows stand between them", async () => {
    const found = await listMatchingIds(test.database, taskListing, { q: "course" }, largeTables.tasks + 1);
    // Every task has the word in its inputs or in its unit's title.
    expect(found).toHaveLength(largeTables.tasks);
    expect(new Set(found).size).toBe(found.length);
    const some = await listMatchingIds(test.database, taskListing, { q: "course" }, 12_345);
    expect(some).toEqual(found.slice(0, 12_345));
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
