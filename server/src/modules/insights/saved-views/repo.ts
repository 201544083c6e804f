import { sql } from "kysely";
import type { Database, Transaction } from "../../../platform/database.ts";
import type { NewSavedView, SavedView, SavedViewEdit } from "./models.ts";

const columns = sql`id, page, name, search, created_at, updated_at, version`;

/** By name. Index: `saved_views_name`. */
export async function listSavedViews(
  database: Database,
  user_id: string,
  page: string | undefined,
): Promise<SavedView[]> {
  const ofPage = page === undefined ? sql`` : sql`AND page = ${page}`;
  const { rows } = await sql<SavedView>`
    SELECT ${columns} FROM saved_views WHERE user_id = ${user_id}::uuid ${ofPage}
    ORDER BY page, lower(name)`.execute(database);
  return rows;
}

/** How many the person has on the page; the next one waits for the caller's transaction. Index: `saved_views_name`. */
export async function countSavedViews(
  transaction: Transaction,
  user_id: string,
  page: string,
): Promise<number> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`saved_views:${user_id}`}, 0))`.execute(
    transaction,
  );
  const { rows } = await sql<{ count: number }>`
    SELECT count(*) AS count FROM saved_views
    WHERE user_id = ${user_id}::uuid AND page = ${page}`.execute(transaction);
  return rows[0]?.count ?? 0;
}

/** A taken name violates `saved_views_name`. */
export async function insertSavedView(
  transaction: Transaction,
  user_id: string,
  view: NewSavedView,
): Promise<SavedView> {
  const { rows } = await sql<SavedView>`
    INSERT INTO saved_views (user_id, page, name, search)
    VALUES (${user_id}::uuid, ${view.page}, ${view.name}, ${view.search}) RETURNING ${columns}`.execute(
    transaction,
  );
  const [row] = rows;
  if (row === undefined) throw new Error("INSERT of a saved view returned no row");
  return row;
}

/** Null when the person has no such view; a taken name violates `saved_views_name`. Index: `saved_views_pkey`. */
export async function updateSavedView(
  database: Database,
  user_id: string,
  id: string,
  edit: SavedViewEdit,
): Promise<SavedView | null> {
  const { rows } = await sql<SavedView>`
    UPDATE saved_views SET name = coalesce(${edit.name ?? null}, name), search = coalesce(${edit.search ?? null}, search)
    WHERE id = ${id}::uuid AND user_id = ${user_id}::uuid RETURNING ${columns}`.execute(database);
  return rows[0] ?? null;
}

/** False when the person has no such view. Index: `saved_views_pkey`. */
export async function deleteSavedView(database: Database, user_id: string, id: string): Promise<boolean> {
  const { rows } = await sql`
    DELETE FROM saved_views WHERE id = ${id}::uuid AND user_id = ${user_id}::uuid RETURNING 1`.execute(
    database,
  );
  return rows.length > 0;
}
