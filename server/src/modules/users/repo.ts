import { sql } from "kysely";
import type { Database } from "../../platform/database.ts";
import { containing, selectByIds, selectGivenIds, selectNewestIds } from "../../platform/newest-ids.ts";
import { countCap, type Page, pageFrom } from "../../platform/page.ts";
import type { UserSummary } from "./models.ts";

export interface UserFilter {
  /** Part of a name or e-mail address. */
  readonly q?: string;
  readonly role?: string;
  readonly limit: number;
  readonly after: string | null;
}

function selectUserIds({ q, role }: UserFilter, after: string | null, limit: number) {
  const conditions = [];
  if (q !== undefined) {
    const pattern = containing(q);
    conditions.push(sql`(name ILIKE ${pattern} OR email ILIKE ${pattern})`);
  }
  if (role !== undefined) conditions.push(sql`role = ${role}`);
  return selectNewestIds({ table: "users", conditions, after, limit });
}

/** Newest first. Index: `users_pkey` backwards, `users_role` with a role. */
export async function listUsers(database: Database, filter: UserFilter): Promise<Page<UserSummary>> {
  const rows = await selectByIds<UserSummary>(
    "user_summaries",
    selectUserIds(filter, filter.after, filter.limit + 1),
  ).execute(database);
  const total = await sql<{ total: number }>`
    SELECT count(*)::int AS total FROM (${selectUserIds(filter, null, countCap + 1)}) counted`.execute(
    database,
  );
  return pageFrom(rows.rows, filter.limit, total.rows[0]?.total ?? 0);
}

/** Index: `users_pkey`. */
export async function listUserSummaries(database: Database, ids: readonly string[]): Promise<UserSummary[]> {
  const found = await selectByIds<UserSummary>("user_summaries", selectGivenIds(ids)).execute(database);
  return found.rows;
}

/** The first administrator: before accounts exist, the row that the migration made. */
export async function findFirstAdministrator(
  database: Database,
): Promise<{ readonly id: string; readonly name: string; readonly role: "admin" } | null> {
  const found = await sql<{ id: string; name: string; role: "admin" }>`
    SELECT id, name, role FROM users WHERE role = 'admin' AND is_active ORDER BY id LIMIT 1`.execute(
    database,
  );
  return found.rows[0] ?? null;
}
