import { Kysely, PostgresDialect } from "kysely";
import type pg from "pg";
import { z } from "zod";
import type { Database } from "../src/platform/database.ts";
import type { DB } from "../src/platform/generated/database.ts";

/** A statement as it was sent. */
export interface SentQuery {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** A node of an executed plan, with its share of the loops counted in. */
export interface PlanNode {
  readonly type: string;
  readonly relation: string | undefined;
  readonly index: string | undefined;
  /** Rows that it handed up, over all loops. */
  readonly rows: number;
  /** Rows that it read, those that its filters dropped included. */
  readonly rowsRead: number;
  readonly children: readonly PlanNode[];
}

interface RawNode {
  readonly "Node Type": string;
  readonly "Relation Name"?: string | undefined;
  readonly "Index Name"?: string | undefined;
  readonly "Actual Rows": number;
  readonly "Actual Loops": number;
  readonly "Rows Removed by Filter"?: number | undefined;
  readonly "Rows Removed by Index Recheck"?: number | undefined;
  readonly Plans?: readonly RawNode[] | undefined;
}

const rawNodeSchema: z.ZodType<RawNode> = z.object({
  "Node Type": z.string(),
  "Relation Name": z.string().optional(),
  "Index Name": z.string().optional(),
  "Actual Rows": z.number(),
  "Actual Loops": z.number(),
  "Rows Removed by Filter": z.number().optional(),
  "Rows Removed by Index Recheck": z.number().optional(),
  get Plans() {
    return z.array(rawNodeSchema).optional();
  },
});
const answerSchema = z.tuple([z.object({ "QUERY PLAN": z.tuple([z.object({ Plan: rawNodeSchema })]) })]);

/** Runs `read` over the pool and gives the statements that it sent, in order. */
export async function captureQueries(
  pool: pg.Pool,
  read: (database: Database) => Promise<unknown>,
): Promise<SentQuery[]> {
  const sent: SentQuery[] = [];
  const database = new Kysely<DB>({
    dialect: new PostgresDialect({ pool }),
    log: ({ query }) => void sent.push({ sql: query.sql, parameters: query.parameters }),
  });
  await read(database);
  return sent;
}

/** Executes a statement under EXPLAIN ANALYZE, planned for its parameters as the product's own is. */
export async function explain(pool: pg.Pool, query: SentQuery): Promise<PlanNode> {
  const answer = await pool.query(`EXPLAIN (ANALYZE, FORMAT JSON, TIMING OFF) ${query.sql}`, [
    ...query.parameters,
  ]);
  return nodeOf(answerSchema.parse(answer.rows)[0]["QUERY PLAN"][0].Plan);
}

function nodeOf(raw: RawNode): PlanNode {
  const loops = raw["Actual Loops"];
  const dropped = (raw["Rows Removed by Filter"] ?? 0) + (raw["Rows Removed by Index Recheck"] ?? 0);
  return {
    type: raw["Node Type"],
    relation: raw["Relation Name"],
    index: raw["Index Name"],
    rows: raw["Actual Rows"] * loops,
    rowsRead: (raw["Actual Rows"] + dropped) * loops,
    children: (raw.Plans ?? []).map(nodeOf),
  };
}

/** The node and all below it. */
export function nodesOf(plan: PlanNode): PlanNode[] {
  return [plan, ...plan.children.flatMap(nodesOf)];
}
