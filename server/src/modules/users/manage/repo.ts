import { sql } from "kysely";
import type { Role } from "../../../platform/caller.ts";
import type { Database, Transaction } from "../../../platform/database.ts";
import { noteAddress } from "../sign-in/repo.ts";
import type { NewUser, UserEdit } from "./models.ts";

/** An account as its administration needs it. */
export interface ManagedUser {
  readonly id: string;
  readonly name: string;
  readonly email: string | null;
  readonly role: Role;
  readonly is_active: boolean;
  readonly erased_at: string | null;
  /** With a password or single sign-on, or signed in right now, as the local administrator is who has neither. */
  readonly can_sign_in: boolean;
}

const canSignIn = sql`(
  EXISTS (
    SELECT 1 FROM auth."account" c
    WHERE c."userId" = u.id AND (c."providerId" <> 'credential' OR c."password" IS NOT NULL))
  OR EXISTS (SELECT 1 FROM auth."session" s WHERE s."userId" = u.id AND s."expiresAt" > clock_timestamp()))`;

/** A taken address violates `users_email_key`. Answers the id. */
export async function insertUser(database: Database, { email, name, role }: NewUser): Promise<string> {
  const made = await sql<{ id: string }>`
    INSERT INTO users (email, name, role) VALUES (${email}, ${name}, ${role}) RETURNING id`.execute(database);
  const id = made.rows[0]?.id;
  if (id === undefined) throw new Error("INSERT of a user returned no row");
  return id;
}

/**
 * Locks all active administrators, always in the same order: whoever wants to make one fewer waits here for the others who do, and
 * sees what they did. Index: `users_role`.
 */
export async function lockAdministrators(transaction: Transaction): Promise<void> {
  await sql`SELECT 1 FROM users WHERE role = 'admin' AND is_active ORDER BY id FOR UPDATE`.execute(
    transaction,
  );
}

/** Index: `users_pkey`. */
export async function lockUser(transaction: Transaction, id: string): Promise<ManagedUser | null> {
  await sql`SELECT 1 FROM users WHERE id = ${id}::uuid FOR UPDATE`.execute(transaction);
  return findUser(transaction, id);
}

/** Index: `users_pkey`. */
export async function findUser(database: Database | Transaction, id: string): Promise<ManagedUser | null> {
  const found = await sql<ManagedUser>`
    SELECT u.id, u.name, u.email, u.role, u.is_active, u.erased_at, ${canSignIn} AS can_sign_in
    FROM users u WHERE u.id = ${id}::uuid`.execute(database);
  return found.rows[0] ?? null;
}

/** The other active administrators. Index: `users_role`. */
export async function countOtherAdministrators(
  transaction: Transaction,
  id: string,
): Promise<{ readonly active: number; readonly can_sign_in: number }> {
  const found = await sql<{ active: number; can_sign_in: number }>`
    SELECT count(*) AS active, count(*) FILTER (WHERE ${canSignIn}) AS can_sign_in
    FROM users u WHERE u.role = 'admin' AND u.is_active AND u.id <> ${id}::uuid`.execute(transaction);
  return found.rows[0] ?? { active: 0, can_sign_in: 0 };
}

/**
 * Fields that are left out stay; the sign-in library's row follows, and an address that is given counts as verified. A taken one
 * violates `users_email_key`. Index: `users_pkey`.
 */
export async function updateUser(
  transaction: Transaction,
  id: string,
  { name, email, role, is_active }: UserEdit,
): Promise<void> {
  await sql`
    UPDATE users SET name = coalesce(${name ?? null}, name), email = coalesce(${email ?? null}, email),
      role = coalesce(${role ?? null}, role), is_active = coalesce(${is_active ?? null}, is_active)
    WHERE id = ${id}::uuid`.execute(transaction);
  if (email !== undefined) await noteAddress(transaction, id, { is_verified: true });
}

/** Ends the tokens that work. Index: `api_tokens_user`. */
export async function endTokens(transaction: Transaction, id: string): Promise<void> {
  await sql`
    UPDATE api_tokens SET revoked_at = clock_timestamp()
    WHERE user_id = ${id}::uuid AND revoked_at IS NULL`.execute(transaction);
}

/** Index: `two_factor_of_user`. */
export async function deleteSecondFactor(transaction: Transaction, id: string): Promise<void> {
  await sql`DELETE FROM auth."twoFactor" WHERE "userId" = ${id}::uuid`.execute(transaction);
}

/** Index: `user_pkey`. */
export async function clearSecondFactorFlag(transaction: Transaction, id: string): Promise<void> {
  await sql`
    UPDATE auth."user" SET "twoFactorEnabled" = false, "updatedAt" = clock_timestamp()
    WHERE "id" = ${id}::uuid`.execute(transaction);
}
