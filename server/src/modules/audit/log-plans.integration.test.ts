import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../../test/database.ts";
import { captureQueries, explain, nodesOf, type PlanNode } from "../../../test/query-plan.ts";
import type { PageDirection } from "../../platform/page.ts";
import type { AuditFilter } from "./models.ts";
import { createAuditService } from "./service.ts";

// Two years of a busy installation's log, thinned out: 40 actions, 200 people, one refusal in a hundred.
const entries = 120_000;
const actions = 40;
const pageLimit = 50;

let test: TestDatabase;
let cursor: string;
beforeAll(async () => {
  test = await createTestDatabase({ max: 4 });
  await sql`
    INSERT INTO audit_log (seq, id, at, actor_id, actor_kind, action, object_kind, object_id, result, request_id, details, previous_hash, hash)
    SELECT n, uuidv7(), timestamptz '2024-01-01' + n * interval '8 minutes', ('01890000-0000-7000-8000-' || lpad((n % 200)::text, 12, '0'))::uuid,
      'session', 'kind' || (n % 8) || '.verb' || (n % ${sql.lit(actions)}), 'unit', ('01890000-0000-7000-9000-' || lpad((n / 3)::text, 12, '0')),
      CASE WHEN n % 100 = 0 THEN 'refused' ELSE 'done' END, gen_random_uuid()::text, '{}', sha256(n::text::bytea), sha256((n + 1)::text::bytea)
    FROM generate_series(1, ${entries}) n`.execute(test.database);
  await sql`INSERT INTO audit_places SELECT seq, hash, '192.0.2.1', 'browser' FROM audit_log`.execute(
    test.database,
  );
  await test.pool.query("VACUUM ANALYZE audit_log, audit_places");
  const { rows } = await sql<{ id: string }>`SELECT id FROM audit_log WHERE seq = ${entries / 2}`.execute(
    test.database,
  );
  cursor = rows[0]?.id ?? "";
}, 120_000);
afterAll(() => test.close());

function mostRead(plan: PlanNode): number {
  return Math.max(
    ...nodesOf(plan).map(({ relation, rowsRead }) => (relation?.startsWith("audit") ? rowsRead : 0)),
  );
}

const reads: [string, AuditFilter, string][] = [
  ["everything", {}, "audit_log_at"],
  ["a person", { actor_id: "01890000-0000-7000-8000-000000000007" }, "audit_log_actor"],
  ["one action", { action: "kind1.verb1" }, "audit_log_action"],
  ["a kind", { action: "kind3" }, "audit_log_action"],
  ["an object", { q: "01890000-0000-7000-9000-000000012345" }, "audit_log_object"],
  ["words", { q: "verb3" }, "audit_log_action"],
  ["refusals", { result: "refused" }, "audit_log_result"],
  ["a month long ago", { at_from: "2024-02-01T00:00:00Z", at_to: "2024-03-01T00:00:00Z" }, "audit_log_at"],
  [
    "an action in a month long ago",
    { action: "kind1.verb1", at_from: "2024-02-01T00:00:00Z", at_to: "2024-03-01T00:00:00Z" },
    "audit_log_action",
  ],
];

describe.each(reads)("reading %s", (_what, filter, index) => {
  it.each<[string, string | null, PageDirection]>([
    ["the first page", null, "older"],
    ["a page deep in the list", "middle", "older"],
    ["a page the other way", "middle", "newer"],
  ])("takes %s from the index of what is asked for", async (_page, from, direction) => {
    const sent = await captureQueries(test.pool, (database) =>
      createAuditService(database).list(filter, {
        ...{ limit: pageLimit, direction, cursor: from === null ? undefined : cursor },
      }),
    );
    const page = sent.filter((query) => query.sql.includes("CROSS JOIN LATERAL"));
    expect(page).toHaveLength(1);
    for (const query of page) {
      const plan = await explain(test.pool, query);
      const nodes = nodesOf(plan);
      expect(nodes.filter(({ type, rowsRead }) => type === "Seq Scan" && rowsRead > 0)).toEqual([]);
      expect(nodes.map((node) => node.index)).toContain(index);
      // One page of each run that is merged, and never more than that.
      expect(mostRead(plan)).toBeLessThanOrEqual((pageLimit + 1) * actions);
    }
  });

  it("counts by an index, up to its cap", async () => {
    const sent = await captureQueries(test.pool, (database) =>
      createAuditService(database).list(filter, { limit: 1 }),
    );
    const counts = sent.filter((query) => /^\s*SELECT count\(/.test(query.sql));
    expect(counts).toHaveLength(1);
    for (const query of counts) expect(mostRead(await explain(test.pool, query))).toBeLessThanOrEqual(10_001);
  });
});

describe("the actions that were ever written down", () => {
  it("are found by one look-up each", async () => {
    const sent = await captureQueries(test.pool, (database) =>
      createAuditService(database).list({ q: "verb" }, { limit: 1 }),
    );
    const names = sent.find((query) => query.sql.includes("WITH RECURSIVE"));
    if (names === undefined) throw new Error("The names were not looked up");
    const plan = await explain(test.pool, names);
    expect(plan.rows).toBe(actions);
    expect(mostRead(plan)).toBeLessThanOrEqual(actions + 2);
  });
});
