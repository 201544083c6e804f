import { sql } from "kysely";
import type { Database } from "../../../platform/database.ts";
import type { SessionPolicy } from "../sign-in/session-policy.ts";
import type { SecuritySummary } from "./models.ts";

export type AccountCounts = Pick<
  SecuritySummary,
  "staff_without_second_factor" | "invitations_open" | "invitations_ended"
>;
export type AccessCounts = Pick<
  SecuritySummary,
  "sessions" | "tokens" | "tokens_without_end" | "tokens_unused"
>;

/**
 * Active people; reads all accounts once.
 * Index: `account_of_user`, `sign_in_links_user` for each of them.
 */
export async function countAccounts(database: Database): Promise<AccountCounts> {
  const found = await sql<AccountCounts>`
    SELECT
      count(*) FILTER (WHERE u.role IN ('admin', 'operator') AND has_password
        AND NOT coalesce((SELECT a."twoFactorEnabled" FROM auth."user" a WHERE a."id" = u.id), false))::int AS staff_without_second_factor,
      count(*) FILTER (WHERE NOT has_way_in AND has_open_link)::int AS invitations_open,
      count(*) FILTER (WHERE NOT has_way_in AND NOT has_open_link AND was_invited)::int AS invitations_ended
    FROM users u
    CROSS JOIN LATERAL (
      SELECT count(*) > 0 AS has_way_in,
        coalesce(bool_or(c."providerId" = 'credential' AND c."password" IS NOT NULL), false) AS has_password
      FROM auth."account" c WHERE c."userId" = u.id
    ) ways
    CROSS JOIN LATERAL (
      SELECT count(*) > 0 AS was_invited,
        coalesce(bool_or(l.used_at IS NULL AND l.revoked_at IS NULL AND l.expires_at > clock_timestamp()), false) AS has_open_link
      FROM sign_in_links l WHERE l.user_id = u.id AND l.kind = 'invitation'
    ) links
    WHERE u.is_active AND u.erased_at IS NULL`.execute(database);
  const [counts] = found.rows;
  if (counts === undefined) throw new Error("A count returned no row");
  return counts;
}

/** Sessions and tokens that work; reads both tables once. */
export async function countAccess(
  database: Database,
  { idle_seconds, absolute_seconds }: SessionPolicy,
  unused_days: number,
): Promise<AccessCounts> {
  const found = await sql<AccessCounts>`
    SELECT t.*, (
      SELECT count(*)::int FROM auth."session" s WHERE s."expiresAt" > clock_timestamp()
        AND s."updatedAt" > clock_timestamp() - make_interval(secs => ${idle_seconds})
        AND s."createdAt" > clock_timestamp() - make_interval(secs => ${absolute_seconds})
    ) AS sessions
    FROM (
      SELECT count(*)::int AS tokens,
        count(*) FILTER (WHERE k.expires_at IS NULL)::int AS tokens_without_end,
        count(*) FILTER (WHERE greatest(k.created_at, k.last_used_at) < clock_timestamp() - make_interval(days => ${unused_days}))::int
          AS tokens_unused
      FROM api_tokens k JOIN users u ON u.id = k.user_id
      WHERE NOT k.is_of_machine AND k.revoked_at IS NULL AND u.is_active
        AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp())
    ) t`.execute(database);
  const [counts] = found.rows;
  if (counts === undefined) throw new Error("A count returned no row");
  return counts;
}
