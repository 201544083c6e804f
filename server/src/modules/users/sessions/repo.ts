import { sql } from "kysely";
import type { Role } from "../../../platform/caller.ts";
import type { Database, Transaction } from "../../../platform/database.ts";
import type { SessionMethod, SessionPolicy } from "../sign-in/session-policy.ts";

type Sql = Database | Transaction;

/** Whose session it is. */
export interface SessionOwner {
  readonly session_id: string;
  readonly method: SessionMethod;
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly has_second_factor: boolean;
  readonly is_use_noted: boolean;
  /** They showed who they are within the time of the policy. */
  readonly is_fresh: boolean;
}

/** The owner of a session that has not ended. Index: `session_token_key`. */
export async function findSessionOwner(
  database: Sql,
  token: string,
  { idle_seconds, absolute_seconds, fresh_seconds }: SessionPolicy,
  noted_seconds: number,
): Promise<SessionOwner | null> {
  const found = await sql<SessionOwner>`
    SELECT s."id" AS session_id, s."method" AS method, u.id, u.name, u.role, coalesce(a."twoFactorEnabled", false) AS has_second_factor,
      s."updatedAt" > clock_timestamp() - make_interval(secs => ${noted_seconds}) AS is_use_noted,
      s."verifiedAt" > clock_timestamp() - make_interval(secs => ${fresh_seconds}) AS is_fresh
    FROM auth."session" s JOIN users u ON u.id = s."userId" JOIN auth."user" a ON a."id" = u.id
    WHERE s."token" = ${token} AND u.is_active AND s."expiresAt" > clock_timestamp()
      AND s."updatedAt" > clock_timestamp() - make_interval(secs => ${idle_seconds})
      AND s."createdAt" > clock_timestamp() - make_interval(secs => ${absolute_seconds})`.execute(database);
  return found.rows[0] ?? null;
}

/**
 * Moves the idle limit on, and tells when the person was last seen: once in `noted_seconds`, whatever number of requests or
 * servers notice it at the same time. Index: `session_pkey`, `users_pkey`.
 */
export async function noteSessionUse(
  database: Sql,
  { session_id, id }: SessionOwner,
  noted_seconds: number,
): Promise<void> {
  await sql`
    WITH noted AS (
      UPDATE auth."session" SET "updatedAt" = clock_timestamp()
      WHERE "id" = ${session_id} AND "updatedAt" <= clock_timestamp() - make_interval(secs => ${noted_seconds}) RETURNING 1
    )
    UPDATE users SET last_seen_at = clock_timestamp()
    WHERE id = ${id}::uuid AND EXISTS (SELECT 1 FROM noted)
      AND (last_seen_at IS NULL OR last_seen_at <= clock_timestamp() - make_interval(secs => ${noted_seconds}))`.execute(
    database,
  );
}

export interface NewSession {
  readonly id: string;
  readonly token: string;
  readonly user_id: string;
  readonly method: SessionMethod;
  readonly address: string;
  readonly user_agent: string;
  readonly seconds: number;
  /** When they showed who they are; null: now. */
  readonly verified_at: string | null;
}

/** The library's row of the person must exist. */
export async function insertSession(database: Sql, session: NewSession): Promise<void> {
  await sql`
    INSERT INTO auth."session" ("id", "token", "userId", "method", "ipAddress", "userAgent", "expiresAt", "updatedAt", "verifiedAt")
    VALUES (${session.id}, ${session.token}, ${session.user_id}::uuid, ${session.method}, ${session.address},
      ${session.user_agent}, clock_timestamp() + make_interval(secs => ${session.seconds}), clock_timestamp(),
      coalesce(${session.verified_at}::timestamptz, clock_timestamp()))`.execute(database);
}

/**
 * At every sign-in: the person was seen, their sessions that are over need no row any longer, and of the others the newest
 * `most` go on. Index: `session_of_user`.
 */
export async function noteSignIn(
  database: Sql,
  user_id: string,
  { idle_seconds, most }: SessionPolicy,
): Promise<void> {
  await sql`UPDATE users SET last_seen_at = clock_timestamp() WHERE id = ${user_id}::uuid`.execute(database);
  await sql`
    DELETE FROM auth."session" WHERE "userId" = ${user_id}::uuid
      AND ("expiresAt" <= clock_timestamp() OR "updatedAt" <= clock_timestamp() - make_interval(secs => ${idle_seconds})
        OR "id" IN (
          SELECT "id" FROM auth."session" WHERE "userId" = ${user_id}::uuid ORDER BY "createdAt" DESC OFFSET ${most}
        ))`.execute(database);
}

export interface SessionRow {
  readonly id: string;
  readonly created_at: string;
  readonly last_used_at: string;
  readonly expires_at: string;
  readonly address: string | null;
  readonly user_agent: string | null;
}

/** A person's sessions that have not ended, newest first. Index: `session_of_user`. */
export async function listSessions(
  database: Sql,
  user_id: string,
  { idle_seconds }: SessionPolicy,
): Promise<SessionRow[]> {
  const found = await sql<SessionRow>`
    SELECT "id" AS id, "createdAt" AS created_at, "updatedAt" AS last_used_at,
      least("expiresAt", "updatedAt" + make_interval(secs => ${idle_seconds})) AS expires_at,
      nullif("ipAddress", '') AS address, nullif("userAgent", '') AS user_agent
    FROM auth."session" WHERE "userId" = ${user_id}::uuid AND "expiresAt" > clock_timestamp()
      AND "updatedAt" > clock_timestamp() - make_interval(secs => ${idle_seconds})
    ORDER BY "createdAt" DESC, "id" LIMIT 200`.execute(database);
  return found.rows;
}

/** Ends one session of a person; false when they have none with this id. Index: `session_pkey`. */
export async function deleteSession(database: Sql, user_id: string, session_id: string): Promise<boolean> {
  const ended = await sql`
    DELETE FROM auth."session" WHERE "id" = ${session_id} AND "userId" = ${user_id}::uuid RETURNING 1`.execute(
    database,
  );
  return ended.rows.length > 0;
}

/** Ends a person's sessions, all or all but one. Answers how many. Index: `session_of_user`. */
export async function deleteSessions(
  database: Sql,
  user_id: string,
  kept_id: string | null,
): Promise<number> {
  const ended = await sql`
    DELETE FROM auth."session" WHERE "userId" = ${user_id}::uuid AND "id" IS DISTINCT FROM ${kept_id} RETURNING 1`.execute(
    database,
  );
  return ended.rows.length;
}

/** Ends those of a person's sessions that are named. Index: `session_pkey`. */
export async function deleteNamedSessions(
  database: Sql,
  user_id: string,
  ids: readonly string[],
): Promise<void> {
  await sql`DELETE FROM auth."session" WHERE "userId" = ${user_id}::uuid AND "id" = ANY(${[...ids]}::text[])`.execute(
    database,
  );
}

/** Ends the session with a token; answers whose it was. Index: `session_token_key`. */
export async function deleteSessionByToken(database: Sql, token: string): Promise<string | null> {
  const ended = await sql<{ user_id: string }>`
    DELETE FROM auth."session" WHERE "token" = ${token} RETURNING "userId" AS user_id`.execute(database);
  return ended.rows[0]?.user_id ?? null;
}

export interface SessionFacts {
  readonly method: SessionMethod;
  readonly expires_at: string;
  readonly verified_at: string;
}

/** How a session began, when it ends if nothing more is done in it, and when its person last showed who they are. Index: `session_pkey`. */
export async function findSessionFacts(
  database: Sql,
  session_id: string,
  { idle_seconds }: SessionPolicy,
): Promise<SessionFacts | null> {
  const found = await sql<SessionFacts>`
    SELECT "method" AS method, least("expiresAt", "updatedAt" + make_interval(secs => ${idle_seconds})) AS expires_at,
      "verifiedAt" AS verified_at
    FROM auth."session" WHERE "id" = ${session_id}`.execute(database);
  return found.rows[0] ?? null;
}

/** The person of a session has just shown who they are. Index: `session_pkey`. */
export async function noteVerification(database: Sql, session_id: string): Promise<void> {
  await sql`UPDATE auth."session" SET "verifiedAt" = clock_timestamp() WHERE "id" = ${session_id}`.execute(
    database,
  );
}

/** Index: `users_pkey`. */
export async function hasUser(database: Sql, user_id: string): Promise<boolean> {
  return (await sql`SELECT 1 FROM users WHERE id = ${user_id}::uuid`.execute(database)).rows.length > 0;
}
