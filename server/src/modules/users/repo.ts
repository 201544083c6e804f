import { type RawBuilder, sql } from "kysely";
import type { Database, Transaction } from "../../platform/database.ts";
import type { Listing } from "../../platform/listing.ts";
import { idRange, selectByIds, selectGivenIds, selectNewestIds } from "../../platform/newest-ids.ts";
import type { PagePosition } from "../../platform/page.ts";
import { containing, type FoundWords } from "../../platform/search-words.ts";
import type { UserFilter } from "./filter.ts";
import type { UserSummary } from "./models.ts";

function selectUserIds(
  { q, role, is_active }: UserFilter,
  _found: FoundWords | null,
  position: PagePosition,
  limit: number,
): RawBuilder<{ id: string }> {
  const conditions: RawBuilder<unknown>[] = [];
  if (role !== undefined) conditions.push(sql`role = ${role}`);
  if (is_active !== undefined) conditions.push(sql`is_active = ${is_active}`);
  if (q !== undefined) {
    const pattern = containing(q);
    const range = idRange(q) ?? sql`false`;
    conditions.push(sql`(name ILIKE ${pattern} OR email ILIKE ${pattern} OR ${range})`);
  }
  return selectNewestIds({ table: "users", conditions, position, limit });
}

/**
 * Accounts. Index: `users_pkey`, `users_role` with a role, `users_active`, `users_words` with words that few names and addresses
 * hold.
 */
export const userListing: Listing<UserFilter> = { view: "user_summaries", selectIds: selectUserIds };

/** Index: `users_pkey`. */
export async function listUserSummaries(database: Database, ids: readonly string[]): Promise<UserSummary[]> {
  const found = await selectByIds<UserSummary>("user_summaries", selectGivenIds(ids)).execute(database);
  return found.rows;
}

/** The active administrator whose account is the oldest: on a new installation the row that the migration made. */
export async function findFirstAdministrator(
  database: Database | Transaction,
): Promise<{ readonly id: string; readonly name: string; readonly role: "admin" } | null> {
  const found = await sql<{ id: string; name: string; role: "admin" }>`
    SELECT id, name, role FROM users WHERE role = 'admin' AND is_active ORDER BY id LIMIT 1`.execute(
    database,
  );
  return found.rows[0] ?? null;
}
