import { sql } from "kysely";
import type { Role, TokenScope } from "../../../platform/caller.ts";
import type { Database, Transaction } from "../../../platform/database.ts";
import type { ApiToken } from "./models.ts";

export interface TokenOwner {
  readonly token_id: string;
  readonly scopes: TokenScope[];
  readonly is_of_machine: boolean;
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly last_used_at: string | null;
}

/** The owner of a token that is still good. Index: `api_tokens_secret_sha256_key`. */
export async function findTokenOwner(
  database: Database | Transaction,
  secret_sha256: Buffer,
): Promise<TokenOwner | null> {
  const found = await sql<TokenOwner>`
    SELECT t.id AS token_id, t.scopes, t.is_of_machine, t.last_used_at, u.id, u.name, u.role
    FROM api_tokens t JOIN users u ON u.id = t.user_id
    WHERE t.secret_sha256 = ${secret_sha256} AND t.revoked_at IS NULL AND u.is_active
      AND (t.expires_at IS NULL OR t.expires_at > clock_timestamp())`.execute(database);
  return found.rows[0] ?? null;
}

/** Notes a use, unless another request has within the time. Index: `api_tokens_pkey`. */
export async function noteTokenUse(
  database: Database,
  token_id: string,
  address: string,
  everyMs: number,
): Promise<void> {
  await sql`
    UPDATE api_tokens SET last_used_at = clock_timestamp(), last_used_from = ${address}
    WHERE id = ${token_id}::uuid
      AND (last_used_at IS NULL OR last_used_at < clock_timestamp() - ${everyMs} * interval '1 ms')`.execute(
    database,
  );
}

const shown = sql`
  t.id, t.user_id, u.name AS user_name, t.name, t.prefix, t.scopes, t.is_of_machine, t.created_at, t.expires_at, t.last_used_at,
  t.last_used_from, t.revoked_at`;

/** Newest first; of one person, or of everybody with `null`. Ended ones are left out 30 days later. Index: `api_tokens_user`, `api_tokens_pkey`. */
export async function listTokens(
  database: Database,
  user_id: string | null,
  limit: number,
): Promise<ApiToken[]> {
  const ofPerson = user_id === null ? sql`` : sql`AND t.user_id = ${user_id}::uuid`;
  const found = await sql<ApiToken>`
    SELECT ${shown} FROM api_tokens t JOIN users u ON u.id = t.user_id
    WHERE coalesce(least(t.revoked_at, t.expires_at), 'infinity') > clock_timestamp() - interval '30 days' ${ofPerson}
    ORDER BY (t.revoked_at IS NULL AND coalesce(t.expires_at, 'infinity') > clock_timestamp()) DESC, t.id DESC LIMIT ${limit}`.execute(
    database,
  );
  return found.rows;
}

/** Index: `api_tokens_pkey`. */
export async function findToken(database: Database | Transaction, id: string): Promise<ApiToken | null> {
  const found = await sql<ApiToken>`
    SELECT ${shown} FROM api_tokens t JOIN users u ON u.id = t.user_id WHERE t.id = ${id}::uuid`.execute(
    database,
  );
  return found.rows[0] ?? null;
}

/** How many the person has that work; the next one waits for the caller's transaction. Index: `api_tokens_user`. */
export async function countLiveTokens(transaction: Transaction, user_id: string): Promise<number> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`api_tokens:${user_id}`}, 0))`.execute(
    transaction,
  );
  const found = await sql<{ count: number }>`
    SELECT count(*) AS count FROM api_tokens
    WHERE user_id = ${user_id}::uuid AND revoked_at IS NULL AND NOT is_of_machine
      AND (expires_at IS NULL OR expires_at > clock_timestamp())`.execute(transaction);
  return found.rows[0]?.count ?? 0;
}

export interface InsertedToken {
  readonly user_id: string;
  readonly name: string;
  readonly prefix: string;
  readonly secret_sha256: Buffer;
  readonly scopes: readonly TokenScope[];
  readonly is_of_machine: boolean;
  /** null: never. */
  readonly expires_in_days: number | null;
}

/** Answers the id. */
export async function insertToken(transaction: Transaction, token: InsertedToken): Promise<string> {
  const made = await sql<{ id: string }>`
    INSERT INTO api_tokens (user_id, name, prefix, secret_sha256, scopes, is_of_machine, created_by, expires_at)
    VALUES (${token.user_id}::uuid, ${token.name}, ${token.prefix}, ${token.secret_sha256}, ${[...token.scopes]},
      ${token.is_of_machine}, ${token.user_id}::uuid, clock_timestamp() + ${token.expires_in_days}::int * interval '1 day')
    RETURNING id`.execute(transaction);
  const id = made.rows[0]?.id;
  if (id === undefined) throw new Error("INSERT of a token returned no row");
  return id;
}

/** Ends a token: of the person, or of anybody with `null`. Answers the owner; null when there is no such token. Index: `api_tokens_pkey`. */
export async function endToken(
  transaction: Transaction,
  id: string,
  user_id: string | null,
): Promise<string | null> {
  const ofPerson = user_id === null ? sql`` : sql`AND user_id = ${user_id}::uuid`;
  const ended = await sql<{ user_id: string }>`
    UPDATE api_tokens SET revoked_at = coalesce(revoked_at, clock_timestamp())
    WHERE id = ${id}::uuid ${ofPerson} RETURNING user_id`.execute(transaction);
  return ended.rows[0]?.user_id ?? null;
}

/** Waits for others who replace the machine's token of this name. */
export async function lockMachineToken(transaction: Transaction, name: string): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`machine_token:${name}`}, 0))`.execute(
    transaction,
  );
}

/** Ends one of the machine's tokens; false when there is no such one. Index: `api_tokens_secret_sha256_key`. */
export async function endMachineToken(transaction: Transaction, secret_sha256: Buffer): Promise<boolean> {
  const ended = await sql`
    UPDATE api_tokens SET revoked_at = coalesce(revoked_at, clock_timestamp())
    WHERE secret_sha256 = ${secret_sha256} AND is_of_machine RETURNING 1`.execute(transaction);
  return ended.rows.length > 0;
}

/** Ends the machine's tokens of this name; false when there is none. They are few: one for each data folder. */
export async function endMachineTokens(transaction: Transaction, name: string): Promise<boolean> {
  const ended = await sql`
    UPDATE api_tokens SET revoked_at = clock_timestamp()
    WHERE is_of_machine AND name = ${name} AND revoked_at IS NULL RETURNING 1`.execute(transaction);
  return ended.rows.length > 0;
}
