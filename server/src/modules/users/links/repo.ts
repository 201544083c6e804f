import { sql } from "kysely";
import type { Role } from "../../../platform/caller.ts";
import type { Database, Transaction } from "../../../platform/database.ts";
import type { LinkKind } from "./models.ts";

type Sql = Database | Transaction;

/** A link that can be used, with its person. */
export interface OpenLink {
  readonly id: string;
  readonly kind: LinkKind;
  readonly expires_at: string;
  readonly user_id: string;
  readonly name: string;
  readonly email: string | null;
  readonly role: Role;
  readonly has_second_factor: boolean;
}

export interface NewLink {
  readonly kind: LinkKind;
  readonly user_id: string;
  readonly secret_sha256: Buffer;
  readonly created_by: string | null;
  readonly seconds: number;
}

/** Answers when it expires. */
export async function insertLink(database: Sql, link: NewLink): Promise<string> {
  const made = await sql<{ expires_at: string }>`
    INSERT INTO sign_in_links (kind, user_id, secret_sha256, created_by, expires_at)
    VALUES (${link.kind}, ${link.user_id}::uuid, ${link.secret_sha256}, ${link.created_by}::uuid,
      clock_timestamp() + make_interval(secs => ${link.seconds}))
    RETURNING expires_at`.execute(database);
  const [row] = made.rows;
  if (row === undefined) throw new Error("The link was not stored.");
  return row.expires_at;
}

/** The link with this secret while it is unused, has not expired or been ended, and its person is active. Index: `sign_in_links_secret_sha256_key`. */
export async function findOpenLink(database: Sql, secret_sha256: Buffer): Promise<OpenLink | null> {
  const found = await sql<OpenLink>`
    SELECT l.id, l.kind, l.expires_at, u.id AS user_id, u.name, u.email, u.role,
      coalesce((SELECT a."twoFactorEnabled" FROM auth."user" a WHERE a."id" = u.id), false) AS has_second_factor
    FROM sign_in_links l JOIN users u ON u.id = l.user_id
    WHERE l.secret_sha256 = ${secret_sha256} AND l.used_at IS NULL AND l.revoked_at IS NULL
      AND l.expires_at > clock_timestamp() AND u.is_active`.execute(database);
  return found.rows[0] ?? null;
}

/** Locks the person first, so that two links for the same person are used one after the other. Index: `users_pkey`. */
export async function lockPerson(transaction: Transaction, user_id: string): Promise<void> {
  await sql`SELECT 1 FROM users WHERE id = ${user_id}::uuid FOR NO KEY UPDATE`.execute(transaction);
}

/** Marks a link as used; false when another request was first. Index: `sign_in_links_pkey`. */
export async function useLink(transaction: Transaction, link_id: string): Promise<boolean> {
  const used = await sql`
    UPDATE sign_in_links SET used_at = clock_timestamp()
    WHERE id = ${link_id}::uuid AND used_at IS NULL AND revoked_at IS NULL AND expires_at > clock_timestamp() RETURNING 1`.execute(
    transaction,
  );
  return used.rows.length > 0;
}

/** Ends a person's open links, of one kind or of all. Index: `sign_in_links_user`. */
export async function revokeLinks(database: Sql, user_id: string, kind: LinkKind | null): Promise<void> {
  await sql`
    UPDATE sign_in_links SET revoked_at = clock_timestamp()
    WHERE user_id = ${user_id}::uuid AND (${kind}::text IS NULL OR kind = ${kind}) AND used_at IS NULL AND revoked_at IS NULL`.execute(
    database,
  );
}

/** Ends the open links that somebody made for others. Links that are open are few. */
export async function revokeLinksMadeBy(database: Sql, user_id: string): Promise<void> {
  await sql`
    UPDATE sign_in_links SET revoked_at = clock_timestamp()
    WHERE created_by = ${user_id}::uuid AND used_at IS NULL AND revoked_at IS NULL`.execute(database);
}

/** Active, without an e-mail address and any way to sign in: the row of whoever becomes the next administrator. */
export async function findUnclaimedAdministrator(database: Sql): Promise<string | null> {
  const found = await sql<{ id: string }>`
    SELECT id FROM users u WHERE role = 'admin' AND is_active AND email IS NULL
      AND NOT EXISTS (SELECT 1 FROM auth."account" c WHERE c."userId" = u.id)
    ORDER BY id LIMIT 1`.execute(database);
  return found.rows[0]?.id ?? null;
}

/** Index: `users_pkey`. */
export async function findPerson(
  database: Sql,
  user_id: string,
): Promise<{ readonly is_active: boolean } | null> {
  const found = await sql<{ is_active: boolean }>`
    SELECT is_active FROM users WHERE id = ${user_id}::uuid`.execute(database);
  return found.rows[0] ?? null;
}

/** `is_chosen`: its person set the address, and no administrator has stood for it. Index: `users_email_key`, `user_pkey`. */
export async function findByEmail(
  database: Sql,
  email: string,
): Promise<{ readonly id: string; readonly is_chosen: boolean } | null> {
  const found = await sql<{ id: string; is_chosen: boolean }>`
    SELECT u.id, coalesce(NOT a."emailVerified", false) AS is_chosen
    FROM users u LEFT JOIN auth."user" a ON a."id" = u.id WHERE u.email = ${email}`.execute(database);
  return found.rows[0] ?? null;
}

/** Answers the id. @throws a unique violation of `users_email_key` */
export async function insertAdministrator(
  database: Sql,
  name: string,
  email: string | null,
): Promise<string> {
  const made = await sql<{ id: string }>`
    INSERT INTO users (name, email, role) VALUES (${name}, ${email}, 'admin') RETURNING id`.execute(database);
  const [row] = made.rows;
  if (row === undefined) throw new Error("The account was not stored.");
  return row.id;
}

/** Index: `users_pkey`. */
export async function makeActiveAdministrator(database: Sql, user_id: string): Promise<void> {
  await sql`
    UPDATE users SET role = 'admin', is_active = true, updated_at = clock_timestamp() WHERE id = ${user_id}::uuid`.execute(
    database,
  );
}
