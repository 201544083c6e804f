import { sql } from "kysely";
import type { Database } from "../../src/platform/database.ts";
import { insertedId } from "./inserted-id.ts";

/** A connection whose health is as given; nothing listens at its address. */
export function insertConnection(
  database: Database,
  given: { readonly name?: string; readonly health?: string; readonly health_reason?: string } = {},
): Promise<string> {
  return insertedId(
    database,
    sql`INSERT INTO connections (name, base_url, health, health_reason, last_ok_at, last_sync_at)
      VALUES (${given.name ?? "Prefect"}, 'http://127.0.0.1:9/api', ${given.health ?? "live"}, ${given.health_reason ?? null},
        clock_timestamp(), clock_timestamp())
      RETURNING id`,
  );
}
