import { sql } from "kysely";
import { networkOf } from "../../../platform/address-network.ts";
import type { Role } from "../../../platform/caller.ts";
import type { Database, Transaction } from "../../../platform/database.ts";

type Sql = Database | Transaction;

/** Somebody who may sign in. */
export interface ActiveUser {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
}

/** Index: `users_email_key`. */
export async function findActiveByEmail(database: Sql, email: string): Promise<ActiveUser | null> {
  const found = await sql<ActiveUser>`
    SELECT id, name, role FROM users WHERE email = ${email} AND is_active`.execute(database);
  return found.rows[0] ?? null;
}

/** Index: `users_pkey`. */
export async function isActiveUser(database: Sql, user_id: string): Promise<boolean> {
  const found = await sql`SELECT 1 FROM users WHERE id = ${user_id}::uuid AND is_active`.execute(database);
  return found.rows.length > 0;
}

/** The sign-in library's row of a person, made from ours when it is missing. Index: `user_pkey`. */
export async function ensureSignInUser(database: Sql, user_id: string): Promise<void> {
  await sql`
    INSERT INTO auth."user" ("id", "name", "email", "emailVerified", "twoFactorEnabled")
    SELECT id, name, coalesce(email, id || '@none.invalid'), true, false FROM users WHERE id = ${user_id}::uuid
    ON CONFLICT ("id") DO NOTHING`.execute(database);
}

/** Sets or replaces a person's password; the library's row must exist. Index: `account_of_user`. */
export async function putPassword(database: Sql, user_id: string, hash: string): Promise<void> {
  await sql`
    INSERT INTO auth."account" ("id", "accountId", "providerId", "userId", "password")
    VALUES (${user_id}, ${user_id}, 'credential', ${user_id}::uuid, ${hash})
    ON CONFLICT ("providerId", "accountId") DO UPDATE SET "password" = excluded."password", "updatedAt" = clock_timestamp()`.execute(
    database,
  );
}

/** Replaces a hash by another one of the same password, unless the password was changed meanwhile. Index: `account_of_provider`. */
export async function renewPasswordHash(
  database: Sql,
  user_id: string,
  { former, hash }: { readonly former: string; readonly hash: string },
): Promise<void> {
  await sql`
    UPDATE auth."account" SET "password" = ${hash}
    WHERE "providerId" = 'credential' AND "accountId" = ${user_id} AND "password" = ${former}`.execute(
    database,
  );
}

/** The hash of a person's password, null when they have none. Index: `account_of_provider`. */
export async function findPasswordHash(database: Sql, user_id: string): Promise<string | null> {
  const found = await sql<{ password: string | null }>`
    SELECT "password" AS password FROM auth."account" WHERE "providerId" = 'credential' AND "accountId" = ${user_id}`.execute(
    database,
  );
  return found.rows[0]?.password ?? null;
}

/** The same of whoever has an e-mail address. Index: `users_email_key`, `account_of_provider`. */
export async function findPasswordHashOf(database: Sql, email: string): Promise<string | null> {
  const found = await sql<{ password: string | null }>`
    SELECT c."password" AS password FROM users u JOIN auth."account" c ON c."providerId" = 'credential' AND c."accountId" = u.id::text
    WHERE u.email = ${email}`.execute(database);
  return found.rows[0]?.password ?? null;
}

export interface AccountState {
  readonly email: string | null;
  readonly has_password: boolean;
  readonly has_second_factor: boolean;
}

/** Index: `users_pkey`, `user_pkey`, `account_of_provider`. */
export async function findAccountState(database: Sql, user_id: string): Promise<AccountState | null> {
  const found = await sql<AccountState>`
    SELECT u.email, coalesce(a."twoFactorEnabled", false) AS has_second_factor, EXISTS (
      SELECT 1 FROM auth."account" c WHERE c."providerId" = 'credential' AND c."accountId" = u.id::text AND c."password" IS NOT NULL
    ) AS has_password
    FROM users u LEFT JOIN auth."user" a ON a."id" = u.id WHERE u.id = ${user_id}::uuid`.execute(database);
  return found.rows[0] ?? null;
}

/** Whether an active administrator has a password or came by single sign-on, and whether anybody has a password. */
export async function findSignInWays(
  database: Sql,
): Promise<{ readonly has_administrator: boolean; readonly has_password: boolean }> {
  const found = await sql<{ has_administrator: boolean; has_password: boolean }>`
    SELECT EXISTS (
      SELECT 1 FROM users u JOIN auth."account" c ON c."userId" = u.id
      WHERE u.role = 'admin' AND u.is_active AND (c."password" IS NOT NULL OR c."providerId" <> 'credential')
    ) AS has_administrator, EXISTS (SELECT 1 FROM auth."account" WHERE "password" IS NOT NULL) AS has_password`.execute(
    database,
  );
  return found.rows[0] ?? { has_administrator: false, has_password: false };
}

/** Changes what is given. @throws a unique violation of `users_email_key` */
export async function updatePerson(
  database: Sql,
  user_id: string,
  { name, email }: { readonly name?: string | undefined; readonly email?: string | undefined },
): Promise<void> {
  await sql`
    UPDATE users SET name = coalesce(${name ?? null}, name), email = coalesce(${email ?? null}, email), updated_at = clock_timestamp()
    WHERE id = ${user_id}::uuid AND erased_at IS NULL`.execute(database);
}

/**
 * Notes whether an administrator stands for a person's address, or only the person: single sign-on takes no account for an
 * invitation whose address its person chose. Index: `user_pkey`.
 */
export async function noteAddress(
  database: Sql,
  user_id: string,
  { is_verified }: { readonly is_verified: boolean },
): Promise<void> {
  await sql`UPDATE auth."user" SET "emailVerified" = ${is_verified} WHERE "id" = ${user_id}::uuid`.execute(
    database,
  );
}

/** Holds a person's row until the transaction ends; false when they are not active any more. Index: `users_pkey`. */
export async function lockActivePerson(transaction: Transaction, user_id: string): Promise<boolean> {
  const found =
    await sql`SELECT 1 FROM users WHERE id = ${user_id}::uuid AND is_active FOR NO KEY UPDATE`.execute(
      transaction,
    );
  return found.rows.length > 0;
}

/** Ends what was begun with a password and waits for a code. Index: none; the table holds what is open only. */
export async function deleteChallenges(database: Sql, user_id: string): Promise<void> {
  await sql`DELETE FROM auth."verification" WHERE "value" = ${user_id} AND "identifier" LIKE '2fa-%'`.execute(
    database,
  );
}

/** Lets the change feed tell of a person, so that their event streams are looked at again. */
export async function touchUser(database: Sql, user_id: string): Promise<void> {
  await sql`UPDATE users SET updated_at = clock_timestamp() WHERE id = ${user_id}::uuid`.execute(database);
}

/** Remembers for 30 days that somebody signed in from an address, of IPv6 from its network. Index: `sign_in_places_pkey`. */
export async function noteSignInPlace(database: Sql, user_id: string, address: string): Promise<void> {
  await sql`
    INSERT INTO sign_in_places (user_id, address) VALUES (${user_id}::uuid, ${networkOf(address)})
    ON CONFLICT (user_id, address) DO UPDATE SET signed_in_at = clock_timestamp()`.execute(database);
  await sql`
    DELETE FROM sign_in_places WHERE user_id = ${user_id}::uuid AND signed_in_at < clock_timestamp() - interval '30 days'`.execute(
    database,
  );
}

/** Whether the account of an e-mail address was signed in to from there. Index: `users_email_key`, `sign_in_places_pkey`. */
export async function isKnownPlace(database: Sql, email: string, address: string): Promise<boolean> {
  const found = await sql`
    SELECT 1 FROM users u JOIN sign_in_places p ON p.user_id = u.id
    WHERE u.email = ${email} AND p.address = ${networkOf(address)} AND p.signed_in_at > clock_timestamp() - interval '30 days'`.execute(
    database,
  );
  return found.rows.length > 0;
}

/** Who passed the password and owes a code; null when the challenge is over. Index: `verification_identifier`. */
export async function findChallenged(database: Sql, challenge: string): Promise<string | null> {
  const found = await sql<{ value: string }>`
    SELECT "value" AS value FROM auth."verification" WHERE "identifier" = ${challenge} AND "expiresAt" > clock_timestamp()`.execute(
    database,
  );
  return found.rows[0]?.value ?? null;
}

/** The encrypted secret of somebody's authenticator app. Index: `two_factor_of_user`. */
export async function findEncryptedSecret(database: Sql, user_id: string): Promise<string | null> {
  const found = await sql<{ secret: string }>`
    SELECT "secret" AS secret FROM auth."twoFactor" WHERE "userId" = ${user_id}::uuid`.execute(database);
  return found.rows[0]?.secret ?? null;
}

/** Claims a step of somebody's authenticator app; false when it or a later one was used. Index: `two_factor_of_user`. */
export async function claimStep(database: Sql, user_id: string, step: number): Promise<boolean> {
  const claimed = await sql`
    UPDATE auth."twoFactor" SET "lastStep" = ${step} WHERE "userId" = ${user_id}::uuid AND "lastStep" < ${step} RETURNING 1`.execute(
    database,
  );
  return claimed.rows.length > 0;
}

/** Whether somebody signs in by the identity provider. Index: `account_of_user`. */
export async function hasProvider(database: Sql, user_id: string): Promise<boolean> {
  const found = await sql`
    SELECT 1 FROM auth."account" WHERE "userId" = ${user_id}::uuid AND "providerId" <> 'credential'`.execute(
    database,
  );
  return found.rows.length > 0;
}

/** Whose account a person of the identity provider came to before; null when they never did. Index: `account_of_provider`. */
export async function findProviderOwner(
  database: Sql,
  provider: string,
  subject: string,
): Promise<string | null> {
  const found = await sql<{ user_id: string }>`
    SELECT "userId" AS user_id FROM auth."account" WHERE "providerId" = ${provider} AND "accountId" = ${subject}`.execute(
    database,
  );
  return found.rows[0]?.user_id ?? null;
}
