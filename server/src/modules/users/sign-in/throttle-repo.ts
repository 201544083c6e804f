import { sql } from "kysely";
import type { Database } from "../../../platform/database.ts";

export interface ThrottleState {
  readonly is_taken: boolean;
  /** Whole seconds until the next attempt. */
  readonly wait_seconds: number;
}

/**
 * Counts an attempt unless the key waits. One statement under the row's lock, so that attempts at several servers at the same
 * moment are counted one by one. Index: `throttles_pkey`.
 */
export async function takeAttempt(
  database: Database,
  {
    key,
    free,
    window_seconds,
  }: { readonly key: string; readonly free: number; readonly window_seconds: number },
): Promise<ThrottleState> {
  const taken = await sql<{ count: number }>`
    INSERT INTO throttles AS t (key, count, window_start, blocked_until)
    VALUES (${key}, 1, clock_timestamp(), NULL)
    ON CONFLICT (key) DO UPDATE SET
      count = ${nextCount(window_seconds)},
      window_start = clock_timestamp(),
      blocked_until = CASE WHEN ${nextCount(window_seconds)} >= ${free}
        THEN clock_timestamp() + make_interval(secs => least(power(2, least(${nextCount(window_seconds)} - ${free}, 20)), ${window_seconds}))
      END
    WHERE t.blocked_until IS NULL OR t.blocked_until <= clock_timestamp()
    RETURNING t.count`.execute(database);
  if (taken.rows.length > 0) return { is_taken: true, wait_seconds: 0 };
  const found = await sql<{ wait: number }>`
    SELECT greatest(1, ceil(extract(epoch FROM blocked_until - clock_timestamp())))::int AS wait FROM throttles WHERE key = ${key}`.execute(
    database,
  );
  return { is_taken: false, wait_seconds: found.rows[0]?.wait ?? 1 };
}

/** Forgets what is older than the window and its longest wait together. */
function nextCount(window_seconds: number) {
  return sql`CASE WHEN greatest(t.window_start, t.blocked_until) < clock_timestamp() - make_interval(secs => ${window_seconds})
    THEN 1 ELSE t.count + 1 END`;
}

/** Takes an attempt back that was none; a wait stays when enough others failed. Index: `throttles_pkey`. */
export async function returnAttempt(database: Database, key: string, free: number): Promise<void> {
  await sql`
    UPDATE throttles SET count = greatest(count - 1, 0), blocked_until = CASE WHEN count > ${free} THEN blocked_until END
    WHERE key = ${key}`.execute(database);
}

/** Forgets a key, and all those that no longer count. Index: `throttles_pkey`, `throttles_age`. */
export async function forgetAttempts(database: Database, key: string): Promise<void> {
  await sql`DELETE FROM throttles WHERE key = ${key} OR window_start < clock_timestamp() - interval '1 day'`.execute(
    database,
  );
}
