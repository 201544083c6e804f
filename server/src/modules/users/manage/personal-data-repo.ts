import { sql } from "kysely";
import type { Database, Transaction } from "../../../platform/database.ts";

type Row = Readonly<Record<string, unknown>>;

/** Index: `account_of_user`. */
export async function listProvidersOf(database: Database, id: string): Promise<Row[]> {
  const found = await sql<Row>`
    SELECT "providerId" AS way, CASE WHEN "providerId" <> 'credential' THEN "accountId" END AS account_id, "createdAt" AS created_at
    FROM auth."account" WHERE "userId" = ${id}::uuid ORDER BY "createdAt"`.execute(database);
  return found.rows;
}

/** Index: `session_of_user`. */
export async function listSessionsOf(database: Database, id: string): Promise<Row[]> {
  const found = await sql<Row>`
    SELECT "id" AS id, "createdAt" AS created_at, "updatedAt" AS updated_at, "expiresAt" AS expires_at, "ipAddress" AS address,
      "userAgent" AS user_agent
    FROM auth."session" WHERE "userId" = ${id}::uuid ORDER BY "createdAt"`.execute(database);
  return found.rows;
}

/** Addresses of sign-ins in the last 30 days. Index: `sign_in_places_pkey`. */
export async function listPlacesOf(database: Database, id: string): Promise<Row[]> {
  const found = await sql<Row>`
    SELECT address, signed_in_at FROM sign_in_places WHERE user_id = ${id}::uuid ORDER BY signed_in_at`.execute(
    database,
  );
  return found.rows;
}

/** Index: `api_tokens_user`. */
export async function listTokensOf(database: Database, id: string): Promise<Row[]> {
  const found = await sql<Row>`
    SELECT id, name, scopes, is_of_machine, created_at, expires_at, last_used_at, last_used_from, revoked_at
    FROM api_tokens WHERE user_id = ${id}::uuid ORDER BY id`.execute(database);
  return found.rows;
}

/** Index: `sign_in_links_user`. */
export async function listLinksOf(database: Database, id: string): Promise<Row[]> {
  const found = await sql<Row>`
    SELECT id, kind, created_at, expires_at, used_at, revoked_at
    FROM sign_in_links WHERE user_id = ${id}::uuid ORDER BY id`.execute(database);
  return found.rows;
}

/** Index: `units_user`. */
export async function listCreatedUnits(database: Database, id: string): Promise<Row[]> {
  const found = await sql<Row>`
    SELECT id, title, status, created_at FROM unit_summaries WHERE user_id = ${id}::uuid ORDER BY id`.execute(
    database,
  );
  return found.rows;
}

/** Index: `tasks_user`. */
export async function listCreatedTasks(database: Database, id: string): Promise<Row[]> {
  const found = await sql<Row>`
    SELECT id, task_name, unit_title AS title, status, created_at FROM task_summaries
    WHERE user_id = ${id}::uuid ORDER BY id`.execute(database);
  return found.rows;
}

/** Requests that the person sent again to look at the answer. Index: `llm_requests_user`. */
export async function listReplaysOf(database: Database, id: string): Promise<Row[]> {
  const found = await sql<Row>`
    SELECT id, replay_of_request_id, provider, model, status, cost_usd, created_at FROM llm_request_summaries
    WHERE user_id = ${id}::uuid AND replay_of_request_id IS NOT NULL ORDER BY id`.execute(database);
  return found.rows;
}

/** With the sessions, places, passwords, second factor and provider accounts that hang on it. Index: `user_pkey`. */
export async function deleteSignInUser(transaction: Transaction, id: string): Promise<void> {
  await sql`DELETE FROM auth."user" WHERE "id" = ${id}::uuid`.execute(transaction);
}

/** Sign-ins that were begun. The table holds what is open only, so it is short. */
export async function deleteVerificationsOf(transaction: Transaction, id: string): Promise<void> {
  await sql`
    DELETE FROM auth."verification" WHERE position(${id} IN "value") > 0 OR position(${id} IN "identifier") > 0`.execute(
    transaction,
  );
}

/** Index: `api_tokens_user`. */
export async function deleteTokensOf(transaction: Transaction, id: string): Promise<void> {
  await sql`DELETE FROM api_tokens WHERE user_id = ${id}::uuid`.execute(transaction);
}

/** Index: `sign_in_links_user`. */
export async function deleteLinksOf(transaction: Transaction, id: string): Promise<void> {
  await sql`DELETE FROM sign_in_links WHERE user_id = ${id}::uuid`.execute(transaction);
}

/** The row stays, because units and costs name it. Index: `users_pkey`. */
export async function eraseUserRow(transaction: Transaction, id: string, placeholder: string): Promise<void> {
  await sql`
    UPDATE users SET name = ${placeholder}, email = NULL, is_active = false, last_seen_at = NULL,
      erased_at = coalesce(erased_at, clock_timestamp())
    WHERE id = ${id}::uuid`.execute(transaction);
}
