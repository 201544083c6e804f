import type { sql } from "kysely";
import type { Database } from "../../src/platform/database.ts";

/** Runs an INSERT … RETURNING id of one row and answers the id. */
export async function insertedId(database: Database, statement: ReturnType<typeof sql>): Promise<string> {
  // Every statement given here returns the column id.
  const { rows } = (await statement.execute(database)) as { rows: readonly { readonly id: string }[] };
  return rows[0]?.id ?? "";
}
