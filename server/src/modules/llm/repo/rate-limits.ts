import { sql } from "kysely";
import type { Database, Transaction } from "../../../platform/database.ts";

/** What all workers know about a model's limits. Waits are by the database's clock. */
export interface RateLimit {
  readonly requests_per_minute: number | null;
  readonly tokens_per_minute: number | null;
  readonly requests_available: number;
  readonly tokens_available: number;
  /** Since the buckets were last written. */
  readonly elapsed_ms: number;
  /** Nobody may call before that has passed. */
  readonly blocked_ms: number;
}

/** Rows of `rate_limits`: one for each provider and model that ever answered 429 or has limits. */
export interface RateLimitRepo {
  find(provider: string, model: string): Promise<RateLimit | null>;
  /** Runs the work while the row is locked; nothing of it waits for the disk. */
  withLock<Result>(
    provider: string,
    model: string,
    work: (limit: RateLimit, transaction: Transaction) => Promise<Result>,
  ): Promise<Result | null>;
  writeBuckets(
    transaction: Transaction,
    provider: string,
    model: string,
    available: { readonly requests: number; readonly tokens: number },
  ): Promise<void>;
  /** Blocks the model for everyone; never shortens a block. */
  block(provider: string, model: string, waitMs: number, reason: string): Promise<void>;
}

const columns = sql`
  requests_per_minute, tokens_per_minute, requests_available, tokens_available,
  (extract(epoch FROM clock_timestamp() - refilled_at) * 1000)::float8 AS elapsed_ms,
  greatest(0, coalesce(extract(epoch FROM blocked_until - clock_timestamp()) * 1000, 0))::float8 AS blocked_ms`;

export function createRateLimitRepo(database: Database): RateLimitRepo {
  return {
    // Index: primary key (provider, model).
    async find(provider, model) {
      const { rows } = await sql<RateLimit>`
        SELECT ${columns} FROM rate_limits WHERE provider = ${provider} AND model = ${model}`.execute(
        database,
      );
      return rows[0] ?? null;
    },
    withLock(provider, model, work) {
      return database.transaction().execute(async (transaction) => {
        await sql`SET LOCAL synchronous_commit = off`.execute(transaction);
        const { rows } = await sql<RateLimit>`
          SELECT ${columns} FROM rate_limits WHERE provider = ${provider} AND model = ${model}
          FOR NO KEY UPDATE`.execute(transaction);
        return rows[0] === undefined ? null : await work(rows[0], transaction);
      });
    },
    async writeBuckets(transaction, provider, model, { requests, tokens }) {
      await sql`
        UPDATE rate_limits
        SET requests_available = ${requests}, tokens_available = ${tokens}, refilled_at = clock_timestamp()
        WHERE provider = ${provider} AND model = ${model}`.execute(transaction);
    },
    async block(provider, model, waitMs, reason) {
      await sql`
        INSERT INTO rate_limits AS known (provider, model, blocked_until, blocked_reason)
        VALUES (${provider}, ${model}, clock_timestamp() + ${waitMs} * interval '1 millisecond', ${reason})
        ON CONFLICT (provider, model) DO UPDATE SET
          blocked_until = greatest(known.blocked_until, excluded.blocked_until),
          blocked_reason = excluded.blocked_reason`.execute(database);
    },
  };
}
